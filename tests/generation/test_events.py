"""An event that was written as JSON is read as the same event."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legolab.bricks import Brick, BrickStructure
from legolab.errors import InputError, SolverError
from legolab.generation.events import event_from_json, event_to_json
from legolab.generation.features import Difference
from legolab.generation.generator import stream
from legolab.generation.result import (
    BrickPlaced,
    Event,
    Finished,
    Generation,
    RolledBack,
    Settled,
    Started,
    Trimmed,
)
from legolab.generation.trace import Trace
from legolab.stability import report as report_module
from legolab.stability.analysis import analyze
from legolab.stability.report import StabilityReport, Verdict

STANDS = "2x2 (0,0,0)\n8x1 (1,0,1)\n"
ONE = "2x4 (0,0,0)\n"
FALLS = "2x4 (0,0,0)\n2x2 (0,0,3)\n"


def through_json(event: Event) -> Event:
    """What a reader at the other end of a socket is left with."""
    return event_from_json(json.loads(json.dumps(event_to_json(event), allow_nan=False)))


@pytest.mark.parametrize(
    "event",
    [
        Started("a chair – „hoch“ \u2028", "chair, back high", 2**32 - 1, ("one", "two")),
        Started("a chair", "chair", 0, ()),
        RolledBack(3, "brick 4 would fall"),
        RolledBack(0, "it came out differently: drawn again", "chair, back low"),
        Trimmed(7),
        Settled(
            BrickStructure.from_text(STANDS, (48, 50, 30)).with_colors([4, 14]), Verdict.STABLE
        ),
        Settled(BrickStructure.from_text(ONE), Verdict.UNVERIFIED),
    ],
)
def test_events_survive(event: Event) -> None:
    assert through_json(event) == event


def test_a_service_may_not_tell_what_comes_after_a_rollback() -> None:
    document = event_to_json(RolledBack(3, "brick 4 would fall", "chair"))
    del document["description"]
    assert event_from_json(document) == RolledBack(3, "brick 4 would fall")


@given(
    st.integers(0, 500),
    st.builds(Brick, *[st.integers(1, 8)] * 2, *[st.integers(0, 19)] * 3),
)
def test_bricks_survive(index: int, brick: Brick) -> None:
    assert through_json(BrickPlaced(index, brick)) == BrickPlaced(index, brick)


def test_a_whole_generation_survives() -> None:
    events = list(stream("a small table", seed=1))
    read = [through_json(event) for event in events]
    assert read[:-1] == events[:-1]
    assert_same(events[-1], read[-1])


def finished(report: StabilityReport, **changes: Any) -> Finished:
    result = Generation(
        "a thing", "thing", ("note",), 3, report.structure, report, Trace("embedded", "abc", 0.3)
    )
    return Finished(dataclasses.replace(result, **changes))


@pytest.mark.parametrize("text", [STANDS, ONE, FALLS])
@pytest.mark.parametrize("strict", [False, True])
def test_results_survive_whether_they_stand_or_fall(text: str, strict: bool) -> None:
    event = finished(analyze(BrickStructure.from_text(text), strict=strict))
    assert_same(event, through_json(event))


def test_colours_world_differences_and_options_survive() -> None:
    structure = BrickStructure.from_text(STANDS, (48, 50, 30)).with_colors([4, 0x2FF8800])
    report = analyze(structure, ground="table", loads={1: 0.01}, time_limit=5.0)
    different = (Difference("height", 7, 5), Difference("lid", "flat", "other"))
    event = finished(report, differences=different)
    read = through_json(event)
    assert_same(event, read)
    assert isinstance(read, Finished)
    assert read.result.structure.world == (48, 50, 30)
    assert read.result.report.options == report.options


def test_unverified_survives() -> None:
    report = analyze(BrickStructure.from_text(STANDS))
    event = finished(dataclasses.replace(report, verdict=Verdict.UNVERIFIED))
    assert_same(event, through_json(event))


def test_nothing_is_solved_for_a_report_that_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    known = through_json(finished(analyze(BrickStructure.from_text(ONE))))
    unknown = finished(analyze(BrickStructure.from_text(STANDS)))

    def fail(*_: object, **__: object) -> float:
        raise SolverError("expected an answer, got none")

    monkeypatch.setattr(report_module, "safety_factor", fail)
    read = through_json(unknown)
    monkeypatch.setattr(report_module, "safety_factor", lambda *_, **__: pytest.fail("solved"))
    assert isinstance(known, Finished) and isinstance(read, Finished)
    assert known.result.report.safety_factor == math.inf
    assert read.result.report.safety_factor is None
    assert read.result.report.summary == "Stands"


def test_forces_that_are_shown_survive() -> None:
    report = analyze(BrickStructure.from_text(STANDS))
    read = StabilityReport.from_json(report.to_json(), report.structure)
    shown = np.abs(report.forces.force) > 1e-9
    assert 0 < len(read.forces) == shown.sum() < len(report.forces)
    for name in ("kind", "top", "bottom", "x", "y", "z", "force"):
        np.testing.assert_array_equal(
            getattr(read.forces, name), getattr(report.forces, name)[shown]
        )


def assert_same(event: Event, read: Event) -> None:
    """All that a result holds, forces of 0 aside."""
    assert isinstance(event, Finished) and isinstance(read, Finished)
    assert event_to_json(read) == event_to_json(event)
    one, other = event.result, read.result
    for name in ("caption", "description", "notes", "seed", "structure", "trace", "differences"):
        assert getattr(one, name) == getattr(other, name), name
    for name in ("structure", "verdict", "objective", "safety_factor", "backend", "seconds"):
        assert getattr(one.report, name) == getattr(other.report, name), name
    assert one.report.options == other.report.options
    for name in ("scores", "residuals", "floating_bricks"):
        seen = getattr(other.report, name)
        np.testing.assert_array_equal(seen, getattr(one.report, name))
        assert seen.dtype == getattr(one.report, name).dtype


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": "legolab.event/9"}, "expected schema legolab.event/1, got 'legolab.event/9'"),
        ({"type": "exploded"}, "got the type 'exploded'"),
        ({"structure": "2x4 (0,0"}, "expected 'HxW"),
        ({"structure": ONE, "colors": [1]}, "expected a report on 1 bricks, got 2"),
        ({"colors": [1]}, "expected one colour for each of 2 bricks"),
        ({"world": [20]}, "as legolab.event/1 has it, got ValueError"),
        ({"report": {}}, "expected schema legolab.report/1, got None"),
        ({"report": {"schema": "legolab.report/1"}}, "got KeyError"),
        ({"trace": {"schema": "legolab.trace/1"}}, "expected a trace with 'model', got none"),
        ({"trace": {}}, "expected schema legolab.trace/1, got None"),
        ({"notes": None}, "got TypeError"),
    ],
)
def test_other_documents_are_refused_in_words(change: dict[str, Any], message: str) -> None:
    document = event_to_json(finished(analyze(BrickStructure.from_text(STANDS))))
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        event_from_json(document | change)


def test_a_report_whose_parts_do_not_fit_is_refused() -> None:
    report = analyze(BrickStructure.from_text(STANDS))
    for change in ({"scores": [0.0]}, {"floating": [7]}, {"verdict": "perhaps"}):
        with pytest.raises(InputError, match="expected a report as"):
            StabilityReport.from_json(report.to_json() | change, report.structure)
