"""Models put together keep every brick and its colour, never collide, and are verified whole."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legolab.bricks.brick import Brick
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.stability.analysis import analyze
from legolab.stability.composition import MAX_GAP, MAX_MODELS, Composition, compose
from legolab.stability.report import Verdict
from tests.ldraw.strategies import structures

TOWER = BrickStructure.from_text("2x4 (3,5,0)\n2x4 (3,5,1)\n")
TABLE = BrickStructure.from_text("1x1 (0,0,0)\n1x1 (0,3,0)\n2x4 (0,0,1)\n")
FALLS = BrickStructure.from_text("2x4 (0,0,0)\n1x1 (5,5,3)\n")


def parts_of(made: Composition, model: int) -> Counter[tuple[int, ...]]:
    """The bricks of a model with their colours, moved to its own corner."""
    found = [
        (brick, color)
        for brick, color, number in zip(
            made.structure, made.structure.colors, made.model, strict=True
        )
        if number == model
    ]
    return corner(found)


def corner(bricks: list[tuple[Brick, int]]) -> Counter[tuple[int, ...]]:
    x, y, z = (min(getattr(b, axis) for b, _ in bricks) for axis in "xyz")
    return Counter((b.h, b.w, b.x - x, b.y - y, b.z - z, color) for b, color in bricks)


@settings(max_examples=40)
@given(st.lists(structures(), min_size=1, max_size=4), st.booleans(), st.integers(0, 3))
def test_no_brick_is_lost_and_none_collides(
    models: list[BrickStructure], upon: bool, gap: int
) -> None:
    made = compose(models, upon=upon, gap=gap)
    bricks = list(made.structure)
    assert len(bricks) == sum(map(len, models)) == len(made.model)
    assert BrickStructure(bricks, made.structure.world) is not None, "it refuses what collides"
    for number, model in enumerate(models):
        assert parts_of(made, number) == corner([*zip(model, model.colors, strict=True)])
    assert min(b.x for b in bricks) == min(b.y for b in bricks) == min(b.z for b in bricks) == 0


@settings(max_examples=30)
@given(st.lists(structures(), min_size=2, max_size=4), st.integers(0, 5))
def test_side_by_side_the_fronts_are_in_line_and_the_gaps_are_kept(
    models: list[BrickStructure], gap: int
) -> None:
    made = compose(models, gap=gap)
    end = -gap
    for number in range(len(models)):
        own = [b for b, n in zip(made.structure, made.model, strict=True) if n == number]
        assert min(b.x for b in own) == end + gap
        assert min(b.y for b in own) == min(b.z for b in own) == 0
        end = max(b.x + b.h for b in own)


@settings(max_examples=30)
@given(st.lists(structures(), min_size=2, max_size=4))
def test_upon_each_other_each_stands_on_the_highest_layer_below(
    models: list[BrickStructure],
) -> None:
    made = compose(models, upon=True)
    tops = []
    for number in range(len(models)):
        own = [b for b, n in zip(made.structure, made.model, strict=True) if n == number]
        assert min(b.z for b in own) == (tops[-1] + 1 if tops else 0)
        tops.append(max(b.z for b in own))


def test_upon_each_other_the_most_studs_hold() -> None:
    made = compose([TABLE, TOWER], upon=True)
    upper = [b for b, n in zip(made.structure, made.model, strict=True) if n == 1]
    assert {(b.x, b.y) for b in upper} == {(0, 0)}
    assert made.report.verdict is Verdict.STABLE


def test_what_does_not_stand_is_said_of_the_whole() -> None:
    assert compose([TOWER, TABLE]).report.verdict is Verdict.STABLE
    made = compose([TOWER, FALLS])
    assert made.report.verdict is analyze(made.structure).verdict is Verdict.UNSTABLE


def test_one_model_is_moved_to_the_corner_and_nothing_else() -> None:
    made = compose([TOWER])
    assert made.structure.to_text() == "2x4 (0,0,0)\n2x4 (0,0,1)\n"
    assert made.model.tolist() == [0, 0]


def test_the_world_grows_with_what_is_in_it() -> None:
    assert compose([TOWER] * 2).structure.world == (20, 20, 20)
    assert compose([TOWER] * 8).structure.world == (30, 20, 20)
    assert compose([TOWER] * 30, upon=True).structure.world == (20, 20, 60)


def test_a_composition_can_be_composed_again() -> None:
    row = compose([TOWER] * 8).structure
    made = compose([row, row], upon=True)
    assert len(made.structure) == 32
    assert made.report.verdict is Verdict.STABLE


def test_without_a_solver_nothing_is_claimed() -> None:
    assert compose([TOWER], backend="unverified").report.verdict is Verdict.UNVERIFIED


@pytest.mark.parametrize(
    ("models", "options", "message"),
    [
        ([], {}, "1 to 100 models to compose, got 0"),
        ([TOWER] * (MAX_MODELS + 1), {}, "got 101"),
        ([TOWER, BrickStructure([])], {}, "got none in number 2"),
        ([TOWER], {"gap": -1}, "a gap of 0 to 1000 studs, got -1"),
        ([TOWER], {"gap": MAX_GAP + 1}, "got 1001"),
        ([TOWER], {"gap": 1.5}, "got 1.5"),
        ([TOWER], {"gap": float("nan")}, "got nan"),
        ([TOWER], {"backend": "abacus"}, "expected one of the backends"),
    ],
)
def test_what_cannot_be_put_together_is_refused(
    models: list[BrickStructure], options: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        compose(models, **options)  # type: ignore[arg-type]
