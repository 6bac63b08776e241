"""Colour words in a caption, and the parts they speak of: "a red chair with black legs".

Knows words and colour codes, not bricks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from legolab.bricks.colors import COLOR_WORDS, PALETTE, find_color
from legolab.errors import InputError
from legolab.generation.lexicon import CATEGORIES, PARTS
from legolab.generation.reading import PAUSES, alike, denied, read_phrase

WHOLE = "whole"
"""The part that every brick belongs to which no other part with a colour claims."""

SECOND = "stripes"
"""Every other layer of the whole: "a red and white tower"."""

_COLORS = sorted((read_phrase(words) for words in COLOR_WORDS), key=len, reverse=True)
_FIRST = frozenset(color[0] for color in _COLORS)
_OPEN = frozenset(("in", "is", "are", "painted", "colored", "coloured", "all", "made", "and"))
_SINGLES = frozenset((*PAUSES, "and", "with", "on", "but", "no"))
_ALSO: Mapping[str, tuple[str, ...]] = {
    **{"arms": ("armrest",), "back": ("backrest",), "cap": ("stopper",), "lid": ("cover",)},
    **{"chimney": ("smokestack", "funnel"), "wheels": ("tyre", "tire"), "head": ("headstock",)},
}
"""Part -> what else it is called."""

_OF_A_PART = frozenset(("with", "has", "having", "featuring"))
_OPENING = _OF_A_PART | {"in", "is", "are", "painted", "colored", "coloured", "made", "on", "all"}
_ALL = frozenset(
    (
        *("color", "colors", "colour", "colours", "paint", "finish", "bricks", "tones", "accents"),
        *("body", "frame", "walls", "sides", "please", "details", "trim", "or", "exterior"),
    )
)
"""Words after a colour that speak of all there is."""

_JOINS = frozenset((*PAUSES, "and", "with", "or"))
_NEAR = 3  # words that may stand between a part and its colour


def read_paint(
    words: Sequence[str], category: str, is_named: bool = True
) -> tuple[dict[str, int], list[str], list[str]]:
    """The colours in a caption's words, the words without them, and what cannot be painted.

    >>> read_paint(["red", "chair", "with", "black", "legs", "and", "blue", "screws"], "chair")
    ({'whole': 4, 'legs': 0}, ['chair', 'with', 'legs', 'and', 'screws'], \
['I cannot paint the screws of a chair.'])

    Args:
        words: as `reading.read_words` gives them.
        category: whose parts may be spoken of.
        is_named: whether the words name the thing itself, as captions do and changes need not.
    """
    no = denied(words)
    found = [(place, code) for place, code in _colors(words) if place[0] not in no]
    nouns = _nouns(words if is_named else (*words, category), category)
    paint: dict[str, int] = {}
    notes: list[str] = []
    for (place, code), (last, _) in zip(found, [(range(0), 0), *found], strict=False):
        part = _part_of(words, place, category, nouns)
        if part == WHOLE and (unknown := _unknown_part(words, place, nouns)):
            notes.append(f"I cannot paint the {unknown} of a {category}.")
            continue
        if part == WHOLE and WHOLE in paint:
            between = words[last[-1] + 1 : place[0]]
            if not is_named and not _JOINS.issuperset(between):  # "make the red chair blue"
                del paint[WHOLE]
            elif code != paint[WHOLE]:
                part = SECOND
        paint.setdefault(part, code)
    gone = {at for place, _ in found for at in place}
    left = [word for at, word in enumerate(words) if at not in gone]
    return paint, _tidy(left) if found else list(words), notes


def check_paint(paint: Mapping[str, int | str], category: str) -> dict[str, int]:
    """Colours by part as codes.

    Raises:
        InputError: the category has no such part, or there is no such colour.
    """
    parts = (WHOLE, SECOND, *PARTS[category])
    codes = {}
    for part, color in paint.items():
        if part not in parts:
            raise InputError(
                f"expected a part of a {category} to paint ({', '.join(parts)}), got {part!r}"
            )
        code = find_color(str(color))
        if code is None:
            raise InputError(f"expected a colour by name or LDraw code, got {color!r}")
        codes[part] = code
    return codes


def paint_in_words(paint: Mapping[str, int]) -> str:
    """Colours by part, for people.

    >>> paint_in_words({"whole": 4, "legs": 0})
    'red, legs black'
    """
    return ", ".join(
        color_name(code) if part == WHOLE else f"{part} {color_name(code)}"
        for part, code in paint.items()
    )


def color_name(code: int) -> str:
    """What a colour is called; its code where it has no name here."""
    known = PALETTE.get(code)
    return f"colour {code}" if known is None else known.name.lower().replace("_", " ")


def _colors(words: Sequence[str]) -> list[tuple[range, int]]:
    """Where colours stand among words, with their codes."""
    found: list[tuple[range, int]] = []
    at = 0
    while at < len(words):
        name = next((c for c in _COLORS if tuple(words[at : at + len(c)]) == c), None)
        if name is None:
            at += 1
            continue
        code = find_color(" ".join(name))
        assert code is not None
        found.append((range(at, at + len(name)), code))
        at += len(name)
    return found


def _part_of(words: Sequence[str], place: range, category: str, nouns: Set[str]) -> str:
    """The part a colour speaks of: the noun after it, or the one it is said of.

    Args:
        words: all of them.
        place: of the colour.
        category: whose parts.
        nouns: what the thing itself is called.
    """
    after = list(words[place[-1] + 1 : place[-1] + 1 + _NEAR + 1])
    for at, word in enumerate(after):
        joins = word == "and" and not at and after[1:2] and after[1] in _FIRST
        if (word in _SINGLES and not joins) or any(alike(word, noun) for noun in nouns):
            break
        if word in _FIRST and (at == 0 or after[at - 1] != "and"):
            break
        if (named := part_named(word, category)) is not None:
            return named
    before = words[max(0, place[0] - _NEAR) : place[0]]
    if before and (named := part_named(before[-1], category)) is not None:
        return named  # "make the legs black"
    if any(word in _OPEN - {"and"} for word in before):
        for word in reversed(before):
            if word in PAUSES:
                break
            if (named := part_named(word, category)) is not None:
                return named
    return WHOLE


def _unknown_part(words: Sequence[str], place: range, nouns: Set[str]) -> str | None:
    """What a colour in "with blue cushions" speaks of, no part that is known; None for the whole.

    Args:
        words: all of them.
        place: of the colour.
        nouns: what the thing itself is called.
    """
    opening = next(
        (word for word in reversed(words[: place[0]]) if word in _OPENING | PAUSES), None
    )
    told = next((n for n, word in enumerate(words) if any(alike(word, noun) for noun in nouns)), -1)
    if opening not in _OF_A_PART | PAUSES or not 0 <= told < place[0]:
        return None
    after = words[place[-1] + 1 : place[-1] + 2]
    speaks_of_all = not after or after[0] in _OPENING | _FIRST | _SINGLES | _ALL
    return None if speaks_of_all or any(alike(after[0], noun) for noun in nouns) else after[0]


def part_named(word: str, category: str) -> str | None:
    """The part that can have a colour and has this name, or is called so.

    >>> part_named("armrests", "chair"), part_named("sail", "chair")
    ('arms', None)
    """
    parts = (*PARTS[category], SECOND)
    names = ((name, part) for part in parts for name in (part, *_ALSO.get(part, ())))
    return next((part for name, part in names if alike(word, name)), None)


def _nouns(words: Sequence[str], category: str) -> Set[str]:
    """What the thing itself is called: a seat is a part of a chair, where there is a chair."""
    nouns = {noun for phrase in CATEGORIES[category].nouns for noun in read_phrase(phrase)[-1:]}
    others = {noun for noun in nouns if not any(alike(noun, part) for part in PARTS[category])}
    return others if any(alike(word, noun) for word in words for noun in others) else nouns


def _tidy(words: Sequence[str]) -> list[str]:
    """Words without what spoke of colours only: "chair in", "chair and", "and tower"."""
    left: list[str] = []
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else "."
        leads_nowhere = word in _OPEN and (following in PAUSES | {"and", "with"})
        if leads_nowhere or (word == "and" and not left):
            continue
        left.append(word)
    return left
