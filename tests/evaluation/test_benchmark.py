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


def test_walls_and_towers_stand_and_long_stairs_fall():
    verdicts = [ll.analyze(kind(80)).verdict.name for kind in (benchmark.wall, benchmark.stairs)]
    assert verdicts == ["STABLE", "UNSTABLE"]
    assert ll.analyze(benchmark.tower(80)).verdict.name == "STABLE"


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
