"""The colour of each brick, by what a person wants to see: its own, its score, its layer.

Knows numpy and bricks, no 3-D library.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from legolab.bricks.colors import DIRECT_COLOR, rgb
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError

Colors = NDArray[np.uint8]


class Colouring(Enum):
    """What the colours of a model mean."""

    BRICK = "brick colour"
    SCORE = "stability score"
    LAYER = "layer"


_CIVIDIS = (
    0x00204D, 0x00336E, 0x31446B, 0x4E576C, 0x666970,
    0x7D7C78, 0x958F78, 0xAFA371, 0xCAB969, 0xE6CF59, 0xFFEA46,
)  # fmt: skip
"""Eleven even steps of cividis, a ramp that colour-blind people read as others do."""

_LAYERS = (
    0x1E5AA8, 0xD67923, 0x00852B, 0x8A6FB0, 0xB7D425,
    0xB40000, 0x7396C8, 0xFAC80A, 0x5F3109, 0x58AB41,
)  # fmt: skip
"""Layers take these in turn: neighbours differ in hue and in lightness."""

_DARK = 98
_PALE, _PALENESS = 225, 6  # channels go towards this grey, and a part of the way is left


def cividis(values: ArrayLike) -> Colors:
    """Colours of numbers from 0 (dark blue) to 1 (yellow); uint8 [values, 3].

    >>> cividis([0.0, 1.0]).tolist()
    [[0, 32, 77], [255, 234, 70]]
    """
    return _along(_CIVIDIS, np.clip(np.asarray(values, np.float64), 0, 1))


def brick_colors(
    structure: BrickStructure, colouring: Colouring, scores: ArrayLike | None = None
) -> Colors:
    """One colour for each brick; uint8 [bricks, 3].

    Args:
        structure: the bricks.
        colouring: what the colours mean.
        scores: float [bricks], 0 to 1, wanted for `Colouring.SCORE`.

    Raises:
        InputError: scores are wanted and not given, or not one for each brick.
    """
    match colouring:
        case Colouring.BRICK:
            colors = [rgb(code) for code in structure.colors]
        case Colouring.LAYER:
            colors = [_split(_LAYERS[brick.z % len(_LAYERS)]) for brick in structure]
        case Colouring.SCORE:
            seen = 0 if scores is None else np.size(np.asarray(scores))
            if seen != len(structure):
                raise InputError(f"expected {len(structure)} scores, one a brick, got {seen}")
            return cividis(scores if scores is not None else ())
    return np.array(colors, np.uint8).reshape(-1, 3)


def paled(structure: BrickStructure, count: int) -> BrickStructure:
    """The same bricks, the first of them pale, so that one sees what is new.

    >>> paled(BrickStructure.from_text("1x1 (0,0,0)\\n1x1 (1,0,0)\\n"), 1).colors[0] > DIRECT_COLOR
    True
    """
    own = brick_colors(structure, Colouring.BRICK).astype(np.int64)
    pale = _PALE - (_PALE - own) // _PALENESS
    codes = [DIRECT_COLOR | r << 16 | g << 8 | b for r, g, b in pale[:count].tolist()]
    return structure.with_colors([*codes, *structure.colors[count:]])


def edge_colors(faces: Colors) -> Colors:
    """A darker shade of light colours, a lighter one of dark colours; uint8 [bricks, 3]."""
    dark = faces.max(axis=1, keepdims=True, initial=0) < _DARK
    shades = np.where(dark, faces.astype(np.int64) + 70, faces.astype(np.int64) * 2 // 5)
    edges: Colors = shades.astype(np.uint8)
    return edges


def _along(ramp: Sequence[int], places: NDArray[np.float64]) -> Colors:
    """Colours at places from 0 to 1 along a ramp."""
    stops = np.array([_split(value) for value in ramp], np.float64)
    at = np.linspace(0, 1, len(stops))
    channels = [np.interp(places, at, stops[:, channel]) for channel in range(3)]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8).reshape(-1, 3)


def _split(value: int) -> tuple[int, int, int]:
    return value >> 16, value >> 8 & 255, value & 255
