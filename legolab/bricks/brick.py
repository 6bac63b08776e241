"""One placed brick and its line of text. Knows nothing of worlds, neighbours or colours."""

from __future__ import annotations

import re
from dataclasses import dataclass

from legolab.errors import BrickTextError

_LINE = re.compile(r"(\d{1,9})x(\d{1,9}) \((\d{1,9}),(\d{1,9}),(\d{1,9})\)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Brick:
    """A one-layer brick: `h` studs along x, `w` along y, lowest corner at (x, y, z)."""

    h: int
    w: int
    x: int
    y: int
    z: int

    @property
    def studs(self) -> int:
        """Number of studs on top."""
        return self.h * self.w

    def __str__(self) -> str:
        return f"{self.h}x{self.w} ({self.x},{self.y},{self.z})"


def parse_brick(line: str) -> Brick:
    """Read one line of the text format.

    >>> parse_brick("2x4 (0,1,3)")
    Brick(h=2, w=4, x=0, y=1, z=3)

    Raises:
        BrickTextError: the line is not of this form.
    """
    match = _LINE.fullmatch(line.strip())
    if match is None:
        shown = line.strip()
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        raise BrickTextError(f"expected 'HxW (x,y,z)', such as '2x4 (0,1,3)', got {shown!r}")
    return Brick(*map(int, match.groups()))
