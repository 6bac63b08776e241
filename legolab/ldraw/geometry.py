"""Solids between rings of points, as LDraw draws them. Knows nothing of bricks and of files.

Coordinates are LDU, x right, y down, z away. A ring goes round as seen from above, from x towards
z; a solid is its rings from the outside of its upper end on, joined by strips of faces.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float, float]
Ring = tuple[Point, ...]
Face = tuple[Point, ...]

SEGMENTS = 16
"""Sides of the polygon that stands for a circle, as in the parts library."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """What is drawn.

    Attributes:
        faces: flat, convex, three or four corners each, counter-clockwise as seen from outside.
        edges: the two ends of every sharp edge.
        outlines: two ends of an edge inside a round wall, then a corner to either side of it; a
            viewer draws it where both corners lie on one side, that is along the silhouette.
    """

    faces: tuple[Face, ...] = ()
    edges: tuple[tuple[Point, Point], ...] = ()
    outlines: tuple[tuple[Point, Point, Point, Point], ...] = ()

    def __add__(self, other: Geometry) -> Geometry:
        return Geometry(
            self.faces + other.faces, self.edges + other.edges, self.outlines + other.outlines
        )


def circle(radius: float, y: float) -> Ring:
    """A ring of SEGMENTS points, to four decimals, which is what is written to files."""
    angles = [2 * math.pi * k / SEGMENTS for k in range(SEGMENTS)]
    # Adding zero turns -0.0 into 0.0.
    return tuple(
        (round(radius * math.cos(a), 4) + 0.0, y, round(radius * math.sin(a), 4) + 0.0)
        for a in angles
    )


def rectangle(half_x: float, half_z: float, y: float) -> Ring:
    """A ring of four corners around the y axis.

    >>> rectangle(40, 20, 0)
    ((40, 0, -20), (40, 0, 20), (-40, 0, 20), (-40, 0, -20))
    """
    return (half_x, y, -half_z), (half_x, y, half_z), (-half_x, y, half_z), (-half_x, y, -half_z)


def box_walls(*rings: Ring) -> Geometry:
    """Flat faces from ring to ring, a sharp edge along every side and between all corners."""
    sides = Geometry()
    for upper, lower in pairwise(rings):
        corners = tuple(zip(upper, lower, strict=True)) if upper[0][1] != lower[0][1] else ()
        sides += Geometry(_strip(upper, lower), corners)
    return sides + Geometry(edges=tuple(side for ring in rings for side in _sides(ring)))


def round_walls(*rings: Ring, sharp: tuple[Ring, ...]) -> Geometry:
    """Faces from ring to ring that a viewer shades as round; the `sharp` rings are edges."""
    walls = Geometry(edges=tuple(side for ring in sharp for side in _sides(ring)))
    for upper, lower in pairwise(rings):
        outlines = _outlines(upper, lower) if upper[0][1] != lower[0][1] else ()
        walls += Geometry(_strip(upper, lower), outlines=outlines)
    return walls


def lid(ring: Ring) -> Geometry:
    """The flat inside of a ring, seen from above."""
    if len(ring) == 4:
        return Geometry((ring,))
    return Geometry(tuple((ring[0], a, b) for a, b in pairwise(ring[1:])))


def lid_below(ring: Ring) -> Geometry:
    """The flat inside of a ring, seen from below."""
    return lid(ring[::-1])


def _next(ring: Ring) -> Ring:
    return ring[1:] + ring[:1]


def _sides(ring: Ring) -> tuple[tuple[Point, Point], ...]:
    return tuple(zip(ring, _next(ring), strict=True))


def _strip(upper: Ring, lower: Ring) -> tuple[Face, ...]:
    return tuple(zip(upper, lower, _next(lower), _next(upper), strict=True))


def _outlines(upper: Ring, lower: Ring) -> tuple[tuple[Point, Point, Point, Point], ...]:
    before = upper[-1:] + upper[:-1]
    return tuple(zip(upper, lower, before, _next(upper), strict=True))
