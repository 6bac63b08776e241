"""The corpus: shapes, their descriptions and captions, and the bricks that build them.

A row depends on the seed and its own number alone, so any number of processes writes the same
bytes.
"""

from __future__ import annotations

import hashlib
import json
import signal
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from legolab.bricks.connectivity import count_parts
from legolab.bricks.legolize import building_order, cover
from legolab.bricks.structure import BrickStructure
from legolab.bricks.tying import tie
from legolab.generation.lexicon import CATEGORIES, Detail, Value
from legolab.generation.prompt import describe
from legolab.stability.analysis import verdict_of
from legolab.stability.report import Verdict
from legolab.training.captions import write_caption
from legolab.training.shapes import Shape, draw
from legolab.training.shapes.canvas import Dice

MAX_BRICKS = 400
CAPTIONS_PER_ROW = 4
HELD_OUT = 15
"""One in so many combinations of attributes is never trained on."""

_ROUND = frozenset(("bottle", "bowl", "jar", "tower"))
"""As deep as they are wide, or nearly: their depth makes no combination of its own."""

_COARSE = 3  # studs or layers that count as one size in a combination


@dataclass(frozen=True)
class Row:
    """One structure with all that is said of it."""

    category: str
    fields: dict[str, Value]
    description: str
    captions: tuple[str, ...]
    bricks: str
    digest: str

    @property
    def held_out(self) -> bool:
        """Whether it is kept for validation."""
        return is_held_out(self.category, self.fields)


def is_held_out(category: str, fields: Mapping[str, Value]) -> bool:
    """Whether nothing like it is trained on: no shape of these attributes and about these sizes.

    Whatever its details.

    >>> fields = {"foot": "none", "shape": "round", "width": 10, "height": 6}
    >>> is_held_out("bowl", fields) == is_held_out("bowl", fields | {"width": 11, "height": 8})
    True
    >>> is_held_out("bowl", fields) == is_held_out("bowl", fields | {"rim": 3})
    True
    """
    known = CATEGORIES[category]
    said = [
        f"{name} {value if isinstance(value, str) else value // _COARSE}"
        for name, value in sorted(fields.items())
        if not isinstance(known.field(name), Detail)
        and not (name == "depth" and category in _ROUND)
    ]
    digest = hashlib.sha256(", ".join((category, *said)).encode()).hexdigest()
    return int(digest[:8], 16) % HELD_OUT == 0


def make_row(seed: int, number: int) -> Row:
    """Row `number` of the corpus with this seed; categories take turns.

    Shapes are drawn until one fits the world and can be built.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, number]))
    names = tuple(CATEGORIES)
    category = names[number % len(names)]
    while True:
        shape = draw(category, rng)
        structure = built(shape) if shape is not None else None
        if shape is not None and structure is not None:
            break
    dice = Dice(rng)
    return Row(
        category=category,
        fields=dict(shape.fields),
        description=describe(category, shape.fields),
        captions=tuple(
            write_caption(category, shape.fields, dice).text for _ in range(CAPTIONS_PER_ROW)
        ),
        bricks=structure.to_text(),
        digest=shape.digest(),
    )


def built(shape: Shape) -> BrickStructure | None:
    """The bricks of a shape: in one piece, standing, at most MAX_BRICKS; None where there are none.

    One piece is more than grounded: a chip that is stacked on itself from the floor up is a second
    one, and a model taught with such builds them. What one plan leaves in parts is tied: else
    two in three bowls and three in five pots would be left out, and what is taught would be
    narrower than what is asked for.
    """
    structure = cover(shape.voxels)
    if count_parts(structure) > 1:
        bricks = sorted(tie(structure), key=building_order)
        structure = BrickStructure(bricks, structure.world)
    fits = len(structure) <= MAX_BRICKS and count_parts(structure) == 1
    return structure if fits and verdict_of(structure) is Verdict.STABLE else None


def make_corpus(
    path: Path, structures: int, seed: int, processes: int = 1, progress_every: int = 500
) -> Iterator[int]:
    """Write `structures` rows as JSON lines; yields the number of rows written so far.

    The file appears under its name when it is complete.
    """
    partial_path = path.with_name(path.name + ".partial")
    with partial_path.open("w", encoding="utf-8", newline="\n") as file:
        for number, row in enumerate(_rows(structures, seed, processes), start=1):
            file.write(json.dumps(asdict(row)) + "\n")
            if number % progress_every == 0:
                yield number
    partial_path.replace(path)
    yield structures


def _rows(structures: int, seed: int, processes: int) -> Iterator[Row]:
    if processes <= 1:
        yield from (make_row(seed, number) for number in range(structures))
        return
    # Ctrl-C is for the parent: workers that hear it too fill the screen with tracebacks.
    ignore = (signal.SIGINT, signal.SIG_IGN)
    with get_context("spawn").Pool(processes, signal.signal, ignore) as pool:
        yield from pool.imap(partial(make_row, seed), range(structures), chunksize=64)


def read_corpus(path: Path) -> Iterator[Row]:
    """The rows of a corpus file, in order."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            content = json.loads(line)
            yield Row(**{**content, "captions": tuple(content["captions"])})
