"""The libraries of the extra `evaluate`, imported when used; a person without them is told how."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from legolab.errors import InputError


def library(name: str) -> Any:
    """A module such as "pandas" or "pyarrow.parquet".

    Raises:
        InputError: it is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name.partition(".")[0]:
            raise
        raise InputError(
            f"This needs {error.name}, not installed here: pip install 'legolab[evaluate]'"
        ) from None
