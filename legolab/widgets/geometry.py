"""A structure as arrays for a 3-D view: triangles, edges, and which brick each belongs to.

Knows numpy and bricks, no 3-D library. The view's axes: x to the right, y up, z towards the viewer;
the grid's (x, y, z) is the view's (x, z, -y), so that right and left stay what they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.brick import Brick

STUD = 160
"""Units to a stud; whole numbers of them place every corner, so positions fit 16 bits."""

LAYER = 192
"""Units to a layer: a brick is 1.2 studs high."""

_STUD_RADIUS, _STUD_HEIGHT = 48, 32
_SIDES = 12  # of the prism that stands for a stud
_GAP = 1  # units cut off each side of a brick, so that neighbours do not share a face

Positions = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shape:
    """Triangles and edges of some bricks.

    Attributes:
        points: float64 [3 triangles, 3], corners in units.
        normals: int8 [3 triangles, 3], outwards, 127 long.
        brick: int64 [triangles], number of the brick it belongs to.
        lines: float64 [2 edges, 3], ends in units.
        line_brick: int64 [edges], number of the brick it belongs to.
    """

    points: Positions
    normals: NDArray[np.int8]
    brick: NDArray[np.int64]
    lines: Positions
    line_brick: NDArray[np.int64]


def build_shape(bricks: Iterable[Brick], first: int = 0) -> Shape:
    """Triangles and edges of bricks, all in one.

    >>> shape = build_shape([Brick(1, 1, 0, 0, 0)])
    >>> len(shape.brick), shape.points.max(axis=0).tolist()
    (46, [159.0, 224.0, -1.0])

    Args:
        bricks: in building order.
        first: number of the first of them.
    """
    points, normals, lines = [np.empty((0, 3))], [np.empty((0, 3), np.int8)], [np.empty((0, 3))]
    triangles, edges = [], []
    for brick in bricks:
        form = _form(brick.h, brick.w)
        corner = np.array([brick.x * STUD, brick.z * LAYER, -brick.y * STUD], np.float64)
        points.append(form.points + corner)
        normals.append(form.normals)
        lines.append(form.lines + corner)
        triangles.append(len(form.points) // 3)
        edges.append(len(form.lines) // 2)
    numbers = np.arange(first, first + len(triangles), dtype=np.int64)
    return Shape(
        points=np.concatenate(points),
        normals=np.concatenate(normals),
        brick=np.repeat(numbers, triangles),
        lines=np.concatenate(lines),
        line_brick=np.repeat(numbers, edges),
    )


def bounds(bricks: Iterable[Brick]) -> tuple[Positions, Positions]:
    """Middle and size of the box that holds the bricks, in units.

    >>> middle, size = bounds([Brick(2, 2, 0, 0, 0)])
    >>> middle.tolist(), size.tolist()
    ([160.0, 112.0, -160.0], [320.0, 224.0, 320.0])
    """
    boxes = np.array([(b.x, b.y, b.z, b.x + b.h, b.y + b.w, b.z + 1) for b in bricks], np.float64)
    low, high = boxes[:, :3].min(axis=0), boxes[:, 3:].max(axis=0)
    scale = np.array([STUD, STUD, LAYER])
    low, high = low * scale, high * scale + np.array([0, 0, _STUD_HEIGHT])
    middle, size = (low + high) / 2, high - low
    return np.array([middle[0], middle[2], -middle[1]]), size[[0, 2, 1]]


@dataclass(frozen=True, eq=False)
class _Form:
    """A brick at the origin: what `Shape` holds, for one."""

    points: Positions
    normals: NDArray[np.int8]
    lines: Positions


@lru_cache(maxsize=32)
def _form(h: int, w: int) -> _Form:
    """The form of a brick of `h` by `w` studs: a box and its studs."""
    points, normals, lines = _box(h, w)
    stud_points, stud_normals, stud_lines = _stud()
    for x in range(h):
        for y in range(w):
            place = np.array([(x + 0.5) * STUD, LAYER, -(y + 0.5) * STUD])
            points = np.concatenate([points, stud_points + place])
            normals = np.concatenate([normals, stud_normals])
            lines = np.concatenate([lines, stud_lines + place])
    return _Form(points, np.rint(normals * 127).astype(np.int8), lines)


def _box(h: int, w: int) -> tuple[Positions, Positions, Positions]:
    """Points, normals and lines of the box; faces are seen counter-clockwise from outside."""
    low = np.array([_GAP, 0, -w * STUD + _GAP], np.float64)
    high = np.array([h * STUD - _GAP, LAYER - _GAP, -_GAP], np.float64)
    points, normals = [], []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        for side, turn in ((low, -1), (high, 1)):
            square = np.tile(side, (4, 1))
            square[:, u] = low[u], high[u], high[u], low[u]
            square[:, v] = low[v], low[v], high[v], high[v]
            points.append(square[::turn][[0, 1, 2, 0, 2, 3]])
            normal = np.zeros(3)
            normal[axis] = turn
            normals.append(np.tile(normal, (6, 1)))
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    ends = [
        (a, b)
        for n, a in enumerate(corners)
        for b in corners[n + 1 :]
        if int(np.abs(a - b).sum()) == 1
    ]
    lines = low + np.array(ends, np.float64).reshape(-1, 3) * (high - low)
    return np.concatenate(points), np.concatenate(normals), lines


def _stud() -> tuple[Positions, Positions, Positions]:
    """Points, normals and lines of a stud whose foot is at the origin."""
    angle = np.arange(_SIDES) * 2 * np.pi / _SIDES
    out = np.stack([np.cos(angle), np.zeros(_SIDES), -np.sin(angle)], axis=1)
    foot = out * _STUD_RADIUS
    top = foot + np.array([0, _STUD_HEIGHT, 0])
    after = np.roll(np.arange(_SIDES), -1)
    quads = np.stack([foot, foot[after], top[after], foot, top[after], top], axis=1)
    round_normals = np.stack([out, out[after], out[after], out, out[after], out], axis=1)
    fan = np.stack([np.tile(top[0], (_SIDES - 2, 1)), top[1:-1], top[2:]], axis=1)
    up = np.tile([0.0, 1.0, 0.0], (3 * (_SIDES - 2), 1))
    points = np.concatenate([quads.reshape(-1, 3), fan.reshape(-1, 3)])
    normals = np.concatenate([round_normals.reshape(-1, 3), up])
    return points, normals, np.stack([top, top[after]], axis=1).reshape(-1, 3)
