"""Which bricks probably come next, from the bricks so far: asked of the model in one pass.

A guess costs little when it is wrong and several passes when it is right; what is drawn does not
depend on it. What the model has learned from was covered by a regular plan, so the plan says how a
layer goes on, as long as it is filled where the one below is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import SIZES
from legolab.bricks.legolize import building_order, cover_above
from legolab.generation.grammar import WORLD, Ground, Placement

_MOST = 2
"""Bricks that are guessed at once when the last guesses were right."""


class Guesser:
    """Guesses that follow one structure as it grows, and how they fared."""

    def __init__(self, layers: int, ground: Ground) -> None:
        """Begin with nothing.

        Args:
            layers: of the room that the structure has.
            ground: where its lowest layer may be.
        """
        self._layers = layers
        west, east, south, north = ground
        self._floor = np.zeros((WORLD, WORLD), dtype=bool)
        self._floor[west:east, south:north] = True
        self._below: list[Brick] | None = None
        self._layer: list[Brick] = []  # as guessed, upon `_below`
        self._right = 0  # guesses in a row
        self._bricks: list[Brick] = []
        self._guessed: list[Brick] = []

    def look_at(self, bricks: Sequence[Brick]) -> None:
        """Guess what follows some bricks, in building order; the better it went, the more."""
        self._bricks = list(bricks)
        was_right = bool(self._guessed and bricks) and bricks[-1] == self._guessed[0]
        self._right = self._right + 1 if was_right else 0
        following = self._in_this_layer(self._bricks)
        if not following and (not bricks or bricks[-1].z + 1 < self._layers):
            following = self._covered(self._bricks)
        self._guessed = following[: min(1 + self._right, _MOST)]

    @property
    def bricks(self) -> list[Brick]:
        """The bricks that probably follow; often none.

        >>> guesser = Guesser(layers=3, ground=(0, 2, 0, 8))
        >>> guesser.look_at([Brick(2, 4, 0, 4, 0), Brick(2, 4, 0, 0, 0), Brick(2, 2, 0, 6, 1)])
        >>> [str(brick) for brick in guesser.bricks]
        ['2x6 (0,0,1)']
        """
        return self._guessed

    def along(self, path: tuple[int, ...]) -> tuple[int, ...]:
        """Choices that probably follow some choices of the next brick, and those before them.

        Args:
            path: fewer than four choices: size, x, y.
        """
        whole = _paths(self._guessed)
        if whole[: len(path)] == path:
            return whole
        brick = self._with(path)
        if brick is None:
            return path
        after = self._in_this_layer([*self._bricks, brick])
        return _paths([brick, *after[:1]])

    def _with(self, path: tuple[int, ...]) -> Brick | None:
        """A brick with those choices; mostly it goes on from the last one. None outside."""
        if not self._bricks:
            return None
        last = self._bricks[-1]
        h, w = SIZES[path[0]]
        x, y, z = (*path[1:], *(last.x, last.y - w, last.z)[len(path) - 1 :])
        inside = 0 <= x <= WORLD - h and 0 <= y <= WORLD - w
        return Brick(h, w, x, y, z) if inside else None

    def _in_this_layer(self, bricks: Sequence[Brick]) -> list[Brick]:
        """What is to come in the layer of the last brick."""
        if not bricks:
            return []
        last = bricks[-1]
        count = sum(brick.z < last.z for brick in bricks)
        layer = self._covered(bricks[:count])
        return [brick for brick in layer if building_order(brick) > building_order(last)]

    def _covered(self, below: Sequence[Brick]) -> list[Brick]:
        """The layer upon some bricks, filled where the last of theirs is."""
        below = list(below)
        if below != self._below:
            self._below, self._layer = below, cover_above(below, self._filled_below(below))
        return self._layer

    def _filled_below(self, below: Sequence[Brick]) -> NDArray[np.bool_]:
        """The cells of the last layer of some bricks; without any, the ground."""
        if not below:
            return self._floor
        cells = np.zeros((WORLD, WORLD), dtype=bool)
        for brick in reversed(below):
            if brick.z < below[-1].z:
                break
            cells[brick.x : brick.x + brick.h, brick.y : brick.y + brick.w] = True
        return cells


def _paths(bricks: Sequence[Brick]) -> tuple[int, ...]:
    """The choices of some bricks, one after the other."""
    return tuple(choice for brick in bricks for choice in Placement.of(brick).choices)
