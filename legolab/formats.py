"""File suffixes -> the function that loads, saves or displays; resolved when used.

This table is the one sanctioned way for a lower room to reach a higher one: a structure can save
itself as a picture although the bricks know nothing of rendering.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from legolab.errors import FileError

LOADERS: dict[str, str] = {
    ".txt": "legolab.bricks.structure:load_text",
    ".ldr": "legolab.ldraw.reader:load_ldr",
    ".mpd": "legolab.ldraw.reader:load_ldr",
}
SAVERS: dict[str, str] = {
    ".txt": "legolab.bricks.structure:save_text",
    ".ldr": "legolab.ldraw.writer:save_ldr",
    ".mpd": "legolab.ldraw.packed:save_mpd",
    ".png": "legolab.rendering.preview:save_png",
}
DISPLAYS: dict[str, str] = {
    "BrickStructure": "legolab.rendering.display:structure_bundle",
    "Generation": "legolab.rendering.display:generation_bundle",
    "StabilityReport": "legolab.rendering.display:report_bundle",
}
MAX_FILE_BYTES = 16_000_000


def _resolve(target: str) -> Any:
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


def _target(table: dict[str, str], path: Path, verb: str) -> Any:
    target = table.get(path.suffix.lower())
    if target is None:
        known = ", ".join(table)
        seen = path.suffix or "no suffix"
        raise FileError(f"cannot {verb} {path}: expected a file ending in {known}, got {seen}")
    return _resolve(target)


def load(path: Path, world: tuple[int, int, int]) -> Any:
    """Read a structure in a world of that many studs, studs and layers, by the suffix of `path`.

    Raises:
        FileError: missing, unreadable or of an unknown kind.
        InputError: the content is not a structure; the message names the line.
    """
    return _target(LOADERS, path, "read")(path, world)


def save(value: Any, path: Path) -> None:
    """Write `value` to `path` by its suffix.

    Raises:
        FileError: unknown kind, or the file cannot be written.
    """
    saver = _target(SAVERS, path, "write")
    try:
        saver(value, path)
    except OSError as error:
        raise FileError(f"cannot write {path}: {error.strerror or error}") from error


def display(value: Any) -> dict[str, object]:
    """MIME type -> content for a notebook, by the name of the value's type."""
    bundle: dict[str, object] = _resolve(DISPLAYS[type(value).__name__])(value)
    return bundle


def read_text(path: Path) -> str:
    """The text of a file a person gave.

    Raises:
        FileError: missing, a folder, empty, too large or not UTF-8 text.
    """
    try:
        if path.is_dir():
            raise FileError(f"cannot read {path}: expected a file, got a folder")
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise FileError(f"cannot read {path}: expected at most 16 MB, got {size / 1e6:.0f} MB")
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileError(f"cannot read {path}: there is no such file") from None
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror or error}") from error
    if not content.strip():
        raise FileError(f"cannot read {path}: expected bricks, got an empty file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileError(f"cannot read {path}: expected text, got a binary file") from None
    if "\0" in text:
        raise FileError(f"cannot read {path}: expected text, got a binary file")
    return text
