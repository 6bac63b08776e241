"""What is exported beside the weights: descriptions that captions are completed from."""

import json

from legolab.generation.lexicon import CATEGORIES
from legolab.generation.prompt import describe
from legolab.training.export import new_descriptions

COUNT = 8


def _read(text: str) -> dict[str, list[str]]:
    """Canonical descriptions by category."""
    return {
        name: [
            describe(name, dict(zip((f.name for f in CATEGORIES[name].fields), row, strict=True)))
            for row in rows
        ]
        for name, rows in json.loads(text).items()
    }


def test_descriptions_are_of_shapes_not_trained_on_as_far_as_there_are() -> None:
    first = _read(new_descriptions((), COUNT))
    assert list(first) == list(CATEGORIES)
    assert {len(rows) for rows in first.values()} == {COUNT}
    known = {description for rows in first.values() for description in rows}
    second = _read(new_descriptions(known, COUNT))
    assert {len(rows) for rows in second.values()} == {COUNT}
    assert not known.intersection(second["chair"]), "there are any number of chairs"


class _Everything(frozenset[str]):
    def __contains__(self, _: object) -> bool:
        return True


def test_where_all_were_trained_on_they_are_taken_all_the_same() -> None:
    assert new_descriptions(_Everything(), COUNT) == new_descriptions((), COUNT)


def test_the_same_descriptions_every_time() -> None:
    assert new_descriptions((), COUNT) == new_descriptions((), COUNT)
