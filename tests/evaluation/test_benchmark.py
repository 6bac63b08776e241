"""Solvers side by side on structures of several kinds."""

import pytest

import legolab as ll
from legolab.errors import InputError
from legolab.evaluation import benchmark
from legolab.evaluation.metrics import is_valid


@pytest.mark.parametrize("name", benchmark.GENERATORS)
@pytest.mark.parametrize("bricks", [1, 7, 30])
def test_structures_are_valid_and_as_large_as_asked(name, bricks):
    structure = benchmark.GENERATORS[name](bricks)
    assert len(structure) == bricks
    assert is_valid(list(structure), structure.world)


def test_a_solver_takes_as_long_as_itself():
    found = benchmark.benchmark([4], ["heap"], 2, ["highs", "ortools"])
    (ratio,) = benchmark.ratios(found, "highs").itertuples(index=False)
    assert ratio.highs == 1 and ratio.ortools > 0
    with pytest.raises(InputError, match="highs, ortools"):
        benchmark.ratios(found, "nosuch")


def test_walls_and_towers_stand_and_long_stairs_fall():
    verdicts = [ll.analyze(kind(80)).verdict.name for kind in (benchmark.wall, benchmark.stairs)]
    assert verdicts == ["STABLE", "UNSTABLE"]
    assert ll.analyze(benchmark.tower(80)).verdict.name == "STABLE"
    assert ll.analyze(benchmark.bridge(80)).verdict.name == "STABLE"


def test_a_heap_is_in_one_piece_and_grows_at_its_end():
    small, large = benchmark.heap(20), benchmark.heap(40)
    assert not ll.analyze(large).floating
    assert [(b.h, b.w, b.z) for b in large][:20] == [(b.h, b.w, b.z) for b in small]


def test_every_solver_times_every_structure():
    found = benchmark.benchmark([3, 6], ["wall", "tower"], repeats=2, backends=["highs", "ortools"])
    assert len(found) == 2 * 2 * 2 * 2
    table = benchmark.medians(found)
    assert table.shape == (4, 2) and (table > 0).all(axis=None)
    agreement = benchmark.agreement(found)
    assert list(agreement["verdicts"]) == ["stable"] * 4
    assert (agreement["objective_spread"] < 1e-9).all() and (agreement["solvers"] == 2).all()
    assert len(benchmark.silent(found)) == 0
    assert "highs" in benchmark.draw(found, "wall").svg


def test_a_solver_without_an_answer_is_a_row_that_says_why():
    found = benchmark.benchmark([3], ["wall"], 1, ["highs", "nosuch"])
    assert benchmark.medians(found).shape == (1, 1)
    (silent,) = benchmark.silent(found).itertuples()
    assert silent.backend == "nosuch" and silent.error


@pytest.mark.parametrize(
    "options",
    [{"sizes": []}, {"sizes": [0]}, {"sizes": [10**9]}, {"generators": ["x"]}, {"repeats": 0}],
)
def test_what_cannot_be_measured(options):
    with pytest.raises(InputError):
        benchmark.benchmark(**{"sizes": [3], "backends": ["highs"]} | options)
