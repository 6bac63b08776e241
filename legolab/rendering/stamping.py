"""Stamp a structure into a depth buffer. Knows bricks and one framed view, nothing of light."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from legolab.bricks.brick import Brick
from legolab.errors import InputError
from legolab.rendering.projection import STEP, STUD_HEIGHT, Box, Frame, dot
from legolab.rendering.sprites import Float32, Sprite, brick_sprite, stud_sprite

FACE_BITS = 7
"""Low bits of a key that hold the face; the brick's index plus one is above them."""

MOST_CELLS = 30_000_000
"""Largest bounding box that is drawn: memory grows with it."""


@dataclass(frozen=True)
class Occupancy:
    """Filled cells of the bounding box of some bricks, with one free cell all around.

    Attributes:
        low: grid corner of the bounding box.
        filled: bool [x + 2, y + 2, z + 2]; cell (x, y, z) of the world is at
            (x, y, z) - low + 1.
    """

    low: tuple[int, int, int]
    filled: npt.NDArray[np.bool_]

    @property
    def box(self) -> Box:
        """The bounding box with the studs on top, LDU."""
        low = self.low
        high = [low[k] + self.filled.shape[k] - 2 for k in range(3)]
        return Box(
            (low[0] * STEP[0], low[1] * STEP[1], low[2] * STEP[2]),
            (high[0] * STEP[0], high[1] * STEP[1], high[2] * STEP[2] + STUD_HEIGHT),
        )


def occupancy(bricks: list[Brick]) -> Occupancy:
    """The filled cells of at least one brick.

    Raises:
        InputError: the bounding box has more than MOST_CELLS cells.
    """
    low = min(b.x for b in bricks), min(b.y for b in bricks), min(b.z for b in bricks)
    size = (
        max(b.x + b.h for b in bricks) - low[0] + 2,
        max(b.y + b.w for b in bricks) - low[1] + 2,
        max(b.z for b in bricks) - low[2] + 3,
    )
    if math.prod(size) > MOST_CELLS:
        extent = "x".join(str(side - 2) for side in size)
        raise InputError(f"expected a model of at most {MOST_CELLS} cells to draw, got {extent}")
    filled = np.zeros(size, bool)
    for b in bricks:
        x, y, z = b.x - low[0] + 1, b.y - low[1] + 1, b.z - low[2] + 1
        filled[x : x + b.h, y : y + b.w, z] = True
    return Occupancy(low, filled)


def stamp(
    frame: Frame,
    bricks: list[Brick],
    cells: Occupancy,
    *,
    bevel: float,
    depth: Float32,
    key: npt.NDArray[np.int32] | None = None,
) -> None:
    """Draw all bricks and their uncovered studs.

    Args:
        frame: the view.
        bricks: what to draw.
        cells: their occupancy, which tells covered studs.
        bevel: width of the edges toward the eye, LDU.
        depth: float32 [size, size], LDU; nearer hits replace what is there.
        key: int32 [size, size], set to (index + 1 << FACE_BITS) | face where a brick shows.
    """
    stud = stud_sprite(frame.view)
    bodies: dict[tuple[int, int], Sprite] = {}
    low = cells.low
    for index, b in enumerate(bricks):
        if _is_walled_in(b, cells, frame):
            continue
        if (b.h, b.w) not in bodies:
            bodies[b.h, b.w] = brick_sprite(frame.view, b.h, b.w, bevel)
        code = index + 1 << FACE_BITS
        _put(frame, bodies[b.h, b.w], (b.x, b.y, b.z), code, depth, key)
        x, y, z = b.x - low[0] + 1, b.y - low[1] + 1, b.z - low[2] + 1
        free = ~cells.filled[x : x + b.h, y : y + b.w, z + 1]
        for i, j in np.argwhere(free).tolist():
            _put(frame, stud, (b.x + i, b.y + j, b.z + 1), code, depth, key)


def _is_walled_in(brick: Brick, cells: Occupancy, frame: Frame) -> bool:
    """Whether all three faces toward the eye touch other bricks, so that nothing can show."""
    toward, filled = frame.view.toward, cells.filled
    low = cells.low
    x, y, z = brick.x - low[0] + 1, brick.y - low[1] + 1, brick.z - low[2] + 1
    if not filled[x : x + brick.h, y : y + brick.w, z + 1].all():
        return False
    beside_x = x + brick.h if toward[0] > 0 else x - 1
    beside_y = y + brick.w if toward[1] > 0 else y - 1
    return bool(
        filled[beside_x, y : y + brick.w, z].all() and filled[x : x + brick.h, beside_y, z].all()
    )


def _put(
    frame: Frame,
    sprite: Sprite,
    step: tuple[int, int, int],
    code: int,
    depth: Float32,
    key: npt.NDArray[np.int32] | None,
) -> None:
    """Stamp one sprite with its corner at a grid point."""
    right, down = frame.view.spot(step)
    x, y = frame.x + right + sprite.x, frame.y + down + sprite.y
    rows, columns = sprite.depth.shape
    left, top = max(0, -x), max(0, -y)
    width, height = min(columns, frame.size - x), min(rows, frame.size - y)
    if left >= width or top >= height:
        return
    corner = (step[0] * STEP[0], step[1] * STEP[1], step[2] * STEP[2])
    there = np.s_[y + top : y + height, x + left : x + width]
    mine = sprite.depth[top:height, left:width] - np.float32(dot(frame.view.toward, corner))
    nearer = mine < depth[there]
    np.copyto(depth[there], mine, where=nearer)
    if key is not None:
        face = sprite.face[top:height, left:width].astype(np.int32)
        np.copyto(key[there], face + np.int32(code), where=nearer)
