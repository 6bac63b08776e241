"""Every solver answers the same cases alike, and says what it cannot do; which one "auto" takes."""

import dataclasses
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError, SolverError
from legolab.stability import registry
from legolab.stability.analysis import analyze, verdict_of
from legolab.stability.backends import gurobi, ortools
from legolab.stability.equilibrium import Physics, build_scene, lay_out, weigh_bricks
from legolab.stability.margin import least_pull_on
from legolab.stability.program import Outcome, Program, published_program
from legolab.stability.registry import backend_names, backend_states, choose_backend, find_backend
from legolab.stability.report import Verdict
from legolab.stability.turning import turned
from tests.needs import needs_engine
from tests.stability.reference import solve_reference
from tests.stability.structures import KINDS, quarter_turned, random_structure

SOLVERS = ["fast", "highs", "ortools", "ortools-highs", "gurobi"]
SMALL = 12  # bricks: what Gurobi's built-in licence allows of every kind

FALLS = "1x1 (5,5,0)\n8x1 (5,5,1)\n" + "".join(f"1x8 (12,2,{z})\n" for z in range(2, 9))
"""Seven long bricks at the far end of a beam that one stud holds."""


@pytest.fixture(params=SOLVERS)
def solver(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if name == "gurobi":
        pytest.importorskip("gurobipy")
    if name == "fast":
        needs_engine()
    return name


@pytest.fixture
def program() -> Program:
    return published_program(build_scene(BrickStructure.from_text("2x2 (0,0,0)\n8x1 (1,0,1)\n")))


def small_structures(count: int) -> list[BrickStructure]:
    rng = np.random.default_rng(31)
    return [random_structure(rng, SMALL, list(KINDS)[n % len(KINDS)]) for n in range(count)]


def test_verdict_and_objective_are_the_references(solver: str) -> None:
    for structure in small_structures(12):
        reference = solve_reference(structure)
        report = analyze(structure, backend=solver)
        assert report.backend == solver
        assert (report.verdict is Verdict.STABLE) == reference.stable
        assert report.objective == pytest.approx(reference.objective, rel=1e-7, abs=1e-11)


def test_the_verdict_alone_is_that_of_the_analysis(solver: str) -> None:
    for structure in small_structures(12):
        verdict = analyze(structure, backend=solver).verdict
        assert verdict_of(structure, backend=solver) is verdict


def test_scores_are_those_of_every_other_solver(solver: str) -> None:
    """Ties are broken, so that the optimum is one point."""
    for structure in small_structures(12):
        ours, theirs = (analyze(structure, backend=name).scores for name in ("highs", solver))
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_the_safety_factor_is_that_of_every_other_solver(solver: str) -> None:
    for structure in small_structures(6):
        ours, theirs = (analyze(structure, backend=name) for name in ("highs", solver))
        assert theirs.safety_factor == pytest.approx(ours.safety_factor, rel=1e-5)


PHYSICS = [
    {"rotate": True},
    {"rotate": True, "ground": "table"},
    {"capacity": 0.05},
    {"masses": {0: 0.02, 1: 0.0}},
    {"rotate": True, "capacity": 0.2, "masses": {1: 0.01}, "loads": {0: 0.01}},
]


@pytest.mark.parametrize("physics", PHYSICS)
def test_other_physics_is_alike_for_every_solver(solver: str, physics: dict[str, Any]) -> None:
    for structure in small_structures(6):
        ours, theirs = (analyze(structure, backend=name, **physics) for name in ("highs", solver))
        assert theirs.backend == solver and theirs.verdict is ours.verdict
        assert theirs.objective == pytest.approx(ours.objective, rel=1e-7, abs=1e-11)
        assert theirs.safety_factor == pytest.approx(ours.safety_factor, rel=1e-5)
        np.testing.assert_allclose(theirs.scores, ours.scores, atol=1e-5)
        assert verdict_of(structure, backend=solver, **physics) is theirs.verdict


def test_with_rotate_a_quarter_turn_changes_nothing(solver: str) -> None:
    for structure in small_structures(6):
        here, there = (
            analyze(s, backend=solver, rotate=True) for s in (structure, quarter_turned(structure))
        )
        assert there.verdict is here.verdict and there.objective == here.objective
        assert there.safety_factor == here.safety_factor


def test_bricks_as_they_lie_cost_the_same_in_every_turn(solver: str) -> None:
    """Without choosing a turn first: the points alone make it so, broken ties aside."""
    backend, rotate = find_backend(solver)[1], Physics(rotate=True)
    for structure in small_structures(6):
        boxes, weights = weigh_bricks(structure)
        scenes = [lay_out(turned(boxes, turns), weights, rotate) for turns in range(4)]
        costs = [backend.solve(published_program(s), 60).objective for s in scenes]
        assert costs == pytest.approx(costs[:1] * 4, rel=1e-9, abs=1e-6)
        pulls = [least_pull_on(s, backend, 60) for s in scenes]
        assert pulls == pytest.approx(pulls[:1] * 4, rel=1e-6, abs=1e-8)


def test_strict_verdicts_agree(solver: str) -> None:
    stair = BrickStructure.from_text(
        "1x1 (5,6,0)\n1x1 (5,6,1)\n4x2 (5,5,2)\n4x2 (2,6,3)\n4x2 (2,4,3)\n"
    )
    assert analyze(stair, backend=solver).verdict is Verdict.UNSTABLE
    assert analyze(stair, backend=solver, strict=True).verdict is Verdict.STABLE
    assert analyze(BrickStructure.from_text(FALLS), backend=solver).verdict is Verdict.UNSTABLE


def test_what_has_no_solution_is_infeasible(solver: str, program: Program) -> None:
    upper = np.where(np.isfinite(program.upper), program.upper, 0.0)
    upper[program.blocks["residual_plus"]] = upper[program.blocks["residual_minus"]] = 0.0
    lower = np.maximum(program.lower, 0.0)
    upper[program.blocks["press"]] = 0.0
    changed = dataclasses.replace(program, lower=lower, upper=upper)
    assert find_backend(solver)[1].solve(changed, 10).outcome is Outcome.INFEASIBLE


def test_no_time_is_an_error_and_no_verdict(solver: str) -> None:
    structure = random_structure(np.random.default_rng(1), SMALL, "box")
    with pytest.raises(SolverError, match="time limit"):
        analyze(structure, backend=solver, time_limit=1e-9)


def test_a_failed_attempt_of_ortools_is_tried_once_more(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ortools.MathOptSolver._run
    ends = iter(["NUMERICAL", None, None])

    def failing_once(*arguments: object) -> object:
        end = next(ends)
        return run(*arguments) if end is None else (end, np.empty(0), np.inf)  # type: ignore[arg-type]

    monkeypatch.setattr(ortools.MathOptSolver, "_run", failing_once)
    assert ortools.glop.solve(program, 10).outcome is Outcome.OPTIMAL
    monkeypatch.setattr(
        ortools.MathOptSolver, "_run", lambda *_: ("NUMERICAL", np.empty(0), np.inf)
    )
    with pytest.raises(SolverError, match="NUMERICAL"):
        ortools.glop.solve(program, 10)


def test_a_failed_attempt_of_gurobi_is_tried_once_more(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("gurobipy")
    run, ends = gurobi._run, iter(["NUMERIC", None, None])
    monkeypatch.setattr(gurobi, "_run", lambda model: next(ends) or run(model))
    assert gurobi.solve(program, 10).outcome is Outcome.OPTIMAL
    monkeypatch.setattr(gurobi, "_run", lambda _: "NUMERIC")
    with pytest.raises(SolverError, match="NUMERIC"):
        gurobi.solve(program, 10)


def test_the_printed_program_with_its_products_says_the_same() -> None:
    """Gurobi over n_k f_k = 0: an oracle that shares neither the relaxation nor the solver."""
    gurobipy = pytest.importorskip("gurobipy")
    from tests.stability.nonconvex import solve_nonconvex

    rng, compared = np.random.default_rng(5), 0
    while compared < 12:
        structure = random_structure(rng, int(rng.integers(2, 9)))
        try:
            oracle = solve_nonconvex(structure)
        except gurobipy.GurobiError:  # larger than the licence allows
            continue
        report = analyze(structure)
        assert (report.verdict is Verdict.STABLE) == oracle.stable
        assert report.objective == pytest.approx(oracle.objective, rel=1e-6, abs=1e-10)
        compared += 1


def test_gurobi_says_when_its_licence_is_too_small() -> None:
    pytest.importorskip("gurobipy")
    structure = random_structure(np.random.default_rng(3), 100, "attachments")
    with pytest.raises(SolverError, match="size is limited"):
        analyze(structure, backend="gurobi")


def test_gurobi_tells_when_its_licence_expires() -> None:
    pytest.importorskip("gurobipy")
    assert gurobi.licence_expiry() == "never" or len(gurobi.licence_expiry().split("-")) == 3


def test_unverified_is_no_verdict() -> None:
    report = analyze(BrickStructure.from_text(FALLS), backend="unverified")
    assert report.verdict is Verdict.UNVERIFIED
    assert verdict_of(report.structure, backend="unverified") is Verdict.UNVERIFIED
    assert (report.scores == 0).all() and not report.residuals.any()
    assert report.objective is None and report.safety_factor is None
    assert report.summary.startswith("UNVERIFIED")
    document = report.to_json()
    assert document["verdict"] == "UNVERIFIED" and document["objective"] is None
    assert document["forces"] == []
    with pytest.raises(InputError, match="at least one brick"):
        analyze(BrickStructure([]), backend="unverified")


def hide(monkeypatch: pytest.MonkeyPatch, *libraries: str) -> None:
    """Make libraries look as if they were not installed."""
    for name in list(sys.modules):
        if name.split(".")[0] in libraries:
            monkeypatch.delitem(sys.modules, name)
    for library in libraries:
        monkeypatch.setitem(sys.modules, library, None)  # type: ignore[arg-type]
    real = registry.find_spec
    monkeypatch.setattr(
        registry, "find_spec", lambda name: None if name in libraries else real(name)
    )


@pytest.mark.parametrize(
    ("hidden", "chosen"),
    [
        ((), "fast"),
        (("highspy",), "ortools"),
        (("highspy", "ortools"), "unverified"),
    ],
)
def test_auto_takes_the_first_that_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, hidden: tuple[str, ...], chosen: str
) -> None:
    needs_engine()
    hide(monkeypatch, *hidden)
    environment = {"HOME": str(tmp_path)}
    assert choose_backend("auto", environment) == chosen
    ready = {state.name for state in backend_states(environment) if state.ready}
    assert chosen in ready and "gurobi" not in ready


@pytest.mark.parametrize("place", ["variable", "home"])
def test_auto_takes_gurobi_only_with_a_licence_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str
) -> None:
    pytest.importorskip("gurobipy")
    hide(monkeypatch, "highspy", "ortools")
    licence = tmp_path / "gurobi.lic"
    environment = {"HOME": str(tmp_path)}
    if place == "variable":
        licence = tmp_path / "elsewhere.lic"
        environment["GRB_LICENSE_FILE"] = str(licence)
    assert choose_backend("auto", environment) == "unverified"
    licence.write_text("TYPE=TEST\n")
    assert choose_backend("auto", environment) == "gurobi"


def test_a_library_that_cannot_be_loaded_is_passed_over_by_auto(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delitem(sys.modules, "highspy", raising=False)
    (tmp_path / "highspy.py").write_text("raise ImportError('its own library is missing')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(registry, "LIBRARY", tmp_path / "never compiled")
    assert choose_backend("auto", {}) == "ortools"
    with pytest.raises(SolverError, match="its own library is missing"):
        find_backend("highs")


def test_the_environment_says_what_auto_means_and_a_name_counts_for_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LEGOLAB_SOLVER", "unverified")
    structure = BrickStructure.from_text("2x4 (0,0,0)\n")
    assert analyze(structure).verdict is Verdict.UNVERIFIED
    assert analyze(structure, backend="highs").verdict is Verdict.STABLE
    monkeypatch.setenv("LEGOLAB_SOLVER", "abacus")
    with pytest.raises(InputError, match=r"expected one of the backends .* in LEGOLAB_SOLVER"):
        analyze(structure)


def test_unknown_and_missing_backends_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="expected one of the backends auto, fast, highs"):
        choose_backend("abacus")
    hide(monkeypatch, "gurobipy")
    with pytest.raises(InputError, match="pip install gurobipy"):
        choose_backend("gurobi")


def test_every_backend_is_listed_with_its_version() -> None:
    states = {state.name: state for state in backend_states()}
    assert tuple(states) == backend_names()
    assert states["highs"].version and states["highs"].ready and not states["highs"].reason
