"""Time solvers on structures of several kinds and sizes. Knows solvers by name only.

Every solver gets the same program (see `legolab.stability.comparison`), so that besides the time
also the verdict and the objective can be laid side by side.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from legolab.bricks.brick import Brick
from legolab.bricks.placement import Cell, cells
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.evaluation.extra import library
from legolab.evaluation.plots import Plot, lines
from legolab.stability.comparison import compare, solvers
from legolab.stability.registry import FAST

if TYPE_CHECKING:
    import pandas as pd

MAX_BRICKS = 2000


def wall(bricks: int) -> BrickStructure:
    """A wall of 2x4 in stretcher bond, about as many layers as bricks in a layer."""
    across = max(2, round(math.sqrt(bricks)))
    placed = [
        Brick(2, 4, 0, 4 * (n % across) + 2 * (n // across % 2), n // across) for n in _to(bricks)
    ]
    return _structure(placed)


def tower(bricks: int) -> BrickStructure:
    """Two 2x4 a layer, crossed: as high as half its bricks."""
    placed = []
    for n in _to(bricks):
        layer, side = divmod(n, 2)
        placed.append(
            Brick(2, 4, 2 * side, 0, layer) if layer % 2 == 0 else Brick(4, 2, 0, 2 * side, layer)
        )
    return _structure(placed)


def stairs(bricks: int) -> BrickStructure:
    """2x4 that reach out one stud further with every layer: high ones fall."""
    return _structure([Brick(2, 4, 0, n, n) for n in _to(bricks)])


def bridge(bricks: int) -> BrickStructure:
    """Piers in a row, a 6x2 on each and one across every gap: many ways to share a load."""
    placed = []
    for n in _to(bricks):
        pier, part = divmod(n, 5)
        if part < 3:
            placed.append(Brick(2, 2, 6 * pier + 2, 0, part))
        else:
            placed.append(Brick(6, 2, 6 * pier + 3 * (part - 3), 0, part))
    return _structure(placed)


def heap(bricks: int) -> BrickStructure:
    """2x4 at random on what is there: arms reach out on all sides, large ones fall."""
    dice = random.Random(0)  # the same heap every time
    placed: list[Brick] = []
    taken: set[Cell] = set()
    for _ in _to(bricks):
        while True:
            h, w = dice.choice([(2, 4), (4, 2)])
            base = dice.choice(placed) if placed else Brick(2, 4, 0, 0, -1)
            x = base.x + dice.randint(1 - h, base.h - 1)
            y = base.y + dice.randint(1 - w, base.w - 1)
            brick = Brick(h, w, x, y, base.z + 1)
            if taken.isdisjoint(cells(brick)):
                break
        placed.append(brick)
        taken.update(cells(brick))
    left, front = min(b.x for b in placed), min(b.y for b in placed)
    return _structure([Brick(b.h, b.w, b.x - left, b.y - front, b.z) for b in placed])


def model(bricks: int) -> BrickStructure:
    """The first bricks of what the built-in model makes of a caption; fewer if it has no more."""
    whole = _bookshelf()
    return whole[: min(bricks, len(whole))]


@lru_cache(maxsize=1)
def _bookshelf() -> BrickStructure:
    from legolab.generation.generator import generate

    return generate("a bookshelf with four shelves", seed=0).structure


GENERATORS: Mapping[str, Callable[[int], BrickStructure]] = {
    "wall": wall,
    "tower": tower,
    "stairs": stairs,
    "bridge": bridge,
    "heap": heap,
    "model": model,
}
"""Name -> a structure of about so many bricks."""


def benchmark(
    sizes: Iterable[int],
    generators: Sequence[str] = tuple(GENERATORS),
    repeats: int = 3,
    backends: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Analyse every structure by every solver, several times over.

    Args:
        sizes: bricks.
        generators: names from `GENERATORS`.
        repeats: times each.
        backends: names; every installed solver when None.

    Returns:
        One row each: generator, bricks, backend, repeat, verdict, objective (N), columns and rows
        of the program, milliseconds, and error where there was no answer.

    Raises:
        InputError: a name or a number is out of range, or pandas is not installed.
    """
    pandas = library("pandas")
    sizes, names = tuple(sizes), tuple(solvers() if backends is None else backends)
    unknown = set(generators) - set(GENERATORS)
    if unknown:
        raise InputError(f"expected generators among {', '.join(GENERATORS)}, got {unknown.pop()}")
    if not sizes or not all(1 <= size <= MAX_BRICKS for size in sizes):
        raise InputError(f"expected sizes from 1 to {MAX_BRICKS} bricks, got {sizes}")
    if repeats < 1:
        raise InputError(f"expected at least 1 repeat, got {repeats}")
    found = []
    for generator in generators:
        for structure in {len(s): s for s in map(GENERATORS[generator], sizes)}.values():
            for repeat in range(repeats):
                for entry in compare(structure, names).entries:
                    report = entry.report
                    found.append(
                        {
                            "generator": generator,
                            "bricks": len(structure),
                            "backend": entry.backend,
                            "repeat": repeat,
                            "verdict": report.verdict.value if report else "",
                            "objective": report.objective if report else math.nan,
                            "columns": report.columns if report else 0,
                            "rows": report.rows if report else 0,
                            "milliseconds": 1e3 * entry.seconds if report else math.nan,
                            "error": entry.error,
                        }
                    )
    return pandas.DataFrame(found)


def medians(found: pd.DataFrame) -> pd.DataFrame:
    """Milliseconds, the median of the repeats: a row a structure, a column a solver."""
    return found.pivot_table(
        index=["generator", "bricks"],
        columns="backend",
        values="milliseconds",
        aggfunc="median",
        sort=False,
    )


def ratios(found: pd.DataFrame, to: str = FAST) -> pd.DataFrame:
    """How many times as long each solver took as one of them: the medians over its medians.

    Raises:
        InputError: that one gave no answer at all.
    """
    table = medians(found)
    if to not in table:
        raise InputError(f"expected one of {', '.join(table)} to compare with, got {to}")
    return table.div(table[to], axis=0)


def agreement(found: pd.DataFrame) -> pd.DataFrame:
    """For each structure: the verdicts given, and how far objectives lie apart, N."""
    answered = found[found["error"] == ""]
    groups = answered.groupby(["generator", "bricks"], sort=False)
    return library("pandas").DataFrame(
        {
            "verdicts": groups["verdict"].agg(lambda column: ", ".join(sorted(set(column)))),
            "solvers": groups["backend"].nunique(),
            "objective_spread": groups["objective"].agg(lambda column: column.max() - column.min()),
        }
    )


def silent(found: pd.DataFrame) -> pd.DataFrame:
    """Solvers that gave no answer, and why."""
    return found[found["error"] != ""][["generator", "bricks", "backend", "error"]].drop_duplicates(
        ignore_index=True
    )


def draw(found: pd.DataFrame, generator: str) -> Plot:
    """Milliseconds over bricks, a line a solver."""
    table = medians(found[found["generator"] == generator])
    series = {
        str(backend): [
            (float(size), float(value)) for (_, size), value in table[backend].dropna().items()
        ]
        for backend in table.columns
    }
    return lines(f"One analysis: {generator}", series, "bricks", "milliseconds")


def _to(bricks: int) -> range:
    if not 1 <= bricks <= MAX_BRICKS:
        raise InputError(f"expected 1 to {MAX_BRICKS} bricks, got {bricks}")
    return range(bricks)


def _structure(bricks: list[Brick]) -> BrickStructure:
    """In a world that is just large enough."""
    x = max(brick.x + brick.h for brick in bricks)
    y = max(brick.y + brick.w for brick in bricks)
    return BrickStructure(bricks, world=(x, y, 1 + max(brick.z for brick in bricks)))
