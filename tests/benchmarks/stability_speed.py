# ruff: noqa: T201 - a script that prints
"""Time the stability engine against the published program and other solvers, in one run.

    python -m tests.benchmarks.stability_speed --generated 40

Milliseconds of `analyze` (everything), of the verdict alone and of the safety factor; then how many
times as long others took: the published program, its solve alone, by HiGHS with presolve or
without, whichever was quicker, in scaled units; and the compact program by `analyze` with another
backend. Medians of ratios; only those say anything beyond one machine. Needs a quiet one.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from statistics import median
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import SIZES
from legolab.bricks.connectivity import grounded
from legolab.bricks.structure import BrickStructure
from legolab.errors import SolverError
from legolab.generation.generator import generate
from legolab.stability.analysis import analyze, verdict_of
from tests.benchmarks.contact_sheet import CAPTIONS
from tests.stability import reference

LARGEST = {"published": 250, "highs": 600, "ortools": 250, "gurobi": 250}
"""Bricks up to which others are asked: beyond, they take minutes."""

Voxels = NDArray[np.bool_]


def cover(shape: Voxels, rng: np.random.Generator) -> BrickStructure:
    """Bricks that fill the voxels, large ones first, turned from layer to layer; what is tied to
    the ground of it."""
    placed = []
    for z in range(shape.shape[2]):
        left = shape[:, :, z].copy()
        while left.any():
            x, y = (int(v) for v in np.argwhere(left)[0])
            fits = [
                (h * w + 1.5 * ((h > w) == (z % 2)) + rng.random(), h, w)
                for h, w in SIZES
                if left[x : x + h, y : y + w].sum() == h * w
            ]
            _, h, w = max(fits)
            left[x : x + h, y : y + w] = False
            placed.append(Brick(h, w, x, y, z))
    return tied(BrickStructure(placed, shape.shape))


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
    """Four by four studs, as high as it takes, hollow."""
    shape = np.ones((6, 6, max(3, round(bricks * 4.2 / 20))), dtype=np.bool_)
    shape[2:-2, 2:-2, :] = False
    return shape


SHAPES: dict[str, Callable[[int], Voxels]] = {
    "tree": tree,
    "long table": long_table,
    "blob": blob,
    "house": house,
    "tower": tower,
}


def generated(count: int) -> Iterator[tuple[str, BrickStructure]]:
    """What the built-in model makes of ten captions."""
    for n in range(count):
        yield "generated", generate(CAPTIONS[n % len(CAPTIONS)], seed=5000 + n).structure


def built(sizes: list[int]) -> Iterator[tuple[str, BrickStructure]]:
    for bricks in sizes:
        for name, shape in SHAPES.items():
            yield name, cover(shape(bricks), np.random.default_rng(1))


def milliseconds(act: Callable[[], object], repeats: int = 3) -> float:
    """The least of a few."""
    spent = []
    for _ in range(repeats):
        start = time.perf_counter()
        act()
        spent.append(time.perf_counter() - start)
    return 1e3 * min(spent)


def published_milliseconds(structure: BrickStructure) -> float:
    """The published program's solve alone, with presolve or without."""
    spent, solve = [], reference.linprog

    def timed(*args: object, options: dict[str, object], **rest: object) -> object:
        for presolve in (True, False):
            start = time.perf_counter()
            result = solve(*args, options=options | {"presolve": presolve}, **rest)
            spent.append(time.perf_counter() - start)
        return result

    with patch.object(reference, "linprog", timed):
        reference.solve_reference(structure)
    return 1e3 * min(spent)


def measure(structure: BrickStructure) -> dict[str, float]:
    """Milliseconds by name; what was not asked, or refused, is missing."""
    report = analyze(structure)
    repeats = 3 if len(structure) < 400 else 1
    found = {
        "analyze": milliseconds(lambda: analyze(structure), repeats),
        "verdict": milliseconds(lambda: verdict_of(structure), repeats),
        "factor": milliseconds(lambda: analyze(structure).safety_factor, repeats),
    }
    found["factor"] -= found["analyze"]
    assert verdict_of(structure) is report.verdict
    if len(structure) <= LARGEST["published"]:
        found["published"] = published_milliseconds(structure)
    for name in ("highs", "ortools", "gurobi"):
        if len(structure) > LARGEST[name]:
            continue
        try:
            found[name] = milliseconds(lambda name=name: analyze(structure, backend=name), 1)
        except SolverError:  # a licence of limited size
            continue
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--generated", type=int, default=40, help="structures of the built-in model"
    )
    parser.add_argument("--sizes", type=int, nargs="*", default=[25, 50, 100, 200, 1000, 2700])
    args = parser.parse_args()
    analyze(BrickStructure([Brick(1, 1, 0, 0, 0)]))  # imports
    rows: dict[str, list[tuple[int, dict[str, float]]]] = {}
    print(
        f"{'structure':>22} {'bricks':>6} "
        + " ".join(f"{n:>9}" for n in ("analyze", "verdict", "factor"))
        + "  others / analyze"
    )
    for name, structure in built(args.sizes):
        show(f"{name}", len(structure), measure(structure))
    for name, structure in generated(args.generated):
        rows.setdefault(name, []).append((len(structure), measure(structure)))
    for name, found in rows.items():
        sizes = [bricks for bricks, _ in found]
        for label, level in (("median", 50), ("p95", 95)):
            columns = {
                key: float(np.percentile([row[key] for _, row in found if key in row], level))
                for key in ("analyze", "verdict", "factor")
            }
            show(f"{len(found)} {name}, {label}", int(median(sizes)), columns)
        for other in ("published", "highs", "ortools", "gurobi"):
            ratios = [row[other] / row["analyze"] for _, row in found if other in row]
            if ratios:
                print(f"{other:>22}: {median(ratios):6.1f} times as long, {len(ratios)} compared")


def show(name: str, bricks: int, found: dict[str, float]) -> None:
    ours = " ".join(f"{found[key]:9.2f}" for key in ("analyze", "verdict", "factor"))
    others = "  ".join(
        f"{key} {found[key] / found['analyze']:.1f}"
        for key in ("published", "highs", "ortools", "gurobi")
        if key in found
    )
    print(f"{name:>22} {bricks:6d} {ours}  {others}", flush=True)


if __name__ == "__main__":
    main()
