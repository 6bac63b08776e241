"""analyze: known answers, each beside its calculation, and what must not change the answer.

Contact points of a brick one stud wide lie at (0, -1/4), (-1/4, 0), (0, 1/4), (1/4, 0) of each
stud; of a wider brick at (1/8, -1/8), (-1/4, 0), (1/8, 1/8) (arXiv 2505.05469). W below is the
weight of a brick, 9.8 m/s^2 times its mass; T = .98 N; alpha = 1e-3, beta = 1e-6.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import KIND_OF_SIZE
from legolab.bricks.connectivity import grounded
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.stability.analysis import analyze, verdict_of
from legolab.stability.equilibrium import Ground
from legolab.stability.margin import safety_factor
from legolab.stability.proof import check_proof
from legolab.stability.report import Verdict
from tests.needs import needs_engine
from tests.stability.structures import (
    KINDS,
    mirrored_in_y,
    moved,
    quarter_turned,
    random_structure,
)
from tests.stability.test_equilibrium import imbalance

FIVE_BRICKS = "1x1 (5,6,0)\n1x1 (5,6,1)\n4x2 (5,5,2)\n4x2 (2,6,3)\n4x2 (2,4,3)\n"
W_1X1, W_1X8, W_2X2 = 9.8 * 0.00043, 9.8 * 0.00303, 9.8 * 0.00115
W_2X4 = 9.8 * 0.00216


def stair(steps: int) -> BrickStructure:
    """Brick k two studs further along x and one layer higher than brick k - 1."""
    return BrickStructure([Brick(4, 2, 2 * k, 21, k) for k in range(steps)], (42, 23, 20))


def cantilever(loads: int) -> BrickStructure:
    """A 1x8 held by its first stud, a stack of 1x1 on its last."""
    stack = [Brick(1, 1, 8, 0, 2 + k) for k in range(loads)]
    return BrickStructure([Brick(2, 2, 0, 0, 0), Brick(8, 1, 1, 0, 1), *stack], (9, 2, 40))


@pytest.mark.parametrize("ground", ["baseplate", "table"])
def test_a_single_brick_stands_and_nothing_pulls(ground: str) -> None:
    """The ground presses W up through the brick's middle: no pull, no cost."""
    report = analyze(BrickStructure.from_text("2x4 (3,5,0)\n"), ground=ground)  # type: ignore[arg-type]
    assert report.verdict is Verdict.STABLE
    assert report.scores.tolist() == [0.0]
    assert report.objective == pytest.approx(0, abs=1e-12)
    assert report.safety_factor == np.inf
    assert report.weakest is None


def test_a_tower_of_twenty_only_presses() -> None:
    """Brick z presses (20 - z) W down through its middle: no pull anywhere."""
    report = analyze(BrickStructure([Brick(1, 1, 0, 0, z) for z in range(20)]))
    assert report.verdict is Verdict.STABLE
    assert report.scores.max() == 0
    assert report.safety_factor == np.inf
    press = report.forces.force[(report.forces.kind == "press") & (report.forces.top == 0)]
    assert press.sum() == pytest.approx(20 * W_1X1)


def test_a_brick_held_only_from_above_is_pulled_at_three_points_alike() -> None:
    """A 1x1 hangs under the middle of a 2x6 that lies on two towers.

    The pattern is that of the brick above, the 2x6: points 1 and 3 at x = 1/8, point 2 at x = -1/4.
    Balance about y = 0 and x = 0 of the 1x1: f1 = f3 and (f1 + f3) / 8 = f2 / 4, so f2 = f1 = f3 =
    W/3. They count for the 2x6, whose towers only press. Objective: alpha W/3 + beta W.
    """
    towers = "2x2 (0,0,0)\n2x2 (0,0,1)\n2x2 (4,0,0)\n2x2 (4,0,1)\n"
    report = analyze(BrickStructure.from_text(towers + "6x2 (0,0,2)\n1x1 (3,1,1)\n"))
    assert report.verdict is Verdict.STABLE
    assert report.scores == pytest.approx([0, 0, 0, 0, W_1X1 / 3 / 0.98, 0], abs=1e-9)
    assert report.objective == pytest.approx(1e-3 * W_1X1 / 3 + 1e-6 * W_1X1, rel=1e-9)
    assert report.safety_factor == pytest.approx(3 * 0.98 / W_1X1, rel=1e-6)


def test_a_floating_brick_falls_and_costs_its_weight() -> None:
    """Nothing touches it, so Fz is out of balance by W."""
    report = analyze(BrickStructure.from_text("2x4 (0,0,0)\n2x2 (0,0,3)\n"))
    assert report.verdict is Verdict.UNSTABLE
    assert report.scores.tolist() == [0.0, 1.0]
    assert report.floating == (1,)
    assert report.first_unstable == 1
    assert report.objective == pytest.approx(W_2X2)
    assert report.residuals[1].tolist() == pytest.approx([0, 0, W_2X2, 0, 0])
    assert report.safety_factor == 0


def test_bricks_above_and_below_a_floating_one_keep_their_scores() -> None:
    """A floating component shares no vertical force with the rest."""
    alone = analyze(cantilever(5))
    loose = [Brick(2, 2, 5, 0, 30), Brick(2, 2, 5, 0, 31)]
    together = analyze(BrickStructure([*loose, *cantilever(5)], (9, 2, 40)))
    assert together.floating == (0, 1)
    assert together.scores[2:] == pytest.approx(alone.scores)
    assert together.objective == pytest.approx(alone.objective + 2 * W_2X2)


@pytest.mark.parametrize("loads", [0, 10, 31])
def test_a_cantilever_is_pulled_by_its_moment(loads: int) -> None:
    """The 1x8 turns about its rightmost contact point, at x = 1/4 from its first stud.

    Moment in N studs: M = W_1x8 (3.5 - 1/4) + loads W_1x1 (7 - 1/4). Holding it: the point at
    x = -1/4 with arm 1/2, the two at x = 0 with arm 1/4 each. The largest pull is smallest when all
    three pull m: m (1/2 + 1/4 + 1/4) = M, so m = M newtons.
    """
    moment = 3.25 * W_1X8 + loads * 6.75 * W_1X1
    report = analyze(cantilever(loads))
    assert report.verdict is Verdict.STABLE
    assert report.scores[1] == pytest.approx(moment / 0.98, rel=1e-6)
    assert report.weakest == 1
    assert report.safety_factor == pytest.approx(0.98 / moment, rel=1e-5)


def test_a_cantilever_falls_at_its_beam_with_the_thirty_second_load() -> None:
    """M(31) = .0965 + 31 x .02844 = .978 < T = .98 <= 1.007 = M(32): its own contact lets go."""
    report = analyze(cantilever(32))
    assert report.verdict is Verdict.UNSTABLE
    assert report.first_unstable == 1
    assert report.scores[1] == 1
    assert report.scores[0] < 1
    assert report.residuals.max() < 1e-9


def test_a_load_counts_like_bricks_on_the_same_place() -> None:
    """W_1x8 and a load p act at 3.5 studs: M = 3.25 (W_1x8 + 9.8 p); T at p = .0277... kg."""
    report = analyze(cantilever(0), loads={1: 0.02})
    assert report.scores[1] == pytest.approx(3.25 * (W_1X8 + 9.8 * 0.02) / 0.98, rel=1e-6)
    limit = (0.98 / 3.25 - W_1X8) / 9.8
    assert analyze(cantilever(0), loads={1: limit - 1e-5}).verdict is Verdict.STABLE
    assert analyze(cantilever(0), loads={1: limit + 1e-5}).verdict is Verdict.UNSTABLE


def test_a_table_cannot_hold_what_a_baseplate_holds() -> None:
    """The 1x8's weight is past the edge of a 1x1 foot: without a pull from below it tips."""
    structure = BrickStructure.from_text("1x1 (0,0,0)\n8x1 (0,0,1)\n")
    assert analyze(structure, ground="baseplate").verdict is Verdict.STABLE
    on_table = analyze(structure, ground="table")
    assert on_table.verdict is Verdict.UNSTABLE
    assert on_table.safety_factor == 0


LYING, ACROSS = "1x1 (0,0,0)\n4x2 (0,0,1)\n", "1x1 (0,0,0)\n2x4 (0,0,1)\n"


@pytest.mark.parametrize(("text", "pull"), [(LYING, 11 / 3), (ACROSS, 5)])
def test_a_published_cantilever_depends_on_how_it_lies(text: str, pull: float) -> None:
    """A 2x4 over a 1x1 under its corner; its middle at (3/2, 1/2) or (1/2, 3/2) from that stud.

    Long along x it tips over the points at x = 1/8: 3/8 f = (3/2 - 1/8) W for the one at -1/4, so
    f = 11/3 W: score .079. Long along y it tips over (1/8, 1/8): 3/8 f2 = 3/8 W about y, f2 = W;
    1/8 f2 + 1/4 f1 = (3/2 - 1/8) W about x, so f1 = 5 W at (1/8, -1/8): score .108.
    """
    report = analyze(BrickStructure.from_text(text))
    assert report.scores[1] == pytest.approx(pull * W_2X4 / 0.98, rel=1e-6)
    assert report.scores[1] == pytest.approx({5: 0.108, 11 / 3: 0.0792}[pull], abs=1e-9)


@pytest.mark.parametrize("backend", ["fast", "highs"])
def test_with_rotate_a_cantilever_is_the_same_in_any_turn_and_from_any_corner(backend: str) -> None:
    """5 W as above, from each corner: held at the high side it leans on the mirror image."""
    if backend == "fast":
        needs_engine()
    for h, w in ((4, 2), (2, 4)):
        for x, y in ((0, 0), (0, w - 1), (h - 1, 0), (h - 1, w - 1)):
            structure = BrickStructure([Brick(1, 1, x, y, 0), Brick(h, w, 0, 0, 1)])
            for turns in range(4):
                report = analyze(quarter_turned(structure, turns), rotate=True, backend=backend)
                assert report.scores[1] == pytest.approx(5 * W_2X4 / 0.98, rel=1e-9)
                assert report.safety_factor == pytest.approx(0.98 / 5 / W_2X4, rel=1e-6)


def test_the_verdict_turns_at_the_largest_pull() -> None:
    """M = 3.25 W_1x8, see above: just more capacity holds it, just as much does not."""
    moment = 3.25 * W_1X8
    for strict in (False, True):
        holds = analyze(cantilever(0), strict=strict, capacity=moment + 1e-5)
        assert holds.verdict is Verdict.STABLE
        assert holds.scores[1] == pytest.approx(moment / (moment + 1e-5), rel=1e-5)
        for capacity in (moment, moment - 1e-5):
            falls = analyze(cantilever(0), strict=strict, capacity=capacity)
            assert falls.verdict is Verdict.UNSTABLE and falls.first_unstable == 1
            assert verdict_of(cantilever(0), capacity=capacity) is Verdict.UNSTABLE
    factor = analyze(cantilever(0), capacity=moment).safety_factor
    assert factor == pytest.approx(1, rel=1e-5)


def test_a_heavier_beam_pulls_by_its_own_mass() -> None:
    """M = 3.25 W with W of a beam of 10 g."""
    report = analyze(cantilever(0), masses={1: 0.01})
    assert report.scores[1] == pytest.approx(3.25 * 9.8 * 0.01 / 0.98, rel=1e-6)
    assert report.options.masses == {1: 0.01}


@pytest.mark.parametrize("backend", ["fast", "highs"])
def test_bricks_without_mass_pull_nothing_and_still_need_a_path(backend: str) -> None:
    if backend == "fast":
        needs_engine()
    weightless = dict.fromkeys(range(2), 0.0)
    report = analyze(cantilever(0), backend=backend, masses=weightless)
    assert report.verdict is Verdict.STABLE and report.safety_factor == np.inf
    loose = BrickStructure.from_text("2x4 (0,0,0)\n2x2 (0,0,3)\n")
    report = analyze(loose, backend=backend, masses=weightless)
    assert report.scores.tolist() == [0.0, 1.0] and report.safety_factor == 0


def test_a_load_may_be_a_counterweight() -> None:
    """The factor is no monotone function of one load."""
    gallows = BrickStructure.from_text("1x1 (2,0,0)\n8x1 (0,0,1)\n1x1 (7,0,2)\n1x1 (0,0,2)\n")
    leaning = safety_factor(gallows)
    assert (
        safety_factor(gallows, loads={2: 0.002})
        < leaning
        < safety_factor(gallows, loads={3: 0.002})
    )


def test_the_stair_of_nineteen_stands() -> None:
    """Measured: largest pull .88271 N."""
    report = analyze(stair(19))
    assert report.verdict is Verdict.STABLE
    assert report.scores.max() * 0.98 == pytest.approx(0.88271, abs=5e-6)


def test_the_stair_of_twenty_falls() -> None:
    """Measured: largest pull .98537 N, over the capacity of .98 N."""
    report = analyze(stair(20))
    assert report.verdict is Verdict.UNSTABLE
    pulls = report.forces.force[report.forces.kind == "pull"]
    assert pulls.max() == pytest.approx(0.98537, abs=5e-6)


def test_five_bricks_that_the_published_program_gives_up_on() -> None:
    """Measured: the program keeps a torque residual of 8.256e-5 N m rather than pay for pulls."""
    report = analyze(BrickStructure.from_text(FIVE_BRICKS))
    assert report.verdict is Verdict.UNSTABLE
    assert report.first_unstable == 4
    assert report.residuals.max() == pytest.approx(8.256e-5, rel=1e-4)
    assert report.objective == pytest.approx(3.7261e-4, rel=1e-4)
    assert report.safety_factor == pytest.approx(1 / 0.1512, rel=1e-4)
    assert verdict_of(report.structure) is Verdict.UNSTABLE, "though all could be in balance"


def test_five_bricks_stand_in_the_strict_sense() -> None:
    """Measured: t = .1512, so they hold 6.6 times their load."""
    report = analyze(BrickStructure.from_text(FIVE_BRICKS), strict=True)
    assert report.verdict is Verdict.STABLE
    assert report.scores.max() == pytest.approx(0.1512, rel=1e-5)
    assert report.residuals.max() == 0
    assert report.summary == "Stands, holds 6.6 times its own load"


def test_strict_falls_where_no_equilibrium_exists_and_says_where() -> None:
    structure = BrickStructure.from_text("1x1 (0,0,0)\n8x1 (0,0,1)\n")
    report = analyze(structure, strict=True, ground="table")
    assert report.verdict is Verdict.UNSTABLE
    assert report.first_unstable is not None


def test_an_empty_structure_is_refused() -> None:
    with pytest.raises(InputError, match="at least one brick"):
        analyze(BrickStructure([]))


@pytest.mark.parametrize(
    "options",
    [
        {"backend": "abacus"},
        {"ground": "water"},
        {"loads": {1: 0.1}},
        {"loads": {-1: 0.1}},
        {"loads": {0: -0.1}},
        {"loads": {0: float("nan")}},
        {"loads": {0: 1e6}},
        {"masses": {1: 0.1}},
        {"masses": {0: -0.1}},
        {"capacity": 0},
        {"capacity": float("inf")},
        {"time_limit": 0},
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(InputError, match="expected"):
        analyze(BrickStructure.from_text("2x4 (0,0,0)\n"), **options)  # type: ignore[arg-type]


random_structures = st.builds(
    lambda seed, bricks, kind: random_structure(np.random.default_rng(seed), bricks, kind),
    st.integers(0, 10_000),
    st.integers(1, 30),
    st.sampled_from(list(KINDS)),
)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(random_structures, st.integers(0, 15), st.integers(0, 15))
def test_moving_changes_nothing(structure: BrickStructure, dx: int, dy: int) -> None:
    here, there = analyze(structure), analyze(moved(structure, dx, dy, (35, 35, 20)))
    assert there.verdict is here.verdict
    assert there.objective == here.objective
    np.testing.assert_array_equal(there.scores, here.scores)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(random_structures, st.randoms(use_true_random=False))
def test_building_order_changes_nothing(structure: BrickStructure, random: object) -> None:
    order = list(range(len(structure)))
    random.shuffle(order)  # type: ignore[attr-defined]
    here = analyze(structure)
    there = analyze(BrickStructure([structure[i] for i in order], structure.world))
    assert there.verdict is here.verdict
    assert there.objective == here.objective
    np.testing.assert_array_equal(there.scores, here.scores[order])
    np.testing.assert_array_equal(there.residuals, here.residuals[order])


@settings(derandomize=True, deadline=None, max_examples=40)
@given(random_structures)
def test_a_mirror_in_y_changes_neither_verdict_nor_objective(structure: BrickStructure) -> None:
    here, there = analyze(structure), analyze(mirrored_in_y(structure))
    assert there.verdict is here.verdict
    assert there.objective == pytest.approx(here.objective, rel=1e-9, abs=1e-12)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(random_structures, st.integers(1, 3))
def test_with_rotate_a_turn_changes_nothing(structure: BrickStructure, turns: int) -> None:
    here = analyze(structure, rotate=True)
    there = analyze(quarter_turned(structure, turns), rotate=True)
    assert there.verdict is here.verdict
    assert there.objective == here.objective
    assert there.safety_factor == here.safety_factor
    np.testing.assert_allclose(there.residuals.sum(), here.residuals.sum(), rtol=1e-12, atol=0)
    if _turns_tell_apart(structure):
        np.testing.assert_array_equal(there.scores, here.scores)


def _turns_tell_apart(structure: BrickStructure) -> bool:
    """Whether no turn maps the bricks onto themselves: which of two alike pulls more is a tie."""

    def corners(turns: int) -> set[tuple[int, ...]]:
        bricks = list(quarter_turned(structure, turns))
        x, y = min(b.x for b in bricks), min(b.y for b in bricks)
        return {(b.h, b.w, b.x - x, b.y - y, b.z) for b in bricks}

    return all(corners(turns) != corners(0) for turns in range(1, 4))


@pytest.mark.parametrize("turns", range(4))
def test_turned_forces_balance_the_bricks_as_they_were_given(turns: int) -> None:
    stable = 0
    for seed in range(12):
        structure = quarter_turned(random_structure(np.random.default_rng(seed), 25), turns)
        report = analyze(structure, rotate=True)
        assert report.floating == tuple(np.flatnonzero(~grounded(structure)))
        np.testing.assert_allclose(np.abs(imbalance(report)), report.residuals, atol=1e-8)
        if report.verdict is Verdict.STABLE:
            check_proof(report)
            stable += 1
    assert stable > 3


@settings(derandomize=True, deadline=None, max_examples=25)
@given(random_structures)
def test_with_rotate_a_mirror_changes_neither_verdict_nor_objective(
    structure: BrickStructure,
) -> None:
    here, there = (analyze(s, rotate=True) for s in (structure, mirrored_in_y(structure)))
    assert there.verdict is here.verdict
    assert there.objective == pytest.approx(here.objective, rel=1e-9, abs=1e-12)


@settings(derandomize=True, deadline=None, max_examples=25)
@given(random_structures)
def test_what_is_as_published_needs_not_be_said(structure: BrickStructure) -> None:
    masses = {i: KIND_OF_SIZE[b.h, b.w].mass for i, b in enumerate(structure)}
    ours = analyze(structure)
    said = analyze(structure, rotate=False, capacity=0.98, masses=masses)
    assert said.objective == ours.objective
    np.testing.assert_array_equal(said.scores, ours.scores)
    np.testing.assert_array_equal(said.forces.force, ours.forces.force)


@settings(derandomize=True, deadline=None, max_examples=25)
@given(random_structures, st.floats(0.0, 0.05), st.integers(0, 29))
def test_a_heavier_brick_is_a_brick_with_a_load(
    structure: BrickStructure, load: float, brick: int
) -> None:
    brick %= len(structure)
    own = KIND_OF_SIZE[structure[brick].h, structure[brick].w].mass
    heavier = analyze(structure, masses={brick: own + load})
    loaded = analyze(structure, loads={brick: load})
    assert heavier.objective == loaded.objective
    assert heavier.safety_factor == loaded.safety_factor
    np.testing.assert_array_equal(heavier.scores, loaded.scores)


@settings(derandomize=True, deadline=None, max_examples=25)
@given(random_structures, st.floats(0.01, 20.0), st.sampled_from(["baseplate", "table"]))
def test_capacity_scales_the_safety_factor(
    structure: BrickStructure, times: float, ground: Ground
) -> None:
    """The pulls are the same; only what they are measured by is not."""
    published = analyze(structure, ground=ground)
    other = analyze(structure, ground=ground, capacity=0.98 * times)
    assert published.safety_factor is not None and other.safety_factor is not None
    assert other.objective == published.objective
    assert other.safety_factor == pytest.approx(published.safety_factor * times, rel=1e-12)
    weak = (published.scores < 1) & (other.scores < 1)
    np.testing.assert_allclose(other.scores[weak] * times, published.scores[weak], atol=1e-12)


@settings(derandomize=True, deadline=None, max_examples=25)
@given(random_structures, st.floats(1.01, 5.0))
def test_the_factor_falls_as_all_weights_grow_and_rises_with_capacity(
    structure: BrickStructure, times: float
) -> None:
    """All of it, for a load on one brick may as well be a counterweight; exactly as 1/times."""
    rng = np.random.default_rng(len(structure))
    loads = {brick: float(rng.random()) / 100 for brick in range(0, len(structure), 3)}
    heavy = {i: KIND_OF_SIZE[b.h, b.w].mass * times for i, b in enumerate(structure)}
    more = {brick: load * times for brick, load in loads.items()}
    light = safety_factor(structure, loads=loads)
    assert safety_factor(structure, loads=more, masses=heavy) == pytest.approx(
        light / times, rel=1e-6
    )
    if 0 < light < np.inf:
        assert safety_factor(structure, loads=more, masses=heavy) < light
        assert safety_factor(structure, loads=loads, capacity=0.98 * times) > light


@settings(derandomize=True, deadline=None, max_examples=40)
@given(random_structures)
def test_a_brick_without_a_path_to_the_ground_fails(structure: BrickStructure) -> None:
    report = analyze(structure)
    floating = ~grounded(structure)
    assert (report.scores[floating] == 1).all()
    assert report.floating == tuple(np.flatnonzero(floating))
    # The program itself agrees: each of them, or one it hangs together with, misses its weight.
    assert (report.objective > 1e-3) or not floating.any()


@settings(derandomize=True, deadline=None, max_examples=25)
@given(random_structures)
def test_what_the_published_program_calls_stable_is_strictly_stable(
    structure: BrickStructure,
) -> None:
    report = analyze(structure)
    factor = report.safety_factor
    assert factor is not None
    if report.verdict is Verdict.STABLE:
        assert factor >= (1 - 1e-6) / max(report.scores.max(), 1e-9)
        strict = analyze(structure, strict=True)
        assert strict.verdict is Verdict.STABLE
        assert strict.scores.max() == pytest.approx(1 / factor, rel=1e-4, abs=1e-7)
        assert strict.objective >= report.objective - 1e-12
