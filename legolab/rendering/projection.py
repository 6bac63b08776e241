"""Orthographic views whose grid steps are whole subpixels. Knows vectors, nothing of bricks.

Because one stud or one layer is a whole number of subpixels, every brick of a kind covers the same
subpixels wherever it is, so that it can be drawn once and stamped. Everything follows from six
integers by plain arithmetic: no BLAS, no sine, hence the same numbers on every processor.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

Vector = tuple[float, float, float]

STEP: Vector = (20.0, 20.0, 24.0)
"""One grid step along x, y and z, in LDU."""

STUD_RADIUS = 6.0
"""LDU."""

STUD_HEIGHT = 4.0
"""LDU."""


_SMALLEST_STUD = 2.0
_ROUNDING = 0.05


def dot(a: Vector, b: Vector) -> float:
    """The scalar product, always added in the same order."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    """The vector product."""
    return (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )


def scaled(a: Vector, factor: float) -> Vector:
    """`a` times a number."""
    return a[0] * factor, a[1] * factor, a[2] * factor


def plus(a: Vector, b: Vector) -> Vector:
    """The sum."""
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


def unit(a: Vector) -> Vector:
    """`a` at length 1."""
    return scaled(a, 1.0 / math.sqrt(dot(a, a)))


@dataclass(frozen=True)
class Box:
    """An upright box, lowest and highest corner in LDU."""

    low: Vector
    high: Vector

    @property
    def corners(self) -> list[Vector]:
        """The eight corners."""
        xs, ys, zs = zip(self.low, self.high, strict=True)
        return [(x, y, z) for x in xs for y in ys for z in zs]


@dataclass(frozen=True)
class View:
    """An orthographic view: where a grid step goes on the picture, in whole subpixels.

    `right[i]` and `down[i]` are the subpixels that one step along axis i moves on the picture.
    A point p (LDU) lies at (u·p, v·p) and at depth -(toward·p), smaller is nearer.
    """

    right: tuple[int, int, int]
    down: tuple[int, int, int]

    @cached_property
    def u(self) -> Vector:
        """Subpixels to the right per LDU."""
        return self.right[0] / STEP[0], self.right[1] / STEP[1], self.right[2] / STEP[2]

    @cached_property
    def v(self) -> Vector:
        """Subpixels down per LDU."""
        return self.down[0] / STEP[0], self.down[1] / STEP[1], self.down[2] / STEP[2]

    @cached_property
    def toward(self) -> Vector:
        """Unit vector from the model to the eye."""
        return unit(cross(self.v, self.u))

    @cached_property
    def back(self) -> tuple[Vector, Vector]:
        """The pseudo-inverse: p = X back[0] + Y back[1] - depth toward."""
        uu, uv, vv = dot(self.u, self.u), dot(self.u, self.v), dot(self.v, self.v)
        det = uu * vv - uv * uv
        return (
            plus(scaled(self.u, vv / det), scaled(self.v, -uv / det)),
            plus(scaled(self.v, uu / det), scaled(self.u, -uv / det)),
        )

    @property
    def scale(self) -> float:
        """Subpixels per LDU across the picture."""
        return math.sqrt(dot(self.u, self.u))

    def spot(self, step: tuple[int, int, int]) -> tuple[int, int]:
        """Whole subpixels, right and down, of a grid point."""
        x, y, z = step
        a, b = self.right, self.down
        return a[0] * x + a[1] * y + a[2] * z, b[0] * x + b[1] * y + b[2] * z

    def bounds(self, box: Box) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of a box on the picture, in subpixels."""
        xs = [dot(self.u, corner) for corner in box.corners]
        ys = [dot(self.v, corner) for corner in box.corners]
        return min(xs), min(ys), max(xs), max(ys)


def view_along(toward: Vector, scale: float) -> View:
    """The view from direction `toward` at about `scale` subpixels per LDU, z upright."""
    toward = unit(toward)
    right = unit(cross((0.0, 0.0, 1.0), toward))
    up = cross(toward, right)
    return View(
        right=_whole(right, scale),
        down=_whole(up, -scale),
    )


def _whole(direction: Vector, scale: float) -> tuple[int, int, int]:
    x, y, z = (round(part * step * scale) for part, step in zip(direction, STEP, strict=True))
    return x, y, z


@dataclass(frozen=True)
class Frame:
    """A view placed on a square raster of `size` subpixels with the grid origin at (x, y)."""

    view: View
    size: int
    x: int
    y: int


def fit(toward: Vector, box: Box, size: int, fill: float, largest: float) -> Frame | None:
    """Frame `box` so that it takes about `fill` of the raster.

    Args:
        toward: from the model to the eye.
        box: what must be inside, LDU.
        size: side of the raster, subpixels.
        fill: share of the raster's side, 0 to 1.
        largest: most subpixels per LDU, so that a single brick does not fill the picture.

    Returns:
        None when the box is so large that studs would be tiny.
    """
    left, top, right, bottom = view_along(toward, 64.0).bounds(box)
    extent = max(right - left, bottom - top) / 64.0
    scale = min(fill * size / extent, largest)
    while scale * STEP[0] > _SMALLEST_STUD:
        view = view_along(toward, scale)
        left, top, right, bottom = view.bounds(box)
        if max(right - left, bottom - top) <= (fill + _ROUNDING) * size:
            x = round(size / 2 - (left + right) / 2)
            y = round(size / 2 - (top + bottom) / 2)
            return Frame(view, size, x, y)
        scale *= 0.97
    return None
