"""The widgets' look: style sheets, sent along with whatever is shown."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import ipywidgets


@lru_cache
def style_text(name: str = "style.css") -> str:
    """A style sheet."""
    return files("legolab.widgets").joinpath(name).read_text(encoding="utf-8")


def style_sheet() -> ipywidgets.HTML:
    """A widget that shows nothing and brings the style sheet of the panels."""
    sheet = ipywidgets.HTML(f"<style>{style_text()}</style>")
    sheet.add_class("ll-style")
    return sheet
