"""What is to be built, as plain values: what goes through queues, sockets and forms.

The arguments of `generator.stream`, which alone does the building.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from legolab.bricks.inventory import Inventory
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.generation.coloring import check_paint
from legolab.generation.generator import (
    DEFAULT_MAX_BRICKS,
    DEFAULT_TEMPERATURE,
    MAX_DRAFTS,
    stream,
)
from legolab.generation.lexicon import Value
from legolab.generation.planning import in_frame
from legolab.generation.prompt import check_caption, check_fields, read_description, understand
from legolab.generation.result import Event, Generation

_KINDS: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("caption", "start", "change"), (str,)),
    **dict.fromkeys(("fields", "paint", "inventory"), (Mapping,)),
    **dict.fromkeys(("max_bricks", "drafts"), (int,)),
    "seed": (int, type(None)),
    "temperature": (int, float),
}
"""What each part of an order is."""


@dataclass(frozen=True)
class Order:
    """A caption and the options of `generator.stream`; empty ones are as if not given.

    Attributes:
        inventory: as `Inventory.of` reads it.
        start: brick text.
    """

    caption: str
    seed: int | None = None
    temperature: float = DEFAULT_TEMPERATURE
    max_bricks: int = DEFAULT_MAX_BRICKS
    drafts: int = MAX_DRAFTS
    fields: Mapping[str, Value] = field(default_factory=dict)
    paint: Mapping[str, int | str] = field(default_factory=dict)
    inventory: Mapping[str, int] = field(default_factory=dict)
    start: str = ""
    change: str = ""

    @classmethod
    def changing(cls, result: Generation, words: str) -> Self:
        """The order that builds a result again with something changed; see `generator.edit`."""
        return cls(
            result.caption,
            seed=result.seed,
            fields=dict(read_description(result.description).fields),
            paint=dict(result.paint),
            start=result.structure.to_text(),
            change=words,
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values; what is as if not given is left out."""
        given = {f.name: getattr(self, f.name) for f in fields(self)}
        return {
            name: dict(value) if isinstance(value, Mapping) else value
            for name, value in given.items()
            if name == "caption" or value not in (None, "", {})
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The order a document was made from.

        Raises:
            InputError: it holds something else than an order.
        """
        if not isinstance(document, Mapping):
            raise InputError(f"expected an order, got {document!r:.40}")
        unknown = set(document) - {f.name for f in fields(cls)}
        if unknown or "caption" not in document:
            seen = ", ".join(map(str, document))
            raise InputError(f"expected an order with a caption, got {seen:.80}")
        for name, value in document.items():
            if not isinstance(value, _KINDS[name]) or isinstance(value, bool):
                raise InputError(f"expected an order with another {name}, got {value!r:.40}")
        return cls(**document)

    def checked(self) -> Self:
        """The same, looked at as far as that goes without the model.

        Raises:
            InputError, CaptionError, BrickTextError, PlacementError: as `generator.stream`.
        """
        category = understand(self.caption).category
        check_fields(self.fields, category)
        check_paint(self.paint, category)
        if self.inventory:
            Inventory.of(self.inventory)
        if self.start:
            in_frame(BrickStructure.from_text(self.start))
        if self.change:
            check_caption(self.change)
            if not self.start:
                raise InputError("expected what was built, to change it, got nothing to start from")
        return self

    def events(self, model: str = "embedded", backend: str = "auto") -> Iterator[Event]:
        """Build it; see `generator.stream`."""
        return stream(
            self.caption,
            seed=self.seed,
            temperature=self.temperature,
            max_bricks=self.max_bricks,
            model=model,
            backend=backend,
            drafts=self.drafts,
            fields=self.fields,
            paint=self.paint,
            inventory=self.inventory or None,
            start=BrickStructure.from_text(self.start) if self.start else None,
            change=self.change or None,
        )
