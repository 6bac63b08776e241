"""Which bricks reach the ground through stud contacts. Weaker than stable: no forces here."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.brick import Brick
from legolab.bricks.contacts import StudContacts, brick_boxes, find_contacts


def grounded(bricks: Iterable[Brick]) -> NDArray[np.bool_]:
    """Which bricks reach the ground through stud contacts, up or down; sides do not hold.

    >>> grounded([Brick(2, 2, 0, 0, 0), Brick(2, 2, 1, 1, 1), Brick(2, 2, 5, 5, 1)])
    array([ True,  True, False])

    Args:
        bricks: a structure, or any bricks that do not overlap.

    Returns:
        bool [bricks].
    """
    return reach_ground(find_contacts(brick_boxes(bricks)).studs)


def reach_ground(studs: StudContacts) -> NDArray[np.bool_]:
    """Which bricks reach the ground through the given stud contacts; bool [bricks].

    A breadth-first search from the ground, one step of all contacts at a time.
    """
    reached = np.zeros(studs.bricks + 1, dtype=np.bool_)
    reached[studs.bricks] = True
    count = 0
    while (found := int(reached.sum())) > count:
        count = found
        # The ground is the last node: a contact passes "reached" both ways, never out of it.
        step = reached[studs.top] | reached[studs.bottom]
        reached[studs.top[step]] = True
        reached[studs.bottom[step]] = True
    return reached[: studs.bricks]


def is_connected(bricks: Iterable[Brick]) -> bool:
    """Whether every brick reaches the ground through stud contacts."""
    return bool(grounded(bricks).all())


def count_parts(bricks: Iterable[Brick]) -> int:
    """Into how many parts the bricks fall when lifted off the ground.

    >>> count_parts([Brick(2, 2, 0, 0, 0), Brick(2, 2, 1, 1, 1), Brick(2, 2, 5, 5, 0)])
    2
    """
    studs = find_contacts(brick_boxes(bricks)).studs
    lowest = np.arange(studs.bricks)
    held = studs.bottom < studs.bricks  # contacts with the ground tie nothing together
    top, bottom = studs.top[held], studs.bottom[held]
    while True:
        before = lowest.copy()
        # Each brick takes the lowest number among those it touches, until nothing changes.
        np.minimum.at(lowest, top, before[bottom])
        np.minimum.at(lowest, bottom, before[top])
        if (lowest == before).all():
            return len(np.unique(lowest))
