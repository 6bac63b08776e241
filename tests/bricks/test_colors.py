"""LDraw colours."""

import pytest

from legolab.bricks.colors import DEFAULT_COLOR, PALETTE, rgb


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
