"""Widgets for JupyterLab and Voila: ask for a model, look into it, compare solvers.

The names below are imported when used, so that whoever lacks the `notebook` extra reads how to
get it.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from legolab.errors import InputError

if TYPE_CHECKING:
    from legolab.widgets.inspector import Inspector as Inspector
    from legolab.widgets.prompt_panel import PromptPanel as PromptPanel
    from legolab.widgets.solver_panel import SolverPanel as SolverPanel
    from legolab.widgets.studio import Studio as Studio
    from legolab.widgets.viewer import Viewer as Viewer

_HOMES = {
    "Inspector": "legolab.widgets.inspector",
    "PromptPanel": "legolab.widgets.prompt_panel",
    "SolverPanel": "legolab.widgets.solver_panel",
    "Studio": "legolab.widgets.studio",
    "Viewer": "legolab.widgets.viewer",
}
_NEEDED = ("ipywidgets", "pythreejs")

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'legolab.widgets' has no attribute {name!r}")
    missing = [library for library in _NEEDED if find_spec(library) is None]
    if missing:
        raise InputError(
            f"The widgets need {' and '.join(missing)}, not installed here: "
            "pip install 'legolab[notebook]'"
        )
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value
