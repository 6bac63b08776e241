"""Does a structure have the sizes its description gives? Knows no model and no physics."""

from __future__ import annotations

from collections.abc import Mapping

from legolab.bricks.structure import BrickStructure
from legolab.generation.lexicon import Value


def measure(structure: BrickStructure) -> dict[str, int]:
    """Width and depth in studs and height in layers, over all bricks.

    >>> measure(BrickStructure.from_text("2x4 (3,0,0)\\n2x4 (3,2,1)\\n"))
    {'width': 2, 'depth': 6, 'height': 2}
    """
    return {
        "width": max(b.x + b.h for b in structure) - min(b.x for b in structure),
        "depth": max(b.y + b.w for b in structure) - min(b.y for b in structure),
        "height": max(b.z for b in structure) + 1,
    }


def misses(fields: Mapping[str, Value], structure: BrickStructure) -> dict[str, int]:
    """By how many studs or layers each measure differs from what the description asks.

    Args:
        fields: a complete description; measures it does not name are free.
        structure: at least one brick.

    Returns:
        Measure -> absolute difference, those that are right left out.
    """
    off = {
        name: abs(int(fields[name]) - size)
        for name, size in measure(structure).items()
        if name in fields
    }
    return {name: difference for name, difference in off.items() if difference}
