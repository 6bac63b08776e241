"""Why a brick may not go somewhere. Knows the catalog and taken cells, not physics."""

from __future__ import annotations

from collections.abc import Container, Iterator
from enum import Enum

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import CATALOG, KIND_OF_SIZE

Cell = tuple[int, int, int]
World = tuple[int, int, int]


class Rejection(Enum):
    """Reason why a placement is refused."""

    UNKNOWN_KIND = "unknown kind"
    OUT_OF_WORLD = "out of world"
    COLLISION = "collision"


def cells(brick: Brick) -> Iterator[Cell]:
    """The grid cells a brick fills.

    >>> list(cells(Brick(1, 2, 3, 4, 0)))
    [(3, 4, 0), (3, 5, 0)]
    """
    for x in range(brick.x, brick.x + brick.h):
        for y in range(brick.y, brick.y + brick.w):
            yield x, y, brick.z


def reject(brick: Brick, world: World, taken: Container[Cell]) -> Rejection | None:
    """Why `brick` may not be placed, or None when it may.

    Args:
        brick: the brick to place.
        world: studs along x, studs along y, layers.
        taken: cells that are already filled.
    """
    if (brick.h, brick.w) not in KIND_OF_SIZE:
        return Rejection.UNKNOWN_KIND
    if min(brick.x, brick.y, brick.z) < 0:
        return Rejection.OUT_OF_WORLD
    if brick.x + brick.h > world[0] or brick.y + brick.w > world[1] or brick.z + 1 > world[2]:
        return Rejection.OUT_OF_WORLD
    if any(cell in taken for cell in cells(brick)):
        return Rejection.COLLISION
    return None


def explain(brick: Brick, rejection: Rejection, world: World) -> str:
    """One sentence for a person: what was expected, what was seen."""
    if rejection is Rejection.UNKNOWN_KIND:
        names = ", ".join(kind.name for kind in CATALOG)
        return f"expected one of the bricks {names} (either way round), got {brick.h}x{brick.w}"
    if rejection is Rejection.OUT_OF_WORLD:
        size = "x".join(map(str, world))
        return f"expected a brick inside the {size} world, got {brick}"
    return f"expected free cells, but {brick} overlaps a brick placed before it"
