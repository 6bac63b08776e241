"""Guesses save passes and change nothing."""

from __future__ import annotations

import pytest

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import SIZES
from legolab.generation import drafting
from legolab.generation.generator import generate
from legolab.generation.guessing import guess_next


def test_a_row_goes_on_as_it_began() -> None:
    guess = guess_next([Brick(2, 4, 0, 16, 0), Brick(2, 4, 0, 12, 0)])
    assert guess == (SIZES.index((2, 4)), 0, 8)


def test_a_wall_repeats_every_other_layer() -> None:
    first = [Brick(2, 4, 0, 16, 0), Brick(1, 2, 0, 14, 0)]
    second = [Brick(4, 2, 0, 18, 1), Brick(2, 2, 0, 16, 1)]
    assert guess_next([*first, *second, Brick(2, 4, 0, 16, 2)]) == (SIZES.index((1, 2)), 0, 14)


@pytest.mark.parametrize(
    "bricks", [[], [Brick(2, 4, 0, 16, 0)], [Brick(2, 4, 0, 4, 0), Brick(2, 4, 0, 0, 0)]]
)
def test_there_is_no_guess_without_a_ground_for_one(bricks: list[Brick]) -> None:
    assert guess_next(bricks) is None


def test_the_same_bricks_come_out_with_fewer_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    guessed = generate("a small round table", seed=4, drafts=1)
    monkeypatch.setattr(drafting, "guess_next", lambda bricks: None)
    plain = generate("a small round table", seed=4, drafts=1)
    assert guessed.structure == plain.structure
    assert guessed.trace.likelihood == plain.trace.likelihood
    assert guessed.trace.steps < 0.8 * plain.trace.steps
