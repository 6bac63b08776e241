"""The stability program as arrays that any solver can read, and the answer a solver gives back.

The published model (StableLego / BrickGPT, arXiv 2505.05469) is a linear program:

    minimise    sum of |residuals|  +  alpha sum over bricks of m_b  +  beta sum over points of f_k
    subject to  equilibrium of every brick, with a residual in each of its five rows
                f_k <= m_b   for every pull point k below brick b
                presses, pulls, side presses and m >= 0, friction free

Its printed form also asks n_k f_k = 0 where a press and a pull share a point. That needs no row:
lowering both by the smaller keeps every force and torque and lowers the cost, so no optimum has
both. |.| and max relax to rows because both are minimised.

Backends translate a `Program`; nothing here knows a solver.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from legolab.bricks.contacts import IntArray
from legolab.stability.equilibrium import (
    FORCE_UNIT,
    FX,
    FY,
    ROW_UNITS,
    ROWS,
    Columns,
    FloatArray,
    Scene,
    friction_columns,
    side_columns,
    vertical_columns,
    weight_rows,
)

MAX_PULL_COST = 1e-3
"""alpha, per N of the largest pull below a brick."""
PULL_COST = 1e-6
"""beta, per N of pull."""
COST_UNIT = 1e-6
"""N: the unit of cost in every published program, so that its costs lie between 0.01 and 1e4."""

_GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True, eq=False)
class Program:
    """minimise costs . x  subject to  row_lower <= A x <= row_upper, lower <= x <= upper.

    A is in compressed columns. Rows: five per brick (by rank in the scene), then one per pull
    point. Forces are in FORCE_UNIT, torque residuals in TORQUE_UNIT, costs in COST_UNIT.

    Attributes:
        costs: float64 [columns], what a solution minimises; ties broken where a program says so.
        published_costs: float64 [columns], the costs without broken ties, whose least value is the
            objective that is reported; the same array as `costs` where no ties are broken.
        lower, upper: float64 [columns], infinite where free.
        row_lower, row_upper: float64 [rows].
        starts: int32 [columns + 1], where each column begins in `indices`.
        indices: int32 [entries], row of each entry.
        values: float64 [entries].
        blocks: name -> slice of columns.
    """

    costs: FloatArray
    published_costs: FloatArray
    lower: FloatArray
    upper: FloatArray
    row_lower: FloatArray
    row_upper: FloatArray
    starts: np.ndarray[tuple[int], np.dtype[np.int32]]
    indices: np.ndarray[tuple[int], np.dtype[np.int32]]
    values: FloatArray
    blocks: Mapping[str, slice]


class Outcome(Enum):
    """How a solve ended when it did end; anything else is a SolverError."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"


@dataclass(frozen=True, eq=False)
class Solution:
    """What a backend found.

    Attributes:
        program: what was solved.
        outcome: whether there is a solution.
        columns: float64 [columns], in program units; empty when infeasible.
        objective: least value of `published_costs`, in COST_UNIT; infinite when infeasible.
    """

    program: Program
    outcome: Outcome
    columns: FloatArray
    objective: float

    def block(self, name: str) -> FloatArray:
        """The columns of one block."""
        return self.columns[self.program.blocks[name]]


@dataclass(frozen=True, eq=False)
class Block:
    """A named run of columns: their entries, costs and lower bounds (all are unbounded above).

    `published_costs` are the costs before ties were broken.
    """

    name: str
    columns: Columns
    costs: FloatArray
    published_costs: FloatArray
    lower: float = 0.0


def published_program(scene: Scene) -> Program:
    """The published program of a scene, reduced and with ties broken; always feasible.

    One friction force per axis and one side press per pair of bricks, presses at hull corners
    only: all of it keeps the optimum. See `broken_ties` for the costs.
    """
    published = published_penalties(scene)
    broken = broken_ties(scene, published)
    blocks = [
        *force_blocks(scene, broken.pull, published.pull),
        max_pull_block(scene, broken.max_pull, published.max_pull),
        *residual_blocks(scene, broken.residual, published.residual),
    ]
    return assemble(scene, blocks)


@dataclass(frozen=True, eq=False)
class Penalties:
    """Costs of the published objective, in COST_UNIT per program unit.

    Attributes:
        pull: float64 [pull points].
        max_pull: float64 [bricks].
        residual: float64 [bricks, 5].
    """

    pull: FloatArray
    max_pull: FloatArray
    residual: FloatArray


def published_penalties(scene: Scene) -> Penalties:
    """alpha, beta and the residual costs exactly as published (one per N or N m)."""
    return Penalties(
        pull=np.full(len(scene.pull.x), PULL_COST * FORCE_UNIT / COST_UNIT),
        max_pull=np.full(scene.bricks, MAX_PULL_COST * FORCE_UNIT / COST_UNIT),
        residual=np.tile(ROW_UNITS / COST_UNIT, (scene.bricks, 1)),
    )


def broken_ties(scene: Scene, published: Penalties) -> Penalties:
    """The published costs, moved a little so that the optimum is one point.

    The published optimum is often not unique, not even its verdict (measured). With b the rank of
    a brick in (z, x, y) order, k that of a pull point and phi the golden ratio:

        residual x (1 + 1e-4 / (1 + b))
        alpha    x (1 + 1e-6 frac(b phi))
        beta     x (1 + .05 frac(k phi))

    Ranks and not list positions, so that building order changes nothing; 1 / (1 + b) and not
    b / bricks, so that one more brick on top leaves the costs below as they are.
    """
    rank = np.arange(scene.bricks)
    point = np.arange(len(scene.pull.x))
    return Penalties(
        pull=published.pull * (1 + 0.05 * (point * _GOLDEN % 1)),
        max_pull=published.max_pull * (1 + 1e-6 * (rank * _GOLDEN % 1)),
        residual=published.residual * (1 + 1e-4 / (1 + rank))[:, None],
    )


def force_blocks(
    scene: Scene, pull_costs: FloatArray, published_pull_costs: FloatArray
) -> list[Block]:
    """The six kinds of force. A pull also enters its own limit row, f_k <= ..., with +1."""
    press = vertical_columns(scene, scene.press, 1.0)
    pull = _with_limit_row(scene, vertical_columns(scene, scene.pull, -1.0))
    free = -np.inf
    return [
        _costless("press", press),
        Block("pull", pull, pull_costs, published_pull_costs),
        _costless("friction_x", friction_columns(scene, FX), free),
        _costless("friction_y", friction_columns(scene, FY), free),
        _costless("side_x", side_columns(scene, FX)),
        _costless("side_y", side_columns(scene, FY)),
    ]


def _costless(name: str, columns: Columns, lower: float = 0.0) -> Block:
    none = np.zeros(columns.count)
    return Block(name, columns, none, none, lower)


def _with_limit_row(scene: Scene, pull: Columns) -> Columns:
    number = np.arange(pull.count)
    return Columns(
        pull.count,
        np.concatenate([pull.rows, ROWS * scene.bricks + number]),
        np.concatenate([pull.columns, number]),
        np.concatenate([pull.values, np.ones(pull.count)]),
    )


def max_pull_block(scene: Scene, costs: FloatArray, published_costs: FloatArray) -> Block:
    """m_b, the largest pull below brick b (the ground too): f_k - m_b <= 0."""
    number = np.arange(len(scene.pull.x))
    rows = ROWS * scene.bricks + number
    columns = Columns(scene.bricks, rows, pulled_bricks(scene), np.full(len(number), -1.0))
    return Block("max_pull", columns, costs, published_costs)


def residual_blocks(scene: Scene, costs: FloatArray, published_costs: FloatArray) -> list[Block]:
    """r+ and r- of every equilibrium row, in the row's own unit: sum of forces + r+ - r- = W."""
    rows = np.arange(ROWS * scene.bricks)
    blocks = []
    for name, sign in (("residual_plus", 1.0), ("residual_minus", -1.0)):
        columns = Columns(len(rows), rows, rows, np.full(len(rows), sign))
        blocks.append(Block(name, columns, costs.ravel(), published_costs.ravel()))
    return blocks


def pulled_bricks(scene: Scene) -> IntArray:
    """The top brick of each pull point, by rank; int64 [pull points]."""
    return scene.contacts.studs.top[scene.pull.contact]


def assemble(scene: Scene, blocks: Sequence[Block]) -> Program:
    """Put blocks side by side, over equality rows for equilibrium and limit rows for pulls."""
    counts = [block.columns.count for block in blocks]
    ends = np.cumsum(counts)
    first = [int(end) - count for end, count in zip(ends, counts, strict=True)]
    columns = np.concatenate([b.columns.columns + at for b, at in zip(blocks, first, strict=True)])
    order = np.argsort(columns, kind="stable")
    rows = np.concatenate([block.columns.rows for block in blocks])[order]
    values = np.concatenate([block.columns.values for block in blocks])[order]
    total = int(ends[-1])
    equilibrium, limits = weight_rows(scene), np.zeros(len(scene.pull.x))
    return Program(
        costs=np.concatenate([block.costs for block in blocks]),
        published_costs=np.concatenate([block.published_costs for block in blocks]),
        lower=np.repeat([block.lower for block in blocks], counts),
        upper=np.full(total, np.inf),
        row_lower=np.concatenate([equilibrium, np.full(len(limits), -np.inf)]),
        row_upper=np.concatenate([equilibrium, limits]),
        starts=np.searchsorted(columns[order], np.arange(total + 1)).astype(np.int32),
        indices=rows.astype(np.int32),
        values=values,
        blocks={
            block.name: slice(at, at + count)
            for block, at, count in zip(blocks, first, counts, strict=True)
        },
    )
