"""What the stability benchmark measures: drafts of the built-in model, and shapes of any size.

Knows nothing of solvers. Shapes are voxels, covered with bricks by legolab itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.connectivity import grounded
from legolab.bricks.legolize import legolize
from legolab.bricks.structure import BrickStructure
from legolab.generation.generator import generate
from tests.benchmarks.contact_sheet import CAPTIONS

FIRST_SEED = 5000

Voxels = NDArray[np.bool_]
Shape = Callable[[int], Voxels]


def generated(count: int, cache: Path | None) -> Iterator[tuple[str, BrickStructure]]:
    """What the built-in model makes of a caption a subject, each with other seeds; seconds each.

    Args:
        count: structures.
        cache: a file with one JSON document a line, {"caption", "seed", "text"}: what is in it is
            not generated again, what is new is added.
    """
    captions = [four[0] for four in CAPTIONS.values()]
    known = {}
    if cache is not None and cache.exists():
        for line in cache.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            known[entry["caption"], entry["seed"]] = entry["text"]
    for n in range(count):
        caption, seed = captions[n % len(captions)], FIRST_SEED + n
        text = known.get((caption, seed))
        if text is None:
            text = generate(caption, seed=seed).structure.to_text()
            if cache is not None:
                entry = {"caption": caption, "seed": seed, "text": text}
                with cache.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(entry) + "\n")
        yield f"draft {n + 1}", BrickStructure.from_text(text)


def built(shapes: dict[str, Shape], sizes: list[int]) -> Iterator[tuple[str, BrickStructure]]:
    """Every shape of about so many bricks."""
    for bricks in sizes:
        for name, shape in shapes.items():
            yield name, fitted(shape, bricks)


def fitted(shape: Shape, bricks: int) -> BrickStructure:
    """The shape at a size that takes about so many bricks: the best of four tries."""
    asked, tries = float(bricks), []
    for _ in range(4):
        tries.append(tied(legolize(shape(max(1, round(asked))))))
        asked *= bricks / len(tries[-1])
    return min(tries, key=lambda structure: abs(len(structure) - bricks))


def tied(structure: BrickStructure) -> BrickStructure:
    """The bricks with a path to the ground through studs."""
    held = grounded(structure)
    return BrickStructure([b for b, h in zip(structure, held, strict=True) if h], structure.world)


def tree(bricks: int) -> Voxels:
    """A ball on a trunk of two by two."""
    radius = max(3, round((bricks * 0.85) ** (1 / 3) * 1.15))
    side, trunk = 2 * radius + 4, 2 * radius
    x, y, z = np.ogrid[:side, :side, : trunk + 2 * radius]
    centre, height = side // 2, trunk + radius - 1
    shape = (x - centre) ** 2 + (y - centre) ** 2 + (z - height) ** 2 <= radius**2
    shape[centre : centre + 2, centre : centre + 2, :trunk] = True
    return shape


def long_table(bricks: int) -> Voxels:
    """Two layers of top, a row of legs along each long side."""
    long = max(8, round((bricks * 5.2 / 2 * 2.3) ** 0.5 / 2) * 2)
    deep = max(4, round(long / 2.3 / 2) * 2)
    shape = np.zeros((long, deep, 12), dtype=np.bool_)
    shape[:, :, 10:] = True
    for x in range(0, long, max(2, (long - 2) // 2)):
        for y in (0, deep - 2):
            shape[x : x + 2, y : y + 2, :10] = True
    return shape


def arch(bricks: int) -> Voxels:
    """Half a ring of bricks that stands on its two ends, a sixth of its span thick."""
    radius = max(6, round((bricks * 6.6) ** (1 / 3) * 1.2))
    thick, deep = max(2, radius // 3), max(2, radius // 4 * 2)
    x, _, z = np.ogrid[: 2 * radius, :deep, :radius]
    away = (x - radius + 0.5) ** 2 + (z + 0.5) ** 2
    ring = (away <= radius**2) & (away >= (radius - thick) ** 2)
    return np.broadcast_to(ring, (2 * radius, deep, radius)).copy()


def shelves(bricks: int) -> Voxels:
    """Boards of two layers between walls eighteen studs apart, four layers of air between them."""
    deep = 2 if bricks < 40 else 4 if bricks < 400 else 8
    bays = max(1, round((bricks / (deep * 14)) ** 0.5))
    boards = max(1, round(bricks / (bays * deep * 4.3)))
    shape = np.zeros((18 * bays + 2, deep, 6 * boards), dtype=np.bool_)
    for board in range(boards):
        shape[:, :, 6 * board + 4 : 6 * board + 6] = True
    for wall in range(bays + 1):
        shape[18 * wall : 18 * wall + 2] = True
    return shape


def blob(bricks: int) -> Voxels:
    """A random walk from one cell on the ground."""
    rng, side = np.random.default_rng(7), 60
    shape = np.zeros((side,) * 3, dtype=np.bool_)
    cells = [(side // 2, side // 2, 0)]
    shape[cells[0]] = True
    while len(cells) < 3.3 * bricks:
        cell = list(cells[int(rng.integers(max(0, len(cells) - 60), len(cells)))])
        axis = int(rng.integers(3))
        cell[axis] += 1 if rng.random() < 0.5 + 0.15 * (axis == 2) else -1
        at = (cell[0], cell[1], cell[2])
        if all(0 <= c < side for c in at) and not shape[at]:
            shape[at] = True
            cells.append(at)
    return shape


def house(bricks: int) -> Voxels:
    """Walls two studs thick, a floor above, windows."""
    side = max(8, round(bricks**0.45 * 1.9))
    high = max(4, round(bricks * 5 / (8 * side - 16)))
    shape = np.ones((side, side, high), dtype=np.bool_)
    shape[2:-2, 2:-2, : high - 1] = False
    shape[side // 3 : side // 3 + 2, :2, 1 : high - 2] = False
    return shape


def tower(bricks: int) -> Voxels:
    """Walls two studs thick, six by six studs, as high as it takes."""
    shape = np.ones((6, 6, max(3, round(bricks * 4.2 / 20))), dtype=np.bool_)
    shape[2:-2, 2:-2, :] = False
    return shape


HARD: dict[str, Shape] = {
    "blob": blob,
    "tree": tree,
    "arch": arch,
    "shelves": shelves,
    "long table": long_table,
}
"""Much hangs, or many ways lead to the ground."""

PLAIN: dict[str, Shape] = {"house": house, "tower": tower}
