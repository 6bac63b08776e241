"""The card at the bottom of the prompt panel: what to build, and how. Knows no engine."""

from __future__ import annotations

from typing import Any

import ipywidgets

from legolab.errors import InputError
from legolab.generation.generator import (
    DEFAULT_MAX_BRICKS,
    DEFAULT_TEMPERATURE,
    MAX_DRAFTS,
    SEED_LIMIT,
)
from legolab.widgets.stock import Stock


class Ask(ipywidgets.VBox):
    """Caption, options, and the buttons that begin and end building."""

    def __init__(self) -> None:
        """Set up, with nothing asked."""
        self.caption = ipywidgets.Text(placeholder="What shall I build?", continuous_update=True)
        self.caption.add_class("ll-ask-words")
        self.build_button = ipywidgets.Button(description="Build", tooltip="Build it")
        self.build_button.add_class("ll-go")
        self.stop_button = ipywidgets.Button(description="Stop", tooltip="Stop building")
        self.seed = ipywidgets.Text(description="Seed", placeholder="any")
        self.temperature = ipywidgets.FloatSlider(
            value=DEFAULT_TEMPERATURE, min=0.1, max=1.5, step=0.1, description="Boldness"
        )
        self.max_bricks = ipywidgets.BoundedIntText(
            value=DEFAULT_MAX_BRICKS, min=1, max=1000, description="Most bricks"
        )
        self.drafts = ipywidgets.BoundedIntText(
            value=MAX_DRAFTS, min=1, max=MAX_DRAFTS, description="Most drafts"
        )
        self.stock = Stock()
        line = ipywidgets.Box([self.caption, self.stop_button, self.build_button])
        line.add_class("ll-ask-line")
        options = ipywidgets.Box(
            [self.seed, self.temperature, self.max_bricks, self.drafts, self.stock]
        )
        options.add_class("ll-options")
        super().__init__([line, options])
        self.add_class("ll-ask")
        self.add_class("ll-card")

    def read_seed(self) -> int | None:
        """The seed; None for any.

        Raises:
            InputError: it is no number.
        """
        words = self.seed.value.strip()
        if words and not (words.isascii() and words.isdigit() and int(words) < SEED_LIMIT):
            raise InputError(
                f"The seed is a whole number from 0 to {SEED_LIMIT - 1}, or empty for any; "
                f"I read {words!r}."
            )
        return int(words) if words else None

    def read_options(self) -> dict[str, Any]:
        """What else an `Order` takes, whatever is built.

        Raises:
            InputError: the bricks a person has are not written so that I can read them.
        """
        return {
            "temperature": self.temperature.value,
            "max_bricks": self.max_bricks.value,
            "drafts": self.drafts.value,
            "inventory": self.stock.read(),
        }

    def show_building(self, is_building: bool) -> None:
        """Offer to stop while something is built, and to build else."""
        self.stop_button.disabled = not is_building
        self.stop_button.layout.display = "" if is_building else "none"
        self.build_button.layout.display = "none" if is_building else ""
