"""Connectivity: a path of studs to the ground, up or down."""

from legolab.bricks.brick import Brick
from legolab.bricks.connectivity import count_parts, grounded, is_connected
from legolab.bricks.structure import BrickStructure


def test_a_stack_reaches_the_ground_and_a_floating_brick_does_not() -> None:
    structure = BrickStructure.from_text("2x2 (0,0,0)\n2x2 (1,1,1)\n2x2 (5,5,1)\n")
    assert grounded(structure).tolist() == [True, True, False]
    assert not is_connected(structure)
    assert is_connected(structure[:2])


def test_a_brick_held_only_from_above_reaches_the_ground() -> None:
    structure = BrickStructure.from_text("1x1 (0,0,0)\n1x1 (0,0,1)\n1x4 (0,0,2)\n1x1 (0,3,1)\n")
    assert is_connected(structure)


def test_sides_do_not_hold() -> None:
    structure = BrickStructure.from_text("2x2 (0,0,0)\n2x2 (0,0,1)\n2x2 (2,0,1)\n")
    assert grounded(structure).tolist() == [True, True, False]


def test_two_loose_bricks_on_each_other_do_not_reach_the_ground() -> None:
    structure = BrickStructure.from_text("2x2 (0,0,3)\n2x2 (0,0,4)\n")
    assert grounded(structure).tolist() == [False, False]


def test_building_order_does_not_matter() -> None:
    tower = [Brick(1, 1, 0, 0, z) for z in range(20)]
    assert grounded(reversed(tower)).all()


def test_no_bricks_are_connected() -> None:
    assert grounded([]).tolist() == []
    assert is_connected([])


def test_parts_are_counted_without_the_ground() -> None:
    legs = [Brick(1, 1, x, y, 0) for x in (0, 3) for y in (0, 3)]
    top = [Brick(4, 2, 0, 0, 1), Brick(4, 2, 0, 2, 1), Brick(2, 4, 0, 0, 2)]
    assert count_parts(legs) == 4
    assert count_parts([*legs, *top[:2]]) == 2
    assert count_parts([*legs, *top]) == 1
    assert count_parts(reversed([Brick(1, 1, 0, 0, z) for z in range(20)])) == 1
