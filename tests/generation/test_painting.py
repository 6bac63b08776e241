"""Parts are found where they lie; painting gives bricks colours and changes nothing else."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legolab.bricks.colors import DEFAULT_COLOR
from legolab.bricks.legolize import legolize
from legolab.bricks.structure import BrickStructure
from legolab.generation.coloring import SECOND, WHOLE
from legolab.generation.lexicon import CATEGORIES, PARTS, Choice, Value
from legolab.generation.painting import _PARTS, painted
from legolab.training.shapes import draw
from tests.ldraw.strategies import structures

RED = 4
SHAPES = 8


@cache
def shapes(category: str) -> tuple[tuple[BrickStructure, dict[str, Value]], ...]:
    """Exact shapes of a category with their descriptions, the same in every run."""
    rng = np.random.default_rng(1)
    found: list[tuple[BrickStructure, dict[str, Value]]] = []
    while len(found) < SHAPES:
        shape = draw(category, rng)
        if shape is not None:
            found.append((legolize(shape.voxels), dict(shape.fields)))
    return tuple(found)


def in_red(category: str, part: str, number: int) -> list[int]:
    structure, fields = shapes(category)[number]
    colors = painted(structure, category, fields, {part: RED})
    return [index for index, color in enumerate(colors) if color == RED]


def test_the_parts_that_can_be_painted_are_those_that_can_be_said() -> None:
    assert {name: tuple(parts) for name, parts in _PARTS.items()} == PARTS
    assert PARTS.keys() == CATEGORIES.keys()


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_part_is_found_and_is_not_the_whole(category: str) -> None:
    for part in PARTS[category]:
        counts = [
            (len(in_red(category, part, n)), len(structure))
            for n, (structure, _) in enumerate(shapes(category))
        ]
        assert any(0 < red < all_of_it for red, all_of_it in counts), part


@pytest.mark.parametrize(
    ("category", "part", "field"),
    [
        ("jar", "lid", "lid"),
        ("mug", "handle", "handle"),
        ("pot", "handles", "handles"),
        ("basket", "handle", "handle"),
        ("camera", "tripod", "tripod"),
        ("chair", "back", "back"),
        ("chair", "arms", "arms"),
        ("bench", "back", "back"),
        ("bowl", "foot", "foot"),
        ("sofa", "feet", "feet"),
        ("birdhouse", "pole", "pole"),
        ("bottle", "cap", "cap"),
        ("train", "chimney", "chimney"),
        ("vessel", "cabin", "cabin"),
    ],
)
def test_a_part_is_found_where_there_is_one_and_only_there(
    category: str, part: str, field: str
) -> None:
    for number, (_, fields) in enumerate(shapes(category)):
        assert bool(in_red(category, part, number)) == (fields[field] != "none"), fields


def test_legs_are_below_the_seat_and_the_back_is_above_it() -> None:
    for number, (structure, fields) in enumerate(shapes("chair")):
        seat = int(fields["seat"])
        assert all(structure[n].z < seat for n in in_red("chair", "legs", number))
        assert all(structure[n].z >= seat + 2 for n in in_red("chair", "back", number))


def test_containers_are_not_the_cabin() -> None:
    ships = [n for n, (_, fields) in enumerate(shapes("vessel")) if fields["kind"] == "cargo"]
    for number in ships:
        assert not {*in_red("vessel", "cabin", number)} & {*in_red("vessel", "containers", number)}


def test_the_whole_is_every_brick_that_no_other_part_claims() -> None:
    structure, fields = shapes("table")[0]
    colors = painted(structure, "table", fields, {WHOLE: 1, "legs": RED})
    assert set(colors) == {1, RED}
    assert painted(structure, "table", fields, {WHOLE: 1}) == [1] * len(structure)
    assert painted(structure, "table", fields, {}) == [DEFAULT_COLOR] * len(structure)


def test_stripes_are_every_other_layer() -> None:
    structure, fields = shapes("tower")[0]
    colors = painted(structure, "tower", fields, {WHOLE: RED, SECOND: 15})
    assert all((color == 15) == (b.z % 2 == 1) for b, color in zip(structure, colors, strict=True))


def test_where_there_is_nothing_nothing_is_painted() -> None:
    fields = {"top": "round", "width": 8, "depth": 8, "height": 8}
    assert painted(BrickStructure([]), "table", fields, {"legs": RED}) == []


@given(structures(), st.sampled_from(sorted(CATEGORIES)), st.data())
def test_whatever_is_painted_a_brick_is_never_changed(
    structure: BrickStructure, category: str, data: st.DataObject
) -> None:
    fields: dict[str, Value] = {
        field.name: data.draw(
            st.sampled_from(sorted(field.words))
            if isinstance(field, Choice)
            else st.integers(0, 20)
        )
        for field in CATEGORIES[category].fields
    }
    parts = st.sampled_from((WHOLE, SECOND, *PARTS[category]))
    paint = data.draw(st.dictionaries(parts, st.sampled_from((0, 1, RED)), max_size=4))
    bricks = list(structure)
    colors = painted(structure, category, fields, paint)
    assert list(structure.with_colors(colors)) == bricks
    assert set(colors) <= {DEFAULT_COLOR, *paint.values()}
