"""legolab's own engine: the published program in small motions, in C (see `native`).

It proves each answer by itself: forces in balance, and a motion that shows that nothing costs
less. What it cannot prove, and every other program, goes to HiGHS.
"""

from __future__ import annotations

import ctypes
from enum import IntEnum
from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np

from legolab.bricks.catalog import LONGEST
from legolab.bricks.contacts import IntArray
from legolab.errors import SolverError
from legolab.stability.backends import highs
from legolab.stability.balance import KINDS, Judgement
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
)
from legolab.stability.native import LIBRARY
from legolab.stability.program import (
    COST_UNIT,
    Program,
    Solution,
)

_PARTS = [FZ, T1, T2, FX, FY]
"""Our rows in the order of the engine."""
_OUR_ROWS = np.argsort(_PARTS)


_MOST_FORCES = np.fromfunction(lambda h, w: 14 * h * w + 2 * (h + w), (LONGEST + 1,) * 2)
"""By h and w: per stud a contact of 8 corners, two frictions and 4 pulls; per stud along a side one
neighbour."""


class _Outcome(IntEnum):
    """`Outcome` of native/interior.h."""

    EXACT = 0
    OUT_OF_TIME = 1
    INEXACT = 2
    OUT_OF_MEMORY = 3
    STANDS = 4
    FALLS = 5


_VERDICTS = (_Outcome.STANDS, _Outcome.FALLS)
_FAILURES = {
    _Outcome.OUT_OF_TIME: "expected the engine to solve the program within {:g} s, but it ran into "
    "the time limit",
    _Outcome.OUT_OF_MEMORY: "expected the engine to solve the program within {:g} s, but it ran "
    "out of memory",
}


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


_Bricks = _structure("Bricks", "count", "box weight", "", "table rotate")
_Judgement = _structure(
    "Judgement",
    "room contacts presses pulls sides sides_along_x rows columns",
    "pull residual held force",
    "objective holds",
)
_Support = _structure("Support", "bricks room used pulls residuals", "motion force")


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
    library.legolab_judge.argtypes = (
        [ctypes.c_void_p] + [ctypes.c_double] * 2 + [ctypes.c_void_p] * 3
    )
    library.legolab_least_pull.argtypes = [ctypes.c_void_p, ctypes.c_double, ctypes.c_void_p]
    library.legolab_sources.restype = ctypes.c_char_p
    return library


def sources() -> str:
    """Digest of the sources that the library was compiled from."""
    digest: bytes = load().legolab_sources()
    return digest.decode()


def solve(program: Program, time_limit: float) -> Solution:
    """Any other program than the published one, by HiGHS; see `highs.solve`."""
    return highs.solve(program, time_limit)


def least_largest_pull(
    boxes: IntArray, weights: FloatArray, ground: Ground, rotate: bool, time_limit: float
) -> float | None:
    """The smallest largest pull that keeps every brick in balance, N; see `margin`.

    Args:
        boxes, weights, ground, rotate, time_limit: as for `judge`.

    Returns:
        Infinite where a brick has no path to the ground; None where the engine proves nothing:
        perhaps nothing keeps the balance.

    Raises:
        SolverError: the time was not enough.
    """
    arrays, pull = _Arrays(), ctypes.c_double()
    bricks = _bricks(boxes, weights, ground, rotate, arrays)
    outcome = load().legolab_least_pull(ctypes.byref(bricks), time_limit, ctypes.byref(pull))
    return pull.value * FORCE_UNIT if _is_exact(outcome, time_limit) else None


def judge(
    boxes: IntArray,
    weights: FloatArray,
    ground: Ground,
    rotate: bool,
    time_limit: float,
    whole: bool = False,
    fewer: Judgement | None = None,
    within: float = 0.0,
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
        within: N; if above 0, the cheapest exact balance whose pulls stay within that.

    Returns:
        None where the engine proves nothing.

    Raises:
        SolverError: the time was not enough.
    """
    found = _ask(boxes, weights, ground, rotate, time_limit, whole, fewer, within)
    assert not isinstance(found, bool)
    return found


def stands(
    boxes: IntArray,
    weights: FloatArray,
    ground: Ground,
    rotate: bool,
    time_limit: float,
    holds: float,
    fewer: Judgement | None = None,
) -> bool | Judgement | None:
    """Whether bricks stand: no pull of `judge` comes to `holds`, and nothing is out of balance.

    Args:
        boxes, weights, ground, rotate, time_limit, fewer: as for `judge`.
        holds: N, more than 0.

    Returns:
        What `judge` does where the answer was as quickly found as whether they stand.

    Raises:
        SolverError: the time was not enough.
    """
    return _ask(boxes, weights, ground, rotate, time_limit, False, fewer, holds=holds)


def _ask(
    boxes: IntArray,
    weights: FloatArray,
    ground: Ground,
    rotate: bool,
    time_limit: float,
    whole: bool,
    fewer: Judgement | None,
    within: float = 0.0,
    holds: float = 0.0,
) -> bool | Judgement | None:
    arrays, count = _Arrays(), len(boxes)
    bricks = _bricks(boxes, weights, ground, rotate, arrays)
    room = _most_forces(boxes) if whole else 0
    pulls, residuals, forces = np.empty(count), np.empty((count, len(_PARTS))), np.empty(room)
    held = np.empty(count, dtype=np.bool_)
    found = _Judgement(
        room=room,
        pull=pulls.ctypes.data,
        residual=residuals.ctypes.data,
        held=held.ctypes.data,
        force=forces.ctypes.data if whole else None,
        holds=holds / FORCE_UNIT,
    )
    kept = None if whole else _Kept(2 * _most_forces(boxes) + len(_PARTS) * count, count)
    outcome = load().legolab_judge(
        ctypes.byref(bricks),
        within / FORCE_UNIT,
        time_limit,
        fewer.kept.address if fewer is not None and fewer.kept is not None else None,
        kept.address if kept is not None else None,
        ctypes.byref(found),
    )
    if outcome in _VERDICTS:
        return bool(outcome == _Outcome.STANDS)
    if not _is_exact(outcome, time_limit):
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


def _bricks(
    boxes: IntArray, weights: FloatArray, ground: Ground, rotate: bool, arrays: _Arrays
) -> Any:
    weighing = arrays.reals(weights / FORCE_UNIT)
    return _Bricks(len(boxes), arrays.integers(boxes), weighing, ground == "table", rotate)


def _is_exact(outcome: int, time_limit: float) -> bool:
    """Whether there is an answer.

    Raises:
        SolverError: there is none for want of time or memory.
    """
    if outcome in _FAILURES:
        raise SolverError(_FAILURES[_Outcome(outcome)].format(time_limit))
    return outcome == _Outcome.EXACT


class _Kept:
    """What the engine keeps of an answer for the next one: see native/support.h."""

    def __init__(self, room: int, bricks: int) -> None:
        motion = bricks * len(_PARTS)
        self._memory = np.empty(motion + (room + 1) // 2)  # behind the motion forces, in float32
        start = self._memory.ctypes.data
        self._support = _Support(room=room, motion=start, force=start + 8 * motion)
        self.address = ctypes.addressof(self._support)


def _most_forces(boxes: IntArray) -> int:
    """More places than bricks can have between them."""
    return int(_MOST_FORCES[boxes[:, 0], boxes[:, 1]].sum())


def _by_kind(forces: FloatArray, found: Any) -> dict[str, FloatArray]:
    across = found.sides - found.sides_along_x
    counts = (found.presses, found.pulls, found.contacts, found.contacts, found.sides_along_x)
    *starts, end = accumulate((*counts, across), initial=0)
    newtons = forces[:end] * FORCE_UNIT
    slices = zip(KINDS, starts, [*starts[1:], end], strict=True)
    return {kind: newtons[start:stop] for kind, start, stop in slices}


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


def _by_row(residuals: FloatArray) -> FloatArray:
    """float64 [bricks, 5] in the engine's order and units -> N and N m in ours, at least 0."""
    if not residuals.any():
        return residuals  # of nearly all that stands
    result: FloatArray = np.abs(residuals)[:, _OUR_ROWS] * ROW_UNITS
    return result
