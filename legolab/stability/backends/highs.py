"""Solve a program with HiGHS. Imports highspy when first used."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from legolab.errors import SolverError
from legolab.stability.equilibrium import FloatArray
from legolab.stability.program import Outcome, Program, Solution

# Dual simplex without presolve and with Devex pricing is the quickest on these programs (measured).
_DUAL, _PRIMAL = 1, 4
_FEASIBLE = 2  # HiGHS's number for a solution that keeps every row
_SETTINGS: dict[str, Any] = {
    "output_flag": False,
    # HiGHS keeps one pool of threads per process and refuses a change of its size.
    "threads": 1,
    "solver": "simplex",
    "simplex_strategy": _DUAL,
    "simplex_dual_edge_weight_strategy": 1,  # Devex
    "presolve": "off",
}
_OTHER_SETTINGS: dict[str, Any] = {
    **_SETTINGS,
    "simplex_dual_edge_weight_strategy": 2,  # steepest edge
    "presolve": "on",
}

_OUTCOMES = {"kOptimal": Outcome.OPTIMAL, "kInfeasible": Outcome.INFEASIBLE}
_FINAL = {
    "kTimeLimit": "it ran into the time limit",
    "kInterrupt": "it was interrupted",
    "kHighsInterrupt": "it was interrupted",
    "kMemoryLimit": "it ran out of memory",
}
"""Ends that another setting would not mend."""


def solve(program: Program, time_limit: float) -> Solution:
    """Solve by dual simplex; once more on another setting when that ends without an answer.

    Args:
        program: see `Program`.
        time_limit: seconds for both attempts together.

    Raises:
        SolverError: neither attempt ended with a solution or with a proof that there is none.
    """
    deadline = time.monotonic() + time_limit
    status, solution = _attempt(program, _SETTINGS, time_limit)
    if solution is None and status not in _FINAL:
        remaining = deadline - time.monotonic()
        if remaining > 0:
            status, solution = _attempt(program, _OTHER_SETTINGS, remaining)
    if solution is None:
        reason = _FINAL.get(status, f"it ended with status {status}")
        raise SolverError(
            f"expected HiGHS to solve the program within {time_limit:g} s, but {reason}"
        )
    return solution


def solve_mixed(
    program: Program, integers: NDArray[np.bool_], node_limit: int, time_limit: float
) -> tuple[FloatArray | None, bool]:
    """Solve a program some of whose columns are whole numbers.

    Args:
        program: see `Program`.
        integers: bool [columns].
        node_limit: branches of the search.
        time_limit: seconds.

    Returns:
        The best columns found, None when there are none; whether nothing better exists.

    Raises:
        SolverError: the program was refused, or the solve failed.
    """
    settings = {
        "output_flag": False,
        "threads": 1,
        "time_limit": time_limit,
        "mip_max_nodes": node_limit,
        "mip_feasibility_tolerance": 1e-9,
        "mip_rel_gap": 0.0,
    }
    solver = _load(program, settings, integers)
    status = _run(solver)
    if status in ("kInfeasible", "kUnboundedOrInfeasible"):
        return None, True
    if status not in ("kOptimal", "kTimeLimit", "kSolutionLimit", "kIterationLimit", "kInterrupt"):
        raise SolverError(f"expected HiGHS to solve the program, but it ended with {status}")
    info = solver.getInfo()
    if int(info.primal_solution_status) != _FEASIBLE:
        return None, False
    columns = np.array(solver.getSolution().col_value, dtype=np.float64)
    return columns, status == "kOptimal"


def _attempt(
    program: Program, settings: dict[str, Any], time_limit: float
) -> tuple[str, Solution | None]:
    """One run: the name of the model status, and the solution if it is an answer."""
    solver = _load(program, {**settings, "time_limit": time_limit})
    status = _run(solver)
    outcome = _OUTCOMES.get(status)
    if outcome is not Outcome.OPTIMAL:
        return status, Solution(program, outcome, np.empty(0), np.inf) if outcome else None
    columns = np.array(solver.getSolution().col_value, dtype=np.float64)
    if program.published_costs is not program.costs:
        status = _restore_costs(solver, program)
        if _OUTCOMES.get(status) is not Outcome.OPTIMAL:
            return status, None
    return status, Solution(program, Outcome.OPTIMAL, columns, float(solver.getObjectiveValue()))


def _restore_costs(solver: Any, program: Program) -> str:
    """Minimise the published costs from where the solver stands, mostly without a step."""
    number = np.arange(len(program.costs), dtype=np.int32)
    solver.changeColsCost(len(number), number, program.published_costs)
    solver.setOptionValue("simplex_strategy", _PRIMAL)
    solver.setOptionValue("presolve", "off")
    return _run(solver)


def _run(solver: Any) -> str:
    """Run; the name of the model status."""
    solver.run()
    return str(solver.getModelStatus().name)


def _load(
    program: Program, settings: dict[str, Any], integers: NDArray[np.bool_] | None = None
) -> Any:
    """A HiGHS object holding the program, some of its columns whole numbers."""
    import highspy

    # The class highspy.Highs prints a banner before it can be told not to; its base does not.
    base: Any = highspy.Highs.__base__
    solver = base()
    for option, value in settings.items():
        if solver.setOptionValue(option, value) != highspy.HighsStatus.kOk:
            raise SolverError(f"expected HiGHS to accept {option}={value!r}, but it refused")
    passed = solver.passModel(
        len(program.costs),
        len(program.row_lower),
        len(program.values),
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        program.costs,
        program.lower,
        program.upper,
        program.row_lower,
        program.row_upper,
        program.starts,
        program.indices,
        program.values,
        (np.zeros(len(program.costs)) if integers is None else integers).astype(np.int32),
    )
    if passed == highspy.HighsStatus.kError:
        raise SolverError("expected HiGHS to accept the program, but it refused")
    return solver
