"""The files of a generated model, and its document: the same on a disk, in a bucket, in a browser.

Knows nothing of where they go.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from legolab import __version__, formats
from legolab.bricks.inventory import brick_counts
from legolab.bricks.placement import World
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.generation.prompt import read_description
from legolab.generation.result import Generation
from legolab.ldraw.packed import write_mpd
from legolab.ldraw.writer import write_ldr
from legolab.rendering.preview import png_bytes
from legolab.stability.report import Verdict

SCHEMA = "legolab.generation/1"
PREVIEW, LDRAW, TEXT, REPORT = NAMES = "preview.png", "model.ldr", "model.txt", "report.json"
PACKED = "model.mpd"
MEDIA_TYPES = {
    PREVIEW: "image/png",
    LDRAW: "application/x-ldraw",
    TEXT: "text/plain; charset=utf-8",
    REPORT: "application/json",
    PACKED: "application/x-multi-part-ldraw",
}
_LARGE: World = (1_000_000, 1_000_000, 1_000_000)  # a composition may be composed again

PICTURE = 1024
"""Pixels along a side of the preview."""


def picture_of(structure: BrickStructure, verdict: Verdict, size: int = PICTURE) -> bytes:
    """The preview as PNG, with a mark across it when the structure is UNVERIFIED.

    Args:
        structure: at least one brick.
        verdict: of its analysis.
        size: pixels along a side.
    """
    mark = Verdict.UNVERIFIED.name if verdict is Verdict.UNVERIFIED else ""
    return png_bytes(structure, size, watermark=mark)


def files_of(result: Generation, size: int = PICTURE) -> dict[str, tuple[bytes, str]]:
    """Name -> (content, media type) of the four files.

    The verdict is in each that has a place for words, and a model that is UNVERIFIED says so in
    the picture too.

    Args:
        result: at least one brick.
        size: pixels along a side of the preview.
    """
    picture = picture_of(result.structure, result.report.verdict, size)
    return {PREVIEW: (picture, MEDIA_TYPES[PREVIEW]), **texts_of(result)}


def texts_of(result: Generation, indent: int | None = 2) -> dict[str, tuple[bytes, str]]:
    """All of `files_of` but the picture.

    Args:
        result: at least one brick.
        indent: of the report's lines, for people; None is ten times as quick.
    """
    structure, summary = result.structure, result.report.summary
    unverified = result.report.verdict is Verdict.UNVERIFIED
    texts = {
        LDRAW: write_ldr(structure, title=result.caption, comments=_about(result)),
        TEXT: (f"# {summary}\n" if unverified else "") + structure.to_text(),
        REPORT: json.dumps(document_of(result), indent=indent, allow_nan=False) + "\n",
    }
    return {name: (text.encode(), MEDIA_TYPES[name]) for name, text in texts.items()}


def packed_of(result: Generation) -> tuple[bytes, str]:
    """The model as `PACKED`, which a web viewer needs no parts library for: content, media type."""
    text = write_mpd(result.structure, title=result.caption, comments=_about(result))
    return text.encode(), MEDIA_TYPES[PACKED]


def read_folder(folder: Path) -> dict[str, Any]:
    """What `generator.stream` needs to change a model that was written to a folder.

    Returns:
        Its caption and the options seed, fields, paint and start.

    Raises:
        FileError: a file is missing or cannot be read.
        InputError: the report is none, or of something that was not generated.
    """
    text = formats.read_text(folder / REPORT)
    try:
        document = json.loads(text)
        if document["schema"] != SCHEMA:
            raise InputError(f"expected {SCHEMA} in {folder}, got {document['schema']!r:.40}")
        caption, seed, paint = document["caption"], document["seed"], document.get("paint", {})
        kinds = (isinstance(caption, str), type(seed) is int, isinstance(paint, dict))
        if not all(kinds):
            raise InputError(
                f"expected a caption, a seed and colours in {folder / REPORT}, got something else"
            )
        return {
            "caption": caption,
            "seed": seed,
            "fields": read_description(document["description"]).fields,
            "paint": paint,
            "start": BrickStructure.load(folder / TEXT),
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            f"expected a model that legolab built in {folder}, got {error!r:.80}"
        ) from None


def model_in(path: Path) -> BrickStructure:
    """The structure of a file, or of a folder that a model was written to, however large.

    Raises:
        FileError, BrickTextError, PlacementError: it cannot be read.
    """
    return BrickStructure.load(path / LDRAW if path.is_dir() else path, _LARGE)


def _about(result: Generation) -> list[str]:
    return [result.report.summary, f"legolab {__version__}, seed {result.seed}"]


def document_of(result: Generation) -> dict[str, Any]:
    """All that is to be said of a result, as plain JSON."""
    return {
        "schema": SCHEMA,
        "caption": result.caption,
        "description": result.description,
        "notes": list(result.notes),
        "differences": [asdict(difference) for difference in result.differences],
        "paint": dict(result.paint),
        "kept": result.kept,
        "missing": dict(result.missing),
        "seed": result.seed,
        "bricks": len(result.structure),
        "parts": brick_counts(result.structure),
        "report": result.report.to_json(),
        "trace": result.trace.to_json(),
    }
