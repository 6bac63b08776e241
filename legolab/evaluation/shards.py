"""Rows of a run on disk: one small Parquet file each while it goes on, two files when it is done.

`results.parquet` holds everything that the captions, seeds and settings decide, and is the same
bytes whether a run was stopped or not; what a clock says is in `seconds.parquet`. A shard is
written under another name and then renamed, so that it is there whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from legolab.evaluation.extra import library
from legolab.evaluation.metrics import Measures

RESULTS, SECONDS, SHARDS = "results.parquet", "seconds.parquet", "rows"

BUILT, REFUSED, FAILED = "built", "refused", "failed"
"""How a row ended: a structure came out; the caption cannot be built; nobody could tell."""

Row = dict[str, Any]

_KEYS = {"caption": "string", "seed": "int64"}
_WORDS = {
    "outcome": "string",
    "reason": "string",  # why there is no structure, in words
    "subject": "string",  # the category the caption was understood as
    "description": "string",  # what the model was told
    "notes": "string",  # what a person should know of how the caption was read
    "differences": "string",  # what came out other than described
}
_TYPES = {"bool": "bool_", "int": "int64", "float": "float64", "str": "string"}
_MEASURES = {f.name: _TYPES[str(f.type).partition(" ")[0]] for f in fields(Measures)}
_STRUCTURE = {"structure": "string"}  # brick text
_CLOCK = {
    "seconds": "float64",  # from asking to the last event
    "seconds_load": "float64",
    "seconds_decode": "float64",
    "seconds_verify": "float64",
}
_PLACE = {"id": "string", "category": "string"}
_SETTINGS = {
    "model": "string",
    "weights": "string",
    "temperature": "float64",
    "max_bricks": "int64",
    "solver": "string",
    "version": "string",
}

SHARD_COLUMNS = {**_KEYS, **_WORDS, **_MEASURES, **_STRUCTURE, **_CLOCK}
RESULT_COLUMNS = {**_PLACE, **_KEYS, **_SETTINGS, **_WORDS, **_MEASURES, **_STRUCTURE}
SECONDS_COLUMNS = {"id": "string", **_KEYS, **_CLOCK}
"""Name -> type in Arrow's words, in order."""


def shard_name(caption: str, seed: int, settings: Mapping[str, object]) -> str:
    """The file of a row: the same caption, seed and settings always have the same."""
    key = json.dumps([caption, seed, dict(settings)], sort_keys=True)
    return f"{hashlib.sha256(key.encode()).hexdigest()[:20]}.parquet"


def write_shard(folder: Path, name: str, row: Row) -> None:
    """Keep a row; it is there after a crash of the machine too."""
    draft = _draft(folder / SHARDS, name)
    _write([row], SHARD_COLUMNS, draft)
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    draft.replace(folder / SHARDS / name)


def read_shard(folder: Path, name: str) -> Row | None:
    """A row that was kept; None where there is none, or none that can be read."""
    pyarrow, parquet = library("pyarrow"), library("pyarrow.parquet")
    try:
        table = parquet.read_table(folder / SHARDS / name, partitioning=None)
    except (FileNotFoundError, pyarrow.ArrowInvalid):
        return None
    if table.num_rows != 1 or not set(SHARD_COLUMNS) <= set(table.column_names):
        return None
    row: Row = table.to_pylist()[0]
    return row


def write_results(folder: Path, rows: Sequence[Row]) -> None:
    """Write both files; the last to appear is the one that says that the run is done."""
    for name, columns in ((SECONDS, SECONDS_COLUMNS), (RESULTS, RESULT_COLUMNS)):
        draft = _draft(folder, name)
        _write(rows, columns, draft)
        draft.replace(folder / name)


def remove_results(folder: Path) -> None:
    """From here on the run is not done any more."""
    for name in (RESULTS, SECONDS):
        (folder / name).unlink(missing_ok=True)


def to_table(rows: Iterable[Row], columns: Mapping[str, str]) -> Any:
    """A pyarrow table of those columns, in one chunk."""
    pyarrow = library("pyarrow")
    schema = pyarrow.schema([(name, getattr(pyarrow, kind)()) for name, kind in columns.items()])
    chosen = [{name: row[name] for name in columns} for row in rows]
    return pyarrow.Table.from_pylist(chosen, schema=schema)


def _draft(folder: Path, name: str) -> Path:
    """Where a file is written first; two runs in one folder do not write to the same."""
    return folder / f".{os.getpid()}.{name}"


def _write(rows: Iterable[Row], columns: Mapping[str, str], path: Path) -> None:
    library("pyarrow.parquet").write_table(to_table(rows, columns), path, compression="zstd")
