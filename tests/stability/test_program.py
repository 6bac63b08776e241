"""The program against the published one, written out point by point."""

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from legolab.bricks.brick import Brick
from legolab.bricks.structure import BrickStructure
from legolab.stability.analysis import analyze
from legolab.stability.equilibrium import Physics, build_scene
from legolab.stability.program import published_program
from legolab.stability.report import Verdict
from tests.stability.reference import cells, solve_reference
from tests.stability.structures import KINDS, random_structure

CASES = [(kind, bricks) for kind in KINDS for bricks in (3, 6, 10, 16, 25, 40)]


@pytest.mark.parametrize(("kind", "bricks"), CASES)
def test_verdict_and_objective_are_those_of_the_published_program(kind: str, bricks: int) -> None:
    structure = random_structure(np.random.default_rng([7, bricks]), bricks, kind)
    report, reference = analyze(structure), solve_reference(structure)
    assert (report.verdict is Verdict.STABLE) == reference.stable
    assert report.objective == pytest.approx(reference.objective, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("rotate", [False, True])
@pytest.mark.parametrize("size", [(1, 1), (1, 8), (6, 1), (2, 2), (2, 6), (4, 2)])
@pytest.mark.parametrize("shift", [(0, 0), (0, 1), (1, 0), (1, 1), (3, 0), (3, 3), (0, 5)])
def test_presses_act_at_the_corners_of_the_hull_of_all_points(
    size: tuple[int, int], shift: tuple[int, int], rotate: bool
) -> None:
    h, w = size
    ground = [Brick(2, 4, x, y, 0) for x in range(0, 12, 2) for y in range(0, 12, 4)]
    structure = BrickStructure([*ground, Brick(h, w, *shift, 1)])
    scene = build_scene(structure, Physics(rotate=rotate))
    for contact in range(len(scene.contacts.studs.top)):
        at = scene.pull.contact == contact
        pulls = np.stack([scene.pull.x[at], scene.pull.y[at]], axis=1)
        at = scene.press.contact == contact
        presses = set(zip(scene.press.x[at], scene.press.y[at], strict=True))
        assert presses == set(map(tuple, pulls[ConvexHull(pulls).vertices]))
        assert at.sum() == len(presses) <= (8 if rotate else 6)


def test_every_stud_has_the_points_of_the_brick_above() -> None:
    scene = build_scene(BrickStructure.from_text("2x4 (0,0,0)\n1x2 (1,1,1)\n"))
    below, above = Brick(2, 4, 0, 0, 0), Brick(1, 2, 1, 1, 1)
    assert len(scene.pull.x) == 3 * below.studs + 4 * above.studs
    expected = {
        (x + dx, y + dy)
        for x, y, _ in cells(above)
        for dx, dy in ((0, -0.25), (-0.25, 0), (0, 0.25), (0.25, 0))
    }
    on_top = scene.pull.contact == 1
    assert set(zip(scene.pull.x[on_top], scene.pull.y[on_top], strict=True)) == expected


def test_blocks_cover_the_columns_without_a_gap() -> None:
    program = published_program(build_scene(random_structure(np.random.default_rng(3), 20, "box")))
    ends = [0]
    for block in program.blocks.values():
        assert block.start == ends[-1]
        ends.append(block.stop)
    assert ends[-1] == len(program.costs) == len(program.starts) - 1
    assert program.starts[-1] == len(program.indices) == len(program.values)


def test_ties_are_broken_by_less_than_what_matters() -> None:
    program = published_program(build_scene(random_structure(np.random.default_rng(3), 20, "box")))
    costly = program.published_costs > 0
    ratio = program.costs[costly] / program.published_costs[costly]
    assert ratio.min() >= 1
    assert ratio.max() <= 1.05
    assert (program.costs[~costly] == 0).all()


def test_one_more_brick_on_top_leaves_the_costs_below_as_they_are() -> None:
    tower = BrickStructure([Brick(2, 2, 0, 0, z) for z in range(5)])
    small, large = (published_program(build_scene(tower[:n])) for n in (4, 5))
    for block in ("pull", "max_pull", "residual_plus"):
        before = small.costs[small.blocks[block]]
        np.testing.assert_array_equal(large.costs[large.blocks[block]][: len(before)], before)
