"""Parametric shapes: one drawn at random fills voxels and says, in the lexicon's words, what it is.

Sizes, offsets and proportions are drawn freely, so that the model cannot learn shapes by heart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from legolab.generation.lexicon import CATEGORIES, FOOTPRINT, LEVELS, Value
from legolab.training.shapes import containers, furniture, things, vehicles
from legolab.training.shapes.canvas import Dice
from legolab.training.shapes.furniture import Drawn

WORLD = 20

DRAWERS: Mapping[str, Callable[[Dice], Drawn]] = {
    "basket": containers.basket,
    "bed": furniture.bed,
    "bench": furniture.bench,
    "birdhouse": things.birdhouse,
    "bookshelf": furniture.bookshelf,
    "bottle": containers.bottle,
    "bowl": containers.bowl,
    "bus": vehicles.bus,
    "camera": things.camera,
    "car": vehicles.car,
    "chair": furniture.chair,
    "guitar": things.guitar,
    "jar": containers.jar,
    "mug": containers.mug,
    "piano": furniture.piano,
    "pot": containers.pot,
    "sofa": furniture.sofa,
    "table": furniture.table,
    "tower": things.tower,
    "train": vehicles.train,
    "vessel": vehicles.vessel,
}
"""Category -> the function that draws one."""


@dataclass(frozen=True)
class Shape:
    """A drawn shape: voxels bool [20, 20, 20], touching x = 0, y = 19 and z = 0, and its fields."""

    category: str
    voxels: NDArray[np.bool_]
    fields: Mapping[str, Value]

    def digest(self) -> str:
        """Hash of the filled voxels: two shapes with one digest are the same shape."""
        return hashlib.sha256(np.packbits(self.voxels).tobytes()).hexdigest()[:16]


def draw(category: str, rng: np.random.Generator) -> Shape | None:
    """Draw one shape of the category; None when it came out larger than the world."""
    canvas, said = DRAWERS[category](Dice(rng))
    filled = np.nonzero(canvas.voxels)
    low = [int(axis.min()) for axis in filled]
    high = [int(axis.max()) + 1 for axis in filled]
    width, depth, height = (b - a for a, b in zip(low, high, strict=True))
    if max(width, depth, height) > WORLD:
        return None
    voxels = np.zeros((WORLD, WORLD, WORLD), dtype=bool)
    voxels[:width, WORLD - depth :, :height] = canvas.voxels[
        low[0] : high[0], low[1] : high[1], low[2] : high[2]
    ]
    measured: dict[str, Value] = {"width": width, "depth": depth, "height": height, **said}
    xs, ys = np.nonzero(voxels[:, :, 0])
    edges = (xs.min(), xs.max() + 1, ys.min(), ys.max() + 1)
    measured |= dict(zip(FOOTPRINT, map(int, edges), strict=True))
    measured |= dict(zip(LEVELS, _levels(voxels, height), strict=True))
    return Shape(
        category,
        voxels,
        {field.name: measured[field.name] for field in CATEGORIES[category].fields},
    )


def _levels(voxels: NDArray[np.bool_], height: int) -> list[int]:
    """The lowest layers that differ from the one below, as many as there are names for them."""
    changes = [z for z in range(1, height) if (voxels[:, :, z] != voxels[:, :, z - 1]).any()]
    return (changes + [height] * len(LEVELS))[: len(LEVELS)]
