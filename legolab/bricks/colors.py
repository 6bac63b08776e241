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
        BrickColor(4, "Red", 0xB40000),
        BrickColor(10, "Bright_Green", 0x58AB41),
        BrickColor(14, "Yellow", 0xFAC80A),
        BrickColor(15, "White", 0xF4F4F4),
        BrickColor(19, "Tan", 0xB0A06F),
        BrickColor(25, "Orange", 0xD67923),
        BrickColor(70, "Reddish_Brown", 0x5F3109, 0x808080),
        BrickColor(71, "Light_Bluish_Grey", 0x969696),
        BrickColor(72, "Dark_Bluish_Grey", 0x646464),
        BrickColor(73, "Medium_Blue", 0x7396C8),
        BrickColor(115, "Medium_Lime", 0xB7D425),
    )
}
"""Code -> colour; a file may use other codes, which are kept but drawn in the default colour."""

DIRECT_COLOR = 0x2000000
"""Codes from here up to 0x2FFFFFF state their colour themselves: 0x2RRGGBB."""

DEFAULT_COLOR = 73
"""What a brick is painted when nothing says otherwise: medium blue, calm on light and dark."""


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
