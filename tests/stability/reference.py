"""The published stability program, written out point by point, to check the package against.

Source: StableLego / BrickGPT (RA-L 2024, arXiv 2505.05469), its linear part. Written straight from
the text: every contact point has its own press, pull and two friction forces, every pair of facing
studs its own side press; loops in plain Python; no reduction, no broken tie. It shares nothing with
`legolab.stability`. Forces are in 0.01 N and arms in studs, for the solver's sake.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from legolab.bricks.brick import Brick

MASSES = {  # kg
    (1, 1): 0.00043,
    (1, 2): 0.00081,
    (1, 4): 0.00157,
    (1, 6): 0.00228,
    (1, 8): 0.00303,
    (2, 2): 0.00115,
    (2, 4): 0.00216,
    (2, 6): 0.00323,
}
L, H, T, ALPHA, BETA = 0.0078, 0.0096, 0.98, 1e-3, 1e-6
N = 0.01
NARROW = [(0, -0.25), (-0.25, 0), (0, 0.25), (0.25, 0)]
WIDE = [(0.125, -0.125), (-0.25, 0), (0.125, 0.125)]


@dataclass
class Reference:
    """What the published program says: N and N m."""

    objective: float
    stable: bool
    largest_pull: list[float]
    residual: list[float]


@dataclass
class _Rows:
    """A linear program being written down, one variable at a time."""

    bricks: int
    cost: list[float] = field(default_factory=list)
    bounds: list[tuple[float | None, float | None]] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    pulls: list[tuple[int, int]] = field(default_factory=list)  # variable, top brick
    presses: list[int] = field(default_factory=list)  # variable at the same point as each pull
    largest: list[int] = field(default_factory=list)  # variable of each brick
    residuals: list[tuple[int, int]] = field(default_factory=list)  # more, less of each row

    def variable(self, cost: float, low: float | None) -> int:
        self.cost.append(cost)
        self.bounds.append((low, None))
        return len(self.cost) - 1

    def act(self, variable: int, brick: int, force: list[float], arm: list[float]) -> None:
        """Add a force acting on a brick at an arm from its centre: its five rows."""
        (fx, fy, fz), (ax, ay, az) = force, arm
        torque_1 = ay * fz - az * fy
        torque_2 = az * fx - ax * fz
        for row, value in enumerate([fx, fy, fz, torque_1, torque_2]):
            if value:
                self.entries.append((5 * brick + row, variable, value))


def solve_reference(bricks: Iterable[Brick], time_limit: float = 600.0) -> Reference:
    """Write the program down for these bricks, solve it with HiGHS through scipy, read it."""
    bricks = list(bricks)
    return finish(write_rows(bricks), bricks, time_limit)


def write_rows(bricks: list[Brick]) -> _Rows:
    """The program's variables and the entries of its equilibrium rows."""
    rows = _Rows(len(bricks))
    owner = {cell: i for i, brick in enumerate(bricks) for cell in cells(brick)}
    for i, brick in enumerate(bricks):
        for x, y, z in cells(brick):
            below = owner.get((x, y, z - 1))
            if z == 0 or below is not None:
                add_stud(rows, bricks, i, below, x, y)
            for dx, dy in ((1, 0), (0, 1)):
                beside = owner.get((x + dx, y + dy, z))
                if beside is not None and beside != i:
                    add_side(rows, bricks, i, beside, dx, dy)
    rows.largest = [rows.variable(ALPHA * N, 0) for _ in bricks]
    for row in range(5 * len(bricks)):
        cost = N if row % 5 < 3 else N * L
        more, less = rows.variable(cost, 0), rows.variable(cost, 0)
        rows.entries += [(row, more, 1.0), (row, less, -1.0)]
        rows.residuals.append((more, less))
    return rows


def weights(bricks: list[Brick]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Right-hand side of the equilibrium rows."""
    weight = np.zeros(5 * len(bricks))
    for i, brick in enumerate(bricks):
        weight[5 * i + 2] = 9.8 * MASSES[min(brick.h, brick.w), max(brick.h, brick.w)] / N
    return weight


def cells(brick: Brick) -> list[tuple[int, int, int]]:
    xs, ys = range(brick.x, brick.x + brick.h), range(brick.y, brick.y + brick.w)
    return [(x, y, brick.z) for x in xs for y in ys]


def centre(brick: Brick) -> tuple[float, float]:
    return brick.x + (brick.h - 1) / 2, brick.y + (brick.w - 1) / 2


def add_stud(
    rows: _Rows, bricks: list[Brick], top: int, bottom: int | None, x: int, y: int
) -> None:
    """The contact points on one stud: the pattern is the top brick's."""
    narrow = min(bricks[top].h, bricks[top].w) == 1
    for dx, dy in NARROW if narrow else WIDE:
        press, pull = rows.variable(0, 0), rows.variable(BETA * N, 0)
        along_x, along_y = rows.variable(0, None), rows.variable(0, None)
        rows.pulls.append((pull, top))
        rows.presses.append(press)
        for brick, sign, height in ((top, 1, -H / 2 / L), (bottom, -1, H / 2 / L)):
            if brick is None:
                continue
            cx, cy = centre(bricks[brick])
            arm = [x + dx - cx, y + dy - cy, 0.0]
            face = [0.0, 0.0, height]  # friction turns the brick about the face's height alone
            rows.act(press, brick, [0, 0, sign], arm)
            rows.act(pull, brick, [0, 0, -sign], arm)
            rows.act(along_x, brick, [sign, 0, 0], face)
            rows.act(along_y, brick, [0, sign, 0], face)


def add_side(rows: _Rows, bricks: list[Brick], low: int, high: int, dx: int, dy: int) -> None:
    """One pair of facing studs: a press at the bottom edge."""
    press = rows.variable(0, 0)
    edge = [0.0, 0.0, -H / 2 / L]
    rows.act(press, low, [-dx, -dy, 0], edge)
    rows.act(press, high, [dx, dy, 0], edge)


def finish(rows: _Rows, bricks: list[Brick], time_limit: float) -> Reference:
    """Solve and read the answer."""
    limits = []
    for row, (pull, top) in enumerate(rows.pulls):
        limits += [(row, pull, 1.0), (row, rows.largest[top], -1.0)]
    count = len(rows.cost)
    result = linprog(
        np.array(rows.cost) * 1e6,
        A_ub=matrix(limits, (len(rows.pulls), count)),
        b_ub=np.zeros(len(rows.pulls)),
        A_eq=matrix(rows.entries, (5 * len(bricks), count)),
        b_eq=weights(bricks),
        bounds=rows.bounds,
        method="highs",
        options={"time_limit": time_limit},
    )
    if result.status != 0:
        raise RuntimeError(f"reference: {result.message}")
    return read(result.x, rows, bricks, float(result.fun) / 1e6)


def matrix(entries: list[tuple[int, int, float]], shape: tuple[int, int]) -> coo_array:
    row, column, value = zip(*entries, strict=True) if entries else ([], [], [])
    return coo_array((value, (row, column)), shape=shape)


def read(
    x: np.ndarray[tuple[int], np.dtype[np.float64]],
    rows: _Rows,
    bricks: list[Brick],
    objective: float,
) -> Reference:
    """Largest pull and largest residual per brick, and the published verdict."""
    pull = [0.0] * len(bricks)
    for variable, top in rows.pulls:
        pull[top] = max(pull[top], float(x[variable]) * N)
    out = [0.0] * len(bricks)
    for row, (more, less) in enumerate(rows.residuals):
        unit = N if row % 5 < 3 else N * L
        out[row // 5] = max(out[row // 5], float(x[more] + x[less]) * unit)
    stable = max(out) <= 1e-6 and max(pull) < T - 1e-6
    return Reference(objective, stable, pull, out)
