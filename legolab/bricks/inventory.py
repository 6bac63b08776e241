"""How many of each kind a structure needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import CATALOG, KIND_OF_SIZE


def brick_counts(bricks: Iterable[Brick]) -> dict[str, int]:
    """Kind -> number of bricks, in catalog order, kinds that are not used left out.

    >>> brick_counts([Brick(2, 4, 0, 0, 0), Brick(4, 2, 0, 0, 1)])
    {'2x4': 2}
    """
    counts = Counter(KIND_OF_SIZE[brick.h, brick.w].name for brick in bricks)
    return {kind.name: counts[kind.name] for kind in CATALOG if counts[kind.name]}
