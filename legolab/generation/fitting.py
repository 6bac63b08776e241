"""Descriptions whose parts fit each other: a high back over high legs needs height.

What fits is told by descriptions that are known to. Knows no words and no bricks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from legolab.generation.lexicon import LEVELS, Category, Choice, Detail, Value

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
    that share a choice. Details follow the rest; of that, heights give way first, then other
    measures, then a choice.

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
    found = with_measures(fields, fixed, category, rows, within)
    if found is not None:
        return found
    for choice in (field for field in category.fields if isinstance(field, Choice)):
        for value in choice.words:
            if choice.name in fixed or value == fields[choice.name]:
                continue
            other = {**fields, choice.name: value}
            found = with_measures(other, fixed, category, rows, within)
            if found is not None:
                return found
    return dict(fields)


def with_details(
    fields: Mapping[str, Value],
    fixed: frozenset[str],
    category: Category,
    known: Sequence[Sequence[Value]],
) -> dict[str, Value]:
    """The details moved to where they fit what people speak of, as near as they come to it.

    Args:
        fields, category, known: as for `fitted`.
        fixed: names of details that stay as they are.
    """
    spoken = frozenset(f.name for f in category.fields if not isinstance(f, Detail))
    rows = described(category, known)
    found = with_measures(fields, spoken | fixed, category, rows, is_strict=False)
    assert found is not None
    return found


def with_measures(
    fields: Mapping[str, Value],
    fixed: frozenset[str],
    category: Category,
    rows: Sequence[Mapping[str, Value]],
    within: Limits | None = None,
    is_strict: bool = True,
) -> dict[str, Value] | None:
    """The measures moved to where they fit the choices; None where they cannot be.

    Args:
        fields, fixed, category, within: as for `fitted`.
        rows: known descriptions.
        is_strict: whether they have to fit, details aside, which come as near to it as they can.
    """
    names = [field.name for field in category.fields if not isinstance(field, Choice)]
    details = [
        names.index(field.name)
        for field in category.fields
        if isinstance(field, Detail) and field.name not in fixed
    ]
    spoken = [at for at in range(len(names)) if at not in details]
    bounds = _bounds(fields, category, rows)
    for name, (least, most) in (within or {}).items():
        at = names.index(name)
        bounds.low[at], bounds.high[at] = max(bounds.low[at], least), min(bounds.high[at], most)
    moved = np.array([int(fields[name]) for name in names])
    free = sorted(
        (at for at in spoken if names[at] not in fixed), key=lambda at: names[at] != "height"
    )
    for at in free * _ROUNDS:
        bounds.move(moved, at, spoken)
    if is_strict and not bounds.hold(moved, free, spoken):
        return None
    for at in details:  # a level that stood for the top does so still
        if names[at] in LEVELS and fields[names[at]] == fields["height"]:
            moved[at] = moved[names.index("height")]
    for done, at in enumerate(details):  # what follows follows what went before
        bounds.move(moved, at, [*spoken, *details[:done]])
    for at in details * _ROUNDS:
        bounds.move(moved, at, range(len(names)))
    return {**fields, **dict(zip(names, map(int, moved), strict=True))}


@dataclass(frozen=True)
class _Bounds:
    """Between which measures lie, and the difference of one (row) and another (column)."""

    low: NDArray[np.int64]  # [measures]
    high: NDArray[np.int64]
    least: NDArray[np.int64]  # [measures, measures]
    most: NDArray[np.int64]

    def move(self, measures: NDArray[np.int64], at: int, others: Sequence[int]) -> None:
        """One measure to where the others, and its own bounds, let it be."""
        others = [other for other in others if other != at]
        low, high = int(self.low[at]), int(self.high[at])
        least = max([low, *(measures[others] + self.least[at, others])])
        most = min([high, *(measures[others] + self.most[at, others])])
        near = min(max(measures[at], least), max(least, most))
        measures[at] = min(max(near, low), high)

    def hold(self, measures: NDArray[np.int64], own: Sequence[int], among: Sequence[int]) -> bool:
        """Whether some measures keep their own bounds, and some the ones between them."""
        apart = (measures[:, None] - measures)[np.ix_(among, among)]
        block = np.ix_(among, among)
        return bool(
            (self.low[own] <= measures[own]).all()
            and (measures[own] <= self.high[own]).all()
            and (self.least[block] <= apart).all()
            and (apart <= self.most[block]).all()
        )


def _bounds(
    fields: Mapping[str, Value], category: Category, rows: Sequence[Mapping[str, Value]]
) -> _Bounds:
    """What known descriptions keep to that share a choice with these fields."""
    names = [field.name for field in category.fields if not isinstance(field, Choice)]
    size = len(names)
    low, high = np.zeros(size, int), np.full(size, MAX_SIZE)
    least, most = np.full((size, size), -MAX_SIZE), np.full((size, size), MAX_SIZE)
    known = np.array([[int(row[name]) for name in names] for row in rows], int).reshape(-1, size)
    for choice in (field.name for field in category.fields if isinstance(field, Choice)):
        alike = known[[row[choice] == fields[choice] for row in rows]]
        if len(alike) < _FEW:
            continue
        apart = alike[:, :, None] - alike[:, None, :]
        low, high = np.maximum(low, alike.min(axis=0)), np.minimum(high, alike.max(axis=0))
        least = np.maximum(least, apart.min(axis=0))
        most = np.minimum(most, apart.max(axis=0))
    return _Bounds(low, high, least, most)
