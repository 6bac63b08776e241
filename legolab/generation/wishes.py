"""What words ask of a category's fields: the lexicon's phrases among them, and what cannot be had.

Knows the words after a subject was found in them, and no sizes in figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from legolab.generation.lexicon import PARTS, Category, Choice, Value
from legolab.generation.reading import (
    NUMBERS,
    PAUSES,
    alike,
    clauses,
    denied,
    find,
    read_phrase,
)

_GAP = 2  # words that may stand between the words of a phrase: "high straight back"
_SHOWN = 9  # digits of a number
_PAIR = 2
_IS = frozenset(("is", "are"))
_ENDS = frozenset((*PAUSES, "and", "with", "but", "please"))
_LISTS = ("with", "has", "having", "featuring", "and", "of")
_DEGREES = (
    frozenset(("small", "thin", "slim", "slender", "skinny", "narrow", "low", "short")),
    frozenset(("large", "thick", "wide", "broad", "high", "tall", "long", "fat", "chunky")),
)
"""Words for less of something, and for more."""

_LEFT_OUT = ("none", "flat", "open")  # what a choice is without what is denied


@dataclass(frozen=True)
class Wish:
    """What a caption asks of one field: one value, or a measure from `low` to `high`."""

    value: str | None = None
    low: int = 0
    high: int = 0

    def holds(self, value: Value) -> bool:
        """Whether a field's value fulfils the wish."""
        if self.value is not None:
            return value == self.value
        return self.low <= int(value) <= self.high

    def nearest(self, value: Value) -> Value:
        """The value that fulfils the wish and is nearest to `value`."""
        if self.value is not None:
            return self.value
        return min(max(int(value), self.low), self.high)


@dataclass
class Said:
    """What was read in words so far.

    Attributes:
        words: the words; ";" where one was understood.
        wishes: field -> what is asked of it.
        phrases: field -> the words its wish was read from.
        heard: places of the words that were understood.
        notes: sentences for the person: what contradicts a wish, or cannot be had.
    """

    words: list[str]
    wishes: dict[str, Wish] = field(default_factory=dict)
    phrases: dict[str, str] = field(default_factory=dict)
    heard: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def hear(self, name: str, wish: Wish, phrase: str, place: Sequence[int]) -> None:
        """Take a wish. Of "four thick legs" the legs stay, that they may be heard to be thick."""
        self.wishes[name] = wish
        self.phrases[name] = phrase
        self.heard.update(place)
        is_shared = place[-1] - place[0] >= len(place) or self._is_one_of_two(place)
        for at in place[: -1 if is_shared else None]:
            self.words[at] = "" if is_shared else ";"

    def _is_one_of_two(self, place: Sequence[int]) -> bool:
        """Whether one more thing is said of the noun at its end: "long, thin legs"."""
        before = self.words[: place[0]]
        if before[-1:] == [","]:
            is_list = {*before[-3:-2]} & {*_LISTS, *NUMBERS}
            before = before[:-1] if is_list else []
        return len(place) > 1 and bool({*before[-1:]} & {*NUMBERS, *_DEGREES[0], *_DEGREES[1]})

    def refuse(self, name: str, phrase: str, place: Iterable[int]) -> None:
        """Note what cannot be had beside the wish that was taken."""
        taken = self.phrases[name]
        self.notes.append(f'I cannot build both "{taken}" and "{phrase}"; I took "{taken}".')
        for at in place:
            self.words[at] = ";"


def spoken(category: Category) -> Iterator[tuple[str, str, Wish]]:
    """Every phrase of a category, the field it speaks of, and what it asks."""
    for known in category.fields:
        if isinstance(known, Choice):
            for value in known.words:
                for phrase in known.phrases(value):
                    yield phrase, known.name, Wish(value)
        else:
            for span in known.spans:
                for phrase in filter(None, span.words.split("|")):
                    yield phrase, known.name, Wish(low=span.low, high=span.high)


def choices(category: Category) -> list[Choice]:
    """The fields that are choices."""
    return [known for known in category.fields if isinstance(known, Choice)]


def sayings(choice: Choice) -> list[tuple[str, ...]]:
    """Every phrase of a choice that stands after the noun, as words."""
    return [
        read_phrase(phrase)
        for value in choice.words
        for phrase in choice.phrases(value)
        if not phrase.startswith("^")
    ]


def read_wishes(words: list[str], category: Category, noun: Sequence[int]) -> Said:
    """The wishes among words.

    Longer phrases come first, parts by their name at last; each field and each word counts once.

    Args:
        words: as `reading.read_words` gives them.
        category: whose fields.
        noun: places of the words that name the subject; empty when none does.
    """
    no = denied(words)
    said = Said([";" if place in noun else word for place, word in enumerate(words)])
    before = noun[0] if noun else len(words)
    apart = [own for own in clauses(words, noun[-1] + 1 if noun else before) if own]
    phrases = sorted(spoken(category), key=lambda phrase: -len(read_phrase(phrase[0])))
    names = [phrase for phrase in phrases if len(read_phrase(phrase[0])) == 1]

    def place_of(text: str, plural: bool) -> Sequence[int] | None:
        place = _place(text, said.words, before, apart, plural)
        is_denied = "no" not in read_phrase(text) and no.intersection(place or ())
        return None if is_denied else place

    for some in (phrases[: -len(names) or None], names):
        for plural in (False, True):  # "carriages" is not "a carriage", unless nothing else is
            for text, name, wish in some:
                place = None if name in said.wishes else place_of(text, plural)
                if place is not None:
                    said.hear(name, wish, text.lstrip("^"), place)
        if some is not names:
            _read_degrees(said, phrases, no)
            _read_counts(said, category)
    for text, name, wish in phrases:
        taken = said.wishes.get(name, wish)
        if taken == wish or not _tells(text, said.phrases[name]):
            continue
        if (place := place_of(text, True)) is not None:
            said.refuse(name, text.lstrip("^"), place)
    _read_denials(said, category)
    return said


def _place(
    text: str, words: list[str], before: int, apart: list[range], plural: bool
) -> Sequence[int] | None:
    """Where the words of a phrase of the lexicon stand.

    A lone adjective speaks of the subject only in front of it, unlike "a high seat", or by itself
    after a pause.
    """
    phrase = read_phrase(text.lstrip("^"))
    within = words[:before] if text.startswith("^") else words
    gap = _GAP if len(phrase) > 1 and "no" not in phrase else 0
    place = find(phrase, within, gap, plural)
    if place is None and text.startswith("^"):
        return next((own for own in apart if (*words[own[0] : own[-1] + 1],) == phrase), None)
    if place is None and len(phrase) == _PAIR and "no" not in phrase:
        return _said_of(phrase, words, plural)
    return place


def _said_of(phrase: tuple[str, ...], words: list[str], plural: bool) -> Sequence[int] | None:
    """Where an adjective comes after its noun: "the back is high", "with its lid open"."""
    adjective, noun = phrase
    place = find((noun, adjective), [word if word not in _IS else "" for word in words], 1, plural)
    if place is None:
        return None
    between = words[place[0] + 1 : place[-1]]
    after = next(iter(words[place[-1] + 1 : place[-1] + 2]), ".")
    is_said = all(word in _IS for word in between) and after in _ENDS
    return place if is_said else None


def _read_degrees(said: Said, phrases: list[tuple[str, str, Wish]], no: set[int]) -> None:
    """Parts that are called small in a word that the lexicon has not for them: "a thin handle".

    Where it has another word of the kind for the part, that is meant: "a small handle".
    """
    for text, name, wish in phrases:
        phrase = read_phrase(text.lstrip("^"))
        kind = next((kind for kind in _DEGREES if phrase[0] in kind), None)
        if kind is None or len(phrase) != _PAIR or name in said.wishes:
            continue
        for adjective in sorted(kind - {phrase[0]}):
            place = _place(f"{adjective} {phrase[1]}", said.words, 0, [], True)
            if place is not None and not no.intersection(place):
                said.hear(name, wish, f"{adjective} {said.words[max(place)]}", place)
                break


def _tells(text: str, taken: str) -> bool:
    """Whether a phrase beside one that was taken asks for something else.

    A part by its name does not, after "a low headboard"; it does after "no headboard".
    """
    is_name = len(read_phrase(text)) == 1 and not text.startswith("^")
    return not is_name or "no" in read_phrase(taken)


def _read_denials(said: Said, category: Category) -> None:
    """What is not to be there where no phrase says so: "no lid" of a piano, "no legs" of a chair.

    A choice that can be without it is; else it is noted.
    """
    for at, word in enumerate(said.words):
        place: tuple[int, ...] = (at - 1, at)
        if word.endswith("less"):
            word, place = word.removesuffix("less"), (at,)
        elif word == ";" or not at or said.words[at - 1] != "no":
            continue
        choice = _named(word, category)
        if choice is None:
            if any(alike(word, part) for part in PARTS[category.name]):
                said.notes.append(f"I cannot build a {category.name} with no {word}.")
            continue
        value = without(choice, word)
        if choice.name in said.wishes:
            if said.wishes[choice.name] != Wish(value):
                said.refuse(choice.name, f"no {word}", place)
        elif value is None:
            said.notes.append(f"I cannot build a {category.name} with no {word}.")
        else:
            said.hear(choice.name, Wish(value), f"no {word}", place)


def _named(word: str, category: Category) -> Choice | None:
    """The choice that a word names, or one of whose values it names: "mast"."""
    known = choices(category)
    return next(
        (choice for choice in known if alike(word, choice.name)),
        next((c for c in known for p in sayings(c) if len(p) == 1 and alike(word, p[0])), None),
    )


def without(choice: Choice, word: str) -> str | None:
    """What a choice is without a part of that name: "none", or plain; None where it has to be."""
    can = _LEFT_OUT[:1] if alike(word, choice.name) else _LEFT_OUT
    return next((value for value in can if value in choice.words), None)


def _read_counts(said: Said, category: Category) -> None:
    """How many of a part there cannot be: "90 tiers". The nearest is taken where any number is.

    Numbers of which there is a phrase were understood before.
    """
    for choice in choices(category):
        counted = [p for p in sayings(choice) if p[0] in NUMBERS and len(p) > 1]
        numbers = counts(choice)
        can = sorted({NUMBERS.index(p[0]) for p in counted} | numbers.keys())
        for at, word in enumerate(said.words):
            number = NUMBERS.index(word) if word in NUMBERS else int(word) if word.isdigit() else -1
            place, noun = _counted(said.words, at, counted)
            nouns = [phrase[-1] for phrase in counted if alike(noun, phrase[-1])]
            if number < 0 or not nouns:
                continue
            taken = ""
            if numbers and choice.name not in said.wishes:
                taken = numbers[min(numbers, key=lambda n: abs(n - number))]
                said.hear(choice.name, Wish(taken), f"{taken} {noun}", (at, place))
            if number not in can:
                possible = f"{either([NUMBERS[n] for n in can if n])} {max(nouns, key=len)}"
                shown = word if len(word) <= _SHOWN else f"{word[:_SHOWN]}..."
                said.notes.append(
                    f"I can build a {category.name} with {possible}, not {shown}"
                    f"{taken and f'; I took {taken}'}."
                )


def _counted(words: Sequence[str], at: int, counted: Iterable[Sequence[str]]) -> tuple[int, str]:
    """Where the noun is that a number counts, and the noun: "four open wagons"; ";" if none is."""
    for place in range(at + 1, min(at + 1 + _GAP, len(words))):
        if any(alike(words[place], phrase[-1]) for phrase in counted):
            return place, words[place]
        if words[place] in _ENDS:
            break
    return at, ";"


def counts(choice: Choice) -> Mapping[int, str]:
    """Number -> value of a choice that is a number of parts; empty when it is something else."""
    if not {*choice.words} <= {"none", *NUMBERS}:
        return {}
    return {0 if word == "none" else NUMBERS.index(word): word for word in choice.words}


def either(words: Iterable[str]) -> str:
    """As people list them.

    >>> either(["low", "high", "none"])
    'low, high or none'
    """
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
