"""Lay a few bricks otherwise where a structure falls into parts, so that it hangs together.

The same cells stay filled: where two parts meet side by side, bricks of both are taken out and one
that reaches across is laid. Layers are bit sets. Knows nothing of physics.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import permutations

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import SIZES

_REACHES = (0, 1, 2)
"""Taken out: the two bricks that meet; then all within one stud of there, and within two."""

_MOST_TRIES = 2_000
"""Bricks tried over seams before giving up; of 52 that could be tied one took over a hundred."""

_LARGEST_FIRST = sorted(SIZES, key=lambda size: -size[0] * size[1])


def tie(bricks: Sequence[Brick], fixed: int = 0) -> list[Brick]:
    """The bricks, some of them laid otherwise, in as few parts as can be found.

    >>> side_by_side = [Brick(2, 1, 0, 0, 0), Brick(2, 1, 0, 1, 0)]
    >>> [str(brick) for brick in tie(side_by_side)]
    ['2x2 (0,0,0)']

    Args:
        bricks: a structure, or any bricks that do not overlap.
        fixed: the first so many stay as they are.

    Returns:
        Bricks that fill the same cells; those that stay are in their order, new ones come last.
        What cannot be tied stays in parts.
    """
    now = list(bricks)
    budget = iter(range(_MOST_TRIES))
    while (better := _in_fewer_parts(now, fixed, budget)) is not None:
        now = better
    return now


def _in_fewer_parts(bricks: list[Brick], fixed: int, budget: Iterator[int]) -> list[Brick] | None:
    """The bricks with one of the seams between their parts laid over; None if none can be."""
    stride = max((brick.y + brick.w for brick in bricks), default=0) + 1
    cells = [_rectangle(b.h, b.w, stride) << b.x * stride + b.y for b in bricks]
    layers = [
        _Layer(bricks, cells, z, stride, fixed) for z in sorted({brick.z for brick in bricks})
    ]
    for reach in _REACHES:
        for layer in layers:
            before = layer.parts()
            for out, laid in layer.over_seams(reach):
                if next(budget, None) is None:
                    return None
                if layer.parts(out, laid) < before:
                    staying = [brick for n, brick in enumerate(bricks) if n not in out]
                    return [*staying, *(layer.brick(*new) for new in laid)]
    return None


_Laid = tuple[int, int, int]  # a brick: length along x, along y, and its first cell's bit


class _Layer:
    """Bricks of one layer, and what holds together without them.

    Cell (x, y) is bit x * stride + y; the last y of a stride stays free, so that no row runs over.
    """

    def __init__(
        self, bricks: Sequence[Brick], cells: Sequence[int], z: int, stride: int, fixed: int
    ) -> None:
        """Look at layer `z` of bricks that fill these cells; the first `fixed` of them stay."""
        self._z, self._stride, self._fixed = z, stride, fixed
        self._own = {n: cells[n] for n, brick in enumerate(bricks) if brick.z == z}
        self._others = self._held_without(bricks, cells)
        self._touched = {n: self._touching(own) for n, own in self._own.items()}

    def _held_without(self, bricks: Sequence[Brick], cells: Sequence[int]) -> list[int]:
        """For each part there is without this layer, its cells right above and below it."""
        groups: list[dict[int, int]] = []  # layer -> cells
        for n, brick in enumerate(bricks):
            if brick.z == self._z:
                continue
            joined, apart = {brick.z: cells[n]}, []
            for group in groups:
                above, below = group.get(brick.z + 1, 0), group.get(brick.z - 1, 0)
                if not (above | below) & cells[n]:
                    apart.append(group)
                    continue
                for z, held in group.items():
                    joined[z] = joined.get(z, 0) | held
            groups = [*apart, joined]
        return [group.get(self._z + 1, 0) | group.get(self._z - 1, 0) for group in groups]

    def parts(self, out: Collection[int] = (), laid: Iterable[_Laid] = ()) -> int:
        """In how many parts the whole is, with some bricks of this layer taken out and new ones."""
        bricks = [touched for n, touched in self._touched.items() if n not in out]
        bricks += [self._touching(self._cells(*brick)) for brick in laid]
        groups = _merged(bricks)
        met = sum(group.bit_count() for group in groups)
        return bricks.count(0) + len(groups) + len(self._others) - met

    def _touching(self, cells: int) -> int:
        """Which of the parts there are without this layer some cells of it hold to, as bits."""
        return sum(1 << n for n, other in enumerate(self._others) if other & cells)

    def over_seams(self, reach: int) -> Iterator[tuple[frozenset[int], list[_Laid]]]:
        """Bricks to take out and bricks to lay, one of them over a seam between two parts."""
        seen: set[tuple[frozenset[int], int]] = set()
        for one, other, first, second in self._seams():
            out = frozenset((one, other, *(self._near(first, reach) if reach else ())))
            room = sum(self._own[n] for n in out)
            for new in self._over(first, second, room):
                cells = self._cells(*new)
                if (out, cells) not in seen:
                    seen.add((out, cells))
                    yield out, [new, *self._cover(room & ~cells)]

    def _seams(self) -> Iterator[tuple[int, int, int, int]]:
        """Two bricks of different parts, and two cells of theirs that lie side by side."""
        groups = _merged(self._touched.values())
        # A brick that nothing holds is a part of its own.
        part = {n: next((g for g in groups if g & t), -n) for n, t in self._touched.items()}
        for one, other in permutations((n for n in self._own if n >= self._fixed), 2):
            if part[one] != part[other]:
                for step in (self._stride, 1):
                    for cell in _set_bits(self._own[one] << step & self._own[other]):
                        yield one, other, cell - step, cell

    def _near(self, cell: int, reach: int) -> set[int]:
        """Bricks that may go within so many studs of a cell and the next one."""
        x, y = divmod(cell, self._stride)
        left, front = max(x - reach, 0), max(y - reach, 0)
        right, back = x + reach + 2, min(y + reach + 2, self._stride)
        square = self._cells(right - left, back - front, left * self._stride + front)
        return {n for n, cells in self._own.items() if n >= self._fixed and cells & square}

    def _over(self, first: int, second: int, room: int) -> Iterator[_Laid]:
        """Every brick over two cells that fits some room."""
        x, y = divmod(second, self._stride)
        for h, w in _LARGEST_FIRST:
            for left in range(max(x - h + 1, 0), x + 1):
                for front in range(max(y - w + 1, 0), y + 1):
                    corner = left * self._stride + front
                    cells = self._cells(h, w, corner)
                    if cells >> first & 1 and cells >> second & 1 and not cells & ~room:
                        yield h, w, corner

    def _cover(self, room: int) -> Iterator[_Laid]:
        """Cover cells with the largest bricks that fit, the last cell first."""
        while room:
            last = room.bit_length() - 1
            x, y = divmod(last, self._stride)
            for h, w in _LARGEST_FIRST:
                corner = last - (h - 1) * self._stride - (w - 1)
                if h - 1 <= x and w - 1 <= y and not self._cells(h, w, corner) & ~room:
                    yield h, w, corner
                    room &= ~self._cells(h, w, corner)
                    break

    def _cells(self, h: int, w: int, corner: int) -> int:
        return _rectangle(h, w, self._stride) << corner

    def brick(self, h: int, w: int, corner: int) -> Brick:
        """A brick that was laid."""
        return Brick(h, w, *divmod(corner, self._stride), self._z)


def _merged(sets: Iterable[int]) -> list[int]:
    """Sets of bits, those that share one made one."""
    groups: list[int] = []
    for bits in set(sets) - {0}:
        apart = [group for group in groups if not group & bits]
        if len(apart) == len(groups):
            groups.append(bits)
            continue
        for group in groups:
            bits |= group if group & bits else 0
        groups = [*apart, bits]
    return groups


@lru_cache(maxsize=1024)
def _rectangle(h: int, w: int, stride: int) -> int:
    """The cells of h by w studs in the first corner, as bits."""
    return sum(((1 << w) - 1) << x * stride for x in range(h))


def _set_bits(bits: int) -> Iterator[int]:
    while bits:
        yield bits.bit_length() - 1
        bits ^= 1 << bits.bit_length() - 1
