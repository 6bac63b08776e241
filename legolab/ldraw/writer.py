"""Write a structure as an LDraw model. Knows the file format, nothing of physics or pictures.

Positions and matrices are those of the published models' files (BrickGPT, arXiv 2505.05469): one
stud is 20 LDU, one layer 24 LDU, y points down.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import KIND_OF_SIZE
from legolab.bricks.colors import DIRECT_COLOR
from legolab.bricks.structure import BrickStructure

STUD_LDU = 20
"""Side of a stud cell in LDraw units (1 LDU = 0.4 mm)."""

LAYER_LDU = 24
"""Height of a brick in LDraw units, its studs not counted."""

_LONG_SIDE_ON_Y = "0 0 1 0 1 0 -1 0 0"
_LONG_SIDE_ON_X = "-1 0 0 0 1 0 0 0 -1"


def write_ldr(
    structure: BrickStructure,
    *,
    title: str = "legolab model",
    name: str = "model.ldr",
    comments: Iterable[str] = (),
) -> str:
    """The LDraw text of a structure: bricks in building order, a step for each run of one layer.

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
    """
    lines = [f"0 {_one_line(title)}", f"0 Name: {_one_line(name)}", "0 Author: legolab"]
    lines += [f"0 // {_one_line(comment)}" for comment in comments]
    lines.append("")
    layer: int | None = None
    for brick, color in zip(structure, structure.colors, strict=True):
        if layer is not None and brick.z != layer:
            lines.append("0 STEP")
        layer = brick.z
        lines.append(_brick_line(brick, color))
    if layer is not None:
        lines.append("0 STEP")
    return "\n".join(lines) + "\n"


def save_ldr(structure: BrickStructure, path: Path) -> None:
    """Write a `.ldr` file.

    Raises:
        OSError: the file cannot be written; `legolab.formats.save` says it in words.
    """
    path.write_text(write_ldr(structure, name=path.name), encoding="utf-8", newline="\n")


def _brick_line(brick: Brick, color: int) -> str:
    """`1 colour x y z matrix part`: the part hangs by the middle of its top, long side on its x."""
    x = STUD_LDU * brick.x + STUD_LDU // 2 * brick.h
    y = -LAYER_LDU * brick.z
    z = STUD_LDU * brick.y + STUD_LDU // 2 * brick.w
    matrix = _LONG_SIDE_ON_X if brick.h > brick.w else _LONG_SIDE_ON_Y
    part = KIND_OF_SIZE[brick.h, brick.w].part
    code = f"0x{color:07X}" if color >= DIRECT_COLOR else str(color)
    return f"1 {code} {x} {y} {z} {matrix} {part}.DAT"


def _one_line(text: str) -> str:
    return " ".join(text.split())
