"""Import this, and the published code's stability analysis runs on legolab's solvers.

    import legolab.shim  # before or after legogpt or brickgpt; no gurobipy needed

The published packages (LegoGPT, now BrickGPT, arXiv 2505.05469) import a commercial solver when
their analysis is imported, and copy its function by name into other modules. So that module is put
into `sys.modules` before they look for it, or, when they are loaded already, every copied name is
bound anew. What they then call, `is_stable`, `stability_scores`, rollback, is theirs.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.brick import Brick
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.stability.analysis import analyze
from legolab.stability.equilibrium import BRICK_HEIGHT, GRAVITY, PULL_CAPACITY, STUD_PITCH
from legolab.stability.program import MAX_PULL_COST, PULL_COST
from legolab.stability.report import Verdict

PACKAGES = ("legogpt", "brickgpt")
_MODULE = "stability_analysis.stability_analysis"
_NAME = "stability_score"

Scores = NDArray[np.float64]


@dataclass
class StabilityConfig:
    """The published settings: capacity `T` in grams, lengths in m, world in studs and layers."""

    g: float = GRAVITY
    T: float = 100.0
    brick_unit_height: float = BRICK_HEIGHT
    brick_unit_length: float = STUD_PITCH
    visualize: bool = False
    print_log: bool = False
    world_dimension: tuple[int, int, int] = (20, 20, 20)
    alpha: float = MAX_PULL_COST
    beta: float = PULL_COST


class _Settings(Protocol):
    """What is read of a configuration, ours or theirs."""

    g: float
    T: float
    brick_unit_height: float
    brick_unit_length: float
    world_dimension: tuple[int, int, int]
    alpha: float
    beta: float


def stability_score(
    brick_structure: Mapping[str, Mapping[str, Any]],
    brick_library: Mapping[str, Mapping[str, Any]],
    cfg: _Settings | None = None,
) -> tuple[Scores, int, int, float, float]:
    """The published function: how close every voxel's brick is to failing.

    Args:
        brick_structure: "1" to "N" -> brick_id, x, y, z, ori (1: turned by a quarter).
        brick_library: brick id -> height and width in studs.
        cfg: the published settings; others than its defaults are refused, the world aside.

    Returns:
        scores (float64 [X, Y, Z], 1 and more fails, 0 where nothing is), columns and rows of the
        program, seconds in all, seconds of the solve.

    Raises:
        InputError: a brick or a setting that the model does not know.
        SolverError: the solve ended without an answer; upstream would call that a collapse.
    """
    settings = cfg if cfg is not None else StabilityConfig()
    _check(settings)
    x, y, z = (int(side) for side in settings.world_dimension)
    bricks = [
        _brick(number, brick_structure[number], brick_library)
        for number in sorted(brick_structure, key=int)
    ]
    structure = BrickStructure(bricks, (x, y, z))
    report = analyze(structure)
    if report.verdict is Verdict.UNVERIFIED:
        warnings.warn(
            "UNVERIFIED: no solver is installed, so these scores of 0 prove nothing",
            RuntimeWarning,
            stacklevel=2,
        )
    scores = np.zeros((x, y, z))
    for brick, score in zip(structure, report.scores, strict=True):
        scores[brick.x : brick.x + brick.h, brick.y : brick.y + brick.w, brick.z] = score
    return scores, report.columns, report.rows, report.seconds, report.solve_seconds


def _check(settings: _Settings) -> None:
    """Refuse settings under which the published constants would not be the right ones."""
    wanted = StabilityConfig()
    assert np.isclose(wanted.T / 1000 * wanted.g, PULL_CAPACITY)
    for name in ("g", "T", "brick_unit_height", "brick_unit_length", "alpha", "beta"):
        expected, seen = getattr(wanted, name), getattr(settings, name)
        if seen != expected:
            raise InputError(f"expected the published {name} = {expected:g}, got {seen:g}")


def _brick(
    number: str, entry: Mapping[str, Any], library: Mapping[str, Mapping[str, Any]]
) -> Brick:
    kind = library.get(str(entry["brick_id"]))
    if kind is None:
        raise InputError(f"brick {number}: expected an id of the library, got {entry['brick_id']}")
    sides = int(kind["height"]), int(kind["width"])
    h, w = sides if entry["ori"] == 0 else sides[::-1]
    return Brick(h, w, int(entry["x"]), int(entry["y"]), int(entry["z"]))


def install() -> None:
    """Give every published package our function; done when this module is imported."""
    for package in PACKAGES:
        name = f"{package}.{_MODULE}"
        module = sys.modules.get(name)
        if module is None:
            ours = ModuleType(name, __doc__)
            ours.__dict__.update(
                {_NAME: stability_score, "StabilityConfig": StabilityConfig, "__all__": _EXPORTS}
            )
            sys.modules[name] = ours
        elif getattr(module, _NAME, None) is not stability_score:
            _rebind(package, getattr(module, _NAME))


_EXPORTS = [_NAME, "StabilityConfig"]


def _rebind(package: str, theirs: object) -> None:
    """Replace a function wherever a package's modules hold it, under whatever name."""
    for name, module in list(sys.modules.items()):
        if module is not None and (name == package or name.startswith(f"{package}.")):
            for attribute, value in list(vars(module).items()):
                if value is theirs:
                    setattr(module, attribute, stability_score)


install()
