"""Forces that hold every brick in balance prove that a structure stands: arithmetic, no solver.

A second look at a report by other means than those that made it. Only the constants of the force
model are shared with the program (see `equilibrium` for its source, and the rows below).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.catalog import KIND_OF_SIZE
from legolab.bricks.contacts import IntArray, brick_boxes
from legolab.errors import SolverError
from legolab.stability.equilibrium import (
    BRICK_HEIGHT,
    FX,
    FY,
    FZ,
    GRAVITY,
    ROWS,
    STUD_PITCH,
    T1,
    T2,
    FloatArray,
    Physics,
)
from legolab.stability.report import Forces, StabilityReport

BALANCE = 1e-6
"""N and N m that a brick may be out of balance: that of the verdict."""
_NOTHING = 1e-9
"""N: a solver's word for 0."""
_REACH = 0.25 + 1e-9
"""Studs from the middle of a stud to its outermost contact point."""


def check_proof(report: StabilityReport) -> None:
    """See that the forces of a report prove that its structure stands.

    They act where bricks touch and only as they can: presses push, pulls stay below what a contact
    holds, a table pulls nothing; and with its weight and load each brick is in balance.

    Args:
        report: of a structure that is said to stand.

    Raises:
        SolverError: the forces prove no such thing; the message names the first brick.
    """
    forces, boxes = report.forces, brick_boxes(report.structure)
    ground = len(boxes)
    last = np.array([[ground - 1], [ground]])
    ends = np.stack([forces.top, forces.bottom])
    if ((ends < 0) | (ends > last)).any():
        raise SolverError(f"expected forces between bricks 0 to {ground - 1}, got others")
    _deny(~np.isfinite(forces.force), forces, "a force that is a number")
    vertical = np.isin(forces.kind, ("press", "pull"))
    rubbing = np.isin(forces.kind, ("friction_x", "friction_y"))
    sideways = np.isin(forces.kind, ("side_x", "side_y"))
    pull = forces.kind == "pull"
    _deny(~(vertical | rubbing | sideways), forces, "a kind of force of the model")
    _deny(~rubbing & (forces.force < -_NOTHING), forces, "a force that pushes")
    capacity = report.options.capacity
    _deny(pull & (forces.force >= capacity), forces, f"less than {capacity} N of pull")
    if report.options.ground == "table":
        _deny(pull & (forces.bottom == ground), forces, "no pull from a table")
    _deny((vertical | rubbing) & ~_studs_meet(forces, boxes), forces, "a stud in common")
    _deny(vertical & ~_on_a_stud(forces, boxes), forces, "a point on a stud in common")
    for axis, kind in enumerate(("side_x", "side_y")):
        _deny((forces.kind == kind) & ~_faces_meet(forces, boxes, axis), forces, "faces that meet")
    out = np.abs(_sums(forces, boxes) - _weights(boxes, report.options)).max(axis=1)
    if (out > BALANCE).any():
        brick = int(np.flatnonzero(out > BALANCE)[0])
        raise SolverError(
            f"expected forces that hold every brick, but brick {brick + 1} is out of balance by "
            f"{out[brick]:.1e} N or N m"
        )


def _deny(wrong: NDArray[np.bool_], forces: Forces, expected: str) -> None:
    if wrong.any():
        one = int(np.flatnonzero(wrong)[0])
        raise SolverError(
            f"expected {expected}, got a {forces.kind[one]} of {forces.force[one]:.6g} N on brick "
            f"{forces.top[one] + 1}"
        )


def _shared(forces: Forces, boxes: IntArray) -> tuple[IntArray, IntArray]:
    """First and past-last stud that both bricks of each force have, int64 [forces, 2] each.

    The ground has all studs.
    """
    whole = np.iinfo(np.int64).max // 2
    low = np.vstack([boxes[:, 2:4], [[-whole, -whole]]])
    high = np.vstack([boxes[:, 2:4] + boxes[:, :2], [[whole, whole]]])
    first = np.maximum(low[forces.top], low[forces.bottom])
    last = np.minimum(high[forces.top], high[forces.bottom])
    return first, last


def _studs_meet(forces: Forces, boxes: IntArray) -> NDArray[np.bool_]:
    """Whether the top brick sits on the bottom one, or on the ground."""
    layer = np.append(boxes[:, 4], -1)
    first, last = _shared(forces, boxes)
    above = layer[forces.top] == layer[forces.bottom] + 1
    met: NDArray[np.bool_] = above & (first < last).all(axis=1)
    return met


def _on_a_stud(forces: Forces, boxes: IntArray) -> NDArray[np.bool_]:
    """Whether a force's place is within the contact points of a stud that both bricks have."""
    place = np.column_stack([forces.x, forces.y])
    stud = np.rint(place)
    first, last = _shared(forces, boxes)
    inside = (first <= stud) & (stud < last) & (np.abs(place - stud) <= _REACH)
    x, y = inside.T
    on_one: NDArray[np.bool_] = x & y
    return on_one


def _faces_meet(forces: Forces, boxes: IntArray, axis: int) -> NDArray[np.bool_]:
    """Whether `bottom` ends where `top` begins along an axis, in one layer, and faces meet."""
    held = forces.bottom < len(boxes)
    top, bottom = boxes[forces.top], boxes[np.where(held, forces.bottom, 0)]
    first, last = _shared(forces, boxes)
    touch = bottom[:, 2 + axis] + bottom[:, axis] == top[:, 2 + axis]
    across = first[:, 1 - axis] < last[:, 1 - axis]
    met: NDArray[np.bool_] = held & touch & across & (top[:, 4] == bottom[:, 4])
    return met


def _sums(forces: Forces, boxes: IntArray) -> FloatArray:
    """What the forces come to on each brick, float64 [bricks, 5]: N and N m about its centre.

    T1 = y Fz - z Fy and T2 = z Fx - x Fz, with z an arm of half a brick up or down: friction acts
    at the face in common, a press between sides at the bottom edge, as published.
    """
    sums = np.zeros((len(boxes) + 1, ROWS))  # the last row is the ground's, which holds anything
    middle = np.vstack([boxes[:, 2:4] + (boxes[:, :2] - 1) / 2, [[0.0, 0.0]]])
    up = np.select([forces.kind == "press", forces.kind == "pull"], [1.0, -1.0])
    along = [
        np.isin(forces.kind, (f"friction_{axis}", f"side_{axis}")).astype(np.float64)
        for axis in "xy"
    ]
    beside = np.isin(forces.kind, ("side_x", "side_y"))
    for brick, sign in ((forces.top, 1.0), (forces.bottom, -1.0)):
        fx, fy, fz = (sign * share * forces.force for share in (*along, up))
        x = (forces.x - middle[brick, 0]) * STUD_PITCH
        y = (forces.y - middle[brick, 1]) * STUD_PITCH
        z = np.where(beside, -1.0, -sign) * BRICK_HEIGHT / 2
        for row, value in (
            (FX, fx),
            (FY, fy),
            (FZ, fz),
            (T1, y * fz - z * fy),
            (T2, z * fx - x * fz),
        ):
            np.add.at(sums[:, row], brick, value)
    held: FloatArray = sums[:-1]
    return held


def _weights(boxes: IntArray, physics: Physics) -> FloatArray:
    """What the forces must come to, float64 [bricks, 5]: the weight, straight up."""
    needed = np.zeros((len(boxes), ROWS))
    needed[:, FZ] = [KIND_OF_SIZE[int(h), int(w)].mass * GRAVITY for h, w in boxes[:, :2]]
    for brick, mass in physics.masses.items():
        needed[brick, FZ] = mass * GRAVITY
    for brick, load in physics.loads.items():
        needed[brick, FZ] += load * GRAVITY
    return needed
