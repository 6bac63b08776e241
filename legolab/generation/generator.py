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
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.generation.decoding import TOKENS_PER_BRICK, BrickDecoder
from legolab.generation.drafting import MAX_BRICKS, Draft, room_of
from legolab.generation.grammar import WORLD, Placement
from legolab.generation.lexicon import Value
from legolab.generation.models.embedded import EmbeddedModel, load_embedded
from legolab.generation.painting import painted
from legolab.generation.planning import Plan, Wanted, listed
from legolab.generation.planning import plan as make_plan
from legolab.generation.prompt import Brief, complete, read_description, understand
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
DEFAULT_MAX_BRICKS = MAX_BRICKS
MAX_DRAFTS = 5
"""Times a structure is drawn, until it is one part, as described and no shape that was trained on;
the closest is kept, of equals what is new, and then the likelier.

What the caption leaves open is drawn anew each time: of 84 captions of unseen shapes 89 % come out
as described then, 82 % where the description stays and each draft is bolder (measured)."""

MAX_TRIED = 800
"""Bricks tried in two or more drafts, after which none is begun: what is large, or cannot be, does
not keep people waiting for what a third rarely brings."""

SEED_LIMIT = 2**32

MOST_DRAFTS = 100

_BOLDER, _BOLDEST = 1.6, 1.0
"""Where all of a description is fixed, each draft is drawn at so many times the temperature of the
one before, up to the boldest: the same again would mostly come out the same (measured)."""

_Options = ParamSpec("_Options")

_DOUBT = 4.0
"""Nats: bricks stay through a change until they are so much less likely than before it."""


def edit(result: Generation, words: str, **options: Any) -> Generation:
    """Build a model again with something changed, and as many of its bricks as can stay.

    >>> chair = generate("a chair with a low back", seed=1)
    >>> higher = edit(chair, "make the back higher")
    >>> higher.notes[0].startswith("Changed: back from low to high")
    True

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
    blind: bool = False,
    fields: Mapping[str, Value] | None = None,
    paint: Mapping[str, int | str] | None = None,
    inventory: Inventory | Mapping[str, int] | None = None,
    start: BrickStructure | None = None,
    change: str | None = None,
) -> Iterator[Event]:
    """Build what a caption asks for, event by event.

    The structure that comes out is analysed: it is stable, or its report says that it is not
    verified. When something of it can be seen to differ from the description, it falls into parts
    when lifted, or it is a shape that was trained on, it is drawn again, a few times, by another
    description where the caption leaves something open; the closest is kept.

    Args:
        caption: a person's words, at most 1,000 characters.
        seed: 0 to 2**32 - 1; the same seed gives the same bricks. None draws one.
        temperature: above 0; lower keeps closer to what the model finds likely.
        max_bricks: stop after this many, at least 1.
        model: "embedded", the folder of a model that `legolab train` made, or one that is loaded.
        backend: the solver that verifies; without any, the report says UNVERIFIED.
        drafts: draw it at most so many times, at least 1.
        blind: draw it so many times in any case and keep the likeliest in one piece that was not
            learned by heart, without a look at the description: what the model is worth by itself.
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
    seed = int(np.random.SeedSequence().generate_state(1)[0]) if seed is None else seed
    began = time.perf_counter()
    loaded = _loaded(model)
    load_seconds = time.perf_counter() - began
    rng = np.random.default_rng(np.random.SeedSequence([seed]))
    known = loaded.descriptions[understood.category]
    wanted = Wanted(fields, paint, inventory, start, change)

    def describe() -> Plan:
        return make_plan(understood, known, wanted, rng)

    first = describe()
    yield Started(caption, first.brief.text, seed, first.notes)
    drawing = _Drawing(
        loaded, first, describe, rng, temperature, max_bricks, backend, drafts, blind
    )
    yield from drawing.events()
    best = drawing.best
    plan = replace(first, brief=best.brief)
    structure = best.structure.with_colors(_colors(best.structure, plan))
    yield Settled(structure, best.report.verdict)
    missing = {}
    if first.stock is not None and (not best.finished or best.distance()):
        free = np.random.default_rng(np.random.SeedSequence([seed]))
        complete(understood, known, free)  # draws what it drew before
        missing = _missing(Draft(loaded.session(), first.brief, free, temperature), first.stock)
    trace = _trace(best, drawing.drawn, loaded, load_seconds, drawing.moments)
    yield Finished(_result(caption, seed, plan, best, structure, missing, trace))


def _result(
    caption: str,
    seed: int,
    plan: Plan,
    best: Draft,
    structure: BrickStructure,
    missing: Mapping[str, int],
    trace: Trace,
) -> Generation:
    """All there is to say of the best draft, whose bricks are coloured in `structure`."""
    kept = _shared(structure, plan.given)
    return Generation(
        caption=caption,
        description=plan.brief.text,
        notes=(*plan.notes, *_afterwards(plan, best, kept, missing)),
        seed=seed,
        structure=structure,
        report=replace(best.report, structure=structure),
        trace=trace,
        differences=best.differences,
        paint=plan.paint,
        kept=kept,
        missing=missing,
    )


class _Drawing:
    """Drafts of what is planned, until one is as described; the best of them."""

    def __init__(
        self,
        model: EmbeddedModel,
        plan: Plan,
        describe: Callable[[], Plan],
        rng: np.random.Generator,
        temperature: float,
        max_bricks: int,
        backend: str,
        drafts: int,
        blind: bool,
    ) -> None:
        """Set up; nothing is drawn yet.

        Args:
            model: that has read nothing.
            plan: of the first draft.
            describe: draws what was left open of it anew.
            rng, temperature, max_bricks, backend, drafts, blind: as for `stream`.
        """
        self._model = model
        self._plan = plan
        self._describe = describe
        self._rng = rng
        self._temperature = temperature
        self._max_bricks = max_bricks
        self._backend = backend
        self._drafts = drafts
        self._blind = blind
        self._clock = time.perf_counter()
        self.drawn: list[Draft] = []
        self.moments: list[Moment] = []

    @property
    def best(self) -> Draft:
        """The closest to the description; of equals what is new, and then the likelier."""

        def rank(draft: Draft) -> tuple[bool, int, bool, float]:
            return not draft.finished, self._amiss(draft), draft.is_recited, -draft.likelihood

        return min(self.drawn, key=rank)

    def _amiss(self, draft: Draft) -> int:
        return draft.damage() if self._blind else draft.distance()

    def events(self) -> Iterator[Event]:
        """Draw, and show the best at the end."""
        plan, brief, warmth = self._plan, self._plan.brief, self._temperature
        for number, keep in enumerate(self._keeping()):
            self._tell("draft", number, f"temperature {warmth:.2g}")
            draft = Draft(
                self._model.session(),
                brief,
                self._rng,
                warmth,
                self._max_bricks,
                self._backend,
                given=plan.first(keep),
                stock=None if plan.stock is None else plan.stock.counts,
                is_whole=plan.is_whole,
                tell=self._tell,
            )
            yield from draft.events()
            self.drawn.append(draft)
            self._tell("end", len(draft.structure), draft.report.verdict.value)
            amiss, likely = self._amiss(draft), draft.likelihood
            self._tell("judged", number, f"{amiss} amiss, {likely:.2f} nats a brick")
            cut_short = not draft.finished and plan.stock is None
            is_new = bool(plan.given) or not draft.is_recited
            if cut_short or (amiss == 0 and is_new and not self._blind) or plan.is_whole:
                break
            if number + 1 < self._drafts:
                if not self._blind:
                    tried = sum(draft.counts.proposals for draft in self.drawn)
                    if number and tried >= MAX_TRIED:
                        break
                    brief, warmth = self._next(brief, warmth)
                why = "it came out differently" if amiss else "it is no new shape"
                yield RolledBack(0, f"{why}: drawn again", brief.text)
        best = self.best
        if best is not self.drawn[-1]:
            number = self.drawn.index(best)
            self._tell("chosen", number, "it is closer to the description")
            yield RolledBack(0, f"draft {number + 1} was closer", best.brief.text)
            for index, brick in enumerate(best.structure):
                yield BrickPlaced(index, brick)

    def _next(self, brief: Brief, warmth: float) -> tuple[Brief, float]:
        """Description and temperature of a further draft: another one, or bolder."""
        if not self._plan.given:
            other = self._describe().brief
            if other != brief:
                return other, self._temperature
        return brief, max(self._temperature, min(_BOLDEST, warmth * _BOLDER))

    def _keeping(self) -> Iterator[int]:
        """How many of the given bricks each draft begins with: fewer each time in a change."""
        plan = self._plan
        if not plan.is_change or plan.is_whole:
            yield from [len(plan.given)] * self._drafts
            return
        most = _agreeing(self._model.session(), self._rng, plan)
        for number in range(self._drafts - 1):
            yield most // 2**number
        yield 0 if self._drafts > 1 else most

    def _tell(self, what: str, brick: int, why: str = "") -> None:
        seconds = time.perf_counter() - self._clock
        self.moments.append(Moment(round(1e3 * seconds, 2), what, brick, why))


def _colors(structure: BrickStructure, plan: Plan) -> list[int]:
    """A colour for each brick, out of the inventory where there is one."""
    colors = painted(structure, plan.brief.category, plan.brief.fields, plan.paint)
    return colors if plan.stock is None else plan.stock.colors_for(structure, colors)


def _missing(free: Draft, stock: Inventory) -> dict[str, int]:
    """What an inventory lacks of what is built without it."""
    for _ in free.events():
        pass
    return stock.missing(free.structure)


def _afterwards(plan: Plan, best: Draft, kept: int, missing: Mapping[str, int]) -> Iterator[str]:
    """What a person should know of how it went."""
    if plan.is_change:
        yield f"The first {kept} of {len(plan.given)} bricks are as they were."
    elif kept < len(plan.given):
        gone = len(plan.given) - kept
        yield f"{gone} of the {len(plan.given)} bricks to go on from could not stay in place."
    if missing or (plan.stock is not None and not best.finished):
        lacking = f"{listed(missing)} more" if missing else "other sizes"
        yield f"The inventory is short; as I would build it, it takes {lacking}."


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
    for name, number in (("seed", seed), ("max_bricks", max_bricks), ("drafts", drafts)):
        if number is not None and not isinstance(number, int | np.integer):
            raise InputError(f"expected a whole number as {name}, got {number!r:.40}")
    if seed is not None and not 0 <= seed < SEED_LIMIT:
        raise InputError(f"expected a seed from 0 to {SEED_LIMIT - 1}, got {seed}")
    if not isinstance(temperature, int | float | np.number) or not 0 < temperature <= 10:
        raise InputError(f"expected a temperature above 0 and up to 10, got {temperature!r:.40}")
    if max_bricks < 1:
        raise InputError(f"expected at least 1 brick, got {max_bricks}")
    if drafts < 1:
        raise InputError(f"expected at least 1 draft, got {drafts}")
    if drafts > MOST_DRAFTS:
        raise InputError(f"expected at most {MOST_DRAFTS} drafts, got {drafts}")


def _loaded(model: str | EmbeddedModel) -> EmbeddedModel:
    if isinstance(model, EmbeddedModel):
        return model
    return load_embedded() if model == "embedded" else load_embedded(Path(model))


def _agreeing(model: EmbeddedModel, rng: np.random.Generator, plan: Plan) -> int:
    """How many of the first bricks fit a changed description as they fitted the one before.

    The model itself says so: by how much less likely it finds them. At least the last one goes.
    """
    width, depth, height = room_of(plan.brief)
    inside = takewhile(
        lambda b: b.x + b.h <= width and b.y >= WORLD - depth and b.z < height, plan.given[:-1]
    )
    placements = [Placement.of(brick) for brick in inside]
    prompts = [model.encode(f"<|begin|>{brief.text}<|sep|>") for brief in (plan.before, plan.brief)]
    longest = (model.context - max(map(len, prompts))) // TOKENS_PER_BRICK - 1
    decoder = BrickDecoder(model, rng, 1.0, [])
    was, now = (decoder.likelihoods(prompt, placements[:longest]) for prompt in prompts)
    return int((np.cumsum(was - now) < _DOUBT).cumprod().sum())


def _shared(one: Sequence[Brick], other: Sequence[Brick]) -> int:
    """How many first bricks are the same."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


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
