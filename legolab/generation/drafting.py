"""One draft of a model: bricks are drawn, taken back where they cannot stay, and verified.

Knows one description and one model; who compares drafts is `generator`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from itertools import takewhile

import numpy as np
from threadpoolctl import ThreadpoolController

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import KIND_OF_SIZE, SIZES
from legolab.bricks.connectivity import count_parts
from legolab.bricks.inventory import brick_counts
from legolab.bricks.legolize import building_order
from legolab.bricks.structure import BrickStructure
from legolab.bricks.tying import tie
from legolab.errors import InputError
from legolab.generation.decoding import BrickDecoder
from legolab.generation.features import Difference, Form, differences
from legolab.generation.grammar import WORLD, Grammar, Ground, Mask, Placement, Room
from legolab.generation.guessing import Guesser
from legolab.generation.lexicon import FOOTPRINT
from legolab.generation.models.embedded import EmbeddedModel
from legolab.generation.prompt import Brief
from legolab.generation.result import BrickPlaced, Event, RolledBack, Trimmed
from legolab.stability.analysis import analyze
from legolab.stability.report import StabilityReport
from legolab.stability.support import largest_stable

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

MAX_BRICKS = 400
"""Bricks of a draft, if not told otherwise."""

_TIED = "a few bricks laid otherwise, so that it holds together"

_ANYWHERE: Ground = (0, WORLD, 0, WORLD)

_PROMPT_LENGTH_RESERVE = 8  # tokens: the last brick and the end


class Draft:
    """One structure on its way: decoder, legal moves, physics."""

    def __init__(
        self,
        model: EmbeddedModel,
        brief: Brief,
        rng: np.random.Generator,
        temperature: float,
        max_bricks: int = MAX_BRICKS,
        backend: str = "auto",
        given: Sequence[Brick] = (),
        stock: Mapping[str, int] | None = None,
        is_whole: bool = False,
        tell: Callable[[str, int, str], None] = lambda what, brick, why: None,
    ) -> None:
        """Set up; nothing is drawn yet.

        Args:
            model: that has read nothing.
            brief: what to build.
            rng: of the draws.
            temperature: of the draws.
            max_bricks: stop after this many.
            backend: the solver that verifies.
            given: bricks to go on from, in building order, inside the brief's room.
            stock: kind -> how many bricks there are of it; None for as many as wanted.
            is_whole: whether the given bricks are all there is to be.
            tell: called for every moment of the trace: what, which brick, why.
        """
        self._model = model
        self._backend = backend
        self.brief = brief
        prompt = model.encode(f"<|begin|>{brief.text}<|sep|>")
        self._decoder = BrickDecoder(model, rng, temperature, prompt)
        self._max_bricks = max_bricks
        self._grammar = Grammar(room=room_of(brief), ground=ground_of(brief))
        self._guesser = Guesser(self._grammar.room[2], self._grammar.ground)
        self._marks: list[int] = []  # where each brick's text begins
        self._likelihoods: list[float] = []  # of each brick, nats; at last of the end
        self._banned: dict[int, set[Placement]] = {}
        self.temperature = temperature
        self.counts = self._decoder.counts
        self.regrounded = self.pruned = self.rollbacks = self.trimmed = self.rejoined = 0
        self.finished = True
        self.seconds = {"decode": 0.0, "verify": 0.0}
        self._outcome: tuple[BrickStructure, StabilityReport] | None = None
        self._given = len(given)
        self._stock = stock
        self._is_whole = is_whole
        self._tell = tell
        for brick in given:
            self._write(brick)

    def events(self) -> Iterator[Event]:
        """Grow, verify, roll back; at the end of the budget, trim."""
        for index, brick in enumerate(self._grammar.bricks):
            yield BrickPlaced(index, brick)
        for last in (*[False] * MAX_ROLLBACKS, True):
            if not self._is_whole:
                yield from self._grow()
            structure, report = self._verified(len(self._grammar.bricks))
            fault = report.first_unstable
            if fault is None:
                break
            back = self._free_to_go(fault)
            if last or back is None:
                structure, report = yield from self._trim(structure)
                break
            self.rollbacks += 1
            yield self._go_back_and_ban(back, f"brick {fault + 1} would fall")
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
        """How likely the model finds a brick that it drew, on the average, nats."""
        own = np.array(self._likelihoods[self._given :])
        own = own[~np.isnan(own)]
        return float(own.mean()) if own.size else 0.0

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What came out other than described."""
        return differences(self.brief.category, self.brief.fields, self.structure)

    @property
    def is_recited(self) -> bool:
        """Whether it is a shape that the model was trained on."""
        return Form.of(self.structure).digest() in self._model.taught

    def distance(self) -> int:
        """How far from what was asked: what differs, bricks that had to go, and loose parts."""
        amiss = sum(
            _amiss(difference) * (_ASKED if difference.field in self.brief.asked else 1)
            for difference in self.differences
        )
        return amiss + self.damage()

    def damage(self) -> int:
        """Bricks that had to go, and loose parts: a thing is one part.

        Four legs without a top that joins them are far from a table.
        """
        return self.trimmed + self.pruned + _LOOSE_PART * (count_parts(self.structure) - 1)

    def _grow(self) -> Iterator[Event]:
        """Sample bricks until the structure ends; all of them reach the ground then."""
        self.finished = True
        while True:
            placement = self._sample()
            next_layer = None if placement is None else placement.z
            stranded = self._grammar.stranded(next_layer)
            back = None if stranded is None else self._free_to_go(stranded)
            if stranded is None:
                if placement is None:
                    tied = self._tied()
                    if tied is not None and count_parts(tied) == 1:
                        yield from self._replace(tied, "tied", _TIED)
                        return
                    apart = self._apart()
                    if apart is None:
                        return
                    self.rejoined += 1
                    yield self._go_back_and_ban(apart, "it had come out in pieces")
                    continue
                self._grammar.add(placement.brick)
                yield BrickPlaced(len(self._grammar.bricks) - 1, placement.brick)
            elif back is not None and self.finished and self.regrounded < MAX_REGROUNDED:
                tied = self._tied()
                if tied is not None and self._with(tied).stranded(next_layer) is None:
                    yield from self._replace(tied, "tied", _TIED)
                    continue
                self.regrounded += 1
                yield self._go_back_and_ban(
                    back, f"brick {stranded + 1} could not reach the ground"
                )
            else:
                yield from self._cut_floating()
                if not self.finished:
                    return

    def _tied(self) -> list[Brick] | None:
        """For a structure in pieces, the bricks of one in fewer; None where there is none."""
        bricks = self._grammar.bricks
        if not self.finished or count_parts(bricks) == 1:
            return None
        tied = sorted(tie(bricks, fixed=self._given), key=building_order)
        stays = tied[: self._given] == bricks[: self._given] and len(tied) <= self._max_bricks
        return tied if stays and self._has(tied) else None

    def _has(self, bricks: Sequence[Brick]) -> bool:
        """Whether there are so many bricks of each kind."""
        if self._stock is None:
            return True
        stock = self._stock
        return all(count <= stock.get(kind, 0) for kind, count in brick_counts(bricks).items())

    def _apart(self) -> int | None:
        """For a structure in pieces, the brick from which to build it otherwise; None to let be."""
        bricks = self._grammar.bricks
        if not self.finished or self.rejoined == len(REJOINED_LAYERS) or count_parts(bricks) == 1:
            return None
        layer = self._grammar.room[2] - REJOINED_LAYERS[self.rejoined]
        first = max(1, self._given)
        return next((n for n in range(first, len(bricks)) if bricks[n].z >= layer), None)

    def _sample(self) -> Placement | None:
        """The next brick; None when the structure ends, by the model or by its size."""
        grammar = self._grammar
        full = len(grammar.bricks) >= self._max_bricks
        long = self._decoder.length + _PROMPT_LENGTH_RESERVE > self._model.context
        if full or long:
            self.finished = False
            return None
        began = time.perf_counter()
        banned = self._banned.get(len(grammar.bricks), ())
        mask = grammar.allowed(banned, tied=self.regrounded >= MAX_REGROUNDED)
        could_go_on = bool(mask.any())
        self._leave_out_what_is_used_up(mask)
        placement = None
        if not mask.any():
            self.finished = grammar.reaches_top and not could_go_on
        else:
            mark = self._decoder.length
            self._guesser.look_at(grammar.bricks)
            with _one_thread():
                placement = self._decoder.next_brick(mask, grammar.reaches_top, self._guesser.along)
            self._likelihoods[len(self._marks) :] = [self._decoder.likelihood]
            for why in self._decoder.dead_ends:
                self._tell("restart", len(grammar.bricks), why)
            if placement is not None:
                self._marks.append(mark)
            said = "the end" if placement is None else str(placement.brick)
            self._tell("proposal", len(grammar.bricks), said)
        self.seconds["decode"] += time.perf_counter() - began
        return placement

    def _leave_out_what_is_used_up(self, mask: Mask) -> None:
        """Clear from a mask the kinds of which there is no brick left."""
        if self._stock is None:
            return
        used = brick_counts(self._grammar.bricks)
        for index, size in enumerate(SIZES):
            kind = KIND_OF_SIZE[size].name
            if used.get(kind, 0) >= self._stock.get(kind, 0):
                mask[index] = False

    def _free_to_go(self, number: int) -> int | None:
        """The first brick from `number` on that is not given; None when all are."""
        first = max(number, self._given)
        return first if first < len(self._grammar.bricks) else None

    def _go_back_and_ban(self, number: int, why: str) -> RolledBack:
        """Take back brick `number` and all after it, and never place it there again."""
        bans = self._banned.setdefault(number, set())
        bans.add(Placement.of(self._grammar.bricks[number]))
        self._keep(number)
        self._tell("rollback", number, why)
        return RolledBack(number, why)

    def _replace(self, bricks: Sequence[Brick], what: str, why: str) -> Iterator[Event]:
        """Have these bricks instead; all before the first that differs stay."""
        before = self._grammar.bricks
        same = takewhile(lambda pair: pair[0] == pair[1], zip(before, bricks, strict=False))
        first = sum(1 for _ in same)
        likelihoods = dict(zip(before, self._likelihoods, strict=False))
        self._keep(first)
        self._tell(what, first, why)
        yield RolledBack(first, why)
        for brick in bricks[first:]:
            self._write(brick, likelihoods.get(brick, np.nan))
            yield BrickPlaced(len(self._grammar.bricks) - 1, brick)

    def _write(self, brick: Brick, likelihood: float = np.nan) -> None:
        """Place a brick that was decided elsewhere."""
        self._marks.append(self._decoder.length)
        self._likelihoods.append(likelihood)
        self._decoder.append(Placement.of(brick))
        self._grammar.add(brick)

    def _keep(self, count: int) -> None:
        """Forget all bricks but the first `count`."""
        if count < len(self._marks):
            self._decoder.go_back(self._marks[count])
        del self._marks[count:]
        del self._likelihoods[count:]
        self._banned = {n: bans for n, bans in self._banned.items() if n <= count}
        self._grammar = self._with(self._grammar.bricks[:count])

    def _with(self, bricks: Sequence[Brick]) -> Grammar:
        """What may follow other bricks in the same room."""
        return Grammar(bricks, self._grammar.room, self._grammar.ground)

    def _cut_floating(self) -> Iterator[Event]:
        """Drop every brick that does not reach the ground; the text goes on without them."""
        floating = set(self._grammar.floating())
        tied = [b for n, b in enumerate(self._grammar.bricks) if n not in floating]
        self.pruned += len(floating)
        yield from self._replace(
            tied, "pruned", f"{len(floating)} bricks could not reach the ground"
        )

    def _verified(self, count: int) -> tuple[BrickStructure, StabilityReport]:
        began = time.perf_counter()
        if not count:
            raise InputError(
                f"expected an inventory with bricks that fit a {self.brief.category} of this size"
            )
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
        self._tell("trimmed", same, f"{self.trimmed} bricks that would not stand")
        yield Trimmed(same)
        for index, brick in enumerate(part.structure[same:], start=same):
            yield BrickPlaced(index, brick)
        return part.structure, part.report


def _amiss(difference: Difference) -> int:
    """How much a difference weighs: a stud or layer is one."""
    if isinstance(difference.wanted, int) and isinstance(difference.seen, int):
        return abs(difference.wanted - difference.seen)
    return _CHOICE


def room_of(brief: Brief) -> Room:
    """The room a description gives; what it does not name is as large as the world."""
    width, depth, height = (
        int(brief.fields.get(name, WORLD)) for name in ("width", "depth", "height")
    )
    return width, depth, height


def ground_of(brief: Brief) -> Ground:
    """Where a description lets the lowest layer be; all of its room where it does not say so."""
    width, depth, _ = room_of(brief)
    said = [int(brief.fields.get(name, at)) for name, at in zip(FOOTPRINT, _ANYWHERE, strict=True)]
    west, east, south, north = said[0], min(said[1], width), max(said[2], WORLD - depth), said[3]
    if west < east and south < north:
        return west, east, south, north
    return _ANYWHERE


def _one_thread() -> AbstractContextManager[object]:
    """One BLAS thread: matrices this small only wait for more of them."""
    limited: AbstractContextManager[object] = _blas().limit(limits=1, user_api="blas")
    return limited


@lru_cache(maxsize=1)
def _blas() -> ThreadpoolController:
    return ThreadpoolController()
