"""What is exported beside the weights: descriptions that captions are completed from."""

import json

from legolab.bricks.structure import BrickStructure
from legolab.generation.features import Form
from legolab.generation.lexicon import CATEGORIES, Value
from legolab.generation.prompt import describe
from legolab.training.corpus import Row, is_held_out
from legolab.training.export import new_descriptions, taught_shapes

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


def test_the_shapes_that_were_trained_on_are_known_wherever_they_stand() -> None:
    def row(bricks: str) -> Row:
        fields = dict(zip((f.name for f in CATEGORIES["bowl"].fields), _a_bowl(), strict=True))
        return Row("bowl", fields, "", (), bricks, digest="")

    rows = [row("2x4 (0,16,0)\n"), row("2x2 (0,18,0)\n2x2 (0,16,0)\n"), row("1x1 (0,19,0)\n")]
    assert not rows[0].held_out
    taught = taught_shapes(rows)
    assert taught.tolist() == sorted(
        Form.of(BrickStructure.from_text(text)).digest()
        for text in ("2x2 (3,5,0)\n2x2 (3,7,0)\n", "1x1 (9,9,0)\n")
    )


def _a_bowl() -> list[Value]:
    """One that is trained on."""
    for row in json.loads(new_descriptions((), COUNT))["bowl"]:
        named = dict(zip((field.name for field in CATEGORIES["bowl"].fields), row, strict=True))
        if not is_held_out("bowl", named):
            return list(row)
    raise AssertionError("most are")
