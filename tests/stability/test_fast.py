"""The engine proves its answers, agrees with HiGHS at any size, and steps back where it cannot."""

import ctypes
import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import SIZES
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError, SolverError
from legolab.stability import analysis, registry
from legolab.stability.analysis import (
    analyze,
    largest_pulls,
    read_forces,
    scores_of,
    verdict_of,
)
from legolab.stability.backends import fast, highs
from legolab.stability.balance import balance_of
from legolab.stability.equilibrium import (
    PULL_CAPACITY,
    Physics,
    build_scene,
    lay_out,
    weigh_bricks,
)
from legolab.stability.margin import safety_factor
from legolab.stability.native import FOLDER, LIBRARY
from legolab.stability.native.build import compile_library, digest
from legolab.stability.program import published_program
from legolab.stability.proof import check_proof
from legolab.stability.registry import choose_backend
from legolab.stability.report import Verdict
from tests.benchmarks.speed_structures import HARD, built
from tests.needs import needs_engine
from tests.stability.structures import KINDS, random_structure

POT = Path(__file__).parent / "pot.txt"
TOWER = BrickStructure.from_text("2x4 (0,0,0)\n2x4 (0,2,1)\n2x2 (0,4,2)\n")


@pytest.fixture(autouse=True)
def engine() -> None:
    needs_engine()


def structures(count: int, bricks: int) -> list[BrickStructure]:
    rng = np.random.default_rng(47)
    kinds = list(KINDS)
    return [random_structure(rng, bricks, kinds[n % len(kinds)]) for n in range(count)]


def assert_alike(structure: BrickStructure, **options: object) -> None:
    ours = analyze(structure, backend="fast", **options)  # type: ignore[arg-type]
    theirs = analyze(structure, backend="highs", **options)  # type: ignore[arg-type]
    assert ours.backend == "fast"
    assert ours.verdict is theirs.verdict
    assert ours.objective == pytest.approx(theirs.objective, rel=1e-10, abs=1e-14)
    np.testing.assert_allclose(ours.scores, theirs.scores, atol=1e-5)
    np.testing.assert_allclose(ours.residuals, theirs.residuals, atol=1e-7)


def test_verdict_objective_and_scores_are_those_of_highs() -> None:
    for structure in structures(30, 50):
        assert_alike(structure)


def test_so_are_they_on_a_table_and_with_loads() -> None:
    for structure in structures(12, 20):
        assert_alike(structure, ground="table")
        assert_alike(structure, loads={0: 0.5, len(structure) - 1: 0.02})


def test_so_are_they_with_points_that_turn_and_other_masses_and_capacities() -> None:
    for structure in structures(12, 30):
        assert_alike(structure, rotate=True)
        assert_alike(structure, rotate=True, ground="table")
        assert_alike(structure, masses={0: 0.01, len(structure) - 1: 0.0}, capacity=0.3)


@pytest.mark.parametrize(("kind", "bricks"), [("shelves", 1600), ("blob", 1800)])
def test_so_many_bricks_are_proved_as_well_as_rounding_allows(kind: str, bricks: int) -> None:
    """Forces that barely matter leave the last digits open."""
    ((_, structure),) = built({kind: HARD[kind]}, [bricks])
    report = analyze(structure, backend="fast")
    assert report.backend == "fast" and len(structure) >= bricks
    if report.verdict is Verdict.STABLE:
        check_proof(report)


def test_what_it_calls_stable_is_proved_by_its_forces() -> None:
    """Friction too, which the engine works out at the end."""
    stable = 0
    for structure in structures(60, 40):
        report = analyze(structure, backend="fast")
        if report.verdict is Verdict.STABLE:
            check_proof(report)
            stable += 1
    assert stable > 30


def test_forces_and_residuals_balance_what_falls() -> None:
    """As above, with what is out of balance said to be so, and nothing else."""
    from legolab.bricks.contacts import brick_boxes
    from legolab.stability.equilibrium import PUBLISHED
    from legolab.stability.proof import _sums, _weights

    for structure in structures(60, 40):
        report = analyze(structure, backend="fast")
        boxes = brick_boxes(structure)
        out = np.abs(_sums(report.forces, boxes) - _weights(boxes, PUBLISHED))
        np.testing.assert_allclose(out, report.residuals, atol=1e-9)


def leaning_mast(layers: int) -> BrickStructure:
    """Taller than 104 layers, where the published program may give up a sideways balance."""
    mast = [Brick(1, 1, 20, 20, z) for z in range(layers)]
    arm = [Brick(8, 1, 20, 20, layers), Brick(8, 1, 27, 20, layers + 1)]
    prop = [Brick(1, 1, 21, 20, z) for z in range(layers)]
    return BrickStructure([*mast, *prop, *arm], world=(60, 60, layers + 2))


def test_height_changes_nothing() -> None:
    for layers in (30, 130):
        assert_alike(leaning_mast(layers))


def plate(width: int, depth: int) -> BrickStructure:
    """A table top of two layers on four legs: nothing is harder for its size."""
    legs = [Brick(2, 2, x, y, z) for z in range(4) for x in (0, width - 2) for y in (0, depth - 2)]
    lower = [Brick(4, 2, x, y, 4) for x in range(0, width, 4) for y in range(0, depth, 2)]
    ends = [Brick(2, 2, x, y, 5) for x in (0, width - 2) for y in range(0, depth, 2)]
    upper = [Brick(4, 2, x, y, 5) for x in range(2, width - 2, 4) for y in range(0, depth, 2)]
    return BrickStructure([*legs, *lower, *ends, *upper], world=(200, 200, 10))


def test_a_large_plate_is_as_highs_says() -> None:
    assert_alike(plate(28, 20))


def test_a_thousand_bricks_are_no_matter() -> None:
    report = analyze(plate(100, 40), backend="fast", time_limit=60)
    assert len(report.structure) > 1000
    assert report.backend == "fast" and report.verdict is Verdict.UNSTABLE


def test_the_verdict_alone_is_that_of_the_whole_analysis() -> None:
    found = set()
    for structure in structures(60, 40):
        found.add(verdict_of(structure, backend="fast"))
        assert verdict_of(structure, backend="fast") is analyze(structure, backend="fast").verdict
    assert found == {Verdict.STABLE, Verdict.UNSTABLE}


def test_a_verdict_alone_is_told_before_the_end() -> None:
    """Of what takes steps at all, most; what stands and what falls."""
    told: set[bool] = set()
    asked = 0
    for structure in structures(60, 40):
        scene = weigh_bricks(structure, Physics())
        found = fast.stands(*scene, "baseplate", False, 60, PULL_CAPACITY)
        report = analyze(structure, "fast")
        if isinstance(found, bool):
            told.add(found)
            assert found is (report.verdict is Verdict.STABLE)
        elif report.scores.any():
            asked += 1
    assert told == {False, True} and asked <= 10


@pytest.mark.parametrize("share", [0.999, 1.001])
def test_a_verdict_alone_is_right_where_a_pull_hardly_holds(share: float) -> None:
    pulling = 0
    for structure in structures(60, 40):
        report = analyze(structure, "fast")
        if report.verdict is Verdict.UNSTABLE or report.scores.max() < 0.01:
            continue
        pulling += 1
        capacity = report.scores.max() * PULL_CAPACITY / share
        expected = Verdict.STABLE if share < 1 else Verdict.UNSTABLE
        assert verdict_of(structure, "fast", capacity=capacity) is expected
    assert pulling >= 5


def test_strict_analyses_are_those_of_highs() -> None:
    finite = own = 0
    for structure in structures(30, 30):
        ours = analyze(structure, backend="fast", strict=True)
        theirs = analyze(structure, backend="highs", strict=True)
        assert ours.verdict is theirs.verdict
        own += ours.backend == "fast"  # the others are at a limit that leaves no room: HiGHS's
        assert ours.objective == pytest.approx(theirs.objective, rel=1e-6, abs=1e-12)
        np.testing.assert_allclose(ours.scores, theirs.scores, atol=1e-5)
        if ours.verdict is Verdict.STABLE:
            check_proof(ours)
            finite += 1
    assert finite > 10 and own > 20


def test_the_safety_factor_is_that_of_highs() -> None:
    known = 0
    for structure in structures(30, 30):
        for ground in ("baseplate", "table"):
            ours = safety_factor(structure, "fast", ground)
            assert ours == pytest.approx(safety_factor(structure, "highs", ground), rel=1e-6)
            known += 0 < ours < np.inf
    assert known >= 10


def test_a_largest_pull_is_one_that_no_pull_exceeds() -> None:
    """Of a cooking pot of 179 bricks; GLOP and HiGHS both find 0.0268333 of the capacity.

    Pulls were once put back into balance without a look at whether they stay below the largest.
    """
    pot = BrickStructure.load(POT)
    assert safety_factor(pot, "fast") == pytest.approx(1 / 0.02683333333, rel=1e-8)
    assert analyze(pot, backend="fast", strict=True).verdict is Verdict.STABLE


@pytest.mark.parametrize("kind", ["tree", "arch", "long table"])
def test_what_the_largest_pull_alone_holds_is_proved_too(kind: str) -> None:
    """There what is small is next to what is ten orders larger: a long table went to HiGHS."""
    ((_, structure),) = built({kind: HARD[kind]}, [200])
    report = analyze(structure, backend="fast", strict=True)
    assert report.backend == "fast"
    check_proof(report)
    boxes, weights = weigh_bricks(structure)
    pull = fast.least_largest_pull(boxes, weights, "baseplate", False, 60)
    assert pull == pytest.approx(max(report.scores) * PULL_CAPACITY, rel=1e-2)


def test_what_topples_off_a_table_has_no_factor() -> None:
    gallows = BrickStructure.from_text("1x1 (0,0,0)\n8x1 (0,0,1)\n")
    assert safety_factor(gallows, "fast", "table") == 0
    assert safety_factor(gallows, "fast", "baseplate") > 1


def test_order_and_place_change_nothing() -> None:
    structure = structures(6, 40)[5]
    bricks = list(structure)
    shuffled = [bricks[n] for n in np.random.default_rng(3).permutation(len(bricks))]
    ours = analyze(structure, backend="fast").scores
    theirs = analyze(BrickStructure(shuffled), backend="fast").scores
    by_brick = dict(zip(shuffled, theirs, strict=True))
    np.testing.assert_allclose([by_brick[brick] for brick in bricks], ours, atol=1e-12)


def test_without_time_there_is_no_verdict() -> None:
    with pytest.raises(SolverError, match="time limit"):
        analyze(plate(100, 40), backend="fast", time_limit=1e-4)


def test_what_it_cannot_prove_goes_to_highs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "judge", lambda *_, **__: None)
    monkeypatch.setattr(fast, "stands", lambda *_: None)
    report = analyze(TOWER, backend="fast")
    assert report.backend == "highs" and report.verdict is Verdict.STABLE
    assert analyze(TOWER, backend="fast", strict=True).backend == "highs"
    monkeypatch.setattr(fast, "least_largest_pull", lambda *_: None)
    assert analyze(TOWER, backend="fast", strict=True).backend == "highs"
    scores = scores_of(TOWER, backend="fast")
    assert scores is not None and (scores == report.scores).all()
    assert verdict_of(TOWER, backend="fast") is Verdict.STABLE


def test_it_takes_no_highs_to_verify() -> None:
    code = (
        "import sys, legolab as ll\n"
        f"report = ll.analyze(ll.BrickStructure.from_text({TOWER.to_text()!r}))\n"
        "assert report.backend == 'fast', report.backend\n"
        "assert 'highspy' not in sys.modules and 'ortools' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_library_is_made_from_these_sources() -> None:
    assert fast.sources() == digest(FOLDER), "run python -m legolab.stability.native.build"


def test_without_the_library_auto_takes_highs(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(registry, "LIBRARY", tmp_path / "never compiled")
    assert choose_backend("auto", {}) == "highs"
    with pytest.raises(InputError, match="installed without a C compiler"):
        choose_backend("fast")


def test_a_library_that_does_not_load_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    broken = tmp_path / LIBRARY.name
    broken.write_text("no library")
    monkeypatch.setattr(fast, "LIBRARY", broken)
    fast.load.cache_clear()
    try:
        assert choose_backend("auto", {}) == "highs"
        with pytest.raises(SolverError, match="cannot load legolab's engine"):
            analyze(TOWER, backend="fast")
    finally:
        fast.load.cache_clear()


def test_a_build_that_fails_says_why_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    library = tmp_path / LIBRARY.name
    monkeypatch.setenv("CC", "no-such-compiler")
    assert "no-such-compiler" in str(compile_library(FOLDER, library))
    monkeypatch.delenv("CC")
    (tmp_path / "broken.c").write_text("int main(void) { return nothing; }\n")
    assert "nothing" in str(compile_library(tmp_path, library))
    monkeypatch.setenv("PATH", "")
    assert "no C compiler was found" in str(compile_library(FOLDER, library))
    assert [path.name for path in tmp_path.iterdir()] == ["broken.c"]


class _Factor(ctypes.Structure):
    """`Factor` of native/cholesky.h."""

    _fields_ = [
        ("size", ctypes.c_int),
        ("order", ctypes.c_void_p),
        ("position", ctypes.c_void_p),
        ("fronts", ctypes.c_int),
        ("entries", ctypes.c_int),
        *((name, ctypes.c_void_p) for name in ("front", "front_of", "diagonal_place")),
        ("value", ctypes.POINTER(ctypes.c_double)),
        *((name, ctypes.c_void_p) for name in ("diagonal", "whole", "gathered")),
    ]


def test_a_sum_of_cliques_is_factored_and_solved() -> None:
    """cholesky.c alone, against numpy."""
    rng, library = np.random.default_rng(9), ctypes.CDLL(str(LIBRARY))
    library.factor.argtypes = [ctypes.c_void_p, ctypes.c_double]
    size = 60
    cliques = [rng.choice(size, rng.integers(1, 8), replace=False) for _ in range(90)]
    cliques += [np.array([variable]) for variable in range(size)]
    starts = np.concatenate([[0], np.cumsum([len(clique) for clique in cliques])]).astype(np.int32)
    variables = np.concatenate(cliques).astype(np.int32)
    pointer = ctypes.POINTER(ctypes.c_int)
    of = lambda array: array.ctypes.data_as(pointer)  # noqa: E731
    arena, factor = (ctypes.c_void_p * 2)(), _Factor()
    places, places_start = pointer(), pointer()
    first = np.arange(size + 1, dtype=np.int32)  # each variable a group of its own
    library.plan_factor(
        ctypes.byref(factor), arena, size, of(first), len(cliques), of(starts), of(variables)
    )
    library.place_cliques(
        ctypes.byref(factor),
        arena,
        len(cliques),
        of(starts),
        of(variables),
        ctypes.byref(places_start),
        ctypes.byref(places),
    )
    ctypes.memset(factor.value, 0, 8 * factor.entries)
    whole = np.zeros((size, size))
    for c in range(len(cliques)):
        clique = variables[starts[c] : starts[c + 1]]  # sorted by position by now
        half = rng.normal(size=(len(clique), len(clique)))
        part = half @ half.T + 0.1 * np.eye(len(clique))
        whole[np.ix_(clique, clique)] += part
        for i in range(len(clique)):
            for j in range(i + 1):
                factor.value[places[places_start[c] + i * (i + 1) // 2 + j]] += part[i, j]
    library.factor(ctypes.byref(factor), 1e-15)
    right = rng.normal(size=size)
    solution, scratch = right.copy(), np.empty(size + 1)
    library.factor_solve(
        ctypes.byref(factor),
        ctypes.c_void_p(solution.ctypes.data),
        ctypes.c_void_p(scratch.ctypes.data),
    )
    np.testing.assert_allclose(solution, np.linalg.solve(whole, right), rtol=1e-9)
    assert 1 < factor.fronts < size
    library.give_back(arena)


def test_faces_joined_by_studs_share_a_sheet() -> None:
    """Two towers under one roof: five-row and small program differ in size, not in answer."""
    roofed = BrickStructure.from_text("2x2 (0,0,0)\n2x2 (4,0,0)\n6x2 (0,0,1)\n2x2 (2,0,2)\n")
    # a rise for each brick; sheets over the feet and over the roof, and on the last brick
    assert analyze(roofed, "fast").rows == 4 + 2 * 3


def test_it_lays_out_bricks_as_every_other_solver_has_them() -> None:
    """scene.c against equilibrium.py: from there on both are the same program."""
    for structure in structures(60, 40):
        for ground in ("baseplate", "table"):
            scores = scores_of(structure, "fast", ground)
            assert scores is not None
            np.testing.assert_allclose(
                scores, analyze(structure, "fast", ground=ground).scores, atol=1e-5
            )


@pytest.mark.parametrize("rotate", [False, True])
@pytest.mark.parametrize("size", [size for size in SIZES if 8 not in size])
def test_it_has_every_point_where_they_have_it(size: tuple[int, int], rotate: bool) -> None:
    """A brick that leans over every corner and side of what holds it, by one stud or by all."""
    h, w = size
    for dx, dy in itertools.product((1 - h, -1, 0, 1, 3), (1 - w, -1, 0, 1, 3)):
        for arm in (Brick(8, 1, h - 1, 0, 2), Brick(1, 8, 0, w - 1, 2)):
            ends = (arm, Brick(arm.h, arm.w, h - arm.h - arm.x, w - arm.w - arm.y, 2))
            for foot, over in itertools.product(
                (Brick(4, 2, dx, dy, 0), Brick(2, 4, dx, dy, 0)), ends
            ):
                boxes, weights = weigh_bricks([foot, Brick(h, w, 0, 0, 1), over])
                scene = lay_out(boxes, weights, Physics(rotate=rotate))
                balance = balance_of(highs.solve(published_program(scene), 10), "highs")
                found = fast.judge(boxes, weights, "baseplate", rotate, 10)
                np.testing.assert_allclose(
                    found.pulls[scene.order], largest_pulls(scene, balance), atol=1e-6
                )
                np.testing.assert_allclose(
                    found.residuals[scene.order], balance.residuals, atol=1e-7
                )


def test_it_goes_on_from_fewer_bricks_whatever_is_said_of_them() -> None:
    """The forces of its beginning, of another structure, and of more bricks than these."""
    given = [weigh_bricks(structure) for structure in structures(12, 25)]
    found = [fast.judge(*bricks, "baseplate", False, 10) for bricks in given]
    for (boxes, weights), whole, other in zip(given, found, found[1:] + found[:1], strict=True):
        start = fast.judge(boxes[:-2], weights[:-2], "baseplate", False, 10)
        for fewer in (start, whole, other):
            again = fast.judge(boxes, weights, "baseplate", False, 10, fewer=fewer)
            np.testing.assert_allclose(again.pulls, whole.pulls, atol=1e-6)
            np.testing.assert_allclose(again.residuals, whole.residuals, atol=1e-7)
        shorter = fast.judge(boxes[:-2], weights[:-2], "baseplate", False, 10, fewer=whole)
        np.testing.assert_allclose(shorter.pulls, start.pulls, atol=1e-6)


@pytest.mark.parametrize(
    "physics",
    [
        {"rotate": True},
        {"rotate": True, "ground": "table"},
        {"capacity": 0.1},
        {"masses": {0: 0.05, 1: 0.0}},
        {"loads": {0: 0.05}, "rotate": True, "capacity": 2.0, "masses": {1: 0.03}},
    ],
)
def test_it_judges_other_physics_as_it_analyses_it(
    physics: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analysis, "FALLBACK", "abacus")  # the engine answers every time
    moved = 0
    for structure in structures(24, 30):
        scores, report = scores_of(structure, "fast", **physics), analyze(structure, **physics)
        assert scores is not None and report.backend == "fast"
        np.testing.assert_allclose(scores, report.scores, atol=1e-5)
        assert verdict_of(structure, "fast", **physics) is report.verdict
        moved += (np.abs(scores - analyze(structure).scores) > 1e-3).any()
    assert moved > 5


@pytest.mark.parametrize("physics", [{}, {"ground": "table"}, {"rotate": True}])
def test_forces_act_where_a_scene_laid_out_in_numpy_has_them(physics: dict[str, Any]) -> None:
    """How large they may be in several ways; that they hold each other there is checked."""
    for structure in structures(40, 30):
        report = analyze(structure, backend="fast", **physics)
        scene = build_scene(structure, Physics(**physics))
        solution = highs.solve(published_program(scene), 10)
        expected = read_forces(scene, balance_of(solution, "highs").forces)
        np.testing.assert_array_equal(report.forces.kind, expected.kind)
        np.testing.assert_array_equal(report.forces.top, expected.top)
        np.testing.assert_array_equal(report.forces.bottom, expected.bottom)
        if report.verdict is Verdict.STABLE:
            check_proof(report)
