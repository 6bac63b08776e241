"""Shapes are told apart by the nearest drawn one and by a classifier that saw others."""

import numpy as np
import pytest

from legolab.bricks.brick import Brick
from legolab.bricks.structure import BrickStructure
from legolab.generation.lexicon import CATEGORIES
from legolab.training.recognition import Classifier, Gallery, overlap, voxels_of

NAMES = tuple(CATEGORIES)


@pytest.fixture(scope="module")
def gallery() -> Gallery:
    return Gallery.drawn(5, 12)


def test_a_gallery_has_every_category_and_is_drawn_alike_again(gallery: Gallery) -> None:
    assert np.bincount(gallery.categories).tolist() == [12] * len(NAMES)
    again = Gallery.drawn(5, 12)
    np.testing.assert_array_equal(gallery.shapes, again.shapes)
    assert not np.array_equal(gallery.shapes, Gallery.drawn(6, 12).shapes)


def test_a_shape_of_the_gallery_is_found_in_it(gallery: Gallery) -> None:
    for index in range(0, len(gallery.shapes), 17):
        category, shared = gallery.nearest(gallery.shapes[index])
        assert shared == 1 and category == NAMES[gallery.categories[index]]


def test_the_nearest_shape_is_that_of_the_largest_overlap(gallery: Gallery) -> None:
    shape = Gallery.drawn(6, 1).shapes[3]
    shared = [overlap(shape, other) for other in gallery.shapes]
    category, most = gallery.nearest(shape)
    assert most == pytest.approx(max(shared))
    assert category == NAMES[gallery.categories[int(np.argmax(shared))]]


def test_overlap_is_what_is_shared_over_what_is_filled() -> None:
    one, other = np.zeros((2, 20, 20, 20), dtype=bool)
    one[0, 0, :4], other[0, 0, 2:6] = True, True
    assert overlap(one, other) == 2 / 6


def test_most_new_shapes_are_named_rightly_and_alike_each_time(gallery: Gallery) -> None:
    new = Gallery.drawn(7, 5)
    named = [Classifier(gallery, seed=1).name(shape) for shape in new.shapes[::9]]
    assert named == [Classifier(gallery, seed=1).name(shape) for shape in new.shapes[::9]]
    classifier = Classifier(Gallery.drawn(8, 60), seed=1)
    right = [
        classifier.name(shape) == NAMES[category]
        for shape, category in zip(new.shapes, new.categories, strict=True)
    ]
    assert np.mean(right) > 0.8  # by chance 0.05


def test_a_structure_stands_where_the_corpus_has_its_shapes() -> None:
    world = (40, 40, 40)
    structure = BrickStructure([Brick(2, 4, 30, 8, 5), Brick(1, 1, 31, 9, 6)], world)
    voxels = voxels_of(structure)
    assert voxels.sum() == 9
    assert voxels[0:2, 16:20, 0].all() and voxels[1, 17, 1]
