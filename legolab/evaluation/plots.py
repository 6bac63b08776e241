"""Small plots as SVG text, for pages and notebooks. Knows numbers and words, nothing of bricks.

Colours are the page's own where it has them (`--ink`, `--soft`, `--line`, `--card`, `--blue`,
`--stands`, `--falls`), the light ones elsewhere.
"""

from __future__ import annotations

import html
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

INK, SOFT, LINE = "var(--ink,#1b2a34)", "var(--soft,#5b6770)", "var(--line,#e4dfd5)"
CARD, BLUE, STANDS = "var(--card,#ffffff)", "var(--blue,#1e5aa8)", "var(--stands,#00702a)"
FALLS = "var(--falls,#b40000)"

SERIES = (BLUE, "var(--second,#b85f12)", STANDS, "var(--third,#7a4fa3)", SOFT)
_DASHES = ("", "7 4", "2 3", "9 3 2 3", "1 4")

_FONT = "font-family:Inter,system-ui,sans-serif;font-variant-numeric:tabular-nums"


@dataclass(frozen=True)
class Plot:
    """A picture that a notebook shows by itself."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg


def histogram(title: str, values: Iterable[float], unit: str, bins: int = 12) -> Plot:
    """How many values lie where; whole numbers get bins of whole numbers.

    Args:
        title: what is counted.
        values: numbers.
        unit: words below the axis.
        bins: at most so many bars.
    """
    found = sorted(value for value in values if math.isfinite(value))
    width, height, left, bottom, top = 420, 220, 40, 46, 44
    parts = [_text(16, 26, title, 15, weight=600)]
    if not found:
        parts.append(_text(16, 60, "nothing to show", 13, SOFT))
        return _plot(title, width, height, parts)
    low, step, count = _bins(found, bins)
    counts = [0] * count
    for value in found:
        counts[min(int((value - low) / step + 1e-9), count - 1)] += 1
    most = max(counts)
    across = (width - left - 16) / count
    base = height - bottom
    for level in _levels(most):
        y = base - (base - top) * level / most
        parts.append(_rule(left, y, width - 16))
        parts.append(_text(left - 8, y + 4, f"{level:g}", 12, SOFT, "end"))
    for number, amount in enumerate(counts):
        if amount:
            tall = (base - top) * amount / most
            x = left + number * across
            parts.append(_bar(x + 1.5, base - tall, across - 3, tall, BLUE))
    whole = _whole(found)
    # A bin of one whole number carries its number in the middle; others carry their edges.
    centred = whole and step == 1
    every = math.ceil(count / 7)
    for number in range(0, count + (not centred), every):
        x = left + (number + 0.5 * centred) * across
        parts.append(_text(x, base + 16, f"{low + number * step:g}", 12, SOFT, "middle"))
    middle = found[len(found) // 2]
    said = f"{unit}, median {middle:.3g}" if not whole else f"{unit}, median {middle:g}"
    parts.append(_text(width - 16, height - 10, said, 12, SOFT, "end"))
    return _plot(title, width, height, parts)


def shares(title: str, rows: Mapping[str, Mapping[str, float]], legend: Sequence[str]) -> Plot:
    """A line for each name, a bar for each of its shares (0 to 1; NaN leaves a gap).

    Args:
        title: what is shared.
        rows: name -> measure -> share.
        legend: the measures to show, in order, at most four.
    """
    pitch, left, right, top = 13 * len(legend) + 12, 112, 52, 66
    width, height = 860, top + pitch * len(rows) + 12
    parts = [_text(16, 26, title, 15, weight=600)]
    x = 16.0
    for measure, color in zip(legend, SERIES, strict=False):
        parts.append(_bar(x, 41, 14, 10, color))
        parts.append(_text(x + 20, 50, measure, 12, SOFT))
        x += 44 + 6.6 * len(measure)
    long = width - left - right
    for quarter in range(5):
        at = left + long * quarter / 4
        parts.append(_upright(at, top - 4, height - 10))
    for number, (name, values) in enumerate(rows.items()):
        y = top + number * pitch
        parts.append(_text(left - 10, y + pitch / 2 - 1, name, 13, INK, "end"))
        for line, (measure, color) in enumerate(zip(legend, SERIES, strict=False)):
            share = values[measure]
            if math.isnan(share):
                continue
            at = y + 13 * line
            parts.append(_bar(left, at, max(long * share, 1), 9, color))
            parts.append(_text(left + long * share + 6, at + 9, f"{share:.0%}", 12, SOFT))
    return _plot(title, width, height, parts)


def lines(
    title: str, series: Mapping[str, Sequence[tuple[float, float]]], x_name: str, y_name: str
) -> Plot:
    """Points joined by lines, both axes in powers of ten.

    Args:
        title: what is shown.
        series: name -> (x, y) above 0.
        x_name, y_name: words on the axes.
    """
    width, height, left, right, top, bottom = 620, 340, 56, 118, 58, 44
    points = [point for several in series.values() for point in several]
    parts = [_text(16, 26, title, 15, weight=600)]
    if not points:
        parts.append(_text(16, 60, "nothing to show", 13, SOFT))
        return _plot(title, width, height, parts)
    xs, ys = ([point[axis] for point in points] for axis in (0, 1))
    x_low, x_high = _span(xs)
    y_low, y_high = _span(ys)

    def place(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - x_low) / (x_high - x_low)
        up = (math.log10(y) - y_low) / (y_high - y_low)
        return (
            left + across * (width - left - right),
            height - bottom - up * (height - top - bottom),
        )

    parts.append(_text(16, 46, y_name, 12, SOFT))
    for tick in _ticks(y_low, y_high):
        _, y = place(xs[0], tick)
        parts.append(_rule(left, y, width - right))
        parts.append(_text(left - 8, y + 4, f"{tick:g}", 12, SOFT, "end"))
    for tick in sorted(set(xs)):
        x, _ = place(tick, ys[0])
        parts.append(_text(x, height - bottom + 18, f"{tick:g}", 12, SOFT, "middle"))
    parts.append(_text((left + width - right) / 2, height - 8, x_name, 12, SOFT, "middle"))
    ends: list[tuple[float, str, str]] = []
    for number, (name, several) in enumerate(series.items()):
        if not several:
            continue
        color = SERIES[number % len(SERIES)]
        placed = [place(x, y) for x, y in sorted(several)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        dash = _DASHES[number % len(_DASHES)]
        style = f"fill:none;stroke:{color};stroke-width:2;stroke-dasharray:{dash or 'none'}"
        parts.append(f'<polyline points="{path}" style="{style}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{color}"/>' for x, y in placed]
        ends.append((placed[-1][1], name, color))
    lowest = 0.0
    for y, name, color in sorted(ends):  # names in the margin, none on another
        lowest = max(y, lowest + 15)
        parts.append(_text(width - right + 8, lowest + 4, name, 12, color))
    return _plot(title, width, height, parts)


def curve(
    title: str,
    points: Sequence[tuple[float, float]],
    x_name: str,
    y_name: str,
    limit: tuple[float, str],
    falling: Collection[float] = (),
) -> Plot:
    """Points joined by a line, a level they are held against, those that fall as red squares.

    Args:
        title: what is shown.
        points: (x, y) from 0 on.
        x_name, y_name: words on the axes.
        limit: a level of y, and what it is called.
        falling: the x of the points that fall.
    """
    width, height, left, right, top, bottom = 620, 320, 56, 24, 76, 44
    parts = [_text(16, 26, title, 15, weight=600), _text(16, 64, y_name, 12, SOFT)]
    if not points:
        parts.append(_text(16, 90, "nothing to show", 13, SOFT))
        return _plot(title, width, height, parts)
    xs, ys = ([point[axis] for point in points] for axis in (0, 1))
    x_low, x_high = min(xs), max(xs) if max(xs) > min(xs) else min(xs) + 1
    level, words = limit
    y_high = 1.08 * max(*ys, level)

    def place(x: float, y: float) -> tuple[float, float]:
        across, up = (x - x_low) / (x_high - x_low), y / y_high
        return (
            left + 12 + across * (width - left - right - 24),
            height - bottom - up * (height - top - bottom),
        )

    step = _round_step(y_high / 6)
    for count in range(math.floor(y_high / step) + 1):
        _, y = place(x_low, count * step)
        parts.append(_rule(left, y, width - right))
        parts.append(_text(left - 8, y + 4, f"{count * step:.10g}", 12, SOFT, "end"))
    step = _round_step((x_high - x_low) / 10)
    for count in range(math.ceil(x_low / step - 1e-9), math.floor(x_high / step + 1e-9) + 1):
        x, _ = place(count * step, 0)
        parts.append(_text(x, height - bottom + 18, f"{count * step:.10g}", 12, SOFT, "middle"))
    parts.append(_text((left + width - right) / 2, height - 8, x_name, 12, SOFT, "middle"))
    _, y = place(x_low, level)
    parts.append(_rule(left, y, width - right, f"{FALLS};stroke-dasharray:7 4"))
    placed = [place(x, y) for x, y in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    parts.append(f'<polyline points="{path}" style="fill:none;stroke:{BLUE};stroke-width:2"/>')
    for (x, y), at in zip(placed, xs, strict=True):
        parts.append(_mark(x, y, at in falling))
    x = 20.0
    for falls, said in ((False, "stands"), (True, "falls")):
        if falls is False or falling:
            parts += [_mark(x, 42, falls), _text(x + 10, 46, said, 12, SOFT)]
            x += 24 + 6.2 * len(said)
    parts.append(_rule(x - 4, 42, x + 22, f"{FALLS};stroke-dasharray:7 4"))
    parts.append(_text(x + 30, 46, words, 12, SOFT))
    return _plot(title, width, height, parts)


def brick_row(share: float, color: str = BLUE, words: str = "") -> str:
    """A share as twenty little bricks, each with a stud, as many full as it has twentieths."""
    full = math.floor(20 * share + 1e-9) if share < 1 else 20
    parts = []
    for number in range(20):
        fill = color if number < full else LINE
        x = 11 * number
        parts.append(f'<rect x="{x + 3}" y="0" width="4" height="3" rx="0.8" fill="{fill}"/>')
        parts.append(f'<rect x="{x}" y="2.4" width="10" height="9" rx="1.4" fill="{fill}"/>')
    label = html.escape(words)
    return (
        f'<svg viewBox="0 0 219 12" role="img" aria-label="{label}" class="bricks">'
        f"{''.join(parts)}</svg>"
    )


def _plot(title: str, width: int, height: int, parts: Iterable[str]) -> Plot:
    ground = f'<rect width="{width}" height="{height}" rx="14" fill="{CARD}"/>'
    return Plot(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-label="{html.escape(title)}" '
        f'style="{_FONT};max-width:100%;height:auto">{ground}{"".join(parts)}</svg>'
    )


def _text(
    x: float,
    y: float,
    words: str,
    size: int,
    color: str = INK,
    anchor: str = "start",
    weight: int = 400,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="{color}">{html.escape(words)}</text>'
    )


def _bar(x: float, y: float, width: float, height: float, color: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'rx="2" fill="{color}"/>'
    )


def _rule(x: float, y: float, end: float, stroke: str = LINE) -> str:
    return f'<line x1="{x:.1f}" x2="{end:.1f}" y1="{y:.1f}" y2="{y:.1f}" style="stroke:{stroke}"/>'


def _mark(x: float, y: float, falls: bool) -> str:
    """A dot, or a square where it falls: never by colour alone."""
    if falls:
        return f'<rect x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9" fill="{FALLS}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{BLUE}"/>'


def _upright(x: float, y: float, end: float) -> str:
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y:.1f}" y2="{end:.1f}" stroke="{LINE}"/>'


def _whole(values: Sequence[float]) -> bool:
    return all(value == int(value) for value in values)


def _bins(values: Sequence[float], most: int) -> tuple[float, float, int]:
    """Where the first bin begins, how wide one is, how many there are.

    >>> _bins([0, 3], 12), _bins([10, 190], 12), _bins([0.5], 12)
    ((0, 1.0, 4), (0.0, 20.0, 10), (0.5, 0.05, 1))
    """
    low, high = values[0], values[-1]
    if _whole(values) and high - low < most:
        return low, 1.0, int(high - low) + 1
    step = _round_step((high - low) / most or abs(low) / 10 or 1.0)
    if _whole(values):
        step = max(step, 1.0)
    start = math.floor(low / step + 1e-9) * step
    return start, step, max(1, math.floor((high - start) / step + 1e-9) + 1)


def _round_step(step: float) -> float:
    """The next of 1, 2, 5 times a power of ten.

    >>> _round_step(0.03), _round_step(15), _round_step(2)
    (0.05, 20.0, 2.0)
    """
    power = 10.0 ** math.floor(math.log10(step) + 1e-9)
    return next(f * power for f in (1, 2, 5, 10) if f * power >= step * (1 - 1e-9))


def _levels(most: int) -> list[int]:
    step = max(1, int(_round_step(most / 4)))
    return list(range(0, most + 1, step))


def _span(values: Sequence[float]) -> tuple[float, float]:
    """Logarithms of the smallest and largest value, never the same."""
    low, high = math.log10(min(values)), math.log10(max(values))
    return (low - 0.05, high + 0.05) if high > low else (low - 0.5, high + 0.5)


def _ticks(low: float, high: float) -> Iterator[float]:
    """1, 2 and 5 times powers of ten between two logarithms; 1 alone where they are many."""
    factors = (1, 2, 5) if high - low < 2.5 else (1,)
    for power in range(math.floor(low), math.ceil(high) + 1):
        for factor in factors:
            if low <= math.log10(factor) + power <= high:
                yield factor * 10.0**power
