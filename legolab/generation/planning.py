"""What is to be built, before anything is drawn: a description, its colours, bricks to begin with.

Knows words, descriptions and bricks; draws nothing but the parts of a description left open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from legolab.bricks.brick import Brick
from legolab.bricks.inventory import Inventory
from legolab.bricks.legolize import building_order
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.generation.coloring import check_paint
from legolab.generation.edits import change as change_brief
from legolab.generation.fitting import fitted, with_details
from legolab.generation.grammar import WORLD
from legolab.generation.lexicon import CATEGORIES, FOOTPRINT, Value
from legolab.generation.prompt import Brief, Understanding, complete, with_fields


@dataclass(frozen=True)
class Wanted:
    """What `generator.stream` was asked for beside the caption; see there."""

    fields: Mapping[str, Value] | None = None
    paint: Mapping[str, int | str] | None = None
    inventory: Inventory | Mapping[str, int] | None = None
    start: BrickStructure | None = None
    change: str | None = None


@dataclass(frozen=True)
class Plan:
    """What is to be built.

    Attributes:
        brief: the description.
        before: the description of what is to be changed; `brief` itself where nothing is.
        paint: part -> LDraw colour code.
        given: bricks to go on from, or to keep as many of as fit, in building order.
        stock: the bricks there are; None for as many as wanted.
        is_change: whether the given bricks are whole and to be changed.
        notes: sentences for the person.
    """

    brief: Brief
    before: Brief
    paint: Mapping[str, int]
    given: tuple[Brick, ...]
    stock: Inventory | None
    is_change: bool
    notes: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether the given bricks are all there is to be: only colours change."""
        return self.is_change and self.brief.fields == self.before.fields

    def first(self, count: int) -> Sequence[Brick]:
        """So many of the given bricks, as far as there are enough of a kind."""
        if self.stock is None:
            return self.given[:count]
        enough = (n for n in range(count, 0, -1) if not self.stock.missing(self.given[:n]))
        return self.given[: next(enough, 0)]


def plan(
    understood: Understanding,
    known: Sequence[Sequence[Value]],
    wanted: Wanted,
    rng: np.random.Generator,
) -> Plan:
    """Put together what a caption says, what is set by hand, and what is there already.

    Args:
        understood: the caption.
        known: descriptions of its category, values in the lexicon's order.
        wanted: what else was asked for.
        rng: draws what is left open.

    Raises:
        InputError: something of it cannot be, or does not go with the rest.
        CaptionError: the change is not understood.
    """
    if wanted.change is not None and wanted.start is None:
        raise InputError("expected what was built, to change it, got nothing to start from")
    stock, more = _stock(wanted.inventory)
    notes = [*understood.notes, *more]
    paint = dict(understood.paint) | check_paint(wanted.paint or {}, understood.category)
    brief = complete(understood, known, rng)
    if wanted.fields:
        brief = with_fields(brief, wanted.fields)
        settled = with_details(
            brief.fields, frozenset(wanted.fields), CATEGORIES[brief.category], known
        )
        brief = replace(brief, fields=settled)
    before = brief
    given: list[Brick] = []
    if wanted.start is not None:
        given = in_frame(wanted.start)
    if wanted.change is not None:
        changed = change_brief(wanted.change, brief, known)
        brief, paint = changed.brief, paint | dict(changed.paint)
        notes = [f"Changed: {', '.join(changed.told)}.", *changed.notes, *notes]
        if brief.fields == before.fields and wanted.start is not None:
            given = list(wanted.start)  # where it stands
    elif given:
        brief = before = _with_room_for(given, brief, known)
        if stock is not None and (short := stock.missing(given)):
            raise InputError(
                f"expected an inventory that has what is there already, it lacks {listed(short)}"
            )
    return Plan(brief, before, paint, tuple(given), stock, wanted.change is not None, tuple(notes))


def in_frame(start: BrickStructure) -> list[Brick]:
    """Bricks in building order and in the frame of the model: from x = 0, up to y = 20, on z = 0.

    Raises:
        InputError: there is none, or it is larger than the model's world.
    """
    if not isinstance(start, BrickStructure) or not len(start):
        raise InputError("expected a structure of at least one brick to go on from, got none")
    x, y, z = min(b.x for b in start), max(b.y + b.w for b in start), min(b.z for b in start)
    moved = [replace(b, x=b.x - x, y=b.y + WORLD - y, z=b.z - z) for b in start]
    sizes = (
        max(b.x + b.h for b in moved),
        WORLD - min(b.y for b in moved),
        max(b.z for b in moved) + 1,
    )
    if max(sizes) > WORLD:
        width, depth, height = sizes
        raise InputError(
            f"expected a structure of at most {WORLD} studs and layers a side to go on from, "
            f"got {width} by {depth} by {height}"
        )
    return sorted(moved, key=building_order)


def listed(counts: Mapping[str, int]) -> str:
    """Bricks of kinds, for people.

    >>> listed({"2x4": 3, "1x1": 2})
    '3 × 2x4, 2 × 1x1'
    """
    return ", ".join(f"{number} × {kind}" for kind, number in counts.items())


def _stock(
    inventory: Inventory | Mapping[str, int] | None,
) -> tuple[Inventory | None, tuple[str, ...]]:
    """The inventory, and what a person should know of it."""
    if inventory is None:
        return None, ()
    if isinstance(inventory, Mapping):
        return Inventory.of(inventory), ()
    if not isinstance(inventory, Inventory):
        raise InputError(f'expected an inventory such as {{"2x4": 10}}, got {inventory!r:.40}')
    if not inventory.passed_over:
        return inventory, ()
    parts = ", ".join(inventory.passed_over[:3])
    count = len(inventory.passed_over)
    return inventory, (f"{count} parts of the inventory are no bricks I use: {parts}.",)


def _with_room_for(given: Sequence[Brick], brief: Brief, known: Sequence[Sequence[Value]]) -> Brief:
    """A description that is large enough for bricks that are there, and stands where they do.

    What was not asked for gives way to that, as far as it can.
    """
    needed = {
        "width": max(b.x + b.h for b in given),
        "depth": WORLD - min(b.y for b in given),
        "height": max(b.z for b in given) + 1,
    }
    short = {
        name: size
        for name, size in needed.items()
        if name in brief.fields and int(brief.fields[name]) < size
    }
    ground = [brick for brick in given if brick.z == 0]
    edges = (
        min(b.x for b in ground),
        max(b.x + b.h for b in ground),
        min(b.y for b in ground),
        max(b.y + b.w for b in ground),
    )
    there = with_fields(brief, {**short, **dict(zip(FOOTPRINT, edges, strict=True))})
    fields = fitted(there.fields, there.asked, CATEGORIES[brief.category], known)
    return replace(there, fields=fields)
