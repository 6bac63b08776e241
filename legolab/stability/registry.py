"""Which solvers there are, by name, and which of them "auto" picks.

A solver's library is imported by its own file, when used. Where no solver is to be had, what is
left is "unverified": an analysis that says it proved nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.contacts import IntArray
from legolab.errors import InputError, SolverError
from legolab.stability.balance import Judgement
from legolab.stability.equilibrium import Ground
from legolab.stability.native import LIBRARY
from legolab.stability.program import Program, Solution

UNVERIFIED = "unverified"
"""The name of "no solver at all"."""

FAST = "fast"
"""The name of legolab's own engine."""

FALLBACK = "highs"
"""The solver of what the engine cannot prove."""

ENVIRONMENT = "LEGOLAB_SOLVER"
"""The variable that says what "auto" means."""


class Backend(Protocol):
    """A solver: translates a program, solves it, says how that ended."""

    def solve(self, program: Program, time_limit: float) -> Solution:
        """Solve to optimality or show that there is no solution.

        Args:
            program: see `Program`.
            time_limit: seconds, more than 0.

        Raises:
            SolverError: it ended in any other way; never a solution from such an end.
        """


class OwnForm(Protocol):
    """A solver with a form of its own for both programs, and for bricks without a scene."""

    def judge(
        self,
        boxes: IntArray,
        weights: NDArray[np.float64],
        ground: Ground,
        rotate: bool,
        time_limit: float,
        whole: bool = False,
        fewer: Judgement | None = None,
        within: float = 0.0,
    ) -> Judgement | None:
        """The published program of bricks, its ties broken.

        Args:
            boxes: int64 [bricks, 5], h, w, x, y, z.
            weights: float64 [bricks], N.
            ground: what is underneath.
            rotate: the points of a brick turn with it.
            time_limit: seconds, more than 0.
            whole: forces and the objective too.
            fewer: how the first so many of them fared without the rest.
            within: N; if above 0, the cheapest exact balance whose pulls stay within that.

        Returns:
            None where it cannot tell.

        Raises:
            SolverError: the time was not enough.
        """

    def stands(
        self,
        boxes: IntArray,
        weights: NDArray[np.float64],
        ground: Ground,
        rotate: bool,
        time_limit: float,
        holds: float,
        fewer: Judgement | None = None,
    ) -> bool | Judgement | None:
        """Whether no pull of `judge` comes to `holds`, N, and nothing is out of balance; or what
        `judge` gives, where that was found on the way.

        Raises:
            SolverError: the time was not enough.
        """

    def least_largest_pull(
        self,
        boxes: IntArray,
        weights: NDArray[np.float64],
        ground: Ground,
        rotate: bool,
        time_limit: float,
    ) -> float | None:
        """The smallest largest pull that keeps every brick in balance, N; None if it cannot tell.

        Args:
            boxes, weights, ground, rotate, time_limit: as for `judge`.

        Returns:
            Infinite where a brick has no path to the ground.

        Raises:
            SolverError: the time was not enough.
        """


def own_form(backend: Backend) -> OwnForm | None:
    """The backend, if it has a form of its own; None where it has not.

    Asked by name: `isinstance` of a protocol takes as long as a small solve.
    """
    return cast(OwnForm, backend) if hasattr(backend, "judge") else None


class MixedBackend(Protocol):
    """A solver that can also choose whole numbers."""

    def solve_mixed(
        self, program: Program, integers: NDArray[np.bool_], node_limit: int, time_limit: float
    ) -> tuple[NDArray[np.float64] | None, bool]:
        """The best columns found, None when there are none; whether nothing better exists."""


@dataclass(frozen=True)
class _Entry:
    """Where a backend is: its module, the object in it, the library it needs and who sells that."""

    module: str
    attribute: str | None
    library: str
    distribution: str
    about: str


_ENTRIES = {
    FAST: _Entry("fast", None, "highspy", "legolab", "legolab's own engine, then HiGHS (MIT)"),
    "highs": _Entry("highs", None, "highspy", "highspy", "HiGHS, free (MIT)"),
    "ortools": _Entry("ortools", "glop", "ortools", "ortools", "OR-Tools GLOP, free (Apache 2.0)"),
    "ortools-highs": _Entry(
        "ortools", "highs", "ortools", "ortools", "HiGHS inside OR-Tools, free (Apache 2.0, MIT)"
    ),
    "gurobi": _Entry("gurobi", None, "gurobipy", "gurobipy", "Gurobi, commercial"),
}


@dataclass(frozen=True)
class BackendState:
    """What there is of a backend.

    Attributes:
        name: to ask for it by.
        about: the solver and its licence.
        version: of its library; None when that is not installed.
        ready: whether "auto" may pick it.
        reason: why it is not ready; empty when it is.
    """

    name: str
    about: str
    version: str | None
    ready: bool
    reason: str


def backend_names() -> tuple[str, ...]:
    """Names that can be asked for, "auto" aside."""
    return (*_ENTRIES, UNVERIFIED)


def backend_states(environment: Mapping[str, str] = os.environ) -> list[BackendState]:
    """Every backend in the order in which "auto" tries them; imports none of them."""
    states = [_state(name, entry, environment) for name, entry in _ENTRIES.items()]
    about = "no solver: scores of 0, everything marked UNVERIFIED"
    return [*states, BackendState(UNVERIFIED, about, "", True, "")]


def _state(name: str, entry: _Entry, environment: Mapping[str, str]) -> BackendState:
    reason = _missing(name)
    if reason:
        return BackendState(name, entry.about, None, False, reason)
    if name == "gurobi" and gurobi_licence(environment) is None:
        reason = "no licence file; asked for by name, the small built-in licence is used"
    return BackendState(name, entry.about, _version(entry.distribution), not reason, reason)


def _missing(name: str) -> str:
    """What is not installed that a backend needs; empty when all is there."""
    library = _ENTRIES[name].library
    if name == FAST and not LIBRARY.exists():
        return "legolab was installed without a C compiler, which it takes to have the engine"
    return "" if _importable(library) else f"{library} is not installed"


def _importable(library: str) -> bool:
    if library in sys.modules:
        return sys.modules[library] is not None
    try:
        return _is_installed(library)
    except (ImportError, ValueError):
        return False


@lru_cache
def _is_installed(library: str) -> bool:
    """Looks through the path, which takes as long as a small model takes to verify."""
    return find_spec(library) is not None


def _ready(name: str, environment: Mapping[str, str]) -> bool:
    """Whether "auto" may pick it: its library loads, and its licence is there."""
    if name == UNVERIFIED:
        return True
    if name == "gurobi" and gurobi_licence(environment) is None:
        return False
    if _missing(name):
        return False
    try:
        load_backend(name)
    except SolverError:
        return False
    return True


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "unknown"


def gurobi_licence(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The Gurobi licence file, where the vendor looks for it, or None.

    GRB_LICENSE_FILE first, then `gurobi.lic` in the home folder and in the vendor's folders.
    """
    named = environment.get("GRB_LICENSE_FILE")
    if named:
        return Path(named) if Path(named).is_file() else None
    folders = [Path(environment["HOME"])] if environment.get("HOME") else []
    if sys.platform == "win32":
        folders = [Path(environment.get("USERPROFILE", "C:\\")), Path("C:\\gurobi")]
    elif sys.platform == "darwin":
        folders.append(Path("/Library/gurobi"))
    else:
        folders.append(Path("/opt/gurobi"))
    return next((f / "gurobi.lic" for f in folders if (f / "gurobi.lic").is_file()), None)


def choose_backend(name: str = "auto", environment: Mapping[str, str] = os.environ) -> str:
    """The backend that a name stands for: itself, or for "auto" the first that is ready.

    LEGOLAB_SOLVER, where it is set, says what "auto" means.

    Raises:
        InputError: there is no backend of that name, or its library is not installed.
    """
    source = ""
    if name == "auto" and environment.get(ENVIRONMENT):
        name, source = environment[ENVIRONMENT], f" in {ENVIRONMENT}"
    if name == "auto":
        return next(filter(lambda known: _ready(known, environment), backend_names()))
    if name not in backend_names():
        known = ", ".join(["auto", *backend_names()])
        raise InputError(f"expected one of the backends {known}{source}, got {name!r}")
    if name != UNVERIFIED and (missing := _missing(name)):
        library = _ENTRIES[name].library
        remedy = "" if _importable(library) else f": pip install {library}"
        raise InputError(f"the backend {name} cannot be used, {missing}{remedy}")
    return name


def find_backend(name: str = "auto") -> tuple[str, Backend]:
    """The solver that a name stands for, with its name.

    Raises:
        InputError: see `choose_backend`, or it stands for no solver at all.
        SolverError: its library is there and cannot be loaded.
    """
    chosen = choose_backend(name)
    if chosen == UNVERIFIED:
        raise InputError("expected a solver, got none: nothing can be solved unverified")
    return chosen, load_backend(chosen)


def load_backend(name: str) -> Backend:
    """The solver of a name that `choose_backend` gave, "unverified" aside.

    Raises:
        SolverError: it does not load.
    """
    entry = _ENTRIES[name]
    try:
        module = import_module(f"legolab.stability.backends.{entry.module}")
        if name == FAST:
            module.load()  # HiGHS, which it seldom needs, is not loaded for it
        else:
            import_module(entry.library)
    except ImportError as error:
        raise SolverError(f"cannot load {entry.library}: {error}") from error
    return cast(Backend, getattr(module, entry.attribute) if entry.attribute else module)


def find_mixed_backend() -> MixedBackend | None:
    """The solver for programs with whole numbers, or None where it is not installed."""
    if not _ready("highs", os.environ):
        return None
    return cast(MixedBackend, import_module("legolab.stability.backends.highs"))
