"""A folder for each generated model, whole or not there at all. Knows nothing of terminals."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from legolab.errors import FileError

MAX_SLUG = 60
"""Letters of the caption that go into a folder's name."""


def folder_name(caption: str, seed: int) -> str:
    """A name for the folder that any file system takes.

    >>> folder_name("A chair, with 4 legs!", seed=7)
    'a-chair-with-4-legs-seed7'
    """
    plain = unicodedata.normalize("NFKD", caption).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain)) or "model"
    if len(slug) > MAX_SLUG:
        slug = slug[: MAX_SLUG + 1].rpartition("-")[0] or slug[:MAX_SLUG]
    return f"{slug}-seed{seed}"


def check_free(folder: Path, force: bool) -> None:
    """See that `folder` can be written later, before any work is done.

    Raises:
        FileError: it exists and `force` is not given, or its place cannot be written to.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise FileError(f"cannot write {folder}: expected a folder or nothing, got something else")
    if folder.exists() and not force:
        raise FileError(f"{folder} is already there and is kept; use --force to replace it")
    ground = next(parent for parent in folder.absolute().parents if parent.exists())
    if not ground.is_dir():
        raise FileError(f"cannot write {folder}: {ground} is not a folder")
    if not os.access(ground, os.W_OK | os.X_OK):
        raise FileError(f"cannot write {folder}: no permission to write in {ground}")


@contextmanager
def whole_folder(folder: Path, force: bool) -> Iterator[Path]:
    """Give a draft folder that becomes `folder` if the block ends well and vanishes if it does not.

    Raises:
        FileError: the folder cannot be written, or came to be in the meantime.
    """
    mark = secrets.token_hex(4)
    draft = folder.with_name(f".{folder.name}.{mark}.draft")
    former = folder.with_name(f".{folder.name}.{mark}.former")
    try:
        draft.mkdir(parents=True)
        yield draft
        check_free(folder, force)
        if folder.exists():
            folder.rename(former)
        draft.rename(folder)
    except OSError as error:
        raise FileError(f"cannot write {folder}: {error.strerror or error}") from error
    finally:
        if former.exists() and not folder.exists():
            former.rename(folder)
        shutil.rmtree(draft, ignore_errors=True)
        shutil.rmtree(former, ignore_errors=True)


@contextmanager
def whole_file(path: Path, force: bool) -> Iterator[Path]:
    """Give a draft path, same suffix, that becomes `path` if the block ends well.

    Raises:
        FileError: the file cannot be written, or is already there and `force` is not given.
    """
    if path.is_dir():
        raise FileError(f"cannot write {path}: expected a file, got a folder")
    if path.exists() and not force:
        raise FileError(f"{path} is already there and is kept; use --force to replace it")
    draft = path.with_name(f".{path.stem}.{secrets.token_hex(4)}{path.suffix}")
    try:
        yield draft
        draft.replace(path)
    except OSError as error:
        raise FileError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)
