"""What can be made of a model that is there: a change in words, or fields set by hand.

Knows results and their descriptions, not who builds.
"""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from legolab.errors import InputError
from legolab.generation.fitting import MAX_SIZE
from legolab.generation.lexicon import CATEGORIES, Choice, Detail, Field, Value
from legolab.generation.prompt import Brief, read_description
from legolab.generation.result import Generation
from legolab.widgets.fold import Fold
from legolab.widgets.plot import plot_trace

_SIDES = frozenset(("width", "depth", "height"))
"""Measures of the whole; of none of them a model has nothing."""


class FollowUp(ipywidgets.VBox):
    """Below a model: "Change it", what the caption was taken to mean, and how it was built."""

    def __init__(self, change: Callable[[], None], build_again: Callable[[], None]) -> None:
        """Set up, unseen.

        Args:
            change: called when a person has said what to change.
            build_again: called when a person wants it with the fields as they are now.
        """
        self.controls: dict[str, ipywidgets.Widget] = {}
        self._result: Generation | None = None
        self._brief: Brief | None = None
        self.words = ipywidgets.Text(description="Change it", placeholder="make it taller")
        self.words.add_class("ll-change-words")
        self.words.on_msg(lambda _, content, __: _if_submitted(content, change))
        self.change_button = ipywidgets.Button(
            description="Change", tooltip="Build it with this changed, and keep what can stay"
        )
        self.change_button.on_click(lambda _: change())
        line = ipywidgets.Box([self.words, self.change_button])
        line.add_class("ll-change")
        self._fields = ipywidgets.Box()
        self._fields.add_class("ll-fields")
        self.again_button = ipywidgets.Button(
            description="Build again", tooltip="Build it with these, from the same seed"
        )
        self.again_button.on_click(lambda _: build_again())
        self.interpreted = Fold("Interpreted as", [self._fields, self.again_button])
        self.picture = ipywidgets.HTML()
        self.picture.add_class("ll-course")
        self.built = Fold("How it was built", [self.picture])
        super().__init__([line, self.interpreted, self.built])
        self.add_class("ll-follow")
        self.show(None)

    def show(self, result: Generation | None) -> None:
        """Speak of a model; of none, nothing is seen.

        Of the same one as before, what a person wrote and set stays.
        """
        self.layout.display = "none" if result is None else ""
        if result is None or result is self._result:
            return
        self._result = result
        try:
            brief = read_description(result.description)
        except InputError:  # of a model that was told in other words than the lexicon's
            brief = None
        for unseen in (self.children[0], self.interpreted):
            unseen.layout.display = "none" if brief is None else ""
        self.picture.value = f'<div class="ll-scroll">{plot_trace(result.trace, "").svg}</div>'
        self._brief = brief
        if brief is not None:
            self.words.value = ""
            self._show_fields(brief)

    def fields(self) -> dict[str, Value]:
        """All fields that people speak of, as they are set now."""
        return {name: control.value for name, control in self.controls.items()}

    def set_by_hand(self) -> dict[str, Value]:
        """The fields that are other than the model was built with."""
        before = {} if self._brief is None else self._brief.fields
        return {name: value for name, value in self.fields().items() if value != before.get(name)}

    def _show_fields(self, brief: Brief) -> None:
        former = self.controls
        self.interpreted.words = f"Interpreted as {brief.category}"
        self.controls = {
            field.name: _control(field, brief.fields[field.name])
            for field in CATEGORIES[brief.category].fields
            if not isinstance(field, Detail)
        }
        self._fields.children = tuple(self.controls.values())
        for control in former.values():
            control.close()


def _control(field: Field, value: Value) -> ipywidgets.Widget:
    """A list of a choice's words, or a number in studs or layers."""
    label = field.name.capitalize()
    if isinstance(field, Choice):
        return ipywidgets.Dropdown(options=list(field.words), value=value, description=label)
    least = 1 if field.name in _SIDES else 0
    return ipywidgets.BoundedIntText(value=int(value), min=least, max=MAX_SIZE, description=label)


def _if_submitted(content: dict[str, object], act: Callable[[], None]) -> None:
    """The Enter key in a line of text."""
    if content.get("event") == "submit":
        act()
