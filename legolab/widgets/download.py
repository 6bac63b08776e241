"""A button that hands a file to the browser, in JupyterLab and in Voila."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable
from dataclasses import dataclass

import ipywidgets

from legolab.errors import LegolabError
from legolab.widgets import cards


@dataclass(frozen=True)
class Download:
    """A file to be saved: its name, its media type, its bytes."""

    name: str
    media_type: str
    content: bytes


class DownloadButton(ipywidgets.Box):
    """Makes the file when clicked, and has the browser save it."""

    def __init__(self, description: str, make: Callable[[], Download]) -> None:
        """Set up.

        Args:
            description: words on the button.
            make: makes the file; a LegolabError it raises is shown in words.
        """
        self._make = make
        self._count = 0
        self.button = ipywidgets.Button(description=description)
        self.link = ipywidgets.HTML()
        self.link.add_class("ll-link")
        self.button.on_click(lambda _: self.save())
        super().__init__([self.button, self.link])
        self.add_class("ll-download")

    def save(self) -> None:
        """Hand the file over."""
        try:
            file = self._make()
        except LegolabError as error:
            self.link.value = cards.note(str(error), "bad")
            return
        self._count += 1  # the same file again is another value, so that the browser acts again
        source = f"data:{file.media_type};base64,{base64.b64encode(file.content).decode('ascii')}"
        name = html.escape(file.name, quote=True)
        # An image that fails to load may run a line: it follows the link, which stays as a way.
        self.link.value = (
            f'<a download="{name}" href="{source}" data-count="{self._count}">{name}</a>'
            '<img src="data:," alt="" style="display:none" '
            'onerror="this.previousElementSibling.click()">'
        )
