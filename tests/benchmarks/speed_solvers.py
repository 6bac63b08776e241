"""How long solvers take by themselves: their own run, no assembly and no translation of a program.

Each on its best settings of a few, on plain costs (ties not broken): whatever is unclear is decided
in their favour. All but `published` solve the compact program that legolab lays out for them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import product
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import highspy
import numpy as np
from scipy.sparse import csc_array, vstack

from legolab.bricks.structure import BrickStructure
from legolab.errors import SolverError
from legolab.stability.backends import gurobi as gurobi_backend
from legolab.stability.backends import ortools as ortools_backend
from legolab.stability.equilibrium import build_scene
from legolab.stability.program import COST_UNIT, Program, published_program
from tests.stability import reference

PATIENCE = 2.0
"""Seconds of tries after which there is no other."""

Solved = tuple[float, float]
"""Milliseconds and the objective, N."""


def least(act: Callable[[], tuple[float, ...]]) -> list[float]:
    """Of each of the seconds that it gives, the least of up to three tries; milliseconds."""
    tries, began = [], time.perf_counter()
    while len(tries) < 3 and (not tries or time.perf_counter() - began < PATIENCE):
        tries.append(act())
    return [1e3 * min(several) for several in zip(*tries, strict=True)]


def published(structure: BrickStructure) -> Solved:
    """HiGHS on the published program, in scaled units."""
    spent: list[float] = []

    def linprog(
        costs: Any, A_ub: Any, b_ub: Any, A_eq: Any, b_eq: Any, bounds: Any, **_: Any
    ) -> Any:
        """In scipy's place."""
        infinity = highspy.kHighsInf
        rows = csc_array(vstack([A_ub, A_eq]))
        program = SimpleNamespace(
            costs=costs,
            lower=np.array([-infinity if low is None else low for low, _ in bounds]),
            upper=np.full(len(costs), infinity),
            row_lower=np.concatenate([np.full(len(b_ub), -infinity), b_eq]),
            row_upper=np.concatenate([b_ub, b_eq]),
            starts=rows.indptr,
            indices=rows.indices,
            values=rows.data,
        )
        milliseconds, found = run_highs(program, {})
        spent.append(milliseconds)
        return SimpleNamespace(status=0, x=found, fun=float(costs @ found))

    with patch.object(reference, "linprog", linprog):
        objective = reference.solve_reference(structure).objective
    return spent[0], objective


def highs(structure: BrickStructure) -> Solved:
    """HiGHS on the settings of our backend."""
    program = compact(structure)
    devex = {"solver": "simplex", "simplex_dual_edge_weight_strategy": 1}
    milliseconds, found = run_highs(program, devex)
    return milliseconds, float(program.costs @ found) * COST_UNIT


def run_highs(program: Any, settings: dict[str, Any]) -> tuple[float, Any]:
    """Milliseconds with presolve or without, whichever is less, and the solution."""
    spent, found = [], None
    for presolve in ("on", "off"):
        solver = highspy.Highs.__base__()  # highspy.Highs itself prints a banner
        options = {"output_flag": False, "threads": 1, "presolve": presolve, **settings}
        for option, value in options.items():
            solver.setOptionValue(option, value)

        def run(solver: Any = solver) -> tuple[float]:
            solver.passModel(highs_program(program))
            start = time.perf_counter()
            solver.run()
            return (time.perf_counter() - start,)

        tries = least(run)
        if solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            spent.extend(tries)
            found = np.array(solver.getSolution().col_value)
    if found is None:
        raise SolverError("expected HiGHS to solve it, with presolve or without")
    return min(spent), found


def highs_program(program: Any) -> Any:
    """A program as HiGHS has it."""
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = len(program.row_lower), len(program.costs)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.costs, program.lower, program.upper
    lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = program.starts, program.indices
    lp.a_matrix_.value_ = program.values
    return lp


def glop(structure: BrickStructure) -> Solved:
    """OR-Tools GLOP, dual simplex or primal, with presolve or without; the time is its own."""
    from ortools.math_opt.python import mathopt

    program = compact(structure)
    model = mathopt.Model.from_model_proto(ortools_backend._model(program, program.costs))
    spent, objective = [], np.nan
    for algorithm, presolve in product(
        (mathopt.LPAlgorithm.DUAL_SIMPLEX, mathopt.LPAlgorithm.PRIMAL_SIMPLEX),
        (mathopt.Emphasis.OFF, None),
    ):
        settings = mathopt.SolveParameters(threads=1, lp_algorithm=algorithm, presolve=presolve)
        results: list[Any] = []

        def run(settings: Any = settings, results: list[Any] = results) -> tuple[float]:
            results.append(mathopt.solve(model, mathopt.SolverType.GLOP, params=settings))
            return (results[-1].solve_time().total_seconds(),)

        tries = least(run)
        if results[-1].termination.reason is mathopt.TerminationReason.OPTIMAL:
            spent.extend(tries)
            objective = results[-1].objective_value()
    if not spent:
        raise SolverError("expected GLOP to solve it on one of its settings")
    return min(spent), objective * COST_UNIT


def gurobi(structure: BrickStructure) -> Solved:
    """Gurobi, dual simplex or primal, with presolve or without; its size-limited licence refuses
    larger ones."""
    import gurobipy

    spent = []
    try:
        with (
            closing(gurobi_backend._environment()) as environment,
            closing(gurobi_backend._load(compact(structure), environment)) as model,
        ):
            for method, presolve in product((1, 0), (-1, 0)):
                model.setParam("Method", method)
                model.setParam("Presolve", presolve)

                def run(model: Any = model) -> tuple[float]:
                    model.reset()
                    model.optimize()
                    return (model.Runtime,)

                tries = least(run)
                if model.Status == gurobipy.GRB.OPTIMAL:
                    spent.extend(tries)
                    objective = model.ObjVal
    except gurobipy.GurobiError as error:
        raise SolverError(f"Gurobi: {error}") from error
    if not spent:
        raise SolverError("expected Gurobi to solve it on one of its settings")
    return min(spent), objective * COST_UNIT


def compact(structure: BrickStructure) -> Program:
    """The compact program, its ties not broken."""
    program = published_program(build_scene(structure))
    return replace(program, costs=program.published_costs)
