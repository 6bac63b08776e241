"""Solve a program with OR-Tools, by GLOP or by HiGHS through MathOpt. Imports ortools when used."""

from __future__ import annotations

import datetime
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from legolab.errors import SolverError
from legolab.stability.program import Outcome, Program, Solution

_LIBRARY = "ortools.math_opt.python.mathopt"

_OUTCOMES = {"OPTIMAL": Outcome.OPTIMAL, "INFEASIBLE": Outcome.INFEASIBLE}
_FINAL = {"NO_SOLUTION_FOUND", "FEASIBLE"}
"""Ends by a limit: another setting would not mend them."""


@dataclass(frozen=True)
class MathOptSolver:
    """One of MathOpt's solvers.

    Attributes:
        name: MathOpt's name of it.
        one_thread: whether it takes a number of threads (its HiGHS refuses one).
    """

    name: str
    one_thread: bool

    def solve(self, program: Program, time_limit: float) -> Solution:
        """Solve by dual simplex; once more by primal simplex when that ends without an answer.

        Args:
            program: see `Program`.
            time_limit: seconds for both attempts together.

        Raises:
            SolverError: neither attempt ended with a solution or with a proof that there is none.
        """
        from ortools.math_opt.python import mathopt

        deadline = time.monotonic() + time_limit
        algorithms = (mathopt.LPAlgorithm.DUAL_SIMPLEX, mathopt.LPAlgorithm.PRIMAL_SIMPLEX)
        ended = "TIME_LIMIT"
        for algorithm in algorithms:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                break
            ended, solution = self._attempt(program, algorithm, remaining)
            if solution is not None:
                return solution
            if ended in _FINAL:
                break
        reason = "it ran into the time limit" if ended in {*_FINAL, "TIME_LIMIT"} else ended
        raise SolverError(
            f"expected OR-Tools ({self.name}) to solve the program within {time_limit:g} s, "
            f"but it ended: {reason}"
        )

    def _attempt(
        self, program: Program, algorithm: Any, time_limit: float
    ) -> tuple[str, Solution | None]:
        """One run: how it ended, and the solution if that is an answer."""
        ended, columns, objective = self._run(program, program.costs, algorithm, time_limit)
        outcome = _OUTCOMES.get(ended)
        if outcome is Outcome.INFEASIBLE:
            return ended, Solution(program, outcome, np.empty(0), np.inf)
        if outcome is Outcome.OPTIMAL and program.published_costs is not program.costs:
            costs = program.published_costs
            ended, _, objective = self._run(program, costs, algorithm, time_limit)
            outcome = _OUTCOMES.get(ended)
        if outcome is not Outcome.OPTIMAL:
            return ended, None
        return ended, Solution(program, Outcome.OPTIMAL, columns, objective)

    def _run(
        self, program: Program, costs: Any, algorithm: Any, time_limit: float
    ) -> tuple[str, Any, float]:
        """How it ended, float64 [columns] and the objective; the last two only when optimal."""
        from ortools.math_opt.python import mathopt

        limit = datetime.timedelta(seconds=time_limit)
        # On these programs presolve takes GLOP five times as long as doing without (measured).
        parameters = mathopt.SolveParameters(
            time_limit=limit, lp_algorithm=algorithm, presolve=mathopt.Emphasis.OFF
        )
        if self.one_thread:
            parameters.threads = 1
        model = mathopt.Model.from_model_proto(_model(program, costs))
        try:
            result = mathopt.solve(model, getattr(mathopt.SolverType, self.name), params=parameters)
        except (RuntimeError, ValueError) as error:
            raise SolverError(f"expected OR-Tools ({self.name}) to solve: {error}") from error
        ended = result.termination.reason.name
        if ended != "OPTIMAL":
            return ended, np.empty(0), np.inf
        values = result.variable_values(list(model.variables()))
        return ended, np.array(values, dtype=np.float64), float(result.objective_value())


def _model(program: Program, costs: Any) -> Any:
    """The program as MathOpt's message; its matrix is listed by rows."""
    from ortools.math_opt import model_pb2

    message = model_pb2.ModelProto()
    count, rows = len(costs), len(program.row_lower)
    message.variables.ids.extend(range(count))
    message.variables.lower_bounds.extend(program.lower.tolist())
    message.variables.upper_bounds.extend(program.upper.tolist())
    message.variables.integers.extend([False] * count)
    message.linear_constraints.ids.extend(range(rows))
    message.linear_constraints.lower_bounds.extend(program.row_lower.tolist())
    message.linear_constraints.upper_bounds.extend(program.row_upper.tolist())
    priced = np.flatnonzero(costs)
    message.objective.linear_coefficients.ids.extend(priced.tolist())
    message.objective.linear_coefficients.values.extend(costs[priced].tolist())
    column = np.repeat(np.arange(count), np.diff(program.starts))
    order = np.lexsort((column, program.indices))
    matrix = message.linear_constraint_matrix
    matrix.row_ids.extend(program.indices[order].tolist())
    matrix.column_ids.extend(column[order].tolist())
    matrix.coefficients.extend(program.values[order].tolist())
    return message


glop = MathOptSolver("GLOP", one_thread=True)
highs = MathOptSolver("HIGHS", one_thread=False)
