"""Where a run stands, in figures and in words."""

from __future__ import annotations

import html
import math
from collections.abc import Callable
from dataclasses import dataclass

from legolab.evaluation.plots import brick_row


@dataclass(frozen=True)
class Progress:
    """Where a run stands.

    Attributes:
        done: rows that are there, `kept` of them from before.
        total: rows that were asked for.
        seconds: since the model was warm.
        caption, seed, bricks: what is being built, and how much of it stands.
        refused, failed: rows without a structure so far.
    """

    done: int
    kept: int
    total: int
    seconds: float = 0.0
    caption: str = ""
    seed: int = 0
    bricks: int = 0
    refused: int = 0
    failed: int = 0

    @property
    def per_minute(self) -> float:
        """Rows a minute, those from before left out; 0 before the first."""
        made = self.done - self.kept
        return 60 * made / self.seconds if made and self.seconds > 0 else 0.0

    @property
    def remaining(self) -> float | None:
        """Seconds until the end at that pace; None before the first row."""
        pace = self.per_minute
        return 60 * (self.total - self.done) / pace if pace else None

    @property
    def words(self) -> str:
        """For a person: "37 of 210   62 captions per minute   3 min left"."""
        parts = [f"{self.done} of {self.total}"]
        if self.per_minute:
            parts.append(f"{self.per_minute:.0f} captions per minute")
        if self.remaining:
            parts.append(f"{duration(self.remaining)} left")
        for number, what in ((self.refused, "refused"), (self.failed, "failed")):
            if number:
                parts.append(f"{number} {what}")
        return "   ".join(parts)

    def _repr_html_(self) -> str:
        """A row of little bricks and the figures, for a notebook."""
        row = brick_row(self.done / self.total, words=self.words)
        words = self.words.replace("   ", " · ")
        now = f"<br>{html.escape(self.caption)}, seed {self.seed}: {self.bricks} bricks"
        return (
            '<div style="font:13px/1.5 Inter,system-ui,sans-serif;max-width:440px">'
            f"{row}{words}{now if self.done < self.total and self.caption else ''}</div>"
        )


def duration(seconds: float) -> str:
    """A time to wait, in words.

    >>> duration(8.2), duration(200), duration(9000)
    ('9 s', '4 min', '2 h 30 min')
    """
    if seconds <= 90:
        return f"{math.ceil(seconds)} s"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


Tell = Callable[[Progress], None]
