# ruff: noqa: T201 - a script that prints
"""Time analyze against the published program solved as it is written, in one run, by hand.

    python tests/benchmarks/stability_speed.py

The published program has variables at every contact point; HiGHS solves it through scipy. Its time
is the solve alone, analyze's is everything. Only the ratio says anything beyond one machine.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from statistics import median
from unittest.mock import patch

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))  # run by hand, from anywhere

from legolab.bricks.structure import BrickStructure
from legolab.stability.analysis import analyze
from tests.stability import reference
from tests.stability.structures import KINDS, random_structure

SIZES = (25, 50, 100, 200)


def samples(rng: np.random.Generator, bricks: int, count: int) -> list[BrickStructure]:
    """Structures of all kinds, within a tenth of the size asked for."""
    kinds, found = list(KINDS), []
    for number in range(100 * count):
        structure = random_structure(rng, bricks, kinds[number % len(kinds)])
        if abs(len(structure) - bricks) <= bricks / 10:
            found.append(structure)
        if len(found) == count:
            break
    return found


def published_seconds(structure: BrickStructure) -> float:
    """Seconds scipy's solve takes on the published program."""
    spent = []
    solve = reference.linprog

    def timed(*args: object, **options: object) -> object:
        start = time.perf_counter()
        result = solve(*args, **options)
        spent.append(time.perf_counter() - start)
        return result

    with patch.object(reference, "linprog", timed):
        reference.solve_reference(structure)
    return spent[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=12, help="structures of each size")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    analyze(random_structure(rng, 5, "box"))  # imports
    print("bricks  analyze ms  safety factor ms  published ms  ratio")
    for bricks in SIZES:
        rows = []
        for structure in samples(rng, bricks, args.count):
            report = analyze(structure)
            start = time.perf_counter()
            _ = report.safety_factor
            factor = time.perf_counter() - start
            rows.append((report.seconds, factor, published_seconds(structure)))
        ours, factor, published = (1e3 * median(column) for column in zip(*rows, strict=True))
        line = f"{bricks:6d}  {ours:10.1f}  {factor:16.1f}  {published:12.1f}"
        print(f"{line}  {published / ours:5.1f}", flush=True)


if __name__ == "__main__":
    main()
