"""The eight kinds of brick."""

import pytest

from legolab.bricks.catalog import CATALOG, KIND_OF_PART, KIND_OF_SIZE, SIZES

# Kilograms and parts as in the published code's brick library (BrickGPT, arXiv 2505.05469).
PUBLISHED = {
    "1x1": (0.00043, "3005"),
    "1x2": (0.00081, "3004"),
    "1x4": (0.00157, "3010"),
    "1x6": (0.00228, "3009"),
    "1x8": (0.00303, "3008"),
    "2x2": (0.00115, "3003"),
    "2x4": (0.00216, "3001"),
    "2x6": (0.00323, "2456"),
}


def test_kinds_masses_and_parts_are_the_published_ones():
    assert {kind.name: (kind.mass, kind.part) for kind in CATALOG} == PUBLISHED


def test_fourteen_sizes_can_be_placed_squares_once():
    assert len(SIZES) == len(set(SIZES)) == 14
    assert set(SIZES) == set(KIND_OF_SIZE)


@pytest.mark.parametrize("size", SIZES)
def test_a_turned_brick_is_of_the_same_kind(size):
    h, w = size
    assert KIND_OF_SIZE[h, w] is KIND_OF_SIZE[w, h]


def test_a_part_number_leads_back_to_its_kind():
    assert all(KIND_OF_PART[kind.part] is kind for kind in CATALOG)
