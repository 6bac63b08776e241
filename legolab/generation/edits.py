"""A change in words, "make the back higher", as a change of the description it speaks of.

A change is read clause by clause: what is to go, to be more or less, to come, or to be as the
lexicon has words for. Knows words and descriptions, not bricks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import NamedTuple

from legolab.errors import CaptionError
from legolab.generation.coloring import WHOLE, color_name, part_named, read_paint
from legolab.generation.comparing import (
    COMPARATIVES,
    DOWN,
    SIDES,
    SIZES,
    UP,
    VERTICAL,
    Comparative,
    amount,
    comparative_in,
    moved,
    normal,
    number,
)
from legolab.generation.fitting import MAX_SIZE, described, fitted, with_measures
from legolab.generation.lexicon import ALIASES, CATEGORIES, Category, Choice, Detail, Value
from legolab.generation.prompt import Brief, check_caption, wishes_in
from legolab.generation.reading import NUMBERS, PAUSES, alike, find, read_phrase, read_words
from legolab.generation.wishes import choices, counts, sayings, spoken, without
from legolab.generation.wordtable import singulars

_LEADS = frozenset(("it", "into", "be", "this", "that", "to", "as", "like", "of"))
_FILLERS = frozenset(
    (
        *("make", "paint", "turn", "change", "set", "have", "color", "colour", "please", "instead"),
        *("can", "could", "you", "i", "want", "would", "like", "should", "is", "are", "be", "in"),
        *("whole", "thing", "all", "it", "this", "that", "into", "to", "now", "of", "with", "so"),
        *("its", "both", "everything", "model", "get", "off", "away", "out", "from", "on", "too"),
    )
)
"""Words that ask for nothing by themselves."""

_JOINTS = frozenset((*PAUSES, "and", "but", "with"))
_PREPOSITIONS = frozenset(("at", "below", "in", "on", "over", "to", "underneath", "with"))
_VAGUE = frozenset(("none", "yes", *SIZES, *NUMBERS))  # values that are said of many things
_FEET = ("leg", "foot", "wheel", "arm")
_REACH = 4  # words between a part and what it is to be: "change the back to a low one"


@dataclass(frozen=True)
class Change:
    """A description after a change, and what was changed, in words.

    Attributes:
        brief: the description; what was changed in it counts as asked.
        paint: part -> LDraw colour code.
        told: what was changed.
        notes: sentences for the person on what of it cannot be had.
    """

    brief: Brief
    paint: Mapping[str, int]
    told: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Built:
    """What is there before a change, and how far each measure goes in what is known."""

    category: Category
    fields: Mapping[str, Value]
    limits: Mapping[str, tuple[int, int]]


class _Clause(NamedTuple):
    """Words between pauses, and the pause or the word that joins them to those before."""

    joint: str
    words: list[str]


_Asked = dict[str, Value]
"""Field -> its new value, which may be what it is already."""


def change(words: str, brief: Brief, known: Sequence[Sequence[Value]]) -> Change:
    """Read what is to be changed.

    >>> fields = {"body": "boxy", "head": "wide", "neck": 7, "width": 8, "depth": 2, "height": 16}
    >>> fields |= {"west": 0, "east": 8, "south": 18, "north": 20}
    >>> from legolab.generation.lexicon import LEVELS
    >>> fields |= {"first": 7, "second": 14} | dict.fromkeys(LEVELS[2:], 16)
    >>> change("make it wider", Brief("guitar", fields, frozenset()), [
    ...     ["boxy", "wide", 7, 6, 2, 14, 0, 6, 18, 20, 5, 12, 14, 14, 14, 14],
    ...     ["boxy", "wide", 7, 14, 2, 18, 0, 14, 18, 20, 9, 16, 18, 18, 18, 18]]).told
    ('width from 8 to 10',)

    Args:
        words: a person's.
        brief: what was built.
        known: descriptions of the category that fit, values in the lexicon's order; sizes stay
            within theirs, but for those given in figures.

    Raises:
        CaptionError: nothing in it speaks of what can be changed, or it is so already.
    """
    check_caption(words)
    category = CATEGORIES[brief.category]
    built = _Built(category, brief.fields, _limits(category, known))
    said = read_words(words)
    paint, _, _ = read_paint(said, category.name, is_named=False)
    asked, more, notes = _read(normal(said), built)
    sizes, amiss = wishes_in(words, (), category)
    asked |= {name: wish.nearest(brief.fields[name]) for name, wish in sizes.items()}
    fields = dict(brief.fields)
    if any(fields[name] != value for name, value in asked.items()):
        fields = _with_choices(fields, asked, more - sizes.keys(), category, known) or fitted(
            {**fields, **asked}, frozenset(asked), category, known
        )
    changed = [name for name, value in fields.items() if value != brief.fields[name]]
    told = [
        f"{name} from {brief.fields[name]} to {fields[name]}"
        for name in changed
        if not isinstance(category.field(name), Detail)
    ]
    told += [
        f"{'all' if part == WHOLE else part} in {color_name(code)}" for part, code in paint.items()
    ]
    notes += amiss
    if not told:
        raise CaptionError(_refusal(words, built, asked, notes))
    after = replace(brief, fields=fields, asked=frozenset(changed))
    return Change(after, paint, tuple(told), tuple(notes))


def _refusal(words: str, built: _Built, asked: Mapping[str, Value], notes: Sequence[str]) -> str:
    plain = "".join(letter for letter in " ".join(words.split()) if letter.isprintable())
    plain = plain if len(plain) <= 60 else plain[:57] + "..."
    already = ", ".join(
        f"{name} is at {value} already{', as far as I go' * (value in built.limits.get(name, ()))}"
        for name, value in asked.items()
    )
    can = ", ".join(f.name for f in built.category.fields if not isinstance(f, Detail))
    return " ".join(
        (
            f"I cannot change that of this {built.category.name}{already and f': {already}'}.",
            *notes,
            f'I read "{plain}"; what can be changed is {can}, and colours.',
        )
    )


def _limits(category: Category, known: Sequence[Sequence[Value]]) -> Mapping[str, tuple[int, int]]:
    """The smallest and largest value of every measure people speak of, among known ones."""
    limits = {}
    for index, field in enumerate(category.fields):
        if not isinstance(field, Choice | Detail):
            values = [int(row[index]) for row in known]
            limits[field.name] = min(values), max(values)
    return limits


def _read(words: Sequence[str], built: _Built) -> tuple[_Asked, set[str], list[str]]:
    """What a change asks, fields of which it asks more or less, and notes on what cannot be had."""
    gone, come, more = _Asked(), _Asked(), _Asked()
    rest: list[str] = []
    going = False
    category = built.category
    clauses = list(_clauses(words, category))
    for at, (joint, clause) in enumerate(clauses):
        following = clauses[at + 1] if at + 1 < len(clauses) else _Clause(";", [";"])
        going = "remove" in clause or (
            going and joint == "and" and all(_is_part(word, category) for word in clause)
        )
        if going:
            gone |= _removed(clause, built)
        elif (comparative := _comparative(clause, category)) is not None:
            before = clauses[at - 1].words if at else []
            subject = _subject(_Clause(joint, clause), before, following, category)
            more |= _compared(comparative, clause, subject, built)
        elif "add" in clause and (added := _added(clause, built)):
            come |= added
        elif (comparative := _shared(clause, following, category)) is not None:
            more |= _compared(comparative, following.words, clause, built)
        else:
            rest += [joint, *clause]
    stated, notes = _stated(rest, built)
    return gone | stated | come | more, {*more}, notes


def _clauses(words: Sequence[str], category: Category) -> Iterator[_Clause]:
    """The clauses without their colours; those that speak of a colour alone are left out."""
    joint, clause = ";", list[str]()
    for word in (*words, ";"):
        if word not in _JOINTS:
            clause.append(word)
            continue
        if clause:
            paint, left, _ = read_paint(clause, category.name, is_named=False)
            if left and not (paint and all(_is_filler(word, category) for word in left)):
                yield _Clause(joint, left)
            joint = ";"
        joint = word if word in ("and", "with") else joint
        clause = []


def _is_filler(word: str, category: Category) -> bool:
    """Whether a word beside a colour asks for nothing more."""
    if word in _FILLERS or part_named(word, category.name):
        return True
    return any(alike(word, noun) for phrase in category.nouns for noun in read_phrase(phrase))


def _comparative(words: Sequence[str], category: Category) -> str | None:
    """The comparative in a clause; None where a phrase has it: "a lower shelf"."""
    for choice in choices(category):
        for phrase in sayings(choice):
            if COMPARATIVES.keys() & {*phrase} and find(phrase, words):
                return None
    return comparative_in(words)


def _subject(
    clause: _Clause, before: Sequence[str], following: _Clause, category: Category
) -> Sequence[str]:
    """The words that a comparative speaks of; by itself, it shares those of its neighbour.

    "Thicker and longer legs", "legs longer and thicker".
    """
    words = clause.words
    if "it" in words or any(_is_part(word, category) for word in words):
        return words
    if words[-1] in COMPARATIVES and following.joint == "and":
        return following.words if following.words[0] in COMPARATIVES else words
    return before if clause.joint == "and" and words[0] in COMPARATIVES else words


def _shared(clause: Sequence[str], following: _Clause, category: Category) -> str | None:
    """The comparative that a part shares with the next one: "make the back and legs higher"."""
    named = [word for word in clause if word not in _FILLERS]
    is_part = bool(named) and all(_is_part(word, category) for word in named)
    if not is_part or following.joint != "and" or following.words[0] in COMPARATIVES:
        return None
    return _comparative(following.words, category)


def _head(phrase: Sequence[str]) -> str:
    """The noun of a phrase: "wing" of "wing at back"."""
    end = next((at for at, word in enumerate(phrase) if word in _PREPOSITIONS), len(phrase))
    return phrase[max(0, end - 1)]


def _is_part(word: str, category: Category) -> bool:
    """Whether a word names a part or a measure, and not the whole."""
    if part_named(word, category.name) or word in SIDES:
        return True
    fields = (field for field in category.fields if not isinstance(field, Detail))
    if any(alike(word, field.name) for field in fields):
        return True
    nouns = (_head(read_phrase(text)) for text, _, _ in spoken(category) if text[0] != "^")
    return word not in SIZES and any(alike(word, noun) for noun in nouns)


def _choice_of(nouns: Sequence[str], category: Category) -> Choice | None:
    """The choice that nouns speak of: by its name, or by the noun of what is said of it."""
    known = choices(category)
    named = (choice for noun in nouns for choice in known if alike(noun, choice.name))
    meant = (
        choice
        for noun in nouns
        for choice in known
        if noun not in SIZES and any(alike(noun, _head(p)) for p in sayings(choice) if p)
    )
    return next(named, None) or next(meant, None)


def _compared(
    comparative: str, words: Sequence[str], subject: Sequence[str], built: _Built
) -> _Asked:
    """What a comparative asks: of a part that is named, else of the whole.

    Args:
        comparative: a key of COMPARATIVES.
        words: its clause, which may say by how much.
        subject: the words that name what it speaks of.
        built: what is there.
    """
    than, by, fields = COMPARATIVES[comparative], amount(words), built.fields
    nouns = [word for word in subject if word not in COMPARATIVES and word not in _FILLERS]

    def to(name: str) -> _Asked:
        return {name: moved(int(fields[name]), than.way, by, built.limits[name])}

    named = next((n for n in built.limits for noun in nouns if alike(noun, n)), None)
    if named is not None and comparative in VERTICAL:
        return to(named)  # a higher hull, where a longer one is a longer boat
    already: _Asked = {}
    for name, value in _so(than, nouns, built.category):
        if value is None:
            return to(name)
        if value != fields[name]:
            return {name: value}
        already[name] = value
    if named is not None:
        return to(named)
    if not than.measures and "size" not in nouns:
        return _counted(nouns, than.way * (by.number or 1), built)
    if any(_is_part(noun, built.category) for noun in nouns):
        # A taller mast is a taller whole; a high back cannot be higher still.
        is_high = any(value in SIZES for value in already.values())
        stands = any(alike(noun, foot) for noun in nouns for foot in _FEET)
        rises = comparative in VERTICAL and not is_high and not stands
        return to("height") if rises and "height" in built.limits else already
    if "size" in nouns:
        than = COMPARATIVES["bigger" if than.way == UP else "smaller"]
    asked: _Asked = {}
    for name in _of_whole(than, built):
        asked |= to(name)
    return asked


def _so(
    than: Comparative, nouns: Sequence[str], category: Category
) -> Iterator[tuple[str, str | None]]:
    """Field and value of the phrases that call a part so; None as value of a measure."""
    for positive in (*than.so, *than.parts):
        for text, name, wish in spoken(category):
            phrase = read_phrase(text)
            if text.startswith("^") or len(phrase) != 2 or phrase[0] != positive:
                continue
            is_size = wish.value is None or wish.value in SIZES
            called = (phrase[1], name) if is_size else phrase[1:]
            if any(alike(noun, word) for noun in nouns for word in called):
                yield name, wish.value


def _of_whole(than: Comparative, built: _Built) -> list[str]:
    """The measures of the whole that a comparative speaks of; the lexicon's words come first."""
    for positive in than.so:
        wishes, _ = wishes_in("", (positive,), built.category)
        if measures := [name for name in wishes if name in built.limits]:
            return measures
    category = built.category
    across = {"width": "depth", "depth": "width"}[category.long]
    ways = {"long": category.long, "across": across if category.drives else "width"}
    names = [ways.get(name, name) for name in than.measures]
    return [name for name in names if name in built.limits]


def _counted(nouns: Sequence[str], by: int, built: _Built) -> _Asked:
    """So many more or fewer of a part that is named; whether it is there, where that is all."""
    choice = _choice_of(nouns, built.category)
    if choice is None:
        return {}
    numbers, value = counts(choice), built.fields[choice.name]
    if not numbers:
        if {*choice.words} == {"yes", "none"}:
            value = "yes" if by > 0 else "none"
        return {choice.name: value}
    wanted = next(n for n, word in numbers.items() if word == value) + by
    within = [n for n in sorted(numbers, reverse=by < 0) if (n - wanted) * by >= 0]
    return {choice.name: numbers[within[0] if within else (max if by > 0 else min)(numbers)]}


def _added(words: Sequence[str], built: _Built) -> _Asked:
    """What is to come: one more, so many more, or what is not there yet; else the lexicon knows."""
    nouns = [word for word in words if word not in _FILLERS]
    choice = _choice_of(nouns, built.category)
    if choice is None:
        return {}
    figure = next((count for count in map(number, nouns) if count), None)
    if counts(choice) and (figure or not any(map(_is_plural, nouns))):
        return _counted(nouns, figure or 1, built)
    wishes, _ = wishes_in("", words, built.category)
    value = built.fields[choice.name]
    if wishes or value != "none":
        return {} if wishes else _counted(nouns, UP, built)
    typical = built.category.typical.get(choice.name, "none")
    others = [word for word in choice.words if word != "none"]
    return {choice.name: typical if typical in others else others[0]}


def _removed(words: Sequence[str], built: _Built) -> _Asked:
    """What is to go: one of several, or what can be left out."""
    nouns = [word for word in words if word not in _FILLERS and word != "remove"]
    choice = _choice_of(nouns, built.category)
    if choice is not None and counts(choice):
        figure = next((count for count in map(number, nouns) if count), None)
        if figure or not any(map(_is_plural, nouns)):
            return _counted(nouns, DOWN * (figure or 1), built)
    for other in choices(built.category):
        plain = without(other, "")
        if plain and any(alike(noun, str(built.fields[other.name])) for noun in nouns):
            return {other.name: plain}
    wishes, _ = wishes_in("", ("no", *nouns), built.category)
    if not wishes and choice is not None and "none" in choice.words:
        return {choice.name: "none"}
    return {name: wish.nearest(built.fields[name]) for name, wish in wishes.items()}


def _is_plural(word: str) -> bool:
    return next(singulars(word), None) is not None


def _stated(words: Sequence[str], built: _Built) -> tuple[_Asked, list[str]]:
    """What is to be so: values by their name, the lexicon's phrases, nouns; and notes."""
    left = list(words)
    asked = dict(_as_noun(left, built.category))
    for choice in choices(built.category):
        for value in {*choice.words} - _VAGUE:
            at = next((n for n, word in enumerate(left) if alike(word, value)), None)
            if at is None or left[max(0, at - 1)] == "no":
                continue
            asked[choice.name] = value
            left[at] = ";"
            if at + 1 < len(left):  # closed wagons are not to be wagons, too
                left[at + 1] = ";"
    wishes, notes = wishes_in("", left, built.category)
    by_phrase = {name: wish.nearest(built.fields[name]) for name, wish in wishes.items()}
    return {**by_phrase, **dict(_behind(left, built)), **asked}, notes


def _as_noun(words: Sequence[str], category: Category) -> Mapping[str, str]:
    """What a noun means that the thing is to be: "make it a throne"."""
    known = {read_phrase(noun): means for noun, means in category.nouns.items()}
    known |= {
        read_phrase(a): means for a, (name, means) in ALIASES.items() if name == category.name
    }
    for noun in sorted(known, key=len, reverse=True):
        place = find(noun, words)
        if place is None:
            continue
        before = words[max(0, place[0] - 2) : place[0]]
        others = (*words[: place[0]], *words[place[-1] + 1 :])
        if _LEADS.intersection(before) or all(w in _FILLERS | _JOINTS for w in others):
            return known[noun]
    return {}


def _behind(words: Sequence[str], built: _Built) -> Iterator[tuple[str, Value]]:
    """What is said of a part after it: "change the back to none", "legs thick", "width 12"."""
    for at, noun in enumerate(words):
        for place in range(at + 1, min(at + 1 + _REACH, len(words))):
            following = words[place + 1] if place + 1 < len(words) else ";"
            if words[place] in _JOINTS or _is_part(following, built.category):
                break
            found = list(_so_of(noun, words[place], built))
            yield from found
            if found:
                break


def _so_of(noun: str, word: str, built: _Built) -> Iterator[tuple[str, Value]]:
    """The fields that a word says something of when it is said of a noun."""
    for field in built.category.fields:
        if isinstance(field, Detail) or not alike(noun, field.name):
            continue
        if isinstance(field, Choice):
            if word in field.words:
                yield field.name, word
        elif 0 < (number(word) or 0) <= MAX_SIZE:
            yield field.name, number(word) or 0
    for text, name, wish in spoken(built.category):
        phrase = read_phrase(text)
        if len(phrase) == 2 and phrase[0] == word and alike(phrase[1], noun):
            yield name, wish.nearest(built.fields[name])


def _with_choices(
    fields: Mapping[str, Value],
    asked: Mapping[str, Value],
    more: Set[str],
    category: Category,
    known: Sequence[Sequence[Value]],
) -> dict[str, Value] | None:
    """What is to be more or less, as far as that goes with the choices as they are.

    A chair that is to be lower keeps its back, and becomes less low.

    Args:
        fields: as it was.
        asked: new values.
        more: which of them are measures that may stop on the way.
        category: what it is.
        known: descriptions.
    """
    rows, names = described(category, known), {choice.name for choice in choices(category)}
    measures = {name: (int(fields[name]), int(asked[name])) for name in more if name not in names}
    furthest = max((abs(to - at) for at, to in measures.values()), default=0)
    for step in range(furthest, 0, -1):
        on_the_way = {
            name: at + min(max(to - at, -step), step) for name, (at, to) in measures.items()
        }
        found = with_measures({**fields, **asked, **on_the_way}, frozenset(asked), category, rows)
        if found is not None:
            return found
    return None
