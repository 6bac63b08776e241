"""HiGHS: an answer or an error, never a verdict from a failed solve."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError, SolverError
from legolab.stability.analysis import analyze
from legolab.stability.backends import highs
from legolab.stability.equilibrium import build_scene
from legolab.stability.program import Outcome, Program, published_program
from legolab.stability.registry import backend_names, find_backend
from tests.stability.structures import random_structure

TEXT = "2x2 (0,0,0)\n8x1 (1,0,1)\n"


@pytest.fixture
def program() -> Program:
    return published_program(build_scene(BrickStructure.from_text(TEXT)))


def test_optimal_columns_keep_every_row(program: Program) -> None:
    solution = highs.solve(program, 10)
    assert solution.outcome is Outcome.OPTIMAL
    sums = np.zeros(len(program.row_lower))
    column = np.repeat(np.arange(len(program.costs)), np.diff(program.starts))
    np.add.at(sums, program.indices, program.values * solution.columns[column])
    assert (sums >= program.row_lower - 1e-6).all()
    assert (sums <= program.row_upper + 1e-6).all()
    assert solution.objective <= program.published_costs @ solution.columns + 1e-9


def test_what_has_no_solution_is_infeasible(program: Program) -> None:
    upper = np.where(np.isfinite(program.upper), program.upper, 0.0)
    lower = np.minimum(program.lower, 0.0)
    solution = highs.solve(dataclasses.replace(program, lower=lower, upper=upper), 10)
    assert solution.outcome is Outcome.INFEASIBLE
    assert len(solution.columns) == 0


def test_a_failed_solve_is_an_error_in_analyze(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(highs, "_run", lambda _: "kSolveError")
    with pytest.raises(SolverError, match="kSolveError"):
        analyze(BrickStructure.from_text(TEXT), backend="highs")


@pytest.mark.parametrize("failing", [1, 2])
def test_a_failed_attempt_is_tried_once_more(
    program: Program, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """Whether the first run fails, or the one after it that restores the published costs."""
    expected = highs.solve(program, 10)
    run, calls = highs._run, []

    def fail_once(solver: object) -> str:
        calls.append(solver)
        return "kUnknown" if len(calls) == failing else run(solver)

    monkeypatch.setattr(highs, "_run", fail_once)
    solution = highs.solve(program, 10)
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.objective == pytest.approx(expected.objective, rel=1e-9)
    np.testing.assert_allclose(solution.block("max_pull"), expected.block("max_pull"), atol=1e-6)
    assert len(calls) == failing + 2


def test_infeasible_is_not_an_answer_to_the_published_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(highs, "_run", lambda _: "kInfeasible")
    with pytest.raises(SolverError, match="always has one"):
        analyze(BrickStructure.from_text(TEXT), backend="highs")


def test_the_time_limit_is_kept() -> None:
    structure = random_structure(np.random.default_rng(2), 150, "attachments")
    with pytest.raises(SolverError, match="time limit"):
        analyze(structure, backend="highs", time_limit=1e-3)


def test_a_broken_program_is_refused(program: Program) -> None:
    broken = dataclasses.replace(program, indices=program.indices + len(program.row_lower))
    with pytest.raises(SolverError, match="accept the program"):
        highs.solve(broken, 10)


def test_it_is_found_by_name_and_an_unknown_name_lists_what_there_is() -> None:
    assert find_backend("highs")[0] == "highs"
    assert "highs" in backend_names()
    with pytest.raises(InputError, match="auto, fast, highs"):
        find_backend("abacus")


def test_importing_loads_no_solver_and_solving_prints_nothing() -> None:
    code = (
        "import sys, legolab.stability.analysis as a, legolab.stability.backends.highs\n"
        "from legolab.bricks.structure import BrickStructure as S\n"
        "assert 'highspy' not in sys.modules, 'loaded too early'\n"
        f"a.analyze(S.from_text({TEXT!r}), backend='highs')\n"
        "assert 'highspy' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
