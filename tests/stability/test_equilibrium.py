"""Forces read from an answer hold every brick, summed up one by one from their places."""

import numpy as np
import pytest

from legolab.bricks.structure import BrickStructure
from legolab.stability.analysis import analyze
from legolab.stability.report import StabilityReport
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
