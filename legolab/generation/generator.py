"""Grow a structure brick by brick, rolling back when it would fall.

The same function serves the command line, notebooks and, later, the service: `stream` yields what
happens, `generate` returns the end of it.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from threadpoolctl import ThreadpoolController

from legolab import formats
from legolab.bricks.brick import Brick
from legolab.bricks.connectivity import count_parts
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.generation.decoding import BrickDecoder, Counts
from legolab.generation.features import Difference, differences
from legolab.generation.grammar import WORLD, Grammar, Placement, Room
from legolab.generation.models.embedded import EmbeddedModel, load_embedded
from legolab.generation.prompt import Brief, complete, understand
from legolab.generation.trace import Trace
from legolab.stability.analysis import analyze
from legolab.stability.registry import choose_backend
from legolab.stability.report import StabilityReport, Verdict
from legolab.stability.support import largest_stable

DEFAULT_TEMPERATURE = 0.3
DEFAULT_MAX_BRICKS = 200
MAX_DRAFTS = 5
"""Times a structure is drawn, until it is one part and as described; the closest is kept, of equals
the likelier."""

_BOLDER, _BOLDEST = 1.6, 1.0
"""Each draft is drawn at so many times the temperature of the one before, up to the boldest.

A low temperature keeps sizes but goes on with what it does: four legs grow to the full height and
no top is begun, because beginning it is never the likeliest thing to do (measured).
"""

_CHOICE, _LOOSE_PART = 3, 5  # as bad as so many studs amiss
_ASKED = 3  # what the caption itself asked for counts so many times as much

MAX_ROLLBACKS = 8
"""Times physics may take bricks back; then what does not stand is trimmed."""

MAX_REGROUNDED = 8
"""Times a part may be taken back because it cannot reach the ground; then it is cut out."""

REJOINED_LAYERS = (2, 3, 2)
"""Where a structure that ended in pieces is taken up again, in turn: layers below its full height.

Legs want to grow on; the layer that should have joined them is nearly always one of these.
"""

SEED_LIMIT = 2**32
_PROMPT_LENGTH_RESERVE = 8  # tokens: the last brick and the end


@dataclass(frozen=True)
class Started:
    """The caption was understood; bricks come next."""

    caption: str
    description: str  # what the model was told, in the lexicon's words
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


def generate(
    caption: str,
    *,
    seed: int | None = None,
    temperature: float = DEFAULT_TEMPERATURE,
    max_bricks: int = DEFAULT_MAX_BRICKS,
    model: str = "embedded",
    backend: str = "auto",
    drafts: int = MAX_DRAFTS,
) -> Generation:
    """Build what a caption asks for; see `stream` for arguments and errors."""
    for event in stream(
        caption,
        seed=seed,
        temperature=temperature,
        max_bricks=max_bricks,
        model=model,
        backend=backend,
        drafts=drafts,
    ):
        if isinstance(event, Finished):
            return event.result
    raise AssertionError("a stream ends with Finished")


def stream(
    caption: str,
    *,
    seed: int | None = None,
    temperature: float = DEFAULT_TEMPERATURE,
    max_bricks: int = DEFAULT_MAX_BRICKS,
    model: str = "embedded",
    backend: str = "auto",
    drafts: int = MAX_DRAFTS,
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
        model: "embedded", or the folder of a model that `legolab train` made.
        backend: the solver that verifies; without any, the report says UNVERIFIED.
        drafts: draw it at most so many times, at least 1.

    Raises:
        InputError: an argument is out of range, or there is no such solver.
        CaptionError: the caption is empty, too long or names nothing the model knows.
        ModelError: the model's files are missing or damaged.
        SolverError: the analysis ended without an answer.
    """
    _check(seed, temperature, max_bricks, drafts)
    backend = choose_backend(backend)
    understood = understand(caption)
    seed = int(np.random.SeedSequence().generate_state(1)[0]) if seed is None else seed
    began = time.perf_counter()
    loaded = load_embedded() if model == "embedded" else load_embedded(Path(model))
    load_seconds = time.perf_counter() - began
    rng = np.random.default_rng(np.random.SeedSequence([seed]))
    brief = complete(understood, loaded.descriptions[understood.category], rng)
    yield Started(caption, brief.text, seed, understood.notes)
    drawn: list[_Growth] = []
    warmth = temperature
    for number in range(1, drafts + 1):
        growth = _Growth(loaded.session(), brief, rng, warmth, max_bricks, backend)
        drawn.append(growth)
        yield from growth.events()
        if not growth.finished or growth.distance() == 0:
            break
        if number < drafts:
            warmth = max(temperature, min(_BOLDEST, warmth * _BOLDER))
            yield RolledBack(0, "it came out differently: drawn again")
    best = min(drawn, key=lambda draft: (draft.distance(), -draft.likelihood))
    if best is not drawn[-1]:
        yield RolledBack(0, f"draft {drawn.index(best) + 1} was closer")
        for index, brick in enumerate(best.structure):
            yield BrickPlaced(index, brick)
    yield Settled(best.structure, best.report.verdict)
    trace = _trace(best, drawn, model, loaded.digest, load_seconds)
    yield Finished(
        Generation(
            caption=caption,
            description=brief.text,
            notes=understood.notes,
            seed=seed,
            structure=best.structure,
            report=best.report,
            trace=trace,
            differences=best.differences,
        )
    )


def _check(seed: int | None, temperature: float, max_bricks: int, drafts: int) -> None:
    if seed is not None and not 0 <= seed < SEED_LIMIT:
        raise InputError(f"expected a seed from 0 to {SEED_LIMIT - 1}, got {seed}")
    if not 0 < temperature <= 10:
        raise InputError(f"expected a temperature above 0 and up to 10, got {temperature}")
    if max_bricks < 1:
        raise InputError(f"expected at least 1 brick, got {max_bricks}")
    if drafts < 1:
        raise InputError(f"expected at least 1 draft, got {drafts}")


class _Growth:
    """One structure on its way: decoder, legal moves, physics."""

    def __init__(
        self,
        model: EmbeddedModel,
        brief: Brief,
        rng: np.random.Generator,
        temperature: float,
        max_bricks: int,
        backend: str = "auto",
    ) -> None:
        self._model = model
        self._backend = backend
        self._brief = brief
        prompt = model.encode(f"<|begin|>{brief.text}<|sep|>")
        self._decoder = BrickDecoder(model, rng, temperature, pending=prompt, counts=Counts())
        self._max_bricks = max_bricks
        self._grammar = Grammar(room=_room(brief))
        self._marks: list[tuple[int, list[int]]] = []  # where each brick's text begins
        self._likelihoods: list[float] = []  # of each brick, nats; at last of the end
        self._banned: dict[int, set[Placement]] = {}
        self.temperature = temperature
        self.counts = self._decoder.counts
        self.regrounded = self.pruned = self.rollbacks = self.trimmed = self.rejoined = 0
        self.finished = True
        self.seconds = {"decode": 0.0, "verify": 0.0}
        self._outcome: tuple[BrickStructure, StabilityReport] | None = None

    def events(self) -> Iterator[Event]:
        """Grow, verify, roll back; at the end of the budget, trim."""
        for last in (*[False] * MAX_ROLLBACKS, True):
            yield from self._grow()
            structure, report = self._verified(len(self._grammar.bricks))
            fault = report.first_unstable
            if fault is None:
                break
            if last:
                structure, report = yield from self._trim(structure)
                break
            self.rollbacks += 1
            self._go_back_and_ban(fault)
            yield RolledBack(fault, f"brick {fault + 1} would fall")
        self._outcome = structure, report

    @property
    def structure(self) -> BrickStructure:
        """What stands at the end, once `events` has ended."""
        assert self._outcome is not None
        return self._outcome[0]

    @property
    def report(self) -> StabilityReport:
        """The analysis of it."""
        assert self._outcome is not None
        return self._outcome[1]

    @property
    def likelihood(self) -> float:
        """How likely the model finds a brick of it, on the average, nats."""
        return float(np.mean(self._likelihoods)) if self._likelihoods else 0.0

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What came out other than described."""
        return differences(self._brief.category, self._brief.fields, self.structure)

    def distance(self) -> int:
        """How far from what was asked: what differs, bricks that had to go, and loose parts.

        A thing is one part: four legs without a top that joins them are far from a table.
        """
        amiss = sum(
            _amiss(difference) * (_ASKED if difference.field in self._brief.asked else 1)
            for difference in self.differences
        )
        loose = count_parts(self.structure) - 1
        return amiss + self.trimmed + self.pruned + _LOOSE_PART * loose

    def _grow(self) -> Iterator[Event]:
        """Sample bricks until the structure ends; all of them reach the ground then."""
        self.finished = True
        while True:
            placement = self._sample()
            stranded = self._grammar.stranded(None if placement is None else placement.z)
            if stranded is None:
                if placement is None:
                    apart = self._apart()
                    if apart is None:
                        return
                    self.rejoined += 1
                    self._go_back_and_ban(apart)
                    yield RolledBack(apart, "it had come out in pieces")
                    continue
                self._grammar.add(placement.brick)
                yield BrickPlaced(len(self._grammar.bricks) - 1, placement.brick)
            elif self.finished and self.regrounded < MAX_REGROUNDED:
                self.regrounded += 1
                self._go_back_and_ban(stranded)
                yield RolledBack(stranded, f"brick {stranded + 1} could not reach the ground")
            else:
                yield from self._cut_floating()
                if not self.finished:
                    return

    def _apart(self) -> int | None:
        """For a structure in pieces, the brick from which to build it otherwise; None to let be."""
        bricks = self._grammar.bricks
        if not self.finished or self.rejoined == len(REJOINED_LAYERS) or count_parts(bricks) == 1:
            return None
        layer = self._grammar.room[2] - REJOINED_LAYERS[self.rejoined]
        return next((n for n, brick in enumerate(bricks) if n and brick.z >= layer), None)

    def _sample(self) -> Placement | None:
        """The next brick; None when the structure ends, by the model or by its size."""
        grammar = self._grammar
        full = len(grammar.bricks) >= self._max_bricks
        long = self._model.length + _PROMPT_LENGTH_RESERVE > self._model.context
        if full or long:
            self.finished = False
            return None
        began = time.perf_counter()
        banned = self._banned.get(len(grammar.bricks), ())
        mask = grammar.allowed(banned, tied=self.regrounded >= MAX_REGROUNDED)
        placement = None
        if mask.any():
            mark = self._decoder.mark()
            with _one_thread():
                placement = self._decoder.next_brick(mask, may_end=grammar.reaches_top)
            self._likelihoods[len(self._marks) :] = [self._decoder.likelihood]
            if placement is not None:
                self._marks.append(mark)
        self.seconds["decode"] += time.perf_counter() - began
        return placement

    def _go_back_and_ban(self, number: int) -> None:
        """Take back brick `number` and all after it, and never place it there again."""
        bans = self._banned.setdefault(number, set())
        bans.add(Placement.of(self._grammar.bricks[number]))
        self._keep(number)

    def _keep(self, count: int) -> None:
        """Forget all bricks but the first `count`."""
        if count < len(self._marks):
            self._decoder.go_back(self._marks[count])
        del self._marks[count:]
        del self._likelihoods[count:]
        self._banned = {n: bans for n, bans in self._banned.items() if n <= count}
        self._grammar = Grammar(self._grammar.bricks[:count], self._grammar.room)

    def _cut_floating(self) -> Iterator[Event]:
        """Drop every brick that does not reach the ground; the text goes on without them."""
        floating = set(self._grammar.floating())
        tied = [b for n, b in enumerate(self._grammar.bricks) if n not in floating]
        self.pruned += len(floating)
        first = min(floating)
        self._keep(first)
        yield RolledBack(first, f"{len(floating)} bricks could not reach the ground")
        for brick in tied[first:]:
            self._marks.append(self._decoder.mark())
            self._likelihoods.append(0.0)  # decided elsewhere
            self._decoder.append(Placement.of(brick))
            self._grammar.add(brick)
            yield BrickPlaced(len(self._grammar.bricks) - 1, brick)

    def _verified(self, count: int) -> tuple[BrickStructure, StabilityReport]:
        began = time.perf_counter()
        structure = BrickStructure(self._grammar.bricks[:count])
        report = analyze(structure, backend=self._backend)
        self.seconds["verify"] += time.perf_counter() - began
        return structure, report

    def _trim(
        self, structure: BrickStructure
    ) -> Generator[Event, None, tuple[BrickStructure, StabilityReport]]:
        """Keep the largest part that stands; one brick always does."""
        began = time.perf_counter()
        part = largest_stable(structure, backend=self._backend)
        self.seconds["verify"] += time.perf_counter() - began
        self.trimmed += len(structure) - len(part.kept)
        same = next(n for n, index in enumerate([*part.kept, -1]) if n != index)
        yield Trimmed(same)
        for index, brick in enumerate(part.structure[same:], start=same):
            yield BrickPlaced(index, brick)
        return part.structure, part.report


def _amiss(difference: Difference) -> int:
    """How much a difference weighs: a stud or layer is one."""
    if isinstance(difference.wanted, int) and isinstance(difference.seen, int):
        return abs(difference.wanted - difference.seen)
    return _CHOICE


def _room(brief: Brief) -> Room:
    """The room a description gives; what it does not name is as large as the world."""
    width, depth, height = (
        int(brief.fields.get(name, WORLD)) for name in ("width", "depth", "height")
    )
    return width, depth, height


def _trace(
    best: _Growth, drafts: Sequence[_Growth], model: str, weights: str, load_seconds: float
) -> Trace:
    """What all drafts took, and how the one that was kept ended."""
    seconds = {
        stage: sum(draft.seconds[stage] for draft in drafts) for stage in ("decode", "verify")
    }
    return Trace(
        model=model,
        weights=weights,
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
    )


def _one_thread() -> AbstractContextManager[object]:
    """One BLAS thread: matrices this small only wait for more of them."""
    limited: AbstractContextManager[object] = _blas().limit(limits=1, user_api="blas")
    return limited


@lru_cache(maxsize=1)
def _blas() -> ThreadpoolController:
    return ThreadpoolController()
