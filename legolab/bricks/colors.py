"""LDraw colour codes and what they look like. Values from LDConfig (LDraw.org)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BrickColor:
    """An LDraw colour: code, name, sRGB value of the brick and of its edges (0xRRGGBB)."""

    code: int
    name: str
    value: int
    edge: int = 0x333333


PALETTE: dict[int, BrickColor] = {
    color.code: color
    for color in (
        BrickColor(0, "Black", 0x1B2A34, 0x808080),
        BrickColor(1, "Blue", 0x1E5AA8),
        BrickColor(2, "Green", 0x00852B),
        BrickColor(3, "Dark_Turquoise", 0x069D9F),
        BrickColor(4, "Red", 0xB40000),
        BrickColor(5, "Dark_Pink", 0xD3359D),
        BrickColor(10, "Bright_Green", 0x58AB41),
        BrickColor(13, "Pink", 0xF6A9BB),
        BrickColor(14, "Yellow", 0xFAC80A),
        BrickColor(15, "White", 0xF4F4F4),
        BrickColor(19, "Tan", 0xB0A06F),
        BrickColor(22, "Purple", 0x671F81),
        BrickColor(25, "Orange", 0xD67923),
        BrickColor(70, "Reddish_Brown", 0x5F3109, 0x808080),
        BrickColor(71, "Light_Bluish_Grey", 0x969696),
        BrickColor(72, "Dark_Bluish_Grey", 0x646464),
        BrickColor(73, "Medium_Blue", 0x7396C8),
        BrickColor(115, "Medium_Lime", 0xB7D425),
        BrickColor(272, "Dark_Blue", 0x19325A),
        BrickColor(288, "Dark_Green", 0x00451A),
        BrickColor(320, "Dark_Red", 0x720012),
    )
}
"""Code -> colour; a file may use other codes, which are kept but drawn in the default colour."""

DIRECT_COLOR = 0x2000000
"""Codes from here up to 0x2FFFFFF state their colour themselves: 0x2RRGGBB."""

DEFAULT_COLOR = 73
"""What a brick is painted when nothing says otherwise: medium blue, calm on light and dark."""


COLOR_WORDS: dict[str, int] = {
    **{color.name.lower().replace("_", " "): color.code for color in PALETTE.values()},
    "grey": 71,
    "gray": 71,
    "light grey": 71,
    "light gray": 71,
    "silver": 71,
    "dark grey": 72,
    "dark gray": 72,
    "brown": 70,
    "dark brown": 70,
    "wooden": 70,
    "beige": 19,
    "cream": 19,
    "sand": 19,
    "golden": 14,
    "gold": 14,
    "light blue": 73,
    "sky blue": 73,
    "navy": 272,
    "navy blue": 272,
    "lime": 115,
    "lime green": 115,
    "light green": 10,
    "violet": 22,
    "light pink": 13,
    "hot pink": 5,
    "magenta": 5,
    "turquoise": 3,
    "teal": 3,
    "cyan": 73,
    "ivory": 19,
    "olive": 288,
    "lavender": 22,
    "burgundy": 320,
    "mustard": 14,
    "copper": 70,
    "bronze": 70,
    "wood": 70,
    "maroon": 320,
    "crimson": 320,
    "scarlet": 4,
}
"""What people call a colour -> its code."""


def find_color(words: str) -> int | None:
    """The code of a colour by its name, in people's words or LDraw's, or by the code itself.

    >>> find_color("Light_Bluish_Grey"), find_color("red"), find_color("14"), find_color("loud")
    (71, 4, 14, None)
    """
    name = " ".join(words.lower().replace("_", " ").split())
    if name.isdecimal() and len(name) <= 4:
        return int(name)
    return COLOR_WORDS.get(name)


def rgb(code: int) -> tuple[int, int, int]:
    """sRGB of a colour code, 0 to 255 each.

    >>> rgb(4)
    (180, 0, 0)
    >>> rgb(0x2FF8800)
    (255, 136, 0)
    """
    if DIRECT_COLOR <= code <= DIRECT_COLOR + 0xFFFFFF:
        return code >> 16 & 255, code >> 8 & 255, code & 255
    value = PALETTE.get(code, PALETTE[DEFAULT_COLOR]).value
    return value >> 16, value >> 8 & 255, value & 255
