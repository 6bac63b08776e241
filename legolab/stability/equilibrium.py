"""The published force model: where forces act, and what each does to a brick's equilibrium.

Source: StableLego / BrickGPT (RA-L 2024, arXiv 2505.05469). Five rows per brick, Fx = 0, Fy = 0,
Fz = W, T1 = sum(y Fz - z Fy) = 0, T2 = sum(z Fx - x Fz) = 0, about the brick's centre; the model
has no yaw row. This module knows nothing of costs, residuals or solvers.

Forces are counted in 0.01 N and torques in 0.01 N times a stud pitch, so that a solver's absolute
tolerance of 1e-7 means 1e-9 N; in SI units solvers sometimes do not stop (measured).

Points of a wide brick, and `rotate`. The published pattern has three points on a stud, in studs
from its middle: (-1/4, 0), (1/8, -1/8), (1/8, 1/8). That is a stud at the low x side of a brick
that is long along y: it touches the wall on that side, and two tubes on its other side. Published,
every stud of every wide brick has it, however the brick lies, so a structure that is turned has
other scores: a 2x4 over a 1x1 under its corner scores .079 long along x, and long along y .108 at
its low x side and .137 at the other.

With `rotate` every stud has the points that it would have there. In a brick that is two studs
wide it touches the long wall next to it and two tubes: the published pattern at the low x side of
a brick long along y, mirrored at its high x side, and both turned in a brick long along x. A stud
of a 2x2 is in a corner, next to two walls and the one tube: (-1/4, 0), (0, -1/4), (1/8, 1/8) in
the low corner, mirrored towards the others. There are three points on a stud as before, so that
nothing holds more for being symmetric, and each brick's points have the symmetry of the brick:
half a turn, or for a square a quarter, maps them onto themselves, and so does a mirror. Merely
turning the published pattern cannot do that: it is not its own half turn, and a 2x2 has no longer
side to tell where it should point. The four points of a brick one stud wide are symmetric already.
"""

from __future__ import annotations

import dataclasses
import math
import operator
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import KIND_OF_SIZE, LONGEST
from legolab.bricks.contacts import Contacts, IntArray, brick_boxes, find_contacts
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.stability.turning import settled_turn, turned

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
PULL_TOLERANCE = 1e-6
"""N below the capacity at which a pull counts as having reached it."""

MAX_LOAD = 100.0
"""kg on one brick, and of one: more would drown the weights of bricks in a solver's tolerance."""

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


# A contact's studs in common, a bit for each kind: several along both axes, one along x, one along
# y, one alone.
_BOTH, _ONE_X, _ONE_Y, _ONE = 1, 2, 4, 8
_ALL = _BOTH | _ONE_X | _ONE_Y | _ONE
_LONG_X, _LONG_Y = _BOTH | _ONE_Y, _BOTH | _ONE_X


@dataclass(frozen=True)
class _Pattern:
    """Points on every stud below a brick.

    Attributes:
        points: place on a stud.
        corners: those at the corners of the hull of all points of a contact, as (point, stud at
            the low or high end of x, of y, over what it is a corner).
        mirrored: along x and y, whether studs in the high half of the brick have the mirror image.
    """

    points: tuple[tuple[float, float], ...]
    corners: tuple[tuple[int, int, int, int], ...]
    mirrored: tuple[bool, bool] = (False, False)


_THIN = _Pattern(
    ((0.0, -0.25), (-0.25, 0.0), (0.0, 0.25), (0.25, 0.0)),
    (
        *((0, 0, 0, _ALL), (0, 1, 0, _LONG_X), (1, 0, 0, _ALL), (1, 0, 1, _LONG_Y)),
        *((2, 0, 1, _ALL), (2, 1, 1, _LONG_X), (3, 1, 0, _ALL), (3, 1, 1, _LONG_Y)),
    ),
)
_WIDE = _Pattern(
    ((0.125, -0.125), (-0.25, 0.0), (0.125, 0.125)),
    (
        *((0, 0, 0, _ALL), (0, 1, 0, _LONG_X), (1, 0, 0, _ALL)),
        *((1, 0, 1, _LONG_Y), (2, 0, 1, _ALL), (2, 1, 1, _LONG_X)),
    ),
)
_ALONG_Y = _Pattern(
    _WIDE.points,
    (*_WIDE.corners, (1, 1, 0, _LONG_X), (1, 1, 1, _BOTH)),
    (True, False),
)
_ALONG_X = _Pattern(
    ((-0.125, 0.125), (0.0, -0.25), (0.125, 0.125)),
    (
        *((0, 0, 0, _ALL), (0, 0, 1, _LONG_Y), (1, 0, 0, _ALL), (1, 1, 0, _LONG_X)),
        *((2, 1, 0, _ALL), (2, 1, 1, _LONG_Y), (1, 0, 1, _LONG_Y), (1, 1, 1, _BOTH)),
    ),
    (False, True),
)
_SQUARE = _Pattern(
    ((-0.25, 0.0), (0.0, -0.25), (0.125, 0.125)),
    (
        *((0, 0, 0, _ALL), (0, 1, 0, _LONG_X), (0, 0, 1, _LONG_Y), (0, 1, 1, _BOTH)),
        *((1, 0, 0, _ALL), (1, 1, 0, _LONG_X), (1, 0, 1, _LONG_Y), (1, 1, 1, _BOTH)),
        *((2, 0, 0, _ALL ^ _BOTH), (2, 1, 0, _ONE_Y), (2, 0, 1, _ONE_X)),
    ),
    (True, True),
)
_PUBLISHED_PATTERNS = (_WIDE, _THIN)
_TURNING_PATTERNS = (_ALONG_Y, _ALONG_X, _SQUARE, _THIN)
_MASS = np.zeros((LONGEST + 1, LONGEST + 1))
for (_h, _w), _kind in KIND_OF_SIZE.items():
    _MASS[_h, _w] = _kind.mass


@dataclass(frozen=True)
class Physics:
    """What bricks weigh and what holds them, where it is not as published.

    Attributes:
        ground: "baseplate" has studs and pulls; "table" can only press and rub.
        loads: kg put on the centre of a brick, by index in the structure.
        rotate: the points of a brick turn with it, see the module.
        capacity: T, N, of one contact point; more than `PULL_TOLERANCE`.
        masses: kg of a brick itself, by index, instead of the catalogue's; 0 is a brick without
            weight, which still has to be held to reach the ground.

    Raises:
        InputError: an unknown kind of ground, or a number that makes no sense.
    """

    ground: Ground = "baseplate"
    loads: Mapping[int, float] = field(default_factory=dict)
    rotate: bool = False
    capacity: float = PULL_CAPACITY
    masses: Mapping[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """See that it makes sense, and keep what was given now."""
        if self.ground not in ("baseplate", "table"):
            raise InputError(f"expected ground 'baseplate' or 'table', got {self.ground!r}")
        if not (_is_number(self.capacity) and PULL_TOLERANCE < self.capacity < math.inf):
            raise InputError(
                f"expected a finite capacity above {PULL_TOLERANCE:g} N, got {self.capacity!r}"
            )
        object.__setattr__(self, "capacity", float(self.capacity))
        for name, kind in (("loads", "load"), ("masses", "mass")):
            object.__setattr__(self, name, _checked(getattr(self, name), kind))

    def first(self, bricks: int) -> Physics:
        """The same for a structure's first bricks alone: nothing is asked of the others."""
        if not self.loads and not self.masses:
            return self
        return dataclasses.replace(
            self,
            loads={brick: load for brick, load in self.loads.items() if brick < bricks},
            masses={brick: mass for brick, mass in self.masses.items() if brick < bricks},
        )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating))


def _checked(given: Mapping[int, float], kind: str) -> dict[int, float]:
    """Loads or masses, kg, by brick; whether there is such a brick is not known yet."""
    checked = {}
    for brick, kg in given.items():
        try:
            index = operator.index(brick)
        except TypeError:
            raise InputError(f"expected a {kind} by the index of a brick, got {brick!r}") from None
        if not (_is_number(kg) and 0 <= kg <= MAX_LOAD):
            raise InputError(
                f"expected a {kind} of 0 to {MAX_LOAD:g} kg on brick {brick}, got {kg!r} kg"
            )
        checked[index] = float(kg)
    return checked


PUBLISHED = Physics()
"""As published."""


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
        capacity: T, N.
        turns: quarters by which all of it is turned from how the structure was given.
    """

    order: IntArray
    boxes: IntArray
    weights: FloatArray
    contacts: Contacts
    press: Points
    pull: Points
    capacity: float = PULL_CAPACITY
    turns: int = 0

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


def build_scene(structure: BrickStructure, physics: Physics = PUBLISHED) -> Scene:
    """Lay out what touches what, and where forces act.

    Args:
        structure: at least one brick.
        physics: with `rotate`, the scene is that of one of the structure's turns, see `turning`.

    Raises:
        InputError: no bricks, or a load or mass of a brick that is not there.
    """
    boxes, weights = weigh_bricks(structure, physics)
    turns = settled_turn(boxes, weights) if physics.rotate else 0
    return lay_out(turned(boxes, turns), weights, physics, turns)


def lay_out(boxes: IntArray, weights: FloatArray, physics: Physics, turns: int = 0) -> Scene:
    """The scene of bricks as they lie.

    Args:
        boxes, weights: as `weigh_bricks` gives them.
        physics: its loads and masses count in the weights alone.
        turns: what the scene says of itself.
    """
    order = np.lexsort((boxes[:, 3], boxes[:, 2], boxes[:, 4]))
    boxes = boxes[order]
    contacts = find_contacts(boxes)
    studs = contacts.studs
    above = boxes[studs.top]
    patterns = _TURNING_PATTERNS if physics.rotate else _PUBLISHED_PATTERNS
    which = _which_pattern(above, physics.rotate)
    pull = _pull_points(contacts, patterns, which)
    press = _press_points(contacts, patterns, which)
    if physics.rotate:
        mirrored = np.array([pattern.mirrored for pattern in patterns])[which]
        pull, press = (_in_mirror(points, above, mirrored) for points in (pull, press))
    if physics.ground == "table":
        held = ~studs.on_ground[pull.contact]
        pull = Points(pull.contact[held], pull.x[held], pull.y[held])
    return Scene(order, boxes, weights[order], contacts, press, pull, physics.capacity, turns)


def weigh_bricks(
    bricks: Collection[Brick], physics: Physics = PUBLISHED
) -> tuple[IntArray, FloatArray]:
    """The bricks as `brick_boxes` has them, and what each weighs, its load included.

    Args:
        bricks: at least one.
        physics: its loads and masses.

    Returns:
        int64 [bricks, 5] and float64 [bricks], N, in the order given.

    Raises:
        InputError: as `build_scene`.
    """
    boxes = brick_boxes(bricks)
    return boxes, weigh_boxes(boxes, physics)


def weigh_boxes(boxes: IntArray, physics: Physics) -> FloatArray:
    """What bricks weigh, loads included; float64 [bricks], N.

    Args:
        boxes: int64 [bricks, 5], as `brick_boxes` has them; at least one.
        physics: its loads and masses.

    Raises:
        InputError: as `build_scene`.
    """
    if len(boxes) == 0:
        raise InputError("expected a structure with at least one brick, got an empty one")
    mass = _MASS[boxes[:, 0], boxes[:, 1]]
    for brick, own in physics.masses.items():
        mass[_there(brick, len(boxes), "mass")] = own
    for brick, load in physics.loads.items():
        mass[_there(brick, len(boxes), "load")] += load
    weights: FloatArray = GRAVITY * mass
    return weights


def _there(brick: int, bricks: int, kind: str) -> int:
    """The brick, if there is one of that index."""
    if not 0 <= brick < bricks:
        raise InputError(f"expected a {kind} on a brick 0 to {bricks - 1}, got brick {brick}")
    return brick


def _which_pattern(above: IntArray, rotate: bool) -> IntArray:
    """Index among the patterns of the bricks on top, int64 [contacts]."""
    h, w = above[:, 0], above[:, 1]
    thin = np.minimum(h, w) == 1
    wide = np.select([h < w, h > w], [0, 1], 2) if rotate else np.zeros(len(above), np.int64)
    return np.where(thin, 3 if rotate else 1, wide)


def _pull_points(contacts: Contacts, patterns: tuple[_Pattern, ...], which: IntArray) -> Points:
    """Every contact point: three on each common stud, four where the top brick is one stud wide.

    Args:
        contacts: of the bricks.
        patterns: there are; as published one of all wide bricks, never turned (arXiv 2505.05469).
        which: int64 [contacts], index among them.
    """
    studs = contacts.studs
    width = studs.y1 - studs.y0
    per_stud = np.array([len(pattern.points) for pattern in patterns])[which]
    count = (studs.x1 - studs.x0) * width * per_stud
    contact = np.repeat(np.arange(len(count)), count)
    number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    stud, point = np.divmod(number, per_stud[contact])
    places = np.zeros((len(patterns), 4, 2))
    for index, pattern in enumerate(patterns):
        places[index, : len(pattern.points)] = pattern.points
    offset = places[which[contact], point]
    x = studs.x0[contact] + stud // width[contact] + offset[:, 0]
    y = studs.y0[contact] + stud % width[contact] + offset[:, 1]
    return Points(contact, x, y)


def _press_points(contacts: Contacts, patterns: tuple[_Pattern, ...], which: IntArray) -> Points:
    """The corners of the convex hull of each contact's points, at most eight."""
    studs = contacts.studs
    parts = []
    for number, pattern in enumerate(patterns):
        index = np.flatnonzero(which == number)
        ends_x = np.stack([studs.x0[index], studs.x1[index] - 1])
        ends_y = np.stack([studs.y0[index], studs.y1[index] - 1])
        over = 1 << ((ends_x[0] == ends_x[1]) + 2 * (ends_y[0] == ends_y[1]))
        for point, high_x, high_y, corner_over in pattern.corners:
            keep = (over & corner_over) != 0
            x = ends_x[high_x][keep] + pattern.points[point][0]
            y = ends_y[high_y][keep] + pattern.points[point][1]
            parts.append((index[keep], x, y))
    contact, x, y = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(contact, kind="stable")
    return Points(contact[order], x[order], y[order])


def _in_mirror(points: Points, above: IntArray, mirrored: NDArray[np.bool_]) -> Points:
    """The points of studs in the high half of their brick, mirrored about the stud's middle.

    Args:
        points: none of them mirrored yet.
        above: int64 [contacts, 5], the bricks on top.
        mirrored: bool [contacts, 2], whether it is done along x, along y.
    """
    places = []
    for axis, place in enumerate((points.x, points.y)):
        stud, brick = np.rint(place), above[points.contact]
        high = 2 * (stud - brick[:, 2 + axis]) >= brick[:, axis]
        places.append(np.where(mirrored[points.contact, axis] & high, 2 * stud - place, place))
    return Points(points.contact, *places)


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
