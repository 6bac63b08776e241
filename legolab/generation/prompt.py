"""From a person's words to what the embedded model reads, and back in words.

The lexicon's phrases are looked for in the caption; what the caption leaves open is taken from a
whole description that comes with the model, so that the parts fit each other. Knows no bricks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

import numpy as np

from legolab.errors import CaptionError, InputError
from legolab.generation.coloring import read_paint
from legolab.generation.fitting import MAX_SIZE, fitted
from legolab.generation.lexicon import (
    ALIASES,
    CATEGORIES,
    PARTS,
    Category,
    Choice,
    Detail,
    Value,
)
from legolab.generation.reading import (
    LINKS,
    NUMBERS,
    PAUSES,
    PLACES,
    Size,
    alike,
    denied,
    find,
    is_slip,
    read_phrase,
    read_sizes,
    read_words,
)
from legolab.generation.wishes import Said, either, read_wishes, spoken
from legolab.generation.wishes import Wish as Wish
from legolab.generation.wordtable import Nearest, nearest, singulars, word_table

MAX_CAPTION = 1000
"""Characters."""

_WHOLE = ("width", "depth", "height")  # measures without which there is no room for anything

SURE = 0.5
"""Similarity from which a word that was never taught may stand for one that was."""

_NEAR = 0.12
"""Similarity from which a refusal names what comes nearest; "from" has .09, "hello" .05."""

_DRAWN = 4  # descriptions of which the most typical is taken

_REQUESTS = frozenset(
    ("want", "need", "make", "build", "create", "design", "give", "have", "draw", "get")
)
"""After these comes what is asked for: "my son likes to sit, so build him a bench"."""

_SAYS_NOTHING = PAUSES | _REQUESTS | {"i", "do", "please", "no", "we", "you", "can", "could", "me"}

_NO_NOUNS = frozenset(
    (
        *("for", "to", "from", "at", "by", "as", "like", "where", "when", "who", "while", "so"),
        *("please", "and", "or", "but", "it", "is", "are", "made", "standing", "open", "whose"),
        *(
            "about",
            "around",
            "should",
            "must",
            "too",
            "very",
            "rather",
            "just",
            "than",
            "up",
            "full",
            "parked",
        ),
        *NUMBERS,
    )
)
"""Words after a subject that do not make another thing of it, as "lamp" does of a table."""

_LEAST_MENDED = 4  # letters of a word in which a slip is looked for

_BRICK = re.compile(r"\d+ ?x ?\d+ ?\( ?\d+ ?, ?\d+ ?, ?\d+ ?\)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Understanding:
    """What was read in a caption."""

    category: str
    wishes: Mapping[str, Wish]  # field -> what is asked of it
    notes: tuple[str, ...]  # sentences for the person
    paint: Mapping[str, int] = field(default_factory=dict)  # part -> LDraw colour code


@dataclass(frozen=True)
class Brief:
    """What the model is to build: the complete description, and what of it the caption asked."""

    category: str
    fields: Mapping[str, Value]
    asked: frozenset[str]

    @property
    def text(self) -> str:
        """The canonical description."""
        return describe(self.category, self.fields)


def describe(category: str, fields: Mapping[str, Value]) -> str:
    """The canonical description of a shape, every field in the lexicon's order.

    >>> fields = {"body": "boxy", "head": "wide", "neck": 7, "width": 8, "depth": 2, "height": 16}
    >>> from legolab.generation.lexicon import LEVELS
    >>> details = {"west": 0, "east": 8, "south": 18, "north": 20} | dict.fromkeys(LEVELS, 16)
    >>> describe("guitar", fields | details)[:59]
    'guitar, body boxy, head wide, neck 7, width 8, depth 2, hei'
    """
    return ", ".join(
        (category, *(f"{field.name} {fields[field.name]}" for field in CATEGORIES[category].fields))
    )


def read_description(text: str) -> Brief:
    """A canonical description as `describe` writes it; nothing of it counts as asked.

    >>> text = "guitar, body boxy, head wide, neck 7, width 8, depth 2, height 16"
    >>> ground = "west 0, east 8, south 18, north 20"
    >>> levels = "first 7, second 14, third 16, fourth 16, fifth 16, sixth 16"
    >>> read_description(f"{text}, {ground}, {levels}").fields["width"]
    8

    Raises:
        InputError: it is not one.
    """
    category, *parts = text.split(", ")
    known = CATEGORIES.get(category)
    if known is None or len(parts) != len(known.fields):
        raise InputError(f"expected a description such as the model reads, got {text!r}")
    fields: dict[str, Value] = {}
    for wanted, part in zip(known.fields, parts, strict=True):
        name, _, value = part.partition(f"{wanted.name} ")
        is_right = value in wanted.words if isinstance(wanted, Choice) else value.isdecimal()
        if name or not is_right:
            raise InputError(f"expected {wanted.name} and a value of it, got {part!r}")
        fields[wanted.name] = value if isinstance(wanted, Choice) else int(value)
    return Brief(category, fields, frozenset())


def told(description: str) -> str:
    """A description as people are told it: without the details, which follow from the rest.

    >>> told("guitar, body boxy, head wide, neck 7, width 8, depth 2, height 16, "
    ...     "west 0, east 8, south 18, north 20, first 7, second 14, third 16")
    'guitar, body boxy, head wide, neck 7, width 8, depth 2, height 16'
    """
    category, *parts = description.split(", ")
    known = CATEGORIES.get(category)
    details = {field.name for field in known.fields if isinstance(field, Detail)} if known else ()
    return ", ".join((category, *(part for part in parts if part.split(" ")[0] not in details)))


def understand(caption: str) -> Understanding:
    """Read a caption.

    >>> understand("A tall tower with battlements").wishes["top"].value
    'battlements'

    Raises:
        CaptionError: it is empty, too long or names nothing the model knows.
    """
    check_caption(caption)
    words, slips = _mended(read_words(caption))
    category = _subject(words, caption).category
    paint, words, unpainted = read_paint(words, category.name)
    subject = _subject(words, caption)
    said = read_wishes(words, category, subject.place)
    sizes, amiss = _sizes(caption, category)
    # What is said outright counts for more than what a noun implies, and figures for most.
    wishes = {name: Wish(value) for name, value in subject.means.items()} | said.wishes | sizes
    notes = (
        *slips,
        *subject.notes,
        *_asides(words, subject, said),
        *said.notes,
        *amiss,
        *unpainted,
    )
    return Understanding(category.name, wishes, notes, paint)


def check_caption(caption: str) -> None:
    """Refuse what nobody can read.

    Raises:
        CaptionError: it is empty, too long, no text, or bricks.
    """
    if not caption.strip():
        raise CaptionError(
            'expected a caption such as "a chair with four legs and a high back", got nothing'
        )
    if len(caption) > MAX_CAPTION:
        raise CaptionError(
            f"expected a caption of at most {MAX_CAPTION:,} characters, got {len(caption):,}"
        )
    if any("\ud800" <= letter <= "\udfff" for letter in caption):
        raise CaptionError("expected a caption in UTF-8, got bytes that are not")
    if brick := _BRICK.search(caption):
        raise CaptionError(
            f"expected words, got the brick {brick[0]:.40}; bricks to go on from are given as a "
            "model to start with"
        )


def wishes_in(
    text: str, words: Sequence[str], category: Category
) -> tuple[dict[str, Wish], list[str]]:
    """What words without a subject ask of a category's fields, and what of it cannot be had.

    Args:
        text: the same, as it was written: sizes in figures are read from it.
        words: as `reading.read_words` gives them.
        category: whose fields.
    """
    said = read_wishes(list(words), category, range(0))
    sizes, amiss = _sizes(text, category)
    return said.wishes | sizes, [*said.notes, *amiss]


def with_fields(brief: Brief, fields: Mapping[str, Value]) -> Brief:
    """A description with some of its fields set by hand.

    >>> text = "guitar, body boxy, head wide, neck 7, width 8, depth 2, height 16"
    >>> ground = "west 0, east 8, south 18, north 20"
    >>> levels = "first 7, second 14, third 16, fourth 16, fifth 16, sixth 16"
    >>> brief = read_description(f"{text}, {ground}, {levels}")
    >>> with_fields(brief, {"width": 9}).fields["width"]
    9

    Raises:
        InputError: the category has no such field, or the field no such value.
    """
    check_fields(fields, brief.category)
    return replace(brief, fields={**brief.fields, **fields}, asked=brief.asked | frozenset(fields))


def check_fields(fields: Mapping[str, Value], category_name: str) -> None:
    """Refuse what cannot be set.

    Raises:
        InputError: the category has no such field, or the field no such value.
    """
    category = CATEGORIES[category_name]
    names = [field.name for field in category.fields]
    for name, value in fields.items():
        if name not in names:
            raise InputError(
                f"expected a field of a {category.name} ({', '.join(names)}), got {name!r:.40}"
            )
        known = category.field(name)
        if isinstance(known, Choice):
            if not isinstance(value, str) or value not in known.words:
                raise InputError(f"expected {name} {either(known.words)}, got {value!r:.40}")
            continue
        least = 1 if name in _WHOLE else 0
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if not is_number or not least <= int(value) <= MAX_SIZE:
            raise InputError(f"expected {name} from {least} to {MAX_SIZE}, got {value!r:.40}")


def _mended(words: list[str]) -> tuple[list[str], list[str]]:
    """The words with slips of the pen put right, where one known word could be meant, and notes."""
    mended, notes = [], []
    for word in words:
        meant = _meant(word)
        mended.append(meant or word)
        if meant:
            notes.append(f"I read {word} as {meant}.")
    return mended, notes


@lru_cache(maxsize=4096)
def _meant(word: str) -> str | None:
    """The lexicon's word that an unknown word is a slip of; None for none, or several."""
    if len(word) < _LEAST_MENDED or not word.isalpha() or word in _vocabulary():
        return None
    if word_table().find(word) is not None or _vocabulary().intersection(singulars(word)):
        return None
    # Hardly anyone gets the first letter wrong: "oars" are no cars.
    alike_at_first = (known for known in _vocabulary() if len(known) > 3 and known[0] == word[0])
    meant = {known for known in alike_at_first if is_slip(word, known)}
    return meant.pop() if len(meant) == 1 else None


@cache
def _vocabulary() -> frozenset[str]:
    """Every word that the lexicon knows."""
    phrases = [noun for category in CATEGORIES.values() for noun in category.nouns]
    phrases += [phrase.lstrip("^") for c in CATEGORIES.values() for phrase, _, _ in spoken(c)]
    return frozenset(word for phrase in (*phrases, *ALIASES) for word in read_phrase(phrase))


def complete(
    understood: Understanding, known: Sequence[Sequence[Value]], rng: np.random.Generator
) -> Brief:
    """Fill what a caption leaves open from one of the known descriptions.

    A few are drawn among those that fulfil the most wishes, and the most typical of these is taken,
    of several the one of the most usual size; wishes that even it does not fulfil are then written
    into it, and the rest gives way. Rather that of a size than that of a choice: what has a cap is
    cut into other layers than what has none, where a larger one is only stretched.

    Args:
        understood: what was read.
        known: descriptions of the category, each a list of values in the lexicon's order.
        rng: draws among equals.
    """
    names = [field.name for field in CATEGORIES[understood.category].fields]
    fulfilled = np.array(
        [
            sum(
                (len(names) if wish.value else 1) * wish.holds(row[names.index(name)])
                for name, wish in understood.wishes.items()
            )
            for row in known
        ]
    )
    best = np.flatnonzero(fulfilled == fulfilled.max())
    drawn = [dict(zip(names, known[int(rng.choice(best))], strict=True)) for _ in range(_DRAWN)]
    typical = CATEGORIES[understood.category].typical.items()
    sizes = {name: [int(known[int(n)][names.index(name)]) for n in best] for name in _WHOLE}
    usual = {name: float(np.median(measured)) for name, measured in sizes.items()}

    def typicality(row: Mapping[str, Value]) -> tuple[int, float]:
        unusual = sum(abs(int(row[name]) - size) for name, size in usual.items())
        return sum(row[name] == value for name, value in typical), -unusual

    taken = max(drawn, key=typicality)
    fields = dict(taken)
    for name, wish in understood.wishes.items():
        fields[name] = wish.nearest(fields[name])
    if any(not wish.holds(taken[name]) for name, wish in understood.wishes.items()):
        words = frozenset(name for name, wish in understood.wishes.items() if wish.value)
        within = {n: (w.low, w.high) for n, w in understood.wishes.items() if not w.value}
        fields = fitted(fields, words, CATEGORIES[understood.category], known, within)
    return Brief(understood.category, fields, frozenset(understood.wishes))


@dataclass(frozen=True)
class _Subject:
    """The category a caption speaks of."""

    category: Category
    means: Mapping[str, str]  # what its noun already says
    place: Sequence[int]  # of the noun among the words; empty when it was found by meaning
    notes: tuple[str, ...] = ()


def _subject(words: list[str], caption: str) -> _Subject:
    """What a caption is about: a noun before the first "with", in the first part that has one.

    Of several there, the longest counts, then the last: "a garden bench", "a bus stop bench".

    Raises:
        CaptionError: it is about nothing that is known.
    """
    no = denied(words)
    named = list(_named(words))
    found = [subject for subject in named if not no.intersection(subject.place)] or named
    head = _head(words, found)
    within = [subject for subject in found if subject.place[0] in head]
    about = [words[at] for at in head if words[at] not in _SAYS_NOTHING and at not in no]
    if not within and (about or not found):
        return _by_meaning(about or words, caption)

    def rank(subject: _Subject) -> tuple[int, int, int]:
        part = sum(word in PAUSES | {"and"} for word in words[: subject.place[0]])
        return -part, len(subject.place), subject.place[-1]

    return max(within or found, key=rank)


def _head(words: list[str], found: list[_Subject]) -> range:
    """The words that name the subject: up to the first link; in "a model of a chair", the chair."""
    start = 0
    first = min((subject.place[0] for subject in found), default=0)
    for at, word in enumerate(words):
        if word in _REQUESTS and at < first:
            start = at + 1
    for at in range(start, len(words)):
        word = words[at]
        if word == "of" and not any(subject.place[0] < at for subject in found):
            start = at + 1
        elif word in LINKS and any(w not in _SAYS_NOTHING for w in words[start:at]):
            if word == "in" and "of" in words[at : at + 3]:  # "in the shape of"
                continue
            return range(start, at)
        elif word in PLACES and (not found or first < at) and start < at:
            return range(start, at)
    return range(start, len(words))


def _named(words: list[str]) -> Iterator[_Subject]:
    """Every noun of the lexicon that stands among the words."""
    for category in CATEGORIES.values():
        for noun, means in category.nouns.items():
            place = find(read_phrase(noun), words)
            if place is not None:
                yield _Subject(category, means, place)
    for alias, (name, means) in ALIASES.items():
        place = find(read_phrase(alias), words)
        if place is not None:
            yield _Subject(CATEGORIES[name], means, place, (f"I took {alias} to mean {name}.",))


def _asides(words: list[str], subject: _Subject, said: Said) -> Iterator[str]:
    """What a person should know of words that were passed over."""
    if not subject.place:
        return
    name = subject.category.name
    after = subject.place[-1] + 1
    following = words[after] if after < len(words) and after not in said.heard else ""
    if following not in _NO_NOUNS | PLACES and _nearest(following) is not None:
        noun = " ".join(words[at] for at in subject.place)
        yield f'I read "{noun} {following}" as {name}.'
    others = {
        other.category.name
        for other in _named(words)
        if other.category is not subject.category
        and not said.heard.union(subject.place).intersection(other.place)
        and not any(alike(words[other.place[-1]], part) for part in PARTS[name])
    }
    for other_name in sorted(others):
        yield f"I build one thing at a time: the {name}, not the {other_name}."


def _by_meaning(head: list[str], caption: str) -> _Subject:
    """The nearest category to the last word of the head that the word table knows.

    Raises:
        CaptionError: nothing is near enough.
    """
    first = head[: head.index("and")] if "and" in head else head
    known = [(word, near) for word in reversed(first) if (near := _nearest(word)) is not None]
    if known and known[0][1].similarity >= SURE:
        word, near = known[0]
        note = f"I took {word} to mean {near.name}."
        return _Subject(CATEGORIES[near.name], {}, range(0), (note,))
    can = ", ".join(CATEGORIES)
    shown = "".join(letter for letter in " ".join(caption.split()) if letter.isprintable())
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    is_near = known and known[0][1].similarity >= _NEAR
    close = f" The nearest I know to {known[0][0]} is {known[0][1].name}." if is_near else ""
    raise CaptionError(f'I cannot build "{shown}" yet.{close} I know: {can}.')


def _nearest(word: str) -> Nearest | None:
    if not word.isalpha() or word in LINKS:
        return None
    return nearest(word, tuple(CATEGORIES))


def _sizes(caption: str, category: Category) -> tuple[dict[str, Wish], list[str]]:
    """Sizes given in figures as wishes, and a note for each that cannot be had."""
    wishes: dict[str, Wish] = {}
    notes: list[str] = []
    sizes = list(read_sizes(caption))
    for size in sizes:
        name = _measure(size, sizes, category)
        if not 1 <= size.figure <= MAX_SIZE:
            notes.append(f"I can build from 1 to {MAX_SIZE} studs or layers, not {size.figure}.")
        else:
            wish = Wish(low=size.figure, high=size.figure)
            if wishes.setdefault(name, wish) != wish:
                taken = wishes[name].low
                notes.append(
                    f"I cannot build both {taken} and {size.figure} in {name}; I took {taken}."
                )
    return wishes, notes


def _measure(size: Size, sizes: list[Size], category: Category) -> str:
    """Which measure a size speaks of: "wide" is across, where "long" is along."""
    if size.way == "high":
        return "height"
    if size.way == "deep":
        # A deep bowl is a high one.
        return next((name for text, name, _ in spoken(category) if text == "^deep"), "depth")
    if size.way == "long":
        return category.long
    long_too = any(other.way == "long" for other in sizes)
    across = {"width": "depth", "depth": "width"}[category.long]
    return across if long_too or category.drives else "width"
