"""What a generation did on its way, for people who want to know or to compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from legolab.errors import InputError

SCHEMA = "legolab.trace/1"


@dataclass(frozen=True)
class Moment:
    """Something that happened while a model was built.

    `what` is "draft" (one begins), "proposal" (a brick was drawn), "restart" (a draw had no legal
    end and was begun again), "rollback" (bricks were taken back; `brick` is banned from its place),
    "pruned" or "trimmed" (taken out), "tied" (bricks were laid otherwise so that it hangs
    together), "end", "judged" (how far a draft is from the description, and how likely), or
    "chosen" (the draft that was kept).
    """

    ms: float  # since the first draft began, to hundredths
    what: str
    brick: int  # number of the brick it speaks of, from 0; of drafts, that of the draft
    why: str = ""

    def to_json(self) -> list[Any]:
        """As a short JSON list."""
        return [self.ms, self.what, self.brick, self.why]


@dataclass(frozen=True)
class Trace:
    """Counts and seconds of one generation."""

    model: str  # name of the model
    weights: str  # first 12 hex digits of the SHA-256 of its weights
    temperature: float
    drafts: int = 1  # structures drawn; the one closest to the description was kept
    proposals: int = 0  # bricks (and ends) sampled, those taken back later included
    rejections: int = 0  # bricks begun again because what was sampled had no legal end
    steps: int = 0  # forward passes of the model
    regrounded: int = 0  # times a part that could no longer reach the ground was taken back
    pruned: int = 0  # bricks cut out of the kept draft because they never reached the ground
    rollbacks: int = 0  # times physics took back an unstable brick and all after it
    trimmed: int = 0  # bricks taken out that would not stand, once the rollbacks were used up
    likelihood: float = 0.0  # that the model itself gives the kept draft, nats a brick
    finished: bool = True  # False when the model was stopped before it said it was done
    seconds: dict[str, float] = field(default_factory=dict)  # by stage: load, decode, verify
    moments: tuple[Moment, ...] = field(default=(), repr=False)  # in order

    def to_json(self) -> dict[str, Any]:
        """As a JSON document."""
        counts = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "moments"}
        moments = [moment.to_json() for moment in self.moments]
        return {"schema": SCHEMA, **counts, "moments": moments}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Trace:
        """The trace a document was made from, equal to it.

        Raises:
            InputError: it is not a document of this schema.
        """
        if document.get("schema") != SCHEMA:
            raise InputError(f"expected schema {SCHEMA}, got {document.get('schema')!r}")
        try:
            known = {f.name: document[f.name] for f in fields(cls) if f.name != "moments"}
            moments = tuple(Moment(*moment) for moment in document.get("moments", ()))
        except KeyError as error:
            raise InputError(f"expected a trace with {error}, got none") from None
        except TypeError as error:
            raise InputError(f"expected moments of four parts in a trace, got {error}") from None
        return cls(**known, moments=moments)
