"""A change in words, "make the back higher", as a change of the description it speaks of.

Knows words and descriptions, not bricks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from legolab.errors import CaptionError
from legolab.generation.coloring import WHOLE, color_name, read_paint
from legolab.generation.lexicon import CATEGORIES, Category, Choice, Value
from legolab.generation.prompt import MAX_SIZE, Brief, check_caption, wishes_in
from legolab.generation.reading import alike, read_phrase, read_words

_UP, _DOWN = 1, -1

_COMPARED: Mapping[str, tuple[str, ...]] = {
    "higher": ("high", "tall", "long"),
    "taller": ("tall", "high", "long"),
    "longer": ("long", "tall"),
    "wider": ("wide", "large", "broad"),
    "broader": ("wide", "large"),
    "deeper": ("deep",),
    "bigger": ("large", "wide", "tall"),
    "larger": ("large", "wide", "tall"),
    "thicker": ("thick", "wide"),
    "fatter": ("thick", "wide"),
    "lower": ("low", "short"),
    "shorter": ("short", "low"),
    "narrower": ("narrow", "slim", "small"),
    "slimmer": ("slim", "narrow", "thin"),
    "thinner": ("thin", "slim", "narrow"),
    "smaller": ("small", "short", "narrow"),
    "shallower": ("shallow", "low"),
    "flatter": ("flat", "low"),
    "more": (),
    "another": (),
    "fewer": (),
    "less": (),
}
"""Comparative -> what it would be called when it is so, in the lexicon's words."""

_FALLING = frozenset(
    (
        *("lower", "shorter", "narrower", "slimmer", "thinner", "smaller", "shallower", "flatter"),
        *("fewer", "less"),
    )
)
_MEASURES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("higher", "taller", "lower", "shorter", "flatter", "shallower"), ("height",)),
    **dict.fromkeys(("wider", "broader", "narrower", "slimmer", "thinner"), ("width",)),
    **dict.fromkeys(("thicker", "fatter"), ("width",)),
    "deeper": ("depth",),
    "longer": ("long",),
    **dict.fromkeys(("bigger", "larger", "smaller"), ("width", "depth", "height")),
}
"""Comparative -> the measures of the whole that it speaks of; "long" is the category's own way."""

_RANKS: Mapping[str, int] = {
    **{"none": 0, "low": 1, "short": 1, "small": 1, "thin": 1, "plain": 1, "one": 1},
    **{"yes": 2, "high": 2, "tall": 2, "long": 2, "large": 2, "big": 2, "thick": 2, "wide": 2},
    **{"two": 2, "three": 3, "four": 4, "five": 5, "six": 6},
}
"""Words of choices that can be put in order."""

_REMOVED = frozenset(("remove", "delete", "drop", "lose", "take"))
_ADDED = frozenset(("add", "give", "put"))
_FEW = 8  # known descriptions, from which nothing can be told
_ROUNDS = 4  # in which measures give way to each other
_LEAST_STEP, _STEP = 2, 5  # a size changes by so many studs, or by one part in so many


@dataclass(frozen=True)
class Change:
    """A description after a change, and what was changed, in words."""

    brief: Brief
    paint: Mapping[str, int]  # part -> colour code
    told: tuple[str, ...]


def change(words: str, brief: Brief, known: Sequence[Sequence[Value]]) -> Change:
    """Read what is to be changed.

    >>> fields = {"foot": "none", "shape": "round", "width": 10, "height": 6}
    >>> change("make it wider", Brief("bowl", fields, frozenset()), [["none", "round", 8, 5],
    ...     ["none", "round", 16, 7]]).told
    ('width from 10 to 12',)

    Args:
        words: a person's.
        brief: what was built.
        known: descriptions of the category the model was trained on, values in the lexicon's
            order; sizes stay within theirs.

    Raises:
        CaptionError: nothing in it speaks of what can be changed, or it is so already.
    """
    check_caption(words)
    category = CATEGORIES[brief.category]
    paint, said = read_paint(read_words(words), category.name)
    fields = dict(brief.fields)
    limits = _limits(category, known)
    already: list[str] = []
    asked = _asked(said, category, fields, limits)
    for name, value in asked.items():
        if fields[name] == value:
            already.append(f"{name} is {value} already")
    if any(fields[name] != value for name, value in asked.items()):
        fields = fitted({**fields, **asked}, frozenset(asked), category, known)
    changed = [name for name, value in fields.items() if value != brief.fields[name]]
    told = [f"{name} from {brief.fields[name]} to {fields[name]}" for name in changed]
    told += [
        f"{'all' if part == WHOLE else part} in {color_name(code)}" for part, code in paint.items()
    ]
    if not told:
        seen = f": the {' and the '.join(already)}" if already else ""
        can = ", ".join(field.name for field in category.fields)
        raise CaptionError(
            f'I cannot change that of this {category.name}{seen}. I read "{_shown(words)}"; '
            f"what can be changed is {can}, and colours."
        )
    return Change(replace(brief, fields=fields, asked=frozenset(changed)), paint, tuple(told))


def _shown(words: str) -> str:
    plain = "".join(letter for letter in " ".join(words.split()) if letter.isprintable())
    return plain if len(plain) <= 60 else plain[:57] + "..."


def _limits(category: Category, known: Sequence[Sequence[Value]]) -> Mapping[str, tuple[int, int]]:
    """The smallest and largest value of every measure among known descriptions."""
    limits = {}
    for index, field in enumerate(category.fields):
        if not isinstance(field, Choice):
            values = [int(row[index]) for row in known]
            limits[field.name] = min(values), max(values)
    return limits


def _asked(
    words: Sequence[str],
    category: Category,
    fields: Mapping[str, Value],
    limits: Mapping[str, tuple[int, int]],
) -> dict[str, Value]:
    """Field -> its new value."""
    plain = [_as_denial(words, at) for at in range(len(words))]
    compared = [word for word in plain if word in _COMPARED]
    if compared:
        return _compared(plain, compared[0], category, fields, limits)
    wishes = wishes_in(" ".join(words), plain, category)
    asked = {name: wish.nearest(fields[name]) for name, wish in wishes.items()}
    asked = asked or _named(plain, category)
    if not asked and any(word in _ADDED for word in words):
        part = _choice_named(plain, category)
        if part is not None:
            asked[part.name] = _stepped(part, fields[part.name], _UP)
    return asked


def _as_denial(words: Sequence[str], at: int) -> str:
    return "no" if words[at] in _REMOVED else words[at]


def _compared(
    words: Sequence[str],
    comparative: str,
    category: Category,
    fields: Mapping[str, Value],
    limits: Mapping[str, tuple[int, int]],
) -> dict[str, Value]:
    """What a comparative asks: of a part that is named, else of the whole."""
    way = _DOWN if comparative in _FALLING else _UP
    others = [word for word in words if word != comparative]
    for positive in _COMPARED[comparative]:
        alone = wishes_in("", [positive], category)
        for word in others:
            wishes = wishes_in("", [*read_phrase(f"{positive} {word}")], category)
            for name, wish in wishes.items():
                if name in alone:
                    continue
                if wish.value is None:
                    return {name: _moved(int(fields[name]), way, limits[name])}
                if wish.value != fields[name]:
                    return {name: wish.value}
    named = _choice_named(others, category)
    if named is not None:
        return {named.name: _stepped(named, fields[named.name], way)}
    measure = next((n for n in limits for word in others if alike(word, n)), None)
    if measure is not None:
        return {measure: _moved(int(fields[measure]), way, limits[measure])}
    asked: dict[str, Value] = {}
    for measure in _MEASURES.get(comparative, ()):
        measure = category.long if measure == "long" else measure
        if measure in limits:
            asked[measure] = _moved(int(fields[measure]), way, limits[measure])
    return asked


def _moved(value: int, way: int, limits: tuple[int, int]) -> int:
    """A measure a fifth larger or smaller, by two at least, as far as is known."""
    low, high = limits
    step = max(_LEAST_STEP, round(value / _STEP))
    return min(max(value + way * step, min(low, value)), max(high, value))


def fitted(
    fields: Mapping[str, Value],
    fixed: frozenset[str],
    category: Category,
    known: Sequence[Sequence[Value]],
) -> dict[str, Value]:
    """A description whose parts fit each other, as near to the given one as can be.

    A high back over high legs needs height. What fits is told by known descriptions: how far the
    difference of two measures goes in those that share a choice. Heights give way first, then other
    measures, then a choice.

    Args:
        fields: the complete description.
        fixed: names of fields that stay as they are.
        category: what it describes.
        known: descriptions, values in the lexicon's order.
    """
    names = [field.name for field in category.fields]
    rows = [dict(zip(names, row, strict=True)) for row in known]
    choices = [field for field in category.fields if isinstance(field, Choice)]
    found = _with_measures(fields, fixed, rows, [choice.name for choice in choices])
    if found is not None:
        return found
    for choice in choices:
        for value in choice.words:
            if choice.name in fixed or value == fields[choice.name]:
                continue
            other = {**fields, choice.name: value}
            found = _with_measures(other, fixed, rows, [c.name for c in choices])
            if found is not None:
                return found
    return dict(fields)


def _with_measures(
    fields: Mapping[str, Value],
    fixed: frozenset[str],
    rows: Sequence[Mapping[str, Value]],
    choices: Sequence[str],
) -> dict[str, Value] | None:
    """The measures moved to where they fit these choices; None where they cannot be."""
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
    moved = {name: int(fields[name]) for name in measures}
    free = sorted((n for n in measures if n not in fixed), key=lambda name: name != "height")
    for _ in range(_ROUNDS):
        for name in free:
            least = max(low[name], *(moved[m] + low[name, m] for m in measures if m != name))
            most = min(high[name], *(moved[m] + high[name, m] for m in measures if m != name))
            moved[name] = min(max(moved[name], least), max(least, most))
    fits = all(low[m] <= moved[m] <= high[m] for m in free) and all(
        low[one, other] <= moved[one] - moved[other] <= high[one, other] for one, other in pairs
    )
    return {**fields, **moved} if fits else None


def _choice_named(words: Sequence[str], category: Category) -> Choice | None:
    """The choice whose name stands among words."""
    for field in category.fields:
        if isinstance(field, Choice) and any(alike(word, field.name) for word in words):
            return field
    return None


def _named(words: Sequence[str], category: Category) -> dict[str, Value]:
    """The choice that has one of the words as its value, where just one has: "a pedestal"."""
    found = {
        field.name: value
        for field in category.fields
        if isinstance(field, Choice)
        for value in field.words
        if value not in _RANKS and any(alike(word, value) for word in words)
    }
    return dict(found) if len(found) == 1 else {}


def _stepped(choice: Choice, value: Value, way: int) -> Value:
    """The next value of a choice up or down, in the order of its words; itself at the end."""
    order = sorted((word for word in choice.words if word in _RANKS), key=_RANKS.__getitem__)
    if value not in order:
        return value
    at = order.index(str(value)) + way
    return order[at] if 0 <= at < len(order) else value
