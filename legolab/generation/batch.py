"""Many captions at once: their texts grow side by side and go through the model together.

Every caption has a thread of its own that does what it would do alone; only the passes through the
model are shared. What comes out is the same, to the last bit of every draw.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from legolab.errors import InputError, LegolabError
from legolab.generation.generator import generate
from legolab.generation.models.embedded import EmbeddedModel, load_embedded
from legolab.generation.models.forward import Floats, Forward, Text
from legolab.generation.result import Generation

LANES = 8
"""Captions that are built side by side."""


def generate_many(
    captions: Sequence[str],
    seeds: Sequence[int],
    *,
    model: str = "embedded",
    lanes: int = LANES,
    **options: Any,
) -> Iterator[Generation | LegolabError]:
    """Build what captions ask for, each with its seed, in the order given.

    Args:
        captions: people's words.
        seeds: as many.
        model: as for `generate`.
        lanes: how many to build side by side, at least 1.
        options: as for `generate`, the same for all.

    Returns:
        What `generate` returns for each, or what it raised.

    Raises:
        InputError: there are not as many seeds as captions, or no lane.
        ModelError: the model's files are missing or damaged.
    """
    if len(captions) != len(seeds):
        raise InputError(f"expected {len(captions)} seeds, one a caption, got {len(seeds)}")
    if lanes < 1:
        raise InputError(f"expected at least 1 lane, got {lanes}")
    loaded = load_embedded() if model == "embedded" else load_embedded(Path(model))
    return _in_lanes(captions, seeds, loaded, min(lanes, len(captions)), options)


def _in_lanes(
    captions: Sequence[str],
    seeds: Sequence[int],
    model: EmbeddedModel,
    lanes: int,
    options: dict[str, Any],
) -> Iterator[Generation | LegolabError]:
    board = _Board(len(captions))
    if model.forward is None:  # numpy gains nothing by it
        lanes = min(lanes, 1)
    meeting = None if model.forward is None else _Meeting(model.forward, lanes)

    def work() -> None:
        try:
            while (number := board.take()) is not None:
                own = model.session() if meeting is None else model.session(meeting)
                outcome: Generation | BaseException
                try:
                    outcome = generate(captions[number], seed=seeds[number], model=own, **options)
                except BaseException as error:  # noqa: BLE001, raised where it is read
                    outcome = error
                board.put(number, outcome)
        finally:
            if meeting is not None:
                meeting.leave()

    threads = [
        threading.Thread(target=work, name=f"legolab-lane-{lane}", daemon=True)
        for lane in range(lanes)
    ]
    for thread in threads:
        thread.start()
    try:
        for number in range(len(captions)):
            outcome = board.wait_for(number)
            if isinstance(outcome, Generation | LegolabError):
                yield outcome
            else:
                raise outcome
    finally:
        board.stop()


class _Board:
    """Which captions are still to be built, and what came of the others."""

    def __init__(self, count: int) -> None:
        self._left = list(range(count))[::-1]
        self._outcomes: dict[int, Generation | BaseException] = {}
        self._changed = threading.Condition()

    def take(self) -> int | None:
        """The next caption; None when there is none left."""
        with self._changed:
            return self._left.pop() if self._left else None

    def put(self, number: int, outcome: Generation | BaseException) -> None:
        """What came of a caption."""
        with self._changed:
            self._outcomes[number] = outcome
            self._changed.notify_all()

    def wait_for(self, number: int) -> Generation | BaseException:
        """What came of a caption, once it is there."""
        with self._changed:
            self._changed.wait_for(lambda: number in self._outcomes)
            return self._outcomes.pop(number)

    def stop(self) -> None:
        """Begin no further caption."""
        with self._changed:
            self._left.clear()


@dataclass(eq=False)
class _Question:
    """What one thread wants read."""

    texts: Sequence[Text]
    answer: Floats | None = None
    failure: LegolabError | None = None
    is_done: bool = field(default=False)


class _Meeting:
    """Threads that read together: whoever asks waits until all others ask or have left."""

    def __init__(self, forward: Forward, members: int) -> None:
        self._forward = forward
        self._members = members
        self._asked: list[_Question] = []
        self._changed = threading.Condition()

    def read(self, texts: Sequence[Text]) -> Floats:
        """As `Forward.read`, in one pass with what the others ask."""
        question = _Question(texts)
        with self._changed:
            self._asked.append(question)
            self._go_when_all_are_there()
            self._changed.wait_for(lambda: question.is_done)
        if question.failure is not None:
            raise question.failure
        assert question.answer is not None
        return question.answer

    def leave(self) -> None:
        """One thread less; the others wait for it no longer."""
        with self._changed:
            self._members -= 1
            self._go_when_all_are_there()

    def _go_when_all_are_there(self) -> None:
        if not self._asked or len(self._asked) < self._members:
            return
        asked, self._asked = self._asked, []
        texts = [text for question in asked for text in question.texts]
        try:
            seen = self._forward.read(texts)
            counts = [sum(len(text[0]) for text in question.texts) for question in asked]
            for question, own in zip(asked, np.split(seen, np.cumsum(counts)[:-1]), strict=True):
                question.answer = own
        except LegolabError as error:
            for question in asked:
                question.failure = error
        for question in asked:
            question.is_done = True
        self._changed.notify_all()
