"""Which bricks a part of a model is made of, to give it a colour.

Parts are found by where they lie in the form. Knows no words and no model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.colors import DEFAULT_COLOR
from legolab.bricks.structure import BrickStructure
from legolab.generation.coloring import SECOND, WHOLE
from legolab.generation.features import Form
from legolab.generation.lexicon import Value

Cells = NDArray[np.bool_]
"""Studs that belong to a part: bool [width, depth, height] of the form."""


def painted(
    structure: BrickStructure, category: str, fields: Mapping[str, Value], paint: Mapping[str, int]
) -> list[int]:
    """A colour for each brick: that of the part in which most of its studs lie.

    A part that the description leaves out has no bricks: the narrow end of a round pot is no
    handle.

    Args:
        structure: what was built.
        category: what it is.
        fields: its complete description; the measures say where parts begin.
        paint: part -> LDraw colour code.
    """
    whole = paint.get(WHOLE, DEFAULT_COLOR)
    colors = [paint.get(SECOND, whole) if brick.z % 2 else whole for brick in structure]
    wanted = [part for part in paint if part not in (WHOLE, SECOND) and fields.get(part) != "none"]
    if not wanted or not len(structure):
        return colors
    form = Form.of(structure)
    at = {name: value for name, value in fields.items() if isinstance(value, int)}
    x0, y0 = min(b.x for b in structure), min(b.y for b in structure)
    z0 = min(b.z for b in structure)
    for part in wanted:
        cells = _PARTS[category][part](form, at) & form.voxels
        for index, b in enumerate(structure):
            x, y = b.x - x0, b.y - y0
            if 2 * cells[x : x + b.h, y : y + b.w, b.z - z0].sum() > b.h * b.w:
                colors[index] = paint[part]
    return colors


_Find = Callable[[Form, Mapping[str, int]], Cells]


def _layers(low: int, high: int) -> _Find:
    """Layers counted from below, or from above when negative."""

    def find(form: Form, at: Mapping[str, int]) -> Cells:
        cells = np.zeros_like(form.voxels)
        cells[:, :, low : high if high else None] = True
        return cells

    return find


def _above(measure: str, by: int = 0) -> _Find:
    """What lies higher than a measure of the description, and so much."""

    def find(form: Form, at: Mapping[str, int]) -> Cells:
        cells = np.zeros_like(form.voxels)
        cells[:, :, at[measure] + by :] = True
        return cells

    return find


def _below(measure: str, by: int = 0) -> _Find:
    """What lies lower than that."""

    def find(form: Form, at: Mapping[str, int]) -> Cells:
        return ~_above(measure, by)(form, at)

    return find


def _behind(studs: int) -> _Find:
    """The last studs in y."""

    def find(form: Form, at: Mapping[str, int]) -> Cells:
        cells = np.zeros_like(form.voxels)
        cells[:, -studs:] = True
        return cells

    return find


def _both(one: _Find, other: _Find) -> _Find:
    return lambda form, at: one(form, at) & other(form, at)


def _but(one: _Find, other: _Find) -> _Find:
    return lambda form, at: one(form, at) & ~other(form, at)


def _reach(form: Form, layer: int) -> tuple[int, int]:
    return form.along(layer), form.across(layer)


def _slab(form: Form, at: Mapping[str, int]) -> Cells:
    """The layers from the top down that fill most of their box: a table's top."""
    cells = np.zeros_like(form.voxels)
    top = form.height - 1
    area = form.area(top)
    while top >= 0 and form.area(top) > 0.7 * area:
        cells[:, :, top] = True
        top -= 1
    return cells


def _mattress(form: Form, at: Mapping[str, int]) -> Cells:
    """The layers that fill most of the box: where people lie."""
    cells = np.zeros_like(form.voxels)
    for z in range(form.height):
        cells[:, :, z] = form.share(z) >= 0.75
    return cells


def _under_the_mattress(form: Form, at: Mapping[str, int]) -> Cells:
    first = next((z for z in range(form.height) if form.share(z) >= 0.75), 0)
    return _layers(0, first)(form, at) if first else np.zeros_like(form.voxels)


def _over_the_mattress(form: Form, at: Mapping[str, int]) -> Cells:
    last = max((z for z in range(form.height) if form.share(z) >= 0.75), default=0)
    return _layers(last + 1, 0)(form, at)


def _wheels(form: Form, at: Mapping[str, int]) -> Cells:
    """What stands on the ground: the body of a vehicle begins above it."""
    return _layers(0, 1)(form, at)


def _roof(form: Form, at: Mapping[str, int]) -> Cells:
    """From the top down, all that is narrower than three equal layers: a wall is as high."""
    cells = np.zeros_like(form.voxels)
    z = form.height - 1
    while z > 2 and len({_reach(form, z - step) for step in range(3)}) > 1:
        cells[:, :, z] = True
        z -= 1
    if z == form.height - 1:
        cells[:, :, z] = True
    return cells


def _eaves(form: Form, at: Mapping[str, int]) -> Cells:
    """From the first layer above the ground that reaches further than the walls."""
    cells = np.zeros_like(form.voxels)
    first = next((z for z in range(3, form.height) if form.layer(z)[0].any()), form.height - 1)
    cells[:, :, first:] = True
    return cells


def _narrow_layers(form: Form, at: Mapping[str, int]) -> Cells:
    """Layers from the ground that fill little: a pole, a tripod."""
    cells = np.zeros_like(form.voxels)
    most = max(form.area(z) for z in range(form.height))
    for z in range(form.height):
        if form.area(z) > 0.4 * most:
            break
        cells[:, :, z] = True
    return cells


def _sides(low: bool, high: bool, most: int) -> _Find:
    """Slices at the ends in x that reach at most so far in y: handles."""

    def find(form: Form, at: Mapping[str, int]) -> Cells:
        cells = np.zeros_like(form.voxels)
        reaches = [np.flatnonzero(form.voxels[x].any(axis=1)) for x in range(form.width)]
        spans = [int(r[-1] - r[0]) + 1 if len(r) else 0 for r in reaches]
        ends = ([range(form.width)] if low else []) + ([range(form.width - 1, -1, -1)] * high)
        for end in ends:
            for x in end:
                if spans[x] > most:
                    break
                cells[x] = True
        return cells

    return find


def _lid(form: Form, at: Mapping[str, int]) -> Cells:
    """From the top down to the last layer whose middle is filled; none where it is open."""
    cells = np.zeros_like(form.voxels)
    middle = form.voxels[form.width // 2, form.depth // 2]
    z = form.height - 1
    while z > 2 and middle[z]:
        cells[:, :, z] = True
        z -= 1
    return cells


def _rim(form: Form, at: Mapping[str, int]) -> Cells:
    return _layers(-1, 0)(form, at)


def _body_front(form: Form) -> int:
    """The first y of a camera's body, told by its right edge."""
    rows = form.voxels[-1].any(axis=1)
    return int(rows.argmax()) if rows.any() else 0


def _lens(form: Form, at: Mapping[str, int]) -> Cells:
    cells = np.zeros_like(form.voxels)
    cells[:, : _body_front(form)] = True
    return cells


def _chimney(form: Form, at: Mapping[str, int]) -> Cells:
    """At the front of a train, what rises above the boiler."""
    cells = np.zeros_like(form.voxels)
    cells[:4, :, 5:] = True
    slim = [z for z in range(5, form.height) if form.voxels[:4, :, z].sum() <= 6]
    cells[:, :, [z for z in range(form.height) if z not in slim]] = False
    return cells


def _wagons(form: Form, at: Mapping[str, int]) -> Cells:
    cells = np.zeros_like(form.voxels)
    cells[at["engine"] :] = True
    return cells


def _mast(form: Form, at: Mapping[str, int]) -> Cells:
    """Above the hull, the columns that reach the top."""
    cells = _above("hull")(form, at)
    cells[~form.layer(form.height - 1).any(axis=1)] = False
    return cells


def _cabin(form: Form, at: Mapping[str, int]) -> Cells:
    """Above the hull, the slices in x that rise higher than containers do."""
    cells = _above("hull")(form, at)
    cells[~form.voxels[:, :, at["hull"] + 2 :].any(axis=(1, 2))] = False
    return cells


_LEGS_BELOW_SEAT = _below("seat")
_SEAT = _but(_below("seat", 2), _below("seat"))
_BACK = _both(_above("seat", 2), _behind(2))

_PARTS: Mapping[str, Mapping[str, _Find]] = {
    "basket": {"handle": _above("wall"), "rim": _rim},
    "bed": {
        "legs": _under_the_mattress,
        "mattress": _mattress,
        "headboard": _both(_over_the_mattress, _behind(1)),
        "pillows": _but(_over_the_mattress, _behind(1)),
    },
    "bench": {
        "legs": _LEGS_BELOW_SEAT,
        "seat": _SEAT,
        "back": _both(_above("seat", 2), _behind(1)),
        "arms": _but(_above("seat", 2), _behind(1)),
    },
    "birdhouse": {"roof": _eaves, "pole": _narrow_layers},
    "bookshelf": {"back": _behind(1), "base": _below("plinth")},
    "bottle": {"neck": _above("body"), "cap": _layers(-2, 0)},
    "bowl": {"rim": _rim, "foot": _layers(0, 1)},
    "bus": {"wheels": _wheels, "roof": _layers(-1, 0)},
    "camera": {"lens": _lens, "tripod": _narrow_layers},
    "car": {"wheels": _wheels, "roof": _layers(5, 0)},
    "chair": {
        "legs": _LEGS_BELOW_SEAT,
        "seat": _SEAT,
        "back": _BACK,
        "arms": _but(_above("seat", 2), _behind(2)),
    },
    "guitar": {
        "neck": lambda form, at: _layers(form.height - at["neck"] - 1, 0)(form, at),
        "head": _layers(-2, 0),
    },
    "jar": {"lid": _lid, "neck": _above("body", 2)},
    "mug": {"handle": _sides(low=False, high=True, most=2), "rim": _rim},
    "piano": {
        "legs": _below("keys"),
        "keys": lambda form, at: _layers(at["keys"], at["keys"] + 2)(form, at),
        "lid": _layers(-1, 0),
    },
    "pot": {"handles": _sides(low=True, high=True, most=4), "lid": _lid, "rim": _rim},
    "sofa": {
        "seat": _below("seat"),
        "back": _both(_above("seat"), _behind(2)),
        "arms": _but(_above("seat"), _behind(2)),
        "feet": _layers(0, 1),
    },
    "table": {
        "top": _slab,
        "legs": lambda form, at: ~_slab(form, at),
    },
    "tower": {"roof": _roof, "top": _roof},
    "train": {"wheels": _wheels, "chimney": _chimney, "carriages": _wagons, "wagons": _wagons},
    "vessel": {
        "hull": _below("hull"),
        "mast": _mast,
        "sail": _but(_above("hull"), _mast),
        "cabin": _cabin,
        "containers": _but(_above("hull"), _cabin),
    },
}
"""Category -> part of `lexicon.PARTS` -> where it lies."""
