"""Small plots as SVG: bars, and how a model was built. Knows no library."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from legolab.evaluation.plots import BLUE, CARD, FALLS, INK, LINE, SOFT, STANDS, Plot
from legolab.generation.trace import Trace
from legolab.widgets.course import Course, Fall, courses

_WIDTH, _ROW, _BAR = 420, 30, 14
_NAMES, _FIGURES = 118, 76  # pixels left of the bars and right of them

_WIDE, _HIGH = 760, 396  # pixels of the picture of a trace
_LEFT, _RIGHT, _TOP, _BASE = 84, 700, 92, 290  # where its lines are
_RUGS = {"proposals": 322, "restarts": 358}  # where their ticks are
_ORANGE = "var(--second,#b85f12)"
_LETTER = 6.4  # pixels of a letter of 12 px, about
_MANY = 100_000.0  # ms, from which seconds are shown

_VERDICTS = {"stable": "stands", "unstable": "falls", "UNVERIFIED": "not verified"}


def bars(rows: Sequence[tuple[str, float]], unit: str) -> str:
    """One bar for each row, its figure beside it.

    >>> bars([("highs", 4.0)], "ms").count("<rect")
    1

    Args:
        rows: name, value from 0 on.
        unit: of the values.
    """
    longest = max((value for _, value in rows), default=0.0) or 1.0
    room = _WIDTH - _NAMES - _FIGURES
    lines = []
    for number, (name, value) in enumerate(rows):
        middle = number * _ROW + _ROW / 2
        length = max(2.0, room * value / longest)
        lines.append(
            f'<text x="0" y="{middle + 4:g}">{html.escape(name)}</text>'
            f'<rect x="{_NAMES}" y="{middle - _BAR / 2:g}" '
            f'width="{length:.1f}" height="{_BAR}" rx="3"/>'
            f'<text class="ll-figures" x="{_NAMES + length + 8:.1f}" y="{middle + 4:g}">'
            f"{value:.1f} {html.escape(unit)}</text>"
        )
    words = "; ".join(f"{name} {value:.1f} {unit}" for name, value in rows)
    return (
        f'<svg class="ll-plot" role="img" aria-label="{html.escape(words)}" '
        f'viewBox="0 0 {_WIDTH} {max(len(rows), 1) * _ROW}">{"".join(lines)}</svg>'
    )


def plot_trace(trace: Trace, title: str = "How it was built") -> Plot:
    """How a model was built: bricks standing over time, draft by draft.

    The thick line is the draft that was kept. Bricks taken back are a drop with a triangle, bricks
    taken out one with a cross. Below, every proposal and every restart is a tick.

    Args:
        trace: of a result.
        title: what stands above it.
    """
    drafts = courses(trace.moments)
    parts = [_text(16, 26, title, size=15, bold=True)] if title else []
    if not drafts or not drafts[-1].ended:
        parts.append(_text(16, 60, "Nothing is known of the way.", SOFT, 13))
        return _framed(parts, "Nothing is known of the way")
    highest = max(n for draft in drafts for _, n in draft.steps)
    scale = _Scale(drafts[-1].ended, 1.08 * max(highest, 1))
    last = sorted(drafts, key=lambda draft: draft.is_kept)  # drawn over the others
    words = _outcome(last[-1])
    x, anchor = (_WIDE - 16, "end") if title else (16, "start")
    parts.append(_text(x, 26, words, INK, 13, anchor))
    parts += [*_legend(drafts), *_axes(scale), *_totals(drafts)]
    for draft in drafts:
        parts += _band(draft, scale)
    for draft in last:
        parts += _line(draft, scale)
    return _framed(parts, f"{words}. {_counts(drafts)}.")


@dataclass(frozen=True)
class _Scale:
    """Where in the picture a time and a number of bricks are."""

    ms: float  # at the right edge
    bricks: float  # at the upper edge

    def x(self, ms: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * ms / self.ms

    def y(self, bricks: float) -> float:
        return _BASE - (_BASE - _TOP) * bricks / self.bricks


def _outcome(draft: Course) -> str:
    """How a draft ended, in words.

    >>> _outcome(Course(2, 0.0, "", [(0.0, 51)], verdict="stable"))
    'Draft 2 was kept: 51 bricks, stands'
    """
    said = _VERDICTS.get(draft.verdict, "no end")
    return f"Draft {draft.number} was kept: {_several(draft.bricks, 'brick')}, {said}"


def _counts(drafts: Sequence[Course]) -> str:
    """What can be counted, for who cannot see it."""
    return ", ".join(
        (
            _several(len(drafts), "draft"),
            _several(sum(len(draft.proposals) for draft in drafts), "proposal"),
            _several(sum(len(draft.restarts) for draft in drafts), "restart"),
            _several(sum(fall.is_rollback for fall in _falls(drafts)), "rollback"),
        )
    )


def _several(number: int, name: str) -> str:
    return f"{number:,} {name}{'s' * (number != 1)}"


def _falls(drafts: Iterable[Course]) -> list[Fall]:
    return [fall for draft in drafts for fall in draft.falls]


def _legend(drafts: Sequence[Course]) -> Iterator[str]:
    """What the signs mean; those that are not there are left out."""
    falls = _falls(drafts)
    back, out = sum(fall.is_rollback for fall in falls), sum(not f.is_rollback for f in falls)
    x, y = 16.0, 48.0
    signs = [("kept", _path([(0, 0), (18, 0)], True))]
    if len(drafts) > 1:
        signs.append(("other drafts", _path([(0, 0), (18, 0)], False)))
    if back:
        signs.append((f"taken back, {back}", _triangle(9, 0)))
    if out:
        signs.append((f"taken out, {out}", _cross(9, 0)))
    for verdict in dict.fromkeys(draft.verdict for draft in drafts if draft.verdict):
        signs.append((f"ends: {_VERDICTS[verdict]}", _end(9, 0, verdict)))
    for words, sign in signs:
        yield f'<g transform="translate({x:.1f} {y:.1f})">{sign}</g>'
        yield _text(x + 24, y + 4, words, SOFT)
        x += 44 + _LETTER * len(words)


def _axes(scale: _Scale) -> Iterator[str]:
    """Levels of bricks, and times."""
    yield _text(16, _TOP - 12, "bricks", SOFT)
    for bricks in _ticks(scale.bricks, 5):
        y = scale.y(bricks)
        yield _rule(_LEFT, y, _RIGHT, y, LINE)
        yield _text(_LEFT - 8, y + 4, f"{bricks:,g}", SOFT, anchor="end")
    unit, factor = ("s", 1000) if scale.ms >= _MANY else ("ms", 1)
    for time in _ticks(scale.ms / factor, 8):
        x = scale.x(time * factor)
        yield _rule(x, _BASE, x, _BASE + 4, SOFT)
        yield _text(x, _BASE + 18, f"{time:,g}", SOFT, anchor="middle")
    yield _text(_RIGHT + 12, _BASE + 4, unit, SOFT)


def _totals(drafts: Sequence[Course]) -> Iterator[str]:
    """What the rows of ticks are, and how many there are of all drafts."""
    totals = {
        "proposals": sum(len(draft.proposals) for draft in drafts),
        "restarts": sum(len(draft.restarts) for draft in drafts),
    }
    for name, total in totals.items():
        yield _text(16, _RUGS[name] + 10, name, SOFT)
        yield _text(_RIGHT + 12, _RUGS[name] + 10, f"{total:,}", INK)


def _band(draft: Course, scale: _Scale) -> Iterator[str]:
    """A draft's part of the picture: where it begins, and what can be counted in it."""
    left, right = scale.x(draft.began), scale.x(draft.ended)
    if draft.number > 1:
        yield _rule(left, _TOP - 24, left, _HIGH - 12, SOFT, "2 3")
    name = f"draft {draft.number}"
    fitting = (f"{name}, {draft.said}", name, f"{draft.number}")
    said = next((words for words in fitting if _LETTER * len(words) + 10 < right - left), "")
    yield _text(left + 6, _TOP - 12, said, INK if draft.is_kept else SOFT, bold=draft.is_kept)
    for row, times, color in (
        ("proposals", draft.proposals, BLUE),
        ("restarts", draft.restarts, _ORANGE),
    ):
        y, number = _RUGS[row], f"{len(times)}"
        yield from (_rule(scale.x(ms), y, scale.x(ms), y + 12, color) for ms in times)
        if _LETTER * len(number) + 10 < right - left:
            yield _text(left + 6, y + 25, number, SOFT)


def _line(draft: Course, scale: _Scale) -> Iterator[str]:
    """The bricks that stand, what was taken from them, and how it ends."""
    points: list[tuple[float, float]] = []
    for ms, bricks in draft.steps:
        x = scale.x(ms)
        if points:
            points.append((x, points[-1][1]))
        points.append((x, scale.y(bricks)))
    yield _path(points, draft.is_kept)
    for fall in draft.falls:
        x, above, y = scale.x(fall.ms), scale.y(fall.before), scale.y(fall.after)
        drop = _rule(x, above, x, y, _ORANGE, width=1.5)
        # A cross stands halfway: at its foot there is often the mark of the end.
        sign = _triangle(x, y) if fall.is_rollback else _cross(x, (above + y) / 2)
        said = f"{fall.before} to {fall.after} bricks: {fall.why}"
        yield f"<g><title>{html.escape(said)}</title>{drop}{sign}</g>"
    if draft.verdict:
        x, y = scale.x(draft.ended), scale.y(draft.bricks)
        yield _end(x, y, draft.verdict)
        yield _text(x - 8, y - 8, f"{draft.bricks}", INK, anchor="end", bold=draft.is_kept)


def _ticks(most: float, count: int) -> list[float]:
    """Round numbers from 0 to `most`, about so many.

    >>> _ticks(51, 5), _ticks(1700, 8)[:3]
    ([0.0, 20.0, 40.0], [0.0, 500.0, 1000.0])
    """
    rough = max(most, 1e-3) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return [round(n * step, 6) for n in range(math.floor(most / step + 1e-9) + 1)]


def _framed(parts: Iterable[str], words: str) -> Plot:
    """The picture on a card of its own, which reads on a light page and on a dark one."""
    return Plot(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" width="{_WIDE}" '
        f'height="{_HIGH}" role="img" aria-label="{html.escape(words)}" style="max-width:100%;'
        f'height:auto;font-family:Inter,system-ui,sans-serif;font-variant-numeric:tabular-nums">'
        f'<rect width="{_WIDE}" height="{_HIGH}" rx="14" fill="{CARD}"/>{"".join(parts)}</svg>'
    )


def _text(
    x: float,
    y: float,
    words: str,
    color: str = INK,
    size: int = 12,
    anchor: str = "start",
    bold: bool = False,
) -> str:
    look = f'fill="{color}" stroke="{CARD}" stroke-width="3" paint-order="stroke"'
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{600 if bold else 400}" '
        f'text-anchor="{anchor}" {look}>{html.escape(words)}</text>'
    )


def _rule(
    x: float, y: float, x_end: float, y_end: float, color: str, dash: str = "", width: float = 1
) -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{x_end:.1f}" y2="{y_end:.1f}" stroke="{color}" '
        f'stroke-width="{width}"{dashed}/>'
    )


def _path(points: Sequence[tuple[float, float]], is_kept: bool) -> str:
    """A line: thick and whole for the draft that was kept, thin and dashed for others."""
    placed = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    look = f'stroke="{BLUE}" stroke-width="2.5"'
    if not is_kept:
        look = f'stroke="{SOFT}" stroke-width="1.5" stroke-dasharray="5 3"'
    return f'<polyline points="{placed}" fill="none" stroke-linejoin="round" {look}/>'


def _triangle(x: float, y: float) -> str:
    """Bricks were taken back."""
    points = f"{x - 5:.1f},{y - 5:.1f} {x + 5:.1f},{y - 5:.1f} {x:.1f},{y + 4:.1f}"
    return f'<polygon points="{points}" fill="{_ORANGE}" stroke="{CARD}"/>'


def _cross(x: float, y: float) -> str:
    """Bricks were taken out."""
    arms = f"M{x - 4:.1f},{y - 4:.1f} l8,8 m0,-8 l-8,8"
    return f'<path d="{arms}" fill="none" stroke="{_ORANGE}" stroke-width="2.5"/>'


def _end(x: float, y: float, verdict: str) -> str:
    """A dot stands, a square falls, an empty diamond was not verified: never by colour alone."""
    match verdict:
        case "stable":
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{STANDS}" stroke="{CARD}"/>'
        case "unstable":
            return (
                f'<rect x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10" fill="{FALLS}" '
                f'stroke="{CARD}"/>'
            )
        case _:
            points = f"{x:.1f},{y - 6:.1f} {x + 6:.1f},{y:.1f} {x:.1f},{y + 6:.1f} {x - 6:.1f},{y}"
            return f'<polygon points="{points}" fill="{CARD}" stroke="{_ORANGE}" stroke-width="2"/>'
