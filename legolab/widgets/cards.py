"""Pieces of HTML: verdict, brick, facts, rows of little bricks. Knows no widgets.

Everything that came from a person is made safe here.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from legolab.stability.report import StabilityReport
from legolab.widgets.colouring import cividis
from legolab.widgets.facts import BrickFacts

_KINDS = {"STABLE": "ll-stands", "UNSTABLE": "ll-falls", "UNVERIFIED": "ll-unverified"}
_MOST_BRICKS = 40  # little bricks in a row


def verdict_chip(report: StabilityReport) -> str:
    """The verdict in words; its colour and its hatching only repeat them."""
    return (
        f'<span class="ll-chip {_KINDS[report.verdict.name]}">{html.escape(report.summary)}</span>'
    )


def heading(caption: str, said: Sequence[str] = ()) -> str:
    """What the model is, and what was said after that to change it."""
    words = f'<div class="ll-caption">{html.escape(caption)}</div>'
    if not said:
        return words
    return f'<div>{words}<div class="ll-said">{html.escape("; ".join(said))}</div></div>'


def note(words: str, kind: str = "") -> str:
    """A sentence for the person; `kind` is "", "bad" or "quiet"."""
    return f'<div class="ll-note {f"ll-{kind}" if kind else ""}">{html.escape(words)}</div>'


def line(words: str, figures: str) -> str:
    """Words on the left, figures on the right."""
    return (
        f'<div class="ll-line"><span>{html.escape(words)}</span>'
        f'<span class="ll-figures">{html.escape(figures)}</span></div>'
    )


def title_line(words: str, figures: str) -> str:
    """What a block is about on the left, figures on the right."""
    return (
        f'<div class="ll-line">{title(words)}'
        f'<span class="ll-figures">{html.escape(figures)}</span></div>'
    )


def title(words: str) -> str:
    """What a block is about."""
    return f'<h3 class="ll-title">{html.escape(words)}</h3>'


def facts_list(rows: Iterable[tuple[str, str]]) -> str:
    """Names and values, one row each."""
    cells = (f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in rows)
    return f'<dl class="ll-facts">{"".join(cells)}</dl>'


def brick_card(facts: BrickFacts) -> str:
    """What there is to say of a brick."""
    x, y, z = facts.place
    score = "not known" if facts.score is None else f"{facts.score:.2f} of 1"
    rows = [
        ("Size", facts.size),
        ("Part", facts.part),
        ("Place", f"x {x}, y {y}, layer {z + 1}"),
        ("Score", score),
    ]
    meter = "" if facts.score is None else score_meter(facts.score)
    return (
        f"{title(f'Brick {facts.number}')}{facts_list(rows)}{meter}"
        f'<p class="ll-words">{html.escape(facts.held)}</p>'
    )


def score_meter(score: float) -> str:
    """The ramp of scores, with a mark at one of them; what fails is said in words too."""
    failing = '<span class="ll-fails">Fails</span>' if score >= 1 else ""
    return (
        f'<div class="ll-meter" style="background:{ramp()}">'
        f'<i style="left:{100 * min(max(score, 0.0), 1.0):.1f}%"></i></div>'
        f'<div class="ll-ends"><span>unloaded</span>{failing}<span>at its limit</span></div>'
    )


def ramp() -> str:
    """The ramp of scores as a CSS background."""
    stops = cividis([n / 10 for n in range(11)]).tolist()
    return f"linear-gradient(90deg,{','.join(f'rgb({r},{g},{b})' for r, g, b in stops)})"


def legend(words: Sequence[str]) -> str:
    """The ramp with words at its ends, and how a failing brick looks."""
    ends = "".join(f"<span>{html.escape(word)}</span>" for word in words)
    return (
        f'<div class="ll-meter" style="background:{ramp()}"></div><div class="ll-ends">{ends}</div>'
    )


def brick_row(done: int, total: int) -> str:
    """A row of little bricks with a stud each; long rows show as many as have room."""
    shown = min(total, _MOST_BRICKS)
    filled = round(done * shown / total) if total else 0
    bricks = "<i></i>" * filled + '<i class="ll-off"></i>' * (shown - filled)
    return f'<div class="ll-bricks" aria-hidden="true">{bricks}</div>'
