"""Any turn of a structure comes to lie alike."""

import numpy as np

from legolab.bricks.contacts import brick_boxes
from legolab.stability.turning import settled_turn, turned
from tests.stability.structures import quarter_turned, random_structure


def test_four_quarters_are_none() -> None:
    boxes = brick_boxes(random_structure(np.random.default_rng(1), 20))
    np.testing.assert_array_equal(turned(boxes, 4), boxes)
    np.testing.assert_array_equal(turned(turned(boxes, 1), 2), turned(boxes, 3))


def test_every_turn_comes_to_lie_alike() -> None:
    for seed in range(8):
        rng = np.random.default_rng(seed)
        structure = random_structure(rng, 20)
        weights = rng.random(len(structure))
        lying = []
        for turns in range(4):
            boxes = brick_boxes(quarter_turned(structure, turns))
            boxes = turned(boxes, settled_turn(boxes, weights))
            lying.append(boxes - [0, 0, *boxes[:, 2:4].min(axis=0), 0])
        for boxes in lying[1:]:
            np.testing.assert_array_equal(boxes, lying[0])


def test_weights_tell_the_turns_of_a_symmetric_structure_apart() -> None:
    """A square of four: turned, only the weights show which brick is which."""
    square = np.array([[1, 1, x, y, 0] for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))])
    heavy_at = set()
    for heavy in range(4):
        weights = np.where(np.arange(4) == heavy, 2.0, 1.0)
        boxes = turned(square, settled_turn(square, weights))
        heavy_at.add(tuple(boxes[heavy, 2:4] - boxes[:, 2:4].min(axis=0)))
    assert len(heavy_at) == 1
