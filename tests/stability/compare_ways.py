# ruff: noqa: T201 - a script that prints
"""Compare the ways in which the engine can be asked, on many random structures, by hand.

python -m tests.stability.compare_ways --count 1000 --prefixes 50 --factors 300

The verdict alone against the full analysis, also where a pull hardly holds and by other physics;
the default against the strict verdict, with an example of each kind; every prefix, begun from the
one before, against an analysis of its own; the safety factor against OR-Tools GLOP.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from legolab.bricks.structure import BrickStructure
from legolab.stability.analysis import analyze, scores_of, verdict_of
from legolab.stability.equilibrium import PULL_CAPACITY, PULL_TOLERANCE
from legolab.stability.margin import safety_factor
from legolab.stability.prefix import PrefixVerifier
from legolab.stability.registry import FAST
from legolab.stability.report import Verdict
from tests.stability.compare_reference import draw
from tests.stability.structures import KINDS

SAME = 1e-9


def structures(count: int, seed: int, largest: int) -> Iterator[tuple[str, BrickStructure]]:
    """Kind and structure, `count` of them."""
    rng, kinds = np.random.default_rng(seed), list(KINDS)
    for number in range(count):
        structure, kind = draw(rng, kinds[number % len(kinds)], largest)
        yield kind, structure


def compare_verdicts(count: int, seed: int, largest: int) -> None:
    """The verdict alone, and the strict one, against the full analysis."""
    table: Counter[tuple[str, str]] = Counter()
    example: dict[tuple[str, str], str] = {}
    alike = 0
    for kind, structure in structures(count, seed, largest):
        verdict = analyze(structure, FAST).verdict
        alike += verdict_of(structure, FAST) is verdict
        both = verdict.value, analyze(structure, FAST, strict=True).verdict.value
        table[both] += 1
        example.setdefault(both, f"{kind!r} of {len(structure)} bricks")
    print(f"verdict alone as in the full analysis: {alike} of {count}")
    for both, found in table.most_common():
        print(f"default {both[0]}, strict {both[1]}: {found}, such as {example[both]}")


def compare_physics(count: int, seed: int, largest: int) -> None:
    """The verdict alone under loads, masses and capacities from next to nothing to absurd."""
    rng, verdicts = np.random.default_rng(seed), Counter[str]()
    differ = 0
    for _, structure in structures(count, seed, largest):
        loaded = rng.choice(
            len(structure), min(len(structure), int(rng.integers(4))), replace=False
        )
        physics: dict[str, Any] = {
            "ground": str(rng.choice(["baseplate", "table"])),
            "rotate": bool(rng.random() < 0.5),
            "capacity": float(rng.choice([2e-6, 1e-3, PULL_CAPACITY, 50, 1e6])),
            "loads": {int(brick): float(rng.choice([1e-9, 0.01, 1, 100])) for brick in loaded},
            "masses": {int(brick): float(rng.choice([0, 1e-9, 1e-6, 1])) for brick in loaded},
        }
        verdict = analyze(structure, FAST, **physics).verdict
        verdicts[verdict.value] += 1
        differ += verdict_of(structure, FAST, **physics) is not verdict
    print(f"{count} verdicts alone by other physics, {dict(verdicts)}: {differ} differ")


def compare_prefixes(count: int, seed: int, largest: int) -> None:
    """Warm against cold, scored and by the verdict alone."""
    prefixes = differ = early = 0
    worst = 0.0
    for _, structure in structures(count, seed, largest):
        bricks = list(structure)
        verifier, telling = PrefixVerifier(backend=FAST), PrefixVerifier(backend=FAST)
        for number, brick in enumerate(bricks, start=1):
            verifier.append(brick)
            telling.append(brick)
            warm, cold = verifier.scores, scores_of(bricks[:number], FAST)
            assert warm is not None and cold is not None
            prefixes += 1
            stands = bool((cold < 1).all())
            differ += bool((warm < 1).all()) is not stands
            early += (telling.verdict is Verdict.STABLE) is not stands
            worst = max(worst, float(np.abs(warm - cold).max()))
    print(
        f"{prefixes} prefixes of {count} structures: {differ} verdicts differ, {early} of "
        f"verdicts alone, largest score difference {worst:.2g}"
    )


def compare_capacities(count: int, seed: int, largest: int) -> None:
    """The verdict alone where a pull holds, or does not, by a thousandth of it."""
    asked = differ = 0
    for _, structure in structures(count, seed, largest):
        report = analyze(structure, FAST)
        if report.verdict is Verdict.UNSTABLE or not report.scores.any():
            continue
        for share in (0.999, 1.001):
            capacity = share * float(report.scores.max()) * PULL_CAPACITY + PULL_TOLERANCE
            asked += 1
            verdict = verdict_of(structure, FAST, capacity=capacity)
            differ += verdict is not analyze(structure, FAST, capacity=capacity).verdict
    print(f"{asked} verdicts alone where a pull hardly holds: {differ} differ")


def compare_factors(count: int, seed: int, largest: int) -> None:
    """The safety factor against another solver's."""
    kinds: Counter[str] = Counter()
    worst, mismatches = 0.0, 0
    for _, structure in structures(count, seed, largest):
        ours, theirs = (safety_factor(structure, name) for name in (FAST, "ortools"))
        if math.isinf(ours) or ours == 0:
            kinds["infinite" if ours else "zero"] += 1
            mismatches += theirs != ours
            continue
        kinds["finite"] += 1
        off = abs(theirs - ours) / ours
        worst = max(worst, off)
        mismatches += off > SAME
    print(
        f"safety factor on {count}: {dict(kinds)}, largest relative difference {worst:.2g}, "
        f"{mismatches} mismatches"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--prefixes", type=int, default=50)
    parser.add_argument("--factors", type=int, default=300)
    parser.add_argument("--largest", type=int, default=200, help="bricks")
    parser.add_argument("--seed", type=int, default=11)
    args = parser.parse_args()
    compare_verdicts(args.count, args.seed, args.largest)
    compare_capacities(args.count, args.seed, args.largest)
    compare_physics(args.count, args.seed, args.largest)
    compare_prefixes(args.prefixes, args.seed, args.largest)
    compare_factors(args.factors, args.seed, args.largest)


if __name__ == "__main__":
    main()
