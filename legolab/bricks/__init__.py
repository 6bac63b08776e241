"""Bricks and structures: the ground everything stands on. Needs numpy alone."""

from legolab.bricks.brick import Brick, parse_brick
from legolab.bricks.placement import Rejection
from legolab.bricks.structure import BrickStructure

__all__ = ["Brick", "BrickStructure", "Rejection", "parse_brick"]
