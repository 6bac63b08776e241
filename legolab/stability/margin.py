"""The strict program: how far a structure is from falling. Knows nothing of verdicts.

The published program may keep a small torque residual rather than pay for pulls, so it calls some
structures unstable that have a true equilibrium. The strict program asks for the equilibrium:

    minimise t   subject to   five equilibrium rows per brick, exactly;   f_k <= t T

All of it is linear in the loads, so 1/t is the factor by which every weight can grow before some
pull reaches T: the safety factor. It is unique. No solution: no pull capacity would hold it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from legolab.bricks.connectivity import reach_ground
from legolab.bricks.structure import BrickStructure
from legolab.errors import SolverError
from legolab.stability.balance import Balance, balance_of
from legolab.stability.equilibrium import (
    FORCE_UNIT,
    PULL_CAPACITY,
    ROWS,
    Columns,
    Ground,
    Physics,
    Scene,
    build_scene,
    weigh_bricks,
)
from legolab.stability.program import (
    Block,
    Outcome,
    Program,
    Solution,
    assemble,
    force_blocks,
    published_program,
)
from legolab.stability.registry import Backend, find_backend, own_form
from legolab.stability.turning import laid

_COST = 100.0
"""Cost of one unit of the largest pull: keeps a solver's dual tolerance far below what counts."""
_NOTHING = 1e-8
"""N below which nothing pulls: ten times what solvers tell from 0."""
_SLACK = 1e-4
"""Room given to the largest pull when the other forces are chosen, in FORCE_UNIT: what counts as
having reached the capacity. With less, an interior-point method has nowhere to be."""


def strict_program(scene: Scene) -> Program:
    """minimise t with hard equilibrium; its last column is t T, the largest pull anywhere."""
    points = np.arange(len(scene.pull.x))
    limit = Columns(
        1,
        ROWS * scene.bricks + points,
        np.zeros(len(points), dtype=np.int64),
        np.full(len(points), -1.0),
    )
    free, cost = np.zeros(len(points)), np.array([_COST])
    blocks = [*force_blocks(scene, free, free), Block("largest_pull", limit, cost, cost)]
    program = assemble(scene, blocks)
    return dataclasses.replace(program, published_costs=program.costs)


def least_pull(
    structure: BrickStructure, physics: Physics, backend: Backend, time_limit: float
) -> float:
    """t: the smallest largest pull that keeps equilibrium, over T; infinite when nothing does.

    Args:
        structure: at least one brick.
        physics: what they weigh, stand on and hold.
        backend: the solver.
        time_limit: seconds.

    Raises:
        InputError: as `build_scene`.
        SolverError: the solve ended without an answer.
    """
    own = own_form(backend)
    if own is not None:
        boxes, weights = weigh_bricks(structure, physics)
        _, lying = laid(boxes, weights, physics.rotate)
        pull = own.least_largest_pull(lying, weights, physics.ground, physics.rotate, time_limit)
        if pull is not None:
            return _share(pull, physics.capacity)
    return least_pull_on(build_scene(structure, physics), backend, time_limit)


def least_pull_on(scene: Scene, backend: Backend, time_limit: float) -> float:
    """The same of a scene, by the program.

    Raises:
        SolverError: the solve ended without an answer.
    """
    if not reach_ground(scene.contacts.studs).all():
        return np.inf  # a brick with nothing below or above has no force against its weight
    solution = backend.solve(strict_program(scene), time_limit)
    if solution.outcome is Outcome.INFEASIBLE:
        return np.inf
    return _share(float(solution.block("largest_pull")[0]) * FORCE_UNIT, scene.capacity)


def room_for(t: float, capacity: float) -> float:
    """How far pulls may go, N, when the other forces are chosen."""
    return t * capacity + _SLACK * FORCE_UNIT


def _share(pull: float, capacity: float) -> float:
    """t of the largest pull, N; infinite as it is."""
    t = pull / capacity
    return t if t > _NOTHING / capacity else 0.0


def strict_balance(scene: Scene, t: float, name: str, backend: Backend, limit: float) -> Balance:
    """Among the equilibria whose pulls stay within t T, the cheapest by the published costs.

    The strict program alone leaves all forces but the largest pull open.

    Args:
        scene: every brick has a path to the ground.
        t: what `least_pull` found; finite.
        name, backend: of the solver.
        limit: seconds.

    Raises:
        SolverError: the solve ended without a solution.
    """
    return balance_of(strict_forces(scene, t, backend, limit), name)


def strict_forces(scene: Scene, t: float, backend: Backend, time_limit: float) -> Solution:
    """`strict_balance` as a solution of the published program, its residuals 0.

    Args:
        t: what `least_pull` found; finite.

    Raises:
        SolverError: the solve ended without a solution.
    """
    program = published_program(scene)
    upper = program.upper.copy()
    upper[program.blocks["residual_plus"]] = 0.0
    upper[program.blocks["residual_minus"]] = 0.0
    upper[program.blocks["max_pull"]] = room_for(t, scene.capacity) / FORCE_UNIT
    solution = backend.solve(dataclasses.replace(program, upper=upper), time_limit)
    if solution.outcome is not Outcome.OPTIMAL:
        raise SolverError(
            f"expected forces in equilibrium at t = {t:.6g}, which a solve found before, got none"
        )
    return solution


def safety_factor(
    structure: BrickStructure,
    backend: str = "auto",
    ground: Ground = "baseplate",
    loads: Mapping[int, float] | None = None,
    time_limit: float = 60.0,
    *,
    rotate: bool = False,
    capacity: float = PULL_CAPACITY,
    masses: Mapping[int, float] | None = None,
) -> float:
    """1/t of the strict program: how many times its own load, and `loads`, a structure holds.

    Below 1 it falls; 0 when there is no equilibrium at all; infinite when nothing pulls.

    Args:
        structure: at least one brick.
        backend: name of a solver, or "auto".
        ground: "baseplate" pulls, "table" cannot.
        loads: kg on a brick, by index.
        time_limit: seconds.
        rotate: the points of a brick turn with it, see `equilibrium`.
        capacity: T, N; the factor grows with it.
        masses: kg of a brick itself, by index, instead of the catalogue's.

    Raises:
        InputError: empty structure, unknown backend or ground, or a number that makes no sense.
        SolverError: the solve ended without an answer.
    """
    physics = Physics(ground, loads or {}, rotate, capacity, masses or {})
    _, solver = find_backend(backend)
    t = least_pull(structure, physics, solver, time_limit)
    return np.inf if t == 0 else 1 / t
