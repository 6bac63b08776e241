"""Bricks put on and taken off have the verdicts of `analyze`; going back is not solved again."""

from typing import Any

import numpy as np
import pytest

from legolab.bricks.brick import Brick
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.stability import prefix
from legolab.stability.analysis import analyze
from legolab.stability.equilibrium import Physics
from legolab.stability.prefix import PrefixVerifier, unstable_steps
from legolab.stability.report import Verdict
from tests.stability.structures import KINDS, random_structure


@pytest.mark.parametrize("backend", ["auto", "highs"])
def test_every_prefix_has_the_scores_of_analyze(backend: str) -> None:
    rng, seen = np.random.default_rng(21), set()
    for kind in KINDS:
        verifier, telling = PrefixVerifier(backend=backend), PrefixVerifier(backend=backend)
        structure = random_structure(rng, 20, kind)
        for count, brick in enumerate(structure, start=1):
            verifier.append(brick)
            telling.append(brick)
            report = analyze(structure[:count], backend=backend)
            seen.add(report.verdict)
            assert verifier.verdict is report.verdict
            assert telling.verdict is report.verdict, "without ever having worked out forces"
            assert verifier.first_unstable == report.first_unstable
            assert verifier.scores is not None
            np.testing.assert_allclose(verifier.scores, report.scores, atol=1e-6)
    assert seen == {Verdict.STABLE, Verdict.UNSTABLE}


@pytest.mark.parametrize(
    "physics",
    [
        {"ground": "table"},
        {"rotate": True},
        {"loads": {2: 0.02, 9: 0.1}, "masses": {0: 0.0}, "capacity": 0.4},
    ],
)
def test_every_prefix_has_the_scores_of_analyze_by_other_physics(physics: dict[str, Any]) -> None:
    rng = np.random.default_rng(22)
    for structure in [random_structure(rng, 22, kind) for kind in KINDS]:
        verifier = PrefixVerifier(**physics)
        for count, brick in enumerate(structure, start=1):
            verifier.append(brick)
            first = Physics(**physics).first(count)
            report = analyze(
                structure[:count],
                ground=first.ground,
                loads=first.loads,
                rotate=first.rotate,
                capacity=first.capacity,
                masses=first.masses,
            )
            assert verifier.scores is not None
            np.testing.assert_allclose(verifier.scores, report.scores, atol=1e-6)


def test_bricks_go_off_and_on_again_as_if_they_had_never_been_there() -> None:
    rng = np.random.default_rng(23)
    for structure in [random_structure(rng, 24, kind) for kind in KINDS]:
        verifier = PrefixVerifier()
        for _ in range(30):
            more = min(len(structure) - len(verifier), int(rng.integers(1, 5)))
            for brick in structure[len(verifier) : len(verifier) + more]:
                verifier.append(brick)
            assert verifier.scores is not None
            report = analyze(structure[: len(verifier)])
            np.testing.assert_allclose(verifier.scores, report.scores, atol=1e-6)
            verifier.cut(len(verifier) - int(rng.integers(0, min(3, len(verifier)))))


def test_going_back_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    verifier = PrefixVerifier([Brick(2, 2, 0, 0, layer) for layer in range(3)])
    three = verifier.scores
    verifier.append(Brick(2, 2, 5, 5, 1))
    assert verifier.verdict is Verdict.UNSTABLE and verifier.first_unstable == 3
    monkeypatch.setattr(prefix, "judge_boxes", None)
    verifier.cut(3)
    assert verifier.scores is three and len(verifier) == 3
    assert verifier.verdict is Verdict.STABLE


def test_another_brick_in_the_place_of_one_taken_off_counts_anew() -> None:
    verifier = PrefixVerifier([Brick(2, 2, 0, 0, 0), Brick(2, 2, 9, 9, 1)])
    assert verifier.verdict is Verdict.UNSTABLE
    verifier.cut(1)
    verifier.append(Brick(2, 2, 0, 0, 1))
    assert verifier.verdict is Verdict.STABLE and verifier.bricks[1].z == 1


def test_loads_and_ground_count() -> None:
    gallows = [Brick(1, 1, 0, 0, 0), Brick(8, 1, 0, 0, 1)]
    assert PrefixVerifier(gallows).verdict is Verdict.STABLE
    assert PrefixVerifier(gallows, ground="table").verdict is Verdict.UNSTABLE
    loaded = PrefixVerifier(gallows[:1], loads={1: 1.0})
    assert loaded.verdict is Verdict.STABLE
    loaded.append(gallows[1])
    report = analyze(BrickStructure(gallows), loads={1: 1.0})
    assert loaded.verdict is report.verdict is Verdict.UNSTABLE


@pytest.mark.parametrize(
    "physics",
    [
        {"rotate": True, "loads": {3: 0.01}},
        {"capacity": 0.05, "masses": {2: 0.02, 19: 0.0}},
        {"ground": "table", "rotate": True, "capacity": 0.2},
    ],
)
def test_every_prefix_has_the_physics_that_was_asked_for(physics: dict[str, Any]) -> None:
    structure = random_structure(np.random.default_rng(4), 20, "attachments")
    verifier = PrefixVerifier(**physics)
    for count, brick in enumerate(structure, start=1):
        verifier.append(brick)
        there = physics | {
            kind: {b: kg for b, kg in physics.get(kind, {}).items() if b < count}
            for kind in ("loads", "masses")
        }
        report = analyze(structure[:count], **there)
        assert verifier.scores is not None
        np.testing.assert_allclose(verifier.scores, report.scores, atol=1e-6)


def test_physics_that_makes_no_sense_is_refused_at_once() -> None:
    for physics in ({"masses": {7: -1.0}}, {"capacity": 0}, {"ground": "water"}):
        with pytest.raises(InputError, match="expected"):
            PrefixVerifier(**physics)  # type: ignore[arg-type]


def test_unverified_no_bricks_and_too_many_to_keep() -> None:
    assert PrefixVerifier().verdict is Verdict.STABLE
    unverified = PrefixVerifier([Brick(2, 2, 0, 0, 0)], backend="unverified")
    assert unverified.verdict is Verdict.UNVERIFIED and unverified.first_unstable is None
    with pytest.raises(InputError, match="expected 0 to 1 bricks"):
        unverified.cut(2)
    with pytest.raises(InputError, match="expected one of the backends"):
        PrefixVerifier(backend="abacus")


def test_steps_that_do_not_stand_are_named() -> None:
    hung = [Brick(2, 2, 0, 0, 0), Brick(6, 2, 0, 0, 2), Brick(2, 2, 0, 0, 1)]
    assert unstable_steps(hung) == (2,)
    assert unstable_steps(hung, backend="unverified") == (1, 2, 3)
    assert unstable_steps(hung, capacity=1e-4) == (2, 3)
    assert unstable_steps(hung, capacity=1e-4, masses={1: 0.0}) == (2,)


def test_the_first_so_many_are_judged_without_the_rest() -> None:
    verifier = PrefixVerifier([Brick(2, 2, 0, 0, 0), Brick(2, 2, 4, 0, 1), Brick(6, 2, 0, 0, 2)])
    verifier.append(Brick(2, 2, 0, 0, 1))
    found = [verifier.verdict_of_first(count) for count in range(5)]
    assert found == [Verdict.STABLE] * 2 + [Verdict.UNSTABLE] * 2 + [Verdict.STABLE]
    assert verifier.verdict is Verdict.STABLE and len(verifier) == 4
    with pytest.raises(InputError, match="expected 0 to 4 bricks to judge, got 5"):
        verifier.verdict_of_first(5)
