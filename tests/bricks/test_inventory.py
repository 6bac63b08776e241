"""How many of each kind."""

from legolab.bricks.inventory import brick_counts
from legolab.bricks.structure import BrickStructure


def test_turned_bricks_count_together_in_catalog_order():
    structure = BrickStructure.from_text("6x2 (0,0,0)\n1x1 (8,0,0)\n2x6 (0,2,0)\n1x2 (8,2,0)\n")
    assert list(brick_counts(structure).items()) == [("1x1", 1), ("1x2", 1), ("2x6", 2)]


def test_nothing_needs_nothing():
    assert brick_counts([]) == {}
