"""Colour words speak of the part a person would mean, and leave the rest of the caption whole."""

import pytest

from legolab.bricks.colors import COLOR_WORDS
from legolab.errors import InputError
from legolab.generation.coloring import (
    SECOND,
    WHOLE,
    check_paint,
    color_name,
    paint_in_words,
    part_named,
    read_paint,
)
from legolab.generation.lexicon import CATEGORIES, PARTS
from legolab.generation.prompt import understand
from legolab.generation.reading import read_words


@pytest.mark.parametrize(
    ("caption", "paint"),
    [
        ("a red chair", "red"),
        ("a chair in red", "red"),
        ("a red chair with black legs", "red, legs black"),
        ("a chair, red, with black legs", "red, legs black"),
        ("a chair painted red with legs painted black", "red, legs black"),
        ("a table whose top is red and legs are black", "top red, legs black"),
        ("a blue car with a red roof and black wheels", "blue, roof red, wheels black"),
        ("a red body black roof car", "red, roof black"),
        ("a car with black tyres", "wheels black"),
        ("a chair with red armrests", "arms red"),
        ("a chair with a red seat", "seat red"),
        ("a red seat", "red"),
        ("a red seat with black legs", "red, legs black"),
        ("a red and white tower", "red, stripes white"),
        ("a red tower with white stripes", "red, stripes white"),
        ("a brown wooden table", "reddish brown"),
        ("a dark red chair", "dark red"),
        ("a sky blue sofa", "medium blue"),
        ("a bus with a white roof that is red", "roof white"),
        ("a chair with no red legs", ""),
        ("a chair that is not red", ""),
        ("a tall chair", ""),
        ("a tower with grey walls and a red roof", "light bluish grey, roof red"),
        ("a sofa with green cushions and brown feet", "feet reddish brown"),
        ("a black-legged table", "legs black"),
        ("a blue sofa with red cushions", "blue"),
        ("a chair with a nice red finish", "red"),
        ("a chair with red and white legs", "legs red"),
        ("a teal mug", "dark turquoise"),
    ],
)
def test_a_caption_paints_what_it_speaks_of(caption: str, paint: str) -> None:
    assert paint_in_words(understand(caption).paint) == paint


@pytest.mark.parametrize(
    ("words", "category", "paint"),
    [
        ("red seat", "chair", "seat red"),
        ("paint the legs black", "chair", "legs black"),
        ("make the legs black", "chair", "legs black"),
        ("legs black and seat white", "chair", "legs black, seat white"),
        ("make the top red", "table", "top red"),
        ("make the whole thing blue", "chair", "blue"),
        ("make it red and the legs black", "chair", "red, legs black"),
        ("make the red chair blue", "chair", "blue"),
        ("red and white", "chair", "red, stripes white"),
        ("make the neck black", "guitar", "neck black"),
    ],
)
def test_a_change_need_not_name_the_thing(words: str, category: str, paint: str) -> None:
    found, _, _ = read_paint(read_words(words), category, is_named=False)
    assert paint_in_words(found) == paint


@pytest.mark.parametrize(
    ("caption", "plain"),
    [
        ("a red chair with black legs and a high back", "a chair with legs and a high back"),
        ("a red and white tower with a pointed top", "a tower with a pointed top"),
        ("a round table in dark red with a blue pedestal", "a round table with a pedestal"),
        ("a green car with a spoiler, painted", "a car with a spoiler"),
    ],
)
def test_colours_change_nothing_of_what_is_built(caption: str, plain: str) -> None:
    assert understand(caption).wishes == understand(plain).wishes
    assert understand(caption).category == understand(plain).category


def test_every_colour_word_is_read_before_every_noun() -> None:
    for words, code in COLOR_WORDS.items():
        for category in CATEGORIES:
            assert understand(f"a {words} {category}").paint == {WHOLE: code}, (words, category)


def test_every_part_is_painted_by_its_name() -> None:
    for category, parts in PARTS.items():
        for part in parts:
            assert part_named(part, category) == part
            assert understand(f"a red {category} with a black {part}").paint == {WHOLE: 4, part: 0}


def test_words_without_colours_are_left_as_they_are() -> None:
    words = read_words("a chair, and in it a cat with no legs")
    assert read_paint(words, "chair") == ({}, words, [])


def test_paint_by_hand_is_read_by_name_or_code() -> None:
    assert check_paint({"legs": "black", WHOLE: 4, SECOND: "15"}, "chair") == {
        "legs": 0,
        WHOLE: 4,
        SECOND: 15,
    }


@pytest.mark.parametrize(
    ("paint", "message"),
    [
        ({"wings": "red"}, r"a part of a chair to paint \(whole, .*got 'wings'"),
        ({"mast": "red"}, "got 'mast'"),
        ({"": "red"}, "got ''"),
        ({"legs": "loud"}, "expected a colour .*got 'loud'"),
        ({"legs": ""}, "expected a colour"),
        ({"legs": -1}, "expected a colour"),
        ({"legs": 4.0}, "expected a colour"),
        ({"legs": True}, "expected a colour"),
        ({"legs": None}, "expected a colour"),
        ({"legs": 10**9}, "expected a colour"),
    ],
)
def test_unknown_parts_and_colours_are_refused(paint: dict[str, int | str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_paint(paint, "chair")


def test_a_colour_without_a_name_is_told_by_its_code() -> None:
    assert (color_name(4), color_name(9999)) == ("red", "colour 9999")
