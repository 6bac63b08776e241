"""Captions side by side come out as they do alone."""

from __future__ import annotations

import threading

import pytest

from legolab.errors import CaptionError, InputError, LegolabError
from legolab.generation.batch import generate_many
from legolab.generation.generator import generate
from legolab.generation.result import Generation

CAPTIONS = ("a small table", "a mug", "a park bench", "a bowl", "a low stool")


@pytest.mark.parametrize("lanes", [None, 1, 2, 5, 9])
def test_side_by_side_and_alone_are_the_same(lanes: int | None) -> None:
    options = {"drafts": 1, "max_bricks": 25}
    seeds = range(len(CAPTIONS))
    found = list(generate_many(CAPTIONS, seeds, lanes=lanes, **options))
    for caption, seed, result in zip(CAPTIONS, seeds, found, strict=True):
        assert isinstance(result, Generation)
        alone = generate(caption, seed=seed, **options)
        assert result.structure == alone.structure
        assert result.trace.likelihood == alone.trace.likelihood


def test_a_caption_that_is_refused_keeps_nobody() -> None:
    found = list(generate_many(["a stool", "a dog", "a stool"], [1, 1, 1], max_bricks=5))
    assert [isinstance(result, LegolabError) for result in found] == [False, True, False]
    assert isinstance(found[1], CaptionError)


def test_who_stops_reading_stops_the_building() -> None:
    results = generate_many(["a stool"] * 50, range(50), lanes=2, max_bricks=5)
    next(results)
    results.close()  # type: ignore[attr-defined]
    lanes = [thread for thread in threading.enumerate() if "legolab-lane" in thread.name]
    for lane in lanes:
        lane.join(30)
    assert lanes and not any(lane.is_alive() for lane in lanes)


def test_no_captions_give_no_results() -> None:
    assert list(generate_many([], [])) == []


def test_what_cannot_be_is_refused_at_once() -> None:
    with pytest.raises(InputError, match="expected 2 seeds"):
        generate_many(["a stool", "a mug"], [1])
    with pytest.raises(InputError, match="at least 1 lane"):
        generate_many(["a stool"], [1], lanes=0)
