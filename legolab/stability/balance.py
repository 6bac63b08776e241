"""What a solver found, as forces: the one form in which answers reach the analysis.

Knows how programs number their columns, and nothing of verdicts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from legolab.stability.equilibrium import FORCE_UNIT, ROW_UNITS, ROWS, FloatArray
from legolab.stability.program import COST_UNIT, Solution

KINDS = ("press", "pull", "friction_x", "friction_y", "side_x", "side_y")
"""Kinds of force, in the order of a program's blocks."""


@dataclass(frozen=True, eq=False)
class Balance:
    """Forces on a scene, and what they leave out of balance.

    Attributes:
        solver: name of the backend whose answer it is.
        forces: kind -> float64 [places of that kind], N, in the scene's order.
        residuals: float64 [bricks, 5], N and N m by rank, at least 0.
        objective: N, of the published costs.
        columns, rows: size of the program that was solved.
    """

    solver: str
    forces: Mapping[str, FloatArray]
    residuals: FloatArray
    objective: float
    columns: int
    rows: int


@dataclass(frozen=True, eq=False)
class Judgement:
    """How bricks fare in the published program, its ties broken; bricks in the order given.

    Attributes:
        pulls: float64 [bricks], N, the largest below each.
        residuals: float64 [bricks, 5], N and N m, at least 0.
        held: bool [bricks], it reaches the ground.
        forces: kind -> float64 [places of that kind], N, in the order of the scene; empty where
            they were not wanted.
        objective: N, of the published costs; 0 where no forces were wanted.
        columns, rows: size of the program that was solved.
        kept: the solver's own, from where it goes on when bricks are put on; or None.
    """

    pulls: FloatArray
    residuals: FloatArray
    held: NDArray[np.bool_]
    forces: Mapping[str, FloatArray]
    objective: float
    columns: int
    rows: int
    kept: Any = None


def balance_of(solution: Solution, solver: str) -> Balance:
    """The forces in a program's solution.

    Args:
        solution: of a program with the published columns.
        solver: name of the backend.
    """
    out = solution.block("residual_plus") + solution.block("residual_minus")
    return Balance(
        solver=solver,
        forces={kind: solution.block(kind) * FORCE_UNIT for kind in KINDS},
        residuals=out.reshape(-1, ROWS) * ROW_UNITS,
        objective=solution.objective * COST_UNIT,
        columns=len(solution.columns),
        rows=len(solution.program.row_lower),
    )
