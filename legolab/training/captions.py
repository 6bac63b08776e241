"""Captions as people write them, from what is true of a shape and the words of the lexicon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from legolab.generation.lexicon import CATEGORIES, Category, Value
from legolab.training.shapes.canvas import Dice

_ADJECTIVES = ("", "", "", "", "simple ", "basic ", "modern ", "classic ", "plain ")
_NAMED = (0, 1, 1, 2, 2, 3, 3, 4, 6, 9)  # fields: from a bare noun to some fifty words
_LINKS = (" with ", " with ", " with ", " featuring ", " that has ", " having ")


@dataclass(frozen=True)
class Written:
    """A caption, and the fields it speaks of."""

    text: str
    named: frozenset[str]


def write_caption(category_name: str, fields: Mapping[str, Value], dice: Dice) -> Written:
    """A caption that is true of the shape and names up to nine of its fields.

    Args:
        category_name: one of the lexicon's categories.
        fields: the complete description of the shape.
        dice: decides which fields are named and in which words.
    """
    category = CATEGORIES[category_name]
    noun, implied = _noun(category, fields, dice)
    before: list[str] = []
    after: list[str] = []
    speakable = [
        field
        for field in category.fields
        if field.name not in implied and field.phrases(fields[field.name])
    ]
    named = set(implied)
    for field in dice.sample(speakable, dice.choice(_NAMED)):
        phrase = dice.choice(field.phrases(fields[field.name]))
        if not phrase.startswith("^"):
            after.append(phrase)
        elif len(before) < 2:
            before.append(phrase[1:])
        else:
            continue
        named.add(field.name)
    body = dice.choice(_ADJECTIVES) + "".join(f"{word} " for word in before) + noun
    text = _article(body, dice) + body
    if after:
        text += (
            dice.choice(_LINKS) + _listed(after, dice)
            if dice.chance(0.85)
            else ", " + ", ".join(after)
        )
    return Written(text + "." if dice.chance(0.5) else text, frozenset(named))


def _noun(category: Category, fields: Mapping[str, Value], dice: Dice) -> tuple[str, set[str]]:
    """A noun whose meaning is true of the shape, and the fields it already speaks of."""
    true = [
        noun
        for noun, means in category.nouns.items()
        if all(fields[name] == value for name, value in means.items())
    ]
    plain = dice.chance(0.4) and category.name in true
    noun = category.name if plain else dice.choice(true)
    return noun, set(category.nouns.get(noun, {}))


def _article(body: str, dice: Dice) -> str:
    article = dice.choice(("A ", "A ", "a ", "a ", ""))
    return article.replace("A ", "An ").replace("a ", "an ") if body[0] in "aeiou" else article


def _listed(phrases: list[str], dice: Dice) -> str:
    if len(phrases) == 1:
        return phrases[0]
    return ", ".join(phrases[:-1]) + dice.choice((" and ", ", and ", " and ")) + phrases[-1]
