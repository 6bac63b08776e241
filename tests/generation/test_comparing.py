"""More and less in words: which way, and by how much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legolab.generation.comparing import (
    COMPARATIVES,
    DOWN,
    SIZES,
    UP,
    Amount,
    amount,
    comparative_in,
    moved,
    normal,
    number,
)
from legolab.generation.reading import read_words


@pytest.mark.parametrize(
    ("words", "comparative"),
    [
        ("make it taller", "taller"),
        ("raise the back", "higher"),
        ("too tall", "lower"),
        ("it is too short", "longer"),
        ("not so wide", "narrower"),
        ("less deep", "shallower"),
        ("more narrow", "narrower"),
        ("not wide enough", "wider"),
        ("too many shelves", "fewer"),
        ("another shelf", "more"),
        ("twice as tall", "taller"),
        ("double the height", "more"),
        ("a round one", None),
        ("ten studs wide", None),
    ],
)
def test_a_comparative_is_read_in_many_ways(words: str, comparative: str | None) -> None:
    assert comparative_in(normal(read_words(words))) == comparative


@pytest.mark.parametrize(
    ("words", "by"),
    [
        ("taller", Amount()),
        ("three studs taller", Amount(number=3)),
        ("higher by two layers", Amount(number=2)),
        ("40 studs wider", Amount(number=40)),
        ("much wider", Amount(steps=2)),
        ("a bit wider", Amount(steps=0.5)),
        ("a little wider", Amount(steps=0.5)),
        ("twice as long", Amount(times=2)),
        ("half the height", Amount(times=0.5)),
        ("four longer legs", Amount()),
    ],
)
def test_by_how_much_is_read_beside_it(words: str, by: Amount) -> None:
    assert amount(normal(read_words(words))) == by


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("12 studs wide and red", ["and", "red"]),
        ("ten wide", []),
        ("4 long legs", ["four", "long", "legs"]),
        ("add a third shelf", ["three", "shelf"]),
        ("add three shelves", ["add", "three", "shelves"]),
        ("get rid of the lid", ["get", "remove", "of", "lid"]),
        ("close the lid", ["closed", "lid"]),
        ("", []),
    ],
)
def test_words_come_to_one_form_and_sizes_in_figures_go(words: str, left: list[str]) -> None:
    assert normal(read_words(words)) == left


def test_every_adjective_has_a_comparative_and_that_of_its_opposite() -> None:
    for pair in SIZES.values():
        ways = [COMPARATIVES[comparative].way for comparative in pair]
        assert sorted(ways) == [DOWN, UP], pair


@given(
    st.integers(1, 20),
    st.sampled_from((UP, DOWN)),
    st.builds(
        Amount,
        number=st.none() | st.integers(1, 10**9),
        steps=st.sampled_from((0.5, 1, 2)),
        times=st.none() | st.sampled_from((0.5, 2.0)),
    ),
    st.tuples(st.integers(0, 20), st.integers(0, 20)).map(sorted).map(tuple),
)
def test_a_measure_moves_no_further_than_is_known(
    value: int, way: int, by: Amount, limits: tuple[int, int]
) -> None:
    low, high = limits
    new = moved(value, way, by, limits)
    assert min(low, value) <= new <= max(high, value)
    if by.times is None:
        assert (new - value) * way >= 0
    if low < value < high and by.times is None:
        assert new != value


@pytest.mark.parametrize(
    ("word", "value"), [("three", 3), ("12", 12), ("zero", None), ("0", None), ("legs", None)]
)
def test_numbers_are_read_in_words_and_figures(word: str, value: int | None) -> None:
    assert number(word) == value
