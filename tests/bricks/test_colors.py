"""LDraw colours."""

import pytest

from legolab.bricks.colors import COLOR_WORDS, DEFAULT_COLOR, PALETTE, find_color, rgb


# From LDConfig.ldr of LDraw.org.
@pytest.mark.parametrize(
    ("code", "color"),
    [(0, (0x1B, 0x2A, 0x34)), (4, (0xB4, 0, 0)), (14, (0xFA, 0xC8, 0x0A)), (15, (0xF4,) * 3)],
)
def test_values_are_those_of_ldraw(code, color):
    assert rgb(code) == color


def test_codes_and_values_fit_their_keys():
    assert all(color.code == code for code, color in PALETTE.items())
    assert all(0 <= color.value <= 0xFFFFFF for color in PALETTE.values())


def test_an_unknown_code_is_drawn_in_the_default_color():
    assert rgb(9999) == rgb(DEFAULT_COLOR)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("red", 4),
        ("Dark Red", 320),
        ("Light_Bluish_Grey", 71),
        ("  light   blue ", 73),
        ("14", 14),
        ("9999", 9999),
        ("wooden", 70),
    ],
)
def test_a_colour_is_found_by_peoples_words_ldraws_or_its_code(words, code):
    assert find_color(words) == code


@pytest.mark.parametrize(
    "words", ["", "loud", "-4", "4.0", "12345", "0x4", "True", "nan", "красный"]
)
def test_other_words_are_no_colour(words):
    assert find_color(words) is None


def test_every_colour_word_is_a_colour_that_can_be_drawn():
    assert set(COLOR_WORDS.values()) <= set(PALETTE)
    assert all(find_color(words) == code for words, code in COLOR_WORDS.items())
    assert all(find_color(color.name) == code for code, color in PALETTE.items())
