"""Reading English word by word: phrases with gaps, plurals, what is denied, sizes in figures.

Knows words, not what they mean to the model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from legolab.generation.wordtable import singulars

LINKS = frozenset(
    ("with", "that", "which", "featuring", "having", "has", "on", "in", "of", "no", "next", "near")
)
"""Words that end the naming of a subject."""

PLACES = frozenset(
    (
        *("for", "at", "by", "beside", "besides", "under", "behind", "between", "from", "like"),
        *("than", "carrying", "pulling", "holding", "against", "around", "to", "as", "instead"),
    )
)
"""Words that end it where there was a subject before them: not in "I would like a chair"."""

PAUSES = frozenset((",", ".", ";"))

_STOPS = frozenset((".", ";", "and", "with", "but", "no", "or", "that", "which"))
_APART = _STOPS | {"as", "than", "to", "is", "are", "whose"}
"""Words that do not stand within a phrase: "about as tall as its legs" tells of no tall legs."""

_VERBS = frozenset(("is", "are", "should", "must", "will"))
_EMPHASIS = _VERBS | {"it", "be", "really", "very", "quite", "so", "rather", "fairly", "pretty"}
_DENIED_UP_TO = _STOPS | PAUSES | {"on", "for", "in"}
_SHORT = 2  # words of a clause that may speak of the whole
_ARTICLES = frozenset(("a", "an", "the", "some"))
NUMBERS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen", "twenty"),
)
_SAME = {
    **dict.fromkeys(("without", "not", "non", "lacking", "lacks", "minus", "neither"), "no"),
    **dict.fromkeys(("sans", "excluding"), "no"),
    "nor": "or",
    **dict.fromkeys(("big", "huge", "giant", "enormous", "massive", "gigantic"), "large"),
    **dict.fromkeys(("little", "tiny", "mini"), "small"),
    **dict.fromkeys(("circular", "cylindrical", "rounded"), "round"),
}
_IDLE = frozenset(("any", "want", "need", "have", "like"))
"""Words after a "no" that say nothing: "I do not want any arms"."""

_WRITTEN = (
    (r"n['’]t\b", " not"),
    (r"\bw/o\b", "without"),
    (r"\bw/", "with "),
    (r"\b(a )?(couple|pair) of\b", "two"),
    (r"\bhalf a dozen\b", "six"),
    (r"\ba dozen\b", "twelve"),
    (r"-", " "),
    (r"[!?]+", "."),
)
"""What people write -> the same in words that are read."""

_OF_PARTS = {
    **{"armed": "arms", "backed": "back", "bodied": "body", "decked": "deck", "doored": "door"},
    **{"fronted": "front", "handled": "handle", "hulled": "hull", "legged": "legs"},
    **{"lidded": "lid", "masted": "mast", "necked": "neck", "rimmed": "rim", "roofed": "roof"},
    **{"seated": "seat", "sided": "sides", "tiered": "tiers", "topped": "top", "walled": "walls"},
    **{"wheeled": "wheels"},
}
"""Words of "a wide-rimmed bowl" that speak of a part -> the part."""

_UNIT = r"\s*(?P<unit>studs?|bricks?|layers?)?"
_NUMBER = r"(?<![\w.,-])(?P<figure>-?\d{1,30})"
_SIZE = re.compile(_NUMBER + _UNIT + r"\s*(?P<way>wide|broad|deep|long|high|tall)\b", re.ASCII)
_BY = r"\s*(?:x|by)\s*"
_PLAN = re.compile(rf"{_NUMBER}{_BY}(?P<other>\d{{1,6}})(?:{_BY}(?P<third>\d{{1,6}}))?\b", re.ASCII)
_ENDS = re.compile(r"\s*($|[^\sa-z]|(and|but|by|with)\b)", re.ASCII)


def read_words(text: str) -> list[str]:
    """Lower-case words and pauses; figures up to twenty in words, articles gone, synonyms as one.

    >>> read_words("A big chair without arms, 4 legs")
    ['large', 'chair', 'no', 'arms', ',', 'four', 'legs']
    >>> read_words("a high-backed bench lacking any arms or a roof")
    ['bench', 'no', 'arms', 'no', 'roof', ',', 'high', 'back']
    """
    words = [word for word in _deny_both(_written(text)) if word not in _ARTICLES]
    return _tell_parts(_spread_denial([_SAME.get(word, word) for word in words]))


def _written(text: str) -> list[str]:
    plain = text.lower()
    for pattern, same in _WRITTEN:
        plain = re.sub(pattern, same, plain)
    words = re.findall(r"[a-z]+|\d+(?:\.\d+)?|[,.;]", plain, re.ASCII)
    return [
        NUMBERS[int(word)] if word.isdigit() and int(word) < len(NUMBERS) else word
        for word in words
    ]


@cache
def read_phrase(phrase: str) -> tuple[str, ...]:
    """The words of a phrase of the lexicon; every caption asks for all of them again."""
    return tuple(_SAME.get(word, word) for word in _written(phrase) if word not in _ARTICLES)


def _deny_both(words: list[str]) -> list[str]:
    """ "without arms and legs" and "without arms, back or legs", all said with "or".

    Not "no arms and legs", where legs may be meant to be there, and not "and a back" at all.
    """
    said = list(words)
    for at, word in enumerate(words):
        if word == "without" and words[at + 2 : at + 3] == ["and"]:
            one, after = ([*words[at + 3 : at + 5], ".", "."])[:2]
            if one not in _ARTICLES | PAUSES and after in PAUSES:
                said[at + 2] = "or"
        if _SAME.get(word, word) == "no":
            for comma in _commas_before_or(words, at + 1):
                said[comma] = "" if words[comma + 1] == "or" else "or"
    return [word for word in said if word]


def _commas_before_or(words: list[str], start: int) -> list[int]:
    """Where the commas of a list of short items that begins here are, if an "or" ends it."""
    commas: list[int] = []
    length = 0
    for at in range(start, len(words)):
        if words[at] == "or":
            return commas
        if words[at] == ",":
            commas.append(at)
            length = 0
        elif words[at] not in _ARTICLES:
            length += 1
        if length > _SHORT or words[at] in _STOPS:
            break
    return []


def _tell_parts(words: list[str]) -> list[str]:
    """ "wide-rimmed bowl" as "bowl, wide rim"; what has no word before it stays."""
    left: list[str] = []
    parts: list[str] = []
    for word in words:
        if word in _OF_PARTS and left and left[-1] not in _STOPS | PAUSES:
            parts += [",", left.pop(), _OF_PARTS[word]]
        else:
            left.append(word)
    return left + parts


def _spread_denial(words: list[str]) -> list[str]:
    """ "no arms or legs" as "no arms no legs", and "no want any arms" as "no arms"."""
    denying = False
    spread: list[str] = []
    for word in words:
        if word == "or" and denying:
            spread.append("no")
            continue
        if word in _IDLE and spread[-1:] == ["no"]:
            continue
        denying = word == "no" or (denying and word not in _STOPS | PAUSES)
        spread.append(word)
    return spread


def denied(words: Sequence[str]) -> set[int]:
    """Places of the words that follow a "no", up to the next pause or "and"."""
    places: set[int] = set()
    denying = False
    for place, word in enumerate(words):
        if word == "no":
            denying = True
        elif word in _DENIED_UP_TO:
            denying = False
        elif denying:
            places.add(place)
    return places


@lru_cache(maxsize=4096)
def alike(one: str, other: str) -> bool:
    """Whether two words are one but for a plural.

    >>> alike("shelves", "shelf"), alike("bus", "buses"), alike("arm", "leg")
    (True, True, False)
    """
    return one == other or one in singulars(other) or other in singulars(one)


def is_slip(written: str, meant: str) -> bool:
    """Whether one slip lies between two words: a letter too many, too few, wrong, or two swapped.

    >>> is_slip("chiar", "chair"), is_slip("botle", "bottle"), is_slip("bench", "beach")
    (True, True, True)
    >>> is_slip("chair", "chair"), is_slip("tbale", "tables")
    (False, False)
    """
    if written == meant or abs(len(written) - len(meant)) > 1:
        return False
    same = next(
        (n for n, (a, b) in enumerate(zip(written, meant, strict=False)) if a != b),
        min(len(written), len(meant)),
    )
    rest, wanted = written[same:], meant[same:]
    if len(written) != len(meant):
        return rest[1:] == wanted or rest == wanted[1:]
    return rest[1:] == wanted[1:] or (rest[:2] == wanted[:2][::-1] and rest[2:] == wanted[2:])


def clauses(words: Sequence[str], start: int) -> list[range]:
    """The short clauses that may speak of the whole: "tall" and "wide" of "chair, tall and wide".

    They follow a pause, or "is" or "that is" right at the start. What comes after "and" counts as
    long as all before it was as short: "legs thick and short" says nothing of the whole. Leading
    "it is" and words such as "very" are left out.

    Args:
        words: to look in.
        start: where to begin to look for pauses; the subject is before it.
    """
    found: list[range] = []
    pauses = [at for at in range(start, len(words)) if words[at] in PAUSES]
    first = start + (words[start : start + 1] in (["that"], ["which"]))
    if _VERBS.intersection(words[first : first + 1]):
        pauses = [first - 1, *pauses]
    for pause, end in pairwise([*pauses, len(words)]):
        at = pause + 1
        while at < end:
            last = next((n for n in range(at, end) if words[n] == "and"), end)
            while at < last and words[at] in _EMPHASIS:
                at += 1
            if last - at > _SHORT:
                break
            found.append(range(at, last))
            at = last + 1
    return found


def find(
    phrase: Sequence[str], words: Sequence[str], gap: int = 0, plural: bool = True
) -> tuple[int, ...] | None:
    """Where the words of a phrase stand among words.

    Args:
        phrase: at least one word.
        words: to look in.
        gap: how many other words may stand between its own, none of them a stop.
        plural: whether a plural and its singular are the same.
    """

    def same(one: str, other: str) -> bool:
        return alike(one, other) if plural else one == other

    def following(wanted: str, start: int) -> int | None:
        for at in range(start, min(start + gap + 1, len(words))):
            if same(words[at], wanted):
                return at
            if words[at] in _APART:
                return None
        return None

    for start, word in enumerate(words):
        places = [start] if same(word, phrase[0]) else []
        for wanted in phrase[1:]:
            at = following(wanted, places[-1] + 1) if places else None
            places = [] if at is None else [*places, at]
        if places:
            return tuple(places)
    return None


@dataclass(frozen=True)
class Size:
    """A size in figures: "12 studs wide". `way` is wide, deep, long or high."""

    figure: int
    way: str


def read_sizes(text: str) -> Iterator[Size]:
    """The sizes a caption gives in figures.

    "4 long legs" is a count, not a size: without a unit the word of the way must end its phrase.

    >>> [*read_sizes("a table 12 studs wide and 7 high, with 4 long legs")]
    [Size(figure=12, way='wide'), Size(figure=7, way='high')]
    """
    plain = re.sub(r"(?<=[a-z\d])-(?=[a-z])", " ", text.lower())
    for place, word in enumerate(NUMBERS):
        plain = re.sub(rf"\b{word}\b", str(place), plain)
    for match in _PLAN.finditer(plain):
        yield Size(int(match["figure"]), "wide")
        yield Size(int(match["other"]), "deep")
        if match["third"]:
            yield Size(int(match["third"]), "high")
    for match in _SIZE.finditer(plain):
        if match["unit"] or _ENDS.match(plain, match.end()):
            way = {"broad": "wide", "tall": "high"}.get(match["way"], match["way"])
            yield Size(int(match["figure"]), way)
