"""Many captions at once, one a processor.

Every caption has a thread of its own that does what it would do alone, with a cache of its own:
what comes out is the same, to the last bit of every draw. Passes through the model and analyses,
which are compiled, run at the same time.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from legolab.errors import InputError, LegolabError
from legolab.generation.generator import generate
from legolab.generation.models.embedded import EmbeddedModel, load_embedded
from legolab.generation.result import Generation


def generate_many(
    captions: Sequence[str],
    seeds: Sequence[int],
    *,
    model: str = "embedded",
    lanes: int | None = None,
    **options: Any,
) -> Iterator[Generation | LegolabError]:
    """Build what captions ask for, each with its seed, in the order given.

    Args:
        captions: people's words.
        seeds: as many.
        model: as for `generate`.
        lanes: how many to build side by side, at least 1; as many as there are processors when
            not given.
        options: as for `generate`, the same for all.

    Returns:
        What `generate` returns for each, or what it raised.

    Raises:
        InputError: there are not as many seeds as captions, or no lane.
        ModelError: the model's files are missing or damaged.
    """
    if len(captions) != len(seeds):
        raise InputError(f"expected {len(captions)} seeds, one a caption, got {len(seeds)}")
    lanes = os.cpu_count() or 1 if lanes is None else lanes
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

    def work() -> None:
        while (number := board.take()) is not None:
            outcome: Generation | BaseException
            try:
                own = model.session()
                outcome = generate(captions[number], seed=seeds[number], model=own, **options)
            except BaseException as error:  # noqa: BLE001, raised where it is read
                outcome = error
            board.put(number, outcome)

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
