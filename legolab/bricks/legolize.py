"""Cover voxels with bricks so that the layers tie each other together.

Each layer is scanned from a corner; the brick laid over the cell under the scan is the one with
the best score: large, along the layer's direction (which alternates from layer to layer, as in a
wall) and joining parts that are still apart. Two layers of four are scanned from the near corner,
the others from the far one, so that the small bricks that fill a row up lie at its other end.
Layers are bit sets: a structure of a hundred bricks takes milliseconds. Knows nothing of physics.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import SIZES
from legolab.bricks.connectivity import count_parts, grounded
from legolab.bricks.placement import World
from legolab.bricks.structure import BrickStructure
from legolab.bricks.tying import tie

_STUD, _ALONG, _JOINING, _HANGING = 4, 22, 18, 40
"""Of two bricks the better has more for each of its studs, for lying along the layer's direction
and for each part, up to three, that it ties together; less for resting on nothing."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the layers are scanned; the plans are tried in order."""

    turned: bool = False  # even layers along y instead of x
    overhangs_first: bool = False  # cells over nothing are covered before the scan


_PLANS = (
    _Plan(),
    _Plan(turned=True),
    _Plan(overhangs_first=True),
    _Plan(overhangs_first=True, turned=True),
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


class _Candidates:
    """Scan position -> the bricks whose first corner in scan order is that cell.

    The scan takes the highest (when rising, the lowest) remaining cell: no other brick fits there.
    """

    def __init__(self, width: int, depth: int, by_y: bool, rising: bool) -> None:
        self.width, self.depth, self.by_y, self.rising = width, depth, by_y, rising
        self._found: dict[int, list[_Candidate]] = {}

    def __getitem__(self, position: int) -> list[_Candidate]:
        found = self._found.get(position)
        if found is None:
            found = self._found[position] = list(self._at(position))
        return found

    def _at(self, position: int) -> Iterator[_Candidate]:
        width, depth = self.width, self.depth
        first_y, first_x = divmod(position, width) if self.by_y else divmod(position, depth)[::-1]
        for h, w in SIZES:
            x, y = (first_x, first_y) if self.rising else (first_x - h + 1, first_y - w + 1)
            if 0 <= x <= width - h and 0 <= y <= depth - w:
                bits, bits_by_y = _filled(x, y, h, w, depth), _filled(y, x, w, h, width)
                yield _Candidate(bits, bits_by_y, h, w, x, y)


@lru_cache(maxsize=32)
def _candidates(width: int, depth: int, by_y: bool, rising: bool) -> _Candidates:
    """Those of a layer's size, found when they are first asked for."""
    return _Candidates(width, depth, by_y, rising)


@lru_cache(maxsize=8)
def _covering(width: int, depth: int) -> list[list[_Candidate]]:
    """Cell (its bit along x) -> every brick that covers it."""
    table: list[list[_Candidate]] = [[] for _ in range(width * depth)]
    starting = _candidates(width, depth, by_y=False, rising=True)
    for position in range(width * depth):
        for candidate in starting[position]:
            for x in range(candidate.x, candidate.x + candidate.h):
                for y in range(candidate.y, candidate.y + candidate.w):
                    table[x * depth + y].append(candidate)
    return table


def _bits(layer: NDArray[np.bool_]) -> int:
    """Cells of a layer as bits, the last cell highest."""
    packed = np.packbits(layer.ravel(), bitorder="little").tobytes()
    return int.from_bytes(packed, "little")


def _filled(x: int, y: int, h: int, w: int, depth: int) -> int:
    """The cells of a brick as bits."""
    row = ((1 << w) - 1) << y
    bits = 0
    for i in range(x, x + h):
        bits |= row << (i * depth)
    return bits


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


def _cover_layer(
    layer: NDArray[np.bool_],
    z: int,
    plan: _Plan,
    below: list[tuple[int, int]],
    parts: _Parts,
) -> tuple[list[Brick], list[tuple[int, int]]]:
    """Cover one layer; returns its bricks and their (bits, part index) for the layer above."""
    by_y = (z % 2 == 1) ^ plan.turned
    width, depth = layer.shape
    rising = by_y ^ (z // 2 % 2 == 1)
    table = _candidates(width, depth, by_y, rising)
    left, left_by_y = _bits(layer), _bits(layer.T)
    below_bits = 0
    for bits, _ in below:
        below_bits |= bits
    bricks: list[Brick] = []
    laid: list[tuple[int, int]] = []

    def score(candidate: _Candidate) -> int:
        h, w = candidate.h, candidate.w
        value = h * w * _STUD
        if h != w and h * w >= 4 and (w > h) == by_y:
            value += _ALONG
        if not candidate.bits & below_bits:
            return value - _HANGING
        joined = {parts.find(part) for bits, part in below if bits & candidate.bits}
        return value + _JOINING * min(len(joined), 3)

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


def _laid(voxels: NDArray[np.bool_], plan: _Plan) -> list[Brick]:
    """Cover all layers by one plan."""
    parts = _Parts()
    bricks: list[Brick] = []
    below: list[tuple[int, int]] = []
    for z in range(voxels.shape[2]):
        laid, below = _cover_layer(voxels[:, :, z], z, plan, below, parts)
        bricks += laid
    return bricks


def building_order(brick: Brick) -> tuple[int, int, int]:
    """Sort key of the published data: layer by layer, then x falling, then y falling."""
    return brick.z, -brick.x, -brick.y


def cover(voxels: NDArray[Any]) -> BrickStructure:
    """Cover filled voxels with bricks by one regular plan, whether they hang together or not.

    What is built so can be learned: which of several plans was taken, and what was laid otherwise
    where, would be for a model to guess.

    Args:
        voxels: truthy where filled, [studs along x, studs along y, layers].

    Returns:
        A structure that fills exactly the filled voxels, in the building order of published data.
    """
    filled = np.asarray(voxels, dtype=bool)
    return _structure(_laid(filled, _PLANS[0]), filled.shape)


def cover_above(bricks: Sequence[Brick], cells: NDArray[np.bool_]) -> list[Brick]:
    """Cover the layer upon some bricks as `cover` does, whatever lies below.

    Args:
        bricks: in building order.
        cells: filled ones of the layer above the last brick, or of the lowest one: bool [studs
            along x, studs along y] of all of the world; at least one.

    Returns:
        Its bricks, in building order.
    """
    # The same window for all layers, mostly: what can be laid there is worked out once.
    seen = cells.copy()
    for brick in bricks:
        seen[brick.x : brick.x + brick.h, brick.y : brick.y + brick.w] = True
    wide, deep = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    west, south = int(wide[0]), int(deep[0])
    window = cells[west : int(wide[-1]) + 1, south : int(deep[-1]) + 1]
    parts, z = _Parts(), bricks[-1].z if bricks else -1
    below = [
        (_filled(brick.x - west, brick.y - south, brick.h, brick.w, window.shape[1]), part)
        for brick, part in zip(bricks, _parts_of(bricks, parts), strict=True)
        if brick.z == z
    ]
    laid, _ = _cover_layer(window, z + 1, _PLANS[0], below, parts)
    moved = (replace(brick, x=brick.x + west, y=brick.y + south) for brick in laid)
    return sorted(moved, key=building_order)


def _parts_of(bricks: Sequence[Brick], parts: _Parts) -> list[int]:
    """Bricks in building order put into parts by what they rest on; the number of each there."""
    deep = max((brick.y + brick.w for brick in bricks), default=0)
    numbers: list[int] = []
    layers: dict[int, list[tuple[int, int]]] = {}
    for brick in bricks:
        bits, part = _filled(brick.x, brick.y, brick.h, brick.w, deep), parts.add()
        for others, other in layers.get(brick.z - 1, ()):
            if bits & others:
                parts.join(other, part)
        layers.setdefault(brick.z, []).append((bits, part))
        numbers.append(part)
    return numbers


def legolize(voxels: NDArray[Any], world: World | None = None) -> BrickStructure:
    """Cover filled voxels with bricks, in the building order of the published data.

    What a plan leaves in parts is tied where that can be done, and several plans are tried until
    the bricks hang together as one part; when none succeeds, the cover with the fewest bricks that
    miss the ground is returned, so ask `connectivity` when it matters. The same voxels always give
    the same bricks.

    Args:
        voxels: truthy where filled, [studs along x, studs along y, layers].
        world: of the structure; the shape of `voxels` when not given.

    Returns:
        A structure that fills exactly the filled voxels.
    """
    filled = np.asarray(voxels, dtype=bool)
    covers = []
    for plan in _PLANS:
        bricks = _laid(filled, plan)
        parts = count_parts(bricks)
        if parts > 1:
            bricks = tie(bricks)
            parts = count_parts(bricks)
        if parts <= 1:
            return _structure(bricks, world or filled.shape)
        floating = int((~grounded(bricks)).sum())
        covers.append((floating, parts, bricks))
    return _structure(min(covers, key=lambda cover: cover[:2])[2], world or filled.shape)


def _structure(bricks: list[Brick], world: Sequence[int]) -> BrickStructure:
    width, depth, height = world
    return BrickStructure(sorted(bricks, key=building_order), (width, depth, height))
