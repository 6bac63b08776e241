"""The eight kinds of brick: sizes, masses, LDraw parts. Knows nothing of placed bricks.

Masses are those of the published stability model (StableLego / BrickGPT, arXiv 2505.05469).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BrickKind:
    """A kind of brick: `short` by `long` studs, mass in kg, LDraw part number."""

    short: int
    long: int
    mass: float
    part: str

    @property
    def name(self) -> str:
        """Size as people say it, short side first: `2x4`."""
        return f"{self.short}x{self.long}"


CATALOG: tuple[BrickKind, ...] = (
    BrickKind(1, 1, 0.00043, "3005"),
    BrickKind(1, 2, 0.00081, "3004"),
    BrickKind(1, 4, 0.00157, "3010"),
    BrickKind(1, 6, 0.00228, "3009"),
    BrickKind(1, 8, 0.00303, "3008"),
    BrickKind(2, 2, 0.00115, "3003"),
    BrickKind(2, 4, 0.00216, "3001"),
    BrickKind(2, 6, 0.00323, "2456"),
)

LONGEST = max(kind.long for kind in CATALOG)
"""Studs along the longest brick."""

KIND_OF_SIZE: dict[tuple[int, int], BrickKind] = {
    size: kind for kind in CATALOG for size in ((kind.short, kind.long), (kind.long, kind.short))
}
"""(h, w) in either turn -> kind."""

KIND_OF_PART: dict[str, BrickKind] = {kind.part: kind for kind in CATALOG}
"""LDraw part number, without `.dat` -> kind."""

SIZES: tuple[tuple[int, int], ...] = tuple(
    size
    for kind in CATALOG
    for size in dict.fromkeys(((kind.short, kind.long), (kind.long, kind.short)))
)
"""The fourteen (h, w) that can be placed, squares once."""
