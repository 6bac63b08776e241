# ruff: noqa: T201 - a script that prints
"""Compare the package with the written-out reference on many random structures, by hand.

python tests/stability/compare_reference.py --count 300 --seed 1 --backends highs ortools
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))  # run by hand, from anywhere

from legolab.bricks.structure import BrickStructure
from legolab.errors import SolverError
from legolab.stability.analysis import analyze
from legolab.stability.report import Verdict
from tests.stability.reference import solve_reference
from tests.stability.structures import KINDS, random_structure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--largest", type=int, default=200, help="bricks")
    parser.add_argument("--backends", nargs="+", default=["auto"])
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    kinds = list(KINDS)
    seen: Counter[str] = Counter()
    compared = dict.fromkeys(args.backends, 0)
    refused = dict.fromkeys(args.backends, 0)
    mismatches = dict.fromkeys(args.backends, 0)
    objective = dict.fromkeys(args.backends, 0.0)
    score = dict.fromkeys(args.backends, 0.0)
    seconds = dict.fromkeys([*args.backends, "reference"], 0.0)
    sizes: list[int] = []
    for number in range(args.count):
        structure, kind = draw(rng, kinds[number % len(kinds)], args.largest)
        start = time.perf_counter()
        reference = solve_reference(structure)
        seconds["reference"] += time.perf_counter() - start
        sizes.append(len(structure))
        seen[f"{kind}, {'stable' if reference.stable else 'unstable'}"] += 1
        first = None
        for name in args.backends:
            try:
                report = analyze(structure, backend=name)
            except SolverError:  # a licence of limited size
                refused[name] += 1
                continue
            assert report.objective is not None
            first = report if first is None else first
            compared[name] += 1
            seconds[name] += report.seconds
            objective[name] = max(objective[name], abs(report.objective - reference.objective))
            score[name] = max(score[name], float(np.abs(report.scores - first.scores).max()))
            if (report.verdict is Verdict.STABLE) != reference.stable:
                mismatches[name] += 1
                print(f"{name}: verdict differs on {number} ({kind}), {report.verdict.value}:")
                print(structure.to_text())
        if number % 25 == 24:
            print(f"{number + 1}: mismatches {mismatches}", flush=True)
    print(f"{args.count} structures of {min(sizes)} to {max(sizes)} bricks: {dict(seen)}")
    print(f"seconds of the reference: {seconds['reference']:.1f}")
    for name in args.backends:
        print(
            f"{name}: {compared[name]} compared, {refused[name]} refused, "
            f"{mismatches[name]} verdict mismatches, largest objective difference "
            f"{objective[name]:.3g} N, largest score difference to {args.backends[0]} "
            f"{score[name]:.3g}, {seconds[name]:.1f} s"
        )


def draw(rng: np.random.Generator, kind: str, largest: int) -> tuple[BrickStructure, str]:
    """A structure of 3 to `largest` bricks; kinds only come near the number that is wanted."""
    wanted = round(float(np.exp(rng.uniform(np.log(3), np.log(largest)))))
    structure = random_structure(rng, max(3, wanted), kind)
    while not 3 <= len(structure) <= largest:
        structure = random_structure(rng, max(3, wanted), kind)
    return structure, kind


if __name__ == "__main__":
    main()
