"""Quarter turns of a whole structure, and the one turn in which it is worked out.

Ties between optima are broken by the rank of a brick in (z, x, y) order, which a turn changes. A
model whose points turn with the bricks is therefore always laid out in the same of its four turns:
the answer is then the same to the last digit whichever way the structure was given. Knows nothing
of forces.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.contacts import IntArray


def turned(boxes: IntArray, turns: int) -> IntArray:
    """Bricks turned about the origin, from x towards y, by so many quarters.

    >>> turned(np.array([[2, 4, 5, 7, 0]]), 1)
    array([[  4,   2, -10,   5,   0]])

    Args:
        boxes: int64 [bricks, 5], h, w, x, y, z.
        turns: quarters.
    """
    for _ in range(turns % 4):
        h, w, x, y, z = boxes.T
        boxes = np.column_stack([w, h, 1 - y - w, x, z])
    return boxes


def settled_turn(boxes: IntArray, weights: NDArray[np.float64]) -> int:
    """By how many quarters to turn bricks so that any turn of them comes to lie alike.

    Args:
        boxes: int64 [bricks, 5], h, w, x, y, z, in any order; at least one.
        weights: float64 [bricks], N.
    """
    return min(range(4), key=lambda turns: _told_apart(turned(boxes, turns), weights))


def laid(boxes: IntArray, weights: NDArray[np.float64], rotate: bool) -> tuple[int, IntArray]:
    """By how many quarters bricks are turned to be worked out, and how they lie then.

    Args:
        boxes, weights: as for `settled_turn`.
        rotate: whether the points of a brick turn with it; else nothing is turned.
    """
    turns = settled_turn(boxes, weights) if rotate else 0
    return turns, turned(boxes, turns)


def _told_apart(boxes: IntArray, weights: NDArray[np.float64]) -> bytes:
    """What differs between structures that are not alike, wherever they stand."""
    order = np.lexsort((boxes[:, 3], boxes[:, 2], boxes[:, 4]))
    corner = np.array([0, 0, *boxes[:, 2:4].min(axis=0), 0])
    lying: bytes = (boxes - corner)[order].tobytes()
    return lying + weights[order].tobytes()
