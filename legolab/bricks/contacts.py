"""Where bricks touch: studs under a brick, and faces side by side. Knows nothing of forces.

A stud contact is a brick over another, or over the ground, with at least one stud in common; it
holds in every direction. A side contact is two faces of one layer touching; it can only push.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.brick import Brick

IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class StudContacts:
    """Stud contacts, sorted by top brick, then by what is below.

    The ground is one more node after the bricks: its index is `bricks`, one past the last brick,
    so that looking a brick up by it fails instead of finding the wrong one.

    Attributes:
        bricks: number of bricks.
        top: int64 [contacts], index of the brick above.
        bottom: int64 [contacts], index of the brick below, or `bricks` for the ground.
        x0, x1, y0, y1: int64 [contacts], studs in common: x0 <= x < x1, y0 <= y < y1.
    """

    bricks: int
    top: IntArray
    bottom: IntArray
    x0: IntArray
    x1: IntArray
    y0: IntArray
    y1: IntArray

    @property
    def on_ground(self) -> NDArray[np.bool_]:
        """bool [contacts], whether the contact is with the ground."""
        ground: NDArray[np.bool_] = self.bottom == self.bricks
        return ground


@dataclass(frozen=True, eq=False)
class SideContacts:
    """Side contacts along one axis, sorted by `low`, then `high`.

    Attributes:
        low: int64 [sides], the brick on the side of the smaller coordinate.
        high: int64 [sides], the brick on the side of the larger coordinate.
    """

    low: IntArray
    high: IntArray


@dataclass(frozen=True, eq=False)
class Contacts:
    """All contacts of a set of bricks: over studs, and side by side along x and along y."""

    studs: StudContacts
    along_x: SideContacts
    along_y: SideContacts


def brick_boxes(bricks: Iterable[Brick]) -> IntArray:
    """The bricks as an int64 array [bricks, 5] of h, w, x, y, z.

    >>> brick_boxes([Brick(2, 4, 0, 1, 3)])
    array([[2, 4, 0, 1, 3]])
    """
    rows = [(brick.h, brick.w, brick.x, brick.y, brick.z) for brick in bricks]
    return np.array(rows, dtype=np.int64).reshape(-1, 5)


def find_contacts(boxes: IntArray) -> Contacts:
    """All contacts between bricks that do not overlap; the time grows with the number of studs.

    Args:
        boxes: int64 [bricks, 5], rows h, w, x, y, z as `brick_boxes` makes them.
    """
    if len(boxes) == 0:
        none = np.empty(0, dtype=np.int64)
        sides = SideContacts(none, none)
        return Contacts(StudContacts(0, none, none, none, none, none, none), sides, sides)
    grid = _Grid(boxes)
    return Contacts(
        studs=_stud_contacts(boxes, *grid.neighbours(0, 0, -1)),
        along_x=SideContacts(*grid.neighbours(1, 0, 0)),
        along_y=SideContacts(*grid.neighbours(0, 1, 0)),
    )


class _Grid:
    """The filled cells, one sorted integer code each, to find what is in the next cell."""

    def __init__(self, boxes: IntArray) -> None:
        h, w, x, y, z = boxes.T
        cells = h * w
        brick = np.repeat(np.arange(len(boxes)), cells)
        number = np.arange(cells.sum()) - np.repeat(np.cumsum(cells) - cells, cells)
        cell_x = x[brick] - x.min() + number // w[brick]
        cell_y = y[brick] - y.min() + number % w[brick]
        # One empty cell past each row and column keeps a step from wrapping into the next.
        self._stride_x = int(cell_y.max()) + 2
        self._stride_z = self._stride_x * (int(cell_x.max()) + 2)
        code = z[brick] * self._stride_z + cell_x * self._stride_x + cell_y
        order = np.argsort(code)
        self._code, self._brick, self._bricks = code[order], brick[order], len(boxes)

    def neighbours(self, dx: int, dy: int, dz: int) -> tuple[IntArray, IntArray]:
        """Pairs (a, b), a != b, where a cell of b is one step from one of a; sorted, once each."""
        step = dx * self._stride_x + dy + dz * self._stride_z
        wanted = self._code + step
        place = np.minimum(np.searchsorted(self._code, wanted), len(self._code) - 1)
        hit = self._code[place] == wanted
        a, b = self._brick[hit], self._brick[place[hit]]
        pair = np.unique(a * self._bricks + b)
        a, b = np.divmod(pair, self._bricks)
        return a[a != b], b[a != b]


def _stud_contacts(boxes: IntArray, top: IntArray, bottom: IntArray) -> StudContacts:
    """Contacts of the given brick pairs and of the lowest layer with the ground."""
    bricks = len(boxes)
    h, w, x, y, z = boxes.T
    grounded = np.flatnonzero(z == 0)
    rectangles = [
        np.r_[np.maximum(x[top], x[bottom]), x[grounded]],
        np.r_[np.minimum(x[top] + h[top], x[bottom] + h[bottom]), x[grounded] + h[grounded]],
        np.r_[np.maximum(y[top], y[bottom]), y[grounded]],
        np.r_[np.minimum(y[top] + w[top], y[bottom] + w[bottom]), y[grounded] + w[grounded]],
    ]
    all_top = np.r_[top, grounded]
    all_bottom = np.r_[bottom, np.full(len(grounded), bricks)]
    order = np.argsort(all_top, kind="stable")
    sides = (side[order] for side in rectangles)
    return StudContacts(bricks, all_top[order], all_bottom[order], *sides)
