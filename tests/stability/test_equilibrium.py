"""Forces read from an answer hold every brick, summed up one by one from their places.

And the points where they act: as published, or turned with the bricks.
"""

import numpy as np
import pytest

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import SIZES
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.stability.analysis import analyze
from legolab.stability.equilibrium import MAX_LOAD, Physics, Scene, lay_out, weigh_bricks
from legolab.stability.report import StabilityReport
from legolab.stability.turning import turned
from tests.stability.structures import random_structure

L, H = 0.0078, 0.0096
MASS = {(1, 1): 0.43, (1, 2): 0.81, (1, 4): 1.57, (1, 6): 2.28, (1, 8): 3.03}
MASS |= {(2, 2): 1.15, (2, 4): 2.16, (2, 6): 3.23}  # grams
DIRECTION = {
    "press": (0, 0, 1),
    "pull": (0, 0, -1),
    "friction_x": (1, 0, 0),
    "friction_y": (0, 1, 0),
    "side_x": (1, 0, 0),
    "side_y": (0, 1, 0),
}


def imbalance(report: StabilityReport) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Weight minus forces on every brick: float64 [bricks, 5], N and N m."""
    structure, forces = report.structure, report.forces
    left = np.zeros((len(structure), 5))
    for i, brick in enumerate(structure):
        left[i, 2] = 9.8e-3 * MASS[min(brick.h, brick.w), max(brick.h, brick.w)]
    for i in range(len(forces)):
        kind = str(forces.kind[i])
        for brick, sign in ((forces.top[i], 1), (forces.bottom[i], -1)):
            if brick == len(structure):
                continue
            fx, fy, fz = (sign * d * forces.force[i] for d in DIRECTION[kind])
            box = structure[int(brick)]
            ax = L * (forces.x[i] - box.x - (box.h - 1) / 2)
            ay = L * (forces.y[i] - box.y - (box.w - 1) / 2)
            az = H * (forces.z[i] - box.z - 0.5)
            left[brick] -= [fx, fy, fz, ay * fz - az * fy, az * fx - ax * fz]
    return left


@pytest.mark.parametrize("kind", ["attachments", "chain", "box", "table", "floating"])
def test_forces_and_residuals_balance_every_brick(kind: str) -> None:
    report = analyze(random_structure(np.random.default_rng(11), 25, kind))
    np.testing.assert_allclose(np.abs(imbalance(report)), report.residuals, atol=1e-8)


def test_strict_forces_balance_every_brick_exactly() -> None:
    text = "1x1 (5,6,0)\n1x1 (5,6,1)\n4x2 (5,5,2)\n4x2 (2,6,3)\n4x2 (2,4,3)\n"
    report = analyze(BrickStructure.from_text(text), strict=True)
    np.testing.assert_allclose(imbalance(report), 0, atol=1e-9)


def test_no_point_presses_and_pulls_at_once() -> None:
    """The printed model asks for it; the optimum has it without being asked."""
    forces = analyze(random_structure(np.random.default_rng(5), 30, "attachments")).forces
    place = [tuple(p) for p in zip(forces.top, forces.bottom, forces.x, forces.y, strict=True)]
    acting = forces.force > 1e-9
    pressed = {p for p, on in zip(place, acting & (forces.kind == "press"), strict=True) if on}
    pulled = {p for p, on in zip(place, acting & (forces.kind == "pull"), strict=True) if on}
    assert not pressed & pulled


def test_scores_are_the_largest_pull_below_over_the_capacity() -> None:
    report = analyze(random_structure(np.random.default_rng(5), 30, "chain"))
    pull = report.forces.kind == "pull"
    for brick, score in enumerate(report.scores):
        if score < 1:
            below = report.forces.force[pull & (report.forces.top == brick)]
            assert score == pytest.approx(below.max(initial=0) / 0.98)


ROTATE = Physics(rotate=True)
STUDDED = [Brick(1, 1, x, y, 0) for x in range(12) for y in range(12)]


def points(scene: Scene, kind: str) -> set[tuple[float, float]]:
    """Where bricks of layer 1 press or pull."""
    found = getattr(scene, kind)
    upper = scene.boxes[scene.contacts.studs.top[found.contact], 4] == 1
    return set(zip(found.x[upper], found.y[upper], strict=True))


def on_studs(brick: Brick, rotate: bool) -> set[tuple[float, float]]:
    boxes, weights = weigh_bricks([*STUDDED, brick])
    return points(lay_out(boxes, weights, Physics(rotate=rotate)), "pull")


def test_a_wide_brick_touches_its_long_walls_and_its_tubes() -> None:
    """As published at the low x side of a brick long along y, mirrored at its high x side."""
    low, high = [(1 / 8, -1 / 8), (-1 / 4, 0), (1 / 8, 1 / 8)], [(-1 / 8, 1 / 8), (1 / 4, 0)]
    high.append((-1 / 8, -1 / 8))
    along_y = {(3 + dx, 5 + y + dy) for y in range(4) for dx, dy in low}
    along_y |= {(4 + dx, 5 + y + dy) for y in range(4) for dx, dy in high}
    assert on_studs(Brick(2, 4, 3, 5, 1), True) == along_y
    assert on_studs(Brick(4, 2, 5, 3, 1), True) == {(y, x) for x, y in along_y}
    published = {(3 + x + dx, 5 + y + dy) for x in range(2) for y in range(4) for dx, dy in low}
    assert on_studs(Brick(2, 4, 3, 5, 1), False) == published


def test_a_stud_of_a_square_touches_two_walls_and_a_tube() -> None:
    quarter = {(-1 / 4, 0.0), (0.0, -1 / 4), (1 / 8, 1 / 8)}
    expected = {(x, y) for x, y in quarter} | {(1 - x, y) for x, y in quarter}
    expected |= {(x, 1 - y) for x, y in expected}
    assert on_studs(Brick(2, 2, 0, 0, 1), True) == expected


@pytest.mark.parametrize("size", SIZES)
def test_points_have_the_symmetry_of_the_brick(size: tuple[int, int]) -> None:
    """In any turn or mirror of the whole, whatever of the brick is held: one stud, some, all."""
    h, w = size
    for x, y in ((0, 0), (h - 1, 0), (0, w - 1), (h // 2, w // 2)):
        boxes, weights = weigh_bricks([Brick(h, w, 5, 5, 1), Brick(4, 2, 5 + x, 5 + y, 0)])
        for kind in ("pull", "press"):
            here = points(lay_out(boxes, weights, ROTATE), kind)
            for turns in range(1, 5):
                there = points(lay_out(turned(boxes, turns), weights, ROTATE), kind)
                here = {(-py, px) for px, py in here}
                assert there == here
            mirror = boxes.copy()
            mirror[:, 2] = 1 - boxes[:, 2] - boxes[:, 0]
            there = points(lay_out(mirror, weights, ROTATE), kind)
            assert there == {(-px, py) for px, py in here}


def test_as_many_points_hold_as_in_the_published_pattern() -> None:
    for seed in range(6):
        boxes, weights = weigh_bricks(random_structure(np.random.default_rng(seed), 30))
        ours, published = (lay_out(boxes, weights, Physics(rotate=on)) for on in (True, False))
        np.testing.assert_array_equal(ours.pull.contact, published.pull.contact)


def test_a_brick_weighs_what_it_is_said_to_weigh() -> None:
    bricks = [Brick(1, 1, 0, 0, 0), Brick(1, 1, 0, 0, 1), Brick(1, 1, 0, 0, 2)]
    _, weights = weigh_bricks(bricks, Physics(masses={1: 0.5, 2: 0.0}, loads={1: 0.25}))
    assert weights.tolist() == [9.8 * 0.00043, 9.8 * 0.75, 0.0]


NUMBERS = [-0.1, np.nan, np.inf, -np.inf, 2 * MAX_LOAD, "heavy", None]


@pytest.mark.parametrize("kind", ["loads", "masses"])
@pytest.mark.parametrize("number", NUMBERS)
def test_a_weight_that_makes_no_sense_is_refused(kind: str, number: float) -> None:
    with pytest.raises(InputError, match=rf"0 to 100 kg on brick 3, got {number!r} kg"):
        Physics(**{kind: {3: number}})  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["loads", "masses"])
def test_a_weight_on_no_brick_is_refused(kind: str) -> None:
    bricks = [Brick(1, 1, 0, 0, 0)]
    for brick in (-1, 1):
        physics = Physics(**{kind: {brick: 0.1}})  # type: ignore[arg-type]
        with pytest.raises(InputError, match=rf"on a brick 0 to 0, got brick {brick}"):
            weigh_bricks(bricks, physics)
    with pytest.raises(InputError, match=r"by the index of a brick, got 0\.5"):
        Physics(**{kind: {0.5: 0.1}})  # type: ignore[arg-type]


@pytest.mark.parametrize("capacity", [0.0, -0.98, 1e-6, np.nan, np.inf, "much"])
def test_a_capacity_that_makes_no_sense_is_refused(capacity: float) -> None:
    with pytest.raises(InputError, match=rf"above 1e-06 N, got {capacity!r}"):
        Physics(capacity=capacity)


def test_what_is_given_is_kept_as_it_was() -> None:
    loads = {0: 0.1}
    physics = Physics(loads=loads)
    loads[0] = -1
    assert physics.loads == {0: 0.1}
