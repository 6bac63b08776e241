"""Which brick probably comes next, from the bricks so far: asked of the model in one pass.

A guess costs nothing when it is wrong and three passes less when it is right; what is drawn does
not depend on it. Walls repeat every other layer, and rows go on as they began.
"""

from __future__ import annotations

from collections.abc import Sequence

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import SIZES
from legolab.generation.grammar import WORLD

Guess = tuple[int, int, int]
"""Index of the size, x and y."""

_INDEX_OF_SIZE = {size: index for index, size in enumerate(SIZES)}
_LAYERS_BACK = (2, 1, 4, 3)  # where the last brick is looked for, in turn


def guess_next(bricks: Sequence[Brick]) -> Guess | None:
    """A guess at the brick after the last one; None where there is nothing to go by.

    >>> wall = [Brick(2, 4, 0, 4, 0), Brick(2, 4, 0, 0, 0), Brick(4, 2, 0, 6, 1)]
    >>> guess_next([*wall, Brick(4, 2, 0, 4, 1), Brick(2, 4, 0, 4, 2)])
    (10, 0, 0)
    """
    if not bricks:
        return None
    last = bricks[-1]
    found = _after_its_like(bricks)
    if found is None:
        found = _further_along(bricks)
    if found is None:
        return None
    x, y, size = found.x, found.y, _INDEX_OF_SIZE[found.h, found.w]
    inside = 0 <= x <= WORLD - found.h and 0 <= y <= WORLD - found.w
    return (size, x, y) if inside and found != last else None


def _after_its_like(bricks: Sequence[Brick]) -> Brick | None:
    """What followed a brick in the same place some layers below."""
    last = bricks[-1]
    best: tuple[int, Brick] | None = None
    for index in range(len(bricks) - 2, -1, -1):
        one = bricks[index]
        back = last.z - one.z
        if back > max(_LAYERS_BACK):
            break
        if back and (one.h, one.w, one.x, one.y) == (last.h, last.w, last.x, last.y):
            rank = _LAYERS_BACK.index(back)
            if best is None or rank < best[0]:
                best = rank, bricks[index + 1]
    return None if best is None else best[1]


def _further_along(bricks: Sequence[Brick]) -> Brick | None:
    """The step from the brick before the last, once more."""
    if len(bricks) < 2 or bricks[-2].z != bricks[-1].z:
        return None
    last, before = bricks[-1], bricks[-2]
    return Brick(last.h, last.w, 2 * last.x - before.x, 2 * last.y - before.y, last.z)
