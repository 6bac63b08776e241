"""More and less in words: "taller", "too wide", "three studs higher", "twice as long".

Knows words and numbers, not what a category has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from legolab.generation.reading import NUMBERS, PAUSES, alike

UP, DOWN = 1, -1
SIDES = ("width", "depth", "height")


@dataclass(frozen=True)
class Comparative:
    """A way to be more or less.

    Attributes:
        way: up or down.
        so: what the whole is called when it is so, in the lexicon's words.
        parts: what else a part is called: longer legs are "tall legs".
        measures: the measures of the whole it speaks of where the lexicon has no word for it;
            "long" is the category's own way, "across" that of "wide".
    """

    way: int
    so: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()


COMPARATIVES: Mapping[str, Comparative] = {
    "higher": Comparative(UP, ("high", "tall"), ("long",), ("height",)),
    "taller": Comparative(UP, ("tall", "high"), ("long",), ("height",)),
    "longer": Comparative(UP, ("long",), ("tall",), ("long",)),
    "wider": Comparative(UP, ("wide", "broad"), ("large",), ("across",)),
    "deeper": Comparative(UP, ("deep",), (), ("depth",)),
    "bigger": Comparative(UP, (), ("large", "wide", "tall", "long"), SIDES),
    "thicker": Comparative(UP, (), ("thick", "wide"), ("across",)),
    "lower": Comparative(DOWN, ("low",), ("short",), ("height",)),
    "shorter": Comparative(DOWN, ("short",), ("low",), ("height",)),
    "narrower": Comparative(DOWN, ("narrow", "slim"), ("thin", "small"), ("across",)),
    "thinner": Comparative(DOWN, ("slim", "narrow"), ("thin",), ("across",)),
    "smaller": Comparative(DOWN, (), ("small", "short", "narrow", "slim"), SIDES),
    "shallower": Comparative(DOWN, ("shallow",), ("low",), ("depth",)),
    "flatter": Comparative(DOWN, ("flat",), ("low",), ("height",)),
    "more": Comparative(UP),
    "fewer": Comparative(DOWN),
}
VERTICAL = frozenset(("higher", "taller", "lower", "shorter"))

SIZES: Mapping[str, tuple[str, str]] = {
    **{"tall": ("taller", "lower"), "high": ("higher", "lower"), "low": ("lower", "higher")},
    **{"long": ("longer", "shorter"), "short": ("shorter", "longer")},
    **{"wide": ("wider", "narrower"), "broad": ("wider", "narrower")},
    **{"narrow": ("narrower", "wider"), "slim": ("thinner", "thicker")},
    **{"deep": ("deeper", "shallower"), "shallow": ("shallower", "deeper")},
    **{"large": ("bigger", "smaller"), "small": ("smaller", "bigger")},
    **{"big": ("bigger", "smaller"), "thick": ("thicker", "thinner"), "thin": ("thinner", "wider")},
    **{"many": ("more", "fewer"), "few": ("fewer", "more")},
}
"""Adjective -> its comparative, and that of its opposite: what is too tall is to be lower."""

_SAME: Mapping[str, str] = {
    **dict.fromkeys(("raise", "lift", "heighten"), "higher"),
    **dict.fromkeys(("lengthen", "extend", "stretch"), "longer"),
    **dict.fromkeys(("widen", "broaden", "broader"), "wider"),
    **dict.fromkeys(("larger", "enlarge", "expand"), "bigger"),
    **dict.fromkeys(("fatter", "thicken", "sturdier"), "thicker"),
    **dict.fromkeys(("slimmer", "slenderer"), "thinner"),
    **dict.fromkeys(("another", "extra", "additional", "increase"), "more"),
    **dict.fromkeys(("less", "reduce", "decrease"), "fewer"),
    **{"deepen": "deeper", "shorten": "shorter", "shrink": "smaller", "flatten": "flatter"},
    **dict.fromkeys(("delete", "drop", "lose", "take", "omit", "discard", "rid"), "remove"),
    **{"close": "closed", "shut": "closed"},
}
_ORDINALS = {"second": "two", "third": "three", "fourth": "four", "fifth": "five"}
_MUCH = frozenset(("much", "far", "lot"))
_BIT = frozenset(("bit", "slightly", "small"))  # "a little" is read as "small"
_TIMES: Mapping[str, float] = {"twice": 2.0, "double": 2.0, "half": 0.5}
_UNITS = ("stud", "layer", "brick")
_LEAST_STEP, _STEP = 2, 5  # a size changes by so many studs, or by one part in so many


@dataclass(frozen=True)
class Amount:
    """By how much: a number, or times a usual step; or as a multiple of what is there."""

    number: int | None = None
    steps: float = 1.0
    times: float | None = None


def normal(words: Sequence[str]) -> list[str]:
    """The words with one for all that mean the same, and without sizes in figures.

    "Add a third shelf" is "three shelf", for it does not add three.

    >>> normal(["legs", "too", "tall"]), normal(["lift", "it"]), normal(["no", "wide", "enough"])
    (['legs', 'lower'], ['higher', 'it'], ['wider'])
    """
    same = [
        _ORDINALS.get(word, _SAME.get(word, word))
        for at, word in enumerate(words)
        if word != "add" or not _ORDINALS.keys() & {*words[at + 1 : at + 3]}
    ]
    left: list[str] = []
    at = 0
    while at < len(same):
        size = _size(same, at)
        here, ahead = same[at], same[at + 1 : at + 4]
        skipped = here == "no" and ahead[:1] and ahead[0] in ("so", "as", "that", "too", "very")
        adjective = next(iter(ahead[bool(skipped) :]), "")
        enough = here == "no" and ahead[1:2] == ["enough"]
        if size:
            at += size
        elif adjective in SIZES and (here in ("too", "more", "fewer") or skipped or enough):
            left.append(SIZES[adjective][0 if here == "more" or enough else 1])
            at += 2 + bool(skipped) + enough
        else:
            left.append(here)
            at += 1
    return left


def _size(words: Sequence[str], at: int) -> int:
    """How many words of a size begin here: "ten studs wide", but not "four long legs"."""
    if number(words[at]) is None:
        return 0
    has_unit = at + 1 < len(words) and any(alike(words[at + 1], unit) for unit in _UNITS)
    way, after = words[at + 1 + has_unit : at + 2 + has_unit], words[at + 2 + has_unit :]
    ends = has_unit or not after or after[0] in (*PAUSES, "and", "but", "by", "with")
    return 2 + has_unit if way and way[0] in SIZES and ends else 0


def comparative_in(words: Sequence[str]) -> str | None:
    """The first comparative among words, as COMPARATIVES has it.

    >>> comparative_in(["make", "it", "wider"]), comparative_in(["twice", "as", "tall"])
    ('wider', 'taller')
    """
    found = next((word for word in words if word in COMPARATIVES), None)
    if found is None and amount(words).times is not None:
        return next((SIZES[word][0] for word in words if word in SIZES), "more")
    return found


def amount(words: Sequence[str]) -> Amount:
    """By how much: "three studs taller", "higher by two", "much wider", "twice as long".

    >>> amount(["two", "layers", "higher"]).number, amount(["half", "height"]).times
    (2, 0.5)
    """
    for at, word in enumerate(words[:-1]):
        if word in _TIMES and words[at + 1] in ("as", "size", *SIDES):
            return Amount(times=_TIMES[word])
    for at, word in enumerate(words):
        if (count := number(word)) is not None and _is_how_much(words, at):
            return Amount(number=count)
    if _MUCH.intersection(words):
        return Amount(steps=2)
    is_bit = any(word in _BIT and after in COMPARATIVES for word, after in pairwise(words))
    return Amount(steps=0.5 if is_bit else 1)


def _is_how_much(words: Sequence[str], at: int) -> bool:
    """Whether a number is a difference, and not that of "four longer legs"."""
    if at and words[at - 1] == "by":
        return True
    has_unit = at + 1 < len(words) and any(alike(words[at + 1], unit) for unit in _UNITS)
    comparative, *after = [*words[at + 1 + has_unit :], ""]
    ends = has_unit or not after[:-1] or after[0] == "please" or comparative in ("more", "fewer")
    return comparative in COMPARATIVES and ends


def number(word: str) -> int | None:
    """A number from one in words or digits; None for any other word.

    >>> number("three"), number("40"), number("legs")
    (3, 40, None)
    """
    if word.isdigit():
        return int(word[:9]) or None
    return NUMBERS.index(word) or None if word in NUMBERS else None


def moved(value: int, way: int, by: Amount, limits: tuple[int, int]) -> int:
    """A measure larger or smaller, a fifth and two at least where nothing else is said.

    Args:
        value: studs or layers.
        way: UP or DOWN.
        by: how much.
        limits: smallest and largest that is known; what lies outside already stays.
    """
    low, high = limits
    step = max(_LEAST_STEP, round(value / _STEP)) * by.steps if by.number is None else by.number
    wanted = value + way * max(1, round(step))
    if by.times is not None:
        wanted = max(1, round(value * by.times))
    return min(max(wanted, min(low, value)), max(high, value))
