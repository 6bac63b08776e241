"""The same structure through every solver, side by side. Knows backends by name only."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from legolab.bricks.brick import Brick
from legolab.bricks.structure import BrickStructure
from legolab.errors import LegolabError, SolverError
from legolab.stability.analysis import DEFAULT_TIME_LIMIT, analyze
from legolab.stability.registry import UNVERIFIED, BackendState, backend_states, gurobi_licence
from legolab.stability.report import StabilityReport, Verdict


@dataclass(frozen=True, eq=False)
class Entry:
    """What one solver made of a structure.

    Attributes:
        backend: its name.
        report: its answer; None when it gave none.
        error: why it gave none, empty when it did.
        seconds: wall time, its library already loaded.
    """

    backend: str
    report: StabilityReport | None
    error: str
    seconds: float


@dataclass(frozen=True, eq=False)
class Comparison:
    """What several solvers made of a structure."""

    entries: tuple[Entry, ...]

    @property
    def answers(self) -> tuple[StabilityReport, ...]:
        """The reports of the solvers that answered."""
        return tuple(entry.report for entry in self.entries if entry.report is not None)

    @property
    def verdict(self) -> Verdict:
        """The verdict they share; UNVERIFIED when nobody answered or they disagree."""
        verdicts = {report.verdict for report in self.answers}
        return verdicts.pop() if len(verdicts) == 1 else Verdict.UNVERIFIED

    @property
    def objective_spread(self) -> float:
        """Largest difference between two objectives, N."""
        found = [report.objective for report in self.answers if report.objective is not None]
        return max(found) - min(found) if found else 0.0

    def to_json(self) -> dict[str, Any]:
        """As a JSON document, reports without their forces."""
        return {
            "verdict": self.verdict.value,
            "objective_spread": self.objective_spread,
            "score_spread": self.score_spread,
            "backends": [
                {
                    "backend": entry.backend,
                    "verdict": entry.report.verdict.value if entry.report else None,
                    "objective": entry.report.objective if entry.report else None,
                    "scores": entry.report.scores.tolist() if entry.report else None,
                    "error": entry.error,
                    "seconds": entry.seconds,
                }
                for entry in self.entries
            ],
        }

    @property
    def score_spread(self) -> float:
        """Largest difference between two scores of a brick."""
        if not self.answers:
            return 0.0
        scores = np.stack([report.scores for report in self.answers])
        return float((scores.max(axis=0) - scores.min(axis=0)).max())


def solvers() -> tuple[str, ...]:
    """Every solver whose library is installed; Gurobi's small built-in licence is enough."""
    return tuple(s.name for s in backend_states() if s.version and s.name != UNVERIFIED)


def compare(
    structure: BrickStructure,
    backends: Iterable[str] | None = None,
    time_limit: float = DEFAULT_TIME_LIMIT,
) -> Comparison:
    """Analyse a structure by each of several solvers; one that fails says why.

    Args:
        structure: at least one brick.
        backends: names; every installed solver when None.
        time_limit: seconds for each solve.
    """
    names = solvers() if backends is None else tuple(backends)
    return Comparison(tuple(_entries(structure, names, time_limit)))


@dataclass(frozen=True)
class Inspection:
    """A backend as it is found on this machine.

    Attributes:
        state: what there is of it.
        licence: what is known of its licence.
        milliseconds: for one analysis of a wall of 40 bricks; None when it gave no answer.
        error: why it gave none.
    """

    state: BackendState
    licence: str
    milliseconds: float | None
    error: str


def inspect_backends() -> list[Inspection]:
    """Every backend, in the order in which "auto" tries them, each timed on one analysis."""
    wall = _wall()
    found = []
    for state in backend_states():
        if state.version is None or state.name == UNVERIFIED:
            found.append(Inspection(state, "", None, ""))
            continue
        (entry,) = compare(wall, [state.name]).entries
        spent = entry.seconds * 1e3 if entry.report else None
        found.append(Inspection(state, _licence(state.name), spent, entry.error))
    return found


def _licence(name: str) -> str:
    """What is known of a licence that may run out."""
    if name != "gurobi":
        return "free"
    from legolab.stability.backends.gurobi import licence_expiry

    try:
        day = licence_expiry()
    except SolverError as error:
        return str(error)
    file = gurobi_licence()
    source = f"from {file}" if file else "built in, small models only"
    return f"{source}, " + ("does not expire" if day == "never" else f"expires {day}")


def _wall() -> BrickStructure:
    """A wall of 40 bricks in stretcher bond; small enough for Gurobi's built-in licence."""
    bricks = [Brick(2, 4, 8, x, z) for z in range(10) for x in range(2 * (z % 2), 20, 4)]
    return BrickStructure([b for b in bricks if b.y + b.w <= 20][:40])


def _entries(structure: BrickStructure, names: Iterable[str], limit: float) -> Iterator[Entry]:
    smallest = structure[:1]
    for name in names:
        began = time.perf_counter()
        try:
            analyze(smallest, backend=name, time_limit=limit)  # loads the library
            began = time.perf_counter()
            report = analyze(structure, backend=name, time_limit=limit)
        except LegolabError as error:
            yield Entry(name, None, str(error), time.perf_counter() - began)
        else:
            yield Entry(name, report, "", report.seconds)
