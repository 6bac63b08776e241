"""A caption becomes bricks that are proved to stand: drafts are drawn, and the best is kept.

`stream` yields what happens, `generate` returns the end of it; the command line, notebooks, widgets
and the service all call these.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import update_wrapper
from inspect import signature
from itertools import takewhile
from pathlib import Path
from typing import Any, ParamSpec

import numpy as np

from legolab.bricks.brick import Brick
from legolab.bricks.inventory import Inventory
from legolab.bricks.legolize import building_order
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.generation.coloring import check_paint
from legolab.generation.decoding import TOKENS_PER_BRICK, BrickDecoder
from legolab.generation.drafting import Draft, room_of
from legolab.generation.edits import change as change_brief
from legolab.generation.grammar import WORLD, Placement
from legolab.generation.lexicon import Value
from legolab.generation.models.embedded import EmbeddedModel, load_embedded
from legolab.generation.painting import painted
from legolab.generation.prompt import (
    Brief,
    complete,
    read_description,
    understand,
    with_fields,
)
from legolab.generation.result import (
    BrickPlaced,
    Event,
    Finished,
    Generation,
    RolledBack,
    Settled,
    Started,
)
from legolab.generation.trace import Moment, Trace
from legolab.stability.registry import choose_backend

DEFAULT_TEMPERATURE = 0.3
DEFAULT_MAX_BRICKS = 400
MAX_DRAFTS = 5
"""Times a structure is drawn, until it is one part and as described; the closest is kept, of equals
the likelier."""

SEED_LIMIT = 2**32

_BOLDER, _BOLDEST = 1.6, 1.0
"""Each draft is drawn at so many times the temperature of the one before, up to the boldest.

A low temperature keeps sizes but goes on with what it does: four legs grow to the full height and
no top is begun, because beginning it is never the likeliest thing to do (measured).
"""

_Options = ParamSpec("_Options")

_DOUBT = 4.0
"""Nats: bricks stay through a change until they are so much less likely than before it."""


def edit(result: Generation, words: str, **options: Any) -> Generation:
    """Build a model again with something changed, and as many of its bricks as can stay.

    >>> chair = generate("a chair with a low back", seed=1)
    >>> higher = edit(chair, "make the back higher")
    >>> higher.notes[0]
    'Changed: back from low to high.'

    Args:
        result: what was built.
        words: the change: "make the back higher", "remove the arms", "black legs".
        options: as for `stream`; the seed is that of the result if not given.

    Raises:
        CaptionError: the change is not understood, or there is nothing to change.
        InputError, ModelError, SolverError: as `stream`.
    """
    return generate(result.caption, **{**edit_of(result, words), **options})


def edit_of(result: Generation, words: str) -> dict[str, Any]:
    """The options of `stream` that change a result."""
    return {
        "seed": result.seed,
        "fields": read_description(result.description).fields,
        "paint": result.paint,
        "start": result.structure,
        "change": words,
    }


def stream(
    caption: str,
    *,
    seed: int | None = None,
    temperature: float = DEFAULT_TEMPERATURE,
    max_bricks: int = DEFAULT_MAX_BRICKS,
    model: str | EmbeddedModel = "embedded",
    backend: str = "auto",
    drafts: int = MAX_DRAFTS,
    fields: Mapping[str, Value] | None = None,
    paint: Mapping[str, int | str] | None = None,
    inventory: Inventory | Mapping[str, int] | None = None,
    start: BrickStructure | None = None,
    change: str | None = None,
) -> Iterator[Event]:
    """Build what a caption asks for, event by event.

    The structure that comes out is analysed: it is stable, or its report says that it is not
    verified. When something of it can be seen to differ from the description, or it falls into
    parts when lifted, it is drawn again, a few times, and the closest is kept.

    Args:
        caption: a person's words, at most 1,000 characters.
        seed: 0 to 2**32 - 1; the same seed gives the same bricks. None draws one.
        temperature: above 0; lower keeps closer to what the model finds likely.
        max_bricks: stop after this many, at least 1.
        model: "embedded", the folder of a model that `legolab train` made, or one that is loaded.
        backend: the solver that verifies; without any, the report says UNVERIFIED.
        drafts: draw it at most so many times, at least 1.
        fields: fields of the description set by hand, over what the caption says.
        paint: part, or "whole" -> colour by name or LDraw code, over what the caption says.
        inventory: the bricks there are; never more of a kind are used.
        start: a half-built structure to go on from. All of its bricks stay, but for what could
            not stand in the end.
        change: words for what is to be other than in `start`, which is whole then; of its bricks
            as many stay as fit the changed description.

    Raises:
        InputError: an argument is out of range, or there is no such solver, field or brick.
        CaptionError: the caption is empty, too long or names nothing the model knows; or the
            change is not understood.
        ModelError: the model's files are missing or damaged.
        SolverError: the analysis ended without an answer.
    """
    _check(seed, temperature, max_bricks, drafts)
    backend = choose_backend(backend)
    understood = understand(caption)
    own_paint = dict(understood.paint) | check_paint(paint or {}, understood.category)
    stock = Inventory.of(inventory) if isinstance(inventory, Mapping) else inventory
    seed = int(np.random.SeedSequence().generate_state(1)[0]) if seed is None else seed
    began = time.perf_counter()
    loaded = _loaded(model)
    load_seconds = time.perf_counter() - began
    rng = np.random.default_rng(np.random.SeedSequence([seed]))
    known = loaded.descriptions[understood.category]
    brief = with_fields(complete(understood, known, rng), fields or {})
    notes = list(understood.notes)
    before = brief
    if change is not None:
        changed = change_brief(change, brief, known)
        brief, own_paint = changed.brief, own_paint | dict(changed.paint)
        notes.insert(0, f"Changed: {', '.join(changed.told)}.")
    given: list[Brick] = []
    if start is not None:
        given = in_frame(start)
        if change is None:
            brief = _with_room_for(given, brief)
    elif change is not None:
        raise InputError("expected what was built, to change it, got nothing to start from")
    if stock is not None and (short := stock.missing(given)) and change is None:
        raise InputError(
            f"expected an inventory that has what is there already, it lacks {_list(short)}"
        )
    if stock is not None and stock.passed_over:
        parts = ", ".join(stock.passed_over[:3])
        notes.append(
            f"{len(stock.passed_over)} parts of the inventory are no bricks I use: {parts}."
        )
    yield Started(caption, brief.text, seed, tuple(notes))
    moments: list[Moment] = []
    clock = time.perf_counter()

    def tell(what: str, brick: int, why: str = "") -> None:
        seconds = time.perf_counter() - clock
        moments.append(Moment(round(1e3 * seconds, 2), what, brick, why))

    keeping = [len(given)] * drafts
    is_whole = change is not None and brief.fields == before.fields
    if change is not None and not is_whole:
        most = _agreeing(loaded.session(), rng, before, brief, given)
        keeping = [most, *(most // 2**n for n in range(1, drafts - 1)), 0][:drafts]
    counts = None if stock is None else stock.counts
    drawn: list[Draft] = []
    warmth = temperature
    for number, keep in enumerate(keeping, start=1):
        draft = Draft(
            loaded.session(),
            brief,
            rng,
            warmth,
            max_bricks,
            backend,
            given=_of_stock(given[:keep], counts),
            stock=counts,
            is_whole=is_whole,
            tell=tell,
        )
        drawn.append(draft)
        tell("draft", number - 1, f"temperature {warmth:.2g}")
        yield from draft.events()
        tell("end", len(draft.structure), draft.report.verdict.value)
        tell("judged", number - 1, f"{draft.distance()} amiss, {draft.likelihood:.2f} nats a brick")
        if (not draft.finished and counts is None) or draft.distance() == 0 or is_whole:
            break
        if number < drafts:
            warmth = max(temperature, min(_BOLDEST, warmth * _BOLDER))
            yield RolledBack(0, "it came out differently: drawn again")
    best = min(drawn, key=lambda d: (not d.finished, d.distance(), -d.likelihood))
    if best is not drawn[-1]:
        tell("chosen", drawn.index(best), "it is closer to the description")
        yield RolledBack(0, f"draft {drawn.index(best) + 1} was closer")
        for index, brick in enumerate(best.structure):
            yield BrickPlaced(index, brick)
    colors = painted(best.structure, brief.category, brief.fields, own_paint)
    if stock is not None:
        colors = stock.colors_for(best.structure, colors)
    structure = best.structure.with_colors(colors)
    report = replace(best.report, structure=structure)
    yield Settled(structure, report.verdict)
    kept = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(structure, given, strict=False))
    )
    if change is not None:
        notes.insert(1, f"The first {kept} of {len(given)} bricks are as they were.")
    elif kept < len(given):
        gone = len(given) - kept
        notes.append(f"{gone} of the {len(given)} bricks to go on from could not stay in place.")
    missing: dict[str, int] = {}
    if stock is not None and (not best.finished or best.distance()):
        free = np.random.default_rng(np.random.SeedSequence([seed]))
        complete(understood, known, free)  # draws what it drew before
        draft = Draft(loaded.session(), brief, free, temperature, max_bricks, backend)
        for _ in draft.events():
            pass
        missing = stock.missing(draft.structure)
        if missing or not best.finished:
            lacking = f"{_list(missing)} more" if missing else "other sizes"
            notes.append(f"The inventory is short; as I would build it, it takes {lacking}.")
    yield Finished(
        Generation(
            caption=caption,
            description=brief.text,
            notes=tuple(notes),
            seed=seed,
            structure=structure,
            report=report,
            trace=_trace(best, drawn, loaded, load_seconds, moments),
            differences=best.differences,
            paint=own_paint,
            kept=kept,
            missing=missing,
        )
    )


def _to_the_end(events: Callable[_Options, Iterator[Event]]) -> Callable[_Options, Generation]:
    """The result of a stream, with the stream's own arguments."""

    def generate(*args: _Options.args, **options: _Options.kwargs) -> Generation:
        for event in events(*args, **options):
            if isinstance(event, Finished):
                return event.result
        raise AssertionError("a stream ends with Finished")

    update_wrapper(generate, events, ("__module__", "__annotations__"))
    generate.__qualname__ = "generate"
    generate.__doc__ = "Build what a caption asks for; see `stream` for arguments and errors."
    vars(generate)["__signature__"] = signature(events).replace(return_annotation="Generation")
    return generate


generate = _to_the_end(stream)


def _check(seed: int | None, temperature: float, max_bricks: int, drafts: int) -> None:
    if seed is not None and not 0 <= seed < SEED_LIMIT:
        raise InputError(f"expected a seed from 0 to {SEED_LIMIT - 1}, got {seed}")
    if not 0 < temperature <= 10:
        raise InputError(f"expected a temperature above 0 and up to 10, got {temperature}")
    if max_bricks < 1:
        raise InputError(f"expected at least 1 brick, got {max_bricks}")
    if drafts < 1:
        raise InputError(f"expected at least 1 draft, got {drafts}")


def _loaded(model: str | EmbeddedModel) -> EmbeddedModel:
    if isinstance(model, EmbeddedModel):
        return model
    return load_embedded() if model == "embedded" else load_embedded(Path(model))


def in_frame(start: BrickStructure) -> list[Brick]:
    """Bricks in building order and in the frame of the model: from x = 0, up to y = 20, on z = 0.

    Raises:
        InputError: there is none, or it is larger than the model's world.
    """
    if not len(start):
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


def _with_room_for(given: Sequence[Brick], brief: Brief) -> Brief:
    """A description that is large enough for bricks that are there."""
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
    return with_fields(brief, short)


def _of_stock(given: Sequence[Brick], counts: Mapping[str, int] | None) -> Sequence[Brick]:
    """The first of some bricks, as far as the inventory has them."""
    if counts is None:
        return given
    stock = Inventory.of(counts)
    most = next((n for n in range(len(given), 0, -1) if not stock.missing(given[:n])), 0)
    return given[:most]


def _agreeing(
    model: EmbeddedModel,
    rng: np.random.Generator,
    before: Brief,
    after: Brief,
    bricks: Sequence[Brick],
) -> int:
    """How many of the first bricks fit a changed description as they fitted the one before.

    The model itself says so: by how much less likely it finds them. At least the last one goes.
    """
    width, depth, height = room_of(after)
    inside = len(
        list(
            takewhile(
                lambda b: b.x + b.h <= width and b.y >= WORLD - depth and b.z < height, bricks
            )
        )
    )
    placements = [Placement.of(brick) for brick in bricks[: min(inside, len(bricks) - 1)]]
    prompts = [model.encode(f"<|begin|>{brief.text}<|sep|>") for brief in (before, after)]
    longest = (model.context - max(map(len, prompts))) // TOKENS_PER_BRICK - 1
    decoder = BrickDecoder(model, rng, 1.0, pending=[])
    was, now = (decoder.likelihoods(prompt, placements[:longest]) for prompt in prompts)
    return int((np.cumsum(was - now) < _DOUBT).cumprod().sum())


def _shared(one: Sequence[Brick], other: Sequence[Brick]) -> int:
    """How many first bricks are the same."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _list(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} × {kind}" for kind, number in counts.items())


def _trace(
    best: Draft,
    drafts: Sequence[Draft],
    model: EmbeddedModel,
    load_seconds: float,
    moments: Sequence[Moment],
) -> Trace:
    """What all drafts took, and how the one that was kept ended."""
    seconds = {
        stage: sum(draft.seconds[stage] for draft in drafts) for stage in ("decode", "verify")
    }
    return Trace(
        model=model.name,
        weights=model.digest,
        temperature=best.temperature,
        drafts=len(drafts),
        proposals=sum(draft.counts.proposals for draft in drafts),
        rejections=sum(draft.counts.restarts for draft in drafts),
        steps=sum(draft.counts.steps for draft in drafts),
        regrounded=sum(draft.regrounded for draft in drafts),
        rollbacks=sum(draft.rollbacks for draft in drafts),
        pruned=best.pruned,
        trimmed=best.trimmed,
        likelihood=best.likelihood,
        finished=best.finished,
        seconds={"load": load_seconds, **seconds},
        moments=tuple(moments),
    )
