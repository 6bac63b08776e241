"""Cover voxels with bricks so that the layers tie each other together.

Each layer is scanned from its far corner; the brick laid over the cell under the scan is the one
with the best score: large, along the layer's direction (which alternates from layer to layer, as
in a wall) and joining parts that are still apart. Layers are bit sets, so a structure of a
hundred bricks takes milliseconds. Knows nothing of physics.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import SIZES
from legolab.bricks.placement import World
from legolab.bricks.structure import BrickStructure

_STUD_SCORE = 4


@dataclass(frozen=True, slots=True)
class _Plan:
    """What makes one brick better than another in a cell; the plans are tried in order."""

    along: int = 22  # bonus for lying along the layer's direction
    joining: int = 18  # bonus for each part (up to three) that the brick ties together
    hanging: int = 40  # penalty for resting on nothing
    turned: bool = False  # even layers along y instead of x
    opposite: bool = False  # layers along y are scanned from the other corner: seams move apart
    overhangs_first: bool = False  # cells over nothing are covered before the scan
    repeated: int = 0  # penalty for lying exactly over a brick of the layer below
    noise: int = 0  # random bonus, for shapes that the plain plans leave in pieces


_PLANS = (
    _Plan(opposite=True),
    _Plan(opposite=True, turned=True),
    _Plan(opposite=True, overhangs_first=True),
    _Plan(opposite=True, overhangs_first=True, turned=True),
    _Plan(),
    _Plan(turned=True),
    _Plan(repeated=30),
    _Plan(repeated=30, opposite=True),
    _Plan(along=14, joining=40, repeated=30, opposite=True),
    *(_Plan(along=14, noise=20) for _ in range(4)),
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A brick in one layer: its cells as bits, in scan order along x and along y."""

    bits: int
    bits_by_y: int
    h: int
    w: int
    x: int
    y: int


@lru_cache(maxsize=8)
def _candidates(width: int, depth: int, by_y: bool, rising: bool) -> list[list[_Candidate]]:
    """Scan position -> the bricks whose first corner in scan order is that cell.

    The scan takes the highest (when rising, the lowest) remaining cell: no other brick fits there.
    """
    table: list[list[_Candidate]] = [[] for _ in range(width * depth)]
    for h, w in SIZES:
        for x in range(width - h + 1):
            for y in range(depth - w + 1):
                bits = bits_by_y = 0
                for i in range(x, x + h):
                    for j in range(y, y + w):
                        bits |= 1 << (i * depth + j)
                        bits_by_y |= 1 << (j * width + i)
                first_x, first_y = (x, y) if rising else (x + h - 1, y + w - 1)
                position = first_y * width + first_x if by_y else first_x * depth + first_y
                table[position].append(_Candidate(bits, bits_by_y, h, w, x, y))
    return table


@lru_cache(maxsize=8)
def _covering(width: int, depth: int) -> list[list[_Candidate]]:
    """Cell (its bit along x) -> every brick that covers it."""
    table: list[list[_Candidate]] = [[] for _ in range(width * depth)]
    for starting in _candidates(width, depth, by_y=False, rising=True):
        for candidate in starting:
            for x in range(candidate.x, candidate.x + candidate.h):
                for y in range(candidate.y, candidate.y + candidate.w):
                    table[x * depth + y].append(candidate)
    return table


def _bits(layer: NDArray[np.bool_]) -> int:
    """Cells of a layer as bits, the last cell highest."""
    packed = np.packbits(layer.ravel(), bitorder="little").tobytes()
    return int.from_bytes(packed, "little")


def _lowest(bits: int) -> int:
    """Index of the lowest bit that is set."""
    return (bits & -bits).bit_length() - 1


class _Parts:
    """Union-find over bricks: which are tied together so far."""

    def __init__(self) -> None:
        self.parent: list[int] = []

    def add(self) -> int:
        self.parent.append(len(self.parent))
        return len(self.parent) - 1

    def find(self, brick: int) -> int:
        parent = self.parent
        while parent[brick] != brick:
            parent[brick] = parent[parent[brick]]
            brick = parent[brick]
        return brick

    def join(self, one: int, other: int) -> None:
        self.parent[self.find(one)] = self.find(other)

    def count(self, grounded: int) -> tuple[int, int]:
        """How many parts miss the ground, and how many there are; `grounded` bricks come first."""
        standing = {self.find(brick) for brick in range(grounded)}
        parts = {self.find(brick) for brick in range(len(self.parent))}
        return len(parts - standing), len(parts)


def _cover_layer(
    layer: NDArray[np.bool_],
    z: int,
    plan: _Plan,
    below: list[tuple[int, int]],
    parts: _Parts,
    rng: random.Random,
) -> tuple[list[Brick], list[tuple[int, int]]]:
    """Cover one layer; returns its bricks and their (bits, part index) for the layer above."""
    by_y = (z % 2 == 1) ^ plan.turned
    width, depth = layer.shape
    rising = plan.opposite and by_y
    table = _candidates(width, depth, by_y, rising)
    left, left_by_y = _bits(layer), _bits(layer.T)
    below_bits = 0
    for bits, _ in below:
        below_bits |= bits
    repeats = {bits for bits, _ in below} if plan.repeated else set()
    bricks: list[Brick] = []
    laid: list[tuple[int, int]] = []

    def score(candidate: _Candidate) -> float:
        h, w = candidate.h, candidate.w
        value: float = h * w * _STUD_SCORE
        if h != w and h * w >= 4 and (w > h) == by_y:
            value += plan.along
        if candidate.bits in repeats:
            value -= plan.repeated
        if not candidate.bits & below_bits:
            value -= plan.hanging
        elif plan.joining:
            joined = {parts.find(part) for bits, part in below if bits & candidate.bits}
            value += plan.joining * min(len(joined), 3)
        return value + rng.random() * plan.noise if plan.noise else value

    def lay(fitting: list[_Candidate]) -> None:
        nonlocal left, left_by_y
        best = max(fitting, key=score)
        left &= ~best.bits
        left_by_y &= ~best.bits_by_y
        part = parts.add()
        for bits, other in below:
            if bits & best.bits:
                parts.join(other, part)
        laid.append((best.bits, part))
        bricks.append(Brick(best.h, best.w, best.x, best.y, z))

    if plan.overhangs_first and z:
        covering = _covering(width, depth)
        while hanging := left & ~below_bits:
            lay([c for c in covering[hanging.bit_length() - 1] if not c.bits & ~left])
    while left:
        scan = left_by_y if by_y else left
        position = _lowest(scan) if rising else scan.bit_length() - 1
        lay([c for c in table[position] if not c.bits & ~left])
    return bricks, laid


def _cover(
    voxels: NDArray[np.bool_], plan: _Plan, seed: int
) -> tuple[list[Brick], tuple[int, int]]:
    """Cover all layers by one plan; returns the bricks, and how many parts float and there are."""
    parts = _Parts()
    rng = random.Random(seed)
    bricks: list[Brick] = []
    below: list[tuple[int, int]] = []
    for z in range(voxels.shape[2]):
        laid, below = _cover_layer(voxels[:, :, z], z, plan, below, parts, rng)
        bricks += laid
    return bricks, parts.count(sum(brick.z == 0 for brick in bricks))


def building_order(brick: Brick) -> tuple[int, int, int]:
    """Sort key of the published data: layer by layer, then x falling, then y falling."""
    return brick.z, -brick.x, -brick.y


def legolize(
    voxels: NDArray[Any], world: World | None = None, tries: int = len(_PLANS)
) -> BrickStructure:
    """Cover filled voxels with bricks, in the building order of the published data.

    Several plans are tried until the bricks hang together as one part; when none succeeds, the
    cover with the fewest parts that miss the ground is returned, so ask `connectivity` when it
    matters. The same voxels always give the same bricks.

    Args:
        voxels: truthy where filled, [studs along x, studs along y, layers].
        world: of the structure; the shape of `voxels` when not given.
        tries: how many plans, at least 1.

    Returns:
        A structure that fills exactly the filled voxels.
    """
    filled = np.asarray(voxels, dtype=bool)
    covers = []
    for seed, plan in enumerate(_PLANS[:tries]):
        bricks, parts = _cover(filled, plan, seed)
        covers.append((parts, bricks))
        if parts[1] <= 1:
            break
    _, best = min(covers, key=lambda cover: cover[0])
    width, depth, height = filled.shape
    return BrickStructure(sorted(best, key=building_order), world or (width, depth, height))
