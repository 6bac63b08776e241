"""What can be kept of a structure that falls: the largest part that stands.

A small mixed-integer program chooses bricks b (x_b = 1: kept) so that those kept are in exact
equilibrium, no contact point pulls more than it holds and nothing passes through a brick that is
not there:

    maximise sum of x_b   subject to   sum of forces on b = W_b x_b  in all five rows,
    f_k <= T x_b, n_k <= M x_b, |h| <= M x_b, e <= M x_b   for both bricks b that a force joins

That is standing in the strict sense, which implies reaching the ground. The published verdict is
sterner now and then, so what is kept is analysed again and trimmed until it is STABLE.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.connectivity import grounded
from legolab.bricks.contacts import IntArray
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.stability.analysis import DEFAULT_TIME_LIMIT, analyze
from legolab.stability.equilibrium import (
    FORCE_UNIT,
    FX,
    FY,
    FZ,
    ROWS,
    Columns,
    FloatArray,
    Scene,
    build_scene,
    friction_columns,
    side_columns,
    vertical_columns,
)
from legolab.stability.program import Program
from legolab.stability.registry import find_mixed_backend
from legolab.stability.report import StabilityReport, Verdict

DEFAULT_NODE_LIMIT = 2_000
"""Branches of the search; a count and not a clock, so that the same bricks come out anywhere."""

_MOST = 10.0 / FORCE_UNIT
"""M: more than any force but a pull that the bricks of a generated model press with, 10 N."""

_SPARE = 1e-3
"""Share of the capacity that is left unused: at the capacity a brick counts as failing."""


@dataclass(frozen=True, eq=False)
class StablePart:
    """A part of a structure that stands.

    Attributes:
        kept: indices in the structure it is part of, in building order.
        structure: the part itself; its bricks keep their order and colours.
        report: its analysis; STABLE, or UNVERIFIED where there is no solver.
        proven: no larger part stands in the strict sense, and none of it had to be trimmed.
    """

    kept: tuple[int, ...]
    structure: BrickStructure
    report: StabilityReport
    proven: bool


def largest_stable(
    structure: BrickStructure,
    backend: str = "auto",
    node_limit: int = DEFAULT_NODE_LIMIT,
    time_limit: float = DEFAULT_TIME_LIMIT,
) -> StablePart:
    """The largest part of a structure that stands, as far as the search goes.

    Where no solver for such programs is installed, or its search finds nothing within its limits,
    bricks are taken away one by one instead, and nothing is claimed of the part's size.

    Args:
        structure: at least one brick; at least one of them on the ground.
        backend: the solver that analyses.
        node_limit: branches of the search, at least 1.
        time_limit: seconds for each solve.

    Raises:
        InputError: no brick, none that reaches the ground, or an unknown backend.
        SolverError: an analysis ended without an answer.
    """
    report = analyze(structure, backend=backend, time_limit=time_limit)
    everything = tuple(range(len(structure)))
    if report.verdict is not Verdict.UNSTABLE:
        proven = report.verdict is Verdict.STABLE
        return StablePart(everything, structure, report, proven)
    kept = np.flatnonzero(grounded(structure))
    if not len(kept):
        raise InputError("expected a brick that reaches the ground, got none: no part stands")
    found, proven = _search(part_of(structure, kept), node_limit, time_limit)
    chosen = kept if found is None else kept[found]
    return _trimmed(structure, chosen, proven, backend, time_limit)


def part_of(structure: BrickStructure, kept: Sequence[int] | IntArray) -> BrickStructure:
    """Some bricks of a structure, in its order and with their colours."""
    bricks = [structure[int(index)] for index in kept]
    colors = [structure.colors[int(index)] for index in kept]
    return BrickStructure(bricks, structure.world, colors)


def _search(
    structure: BrickStructure, node_limit: int, time_limit: float
) -> tuple[IntArray | None, bool]:
    """Indices of the largest part in strict equilibrium, and whether that is proven."""
    backend = find_mixed_backend()
    if backend is None:
        return None, False
    scene = build_scene(structure)
    program, choices = selection_program(scene)
    columns, proven = backend.solve_mixed(program, choices, node_limit, time_limit)
    if columns is None:
        return None, False
    ranks = np.flatnonzero(columns[choices] > 0.5)
    return np.sort(scene.order[ranks]), proven


def _trimmed(
    structure: BrickStructure, kept: IntArray, proven: bool, backend: str, time_limit: float
) -> StablePart:
    """Take away failing bricks, the last built first, and what they held, until it is STABLE."""
    while True:
        part = part_of(structure, kept)
        report = analyze(part, backend=backend, time_limit=time_limit)
        failing = np.flatnonzero(report.scores >= 1)
        if not len(failing):
            return StablePart(tuple(map(int, kept)), part, report, proven)
        proven = False
        left = np.delete(kept, failing[-1])
        left = left[grounded(part_of(structure, left))]
        # A brick alone on the ground stands: when it goes last, it is what is left.
        kept = left if len(left) else kept[failing[-1:]]


def selection_program(scene: Scene) -> tuple[Program, NDArray[np.bool_]]:
    """The mixed program of a scene, and which of its columns choose bricks; bool [columns].

    Rows: five per brick, then one for every limit of a force by a brick it joins.
    """
    studs, bricks = scene.contacts.studs, scene.bricks
    capacity = scene.capacity * (1 - _SPARE) / FORCE_UNIT
    along_x, along_y = scene.contacts.along_x, scene.contacts.along_y
    press, pull = scene.press.contact, scene.pull.contact
    free = -_MOST
    blocks = [
        _Forces(vertical_columns(scene, scene.press, 1.0), studs.top[press], studs.bottom[press]),
        _Forces(
            vertical_columns(scene, scene.pull, -1.0),
            studs.top[pull],
            studs.bottom[pull],
            capacity,
        ),
        _Forces(friction_columns(scene, FX), studs.top, studs.bottom, lower=free),
        _Forces(friction_columns(scene, FY), studs.top, studs.bottom, lower=free),
        _Forces(side_columns(scene, FX), along_x.high, along_x.low),
        _Forces(side_columns(scene, FY), along_y.high, along_y.low),
    ]
    entries = _Entries(ROWS * bricks)
    for block in blocks:
        entries.add_forces(block, bricks)
    first = entries.columns
    weights = scene.weights / FORCE_UNIT
    rank = np.arange(bricks)
    entries.add(ROWS * rank + FZ, first + rank, -weights)
    for rows, column_bricks, most in entries.limits:
        entries.add(rows, first + column_bricks, -most)
    return entries.program(first, bricks), np.arange(first + bricks) >= first


@dataclass(frozen=True, eq=False)
class _Forces:
    """A block of forces, the two bricks each joins (the ground is one past the last), bounds."""

    columns: Columns
    top: IntArray
    bottom: IntArray
    upper: float = _MOST
    lower: float = 0.0


class _Entries:
    """The matrix as it grows, by (row, column, value)."""

    def __init__(self, rows: int) -> None:
        self.rows, self.columns = rows, 0
        self.equalities = rows
        self.limits: list[tuple[IntArray, IntArray, FloatArray]] = []
        self._parts: list[tuple[IntArray, IntArray, FloatArray]] = []
        self._lower: list[FloatArray] = []
        self._upper: list[FloatArray] = []

    def add(self, rows: IntArray, columns: IntArray, values: FloatArray) -> None:
        """Entries where they stand."""
        self._parts.append((rows, columns, values))

    def add_forces(self, block: _Forces, bricks: int) -> None:
        """A block's columns, and its limit rows: +-force - most x_b <= 0."""
        count = block.columns.count
        at = self.columns
        self.add(block.columns.rows, at + block.columns.columns, block.columns.values)
        self._lower.append(np.full(count, block.lower))
        self._upper.append(np.full(count, block.upper))
        self.columns += count
        for brick in (block.top, block.bottom):
            held = np.flatnonzero(brick < bricks)
            for sign in (1.0, -1.0) if block.lower < 0 else (1.0,):
                rows = self.rows + np.arange(len(held))
                self.rows += len(held)
                self.add(rows, at + held, np.full(len(held), sign))
                self.limits.append((rows, brick[held], np.full(len(held), block.upper)))

    def program(self, first: int, bricks: int) -> Program:
        """The program, its last columns the bricks."""
        rows, columns, values = (np.concatenate(part) for part in zip(*self._parts, strict=True))
        order = np.argsort(columns, kind="stable")
        total = first + bricks
        costs = np.where(np.arange(total) < first, 0.0, -1.0)
        limits = self.rows - self.equalities
        zeros = np.zeros(self.equalities)
        return Program(
            costs=costs,
            published_costs=costs,
            lower=np.concatenate([*self._lower, np.zeros(bricks)]),
            upper=np.concatenate([*self._upper, np.ones(bricks)]),
            row_lower=np.concatenate([zeros, np.full(limits, -np.inf)]),
            row_upper=np.zeros(self.rows),
            starts=np.searchsorted(columns[order], np.arange(total + 1)).astype(np.int32),
            indices=rows[order].astype(np.int32),
            values=values[order],
            blocks={"force": slice(0, first), "kept": slice(first, total)},
        )
