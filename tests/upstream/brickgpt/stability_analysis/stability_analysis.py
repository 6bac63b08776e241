"""Needs the commercial solver as soon as it is imported, as the published module does."""

from dataclasses import dataclass

import gurobipy


@dataclass
class StabilityConfig:
    g: float = 9.8
    T: float = 100
    brick_unit_height: float = 0.0096
    brick_unit_length: float = 0.0078
    world_dimension: tuple = (20, 20, 20)
    alpha: float = 0.001
    beta: float = 0.000001


def stability_score(brick_structure, brick_library, cfg=None):
    raise RuntimeError(f"the commercial solver {gurobipy.__name__} was asked")
