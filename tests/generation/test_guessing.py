"""Guesses save passes and change nothing."""

from __future__ import annotations

import numpy as np
import pytest

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import SIZES
from legolab.bricks.legolize import cover
from legolab.generation.generator import generate
from legolab.generation.guessing import Guesser

WALL = [Brick(2, 4, 0, 4, 0), Brick(2, 4, 0, 0, 0), Brick(2, 2, 0, 6, 1)]
GROUND = (0, 2, 0, 8)


def guessed(bricks: list[Brick], layers: int = 3) -> list[Brick]:
    guesser = Guesser(layers, GROUND)
    guesser.look_at(bricks)
    return guesser.bricks


def test_a_layer_goes_on_as_the_plan_lays_it() -> None:
    assert guessed(WALL) == [Brick(2, 6, 0, 0, 1)]


def test_the_lowest_layer_fills_its_ground() -> None:
    first = [brick for brick in cover(np.ones((2, 8, 1), dtype=bool)) if brick.z == 0]
    assert guessed([]) == first[:1]
    assert guessed(first[:1]) == first[1:2]


def test_upon_a_whole_layer_comes_the_next() -> None:
    (brick,) = guessed([*WALL, Brick(2, 6, 0, 0, 1)])
    assert brick.z == 2


def test_the_room_ends_above_its_layers() -> None:
    assert guessed([*WALL, Brick(2, 6, 0, 0, 1)], layers=2) == []


def test_the_better_it_went_the_further_it_guesses() -> None:
    bricks = list(cover(np.ones((8, 8, 3), dtype=bool)))
    guesser = Guesser(3, (0, 8, 0, 8))
    counts = []
    for count in range(len(bricks) - 3):
        guesser.look_at(bricks[:count])
        assert guesser.bricks == bricks[count : count + len(guesser.bricks)]
        counts.append(len(guesser.bricks))
    assert max(counts) > 1 and counts[0] == 1


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_choices_are_followed_by_what_was_guessed(depth: int) -> None:
    guesser = Guesser(3, GROUND)
    guesser.look_at(WALL)
    whole = (SIZES.index((2, 6)), 0, 0, 1)
    assert guesser.along(whole[:depth]) == whole


def test_another_size_goes_on_from_the_last_brick() -> None:
    guesser = Guesser(3, GROUND)
    guesser.look_at([*WALL[:2], Brick(1, 4, 1, 4, 1)])
    size = SIZES.index((1, 2))
    assert guesser.along((size,))[:4] == (size, 1, 2, 1)


def test_nothing_is_guessed_outside_of_the_world() -> None:
    guesser = Guesser(3, GROUND)
    guesser.look_at(WALL[:2])  # the last one ends at y = 0
    size = SIZES.index((2, 4))
    assert guesser.along((size,)) == (size,)


def test_the_same_bricks_come_out_with_fewer_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    with_guesses = generate("a small round table", seed=4, drafts=1)
    monkeypatch.setattr(Guesser, "along", lambda _, path: path)
    plain = generate("a small round table", seed=4, drafts=1)
    assert with_guesses.structure == plain.structure
    assert with_guesses.trace.likelihood == plain.trace.likelihood
    assert with_guesses.trace.steps < 0.6 * plain.trace.steps
