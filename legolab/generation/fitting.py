"""Descriptions whose parts fit each other: a high back over high legs needs height.

What fits is told by descriptions that are known to. Knows no words and no bricks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from legolab.generation.lexicon import Category, Choice, Value

MAX_SIZE = 20
"""Studs or layers a side."""

_FEW = 8  # known descriptions, from which nothing can be told
_ROUNDS = 4  # in which measures give way to each other

Limits = Mapping[str, tuple[int, int]]
"""Measure -> the least and most it may be."""


def described(category: Category, known: Sequence[Sequence[Value]]) -> list[dict[str, Value]]:
    """Known descriptions, each a list of values in the lexicon's order, by the names of fields."""
    names = [field.name for field in category.fields]
    return [dict(zip(names, row, strict=True)) for row in known]


def fitted(
    fields: Mapping[str, Value],
    fixed: frozenset[str],
    category: Category,
    known: Sequence[Sequence[Value]],
    within: Limits | None = None,
) -> dict[str, Value]:
    """A description whose parts fit each other, as near to the given one as can be.

    What fits is told by known descriptions: how far the difference of two measures goes in those
    that share a choice. Heights give way first, then other measures, then a choice.

    Args:
        fields: the complete description.
        fixed: names of fields that stay as they are.
        category: what it describes.
        known: descriptions, values in the lexicon's order.
        within: measures that may move so far and no further.

    Returns:
        The description; the given one where nothing near it fits.
    """
    rows = described(category, known)
    choices = [field for field in category.fields if isinstance(field, Choice)]
    names = [choice.name for choice in choices]
    found = with_measures(fields, fixed, rows, names, within)
    if found is not None:
        return found
    for choice in choices:
        for value in choice.words:
            if choice.name in fixed or value == fields[choice.name]:
                continue
            other = {**fields, choice.name: value}
            found = with_measures(other, fixed, rows, names, within)
            if found is not None:
                return found
    return dict(fields)


def with_measures(
    fields: Mapping[str, Value],
    fixed: frozenset[str],
    rows: Sequence[Mapping[str, Value]],
    choices: Sequence[str],
    within: Limits | None = None,
) -> dict[str, Value] | None:
    """The measures moved to where they fit the choices; None where they cannot be.

    Args:
        fields, fixed, within: as for `fitted`.
        rows: known descriptions.
        choices: names of the fields that are no measures.
    """
    measures = [name for name in fields if name not in choices]
    pairs = [(one, other) for one in measures for other in measures if one != other]
    low = dict.fromkeys(pairs, -MAX_SIZE) | dict.fromkeys(measures, 0)
    high = dict.fromkeys([*pairs, *measures], MAX_SIZE)
    for choice in choices:
        alike_in = [row for row in rows if row[choice] == fields[choice]]
        if len(alike_in) < _FEW:
            continue
        values = {name: np.array([int(row[name]) for row in alike_in]) for name in measures}
        spans: dict[Any, NDArray[np.int64]] = {
            **values,
            **{(one, other): values[one] - values[other] for one, other in pairs},
        }
        for key, found in spans.items():
            low[key] = max(low[key], int(found.min()))
            high[key] = min(high[key], int(found.max()))
    for name, (least, most) in (within or {}).items():
        low[name], high[name] = max(low[name], least), min(high[name], most)
    moved = {name: int(fields[name]) for name in measures}
    free = sorted((n for n in measures if n not in fixed), key=lambda name: name != "height")
    for _ in range(_ROUNDS):
        for name in free:
            least = max(low[name], *(moved[m] + low[name, m] for m in measures if m != name))
            most = min(high[name], *(moved[m] + high[name, m] for m in measures if m != name))
            near = min(max(moved[name], least), max(least, most))
            moved[name] = min(max(near, low[name]), high[name])
    fits = all(low[m] <= moved[m] <= high[m] for m in free) and all(
        low[one, other] <= moved[one] - moved[other] <= high[one, other] for one, other in pairs
    )
    return {**fields, **moved} if fits else None
