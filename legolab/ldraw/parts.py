"""Our own geometry of the eight bricks, from their dimensions. Knows nothing of placed bricks.

A part hangs by the middle of its top, its long side along x, y down, in LDU (0.4 mm): the outer
box reaches from y = 0 to 24, the studs from -4 to 0. Studs, tubes and pins have the names and the
dimensions that they have in the LDraw parts library, so that a reader may take either; all
coordinates are computed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from legolab.bricks.catalog import BrickKind
from legolab.ldraw.geometry import (
    Geometry,
    Point,
    box_walls,
    circle,
    lid,
    lid_below,
    rectangle,
    round_walls,
)
from legolab.ldraw.writer import LAYER_LDU, STUD_LDU

STUD_RADIUS = 6
STUD_HEIGHT = 4
WALL = 4
"""Thickness of the side walls and of the top."""
TUBE_RADII = (8, 6)
"""Outside and inside of the tubes below bricks two studs wide."""
PIN_RADIUS = 4
"""Of the rods below bricks one stud wide."""


@dataclass(frozen=True, slots=True)
class Use:
    """A primitive in a part: its origin at a place, its height multiplied by `stretch`."""

    primitive: str
    place: Point
    stretch: int = 1


@dataclass(frozen=True, slots=True)
class PartFile:
    """A file of a parts library: a brick (`kind` is Part), or a Primitive that bricks use."""

    name: str
    title: str
    kind: str
    geometry: Geometry
    uses: tuple[Use, ...] = ()

    def text(self) -> str:
        r"""The file: lines `type colour coordinates`; 16 is the brick's colour, 24 its edges'.

        >>> print(*primitives()["stud.dat"].text().splitlines()[:6], sep="\n")
        0 Stud
        0 Name: stud.dat
        0 Author: legolab
        0 !LDRAW_ORG Unofficial_Primitive
        0 BFC CERTIFY CCW
        4 16 6 -4 0 6 0 0 5.5433 0 2.2961 5.5433 -4 2.2961
        """
        lines = [
            f"0 {self.title}",
            f"0 Name: {self.name}",
            "0 Author: legolab",
            f"0 !LDRAW_ORG Unofficial_{self.kind}",
            "0 BFC CERTIFY CCW",
            *(_use_line(use) for use in self.uses),
            *(_line(len(face), 16, face) for face in self.geometry.faces),
            *(_line(2, 24, edge) for edge in self.geometry.edges),
            *(_line(5, 24, outline) for outline in self.geometry.outlines),
        ]
        return "\n".join(lines) + "\n"


@cache
def part(kind: BrickKind) -> PartFile:
    """The file of a brick: walls and top, and where its studs and its tubes or pins are."""
    name, title = f"{kind.part}.dat", f"Brick {kind.short} x {kind.long}"
    below = "stud4.dat" if kind.short > 1 else "stud3.dat"
    stretch = (LAYER_LDU - WALL) // STUD_HEIGHT
    uses = [Use("stud.dat", place) for place in stud_places(kind)]
    uses += [Use(below, place, stretch) for place in tube_places(kind)]
    return PartFile(name, title, "Part", _box(kind, hollow=True), tuple(uses))


def stud_places(kind: BrickKind) -> list[Point]:
    """The feet of the studs.

    >>> stud_places(BrickKind(1, 2, mass=0.00081, part="3004"))
    [(-10, 0, 0), (10, 0, 0)]
    """
    return [(x, 0, z) for x in _centres(kind.long) for z in _centres(kind.short)]


def tube_places(kind: BrickKind) -> list[Point]:
    """The lower ends of the tubes or pins: one between every two studs along the brick.

    >>> tube_places(BrickKind(1, 2, mass=0.00081, part="3004"))
    [(0, 24, 0)]
    """
    return [(x, LAYER_LDU, 0) for x in _centres(kind.long - 1)]


@cache
def primitives() -> dict[str, PartFile]:
    """The files that bricks share: stud, tube and pin, each from y = -4 to 0."""
    return {file.name: file for file in (_stud(), _tube(), _pin())}


@cache
def mesh(kind: BrickKind, *, hollow: bool = True) -> npt.NDArray[np.float32]:
    """Triangles of a brick with its studs, counter-clockwise as seen from outside.

    Args:
        kind: one of the catalog.
        hollow: with the open underside and its tubes or pins; else a closed box, about half the
            triangles, for views that never show it from below.

    Returns:
        float32 [triangles, 3 corners, 3], LDU as in a part: long side along x, y down, origin in
        the middle of the top. Read-only.
    """
    triangles = [
        (face[0], a, b) for face in _whole(kind, hollow).faces for a, b in pairwise(face[1:])
    ]
    return _frozen(triangles)


@cache
def edges(kind: BrickKind, *, hollow: bool = True) -> npt.NDArray[np.float32]:
    """Sharp edges of the same brick: float32 [edges, 2 ends, 3], LDU as in `mesh`. Read-only."""
    return _frozen(_whole(kind, hollow).edges)


def _frozen(points: Sequence[Sequence[Point]]) -> npt.NDArray[np.float32]:
    array = np.array(points, dtype=np.float32)
    array.flags.writeable = False
    return array


def _whole(kind: BrickKind, hollow: bool) -> Geometry:
    whole = _box(kind, hollow=hollow)
    for use in part(kind).uses:
        if hollow or use.primitive == "stud.dat":
            whole += _moved(primitives()[use.primitive].geometry, use)
    return whole


def _moved(geometry: Geometry, use: Use) -> Geometry:
    def moved(point: Point) -> Point:
        x, y, z = use.place
        return x + point[0], y + use.stretch * point[1], z + point[2]

    return Geometry(
        tuple(tuple(map(moved, face)) for face in geometry.faces),
        tuple((moved(a), moved(b)) for a, b in geometry.edges),
        tuple((moved(a), moved(b), moved(c), moved(d)) for a, b, c, d in geometry.outlines),
    )


def _centres(count: int) -> Iterator[int]:
    """Middles of `count` stud cells in a row around 0."""
    return (STUD_LDU * k - STUD_LDU // 2 * (count - 1) for k in range(count))


def _box(kind: BrickKind, *, hollow: bool) -> Geometry:
    half_x, half_z = STUD_LDU // 2 * kind.long, STUD_LDU // 2 * kind.short
    top = rectangle(half_x, half_z, 0)
    bottom = rectangle(half_x, half_z, LAYER_LDU)
    if not hollow:
        return box_walls(top, bottom) + lid(top) + lid_below(bottom)
    opening = rectangle(half_x - WALL, half_z - WALL, LAYER_LDU)
    ceiling = rectangle(half_x - WALL, half_z - WALL, WALL)
    return box_walls(top, bottom, opening, ceiling) + lid(top) + lid_below(ceiling)


def _stud() -> PartFile:
    top, foot = circle(STUD_RADIUS, -STUD_HEIGHT), circle(STUD_RADIUS, 0)
    geometry = round_walls(top, foot, sharp=(top, foot)) + lid(top)
    return PartFile("stud.dat", "Stud", "Primitive", geometry)


def _tube() -> PartFile:
    """Its upper end, which meets the ceiling, is open and has no edge."""
    outside, inside = TUBE_RADII
    rings = (
        circle(outside, -STUD_HEIGHT),
        circle(outside, 0),
        circle(inside, 0),
        circle(inside, -STUD_HEIGHT),
    )
    return PartFile(
        "stud4.dat", "Stud Tube Open", "Primitive", round_walls(*rings, sharp=rings[1:3])
    )


def _pin() -> PartFile:
    top, bottom = circle(PIN_RADIUS, -STUD_HEIGHT), circle(PIN_RADIUS, 0)
    geometry = round_walls(top, bottom, sharp=(bottom,)) + lid_below(bottom)
    return PartFile("stud3.dat", "Stud Tube Solid", "Primitive", geometry)


def _use_line(use: Use) -> str:
    x, y, z = use.place
    return f"1 16 {x:g} {y:g} {z:g} 1 0 0 0 {use.stretch} 0 0 0 1 {use.primitive}"


def _line(line_type: int, color: int, points: tuple[Point, ...]) -> str:
    numbers = " ".join(f"{coordinate:g}" for point in points for coordinate in point)
    return f"{line_type} {color} {numbers}"
