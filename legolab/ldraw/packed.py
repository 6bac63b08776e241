"""Write a structure as one packed `.mpd` file that needs no parts library, for web viewers.

It holds the model as `legolab.ldraw.writer` writes it, the colours, and our own geometry of the
parts that it uses. Programs that have the parts library are served better by a plain `.ldr`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from legolab.bricks.catalog import CATALOG, KIND_OF_SIZE, BrickKind
from legolab.bricks.colors import PALETTE, BrickColor, rgb
from legolab.bricks.structure import BrickStructure
from legolab.ldraw.parts import part, primitives
from legolab.ldraw.writer import color_word, header_lines, model_lines

MODEL_NAME = "model.ldr"


def write_mpd(
    structure: BrickStructure,
    *,
    title: str = "legolab model",
    comments: Iterable[str] = (),
    steps: Sequence[int] | None = None,
) -> str:
    r"""The packed LDraw text of a structure; `read_ldr` reads it back.

    >>> text = write_mpd(BrickStructure.from_text("2x4 (0,0,0)"))
    >>> print(*text.splitlines()[:10], sep="\n")
    0 FILE model.ldr
    0 legolab model
    0 Name: model.ldr
    0 Author: legolab
    0 !COLOUR Medium_Blue CODE 73 VALUE #7396C8 EDGE #333333
    <BLANKLINE>
    1 73 20 0 40 0 0 1 0 1 0 -1 0 0 3001.DAT
    0 STEP
    0 NOFILE
    0 FILE 3001.dat

    Args:
        structure: the bricks and their colours.
        title: what the model is.
        comments: further header lines, one string each.
        steps: how many bricks each step adds; a step for each run of one layer if not given.

    Raises:
        InputError: the steps do not add up to the bricks.
    """
    lines = [
        f"0 FILE {MODEL_NAME}",
        *header_lines(title, MODEL_NAME, comments),
        *map(_color_line, sorted(set(structure.colors))),
        "",
        *model_lines(structure, steps),
        "0 NOFILE",
    ]
    used = {KIND_OF_SIZE[brick.h, brick.w] for brick in structure}
    return "\n".join(lines) + "\n" + _embedded(tuple(kind for kind in CATALOG if kind in used))


def save_mpd(structure: BrickStructure, path: Path) -> None:
    """Write a packed `.mpd` file.

    Raises:
        OSError: the file cannot be written; `legolab.formats.save` says it in words.
    """
    path.write_text(write_mpd(structure), encoding="utf-8", newline="\n")


def _color_line(code: int) -> str:
    """What a code looks like, in the words that its bricks name it by.

    Codes outside the palette get a line too: a viewer draws them as our pictures do, with edges.
    """
    red, green, blue = rgb(code)
    word = color_word(code)
    value = red << 16 | green << 8 | blue
    color = PALETTE.get(code, BrickColor(code, f"Code_{word}", value))
    return f"0 !COLOUR {color.name} CODE {word} VALUE #{color.value:06X} EDGE #{color.edge:06X}"


@cache
def _embedded(kinds: tuple[BrickKind, ...]) -> str:
    """The files of those bricks and of the primitives they use."""
    parts = [part(kind) for kind in kinds]
    names = {use.primitive for file in parts for use in file.uses}
    files = parts + [file for name, file in primitives().items() if name in names]
    return "".join(f"0 FILE {file.name}\n{file.text()}0 NOFILE\n" for file in files)
