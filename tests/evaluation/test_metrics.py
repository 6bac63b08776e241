"""What is measured of a generation, and what many come to; by hand on structures of two bricks."""

import math

import pytest

from legolab.bricks.brick import Brick
from legolab.evaluation.metrics import by_category, is_valid, measure, summary
from legolab.generation.features import Difference
from tests.evaluation.rows import FALLS, built, frame, generation, refused

WORLD = (20, 20, 20)


def test_a_model_that_stands():
    found = measure(generation(rollbacks=0, drafts=2, steps=9))
    assert (found.valid, found.grounded, found.stable_first, found.stable) == (True,) * 4
    assert (found.one_piece, found.as_described, found.verdict) == (True, True, "stable")
    assert (found.bricks, found.layers, found.pieces) == (2, 2, 1)
    assert (found.drafts, found.steps, found.finished) == (2, 9, True)


def test_a_model_that_falls():
    found = measure(generation(FALLS))
    assert (found.valid, found.grounded, found.stable_first, found.stable) == (
        True,
        False,
        False,
        False,
    )
    assert (found.one_piece, found.pieces) == (False, 2)


def test_stability_is_one_minus_the_score():
    result = generation("2x4 (0,0,0)\n1x8 (0,3,1)\n2x2 (0,9,2)\n")
    scores = result.report.scores
    assert 0 < scores.max() < 1
    found = measure(result)
    assert found.mean_stability == pytest.approx(1 - scores.mean())
    assert found.min_stability == pytest.approx(1 - scores.max())
    assert found.safety_factor == result.report.safety_factor


def test_what_physics_took_back_did_not_stand_at_first():
    found = measure(generation(rollbacks=1))
    assert found.stable and not found.stable_first


def test_nothing_is_said_of_what_no_solver_looked_at():
    found = measure(generation(backend="unverified"))
    assert found.valid and found.grounded and found.verdict == "UNVERIFIED"
    assert found.stable is found.stable_first is found.mean_stability is found.min_stability is None


def test_a_difference_from_the_description_counts():
    assert not measure(generation(differences=(Difference("arms", "two", "none"),))).as_described


@pytest.mark.parametrize(
    "bricks",
    [
        [],
        [Brick(3, 3, 0, 0, 0)],
        [Brick(2, 4, 0, 17, 0)],
        [Brick(2, 2, 0, 0, 0), Brick(2, 2, 1, 1, 0)],
    ],
    ids=["none", "of another library", "out of the world", "overlapping"],
)
def test_not_valid(bricks):
    assert not is_valid(bricks, WORLD)


def test_a_summary_over_all_and_over_the_valid():
    rows = frame(
        built(seed=0, rollbacks=2),
        built(seed=1),
        built(seed=2, text=FALLS),
        refused(),
    )
    table = summary(rows)
    assert dict(table.loc["valid"]) == {"all": 0.75, "all_of": 4, "valid": 1, "valid_of": 3}
    assert dict(table.loc["stable"]) == {"all": 0.5, "all_of": 4, "valid": 2 / 3, "valid_of": 3}
    assert table.at["stable_first", "all"] == 0.25
    assert dict(table.loc["rollbacks"]) == {
        "all": 2 / 3,
        "all_of": 3,
        "valid": 2 / 3,
        "valid_of": 3,
    }
    assert table.at["seconds_decode", "valid"] == 1.5


def test_unverified_models_neither_stand_nor_fall():
    table = summary(frame(built(backend="unverified"), built(seed=1)))
    assert (table.at["stable", "all"], table.at["stable", "all_of"]) == (1, 1)
    assert math.isnan(summary(frame(built(backend="unverified"))).at["stable", "all"])


def test_categories():
    table = by_category(
        frame(built(), built(seed=1, text=FALLS), built("a mug", category="mug"), refused())
    )
    assert list(table.index) == ["(none)", "chair", "mug"]
    assert list(table["rows"]) == [1, 2, 1]
    assert list(table["stable"]) == [0, 0.5, 1]
    assert math.isnan(table.at["(none)", "bricks"])
