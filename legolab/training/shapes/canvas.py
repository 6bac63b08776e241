"""A grid to draw shapes on, and the dice they are drawn with. Knows no category.

x is width, y depth with the front at low y, z upwards. Boxes are half open, as slices are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

SIZE = 26
"""Larger than the world of 20, so that a shape that came out too large is seen, not clipped."""

MIDDLE = 11
"""Where turned shapes are centred."""

Size = tuple[int, int]
"""Width and depth in studs."""

T = TypeVar("T")


class Dice:
    """Draws of one shape, from one seeded generator."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included; `low` when the range is empty."""
        return low if high <= low else int(self._rng.integers(low, high + 1))

    def choice(self, options: Sequence[T]) -> T:
        """One of the options; list an option twice to draw it twice as often."""
        return options[int(self._rng.integers(len(options)))]

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return bool(self._rng.random() < probability)

    def sample(self, options: Sequence[T], count: int) -> list[T]:
        """`count` different options in random order."""
        order = self._rng.permutation(len(options))[:count]
        return [options[int(index)] for index in order]


class Canvas:
    """Voxels under the pen: bool [SIZE, SIZE, SIZE]."""

    def __init__(self) -> None:
        self.voxels = np.zeros((SIZE, SIZE, SIZE), dtype=bool)

    def box(
        self, x0: int, x1: int, y0: int, y1: int, z0: int, z1: int, filled: bool = True
    ) -> None:
        """Fill (or clear) a box; what lies below zero is cut off."""
        self.voxels[max(x0, 0) : x1, max(y0, 0) : y1, max(z0, 0) : z1] = filled

    def corners(
        self, x1: int, y1: int, size: int, z0: int, z1: int, x0: int = 0, y0: int = 0
    ) -> None:
        """Four square posts of `size` studs inside the corners of a rectangle."""
        for x in (x0, x1 - size):
            for y in (y0, y1 - size):
                self.box(x, x + size, y, y + size, z0, z1)

    def walls(
        self, x0: int, x1: int, y0: int, y1: int, z0: int, z1: int, thickness: int = 1
    ) -> None:
        """The four walls of a room."""
        t = thickness
        self.box(x0, x1, y0, y0 + t, z0, z1)
        self.box(x0, x1, y1 - t, y1, z0, z1)
        self.box(x0, x0 + t, y0, y1, z0, z1)
        self.box(x1 - t, x1, y0, y1, z0, z1)

    def disc(self, plan: str, size: Size, z0: int, z1: int, wall: float | None = None) -> None:
        """A round or square slab around the middle of the canvas, or only its wall.

        Args:
            plan: "round" (an oval when the sizes differ) or "square".
            size: width and depth in studs.
            z0, z1: layers.
            wall: thickness in studs; None for a full slab.
        """
        inside = self._inside(plan, size)
        if wall is not None:
            hole = (size[0] - 2 * wall, size[1] - 2 * wall)
            if min(hole) > 0:
                inside &= ~self._inside(plan, hole, centre=size)
        self.voxels[:, :, z0:z1] |= inside[:, :, None]

    def clear_disc(self, plan: str, size: Size, z0: int, z1: int) -> None:
        """Clear a round or square hole around the middle of the canvas."""
        self.voxels[:, :, z0:z1] &= ~self._inside(plan, size)[:, :, None]

    @staticmethod
    def _inside(
        plan: str, size: tuple[float, float], centre: Size | None = None
    ) -> NDArray[np.bool_]:
        """Studs inside an outline: bool [SIZE, SIZE]. Odd sizes are centred half a stud on."""
        middle = centre or size
        grid = np.arange(SIZE) + 0.5
        dx = np.abs(grid - (MIDDLE + middle[0] % 2 / 2))[:, None]
        dy = np.abs(grid - (MIDDLE + middle[1] % 2 / 2))[None, :]
        if plan == "round":
            # A little less than the true outline: stud corners must not make a circle square.
            distance = np.hypot((dx + 0.035) / (size[0] / 2), (dy + 0.035) / (size[1] / 2))
        else:
            distance = np.maximum(dx / (size[0] / 2), dy / (size[1] / 2))
        return np.asarray(distance <= 1.0)


def edges(size: int) -> tuple[int, int]:
    """First stud and end of a slab of this size around the middle of the canvas."""
    return MIDDLE - size // 2, MIDDLE - size // 2 + size


def resized(size: Size, by: int) -> Size:
    """A slab that is `by` studs larger both ways, and never thinner than its parity allows."""
    return max(1, size[0] + by), max(1, size[1] + by)
