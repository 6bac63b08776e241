"""Why a brick may not go somewhere."""

import pytest

from legolab.bricks.brick import Brick
from legolab.bricks.placement import Rejection, cells, explain, reject

WORLD = (20, 20, 20)


@pytest.mark.parametrize(
    "brick",
    [
        Brick(1, 1, 19, 19, 19),
        Brick(2, 4, 18, 16, 0),
        Brick(8, 1, 12, 0, 0),
        Brick(1, 8, 0, 12, 0),
    ],
)
def test_a_brick_may_touch_the_walls_of_the_world(brick):
    assert reject(brick, WORLD, set()) is None


@pytest.mark.parametrize(
    "brick",
    [
        Brick(2, 4, 19, 0, 0),
        Brick(2, 4, 0, 17, 0),
        Brick(2, 4, 0, 0, 20),
        Brick(2, 4, -1, 0, 0),
        Brick(2, 4, 0, 0, -1),
    ],
)
def test_a_brick_may_not_reach_outside(brick):
    assert reject(brick, WORLD, set()) is Rejection.OUT_OF_WORLD


@pytest.mark.parametrize(("h", "w"), [(3, 3), (2, 8), (0, 1), (1, 0), (1, 3), (-2, 4)])
def test_only_the_eight_kinds_are_known(h, w):
    assert reject(Brick(h, w, 0, 0, 0), WORLD, set()) is Rejection.UNKNOWN_KIND


def test_one_shared_cell_is_a_collision_and_a_shared_wall_is_not():
    taken = set(cells(Brick(2, 4, 4, 4, 0)))
    assert reject(Brick(2, 2, 5, 7, 0), WORLD, taken) is Rejection.COLLISION
    assert reject(Brick(2, 2, 6, 4, 0), WORLD, taken) is None
    assert reject(Brick(2, 2, 5, 7, 1), WORLD, taken) is None


def test_every_reason_says_what_was_expected_and_seen():
    brick = Brick(3, 3, 0, 0, 0)
    for rejection in Rejection:
        sentence = explain(brick, rejection, WORLD)
        assert sentence.startswith("expected ")
        assert "3x3" in sentence
