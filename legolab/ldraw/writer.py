"""Write a structure as an LDraw model. Knows the file format, nothing of physics or pictures.

Positions and matrices are those of the published models' files (BrickGPT, arXiv 2505.05469): one
stud is 20 LDU, one layer 24 LDU, y points down.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, islice
from pathlib import Path

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import KIND_OF_SIZE
from legolab.bricks.colors import DIRECT_COLOR
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError

STUD_LDU = 20
"""Side of a stud cell in LDraw units (1 LDU = 0.4 mm)."""

LAYER_LDU = 24
"""Height of a brick in LDraw units, its studs not counted."""

_LONG_SIDE_ON_Y = "0 0 1 0 1 0 -1 0 0"
_LONG_SIDE_ON_X = "-1 0 0 0 1 0 0 0 -1"

_COMMANDS = {"file", "nofile", "step", "rotstep", "bfc", "clear", "pause", "print", "save", "write"}


def write_ldr(
    structure: BrickStructure,
    *,
    title: str = "legolab model",
    name: str = "model.ldr",
    comments: Iterable[str] = (),
    steps: Sequence[int] | None = None,
) -> str:
    """The LDraw text of a structure: bricks in building order, and steps.

    >>> print(write_ldr(BrickStructure([Brick(2, 4, 0, 0, 0)], colors=[4])), end="")
    0 legolab model
    0 Name: model.ldr
    0 Author: legolab
    <BLANKLINE>
    1 4 20 0 40 0 0 1 0 1 0 -1 0 0 3001.DAT
    0 STEP

    Args:
        structure: the bricks and their colours.
        title: first line of the file, what the model is.
        name: file name the header states.
        comments: further header lines, one string each.
        steps: how many bricks each step adds; a step for each run of one layer if not given.

    Raises:
        InputError: the steps do not add up to the bricks.
    """
    lines = [*header_lines(title, name, comments), "", *model_lines(structure, steps)]
    return "\n".join(lines) + "\n"


def save_ldr(structure: BrickStructure, path: Path) -> None:
    """Write a `.ldr` file.

    Raises:
        OSError: the file cannot be written; `legolab.formats.save` says it in words.
    """
    path.write_text(write_ldr(structure, name=path.name), encoding="utf-8", newline="\n")


def header_lines(title: str, name: str, comments: Iterable[str]) -> list[str]:
    """Title, file name, author and comments, a line each.

    A title such as "file cabinet" becomes a comment: readers take `0 FILE` for a command.
    """
    title = _one_line(title)
    word = title.partition(" ")[0].lower()
    mark = "// " if word.startswith("!") or word in _COMMANDS else ""
    lines = [f"0 {mark}{title}", f"0 Name: {_one_line(name)}", "0 Author: legolab"]
    return lines + [f"0 // {_one_line(comment)}" for comment in comments]


def layer_steps(structure: BrickStructure) -> list[int]:
    """How many bricks each step adds, a step being a run of bricks of one layer.

    >>> layer_steps(BrickStructure.from_text("1x2 (0,0,0)\\n1x2 (1,0,0)\\n2x2 (0,0,1)\\n"))
    [2, 1]
    """
    return [len(list(run)) for _, run in groupby(structure, key=lambda brick: brick.z)]


def model_lines(structure: BrickStructure, steps: Sequence[int] | None = None) -> list[str]:
    """A line for each brick in building order, and one that ends each step.

    Args:
        structure: the bricks and their colours.
        steps: how many bricks each step adds; those of `layer_steps` if not given.

    Raises:
        InputError: the steps do not add up to the bricks.
    """
    counts = layer_steps(structure) if steps is None else steps
    if sum(counts) != len(structure) or min(counts, default=1) < 1:
        raise InputError(
            f"expected steps of at least 1 brick that add up to {len(structure)}, got {counts}"
        )
    lines: list[str] = []
    bricks = zip(structure, structure.colors, strict=True)
    for count in counts:
        lines += [_brick_line(brick, color) for brick, color in islice(bricks, count)]
        lines.append("0 STEP")
    return lines


def color_word(code: int) -> str:
    """A colour code as a file states it.

    >>> color_word(4), color_word(0x2FF8800)
    ('4', '0x2FF8800')
    """
    return f"0x{code:07X}" if code >= DIRECT_COLOR else str(code)


def _brick_line(brick: Brick, color: int) -> str:
    """`1 colour x y z matrix part`: the part hangs by the middle of its top, long side on its x."""
    x = STUD_LDU * brick.x + STUD_LDU // 2 * brick.h
    y = -LAYER_LDU * brick.z
    z = STUD_LDU * brick.y + STUD_LDU // 2 * brick.w
    matrix = _LONG_SIDE_ON_X if brick.h > brick.w else _LONG_SIDE_ON_Y
    part = KIND_OF_SIZE[brick.h, brick.w].part
    return f"1 {color_word(color)} {x} {y} {z} {matrix} {part}.DAT"


def _one_line(text: str) -> str:
    return " ".join(text.split())
