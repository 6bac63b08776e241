"""The published program as it is printed, n_k f_k = 0 and all, solved by Gurobi: a second judge.

Source: StableLego / BrickGPT (RA-L 2024, arXiv 2505.05469). A press and a pull at one point exclude
each other by a special ordered set. Small structures only: the licence that comes with gurobipy
allows 2,000 variables.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from legolab.bricks.brick import Brick
from tests.stability.reference import Reference, read, weights, write_rows


def solve_nonconvex(bricks: Iterable[Brick], time_limit: float = 60.0) -> Reference:
    """Write the program down, solve it by branch and bound, read it.

    Raises:
        gurobipy.GurobiError: larger than the licence allows.
    """
    import gurobipy

    bricks = list(bricks)
    rows = write_rows(bricks)
    environment = gurobipy.Env(params={"OutputFlag": 0, "Threads": 1, "TimeLimit": time_limit})
    with environment, gurobipy.Model(env=environment) as model:
        variables = [
            model.addVar(lb=-gurobipy.GRB.INFINITY if low is None else low, obj=cost * 1e6)
            for cost, (low, _) in zip(rows.cost, rows.bounds, strict=True)
        ]
        sums = [gurobipy.LinExpr() for _ in range(5 * len(bricks))]
        for row, variable, value in rows.entries:
            sums[row].addTerms(value, variables[variable])
        for expression, weight in zip(sums, weights(bricks), strict=True):
            model.addConstr(expression == weight)
        for press, (pull, top) in zip(rows.presses, rows.pulls, strict=True):
            model.addConstr(variables[pull] <= variables[rows.largest[top]])
            model.addSOS(gurobipy.GRB.SOS_TYPE1, [variables[press], variables[pull]])
        model.optimize()
        if model.Status != gurobipy.GRB.OPTIMAL:
            raise RuntimeError(f"expected an optimum, got status {model.Status}")
        x = np.array([variable.X for variable in variables])
        return read(x, rows, bricks, float(model.ObjVal) / 1e6)
