"""Which solvers there are, by name; a solver's library is imported by its own file, when used."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from legolab.errors import InputError
from legolab.stability.program import Program, Solution

_MODULES = {"highs": "legolab.stability.backends.highs"}
_PREFERENCE = ("highs",)
"""What "auto" tries, best first."""


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


def backend_names() -> tuple[str, ...]:
    """Names that can be asked for, "auto" aside."""
    return tuple(_MODULES)


def find_backend(name: str = "auto") -> tuple[str, Backend]:
    """The backend of that name, or the preferred one for "auto", with its name.

    Raises:
        InputError: there is no backend of that name; the message lists those there are.
    """
    chosen = _PREFERENCE[0] if name == "auto" else name
    if chosen not in _MODULES:
        known = ", ".join(["auto", *_MODULES])
        raise InputError(f"expected one of the backends {known}, got {name!r}")
    return chosen, cast(Backend, import_module(_MODULES[chosen]))
