"""What a report tells a person and a file."""

import dataclasses
import json
import pickle

import numpy as np
import pytest

from legolab.bricks.structure import BrickStructure
from legolab.errors import SolverError
from legolab.stability import report as report_module
from legolab.stability.analysis import analyze
from legolab.stability.report import Options, StabilityReport, Verdict

HELD = "2x2 (0,0,0)\n8x1 (1,0,1)\n"
LOOSE = "2x4 (0,0,0)\n2x2 (0,0,3)\n"


def report_of(text: str) -> StabilityReport:
    return analyze(BrickStructure.from_text(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HELD, "Stands, holds 10 times its own load"),  # 1/t = .98 / (3.25 x .029694) = 10.15
        ("2x4 (0,0,0)\n", "Stands, nothing pulls on it"),
        (LOOSE, "Falls at brick 2"),
    ],
)
def test_summary_is_in_words(text: str, words: str) -> None:
    assert report_of(text).summary == words


def test_unverified_says_so_and_has_no_safety_factor() -> None:
    report = dataclasses.replace(report_of(HELD), verdict=Verdict.UNVERIFIED)
    assert report.summary == "UNVERIFIED: no solver looked at it"
    assert report.safety_factor is None
    assert report.to_json()["verdict"] == "UNVERIFIED"


@pytest.mark.parametrize("text", [HELD, LOOSE, "2x4 (0,0,0)\n"])
def test_json_is_plain_and_finite(text: str) -> None:
    report = report_of(text)
    document = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert document["schema"] == "legolab.report/1"
    assert document["verdict"] == report.verdict.value
    assert document["scores"] == report.scores.tolist()
    assert document["first_unstable"] == report.first_unstable


def test_json_tells_an_infinite_factor_from_an_unknown_one() -> None:
    assert report_of("2x4 (0,0,0)\n").to_json()["safety_factor"] == "infinite"
    assert report_of(LOOSE).to_json()["safety_factor"] == 0


def test_json_forces_name_both_sides_and_the_ground_is_null() -> None:
    forces = report_of(HELD).to_json()["forces"]
    assert {force["kind"] for force in forces} <= {"press", "pull"}
    assert {(force["top"], force["bottom"]) for force in forces} == {(0, None), (1, 0)}
    weight = 9.8 * (0.00115 + 0.00303)
    signs = {"press": 1, "pull": -1}
    up = [signs[f["kind"]] * f["force"] for f in forces if f["bottom"] is None]
    assert sum(up) == pytest.approx(weight)


def test_the_safety_factor_is_solved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    report = report_of(HELD)
    first = report.safety_factor
    monkeypatch.setattr(report_module, "safety_factor", None)
    assert report.safety_factor == first


def test_a_failed_strict_solve_leaves_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> float:
        raise SolverError("expected an answer, got none")

    report = report_of(HELD)
    monkeypatch.setattr(report_module, "safety_factor", fail)
    assert report.summary == "Stands"
    assert report.to_json()["safety_factor"] is None
    with pytest.raises(SolverError):
        _ = report.safety_factor


def test_a_report_survives_pickling_before_and_after_its_factor_is_known() -> None:
    report = report_of(HELD)
    fresh = pickle.loads(pickle.dumps(report))
    assert fresh.safety_factor == report.safety_factor
    again = pickle.loads(pickle.dumps(report))
    assert again.safety_factor == report.safety_factor
    np.testing.assert_array_equal(again.scores, report.scores)
    assert again.structure == report.structure


def test_a_document_tells_the_physics_that_was_asked_for() -> None:
    structure = BrickStructure.from_text(HELD)
    report = analyze(structure, rotate=True, capacity=0.5, masses={1: 0.004}, loads={0: 0.1})
    document = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert document["options"] == {
        "strict": False,
        "ground": "baseplate",
        "loads": {"0": 0.1},
        "rotate": True,
        "capacity": 0.5,
        "masses": {"1": 0.004},
        "time_limit": 60.0,
    }
    again = StabilityReport.from_json(document, structure)
    assert again.options == report.options
    assert again.to_json() == document


def test_a_document_from_before_there_was_a_choice_is_read() -> None:
    document = report_of(HELD).to_json()
    for option in ("rotate", "capacity", "masses"):
        del document["options"][option]
    assert StabilityReport.from_json(document, BrickStructure.from_text(HELD)).options == Options()


def test_the_factor_of_a_report_is_that_of_its_physics() -> None:
    report = analyze(BrickStructure.from_text(HELD), capacity=1.96, masses={1: 0.01})
    assert report.safety_factor == pytest.approx(1.96 / (3.25 * 9.8 * 0.01), rel=1e-5)


def test_a_report_is_in_building_order() -> None:
    structure = BrickStructure.from_text(HELD)
    turned = analyze(BrickStructure([structure[1], structure[0]]))
    np.testing.assert_array_equal(turned.scores, analyze(structure).scores[::-1])
    assert turned.weakest == 0
