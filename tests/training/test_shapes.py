"""Shapes are what their descriptions say, differ from each other, and can be built."""

import numpy as np
import pytest

from legolab.bricks.connectivity import is_connected
from legolab.bricks.legolize import legolize
from legolab.generation.features import pieces
from legolab.generation.lexicon import CATEGORIES, LEVELS, Choice
from legolab.training.shapes import DRAWERS, Shape, draw


def drawn(category: str, count: int) -> list[Shape]:
    shapes = (draw(category, np.random.default_rng([3, number])) for number in range(count))
    return [shape for shape in shapes if shape is not None]


def test_there_is_a_drawer_for_every_category() -> None:
    assert set(DRAWERS) == set(CATEGORIES)


@pytest.mark.parametrize("category", DRAWERS)
def test_every_field_holds_a_value_the_lexicon_knows(category: str) -> None:
    for shape in drawn(category, 40):
        for field in CATEGORIES[category].fields:
            value = shape.fields[field.name]
            if isinstance(field, Choice):
                assert value in field.words
            else:
                assert isinstance(value, int) and 0 <= value <= 20


@pytest.mark.parametrize("category", DRAWERS)
def test_shapes_touch_the_ground_and_two_sides_and_measure_what_they_say(category: str) -> None:
    for shape in drawn(category, 20):
        xs, ys, zs = np.nonzero(shape.voxels)
        assert (xs.min(), ys.max(), zs.min()) == (0, 19, 0)
        sizes = {"width": xs.max() + 1, "depth": 20 - ys.min(), "height": zs.max() + 1}
        for name, size in sizes.items():
            assert shape.fields.get(name, size) == size


@pytest.mark.parametrize("category", DRAWERS)
def test_levels_are_the_lowest_layers_that_differ_from_the_one_below(category: str) -> None:
    for shape in drawn(category, 20):
        said = [int(shape.fields[name]) for name in LEVELS]
        height = int(np.nonzero(shape.voxels.any((0, 1)))[0].max()) + 1
        assert said == sorted(said) and said[-1] <= height
        for z in range(1, said[-1]):
            same = np.array_equal(shape.voxels[..., z], shape.voxels[..., z - 1])
            assert same == (z not in said)


@pytest.mark.parametrize("category", DRAWERS)
def test_at_least_eight_in_ten_of_many_shapes_are_distinct(category: str) -> None:
    shapes = drawn(category, 1500)
    assert len({shape.digest() for shape in shapes}) > 0.8 * len(shapes)


@pytest.mark.parametrize("category", DRAWERS)
def test_enough_of_them_hang_together_to_draw_from(category: str) -> None:
    shapes = drawn(category, 12)
    assert sum(is_connected(legolize(shape.voxels)) for shape in shapes) >= 4


@pytest.mark.parametrize(
    ("category", "field", "values"),
    [
        ("bookshelf", "shelves", {"two": 2, "three": 3, "four": 4, "five": 5}),
        ("chair", "legs", {"four": 4, "pedestal": 1}),
        ("table", "legs", {"four": 4, "pedestal": 1, "panels": 2}),
    ],
)
def test_what_can_be_counted_counts(category: str, field: str, values: dict[str, int]) -> None:
    """Legs above their feet and below any rail; boards seen from the side of a shelf's middle."""
    for shape in drawn(category, 60):
        wanted = values.get(str(shape.fields[field]))
        if wanted is None or shape.fields.get("shelf") == "yes":
            continue
        if category == "bookshelf":
            front = shape.voxels[:, 20 - int(shape.fields["depth"]), :]
            column = front[1 + (front.shape[0] > 2)]
            boards = np.flatnonzero(np.diff(column.astype(int)) == 1) + 1
            assert len(boards) + bool(column[0]) == wanted + 1, "a board under every shelf"
        else:
            assert pieces(shape.voxels[:, :, 1]) == wanted
