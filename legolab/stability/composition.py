"""Several models as one: beside each other or upon each other, in a world as large as it takes.

What was put together is verified as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.brick import Brick
from legolab.bricks.legolize import building_order
from legolab.bricks.placement import World
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.stability.analysis import analyze
from legolab.stability.report import StabilityReport

MAX_MODELS = 100
MAX_GAP = 1000
"""Studs."""


@dataclass(frozen=True, eq=False)
class Composition:
    """What came out, and whether it stands.

    Attributes:
        structure: all bricks in building order, with their colours.
        report: of the whole.
        model: int64 [bricks], which of the models a brick is of.
    """

    structure: BrickStructure
    report: StabilityReport
    model: NDArray[np.int64]


def compose(
    models: Sequence[BrickStructure], *, upon: bool = False, gap: int = 2, backend: str = "auto"
) -> Composition:
    """Put models together, the first at the origin.

    Beside each other they stand in a row along x, their fronts in line. Upon each other, each
    stands where most of its studs find a stud of the one before, on that one's highest layer.
    To do both, compose what was composed.

    Args:
        models: at least one, each of at least one brick.
        upon: whether each goes on top of the one before.
        gap: studs between neighbours, 0 to MAX_GAP.
        backend: the solver that verifies.

    Raises:
        InputError: there is no model, too many, or one without bricks; or the gap is none.
        SolverError: the analysis ended without an answer.
    """
    if not 1 <= len(models) <= MAX_MODELS:
        raise InputError(f"expected 1 to {MAX_MODELS} models to compose, got {len(models)}")
    if not isinstance(gap, int) or not 0 <= gap <= MAX_GAP:
        raise InputError(f"expected a gap of 0 to {MAX_GAP} studs, got {gap!r:.40}")
    if empty := [number for number, model in enumerate(models, start=1) if not len(model)]:
        raise InputError(f"expected bricks in every model, got none in number {empty[0]}")
    put: list[list[Brick]] = [_moved(models[0], 0, 0, 0)]
    for model in models[1:]:
        own = _moved(model, 0, 0, 0)
        if upon:
            x, y, z = _best_place(put[-1], own)
        else:
            x, y, z = max(b.x + b.h for bricks in put for b in bricks) + gap, 0, 0
        put.append(_moved(own, x, y, z, settle=False))
    placed = [
        (brick, color, number)
        for number, (bricks, model) in enumerate(zip(put, models, strict=True))
        for brick, color in zip(bricks, model.colors, strict=True)
    ]
    x0, y0 = min(b.x for b, _, _ in placed), min(b.y for b, _, _ in placed)
    placed = [(replace(b, x=b.x - x0, y=b.y - y0), color, n) for b, color, n in placed]
    placed.sort(key=lambda entry: building_order(entry[0]))
    bricks = [brick for brick, _, _ in placed]
    structure = BrickStructure(bricks, _world(bricks), [color for _, color, _ in placed])
    numbers = np.array([number for _, _, number in placed], dtype=np.int64)
    return Composition(structure, analyze(structure, backend=backend), numbers)


def _moved(bricks: Sequence[Brick], x: int, y: int, z: int, settle: bool = True) -> list[Brick]:
    """Bricks with their lowest corner at a place, or moved by so much."""
    if settle:
        x -= min(b.x for b in bricks)
        y -= min(b.y for b in bricks)
        z -= min(b.z for b in bricks)
    return [replace(b, x=b.x + x, y=b.y + y, z=b.z + z) for b in bricks]


def _plan(bricks: Sequence[Brick], layer: int) -> NDArray[np.int64]:
    """The studs of a layer: int64 [studs along x, studs along y], 1 where filled."""
    plan = np.zeros((max(b.x + b.h for b in bricks), max(b.y + b.w for b in bricks)), np.int64)
    for b in bricks:
        if b.z == layer:
            plan[b.x : b.x + b.h, b.y : b.y + b.w] = 1
    return plan


def _best_place(below: Sequence[Brick], above: Sequence[Brick]) -> tuple[int, int, int]:
    """Where a model holds on to most studs of another's top; of equals, nearest to its middle."""
    x0, y0 = min(b.x for b in below), min(b.y for b in below)
    top = max(b.z for b in below)
    near = [replace(b, x=b.x - x0, y=b.y - y0) for b in below]
    carrying, standing = _plan(near, top), _plan(above, 0)
    best: tuple[float, ...] | None = None
    found = (0, 0)
    middle = [(a - b) / 2 for a, b in zip(carrying.shape, standing.shape, strict=True)]
    for x in range(1 - standing.shape[0], carrying.shape[0]):
        for y in range(1 - standing.shape[1], carrying.shape[1]):
            shared = carrying[max(x, 0) : x + standing.shape[0], max(y, 0) : y + standing.shape[1]]
            over = standing[max(-x, 0) :, max(-y, 0) :][: shared.shape[0], : shared.shape[1]]
            rank = (-float((shared * over).sum()), abs(x - middle[0]) + abs(y - middle[1]))
            if best is None or rank < best:
                best, found = rank, (x, y)
    return found[0] + x0, found[1] + y0, top + 1


def _world(bricks: Sequence[Brick]) -> World:
    """As large as the bricks need, and never smaller than the published models' world."""
    return (
        max(20, *(b.x + b.h for b in bricks)),
        max(20, *(b.y + b.w for b in bricks)),
        max(20, *(b.z + 1 for b in bricks)),
    )
