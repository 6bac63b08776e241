# ruff: noqa: T201 - a script that prints
"""Time the stability engine against the published program and other solvers, in one run.

    python -m tests.benchmarks.stability_speed --generated 200 --cache /tmp/drafts.jsonl

Milliseconds of the engine: `analyze`, the solves within it, the verdict alone, the strict analysis
and the safety factor, each the least of up to three; and one brick more, over every prefix.

Then how many times as long others took. `solve`: their own run alone, as kindly measured as can be
(see `speed_solvers`), against all the engine does from the laid-out forces to its answer. `whole`:
`analyze` by a backend against `analyze`, where a backend lays out its program and breaks ties as
ours does, OR-Tools and Gurobi by a second solve; of the published program only the solve counts, so
that its `whole` is against all of `analyze`. Ratios say something beyond one machine, times do not;
both need a quiet one. In the line p95 the ratios are the 5th percentile: least in our favour.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from legolab.bricks.brick import Brick
from legolab.bricks.structure import BrickStructure
from legolab.errors import SolverError
from legolab.stability.analysis import analyze, verdict_of
from legolab.stability.margin import safety_factor
from legolab.stability.prefix import PrefixVerifier
from legolab.stability.registry import FAST
from tests.benchmarks import speed_solvers
from tests.benchmarks.speed_solvers import least
from tests.benchmarks.speed_structures import HARD, PLAIN, built, generated

SOLVERS = {
    "published": speed_solvers.published,
    "highs": speed_solvers.highs,
    "glop": speed_solvers.glop,
    "gurobi": speed_solvers.gurobi,
}
BACKENDS = {"highs": "highs", "glop": "ortools", "gurobi": "gurobi"}
LARGEST = {"published": 250, "highs": 600, "glop": 250, "gurobi": 250}
"""Bricks up to which others are asked: beyond, they take minutes."""
LARGEST_PREFIX = 250
LARGE = 400
"""Bricks from which a structure counts for itself and not in a median."""
OWN = ("analyze", "solve", "verdict", "strict", "factor")


@dataclass
class Row:
    """What was measured of a structure: milliseconds by name; what was not asked, or refused, is
    missing. `agree` says for each other solver whether its objective is ours, `proved` and
    `strict_proved` whether the engine answered by itself."""

    name: str
    bricks: int
    spent: dict[str, float] = field(default_factory=dict)
    prefixes: list[float] = field(default_factory=list)
    agree: dict[str, bool] = field(default_factory=dict)
    proved: bool = True
    strict_proved: bool = True

    def ratio(self, other: str, part: str) -> float:
        """How many times as long another took, its `solve` or the `whole`; NaN if unknown."""
        ours = self.spent.get("solve" if part == "solve" else "analyze", math.nan)
        return self.spent.get(f"{other} {part}", math.nan) / ours


def timed(act: Callable[[], object]) -> tuple[float]:
    """Seconds of it all."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start,)


def analysis(structure: BrickStructure, backend: str) -> tuple[float, float]:
    """Seconds of the solve and of the whole."""
    start = time.perf_counter()
    report = analyze(structure, backend)
    return report.solve_seconds, time.perf_counter() - start


def measure(name: str, structure: BrickStructure) -> Row:
    """Everything of one structure."""
    row = Row(name, len(structure))
    report = analyze(structure, FAST)
    row.proved = report.backend == FAST
    assert verdict_of(structure, FAST) is report.verdict
    row.spent["solve"], row.spent["analyze"] = least(lambda: analysis(structure, FAST))
    for key, act in {
        "verdict": lambda: verdict_of(structure, FAST),
        "strict": lambda: analyze(structure, FAST, strict=True),
        "factor": lambda: safety_factor(structure, FAST),
    }.items():
        try:
            (row.spent[key],) = least(lambda act=act: timed(act))
        except SolverError:
            continue
    if "strict" in row.spent:
        row.strict_proved = analyze(structure, FAST, strict=True).backend == FAST
    if len(structure) <= LARGEST_PREFIX:
        row.prefixes = appended(structure)
    for other, solver in SOLVERS.items():
        if len(structure) > LARGEST[other]:
            continue
        try:
            row.spent[f"{other} solve"], objective = solver(structure)
            row.agree[other] = same(objective, report.objective)
            if other in BACKENDS:
                backend = BACKENDS[other]
                _, row.spent[f"{other} whole"] = least(lambda b=backend: analysis(structure, b))
            else:
                row.spent[f"{other} whole"] = row.spent[f"{other} solve"]
        except SolverError:  # a licence of limited size
            continue
    return row


def appended(structure: BrickStructure) -> list[float]:
    """Milliseconds of putting each brick on and knowing the verdict."""
    verifier, spent = PrefixVerifier(backend=FAST), []
    for brick in structure:
        start = time.perf_counter()
        verifier.append(brick)
        _ = verifier.verdict
        spent.append(1e3 * (time.perf_counter() - start))
    return spent


def same(theirs: float | None, ours: float | None) -> bool:
    """Whether two objectives, N, differ only by rounding."""
    return (
        theirs is not None
        and ours is not None
        and math.isclose(theirs, ours, rel_tol=1e-8, abs_tol=1e-13)
    )


RATIOS = tuple((other, part) for other in LARGEST for part in ("solve", "whole"))
APPENDED = ("+1 median", "+1 p99")
HEAD = ("bricks", *OWN, *APPENDED, *(f"{name} {part}" for name, part in RATIOS))


def line(label: str, cells: Iterable[float | str]) -> None:
    """One line of a table; two rows of headings where a column has two words."""
    shown = []
    for head, cell in zip(HEAD, cells, strict=True):
        if isinstance(cell, float):
            digits = 0 if cell >= 1000 or head == "bricks" else 1 if cell >= 10 else 2
            cell = "-" if math.isnan(cell) else f"{cell:.{digits}f}"
        shown.append(f"{cell:>10}")
    print(f"{label:>24}" + "".join(shown), flush=True)


def heading(title: str) -> None:
    print(f"\n{title}: ms, then how many times as long others took")
    words = [head.split() for head in HEAD]
    line("", [first if rest else "" for first, *rest in words])
    line("", [several[-1] for several in words])


def cells(row: Row) -> list[float]:
    appended = np.percentile(row.prefixes, (50, 99)) if row.prefixes else (math.nan, math.nan)
    ratios = [row.ratio(other, part) for other, part in RATIOS]
    times = [row.spent.get(key, math.nan) for key in OWN]
    return [float(value) for value in (row.bricks, *times, *appended, *ratios)]


def summary(rows: list[Row]) -> None:
    """Median and p95 of the smaller ones, of what was compared; who agreed."""
    small = [row for row in rows if row.bricks < LARGE]
    if len(small) > 1:
        table = np.array([cells(row) for row in small])
        prefixes = np.array([spent for row in small for spent in row.prefixes])
        first_ratio = len(HEAD) - len(RATIOS)
        first_prefix = first_ratio - len(APPENDED)
        for label, high, low in (("median", 50, 50), ("p95", 95, 5)):
            found = [
                percentile(column, low if number >= first_ratio else high)
                for number, column in enumerate(table.T)
            ]
            # Of all prefixes of all structures together, once.
            pooled = [percentile(prefixes, level) for level in (50, 99)]
            found[first_prefix:first_ratio] = pooled if label == "median" else [math.nan, math.nan]
            line(f"{len(small)} below {LARGE}, {label}", found)
    others = {other: [row.agree[other] for row in rows if other in row.agree] for other in LARGEST}
    print(
        f"answered by {FAST} itself: {sum(row.proved for row in rows)} of {len(rows)}, "
        f"strict {sum(row.strict_proved for row in rows)}"
    )
    print(
        "same objective: "
        + ", ".join(f"{other} {sum(said)} of {len(said)}" for other, said in others.items())
    )


def percentile(column: np.ndarray, level: float) -> float:
    known = column[~np.isnan(column)]
    return float(np.percentile(known, level)) if len(known) else math.nan


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--generated", type=int, default=200, help="drafts of the built-in model")
    parser.add_argument("--cache", type=Path, help="file that keeps those drafts")
    parser.add_argument("--sizes", type=int, nargs="*", default=[25, 50, 100, 200, 1000, 2700])
    args = parser.parse_args()
    for name in (FAST, *BACKENDS.values()):  # imports
        try:
            analyze(BrickStructure([Brick(1, 1, 0, 0, 0)]), name)
        except SolverError as error:
            print(f"{name}: {error}")
    for title, structures, each in (
        ("Drafts of the built-in model", generated(args.generated, args.cache), False),
        ("Hard ones", built(HARD, args.sizes), True),
        ("Houses and towers", built(PLAIN, args.sizes), True),
    ):
        heading(title)
        rows = []
        for name, structure in structures:
            try:
                rows.append(measure(name, structure))
            except SolverError as error:
                print(f"{name:>24} {len(structure):9} {error}")
                continue
            if each:
                line(name, cells(rows[-1]))
        if rows:
            summary(rows)


if __name__ == "__main__":
    main()
