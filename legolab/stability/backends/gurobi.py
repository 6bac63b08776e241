"""Solve a program with Gurobi, where its licence allows the size. Imports gurobipy when used."""

from __future__ import annotations

import time
from contextlib import closing
from typing import Any

import numpy as np

from legolab.errors import SolverError
from legolab.stability.program import Outcome, Program, Solution

_DUAL, _PRIMAL = 1, 0
_SIZE_LIMIT = 10010  # gurobipy's error number for a model its licence does not allow
_FINAL = {"TIME_LIMIT", "INTERRUPTED", "MEM_LIMIT", "WORK_LIMIT"}
"""Ends that another setting would not mend."""


def solve(program: Program, time_limit: float) -> Solution:
    """Solve by dual simplex; once more by primal simplex when that ends without an answer.

    Args:
        program: see `Program`.
        time_limit: seconds for both attempts together.

    Raises:
        SolverError: no licence, a program larger than the licence allows, or neither attempt ended
            with a solution or with a proof that there is none.
    """
    import gurobipy

    deadline = time.monotonic() + time_limit
    ended = "TIME_LIMIT"
    try:
        with closing(_environment()) as environment:
            for method in (_DUAL, _PRIMAL):
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    break
                with closing(_load(program, environment)) as model:
                    ended, solution = _attempt(model, program, method, remaining)
                if solution is not None:
                    return solution
                if ended in _FINAL:
                    break
    except gurobipy.GurobiError as error:
        if error.errno == _SIZE_LIMIT:
            raise SolverError(
                f"expected a program that this Gurobi licence allows, got {len(program.costs):,} "
                f"columns and {len(program.row_lower):,} rows: its size is limited"
            ) from error
        raise SolverError(f"expected Gurobi to solve the program, but it said: {error}") from error
    reason = "it ran into the time limit" if ended == "TIME_LIMIT" else f"it ended with {ended}"
    raise SolverError(f"expected Gurobi to solve the program within {time_limit:g} s, but {reason}")


def licence_expiry() -> str:
    """The day the licence in use expires, as YYYY-MM-DD, or "never".

    Raises:
        SolverError: there is no licence that works.
    """
    import gurobipy

    try:
        with (
            closing(_environment()) as environment,
            closing(gurobipy.Model(env=environment)) as model,
        ):
            day = str(int(model.LicenseExpiration))
    except gurobipy.GurobiError as error:
        raise SolverError(f"expected a Gurobi licence, but it said: {error}") from error
    return "never" if day == "99999999" else f"{day[:4]}-{day[4:6]}-{day[6:]}"


def _environment() -> Any:
    import gurobipy

    environment = gurobipy.Env(empty=True)
    environment.setParam("OutputFlag", 0)
    environment.setParam("Threads", 1)
    environment.start()
    return environment


def _load(program: Program, environment: Any) -> Any:
    """A Gurobi model of the program, column by column."""
    import gurobipy

    model = gurobipy.Model(env=environment)
    rows = [
        model.addConstr(gurobipy.LinExpr() == upper)
        if lower == upper
        else model.addConstr(gurobipy.LinExpr() <= upper)
        for lower, upper in zip(program.row_lower.tolist(), program.row_upper.tolist(), strict=True)
    ]
    assert not np.isfinite(program.row_lower[program.row_lower != program.row_upper]).any()
    bounds = zip(
        program.costs.tolist(), program.lower.tolist(), program.upper.tolist(), strict=True
    )
    starts, indices, values = (
        array.tolist() for array in (program.starts, program.indices, program.values)
    )
    for number, (cost, lower, upper) in enumerate(bounds):
        entries = slice(starts[number], starts[number + 1])
        column = gurobipy.Column(values[entries], [rows[row] for row in indices[entries]])
        model.addVar(lb=lower, ub=upper, obj=cost, column=column)
    model.update()
    return model


def _attempt(
    model: Any, program: Program, method: int, time_limit: float
) -> tuple[str, Solution | None]:
    """One run: how it ended, and the solution if that is an answer."""
    model.setParam("TimeLimit", time_limit)
    model.setParam("Method", method)
    model.setParam("DualReductions", 0)  # tells infeasible from unbounded
    ended = _run(model)
    if ended == "INFEASIBLE":
        return ended, Solution(program, Outcome.INFEASIBLE, np.empty(0), np.inf)
    if ended != "OPTIMAL":
        return ended, None
    columns = np.array(model.getAttr("X", model.getVars()), dtype=np.float64)
    if program.published_costs is not program.costs:
        model.setAttr("Obj", model.getVars(), program.published_costs.tolist())
        ended = _run(model)
        if ended != "OPTIMAL":
            return ended, None
    return ended, Solution(program, Outcome.OPTIMAL, columns, float(model.ObjVal))


def _run(model: Any) -> str:
    """Run; the name of the status."""
    import gurobipy

    model.optimize()
    status = gurobipy.GRB.Status
    names = {getattr(status, name): name for name in dir(status) if name.isupper()}
    return names.get(model.Status, str(model.Status))
