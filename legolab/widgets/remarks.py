"""Sentences for the person: how a model came out, and what to do where none did. No widgets."""

from __future__ import annotations

from legolab.errors import Cancelled, EngineError, LegolabError
from legolab.generation.coloring import paint_in_words
from legolab.generation.result import Generation


def count_of(result: Generation) -> str:
    """How many bricks."""
    bricks = len(result.structure)
    return f"{bricks} brick{'s' * (bricks != 1)}"


def remarks(result: Generation) -> list[str]:
    """What a person should know of how it came out.

    Its notes tell what was changed, how much stayed, and what the inventory lacks.
    """
    said = list(result.notes)
    if result.kept and not any(f" {result.kept} of " in note for note in result.notes):
        said.append(f"It goes on from {result.kept} brick{'s' * (result.kept != 1)}.")
    if result.paint:
        said.append(f"Painted {paint_in_words(result.paint)}.")
    if result.differences:
        said.append(f"It came out with {', '.join(map(str, result.differences))}.")
    if not result.trace.finished and not result.missing:
        said.append("It had more to build than the bricks it was allowed.")
    return said


def in_words(error: LegolabError) -> str:
    """What a person can do about it."""
    match error:
        case Cancelled():
            return "It was stopped from elsewhere. Ask again."
        case EngineError():
            return f"The model's process is being started anew. Ask again. ({error})"
        case _:
            return str(error)
