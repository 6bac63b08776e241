"""What is said of a model: its notes, its colours, what stayed, what the inventory lacks."""

from dataclasses import replace

import pytest

from legolab import generate
from legolab.errors import Cancelled, EngineError, InputError
from legolab.generation.features import Difference
from legolab.widgets.remarks import in_words, remarks


@pytest.fixture(scope="module")
def result():
    whole = generate("a mug", seed=1, max_bricks=3)
    return replace(whole, differences=(), trace=replace(whole.trace, finished=True))


def test_of_a_plain_model_there_is_nothing_to_say(result):
    assert remarks(result) == []


def test_colours_and_differences_are_told(result):
    told = replace(
        result, paint={"whole": 4, "handle": 0}, differences=(Difference("width", 8, 7),)
    )
    assert remarks(told) == [
        "Painted red, handle black.",
        f"It came out with {told.differences[0]}.",
    ]


def test_bricks_that_stayed_are_told_once(result):
    assert remarks(replace(result, kept=2)) == ["It goes on from 2 bricks."]
    note = "The first 2 of 3 bricks are as they were."
    assert remarks(replace(result, kept=2, notes=(note,))) == [note]


def test_a_model_that_is_not_whole_says_why_once(result):
    short = replace(result, trace=replace(result.trace, finished=False))
    assert remarks(short) == ["It had more to build than the bricks it was allowed."]
    note = "The inventory is short; as I would build it, it takes 2 × 2x4 more."
    assert remarks(replace(short, notes=(note,), missing={"2x4": 2})) == [note]


def test_errors_say_what_to_do():
    assert "Ask again" in in_words(Cancelled("x"))
    assert "Ask again" in in_words(EngineError("it died"))
    assert in_words(InputError("expected a seed")) == "expected a seed"
