"""Lay a few bricks otherwise where a structure falls into parts, so that it hangs together.

The same cells stay filled: where two parts meet side by side, bricks of both are taken out and one
that reaches across is laid. Layers are bit sets. Knows nothing of physics.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    by_layer: dict[int, dict[int, int]] = {}
    for n in sorted(range(len(bricks)), key=lambda n: bricks[n].z):
        by_layer.setdefault(bricks[n].z, {})[n] = cells[n]
    below = _held_before(by_layer)
    above = _held_before(dict(reversed(by_layer.items())))
    layers = [
        _Layer(z, own, _Held.both(below[z], above[z]), stride, fixed) for z, own in by_layer.items()
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


@dataclass(frozen=True)
class _Held:
    """What there is next to a layer: parts, and which of them its bricks hold to."""

    parts: list[int]  # their cells next to the layer
    touched: dict[int, int]  # brick -> parts, as bits

    @classmethod
    def by(cls, own: Mapping[int, int], parts: list[int]) -> _Held:
        """What bricks with these cells hold to."""
        return cls(parts, {n: _touching(cells, parts) for n, cells in own.items()})

    @classmethod
    def both(cls, below: _Held, above: _Held) -> _Held:
        """What there is on either side; nothing but the layer joins one to the other."""
        beyond = len(below.parts)
        touched = {n: bits | above.touched[n] << beyond for n, bits in below.touched.items()}
        return cls(below.parts + above.parts, touched)


def _held_before(by_layer: Mapping[int, Mapping[int, int]]) -> dict[int, _Held]:
    """For every layer the parts that the layers before it make."""
    held: dict[int, _Held] = {}
    before: dict[int, list[int]] = {}
    for z, own in by_layer.items():
        held[z] = _Held.by(own, before.get(z - 1, []) + before.get(z + 1, []))
        before = {z: _joined(own, held[z].touched)}
    return held


def _joined(own: Mapping[int, int], touched: Mapping[int, int]) -> list[int]:
    """The cells of bricks, those together that hold to the same parts."""
    groups = dict.fromkeys(_merged(touched.values()), 0)
    alone = []
    for n, cells in own.items():
        if touched[n]:
            groups[next(group for group in groups if group & touched[n])] |= cells
        else:
            alone.append(cells)
    return alone + list(groups.values())


def _touching(cells: int, parts: Sequence[int]) -> int:
    """Which of some parts have some of these cells, as bits."""
    bits = 0
    for n, part in enumerate(parts):
        if part & cells:
            bits |= 1 << n
    return bits


_Laid = tuple[int, int, int]  # a brick: length along x, along y, and its first cell's bit


class _Layer:
    """Bricks of one layer, and what holds together without them.

    Cell (x, y) is bit x * stride + y; the last y of a stride stays free, so that no row runs over.
    """

    def __init__(
        self, z: int, own: Mapping[int, int], around: _Held, stride: int, fixed: int
    ) -> None:
        """Look at a layer: its bricks' cells by number, and what is around it."""
        self._z, self._own = z, own
        self._others, self._touched = around.parts, around.touched
        self._stride, self._fixed = stride, fixed

    def parts(self, out: Collection[int] = (), laid: Iterable[_Laid] = ()) -> int:
        """How many parts are in or next to this layer, with bricks of it taken out and new ones."""
        bricks = [touched for n, touched in self._touched.items() if n not in out]
        bricks += [_touching(self._cells(*brick), self._others) for brick in laid]
        groups = _merged(bricks)
        met = sum(group.bit_count() for group in groups)
        return bricks.count(0) + len(groups) + len(self._others) - met

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
