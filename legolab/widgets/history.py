"""What was built in this kernel, with small pictures; each can be opened again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets

from legolab.generation.result import Generation
from legolab.rendering.preview import png_bytes
from legolab.widgets import cards

KEPT = 12
"""Models that are listed."""

_PICTURE_SIZE = 96  # pixels, shown at half of it


class History(ipywidgets.VBox):
    """Models, the newest first."""

    children: tuple[ipywidgets.Widget, ...]

    def __init__(self, reopen: Callable[[Generation], None]) -> None:
        """Set up, empty; `reopen` is called with the model a person chooses."""
        self._reopen = reopen
        self.results: list[Generation] = []
        self._title = ipywidgets.HTML(cards.title("Built so far"))
        self._empty = ipywidgets.HTML(cards.note("What you build is kept here.", "quiet"))
        super().__init__([self._title, self._empty])
        self.add_class("ll-history")
        self.add_class("ll-card")

    def add(self, result: Generation, said: Sequence[str] = ()) -> None:
        """Put a model on top, with what was said after its caption to change it."""
        self.results = [result, *self.results][:KEPT]
        entries = [entry for entry in self.children[1:] if entry is not self._empty]
        for gone in entries[KEPT - 1 :]:
            gone.close()
        self.children = (self._title, self._entry(result, said), *entries[: KEPT - 1])

    def _entry(self, result: Generation, said: Sequence[str]) -> ipywidgets.Widget:
        picture = ipywidgets.Image(
            value=png_bytes(result.structure, _PICTURE_SIZE), format="png", width=48, height=48
        )
        verdict = result.report.verdict.value.lower().replace("unverified", "not verified")
        words = ipywidgets.HTML(
            f"{cards.heading(result.caption, said[-1:])}"
            f"{cards.note(f'{len(result.structure)} bricks, {verdict}', 'quiet')}"
        )
        button = ipywidgets.Button(tooltip=f"Open {result.caption} again")
        button.add_class("ll-open")
        button.on_click(lambda _: self._reopen(result))
        entry = ipywidgets.Box([picture, words, button])
        entry.add_class("ll-entry")
        return entry
