"""Random structures of many kinds, from a numpy generator. Nothing here knows of stability."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import SIZES
from legolab.bricks.placement import World
from legolab.bricks.structure import DEFAULT_WORLD, BrickStructure

Grid = NDArray[np.bool_]


def random_structure(
    rng: np.random.Generator, bricks: int, kind: str | None = None
) -> BrickStructure:
    """A structure of about `bricks` bricks, at least one; of a random kind when none is given."""
    kind = kind or str(rng.choice(list(KINDS)))
    return BrickStructure(KINDS[kind](rng, bricks), DEFAULT_WORLD)


def free(grid: Grid, brick: Brick) -> bool:
    """Whether the brick is inside the grid and its cells are free."""
    X, Y, Z = grid.shape
    if min(brick.x, brick.y, brick.z) < 0 or brick.x + brick.h > X or brick.y + brick.w > Y:
        return False
    return brick.z < Z and not grid[_cells(brick)].any()


def _cells(brick: Brick, up: int = 0) -> tuple[slice, slice, int]:
    return (
        slice(brick.x, brick.x + brick.h),
        slice(brick.y, brick.y + brick.w),
        brick.z + up,
    )


def attachments(rng: np.random.Generator, bricks: int) -> list[Brick]:
    """Bricks put anywhere that has a stud above or below; often falls."""
    reach = int(rng.integers(5, 9)) if bricks < 60 else 12
    grid = np.zeros(DEFAULT_WORLD, dtype=np.bool_)
    built: list[Brick] = []
    for _ in range(60 * bricks):
        if len(built) == bricks:
            break
        h, w = SIZES[rng.integers(len(SIZES))]
        x, y = rng.integers(0, reach + 3, 2)
        brick = Brick(h, w, int(x), int(y), int(rng.integers(0, 8)) if built else 0)
        if not free(grid, brick):
            continue
        held = (brick.z > 0 and grid[_cells(brick, -1)].any()) or grid[_cells(brick, 1)].any()
        if held or not built or (brick.z == 0 and rng.random() < 0.2):
            grid[_cells(brick)] = True
            built.append(brick)
    return built


def floating(rng: np.random.Generator, bricks: int) -> list[Brick]:
    """Attachments with some bricks taken out: what hung on them may float."""
    built = attachments(rng, bricks + bricks // 5 + 1)
    kept = [brick for brick in built if rng.random() < 0.8]
    return kept or built


def chain(rng: np.random.Generator, bricks: int) -> list[Brick]:
    """A cantilever of bricks joined by one or two studs, going up and down, loaded at its end."""
    grid = np.zeros(DEFAULT_WORLD, dtype=np.bool_)
    built: list[Brick] = []
    width, y = int(rng.choice([1, 2])), int(rng.integers(0, 18))
    x, z = 0, 0
    while len(built) < bricks:
        length = int(rng.choice([2, 4, 6]))
        brick = Brick(length, width, x, y, z)
        if not free(grid, brick):
            break
        grid[_cells(brick)] = True
        built.append(brick)
        x += length - int(rng.integers(1, min(length, 3)))
        z += 1 if z == 0 or rng.random() < 0.7 else -1
    tip = built[-1]
    load = Brick(1, 1, tip.x + tip.h - 1, tip.y, tip.z + 1)
    while len(built) < bricks and free(grid, load) and rng.random() < 0.9:
        grid[_cells(load)] = True
        built.append(load)
        load = Brick(1, 1, load.x, load.y, load.z + 1)
    return built


def _covered(rng: np.random.Generator, shape: Grid, bricks: int) -> list[Brick]:
    """Cover filled cells with bricks, bottom to top, large ones first, turning every layer."""
    built: list[Brick] = []
    noise = rng.choice([0.0, 2.0, 6.0])
    for z in range(shape.shape[2]):
        left = shape[:, :, z].copy()
        while left.any() and len(built) < bricks:
            x, y = (int(v) for v in np.argwhere(left)[0])
            options = [
                Brick(h, w, x, y, z)
                for h, w in SIZES
                if x + h <= left.shape[0] and y + w <= left.shape[1]
                if left[x : x + h, y : y + w].all()
            ]
            sizes = [
                b.studs + 1.5 * ((b.h > b.w) == (z % 2)) + noise * rng.random() for b in options
            ]
            brick = options[int(np.argmax(sizes))]
            left[brick.x : brick.x + brick.h, brick.y : brick.y + brick.w] = False
            built.append(brick)
    return built


def wall(rng: np.random.Generator, bricks: int) -> list[Brick]:
    """A straight wall, one to three studs thick, perhaps with a window."""
    shape = np.zeros(DEFAULT_WORLD, dtype=np.bool_)
    long, thick, high = rng.integers(6, 21), rng.integers(1, 4), rng.integers(4, 21)
    shape[:long, :thick, :high] = True
    if rng.random() < 0.5:
        shape[2 : long - 2, :thick, 2 : high - 2] = False
    return _covered(rng, shape, bricks)


def box(rng: np.random.Generator, bricks: int) -> list[Brick]:
    """A hollow box, perhaps with a roof."""
    shape = np.zeros(DEFAULT_WORLD, dtype=np.bool_)
    long, deep, high = rng.integers(5, 13), rng.integers(5, 13), rng.integers(3, 15)
    shape[:long, :deep, :high] = True
    shape[1 : long - 1, 1 : deep - 1, : high - int(rng.integers(0, 2))] = False
    return _covered(rng, shape, bricks)


def table(rng: np.random.Generator, bricks: int) -> list[Brick]:
    """Four legs and a top."""
    shape = np.zeros(DEFAULT_WORLD, dtype=np.bool_)
    long, deep, high = rng.integers(6, 17), rng.integers(6, 17), rng.integers(3, 12)
    leg = int(rng.integers(1, 3))
    for x in (0, long - leg):
        for y in (0, deep - leg):
            shape[x : x + leg, y : y + leg, :high] = True
    shape[:long, :deep, high : high + 2] = True
    return _covered(rng, shape, bricks)


KINDS = {
    "attachments": attachments,
    "floating": floating,
    "chain": chain,
    "wall": wall,
    "box": box,
    "table": table,
}


def moved(structure: BrickStructure, dx: int, dy: int, world: World) -> BrickStructure:
    """The same bricks elsewhere."""
    return BrickStructure([Brick(b.h, b.w, b.x + dx, b.y + dy, b.z) for b in structure], world)


def quarter_turned(structure: BrickStructure, turns: int = 1) -> BrickStructure:
    """The same bricks, in the same order, turned about the middle of their world."""
    for _ in range(turns):
        X, Y, Z = structure.world
        bricks = [Brick(b.w, b.h, Y - b.y - b.w, b.x, b.z) for b in structure]
        structure = BrickStructure(bricks, (Y, X, Z))
    return structure


def mirrored_in_y(structure: BrickStructure) -> BrickStructure:
    """The same bricks seen in a mirror across y."""
    depth = structure.world[1]
    mirrored = [Brick(b.h, b.w, b.x, depth - b.y - b.w, b.z) for b in structure]
    return BrickStructure(mirrored, structure.world)
