"""The published force model: where forces act, and what each does to a brick's equilibrium.

Source: StableLego / BrickGPT (RA-L 2024, arXiv 2505.05469). Five rows per brick, Fx = 0, Fy = 0,
Fz = W, T1 = sum(y Fz - z Fy) = 0, T2 = sum(z Fx - x Fz) = 0, about the brick's centre; the model
has no yaw row. This module knows nothing of costs, residuals or solvers.

Forces are counted in 0.01 N and torques in 0.01 N times a stud pitch, so that a solver's absolute
tolerance of 1e-7 means 1e-9 N; in SI units solvers sometimes do not stop (measured).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import CATALOG, KIND_OF_SIZE
from legolab.bricks.contacts import Contacts, IntArray, brick_boxes, find_contacts
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError

FloatArray = NDArray[np.float64]
Ground = Literal["baseplate", "table"]

GRAVITY = 9.8
"""m/s^2, as published."""
STUD_PITCH = 0.0078
"""L, m: one stud to the next."""
BRICK_HEIGHT = 0.0096
"""H, m."""
PULL_CAPACITY = 0.98
"""T, N: what one contact point holds before it lets go."""

MAX_LOAD = 100.0
"""kg on one brick: more would drown the weights of bricks in a solver's tolerance."""

FORCE_UNIT = 0.01
"""N: the unit of force in every program."""
TORQUE_UNIT = FORCE_UNIT * STUD_PITCH
"""N m: the unit of torque in every program; arms are then in studs."""
HALF_HEIGHT = BRICK_HEIGHT / 2 / STUD_PITCH
"""Arm of a horizontal force at a face, in studs."""

ROWS = 5
"""Equilibrium rows per brick, in this order: Fx, Fy, Fz, T1, T2."""
FX, FY, FZ, T1, T2 = range(ROWS)
ROW_UNITS = np.array([FORCE_UNIT] * 3 + [TORQUE_UNIT] * 2)
"""What one unit of each row is in N or N m."""

_WIDE_POINTS = np.array([(0.125, -0.125), (-0.25, 0.0), (0.125, 0.125)])
_THIN_POINTS = np.array([(0.0, -0.25), (-0.25, 0.0), (0.0, 0.25), (0.25, 0.0)])
# The extreme points of a pattern repeated over a x b studs: (pattern point, stud at the low or high
# end of x, of y, the axis along which the pair of it lies). With one stud on that axis both agree.
_WIDE_EXTREMES = (
    (0, 0, 0, 0),
    (0, 1, 0, 0),
    (1, 0, 0, 1),
    (1, 0, 1, 1),
    (2, 0, 1, 0),
    (2, 1, 1, 0),
)
_THIN_EXTREMES = (
    *((0, 0, 0, 0), (0, 1, 0, 0), (1, 0, 0, 1), (1, 0, 1, 1)),
    *((2, 0, 1, 0), (2, 1, 1, 0), (3, 1, 0, 1), (3, 1, 1, 1)),
)
_MASS = np.zeros((max(kind.long for kind in CATALOG) + 1,) * 2)
for (_h, _w), _kind in KIND_OF_SIZE.items():
    _MASS[_h, _w] = _kind.mass


@dataclass(frozen=True, eq=False)
class Points:
    """Points where vertical forces act between the two sides of a stud contact.

    Attributes:
        contact: int64 [points], index into the stud contacts, ascending.
        x, y: float64 [points], place in studs (stud centres at integers).
    """

    contact: IntArray
    x: FloatArray
    y: FloatArray


@dataclass(frozen=True, eq=False)
class Scene:
    """A structure as the force model sees it, its bricks sorted by (z, x, y).

    The sorted order makes everything computed from a scene independent of the building order.

    Attributes:
        order: int64 [bricks], sorted rank -> index in the structure.
        boxes: int64 [bricks, 5], h, w, x, y, z by rank.
        weights: float64 [bricks], N, loads included, by rank.
        contacts: stud and side contacts of the ranks.
        press: points that can press: of each contact only the corners of the convex hull, because
            a press further in is a mix of presses at the corners.
        pull: points that can pull: all of them, because the largest one counts.
    """

    order: IntArray
    boxes: IntArray
    weights: FloatArray
    contacts: Contacts
    press: Points
    pull: Points

    @property
    def bricks(self) -> int:
        """Number of bricks."""
        return len(self.boxes)


@dataclass(frozen=True, eq=False)
class Columns:
    """What a block of unknown forces adds to the equilibrium rows, as (row, column, value).

    Attributes:
        count: number of columns in the block.
        rows: int64 [entries], 5 * brick + row.
        columns: int64 [entries], from 0 within the block.
        values: float64 [entries], in program units per unit of the column.
    """

    count: int
    rows: IntArray
    columns: IntArray
    values: FloatArray


def build_scene(
    structure: BrickStructure,
    ground: Ground = "baseplate",
    loads: Mapping[int, float] | None = None,
) -> Scene:
    """Lay out what touches what, and where forces act.

    Args:
        structure: at least one brick.
        ground: "baseplate" has studs and pulls; "table" can only press and rub.
        loads: kg put on the centre of a brick, by index in the structure.

    Raises:
        InputError: no bricks, an unknown kind of ground, or a load that makes no sense.
    """
    boxes, weights = weigh_bricks(structure, ground, loads)
    order = np.lexsort((boxes[:, 3], boxes[:, 2], boxes[:, 4]))
    boxes = boxes[order]
    contacts = find_contacts(boxes)
    studs = contacts.studs
    thin = boxes[studs.top, :2].min(axis=1) == 1
    pull = _pull_points(contacts, thin)
    if ground == "table":
        held = ~studs.on_ground[pull.contact]
        pull = Points(pull.contact[held], pull.x[held], pull.y[held])
    press = _press_points(contacts, thin)
    return Scene(order, boxes, weights[order], contacts, press, pull)


def weigh_bricks(
    bricks: Collection[Brick],
    ground: Ground = "baseplate",
    loads: Mapping[int, float] | None = None,
) -> tuple[IntArray, FloatArray]:
    """The bricks as `brick_boxes` has them, and what each weighs, its load included.

    Args:
        bricks: at least one.
        ground: "baseplate" or "table"; only checked here.
        loads: kg put on the centre of a brick, by index.

    Returns:
        int64 [bricks, 5] and float64 [bricks], N, in the order given.

    Raises:
        InputError: as `build_scene`.
    """
    if len(bricks) == 0:
        raise InputError("expected a structure with at least one brick, got an empty one")
    if ground not in ("baseplate", "table"):
        raise InputError(f"expected ground 'baseplate' or 'table', got {ground!r}")
    boxes = brick_boxes(bricks)
    mass = _MASS[boxes[:, 0], boxes[:, 1]] + _load_masses(len(boxes), loads or {})
    return boxes, GRAVITY * mass


def _load_masses(bricks: int, loads: Mapping[int, float]) -> FloatArray:
    """Loads as kg per brick, float64 [bricks]."""
    mass = np.zeros(bricks)
    for brick, load in loads.items():
        if not 0 <= brick < bricks:
            raise InputError(f"expected a load on a brick 0 to {bricks - 1}, got brick {brick}")
        if not 0 <= load <= MAX_LOAD:
            raise InputError(
                f"expected a load of 0 to {MAX_LOAD:g} kg on brick {brick}, got {load} kg"
            )
        mass[brick] += load
    return mass


def _pull_points(contacts: Contacts, thin: NDArray[np.bool_]) -> Points:
    """Every contact point: three on each common stud, four where the top brick is one stud wide.

    The pattern is never turned with the brick (arXiv 2505.05469).
    """
    studs = contacts.studs
    width = studs.y1 - studs.y0
    per_stud = np.where(thin, len(_THIN_POINTS), len(_WIDE_POINTS))
    count = (studs.x1 - studs.x0) * width * per_stud
    contact = np.repeat(np.arange(len(count)), count)
    number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    stud, point = np.divmod(number, per_stud[contact])
    patterns = np.stack([np.vstack([_WIDE_POINTS, (0.0, 0.0)]), _THIN_POINTS])
    offset = patterns[thin[contact].astype(np.int64), point]
    x = studs.x0[contact] + stud // width[contact] + offset[:, 0]
    y = studs.y0[contact] + stud % width[contact] + offset[:, 1]
    return Points(contact, x, y)


def _press_points(contacts: Contacts, thin: NDArray[np.bool_]) -> Points:
    """The corners of the convex hull of each contact's points, at most six."""
    studs = contacts.studs
    parts = []
    for of_pattern, points, extremes in (
        (~thin, _WIDE_POINTS, _WIDE_EXTREMES),
        (thin, _THIN_POINTS, _THIN_EXTREMES),
    ):
        index = np.flatnonzero(of_pattern)
        ends_x = np.stack([studs.x0[index], studs.x1[index] - 1])
        ends_y = np.stack([studs.y0[index], studs.y1[index] - 1])
        single = np.stack([ends_x[0] == ends_x[1], ends_y[0] == ends_y[1]])
        for point, high_x, high_y, axis in extremes:
            second = (high_x, high_y)[axis] == 1
            keep = ~single[axis] if second else np.ones(len(index), dtype=np.bool_)
            x = ends_x[high_x][keep] + points[point, 0]
            y = ends_y[high_y][keep] + points[point, 1]
            parts.append((index[keep], x, y))
    contact, x, y = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(contact, kind="stable")
    return Points(contact[order], x[order], y[order])


def vertical_columns(scene: Scene, points: Points, sign: float) -> Columns:
    """Vertical forces at points: on the top brick Fz += s, T1 += s y, T2 -= s x; opposite below.

    Arms are from each brick's own centre. `sign` is +1 for presses and -1 for pulls.
    """
    studs = scene.contacts.studs
    h, w, x, y, _ = scene.boxes.T
    number = np.arange(len(points.contact))
    parts = []
    for brick, s in ((studs.top[points.contact], sign), (studs.bottom[points.contact], -sign)):
        held = brick < scene.bricks  # the ground has no rows
        b, column = brick[held], number[held]
        arm_x = points.x[held] - (x[b] + (h[b] - 1) / 2)
        arm_y = points.y[held] - (y[b] + (w[b] - 1) / 2)
        parts += [
            (ROWS * b + FZ, column, np.full(len(b), s)),
            (ROWS * b + T1, column, s * arm_y),
            (ROWS * b + T2, column, -s * arm_x),
        ]
    return _columns(len(number), parts)


def friction_columns(scene: Scene, force: int) -> Columns:
    """Horizontal force of each stud contact, one per pair of bricks, either way.

    x: on the top brick Fx += 1, T2 -= H/2; on the bottom one Fx -= 1, T2 -= H/2.
    y: on the top brick Fy += 1, T1 += H/2; on the bottom one Fy -= 1, T1 += H/2.

    Args:
        force: FX or FY.
    """
    torque, arm = (T2, -HALF_HEIGHT) if force == FX else (T1, HALF_HEIGHT)
    studs = scene.contacts.studs
    number = np.arange(len(studs.top))
    held = ~studs.on_ground
    parts = []
    for brick, column, s in ((studs.top, number, 1.0), (studs.bottom[held], number[held], -1.0)):
        parts += [
            (ROWS * brick + force, column, np.full(len(brick), s)),
            (ROWS * brick + torque, column, np.full(len(brick), arm)),
        ]
    return _columns(len(number), parts)


def side_columns(scene: Scene, force: int) -> Columns:
    """Press between side faces, one per pair of bricks, acting at their bottom edge.

    x: on the low brick Fx -= 1, T2 += H/2; on the high one Fx += 1, T2 -= H/2.
    y: on the low brick Fy -= 1, T1 -= H/2; on the high one Fy += 1, T1 += H/2.

    Args:
        force: FX for faces along x, FY along y.
    """
    torque, arm = (T2, -HALF_HEIGHT) if force == FX else (T1, HALF_HEIGHT)
    sides = scene.contacts.along_x if force == FX else scene.contacts.along_y
    number = np.arange(len(sides.low))
    parts = []
    for brick, s in ((sides.low, -1.0), (sides.high, 1.0)):
        parts += [
            (ROWS * brick + force, number, np.full(len(brick), s)),
            (ROWS * brick + torque, number, np.full(len(brick), s * arm)),
        ]
    return _columns(len(number), parts)


def _columns(count: int, parts: list[tuple[IntArray, IntArray, FloatArray]]) -> Columns:
    rows, columns, values = (np.concatenate(part) for part in zip(*parts, strict=True))
    used = values != 0
    return Columns(count, rows[used], columns[used], values[used])


def weight_rows(scene: Scene) -> FloatArray:
    """Right-hand side of the equilibrium rows, float64 [5 * bricks]: W in Fz, in program units."""
    right = np.zeros((scene.bricks, ROWS))
    right[:, FZ] = scene.weights / FORCE_UNIT
    return right.ravel()
