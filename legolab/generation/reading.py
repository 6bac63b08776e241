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

PAUSES = frozenset((",", ".", ";"))

_STOPS = frozenset((".", ";", "and", "with", "but", "no", "or", "that", "which"))
_EMPHASIS = frozenset(("it", "is", "really", "very", "quite", "so", "rather"))
_SHORT = 2  # words of a clause that may speak of the whole
_ARTICLES = frozenset(("a", "an", "the", "some"))
NUMBERS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen", "twenty"),
)
_SAME = {
    "without": "no",
    "not": "no",
    "nor": "or",
    "big": "large",
    "huge": "large",
    "giant": "large",
    "little": "small",
    "tiny": "small",
    "mini": "small",
}

_UNIT = r"\s*(?P<unit>studs?|bricks?|layers?)?"
_NUMBER = r"(?<![\w.,-])(?P<figure>-?\d{1,30})"
_SIZE = re.compile(_NUMBER + _UNIT + r"\s*(?P<way>wide|broad|deep|long|high|tall)\b", re.ASCII)
_PLAN = re.compile(_NUMBER + r"\s*(?:x|by)\s*(?P<other>\d{1,6})\b", re.ASCII)
_ENDS = re.compile(r"\s*($|[^\sa-z]|(and|but|by|with)\b)", re.ASCII)


def read_words(text: str) -> list[str]:
    """Lower-case words and pauses; figures up to twenty in words, articles gone, synonyms as one.

    >>> read_words("A big chair without arms, 4 legs")
    ['large', 'chair', 'no', 'arms', ',', 'four', 'legs']
    """
    plain = re.sub(r"n['’]t\b", " not", text.lower()).replace("-", " ")
    plain = re.sub(r"[!?]+", ".", plain)
    words = [_SAME.get(word, word) for word in re.findall(r"[a-z]+|\d+|[,.;]", plain, re.ASCII)]
    words = [
        NUMBERS[int(word)] if word.isdigit() and int(word) < len(NUMBERS) else word
        for word in words
    ]
    return _spread_denial([word for word in words if word not in _ARTICLES])


@cache
def read_phrase(phrase: str) -> tuple[str, ...]:
    """The words of a phrase of the lexicon; every caption asks for all of them again."""
    return tuple(read_words(phrase))


def _spread_denial(words: list[str]) -> list[str]:
    """ "no arms or legs" as "no arms no legs"."""
    denying = False
    spread: list[str] = []
    for word in words:
        if word == "or" and denying:
            spread.append("no")
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
        elif word in _STOPS | PAUSES:
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
    """The short clauses that follow a pause: of "chair, tall and wide, no arms", "tall" and "wide".

    What comes after "and" counts as long as all before it was as short: "legs thick and short" says
    nothing of the whole. Leading "it is" and words such as "very" are left out.

    Args:
        words: to look in.
        start: where to begin to look for pauses.
    """
    found: list[range] = []
    pauses = [at for at in range(start, len(words)) if words[at] in PAUSES]
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
) -> range | None:
    """Where a phrase stands among words.

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
            if words[at] in _STOPS:
                return None
        return None

    for start, word in enumerate(words):
        at: int | None = start if same(word, phrase[0]) else None
        for wanted in phrase[1:]:
            at = None if at is None else following(wanted, at + 1)
        if at is not None:
            return range(start, at + 1)
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
    for match in _SIZE.finditer(plain):
        if match["unit"] or _ENDS.match(plain, match.end()):
            way = {"broad": "wide", "tall": "high"}.get(match["way"], match["way"])
            yield Size(int(match["figure"]), way)
