"""Pictures of a run's models: one each, and all of them on a sheet with their captions."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from legolab.bricks.structure import BrickStructure
from legolab.evaluation.shards import BUILT
from legolab.rendering.preview import render
from legolab.stability.analysis import analyze
from legolab.stability.report import Verdict

if TYPE_CHECKING:
    import pandas as pd

SIZE = 192
"""Pixels along a side of a picture."""

MAX_PICTURES = 630
"""Models that are drawn; a sheet of more is not looked at."""

_PAPER, _CARD, _INK, _SOFT, _LOOK = "#f6f4ef", "#ffffff", "#1b2a34", "#5b6770", "#b40000"
_TILE, _WORDS, _GAP, _HEAD = 192, 52, 8, 34
_COLUMNS = 10


def previews(rows: pd.DataFrame) -> dict[int, bytes]:
    """A picture of each model, WebP, by the row's index; rows without a model have none.

    Bricks that fail are hatched, and a model no solver looked at is marked.
    """
    built = rows[rows["outcome"] == BUILT]
    return {row.Index: _webp(row) for row in built.head(MAX_PICTURES).itertuples()}


def outcome_words(row: Any) -> str:
    """How a row ended, in a few words."""
    if row.outcome != BUILT:
        return f"{row.outcome}: {row.reason}"
    if row.verdict == Verdict.UNVERIFIED.value:
        return "not verified"
    words = ["stands" if row.stable else "falls"]
    if not row.valid:
        words.append("not valid")
    if row.pieces > 1:
        words.append(f"in {row.pieces} pieces")
    if row.trimmed or row.pruned:
        words.append(f"{row.trimmed + row.pruned} bricks taken out")
    if not row.finished:
        words.append("cut off")
    return ", ".join(words)


def in_groups(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Rows by category, in the alphabet's order; one group without a name when there are none."""
    if (rows["category"] == "").all():
        yield "", rows
    else:
        yield from rows.groupby("category", sort=True)


def contact_sheet(rows: pd.DataFrame, pictures: dict[int, bytes] | None = None) -> Image.Image:
    """All models with their captions, a heading for each category.

    Args:
        rows: as `runs.load` gives them.
        pictures: what `previews` made of them; made here when not given.
    """
    pictures = previews(rows) if pictures is None else pictures
    shown = rows[(rows["outcome"] != BUILT) | rows.index.isin(list(pictures))].head(MAX_PICTURES)
    groups = list(in_groups(shown)) if len(shown) else []
    columns = max(1, min(_COLUMNS, max((len(group) for _, group in groups), default=1)))
    lines = sum(-(-len(group) // columns) for _, group in groups)
    heads = sum(bool(name) for name, _ in groups)
    width = columns * (_TILE + _GAP) + _GAP
    height = lines * (_TILE + _WORDS + _GAP) + heads * _HEAD + _GAP
    sheet = Image.new("RGB", (width, height), _PAPER)
    pen = ImageDraw.Draw(sheet)
    top = _GAP
    for name, group in groups:
        if name:
            pen.text((_GAP + 2, top + 6), name, fill=_INK, font=_font(20))
            top += _HEAD
        for number, row in enumerate(group.itertuples()):
            place = number % columns * (_TILE + _GAP) + _GAP, top
            _tile(sheet, pen, place, row, pictures.get(row.Index))
            if number % columns == columns - 1 or number == len(group) - 1:
                top += _TILE + _WORDS + _GAP
    return sheet


def data_uri(picture: bytes) -> str:
    """A WebP picture as an address that carries it."""
    return f"data:image/webp;base64,{base64.b64encode(picture).decode('ascii')}"


def _webp(row: Any) -> bytes:
    structure = BrickStructure.from_text(row.structure)
    failing: list[int] = []
    if row.verdict == Verdict.UNSTABLE.value:
        failing = list(map(int, np.flatnonzero(analyze(structure).scores >= 1)))
    mark = row.verdict if row.verdict == Verdict.UNVERIFIED.value else ""
    drawn = render(structure, SIZE, failing=failing, watermark=mark)
    file = io.BytesIO()
    Image.fromarray(drawn).save(file, "WEBP", quality=86)
    return file.getvalue()


def _tile(
    sheet: Image.Image,
    pen: ImageDraw.ImageDraw,
    place: tuple[int, int],
    row: Any,
    picture: bytes | None,
) -> None:
    x, y = place
    pen.rounded_rectangle((x, y, x + _TILE - 1, y + _TILE + _WORDS - 1), 9, fill=_CARD)
    if picture is not None:
        drawn = Image.open(io.BytesIO(picture)).convert("RGBA")
        sheet.paste(drawn, (x, y), drawn)
    else:
        pen.text((x + 10, y + 86), "no model", fill=_SOFT, font=_font(13))
    words = outcome_words(row) if row.outcome == BUILT else row.outcome
    plain = words == "stands"
    told = f"seed {row.seed}, {row.bricks} bricks, stands" if plain else f"seed {row.seed}, {words}"
    first, second = _fit(row.caption, 2)
    pen.text((x + 10, y + _TILE), first, fill=_INK, font=_font(12))
    pen.text((x + 10, y + _TILE + 15), second, fill=_INK, font=_font(12))
    color = _SOFT if plain else _LOOK
    pen.text((x + 10, y + _TILE + 32), _fit(told, 1)[0], fill=color, font=_font(12))


def _fit(words: str, count: int) -> list[str]:
    """So many lines as wide as a tile; what does not fit ends in an ellipsis."""
    font, room = _font(12), _TILE - 20
    lines = [""] * count
    at = 0
    for word in words.split():
        longer = f"{lines[at]} {word}".strip()
        if font.getlength(longer) > room and lines[at] and at + 1 < count:
            at, longer = at + 1, word
        lines[at] = longer
    for at, line in enumerate(lines):
        if font.getlength(line) > room:
            while line and font.getlength(f"{line}…") > room:
                line = line[:-1]
            lines[at] = f"{line}…"
    return lines


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
