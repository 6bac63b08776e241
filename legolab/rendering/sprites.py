"""Bricks and studs drawn once, exactly, as depth and face of every subpixel. Knows one view."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from legolab.rendering.projection import (
    STEP,
    STUD_HEIGHT,
    STUD_RADIUS,
    Box,
    Vector,
    View,
    cross,
    plus,
    scaled,
    unit,
)

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

TOP, SIDE_X, SIDE_Y, EDGE_TOP_X, EDGE_TOP_Y, EDGE_X_Y, STUD_TOP, STUD_RIM, STUD_SIDE = range(9)
"""Faces of a brick; the curved side of a stud takes STUD_SIDE and the faces after it."""

STUD_SIDE_BINS = 96
FACES = STUD_SIDE + STUD_SIDE_BINS

_EDGE = {
    frozenset((TOP, SIDE_X)): EDGE_TOP_X,
    frozenset((TOP, SIDE_Y)): EDGE_TOP_Y,
    frozenset((SIDE_X, SIDE_Y)): EDGE_X_Y,
}
_FACE_OF_AXIS = (SIDE_X, SIDE_Y, TOP)
_RIM_WIDTH = 0.7
_SLACK = 1e-6


@dataclass(frozen=True)
class Sprite:
    """What one thing covers, its grid corner at subpixel (0, 0).

    Attributes:
        x, y: of the first column and row, subpixels from the grid corner.
        depth: float32 [rows, columns], LDU relative to the grid corner, inf where nothing is.
        face: uint8 [rows, columns], one of the faces above.
    """

    x: int
    y: int
    depth: Float32
    face: npt.NDArray[np.uint8]


class _Canvas:
    """Rays through the subpixels of a box (LDU), and the nearest hit of each so far."""

    def __init__(self, view: View, box: Box) -> None:
        left, top, right, bottom = view.bounds(box)
        self.x, self.y = math.floor(left) - 1, math.floor(top) - 1
        columns = np.arange(self.x, math.ceil(right) + 1) + 0.5
        rows = np.arange(self.y, math.ceil(bottom) + 1)[:, None] + 0.5
        a, b = view.back
        self.start: list[Float64] = [a[k] * columns + b[k] * rows for k in range(3)]
        self.along: Float64 = np.full((rows.size, columns.size), -np.inf)
        self.face = np.zeros(self.along.shape, np.uint8)

    def hit(self, where: npt.NDArray[np.bool_], along: Float64, face: npt.ArrayLike) -> None:
        """Keep hits at `start + along * toward` that are nearer to the eye than those before."""
        nearer = where & (along > self.along)
        self.along[nearer] = along[nearer]
        self.face[nearer] = np.broadcast_to(np.asarray(face, np.uint8), nearer.shape)[nearer]

    def sprite(self) -> Sprite:
        """The finished sprite."""
        return Sprite(self.x, self.y, (-self.along).astype(np.float32), self.face)


def brick_sprite(view: View, h: int, w: int, bevel: float) -> Sprite:
    """A brick of h by w studs without its studs; edges toward the eye are `bevel` LDU wide."""
    size = (h * STEP[0], w * STEP[1], STEP[2])
    toward = view.toward
    seen = tuple(size[k] if toward[k] > 0 else 0.0 for k in range(3))
    canvas = _Canvas(view, Box((0.0, 0.0, 0.0), size))
    for axis in range(3):
        if abs(toward[axis]) < 1e-9:
            continue
        along = (seen[axis] - canvas.start[axis]) / toward[axis]
        where = np.ones(along.shape, bool)
        face = np.full(along.shape, _FACE_OF_AXIS[axis], np.uint8)
        for other in range(3):
            if other == axis:
                continue
            place = canvas.start[other] + along * toward[other]
            where &= (place >= -_SLACK) & (place <= size[other] + _SLACK)
            edge = _EDGE[frozenset((_FACE_OF_AXIS[axis], _FACE_OF_AXIS[other]))]
            face[np.abs(place - seen[other]) < bevel] = edge
        canvas.hit(where, along, face)
    return canvas.sprite()


def stud_sprite(view: View) -> Sprite:
    """The stud of the grid cell whose corner, on top of the brick, is the grid corner.

    The curved side is x^2 + y^2 = r^2 around the middle of the cell; a ray start + t toward meets
    it where a t^2 + 2 b t + c = 0, the larger t being nearer to the eye.
    """
    toward, r = view.toward, STUD_RADIUS
    mid = (STEP[0] / 2, STEP[1] / 2)
    box = Box((mid[0] - r, mid[1] - r, 0.0), (mid[0] + r, mid[1] + r, STUD_HEIGHT))
    canvas = _Canvas(view, box)
    x0, y0, z0 = canvas.start[0] - mid[0], canvas.start[1] - mid[1], canvas.start[2]

    a = toward[0] * toward[0] + toward[1] * toward[1]
    b = x0 * toward[0] + y0 * toward[1]
    root = b * b - a * (x0 * x0 + y0 * y0 - r * r)
    side = (np.sqrt(np.maximum(root, 0.0)) - b) / a
    z = z0 + side * toward[2]
    across = ((x0 + side * toward[0]) * -toward[1] + (y0 + side * toward[1]) * toward[0]) / (
        r * math.sqrt(a)
    )
    bins = np.clip(np.floor((across + 1.0) * (STUD_SIDE_BINS / 2)), 0, STUD_SIDE_BINS - 1)
    canvas.hit((root > 0) & (z >= 0) & (z <= STUD_HEIGHT), side, STUD_SIDE + bins)

    top = (STUD_HEIGHT - z0) / toward[2]
    x, y = x0 + top * toward[0], y0 + top * toward[1]
    square = x * x + y * y
    inner = (r - _RIM_WIDTH) * (r - _RIM_WIDTH)
    canvas.hit(square <= r * r, top, np.where(square > inner, STUD_RIM, STUD_TOP))
    return canvas.sprite()


def face_normals(view: View) -> list[Vector]:
    """The unit normal of every face, FACES of them."""
    toward = view.toward
    x: Vector = (1.0 if toward[0] > 0 else -1.0, 0.0, 0.0)
    y: Vector = (0.0, 1.0 if toward[1] > 0 else -1.0, 0.0)
    z: Vector = (0.0, 0.0, 1.0)
    ahead = unit((toward[0], toward[1], 0.0))
    aside = cross(z, ahead)
    sides = []
    for k in range(STUD_SIDE_BINS):
        across = (k + 0.5) * 2 / STUD_SIDE_BINS - 1
        sides.append(plus(scaled(aside, across), scaled(ahead, math.sqrt(1 - across * across))))
    rim = unit(plus(scaled(ahead, 0.5), z))
    edges = [unit(plus(z, x)), unit(plus(z, y)), unit(plus(x, y))]
    return [z, x, y, *edges, z, rim, *sides]
