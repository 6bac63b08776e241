"""Read a file of captions, and say in one go everything that is wrong with it.

A CSV file with a column `caption` and, if wanted, `category` (to group by) and `id` (to find a row
by); other columns are left alone. Whether a model can build a caption is not asked here.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from legolab.errors import FileError, InputError
from legolab.formats import MAX_FILE_BYTES

SHIPPED = Path(__file__).with_name("captions.csv")
"""21 categories by 5 captions; the first 21 rows are one of each."""

PEOPLE = Path(__file__).with_name("people.csv")
"""100 captions in people's words, written by someone who knew the 21 categories and nothing else of
the model or its words; never trained on."""

_SHOWN_FAULTS = 10


@dataclass(frozen=True)
class Caption:
    """A person's words, the group they belong to (may be empty), and a name for the row."""

    text: str
    category: str = ""
    id: str = ""


@dataclass(frozen=True)
class _Line:
    """Cells of a row, and the number of the line it starts in, from 1."""

    number: int
    cells: list[str]


def read_captions(file: Path) -> list[Caption]:
    """The captions of a CSV file in UTF-8, in its order; without ids they are numbered from 1.

    >>> len(read_captions(SHIPPED))
    105

    Raises:
        FileError: the file is missing, not text or too large.
        InputError: it has no column `caption`, no rows, or rows that are empty, given twice or cut
            into the wrong number of cells; names the lines.
    """
    lines = list(_lines(file))
    if not lines:
        raise InputError(f"{file}: expected a first line with the column caption, got no lines")
    header, rows = lines[0], lines[1:]
    names = [name.strip().lower() for name in header.cells]
    _check_header(file, header.number, names)
    if not rows:
        raise InputError(f"{file}: expected captions below line {header.number}, got none")
    faults = list(_faults(names, rows))
    if faults:
        shown = faults[:_SHOWN_FAULTS]
        if len(faults) > len(shown):
            shown.append(f"and {len(faults) - len(shown)} more")
        raise InputError("\n".join((f"{file} cannot be used as it is:", *shown)))
    return [_caption(names, number, row.cells) for number, row in enumerate(rows, start=1)]


def _lines(file: Path) -> Iterator[_Line]:
    """Every row, empty ones too, except those that end the file."""
    try:
        size = file.stat().st_size
        if size > MAX_FILE_BYTES:
            raise FileError(f"{file}: expected at most {MAX_FILE_BYTES:,} bytes, got {size:,}")
        content = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileError(f"cannot read {file}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise FileError(f"cannot read {file}: expected UTF-8, byte {error.start} is not") from error
    reader = csv.reader(io.StringIO(content.rstrip(), newline=""), strict=True)
    begin = 1
    try:
        for cells in reader:
            yield _Line(begin, cells)
            begin = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{file}, line {begin}: cannot be read as CSV ({error})") from error


def _check_header(file: Path, number: int, names: Sequence[str]) -> None:
    seen = ", ".join(filter(None, names)) or "nothing"
    for name in ("caption", "category", "id"):
        if names.count(name) > 1:
            raise InputError(f"{file}, line {number}: expected one column {name}, got {seen}")
    if "caption" not in names:
        raise InputError(f"{file}, line {number}: expected a column caption, got {seen}")


def _faults(names: Sequence[str], rows: Iterable[_Line]) -> Iterator[str]:
    """One sentence for each row that cannot be used."""
    first: dict[tuple[str, str], int] = {}
    for number, row in enumerate(rows, start=1):
        if not any(cell.strip() for cell in row.cells):
            yield f"line {row.number} is empty"
        elif len(row.cells) != len(names):
            hint = "; a caption with a comma needs quotes" if len(row.cells) > len(names) else ""
            cells = f"{len(row.cells)} cell{'s' * (len(row.cells) != 1)}"
            yield f"line {row.number} has {cells}, the first line {len(names)}{hint}"
        else:
            caption = _caption(names, number, row.cells)
            if not caption.text:
                yield f"line {row.number} has no caption"
                continue
            for name, value in (("caption", caption.text), ("id", caption.id)):
                before = first.setdefault((name, value), row.number)
                if before != row.number:
                    yield f"line {row.number} has the {name} of line {before}: {value}"


def _caption(names: Sequence[str], number: int, cells: Sequence[str]) -> Caption:
    """Line breaks and runs of blanks in a cell count as one blank."""
    row = dict(zip(names, (" ".join(cell.split()) for cell in cells), strict=True))
    return Caption(row["caption"], row.get("category", ""), row.get("id", "") or str(number))
