"""A small plot of bars, as SVG. Knows no library."""

from __future__ import annotations

import html
from collections.abc import Sequence

_WIDTH, _ROW, _BAR = 420, 30, 14
_NAMES, _FIGURES = 118, 76  # pixels left of the bars and right of them


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
