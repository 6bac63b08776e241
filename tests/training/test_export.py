"""What is exported beside the weights: descriptions that captions are completed from."""

import json

from legolab.generation.lexicon import CATEGORIES
from legolab.generation.prompt import describe
from legolab.training.export import DESCRIPTIONS_PER_CATEGORY, new_descriptions


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
    first = _read(new_descriptions(()))
    assert list(first) == list(CATEGORIES)
    assert {len(rows) for rows in first.values()} == {DESCRIPTIONS_PER_CATEGORY}
    known = {description for rows in first.values() for description in rows}
    second = _read(new_descriptions(known))
    assert {len(rows) for rows in second.values()} == {DESCRIPTIONS_PER_CATEGORY}
    assert not known.intersection(second["chair"]), "there are any number of chairs"
    again = sum(description in known for description in second["bowl"])
    assert 0 < again < DESCRIPTIONS_PER_CATEGORY, "of bowls there are few; new ones come first"
    assert second["bowl"][0] not in known


def test_the_same_descriptions_every_time() -> None:
    assert new_descriptions(()) == new_descriptions(())
