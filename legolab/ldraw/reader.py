"""Read LDraw models made of the eight bricks. Knows the file format, nothing of physics.

Accepts what other programs write: any case of part names, any quarter-turn, comments, meta
commands, direct colours, an origin elsewhere, and packed files whose further entries are parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from legolab import formats
from legolab.bricks.brick import Brick
from legolab.bricks.catalog import CATALOG, KIND_OF_PART
from legolab.bricks.placement import Cell, World, cells, explain, reject
from legolab.bricks.structure import DEFAULT_WORLD, BrickStructure
from legolab.errors import LDrawError, PlacementError
from legolab.ldraw.writer import LAYER_LDU, STUD_LDU

_TOLERANCE_LDU = 0.05
_TOLERANCE_MATRIX = 1e-3
_LARGEST_LDU = 1e7
_COLOR = re.compile(r"\d{1,9}|0x[0-9a-f]{1,8}", re.ASCII | re.IGNORECASE)
_PART = re.compile(r"(?:parts[\\/])?(\w+)(?:\.dat)?", re.ASCII | re.IGNORECASE)

_LONG_SIDE_ON_X = {(1, 0, 0, 0, 1, 0, 0, 0, 1), (-1, 0, 0, 0, 1, 0, 0, 0, -1)}
_LONG_SIDE_ON_Y = {(0, 0, 1, 0, 1, 0, -1, 0, 0), (0, 0, -1, 0, 1, 0, 1, 0, 0)}


def load_ldr(path: Path, world: World) -> BrickStructure:
    """Read a `.ldr` or packed `.mpd` file.

    Raises:
        FileError: missing, unreadable or not text.
        LDrawError, PlacementError: see `read_ldr`.
    """
    return read_ldr(formats.read_text(path), world)


def read_ldr(text: str, world: World = DEFAULT_WORLD) -> BrickStructure:
    """Read LDraw text; the order of the lines is the building order.

    Where a coordinate is negative, the whole model moves along that axis to start at 0; a model
    inside the world stays exactly where it is.

    >>> list(read_ldr("1 4 20 0 40 0 0 1 0 1 0 -1 0 0 3001.DAT"))
    [Brick(h=2, w=4, x=0, y=0, z=0)]

    Args:
        text: the content of a `.ldr` or packed `.mpd` file.
        world: studs along x, studs along y, layers.

    Raises:
        LDrawError: a line cannot be read as one of the eight bricks, or there is no brick.
        PlacementError: a brick is outside the world or overlaps another. Both name the line.
    """
    numbers: list[int] = []
    bricks: list[Brick] = []
    colors: list[int] = []
    for number, line in _model_lines(text):
        try:
            brick, color = _read_part(line)
        except LDrawError as error:
            raise LDrawError(f"line {number}: {error}") from None
        numbers.append(number)
        bricks.append(brick)
        colors.append(color)
    if not bricks:
        raise LDrawError("expected at least one line '1 colour x y z matrix part', got no bricks")
    moved = _moved_to_zero(bricks)
    _check_places(moved, numbers, world, was_moved=moved != bricks)
    return BrickStructure(moved, world, colors)


def _model_lines(text: str) -> Iterator[tuple[int, str]]:
    """Number and content of the part lines of the one model in the file.

    In a packed file (`0 FILE name` ... `0 NOFILE`) the first entry is the model; further entries
    that define parts are left out.
    """
    entries = 0
    inside = True
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        words = line.split()
        if not words:
            continue
        if words[0] != "0":
            if inside:
                yield number, line
        elif len(words) > 1 and words[1] == "NOFILE":
            inside = not entries
        elif len(words) > 1 and words[1] == "FILE":
            name = " ".join(words[2:])
            if entries and not name.lower().endswith(".dat"):
                raise LDrawError(f"line {number}: expected a single model, got another, {name!r}")
            inside = not entries
            entries += 1


def _read_part(line: str) -> tuple[Brick, int]:
    """The brick, anywhere on the grid, and the colour of a line `1 colour x y z matrix part`."""
    words = line.split(maxsplit=14)
    if words[0] != "1":
        raise LDrawError(f"expected a part ('1 ...') or a comment ('0 ...'), got {_short(line)}")
    if len(words) < 15:
        form = "'1 colour x y z', nine matrix numbers and a part"
        raise LDrawError(f"expected {form}, got {_short(line)}")
    color = _read_color(words[1])
    position = [_read_number(word, "a position") for word in words[2:5]]
    along_x = _long_side_is_on_x([_read_number(word, "a matrix number") for word in words[5:14]])
    short, long = _read_size(words[14])
    h, w = (long, short) if along_x else (short, long)
    x = _to_grid(position[0] - h * STUD_LDU / 2, STUD_LDU, "x", position[0])
    y = _to_grid(position[2] - w * STUD_LDU / 2, STUD_LDU, "z", position[2])
    z = _to_grid(-position[1], LAYER_LDU, "y", position[1])
    return Brick(h, w, x, y, z), color


def _read_color(word: str) -> int:
    if _COLOR.fullmatch(word) is None:
        raise LDrawError(f"expected a colour code such as 4 or 0x2FF8800, got {_short(word)}")
    return int(word, 16) if word[:2].lower() == "0x" else int(word)


def _read_number(word: str, what: str) -> float:
    try:
        value = float(word)
    except ValueError:
        raise LDrawError(f"expected {what}, got {_short(word)}") from None
    if not abs(value) <= _LARGEST_LDU:
        raise LDrawError(f"expected {what} within ten million, got {_short(word)}")
    return value


def _long_side_is_on_x(matrix: list[float]) -> bool:
    """Whether the part's long side lies along x, from its nine matrix numbers, row by row."""
    rounded = tuple(round(value) for value in matrix)
    exact = all(abs(a - b) <= _TOLERANCE_MATRIX for a, b in zip(matrix, rounded, strict=True))
    if exact and rounded in _LONG_SIDE_ON_X:
        return True
    if exact and rounded in _LONG_SIDE_ON_Y:
        return False
    seen = " ".join(f"{value:g}" for value in matrix)
    raise LDrawError(f"expected an upright brick turned by quarter-turns, got the matrix {seen}")


def _read_size(name: str) -> tuple[int, int]:
    """Short and long side, in studs, of a part name such as `3001.DAT`."""
    match = _PART.fullmatch(name.strip())
    kind = KIND_OF_PART.get(match.group(1).lower()) if match else None
    if kind is None:
        known = ", ".join(f"{kind.part} ({kind.name})" for kind in CATALOG)
        raise LDrawError(f"expected one of the parts {known}, got {_short(name.strip())}")
    return kind.short, kind.long


def _to_grid(offset: float, step: int, axis: str, seen: float) -> int:
    """Whole steps in `offset` (LDU)."""
    steps = round(offset / step)
    if abs(offset - steps * step) > _TOLERANCE_LDU:
        raise LDrawError(
            f"expected {axis} on the grid (one stud is {STUD_LDU}, one layer {LAYER_LDU}), "
            f"got {axis} = {seen:g}"
        )
    return steps


def _moved_to_zero(bricks: list[Brick]) -> list[Brick]:
    """The bricks, moved along each axis on which one of them is at a negative coordinate."""
    x = min(0, *(brick.x for brick in bricks))
    y = min(0, *(brick.y for brick in bricks))
    z = min(0, *(brick.z for brick in bricks))
    if (x, y, z) == (0, 0, 0):
        return bricks
    return [Brick(b.h, b.w, b.x - x, b.y - y, b.z - z) for b in bricks]


def _check_places(
    bricks: list[Brick], numbers: list[int], world: World, *, was_moved: bool
) -> None:
    taken: set[Cell] = set()
    for brick, number in zip(bricks, numbers, strict=True):
        rejection = reject(brick, world, taken)
        if rejection is not None:
            note = " (the model was moved to start at 0)" if was_moved else ""
            raise PlacementError(f"line {number}: {explain(brick, rejection, world)}{note}")
        taken.update(cells(brick))


def _short(text: str) -> str:
    text = text.strip()
    return repr(text if len(text) <= 60 else text[:57] + "...")
