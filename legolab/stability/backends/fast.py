"""legolab's own engine: the published program in small motions, in C (see `native`).

It proves each answer by itself: forces in balance, and a motion that shows that nothing costs
less. What it cannot prove, and every other program, goes to HiGHS.
"""

from __future__ import annotations

import ctypes
import logging
import time
from enum import IntEnum
from functools import lru_cache
from typing import Any

import numpy as np

from legolab.bricks.contacts import IntArray
from legolab.errors import SolverError
from legolab.stability.backends import highs
from legolab.stability.balance import KINDS, Balance, Judgement, balance_of
from legolab.stability.equilibrium import (
    FORCE_UNIT,
    FX,
    FY,
    FZ,
    ROW_UNITS,
    T1,
    T2,
    FloatArray,
    Ground,
    Scene,
)
from legolab.stability.native import LIBRARY
from legolab.stability.program import (
    COST_UNIT,
    Penalties,
    Program,
    Solution,
    broken_ties,
    published_penalties,
    published_program,
)

logger = logging.getLogger("legolab")

_PARTS = [FZ, T1, T2, FX, FY]
"""Our rows in the order of the engine."""


class _Outcome(IntEnum):
    """`Outcome` of native/interior.h."""

    EXACT = 0
    OUT_OF_TIME = 1
    INEXACT = 2
    OUT_OF_MEMORY = 3


_FAILURES = {
    _Outcome.OUT_OF_TIME: "expected the engine to solve the program within {:g} s, but it ran into "
    "the time limit",
    _Outcome.OUT_OF_MEMORY: "expected the engine to solve the program within {:g} s, but it ran "
    "out of memory",
}
_PULL_COST = 10.0
"""Per pull point, of the largest pull anywhere: reduced costs are then about as at the start."""


def _structure(name: str, integers: str, arrays: str, numbers: str = "", last: str = "") -> Any:
    """A C struct: integers, then pointers to arrays, then doubles, then integers."""
    kinds = (
        (integers, ctypes.c_int),
        (arrays, ctypes.c_void_p),
        (numbers, ctypes.c_double),
        (last, ctypes.c_int),
    )
    fields = [(field, kind) for names, kind in kinds for field in names.split()]
    return type(name, (ctypes.Structure,), {"_fields_": fields})


_Scene = _structure(
    "Scene",
    "bricks contacts sides",
    "centre_x centre_y weight top bottom press_start pull_start press_x press_y pull_x pull_y "
    "side_low side_high side_axis",
)
_Costs = _structure("Costs", "", "pull max_pull residual cap", "", "shared balanced")
_Bricks = _structure("Bricks", "count", "box weight", "", "table rotate")
_Judgement = _structure(
    "Judgement",
    "room contacts presses pulls sides sides_along_x rows columns",
    "pull residual held force",
    "objective",
)
_Support = _structure("Support", "bricks room used pulls residuals", "motion force")
_Answer = _structure(
    "Answer",
    "",
    "press pull side residual friction_x friction_y",
    "objective bound primal_error dual_error",
    "steps rows columns",
)


@lru_cache(maxsize=1)
def load() -> Any:
    """The compiled library.

    Raises:
        SolverError: it cannot be loaded.
    """
    try:
        library = ctypes.CDLL(str(LIBRARY))
    except OSError as error:
        raise SolverError(f"cannot load legolab's engine: {error}") from error
    library.legolab_solve.argtypes = (
        [ctypes.c_void_p] * 3 + [ctypes.c_double] + [ctypes.c_void_p] * 2
    )
    library.legolab_judge.argtypes = [ctypes.c_void_p] + [ctypes.c_double] + [ctypes.c_void_p] * 3
    library.legolab_sources.restype = ctypes.c_char_p
    return library


def sources() -> str:
    """Digest of the sources that the library was compiled from."""
    digest: bytes = load().legolab_sources()
    return digest.decode()


def solve(program: Program, time_limit: float) -> Solution:
    """Any other program than the published one, by HiGHS; see `highs.solve`."""
    return highs.solve(program, time_limit)


def solve_published(scene: Scene, time_limit: float) -> Balance:
    """The published program of a scene, its ties broken; always has a solution.

    Args:
        scene: at least one brick.
        time_limit: seconds.

    Raises:
        SolverError: the time was not enough, or neither the engine nor HiGHS found an answer.
    """
    began = time.monotonic()
    outcome, balance = _minimise(scene, time_limit, None)
    if balance is not None:
        return balance
    left = time_limit - (time.monotonic() - began)
    if left <= 0:
        outcome = _Outcome.OUT_OF_TIME
    if outcome in _FAILURES:
        raise SolverError(_FAILURES[outcome].format(time_limit))
    logger.info("the engine could not prove its answer for %d bricks: HiGHS solves", scene.bricks)
    return balance_of(highs.solve(published_program(scene), left), "highs")


def least_largest_pull(scene: Scene, time_limit: float) -> float | None:
    """The smallest largest pull that keeps every brick in balance, N; see `margin`.

    Args:
        scene: every brick has a path to the ground.
        time_limit: seconds.

    Returns:
        None where the engine proves nothing: perhaps nothing keeps the balance.

    Raises:
        SolverError: the time was not enough.
    """
    pulls = len(scene.pull.x)
    arrays, answer, objective = _Arrays(), _Answer(), ctypes.c_double()
    cost = _PULL_COST * max(pulls, 1)
    costs = _Costs(pull=arrays.reals(np.zeros(pulls)), max_pull=arrays.reals([cost]), shared=1)
    outcome = _Outcome(
        load().legolab_solve(
            ctypes.byref(_scene(scene, arrays)),
            ctypes.byref(costs),
            None,
            time_limit,
            ctypes.byref(answer),
            ctypes.byref(objective),
        )
    )
    if outcome in _FAILURES:
        raise SolverError(_FAILURES[outcome].format(time_limit))
    return answer.objective / cost * FORCE_UNIT if outcome is _Outcome.EXACT else None


def balance_within(scene: Scene, largest_pull: float, time_limit: float) -> Balance | None:
    """The cheapest exact balance, by the published costs, whose pulls stay within a limit.

    Args:
        scene: every brick has a path to the ground.
        largest_pull: N.
        time_limit: seconds.

    Returns:
        None where the engine proves nothing.

    Raises:
        SolverError: the time was not enough.
    """
    outcome, balance = _minimise(scene, time_limit, largest_pull)
    if outcome in _FAILURES:
        raise SolverError(_FAILURES[outcome].format(time_limit))
    return balance


def judge(
    boxes: IntArray,
    weights: FloatArray,
    ground: Ground,
    rotate: bool,
    time_limit: float,
    whole: bool = False,
    fewer: Judgement | None = None,
) -> Judgement | None:
    """How every brick fares in the published program, its ties broken.

    Args:
        boxes: int64 [bricks, 5], h, w, x, y, z, in any order; at least one.
        weights: float64 [bricks], N.
        ground: "baseplate" or "table".
        rotate: the points of a brick turn with it.
        time_limit: seconds.
        whole: forces and the objective too.
        fewer: how the first so many of them fared without the rest: often quicker from there.

    Returns:
        None where the engine proves nothing.

    Raises:
        SolverError: the time was not enough.
    """
    arrays, count = _Arrays(), len(boxes)
    bricks = _Bricks(
        count,
        arrays.integers(boxes),
        arrays.reals(weights / FORCE_UNIT),
        ground == "table",
        rotate,
    )
    room = _most_forces(boxes) if whole else 0
    pulls, residuals, forces = np.empty(count), np.empty((count, len(_PARTS))), np.empty(room)
    held = np.empty(count, dtype=np.bool_)
    found = _Judgement(
        room=room,
        pull=pulls.ctypes.data,
        residual=residuals.ctypes.data,
        held=held.ctypes.data,
        force=forces.ctypes.data if whole else None,
    )
    kept = None if whole else _Kept(2 * _most_forces(boxes) + len(_PARTS) * count, count)
    outcome = _Outcome(
        load().legolab_judge(
            ctypes.byref(bricks),
            time_limit,
            fewer.kept.address if fewer is not None and fewer.kept is not None else None,
            kept.address if kept is not None else None,
            ctypes.byref(found),
        )
    )
    if outcome in _FAILURES:
        raise SolverError(_FAILURES[outcome].format(time_limit))
    if outcome is not _Outcome.EXACT:
        return None
    return Judgement(
        pulls=pulls * FORCE_UNIT,
        residuals=_by_row(residuals),
        held=held,
        forces=_by_kind(forces, found) if whole else {},
        objective=found.objective * COST_UNIT,
        columns=found.columns,
        rows=found.rows,
        kept=kept,
    )


class _Kept:
    """What the engine keeps of an answer for the next one: see native/support.h."""

    def __init__(self, room: int, bricks: int) -> None:
        self._motion, self._force = np.empty((bricks, len(_PARTS))), np.empty(room, np.float32)
        self._support = _Support(
            room=room, motion=self._motion.ctypes.data, force=self._force.ctypes.data
        )
        self.address = ctypes.addressof(self._support)


def _most_forces(boxes: IntArray) -> int:
    """More places than bricks can have between them: per stud a contact of 8 corners, two frictions
    and 4 pulls; per stud along a side one neighbour."""
    h, w = boxes[:, 0], boxes[:, 1]
    return int((14 * h * w + 2 * (h + w)).sum())


def _by_kind(forces: FloatArray, found: Any) -> dict[str, FloatArray]:
    counts = [found.presses, found.pulls, found.contacts, found.contacts, found.sides]
    ends = np.cumsum(counts)
    *parts, sides = np.split(forces[: ends[-1]] * FORCE_UNIT, ends[:-1])
    along_x = found.sides_along_x
    return dict(zip(KINDS, [*parts, sides[:along_x], sides[along_x:]], strict=True))


class _Arrays:
    """Memory that C reads; it lives as long as this does."""

    def __init__(self) -> None:
        self._kept: list[np.ndarray[Any, Any]] = []

    def reals(self, values: Any) -> int:
        return self._keep(np.ascontiguousarray(values, np.float64))

    def integers(self, values: Any) -> int:
        return self._keep(np.ascontiguousarray(values, np.int32))

    def _keep(self, array: np.ndarray[Any, Any]) -> int:
        self._kept.append(array)
        return array.ctypes.data


def _minimise(
    scene: Scene, time_limit: float, within: float | None
) -> tuple[_Outcome, Balance | None]:
    """The published program, or with pulls within that many N and no residuals."""
    arrays = _Arrays()
    given, published = _scene(scene, arrays), published_penalties(scene)
    contacts, along_x = len(scene.contacts.studs.top), len(scene.contacts.along_x.low)
    found = {
        "press": np.empty(len(scene.press.x)),
        "pull": np.empty(len(scene.pull.x)),
        "side": np.empty(given.sides),
        "residual": np.zeros((scene.bricks, len(_PARTS))),
        "friction_x": np.empty(contacts),
        "friction_y": np.empty(contacts),
    }
    answer = _Answer(**{name: array.ctypes.data for name, array in found.items()})
    objective = ctypes.c_double()
    outcome = _Outcome(
        load().legolab_solve(
            ctypes.byref(given),
            ctypes.byref(_costs(broken_ties(scene, published), within, arrays)),
            ctypes.byref(_costs(published, within, arrays)),
            time_limit,
            ctypes.byref(answer),
            ctypes.byref(objective),
        )
    )
    if outcome is not _Outcome.EXACT:
        return outcome, None
    forces = {kind: found[kind] * FORCE_UNIT for kind in KINDS if kind in found}
    forces["side_x"], forces["side_y"] = np.split(found["side"] * FORCE_UNIT, [along_x])
    return outcome, Balance(
        solver="fast",
        forces=forces,
        residuals=_by_row(found["residual"]),
        objective=objective.value * COST_UNIT,
        columns=answer.columns,
        rows=answer.rows,
    )


def _scene(scene: Scene, arrays: _Arrays) -> Any:
    # From the corner of the model: where it stands then changes nothing, to the last digit.
    studs, (h, w, x, y, _) = scene.contacts.studs, scene.boxes.T
    corner_x, corner_y = x.min(), y.min()
    along_x, along_y = scene.contacts.along_x, scene.contacts.along_y
    contact = np.arange(len(studs.top) + 1)
    axis = np.repeat([0, 1], [len(along_x.low), len(along_y.low)])
    return _Scene(
        bricks=scene.bricks,
        contacts=len(studs.top),
        sides=len(axis),
        centre_x=arrays.reals(x - corner_x + (h - 1) / 2),
        centre_y=arrays.reals(y - corner_y + (w - 1) / 2),
        weight=arrays.reals(scene.weights / FORCE_UNIT),
        top=arrays.integers(studs.top),
        bottom=arrays.integers(studs.bottom),
        press_start=arrays.integers(np.searchsorted(scene.press.contact, contact)),
        pull_start=arrays.integers(np.searchsorted(scene.pull.contact, contact)),
        press_x=arrays.reals(scene.press.x - corner_x),
        press_y=arrays.reals(scene.press.y - corner_y),
        pull_x=arrays.reals(scene.pull.x - corner_x),
        pull_y=arrays.reals(scene.pull.y - corner_y),
        side_low=arrays.integers(np.concatenate([along_x.low, along_y.low])),
        side_high=arrays.integers(np.concatenate([along_x.high, along_y.high])),
        side_axis=arrays.integers(axis),
    )


def _costs(penalties: Penalties, within: float | None, arrays: _Arrays) -> Any:
    costs = _Costs(pull=arrays.reals(penalties.pull), max_pull=arrays.reals(penalties.max_pull))
    if within is None:
        costs.residual = arrays.reals(penalties.residual[:, _PARTS])
    else:
        costs.cap = arrays.reals(np.full(len(penalties.max_pull), within / FORCE_UNIT))
    return costs


def _by_row(residuals: FloatArray) -> FloatArray:
    """float64 [bricks, 5] in the engine's order and units -> N and N m in ours, at least 0."""
    ordered = np.empty_like(residuals)
    ordered[:, _PARTS] = np.abs(residuals)
    result: FloatArray = ordered * ROW_UNITS
    return result
