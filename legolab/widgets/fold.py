"""A section that is closed until a person opens it."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets


class Fold(ipywidgets.VBox):
    """A button with words, and what is below it while the button is down.

    The style sheet shows and hides: the browser need not ask the kernel.
    """

    def __init__(self, words: str, body: Sequence[ipywidgets.Widget]) -> None:
        """Set up, closed."""
        self.button = ipywidgets.ToggleButton(description=words)
        self.button.add_class("ll-fold-head")
        self.body = ipywidgets.VBox(list(body))
        self.body.add_class("ll-fold-body")
        super().__init__([self.button, self.body])
        self.add_class("ll-fold")

    @property
    def is_open(self) -> bool:
        """Whether its content is seen."""
        return bool(self.button.value)

    @is_open.setter
    def is_open(self, is_open: bool) -> None:
        self.button.value = is_open

    @property
    def words(self) -> str:
        """What the button says."""
        return str(self.button.description)

    @words.setter
    def words(self, words: str) -> None:
        self.button.description = words
