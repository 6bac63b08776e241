"""Which brick may come next: free, inside the world, in building order, and able to be held.

A mask over all placements, updated brick by brick, and the parts the bricks form so far. Knows
bricks, but neither tokens nor probabilities.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import SIZES

WORLD = 20
"""Studs and layers a side: the coordinates the model can write."""

_INDEX_OF_SIZE = {size: index for index, size in enumerate(SIZES)}

Room = tuple[int, int, int]
"""Width, depth and height a structure may take: x < width, y >= WORLD - depth, z < height.

That is the frame the model was trained in, where shapes touch x = 0 and y = 19.
"""

Ground = tuple[int, int, int, int]
"""Where the lowest layer may be: west <= x < east, south <= y < north."""

Mask = NDArray[np.bool_]
"""bool [14 sizes in the catalog's order, x, y, z]: where a brick's lowest corner may be."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A brick as an index into a mask."""

    size: int
    x: int
    y: int
    z: int

    @property
    def brick(self) -> Brick:
        """The brick itself."""
        h, w = SIZES[self.size]
        return Brick(h, w, self.x, self.y, self.z)

    @property
    def choices(self) -> tuple[int, int, int, int]:
        """Size, x, y and z, as a model chooses them one after the other."""
        return self.size, self.x, self.y, self.z

    @classmethod
    def of(cls, brick: Brick) -> Placement:
        """Where in a mask a brick stands."""
        return cls(_INDEX_OF_SIZE[brick.h, brick.w], brick.x, brick.y, brick.z)


class Grammar:
    """The bricks so far and what may follow.

    Bricks may hang: a part that does not reach the ground yet can be tied in by a later brick of
    its top layer or the next. `stranded` says when that is no longer possible.
    """

    def __init__(
        self,
        bricks: Iterable[Brick] = (),
        room: Room = (WORLD, WORLD, WORLD),
        ground: Ground = (0, WORLD, 0, WORLD),
    ) -> None:
        self.bricks: list[Brick] = []
        self.room, self.ground = room, ground
        west, east, south, north = ground
        self._free = np.zeros((len(SIZES), WORLD, WORLD, WORLD), dtype=bool)
        for index, (h, w) in enumerate(SIZES):
            xs = slice(0, max(0, room[0] - h + 1))
            self._free[index, xs, WORLD - room[1] : WORLD - w + 1, : room[2]] = True
            self._free[index, :west, :, 0] = self._free[index, :, :south, 0] = False
            self._free[index, max(0, east - h + 1) :, :, 0] = False
            self._free[index, :, max(0, north - w + 1) :, 0] = False
        self._touching = np.zeros_like(self._free)
        self._touching[..., 0] = True
        self._at: dict[tuple[int, int, int], int] = {}
        self._parent: list[int] = []
        self._top: list[int] = []  # highest layer of the part whose root this is
        self._grounded: list[bool] = []
        for brick in bricks:
            self.add(brick)

    def add(self, brick: Brick) -> None:
        """Place a brick that the mask allows."""
        number = len(self.bricks)
        self.bricks.append(brick)
        self._parent.append(number)
        self._top.append(brick.z)
        self._grounded.append(brick.z == 0)
        for index, (h, w) in enumerate(SIZES):
            xs = slice(max(0, brick.x - h + 1), brick.x + brick.h)
            ys = slice(max(0, brick.y - w + 1), brick.y + brick.w)
            self._free[index, xs, ys, brick.z] = False
            if brick.z > 0:
                self._touching[index, xs, ys, brick.z - 1] = True
            if brick.z + 1 < WORLD:
                self._touching[index, xs, ys, brick.z + 1] = True
        for x in range(brick.x, brick.x + brick.h):
            for y in range(brick.y, brick.y + brick.w):
                self._at[x, y, brick.z] = number
                for z in (brick.z - 1, brick.z + 1):
                    neighbour = self._at.get((x, y, z))
                    if neighbour is not None:
                        self._join(neighbour, number)

    def _find(self, number: int) -> int:
        parent = self._parent
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    def _join(self, one: int, other: int) -> None:
        one, other = self._find(one), self._find(other)
        if one != other:
            self._parent[one] = other
            self._top[other] = max(self._top[one], self._top[other])
            self._grounded[other] = self._grounded[one] or self._grounded[other]

    def allowed(self, banned: Iterable[Placement] = (), tied: bool = False) -> Mask:
        """Where the next brick may go: the current layer or the one above it.

        The first brick stands on the ground; the top layer of the room must touch what is there,
        since nothing can tie it in later.

        Args:
            banned: placements that are left out.
            tied: whether every brick must touch what is there, or the ground.
        """
        mask = np.zeros_like(self._free)
        if not self.bricks:
            mask[..., 0] = self._free[..., 0]
        else:
            current = self.bricks[-1].z
            for z in range(current, min(current + 2, WORLD)):
                mask[..., z] = self._free[..., z]
                if tied or z == self.room[2] - 1:
                    mask[..., z] &= self._touching[..., z]
        for placement in banned:
            mask[placement.size, placement.x, placement.y, placement.z] = False
        return mask

    @property
    def reaches_top(self) -> bool:
        """Whether a brick stands in the highest layer of the room."""
        return bool(self.bricks) and self.bricks[-1].z == self.room[2] - 1

    def floating(self) -> list[int]:
        """The bricks that do not reach the ground, in building order."""
        return [n for n in range(len(self.bricks)) if not self._grounded[self._find(n)]]

    def stranded(self, next_layer: int | None) -> int | None:
        """The first brick of a part that can no longer reach the ground, or None.

        Args:
            next_layer: layer of the brick that is to follow; None when the structure is to end.
        """
        for number in self.floating():
            if next_layer is None or self._top[self._find(number)] < next_layer - 1:
                return number
        return None
