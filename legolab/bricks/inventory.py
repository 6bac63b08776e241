"""How many of each kind a structure needs, and how many somebody has."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from legolab import formats
from legolab.bricks.brick import Brick
from legolab.bricks.catalog import CATALOG, KIND_OF_PART, KIND_OF_SIZE, BrickKind
from legolab.bricks.colors import DEFAULT_COLOR, find_color
from legolab.errors import InputError

MAX_COUNT = 1_000_000
"""Of one kind and colour."""

_SHOWN = 40  # characters of what somebody gave
_DELIMITERS = ",;\t"

_KINDS = {name: kind for (h, w), kind in KIND_OF_SIZE.items() for name in (f"{h}x{w}",)}
_PART_HEADINGS = ("part", "part_num", "partnum", "kind", "brick", "size", "id")
_COUNT_HEADINGS = ("quantity", "qty", "count", "number")
_COLOR_HEADINGS = ("color", "colour", "color_id", "colour_id", "color_name")
_KNOWN = ", ".join(kind.name for kind in CATALOG)


def brick_counts(bricks: Iterable[Brick]) -> dict[str, int]:
    """Kind -> number of bricks, in catalog order, kinds that are not used left out.

    >>> brick_counts([Brick(2, 4, 0, 0, 0), Brick(4, 2, 0, 0, 1)])
    {'2x4': 2}
    """
    counts = Counter(KIND_OF_SIZE[brick.h, brick.w].name for brick in bricks)
    return {kind.name: counts[kind.name] for kind in CATALOG if counts[kind.name]}


@dataclass(frozen=True)
class Inventory:
    """Bricks that somebody has.

    Attributes:
        stock: (kind, LDraw colour code) -> number; None as code is any colour.
        passed_over: parts of a file that are no bricks of the catalogue.
    """

    stock: Mapping[tuple[str, int | None], int]
    passed_over: tuple[str, ...] = ()

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Inventory:
        """Read `{"2x4": 10, "1x2 red": 4}`: a kind, or its LDraw part, and perhaps a colour.

        >>> Inventory.of({"4x2": 3, "2x4 red": 2}).counts
        {'2x4': 5}

        Raises:
            InputError: a part or colour is unknown, a number is no count, or there is nothing.
        """
        stock: Counter[tuple[str, int | None]] = Counter()
        for words, number in counts.items():
            name, _, color = str(words).strip().partition(" ")
            kind = _kind(name)
            if kind is None:
                raise InputError(
                    f"expected a brick ({_KNOWN}), got {_short(words)} in the inventory"
                )
            stock[kind.name, _color(color, _short(words))] += _count(number, _short(words))
        return cls._checked(stock)

    @classmethod
    def read(cls, path: Path) -> Inventory:
        """Read a CSV of parts, as parts lists are exchanged, or JSON as `of` takes it.

        A CSV has headings: part (or kind), quantity and, if it likes, colour: a name or an LDraw
        code; its columns are parted by commas, semicolons or tabs. Parts that are no bricks of the
        catalogue are passed over.

        Raises:
            InputError: it is neither, or there is no brick in it.
            FileError: it cannot be read.
        """
        text = formats.read_text(path)
        if path.suffix.lower() == ".json":
            try:
                counts = json.loads(text)
            except (ValueError, RecursionError) as error:
                raise InputError(f"expected JSON in {path.name}, got {error}") from None
            if not isinstance(counts, dict):
                raise InputError(f'expected {{"2x4": 10}} in {path.name}, got {counts!r:.40}')
            return cls.of(counts)
        try:
            return cls._from_csv(text, path.name)
        except csv.Error as error:
            raise InputError(f"expected a CSV of parts in {path.name}, got {error}") from None

    @classmethod
    def _from_csv(cls, text: str, name: str) -> Inventory:
        lines = text.strip().splitlines()
        rows = csv.reader(lines, delimiter=max(_DELIMITERS, key=lines[0].count))
        headings = [cell.strip().lower() for cell in next(rows, [])]
        part, number = (_place(headings, known) for known in (_PART_HEADINGS, _COUNT_HEADINGS))
        if part is None or number is None:
            seen = _short(", ".join(headings))
            raise InputError(f"expected the headings part and quantity in {name}, got {seen}")
        color = _place(headings, _COLOR_HEADINGS)
        stock: Counter[tuple[str, int | None]] = Counter()
        passed_over: list[str] = []
        for line, row in enumerate(rows, start=2):
            if not any(cell.strip() for cell in row):
                continue
            where = f"line {line} of {name}"
            if len(row) <= max(part, number, color or 0):
                raise InputError(f"expected {len(headings)} columns in {where}, got {len(row)}")
            kind = _kind(row[part].strip())
            if kind is None:
                passed_over.append(row[part].strip()[:_SHOWN])
                continue
            words = row[color].strip() if color is not None else ""
            stock[kind.name, _color(words, where)] += _count(row[number].strip(), where)
        return cls._checked(stock, tuple(dict.fromkeys(passed_over)))

    @classmethod
    def _checked(
        cls, stock: Mapping[tuple[str, int | None], int], passed_over: tuple[str, ...] = ()
    ) -> Inventory:
        left = {key: number for key, number in stock.items() if number}
        if not left:
            raise InputError(f"expected an inventory of at least one brick ({_KNOWN}), got none")
        return cls(left, passed_over)

    @property
    def counts(self) -> dict[str, int]:
        """Kind -> number, whatever the colour, in catalogue order."""
        counts: Counter[str] = Counter()
        for (kind, _), number in self.stock.items():
            counts[kind] += number
        return {kind.name: counts[kind.name] for kind in CATALOG if counts[kind.name]}

    def to_json(self) -> dict[str, int]:
        """As `of` reads it."""
        return {
            kind if color is None else f"{kind} {color}": number
            for (kind, color), number in self.stock.items()
        }

    def missing(self, bricks: Iterable[Brick]) -> dict[str, int]:
        """Kind -> how many more would be needed for these bricks."""
        have = self.counts
        return {
            kind: number - have.get(kind, 0)
            for kind, number in brick_counts(bricks).items()
            if number > have.get(kind, 0)
        }

    def colors_for(self, bricks: Sequence[Brick], wanted: Sequence[int]) -> list[int]:
        """A colour for each brick out of what there is: the wanted one as long as it lasts.

        Args:
            bricks: no more of a kind than there are.
            wanted: LDraw colour codes, one per brick.
        """
        left = Counter(self.stock)
        found: list[int | None] = [None] * len(bricks)
        kinds = [KIND_OF_SIZE[brick.h, brick.w].name for brick in bricks]
        for index, (kind, color) in enumerate(zip(kinds, wanted, strict=True)):
            if left[kind, color]:
                left[kind, color] -= 1
                found[index] = color
        for index, (kind, color) in enumerate(zip(kinds, wanted, strict=True)):
            if found[index] is None:
                if left[kind, None]:
                    left[kind, None] -= 1
                    found[index] = color
                else:
                    other = next((c for (k, c), n in left.items() if k == kind and n), None)
                    left[kind, other] -= 1
                    found[index] = other
        return [DEFAULT_COLOR if color is None else color for color in found]


def _kind(name: str) -> BrickKind | None:
    """The kind of a size or an LDraw part number, with or without `.dat`."""
    name = name.lower().removesuffix(".dat")
    return _KINDS.get(name) or KIND_OF_PART.get(name)


def _color(words: str, where: str) -> int | None:
    if not words.strip():
        return None
    code = find_color(words)
    if code is None:
        raise InputError(f"expected a colour by name or LDraw code, got {_short(words)} in {where}")
    return code


def _count(number: object, where: str) -> int:
    is_figure = isinstance(number, str) and number.isdecimal() and len(number) <= _SHOWN
    count = int(str(number)) if is_figure else number
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= MAX_COUNT:
        raise InputError(
            f"expected a number of bricks from 0 to {MAX_COUNT:,}, got {_short(number)} for {where}"
        )
    return count


def _short(seen: object) -> str:
    """What somebody gave, as far as it can be shown in a line."""
    if isinstance(seen, int) and abs(seen) > 10**_SHOWN:
        return "a number of more digits than bricks"
    shown = repr(seen)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."


def _place(headings: list[str], known: Iterable[str]) -> int | None:
    return next((headings.index(name) for name in known if name in headings), None)
