"""What happens while a model is built, event by event, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from legolab import formats
from legolab.bricks.brick import Brick
from legolab.bricks.structure import BrickStructure
from legolab.generation.features import Difference
from legolab.generation.trace import Trace
from legolab.stability.report import StabilityReport, Verdict


@dataclass(frozen=True)
class Started:
    """The caption was understood; bricks come next."""

    caption: str
    description: str  # what the model is told, in the lexicon's words, of the first draft
    seed: int
    notes: tuple[str, ...]  # what a person should know of how the caption was read


@dataclass(frozen=True)
class BrickPlaced:
    """Brick number `index` (from 0) was placed."""

    index: int
    brick: Brick


@dataclass(frozen=True)
class RolledBack:
    """Only the first `kept` bricks are left."""

    kept: int
    reason: str
    description: str = ""  # of what comes next, where it is another one


@dataclass(frozen=True)
class Trimmed:
    """Bricks that would not stand were taken out; the first `kept` are left.

    Those of the others that stand are placed once more after it.
    """

    kept: int


@dataclass(frozen=True, eq=False)
class Generation:
    """A structure, whether it stands, and how it came about."""

    caption: str
    description: str
    notes: tuple[str, ...]
    seed: int
    structure: BrickStructure
    report: StabilityReport
    trace: Trace
    differences: tuple[Difference, ...] = ()  # what came out other than described
    paint: Mapping[str, int] = field(default_factory=dict)  # part, or "whole" -> colour code
    kept: int = 0  # bricks at the beginning that are those it went on from
    missing: Mapping[str, int] = field(default_factory=dict)  # kind -> bricks the inventory lacks

    def __str__(self) -> str:
        """Caption, verdict in words, count and seed, in one line."""
        bricks = f"{len(self.structure)} brick{'s' * (len(self.structure) != 1)}"
        return f"{self.caption} · {self.report.summary} · {bricks} · seed {self.seed}"

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, object]:
        """Show as a card with picture and verdict in a notebook, as text elsewhere."""
        return formats.display(self)


@dataclass(frozen=True)
class Settled:
    """What will come out: no brick changes any more, and whether it stands is known.

    What takes long with a structure, a picture of it, need not wait for the rest of its report.
    """

    structure: BrickStructure
    verdict: Verdict


@dataclass(frozen=True)
class Finished:
    """The last event, right after `Settled`."""

    result: Generation


Event = Started | BrickPlaced | RolledBack | Trimmed | Settled | Finished
