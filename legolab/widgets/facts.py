"""What there is to say of one brick, and of the order of building. Knows no widgets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from legolab.bricks.catalog import KIND_OF_SIZE
from legolab.bricks.contacts import brick_boxes, find_contacts
from legolab.bricks.structure import BrickStructure
from legolab.stability.report import StabilityReport, Verdict

LARGEST_STEP = 6
"""Bricks that a step of building adds at most."""


@dataclass(frozen=True)
class Neighbour:
    """A brick that shares studs with another; None is the ground."""

    brick: int | None
    studs: int


@dataclass(frozen=True)
class BrickFacts:
    """What there is to say of a brick.

    Attributes:
        number: as people count, from 1.
        size, part: kind as people say it, number in the LDraw library.
        place: stud along x, stud along y, layer, from 0.
        score: 0 unloaded, 1 fails; None where no solver looked.
        below, above: what it stands on, what stands on it.
        reaches_ground: whether stud contacts lead to the ground; None where nobody looked.
    """

    number: int
    size: str
    part: str
    place: tuple[int, int, int]
    score: float | None
    below: tuple[Neighbour, ...]
    above: tuple[Neighbour, ...]
    reaches_ground: bool | None

    @property
    def held(self) -> str:
        """In words, what holds it."""
        words = []
        if self.below:
            words.append(f"Held from below by {_list(self.below)}.")
        else:
            words.append("Nothing is below it." if self.above else "Nothing holds it.")
        if self.above:
            words.append(f"Held from above by {_list(self.above)}.")
        if self.reaches_ground is False:
            words.append("No studs lead from it to the ground.")
        return " ".join(words)


def brick_facts(
    structure: BrickStructure, index: int, report: StabilityReport | None = None
) -> BrickFacts:
    """What there is to say of brick `index`, counted from 0.

    >>> tower = BrickStructure.from_text("2x4 (0,0,0)\\n2x2 (1,1,1)\\n")
    >>> brick_facts(tower, 1).held
    'Held from below by brick 1 (2 studs).'
    """
    brick = structure[index]
    studs = find_contacts(brick_boxes(structure)).studs
    shared = (studs.x1 - studs.x0) * (studs.y1 - studs.y0)
    below, above = np.flatnonzero(studs.top == index), np.flatnonzero(studs.bottom == index)
    kind = KIND_OF_SIZE[brick.h, brick.w]
    known = report is not None and report.verdict is not Verdict.UNVERIFIED
    return BrickFacts(
        number=index + 1,
        size=kind.name,
        part=kind.part,
        place=(brick.x, brick.y, brick.z),
        score=float(report.scores[index]) if report is not None and known else None,
        below=tuple(
            Neighbour(None if studs.on_ground[n] else int(studs.bottom[n]), int(shared[n]))
            for n in below
        ),
        above=tuple(Neighbour(int(studs.top[n]), int(shared[n])) for n in above),
        reaches_ground=not report.floating_bricks[index] if report is not None and known else None,
    )


def building_steps(structure: BrickStructure, largest: int = LARGEST_STEP) -> list[int]:
    """How many bricks there are after each step: a step is a few bricks of one layer.

    >>> from legolab.bricks.brick import Brick
    >>> building_steps(BrickStructure([Brick(1, 1, x, 0, 0) for x in range(4)]), largest=3)
    [3, 4]
    """
    ends: list[int] = []
    begun = 0
    for count, brick in enumerate(structure, start=1):
        last = count == len(structure)
        if last or structure[count].z != brick.z or count - begun == largest:
            ends.append(count)
            begun = count
    return ends


def _list(neighbours: tuple[Neighbour, ...]) -> str:
    """
    >>> _list((Neighbour(0, 2), Neighbour(4, 1), Neighbour(None, 4)))
    'brick 1 (2 studs), brick 5 (1 stud) and the ground (4 studs)'
    """
    words = [
        f"{'the ground' if n.brick is None else f'brick {n.brick + 1}'} "
        f"({n.studs} stud{'s' * (n.studs != 1)})"
        for n in neighbours
    ]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
