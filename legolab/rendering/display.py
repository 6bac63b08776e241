"""What a notebook shows for a structure, a generation and a report. Knows no notebook library.

Pictures are base64 text, as the notebook format stores them. The card carries its picture and its
styles inside; it takes the page's own ink, so that it reads on light and dark.
"""

from __future__ import annotations

import base64
import html
from typing import TYPE_CHECKING, Protocol

import numpy as np

from legolab.bricks.structure import BrickStructure
from legolab.rendering.preview import png_bytes

if TYPE_CHECKING:
    from legolab.stability.report import StabilityReport

_SIZE = 512

_CARD = (
    "display:inline-block;box-sizing:border-box;max-width:544px;padding:16px;color:inherit;"
    "border:1px solid rgba(128,128,128,.35);border-radius:14px;"
    "font:15px/1.5 Inter,system-ui,sans-serif"
)
_PICTURE = "display:block;width:100%;max-width:512px;height:auto"
_CAPTION = "margin:8px 0;font-size:17px;overflow-wrap:anywhere"
_CHIP = "display:inline-block;padding:2px 12px;border-radius:9px;color:#ffffff;font-weight:600"
_TABLE = "margin:12px 0 0;border-collapse:collapse;font-size:13px;color:inherit;background:none"
_NAME = "padding:2px 24px 2px 0;text-align:left;font-weight:400;opacity:.75;background:none"
_VALUE = "padding:2px 0;text-align:left;background:none"

# White reads on each of these at 4.5 or better, whatever the page behind.
_VERDICT_BACKGROUND = {
    "STABLE": "#00702a",
    "UNSTABLE": "#b40000",
    "UNVERIFIED": "repeating-linear-gradient(135deg,#9a4a0c 0 8px,#7c3a07 8px 16px)",
}


class Generated(Protocol):
    """What the card needs to know of a generation."""

    @property
    def structure(self) -> BrickStructure:
        """The bricks."""

    @property
    def report(self) -> StabilityReport:
        """Whether they stand."""

    @property
    def caption(self) -> str:
        """The person's words."""

    @property
    def seed(self) -> int:
        """The number that makes it again."""


def structure_bundle(structure: BrickStructure) -> dict[str, object]:
    """MIME type -> content: a picture, and the text for where there are none.

    A structure without bricks has no picture.
    """
    bundle: dict[str, object] = {"text/plain": repr(structure)}
    if len(structure):
        bundle["image/png"] = _base64(png_bytes(structure, _SIZE))
    return bundle


def generation_bundle(generation: Generated) -> dict[str, object]:
    """MIME type -> content: a card with picture, caption, verdict and facts; picture; text.

    Bricks that fail are hatched in red.
    """
    seed = [("Seed", str(generation.seed))]
    return _report_bundle(generation.report, generation.structure, generation.caption, seed)


def report_bundle(report: StabilityReport) -> dict[str, object]:
    """MIME type -> content: a card with picture, verdict and facts; picture; text."""
    return _report_bundle(report, report.structure, "", [("Solver", report.backend)])


def _report_bundle(
    report: StabilityReport,
    structure: BrickStructure,
    caption: str,
    facts: list[tuple[str, str]],
) -> dict[str, object]:
    count = f"{len(structure)} brick{'s' * (len(structure) != 1)}"
    rest = [f"{name.lower()} {value}" for name, value in facts]
    words = [*([caption] if caption else []), report.summary, count, *rest]
    bundle: dict[str, object] = {"text/plain": " · ".join(words)}
    picture = None
    if len(structure):
        failing = np.flatnonzero(np.asarray(report.scores) >= 1).tolist()
        verdict = report.verdict.name
        drawn = png_bytes(
            structure,
            _SIZE,
            failing=failing if verdict == "UNSTABLE" else (),
            watermark=verdict if verdict == "UNVERIFIED" else "",
        )
        picture = _base64(drawn)
        bundle["image/png"] = picture
    rows = [("Verdict", report.summary), ("Bricks", str(len(structure))), *facts]
    bundle["text/html"] = _card(picture, report.verdict.name, caption, count, rows)
    return bundle


def _card(
    picture: str | None, verdict: str, caption: str, count: str, rows: list[tuple[str, str]]
) -> str:
    """The card. Where a page takes styles out, as GitHub does, picture and table are left."""
    image = ""
    if picture is not None:
        about = html.escape(f"{caption}, {count}" if caption else count)
        source = f"data:image/png;base64,{picture}"
        image = f'<img alt="{about}" src="{source}" style="{_PICTURE}">'
    heading = f'<div style="{_CAPTION}">{html.escape(caption)}</div>' if caption else ""
    chip = f"{_CHIP};background:{_VERDICT_BACKGROUND[verdict]}"
    cells = []
    for name, value in rows:
        shown = html.escape(value)
        if name == "Verdict":
            shown = f'<span style="{chip}">{shown}</span>'
        cells.append(
            f'<tr><th scope="row" style="{_NAME}">{html.escape(name)}</th>'
            f'<td style="{_VALUE}">{shown}</td></tr>'
        )
    table = f'<table style="{_TABLE}">{"".join(cells)}</table>'
    return f'<div style="{_CARD}">{image}{heading}{table}</div>'


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
