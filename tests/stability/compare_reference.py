# ruff: noqa: T201 - a script that prints
"""Compare the package with the written-out reference on many random structures, by hand.

python tests/stability/compare_reference.py --count 300 --seed 1
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))  # run by hand, from anywhere

from legolab.stability.analysis import analyze
from legolab.stability.report import Verdict
from tests.stability.reference import solve_reference
from tests.stability.structures import KINDS, random_structure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--largest", type=int, default=200, help="bricks")
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    kinds = list(KINDS)
    seen: Counter[str] = Counter()
    mismatches, largest, sizes = [], 0.0, []
    seconds = {"legolab": 0.0, "reference": 0.0}
    for number in range(args.count):
        kind = kinds[number % len(kinds)]
        wanted = round(float(np.exp(rng.uniform(np.log(3), np.log(args.largest)))))
        structure = random_structure(rng, max(3, wanted), kind)
        while not 3 <= len(structure) <= args.largest:  # kinds only come near what is wanted
            structure = random_structure(rng, max(3, wanted), kind)
        report = analyze(structure)
        start = time.perf_counter()
        reference = solve_reference(structure)
        seconds["reference"] += time.perf_counter() - start
        seconds["legolab"] += report.seconds
        sizes.append(len(structure))
        seen[f"{kind}, {report.verdict.value}"] += 1
        difference = abs(report.objective - reference.objective)
        largest = max(largest, difference)
        if (report.verdict is Verdict.STABLE) != reference.stable:
            mismatches.append(number)
            print(f"verdict differs on {number} ({kind}), {report.verdict.value}:")
            print(structure.to_text())
        if number % 25 == 24:
            print(f"{number + 1}: {len(mismatches)} mismatches, {largest:.3g} N", flush=True)
    print(f"{args.count} structures of {min(sizes)} to {max(sizes)} bricks: {dict(seen)}")
    print(f"verdict mismatches: {len(mismatches)}; largest objective difference: {largest:.3g} N")
    print(f"seconds in all: {seconds}")


if __name__ == "__main__":
    main()
