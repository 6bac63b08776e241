"""The widgets' look: one style sheet, sent along with whatever is shown."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import ipywidgets


@lru_cache(maxsize=1)
def style_text() -> str:
    """The style sheet."""
    return files("legolab.widgets").joinpath("style.css").read_text(encoding="utf-8")


def style_sheet() -> ipywidgets.HTML:
    """A widget that shows nothing and brings the style sheet."""
    sheet = ipywidgets.HTML(f"<style>{style_text()}</style>")
    sheet.add_class("ll-style")
    return sheet
