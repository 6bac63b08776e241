"""Forces that hold are told from forces that do not, whatever solver they come from."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from legolab.bricks import BrickStructure
from legolab.errors import SolverError
from legolab.stability.analysis import analyze
from legolab.stability.proof import check_proof
from legolab.stability.report import Forces, Options, StabilityReport, Verdict
from tests.stability.structures import random_structure

HANGS = "2x2 (0,0,0)\n2x2 (0,0,1)\n2x6 (0,0,2)\n1x1 (1,3,1)\n"
BESIDE = "2x2 (0,0,0)\n2x2 (2,0,0)\n2x2 (0,2,0)\n2x4 (1,0,1)\n"


def analysed(text: str, **options: Any) -> StabilityReport:
    return analyze(BrickStructure.from_text(text), **options)


@pytest.mark.parametrize("text", [HANGS, BESIDE, "1x1 (3,3,0)\n"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"strict": True},
        {"loads": {0: 0.2}},
        {"backend": "ortools"},
        {"rotate": True, "masses": {0: 0.02}, "capacity": 0.1},
    ],
)
def test_what_stands_is_proven(text: str, options: dict[str, Any]) -> None:
    report = analysed(text, **options)
    assert report.verdict is Verdict.STABLE
    check_proof(report)


def test_random_structures_are_proven_exactly_when_they_stand() -> None:
    seen = {Verdict.STABLE: 0, Verdict.UNSTABLE: 0}
    for seed in range(80):
        report = analyze(random_structure(np.random.default_rng(seed), 4 + seed // 2))
        seen[report.verdict] += 1
        if report.verdict is Verdict.STABLE:
            check_proof(report)
            document = json.loads(json.dumps(report.to_json()))
            check_proof(StabilityReport.from_json(document, report.structure))
        else:
            with pytest.raises(SolverError):
                check_proof(report)
    assert min(seen.values()) > 5


def test_a_load_that_was_not_asked_for_is_missed() -> None:
    report = analysed(HANGS)
    with pytest.raises(SolverError, match="brick 1 is out of balance"):
        check_proof(dataclasses.replace(report, options=Options(loads={0: 0.001})))


def test_another_mass_or_a_smaller_capacity_is_missed() -> None:
    report = analysed(HANGS)
    with pytest.raises(SolverError, match="brick 4 is out of balance"):
        check_proof(dataclasses.replace(report, options=Options(masses={3: 0.0})))
    with pytest.raises(SolverError, match=r"less than 0\.001 N of pull"):
        check_proof(dataclasses.replace(report, options=Options(capacity=0.001)))


def test_a_table_pulls_nothing() -> None:
    check_proof(analysed(BESIDE, ground="table"))
    report = analysed(HANGS)
    check_proof(report)
    with pytest.raises(SolverError, match="no pull from a table"):
        check_proof(dataclasses.replace(report, options=Options(ground="table")))


def changed(change: Callable[[Forces], dict[str, Any]], text: str = HANGS) -> StabilityReport:
    report = analysed(text)
    forces = dataclasses.replace(report.forces, **change(report.forces))
    return dataclasses.replace(report, find_forces=lambda: forces)


def strongest(forces: Forces, kind: str) -> int:
    return int(np.argmax(np.where(forces.kind == kind, forces.force, -1.0)))


def with_entry(values: Any, index: int, value: Any) -> Any:
    values = values.copy()
    values[index] = value
    return values


@pytest.mark.parametrize(
    ("kind", "field", "value", "words"),
    [
        ("press", "force", np.nan, "a force that is a number"),
        ("press", "force", -1.0, "a force that pushes"),
        ("pull", "force", 0.98, "less than 0.98 N"),
        ("pull", "force", 0.2, "out of balance"),
        ("pull", "kind", "glue", "a kind of force of the model"),
        ("press", "x", 7.0, "a point on a stud in common"),
        ("press", "bottom", 3, "a stud in common"),
        ("press", "bottom", 9, "forces between bricks"),
        ("press", "top", -1, "forces between bricks"),
        ("press", "kind", "side_x", "faces that meet"),
        ("press", "kind", "side_y", "faces that meet"),
    ],
)
def test_a_force_that_cannot_be_is_found(kind: str, field: str, value: Any, words: str) -> None:
    def change(forces: Forces) -> dict[str, Any]:
        return {field: with_entry(getattr(forces, field), strongest(forces, kind), value)}

    with pytest.raises(SolverError, match=words):
        check_proof(changed(change))


@pytest.mark.parametrize("kind", ["friction_x", "side_x", "side_y"])
def test_every_kind_counts_in_the_balance(kind: str) -> None:
    def change(forces: Forces) -> dict[str, Any]:
        index = int(np.flatnonzero(forces.kind == kind)[0])
        return {"force": with_entry(forces.force, index, forces.force[index] + 1e-4)}

    with pytest.raises(SolverError, match="out of balance"):
        check_proof(changed(change, BESIDE))


def test_a_force_at_the_wrong_place_tips_the_brick() -> None:
    def change(forces: Forces) -> dict[str, Any]:
        index = strongest(forces, "press")
        return {"x": with_entry(forces.x, index, forces.x[index] - 0.01)}

    with pytest.raises(SolverError, match="out of balance"):
        check_proof(changed(change))
