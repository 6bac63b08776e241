"""legolab: from a caption to bricks that are proved to stand.

The front door. Names are resolved when first used, so that `import legolab` loads no solver, no
torch and no ipywidgets.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from legolab.bricks.brick import Brick as Brick
    from legolab.bricks.structure import BrickStructure as BrickStructure
    from legolab.errors import LegolabError as LegolabError
    from legolab.evaluation import runs as runs
    from legolab.generation.batch import generate_many as generate_many
    from legolab.generation.generator import edit as edit
    from legolab.generation.generator import generate as generate
    from legolab.generation.generator import stream as stream
    from legolab.generation.result import Generation as Generation
    from legolab.stability.analysis import analyze as analyze
    from legolab.stability.composition import compose as compose
    from legolab.stability.report import StabilityReport as StabilityReport
    from legolab.stability.report import Verdict as Verdict

__version__ = "0.1.0"

_HOMES = {
    "Brick": "legolab.bricks.brick",
    "BrickStructure": "legolab.bricks.structure",
    "LegolabError": "legolab.errors",
    "Generation": "legolab.generation.result",
    "edit": "legolab.generation.generator",
    "generate": "legolab.generation.generator",
    "generate_many": "legolab.generation.batch",
    "stream": "legolab.generation.generator",
    "runs": "legolab.evaluation",
    "analyze": "legolab.stability.analysis",
    "compose": "legolab.stability.composition",
    "StabilityReport": "legolab.stability.report",
    "Verdict": "legolab.stability.report",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'legolab' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
