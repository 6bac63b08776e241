"""What a shape looks like to a program: the nearest shape that was drawn, and a small classifier.

Both know the corpus's own shapes only, drawn with seeds that no training uses, and neither knows
what was asked for. Knows no model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.structure import BrickStructure
from legolab.generation.lexicon import CATEGORIES
from legolab.training.corpus import Row
from legolab.training.shapes import WORLD, draw

Voxels = NDArray[np.bool_]

_HIDDEN = 96
_ROUNDS = 40
_BATCH = 128
_RATE = 2e-3
_DECAY = 1e-4


def voxels_of(structure: BrickStructure) -> Voxels:
    """The studs a structure fills, moved as the corpus has its shapes: bool [20, 20, 20].

    Args:
        structure: at least one brick; its box fits the corpus's world.
    """
    filled = np.zeros(structure.world, dtype=bool)
    for b in structure:
        filled[b.x : b.x + b.h, b.y : b.y + b.w, b.z] = True
    spans = [np.flatnonzero(filled.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1))]
    box = filled[tuple(slice(int(span[0]), int(span[-1]) + 1) for span in spans)]
    voxels = np.zeros((WORLD, WORLD, WORLD), dtype=bool)
    width, depth, height = box.shape
    voxels[:width, WORLD - depth :, :height] = box
    return voxels


def overlap(one: Voxels, other: Voxels) -> float:
    """Studs in both over studs in either (intersection over union); at least one is filled."""
    return float((one & other).sum() / (one | other).sum())


@dataclass(frozen=True, eq=False)
class Gallery:
    """Shapes to compare with.

    Attributes:
        categories: int64 [shapes], index into the lexicon's categories.
        shapes: bool [shapes, 20, 20, 20]; empty where only the bits are kept.
        bits: uint8 [shapes, 1000], the same eight to a byte.
    """

    categories: NDArray[np.int64]
    shapes: Voxels
    bits: NDArray[np.uint8]

    @classmethod
    def drawn(cls, seed: int, per_category: int) -> Gallery:
        """So many shapes of every category."""
        names, shapes = [], []
        for index, category in enumerate(CATEGORIES):
            rng = np.random.default_rng(np.random.SeedSequence([seed, index]))
            made = 0
            while made < per_category:
                shape = draw(category, rng)
                if shape is None:
                    continue
                names.append(index)
                shapes.append(shape.voxels)
                made += 1
        flat = np.array(shapes).reshape(len(shapes), -1)
        return cls(np.array(names), np.array(shapes), np.packbits(flat, axis=1))

    @classmethod
    def of_rows(cls, rows: Iterable[Row]) -> Gallery:
        """The shapes of a corpus."""
        names = {category: index for index, category in enumerate(CATEGORIES)}
        categories, bits = [], []
        for row in rows:
            filled = np.zeros((WORLD, WORLD, WORLD), dtype=bool)
            for h, w, x, y, z in np.array(re.findall(r"\d+", row.bricks), int).reshape(-1, 5):
                filled[x : x + h, y : y + w, z] = True
            categories.append(names[row.category])
            bits.append(np.packbits(filled))
        return cls(np.array(categories), np.empty((0, WORLD, WORLD, WORLD), bool), np.array(bits))

    def nearest(self, voxels: Voxels) -> tuple[str, float]:
        """The category of the shape with the largest overlap, and how large that is."""
        bits = np.packbits(voxels)
        both = np.bitwise_count(self.bits & bits).sum(axis=1, dtype=np.int64)
        either = np.bitwise_count(self.bits | bits).sum(axis=1, dtype=np.int64)
        found = int((both / either).argmax())
        return tuple(CATEGORIES)[self.categories[found]], float(both[found] / either[found])


class Classifier:
    """Names the category of a shape: one hidden layer over coarse voxels and sizes."""

    def __init__(self, gallery: Gallery, seed: int) -> None:
        """Learn the shapes of a gallery by heart; seconds. The same seed learns the same."""
        rng = np.random.default_rng(seed)
        given = np.array([_coarse(shape) for shape in gallery.shapes], np.float32)
        self._mean, self._spread = given.mean(axis=0), given.std(axis=0) + 0.1
        given = (given - self._mean) / self._spread
        wanted = np.eye(len(CATEGORIES), dtype=np.float32)[gallery.categories]
        sizes = (given.shape[1], _HIDDEN, len(CATEGORIES))
        self._weights = [
            (rng.standard_normal((a, b)) * np.sqrt(2 / a)).astype(np.float32)
            for a, b in pairwise(sizes)
        ]
        self._offsets = [np.zeros(b, np.float32) for b in sizes[1:]]
        parts = [*self._weights, *self._offsets]
        first, second = [np.zeros_like(p) for p in parts], [np.zeros_like(p) for p in parts]
        step = 0
        for _ in range(_ROUNDS):
            order = rng.permutation(len(given))
            for start in range(0, len(order), _BATCH):
                rows = order[start : start + _BATCH]
                step += 1
                slopes = self._slopes(given[rows], wanted[rows])
                for part, slope, m, v in zip(parts, slopes, first, second, strict=True):
                    # Adam (Kingma and Ba, arXiv 1412.6980) with decoupled decay.
                    m += 0.1 * (slope - m)
                    v += 0.001 * (slope * slope - v)
                    change = (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
                    part -= _RATE * (change + _DECAY * part)

    def name(self, voxels: Voxels) -> str:
        """The likeliest category."""
        given = (_coarse(voxels)[None] - self._mean) / self._spread
        return tuple(CATEGORIES)[int(self._likely(given)[1].argmax())]

    def _likely(self, given: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        hidden = np.maximum(given @ self._weights[0] + self._offsets[0], 0)
        scores = hidden @ self._weights[1] + self._offsets[1]
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        return hidden, likely / likely.sum(axis=1, keepdims=True)

    def _slopes(
        self, given: NDArray[np.float32], wanted: NDArray[np.float32]
    ) -> list[NDArray[np.float32]]:
        hidden, likely = self._likely(given)
        out = (likely - wanted) / len(given)
        back = (out @ self._weights[1].T) * (hidden > 0)
        return [given.T @ back, hidden.T @ out, back.sum(axis=0), out.sum(axis=0)]


def _coarse(voxels: Voxels) -> NDArray[np.float32]:
    """How full every two by two by two studs are, and the three sizes: float32 [1003]."""
    half = WORLD // 2
    cells = voxels.reshape(half, 2, half, 2, half, 2).mean(axis=(1, 3, 5)).ravel()
    sizes = [voxels.any(axis=axes).sum() / WORLD for axes in ((1, 2), (0, 2), (0, 1))]
    return np.concatenate([cells, sizes]).astype(np.float32)
