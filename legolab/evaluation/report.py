"""A run as tables, plots, a contact sheet and one page that needs nothing beside it."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from legolab.errors import FileError
from legolab.evaluation import plots, runs
from legolab.evaluation.extra import library
from legolab.evaluation.metrics import SHARES, by_category, summary
from legolab.evaluation.plan import Plan, read_plan
from legolab.evaluation.plots import Plot
from legolab.evaluation.shards import BUILT, FAILED, REFUSED, RESULTS, SECONDS
from legolab.evaluation.sheet import contact_sheet, data_uri, in_groups, outcome_words, previews
from legolab.stability.report import Verdict

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "legolab.evaluation/1"
REPORT, SHEET = "report.html", "contact_sheet.png"

WORDS = {
    "valid": "valid",
    "grounded": "grounded",
    "stable_first": "stable at first pass",
    "stable": "stable at the end",
    "one_piece": "in one piece",
    "as_described": "as described",
    "mean_stability": "stability, mean brick",
    "min_stability": "stability, weakest brick",
    "bricks": "bricks",
    "rollbacks": "rollbacks",
    "trimmed": "bricks trimmed",
    "drafts": "drafts",
    "seconds": "seconds",
    "seconds_load": "seconds to load",
    "seconds_decode": "seconds to decode",
    "seconds_verify": "seconds to verify",
}
"""Measure -> what people read."""

_DIGITS = {"mean_stability": 3, "min_stability": 3, "bricks": 1}  # after the point, else 2

_HEADINGS = WORDS | {
    "stable_first": "first pass",
    "stable": "at the end",
    "one_piece": "one piece",
    "min_stability": "weakest brick",
}
_FIRST_COLUMNS = ("valid", "stable_first", "stable", "as_described", "bricks", "seconds")

_KEY_FIGURES = ("valid", "grounded", "stable_first", "stable")
_PLOTTED = ("stable_first", "stable", "one_piece")
_LISTED = 60
_PAGE = Path(__file__).with_name("report_page.html")


def write_report(folder: Path | str) -> list[Path]:
    """Write the page and the contact sheet of a run; where all its files are.

    Raises:
        FileError: there is no run in the folder, or it cannot be written.
        InputError: the extra is not installed.
    """
    folder = Path(folder)
    rows, plan = runs.load(folder), read_plan(folder)
    pictures = previews(rows)
    page, sheet = folder / REPORT, folder / SHEET
    try:
        contact_sheet(rows, pictures).save(sheet, "PNG", optimize=True)
        page.write_text(_page(rows, plan, pictures), encoding="utf-8", newline="\n")
    except OSError as error:
        raise FileError(f"cannot write {folder}: {error.strerror or error}") from error
    found = (page, sheet, folder / RESULTS, folder / SECONDS)
    return [file for file in found if file.exists()]


def verdict(rows: pd.DataFrame) -> str:
    """How the run came out, in a sentence or two."""
    known = rows["stable"].dropna()
    sentences = []
    if len(known):
        first = int(rows["stable_first"].dropna().sum())
        sentences.append(f"{int(known.sum())} of {len(known)} stand, {first} at the first pass.")
    unverified = _unverified(rows)
    if unverified:
        sentences.append(f"{unverified} not verified: no solver looked.")
    for outcome, one, several in (
        (REFUSED, "caption was refused", "captions were refused"),
        (FAILED, "failed and is tried again next time", "failed and are tried again next time"),
    ):
        count = int((rows["outcome"] == outcome).sum())
        if count:
            sentences.append(f"{count} {one if count == 1 else several}.")
    return " ".join(sentences) or "Nothing has been generated yet."


def is_known(rows: pd.DataFrame) -> bool:
    """Whether every row has an answer: none failed, none is unverified."""
    return not _unverified(rows) and not (rows["outcome"] == FAILED).any()


def measures_table(rows: pd.DataFrame) -> pd.DataFrame:
    """`metrics.summary` in words."""
    table = summary(rows)
    valid = int(rows["valid"].sum())
    names = {"all": f"all {len(rows)}", "valid": f"{valid} valid"}
    words = {
        title: [_figure(name, table.at[name, over], table.at[name, f"{over}_of"]) for name in WORDS]
        for over, title in names.items()
    }
    return library("pandas").DataFrame(words, index=list(WORDS.values()))


def categories_table(rows: pd.DataFrame, short: bool = False) -> pd.DataFrame:
    """`metrics.by_category` in words; short is narrow enough for a terminal."""
    table = by_category(rows)
    words = {"rows": [str(count) for count in table["rows"]]}
    for name in _FIRST_COLUMNS if short else table.columns.drop("rows"):
        words[_HEADINGS[name]] = [_figure(name, value) for value in table[name]]
    return library("pandas").DataFrame(words, index=list(table.index))


def draw(rows: pd.DataFrame) -> list[Plot]:
    """What stands in each category, and how bricks, stability, drafts and seconds are spread."""
    table = by_category(rows)
    shown = {
        str(name): {WORDS[measure]: float(table.at[name, measure]) for measure in _PLOTTED}
        for name in table.index
    }
    built = rows[rows["outcome"] == BUILT]
    return [
        plots.shares("What stands", shown, [WORDS[measure] for measure in _PLOTTED]),
        plots.histogram("Bricks", _numbers(built["bricks"]), "bricks"),
        plots.histogram(
            "Stability of the weakest brick",
            _numbers(built["min_stability"]),
            "1 unloaded, 0 fails",
        ),
        plots.histogram("Drafts", _numbers(built["drafts"]), "drafts"),
        plots.histogram("Rollbacks", _numbers(built["rollbacks"]), "rollbacks"),
        plots.histogram("Seconds", _numbers(built["seconds"]), "seconds a model"),
    ]


def to_json(folder: Path, rows: pd.DataFrame) -> dict[str, Any]:
    """The run's figures as a JSON document; what is not known is null."""
    outcomes = {name: int((rows["outcome"] == name).sum()) for name in (BUILT, REFUSED, FAILED)}
    table, categories = summary(rows), by_category(rows)
    return {
        "schema": SCHEMA,
        "folder": str(folder),
        "settings": asdict(read_plan(folder).settings),
        "verdict": verdict(rows),
        "rows": len(rows),
        **outcomes,
        "unverified": _unverified(rows),
        "measures": {name: _plain(line) for name, line in table.to_dict("index").items()},
        "categories": {name: _plain(line) for name, line in categories.to_dict("index").items()},
    }


def _unverified(rows: pd.DataFrame) -> int:
    return int((rows["verdict"] == Verdict.UNVERIFIED.value).sum())


def _plain(line: dict[str, Any]) -> dict[str, float | int | None]:
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in line.items()
    }


def _numbers(column: pd.Series[Any]) -> list[float]:
    return [float(value) for value in column.dropna()]


def _figure(name: str, value: float, count: float | None = None) -> str:
    if math.isnan(value):
        return "–"
    if name in SHARES:
        of = "" if count is None else f"  {round(value * count)} of {int(count)}"
        return f"{value:.1%}{of}" if count is not None else f"{value:.0%}"
    return f"{value:.{_DIGITS.get(name, 2)}f}"


def _page(rows: pd.DataFrame, plan: Plan, pictures: dict[int, bytes]) -> str:
    """The page; all words that people gave are made safe on their way in."""
    settings = plan.settings
    seeds = ", ".join(map(str, plan.seeds[:8])) + (" …" if len(plan.seeds) > 8 else "")
    asked = [
        f"{len(plan.captions)} captions",
        f"seeds {seeds}" if len(plan.seeds) > 1 else f"seed {seeds}",
        f"model {Path(settings.model).name} ({settings.weights})",
        f"temperature {settings.temperature:g}",
        f"up to {settings.max_bricks} bricks",
        f"solver {settings.solver}",
        f"legolab {settings.version}",
    ]
    missing = plan.rows - len(rows)
    if missing:
        asked.insert(0, f"not finished, {missing} of {plan.rows} to go")
    first, *others = draw(rows)
    unverified = _unverified(rows)
    parts = {
        "verdict": html.escape(verdict(rows)),
        "warning": f'<p class="unverified">UNVERIFIED: {unverified}</p>' if unverified else "",
        "asked": "".join(f"<li>{html.escape(words)}</li>" for words in asked),
        "key_figures": "".join(_key_figures(rows)),
        "measures": _html_table(measures_table(rows)),
        "categories": _html_table(categories_table(rows)),
        "first_plot": first.svg,
        "plots": "".join(f"<div>{plot.svg}</div>" for plot in others),
        "amiss": _amiss(rows),
        "models": "".join(_groups(rows, pictures)),
    }
    page = _PAGE.read_text(encoding="utf-8")
    for name, content in parts.items():
        page = page.replace(f"<!--{name}-->", content)
    return page


def _key_figures(rows: pd.DataFrame) -> Iterable[str]:
    table = summary(rows)
    for name in _KEY_FIGURES:
        share, count = table.at[name, "all"], int(table.at[name, "all_of"])
        color = plots.STANDS if name.startswith("stable") else plots.BLUE
        if math.isnan(share):
            figure, row = "not known", ""
        else:
            figure = f"{round(share * count)}<small> of {count}</small>"
            row = plots.brick_row(share, color, f"{WORDS[name]}: {share:.1%}")
        yield f"<div><h3>{WORDS[name]}</h3><p>{figure}</p>{row}</div>"


def _html_table(table: pd.DataFrame) -> str:
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in table.columns)
    body = "".join(
        f"<tr><th>{html.escape(str(name))}</th>"
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
        + "</tr>"
        for name, cells in zip(table.index, table.itertuples(index=False), strict=True)
    )
    return f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>"


def _amiss(rows: pd.DataFrame) -> str:
    """Rows that need a look, each with its reason."""
    found = []
    for row in rows.itertuples():
        words = outcome_words(row)
        if words != "stands":
            where = f"{row.caption} (seed {row.seed})"
            found.append(f"<li><b>{html.escape(where)}</b> {html.escape(words)}</li>")
    if not found:
        return "<p>Everything stands.</p>"
    rest = len(found) - _LISTED
    more = [f"<li>and {rest} more</li>"] if rest > 0 else []
    return f"<ul>{''.join(found[:_LISTED] + more)}</ul>"


def _groups(rows: pd.DataFrame, pictures: dict[int, bytes]) -> Iterable[str]:
    """The contact sheet as tiles, a heading for each category."""
    for name, group in in_groups(rows):
        tiles = "".join(_tile(row, pictures.get(row.Index)) for row in group.itertuples())
        heading = f"<h3>{html.escape(name)}</h3>" if name else ""
        yield f'<section>{heading}<div class="tiles">{tiles}</div></section>'
    if len(pictures) < int((rows["outcome"] == BUILT).sum()):
        yield f"<p>The first {len(pictures)} are shown.</p>"


def _tile(row: Any, picture: bytes | None) -> str:
    words = outcome_words(row) if row.outcome == BUILT else row.outcome
    count = f"{row.bricks} bricks, " if row.outcome == BUILT else ""
    image = '<div class="none">no model</div>'
    if picture is not None:
        alt = html.escape(f"{row.caption}, {count}{words}", quote=True)
        image = (
            f'<img alt="{alt}" src="{data_uri(picture)}" loading="lazy" width="192" height="192">'
        )
    about = html.escape(f"seed {row.seed} · {count}{words}")
    kind = "" if words == "stands" else ' class="look"'
    return (
        f"<figure{kind}>{image}<figcaption>{html.escape(row.caption)}"
        f"<small>{about}</small></figcaption></figure>"
    )
