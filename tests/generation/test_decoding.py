"""Sampling among legal bricks follows the model's own probabilities, however they are found."""

import numpy as np
import pytest
from numpy.typing import NDArray

from legolab.bricks.catalog import SIZES
from legolab.generation.decoding import BrickDecoder, Guess
from legolab.generation.grammar import Placement
from tests.generation.fakes import FakeModel

LEGAL = [
    Placement(0, 1, 2, 0),
    Placement(0, 1, 3, 0),
    Placement(3, 1, 2, 0),
    Placement(3, 5, 2, 1),
    Placement(13, 0, 19, 1),
]


def mask_of(placements: list[Placement]) -> NDArray[np.bool_]:
    mask = np.zeros((len(SIZES), 20, 20, 20), dtype=bool)
    for placement in placements:
        mask[placement.size, placement.x, placement.y, placement.z] = True
    return mask


def exact_probabilities(may_end: bool) -> dict[Placement | None, float]:
    """P(brick) of every legal brick by walking all of their tokens, divided by their sum."""
    model = FakeModel()
    decoder = BrickDecoder(model, np.random.default_rng(0), 1.0, [99])
    ((first, _),) = decoder.read([99], [0])
    weights: dict[Placement | None, float] = {None: float(first[-1])} if may_end else {}
    for placement in LEGAL:
        path = (placement.size, placement.x, placement.y, placement.z)
        weight = float(first[path[0]])
        for depth in range(1, 4):
            model.rewind(1)
            ((drawn, _),) = decoder.read(decoder.tokens(path[:depth]), [depth])
            weight *= float(drawn[path[depth]])
        weights[placement] = weight
    total = sum(weights.values())
    return {placement: weight / total for placement, weight in weights.items()}


@pytest.mark.parametrize("may_end", [True, False])
def test_samples_follow_the_models_probability_of_whole_bricks(may_end: bool) -> None:
    rng = np.random.default_rng(3)
    counts: dict[Placement | None, int] = {}
    draws = 4000
    for _ in range(draws):
        decoder = BrickDecoder(FakeModel(), rng, 1.0, [99])
        drawn = decoder.next_brick(mask_of(LEGAL), may_end)
        counts[drawn] = counts.get(drawn, 0) + 1
    exact = exact_probabilities(may_end)
    assert set(counts) <= set(exact)
    # Three standard deviations of a binomial; naive masking is off by .1 and more on this tree.
    # What no restart may reach is reached after the last, so the rare remainder gets .02.
    for placement, probability in exact.items():
        spread = 3 * (probability * (1 - probability) / draws) ** 0.5
        assert counts.get(placement, 0) / draws == pytest.approx(probability, abs=spread + 0.02)


def test_the_text_after_a_brick_is_the_text_of_that_brick() -> None:
    model = FakeModel()
    decoder = BrickDecoder(model, np.random.default_rng(5), 1.0, [99])
    placement = decoder.next_brick(mask_of(LEGAL), may_end=False)
    assert placement is not None
    path = (placement.size, placement.x, placement.y, placement.z)
    assert decoder.text == [99, *decoder.tokens(path)]
    assert decoder.length == 5


@pytest.mark.parametrize("temperature", [0.2, 1.0, 3.0])
def test_a_brick_is_as_likely_as_the_model_finds_it_unmasked(temperature: float) -> None:
    for seed in range(5):
        decoder = BrickDecoder(FakeModel(), np.random.default_rng(seed), temperature, [99])
        placement = decoder.next_brick(mask_of(LEGAL), may_end=True)
        model = FakeModel()
        plain = BrickDecoder(model, np.random.default_rng(0), 1.0, [99])
        if placement is None:
            path: tuple[int, ...] = (len(SIZES),)
        else:
            path = (placement.size, placement.x, placement.y, placement.z)
        expected = 0.0
        for depth, value in enumerate(path):
            model.rewind(min(depth, 1))
            tokens = plain.tokens(path[:depth]) if depth else [99]
            ((p, _),) = plain.read(tokens, [depth])
            expected += float(np.log(p[value]))
        assert decoder.likelihood == pytest.approx(expected, abs=1e-5)


def test_going_back_restores_the_text() -> None:
    decoder = BrickDecoder(FakeModel(), np.random.default_rng(5), 1.0, [99])
    decoder.next_brick(mask_of(LEGAL), may_end=False)
    length, text = decoder.length, list(decoder.text)
    decoder.next_brick(mask_of(LEGAL), may_end=False)
    decoder.go_back(length)
    assert decoder.text == text


def test_after_going_back_the_odds_are_those_of_the_text() -> None:
    """Whatever the model has read in between."""
    decoder = BrickDecoder(FakeModel(), np.random.default_rng(5), 1.0, [99])
    for brick in LEGAL[:3]:
        decoder.append(brick)
        decoder.odds((), tuple)
    decoder.go_back(5)
    decoder.append(LEGAL[3])
    for path in ((), (3,), (3, 5), ()):
        plain = BrickDecoder(FakeModel(), np.random.default_rng(0), 1.0, list(decoder.text))
        for seen, alone in zip(decoder.odds(path, tuple), plain.odds(path, tuple), strict=True):
            assert seen.tolist() == alone.tolist()


def test_what_the_model_finds_almost_impossible_is_still_found() -> None:
    decoder = BrickDecoder(FakeModel(sharpness=300.0), np.random.default_rng(1), 1.0, [99])
    only = Placement(5, 11, 3, 1)
    assert decoder.next_brick(mask_of([only]), may_end=False) == only


def guess_of(*bricks: Placement) -> Guess:
    """A guess at bricks, of those choices that fit what is chosen already."""
    whole = tuple(n for p in bricks for n in (p.size, p.x, p.y, p.z))
    return lambda path: whole if whole[: len(path)] == path else (*path, 0)


@pytest.mark.parametrize("guess", [(0,), (2,), (3, 0), (1, 4, 2), (4, 4, 4, 4)])
def test_a_guess_changes_neither_the_draw_nor_the_text(guess: tuple[int, ...]) -> None:
    ahead = guess_of(*(LEGAL[n] for n in guess))
    for seed in range(40):
        drawn = []
        for asked in (tuple, ahead):
            decoder = BrickDecoder(FakeModel(), np.random.default_rng(seed), 1.0, [99])
            bricks: list[object] = []
            for _ in range(3):
                bricks += [decoder.next_brick(mask_of(LEGAL), True, asked), decoder.likelihood]
            drawn.append((bricks, decoder.text))
        assert drawn[0] == drawn[1]


def test_what_was_guessed_is_not_read_again() -> None:
    only = [Placement(0, 1, 2, 0), Placement(3, 5, 2, 1)]
    decoder = BrickDecoder(FakeModel(), np.random.default_rng(1), 1.0, [99])
    for brick in only:
        drawn = decoder.next_brick(mask_of([brick]), False, guess_of(*only))
        assert drawn == brick
    guessed = decoder.counts.steps
    plain = BrickDecoder(FakeModel(), np.random.default_rng(1), 1.0, [99])
    for brick in only:
        plain.next_brick(mask_of([brick]), False)
    assert guessed < plain.counts.steps


def test_guesses_end_where_the_model_ends() -> None:
    model = FakeModel()
    model.context = 6
    decoder = BrickDecoder(model, np.random.default_rng(0), 1.0, [99])
    decoder.next_brick(mask_of(LEGAL), False, guess_of(*LEGAL))
    assert max(map(len, model.read)) <= model.context
