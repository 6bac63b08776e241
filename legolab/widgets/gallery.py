"""Models side by side, as HTML that a notebook shows and keeps. Knows no widgets.

Styles are inside; ink is the page's own, so that it reads on light and dark.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.generation.result import Generation
from legolab.rendering.preview import png_bytes
from legolab.stability.report import StabilityReport, Verdict

Model = Generation | StabilityReport | BrickStructure

_SIZE = 360  # pixels of a picture, shown at about half of it
_ROW = "display:flex;flex-wrap:wrap;gap:12px;font:13px/1.45 Inter,system-ui,sans-serif"
_TILE = (
    "box-sizing:border-box;width:200px;padding:12px;color:inherit;"
    "border:1px solid rgba(128,128,128,.35);border-radius:14px"
)
_PICTURE = "display:block;width:100%;height:auto;margin:0"
_NAME = "margin:8px 0 4px;font-size:15px;font-weight:600;overflow-wrap:anywhere"
_LINE = "opacity:.8;overflow-wrap:anywhere"


@dataclass(frozen=True)
class Gallery:
    """Models side by side, that a notebook shows by itself."""

    markup: str

    def _repr_html_(self) -> str:
        return self.markup


def side_by_side(
    models: Mapping[str, Model], lines: Mapping[str, Sequence[str]] | None = None
) -> Gallery:
    """Show models beside each other: picture, name, verdict, and what else there is to say.

    Args:
        models: name -> result, report, or bricks that nobody asks whether they stand.
        lines: name -> further lines about it.

    Raises:
        InputError: a model has no bricks, or a line is about none of them.
    """
    unknown = set(lines or {}) - set(models)
    if unknown:
        raise InputError(f"expected lines about {', '.join(models)}, got {', '.join(unknown)}")
    tiles = (_tile(name, model, (lines or {}).get(name, ())) for name, model in models.items())
    return Gallery(f'<div style="{_ROW}">{"".join(tiles)}</div>')


def _tile(name: str, model: Model, lines: Sequence[str]) -> str:
    structure, report = _parts(model)
    count = f"{len(structure)} brick{'s' * (len(structure) != 1)}"
    said = [f"{report.summary}, {count}" if report else count, *lines]
    words = "".join(f'<div style="{_LINE}">{html.escape(line)}</div>' for line in said)
    falls = report is not None and report.verdict is Verdict.UNSTABLE
    picture = png_bytes(
        structure,
        _SIZE,
        failing=np.flatnonzero(report.scores >= 1).tolist() if report and falls else (),
        watermark="UNVERIFIED" if report and report.verdict is Verdict.UNVERIFIED else "",
    )
    source = f"data:image/png;base64,{base64.b64encode(picture).decode('ascii')}"
    about = html.escape(f"{name}: {said[0]}", quote=True)
    return (
        f'<div style="{_TILE}"><img alt="{about}" src="{source}" style="{_PICTURE}">'
        f'<div style="{_NAME}">{html.escape(name)}</div>{words}</div>'
    )


def _parts(model: Model) -> tuple[BrickStructure, StabilityReport | None]:
    match model:
        case Generation(structure=structure, report=report):
            return structure, report
        case StabilityReport(structure=structure):
            return structure, model
        case _:
            return model, None
