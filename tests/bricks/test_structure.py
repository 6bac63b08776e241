"""Bricks in building order: text, worlds, slices, colours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import SIZES
from legolab.bricks.colors import DEFAULT_COLOR
from legolab.bricks.placement import cells, reject
from legolab.bricks.structure import BrickStructure
from legolab.errors import BrickTextError, PlacementError

TEXT = "2x4 (0,0,0)\n2x2 (1,1,1)\n1x1 (1,1,2)\n"


@st.composite
def structures(draw):
    """Any legal structure: proposals that do not fit are dropped."""
    world = draw(st.tuples(*[st.integers(1, 12)] * 3))
    place = st.integers(0, 11)
    proposals = draw(st.lists(st.tuples(st.sampled_from(SIZES), place, place, place), max_size=30))
    bricks, taken = [], set()
    for size, x, y, z in proposals:
        brick = Brick(*size, x, y, z)
        if reject(brick, world, taken) is None:
            bricks.append(brick)
            taken.update(cells(brick))
    colors = draw(st.lists(st.integers(0, 500), min_size=len(bricks), max_size=len(bricks)))
    return BrickStructure(bricks, world, colors)


def test_text_is_exactly_the_published_format():
    structure = BrickStructure.from_text(TEXT)
    assert list(structure) == [Brick(2, 4, 0, 0, 0), Brick(2, 2, 1, 1, 1), Brick(1, 1, 1, 1, 2)]
    assert structure.to_text() == TEXT


@given(structures())
def test_text_and_back_is_the_same_structure(structure):
    if len(structure):
        again = BrickStructure.from_text(structure.to_text(), structure.world)
        assert again.with_colors(structure.colors) == structure


@given(structures(), st.integers(0, 30), st.integers(0, 30))
def test_a_slice_is_a_structure_with_its_colors(structure, start, stop):
    part = structure[start:stop]
    assert isinstance(part, BrickStructure)
    assert list(part) == list(structure)[start:stop]
    assert part.colors == structure.colors[start:stop]
    assert part.world == structure.world


def test_crlf_blank_lines_and_comments_are_read():
    text = "# a stool\r\n\r\n2x4 (0,0,0)\r\n  # its top\r\n2x2 (1,1,1)"
    assert BrickStructure.from_text(text) == BrickStructure.from_text(TEXT)[:2]


@pytest.mark.parametrize(
    ("text", "error", "sentence"),
    [
        (
            "2x4 (0,0,0)\nbrick\n",
            BrickTextError,
            "line 2: expected 'HxW (x,y,z)', such as '2x4 (0,1,3)', got 'brick'",
        ),
        (
            "\n# legs\n3x3 (0,0,0)\n",
            PlacementError,
            "line 3: expected one of the bricks 1x1, 1x2, 1x4, 1x6, 1x8, 2x2, 2x4, 2x6 "
            "(either way round), got 3x3",
        ),
        (
            "2x4 (0,17,0)\n",
            PlacementError,
            "line 1: expected a brick inside the 20x20x20 world, got 2x4 (0,17,0)",
        ),
        (
            "2x4 (0,0,0)\n2x4 (1,3,0)\n",
            PlacementError,
            "line 2: expected free cells, but 2x4 (1,3,0) overlaps a brick placed before it",
        ),
        (
            "# nothing but words\n",
            BrickTextError,
            "expected at least one line 'HxW (x,y,z)', got no bricks",
        ),
    ],
)
def test_a_bad_line_is_named_with_what_was_expected_and_seen(text, error, sentence):
    with pytest.raises(error) as caught:
        BrickStructure.from_text(text)
    assert str(caught.value) == sentence


def test_a_world_can_have_any_size():
    brick = Brick(2, 4, 40, 90, 30)
    assert BrickStructure([brick], world=(48, 96, 31))[0] == brick
    with pytest.raises(PlacementError, match="brick 1: expected a brick inside the 48x93x31 world"):
        BrickStructure([brick], world=(48, 93, 31))


@pytest.mark.parametrize("world", [(0, 20, 20), (20, 20), (20, 20, -1)])
def test_a_world_has_three_sizes_of_at_least_one(world):
    with pytest.raises(PlacementError, match="expected a world of three sizes"):
        BrickStructure([], world=world)


def test_a_structure_made_of_bricks_is_checked_too():
    brick = Brick(2, 4, 0, 0, 0)
    with pytest.raises(PlacementError, match="brick 2: expected free cells"):
        BrickStructure([brick, brick])


def test_bricks_are_painted_one_by_one():
    plain = BrickStructure.from_text(TEXT)
    assert plain.colors == (DEFAULT_COLOR,) * 3
    painted = plain.with_colors([4, 14, 1])
    assert painted.colors == (4, 14, 1)
    assert list(painted) == list(plain)
    assert painted != plain
    with pytest.raises(PlacementError, match="expected one colour for each of 3 bricks, got 2"):
        plain.with_colors([4, 14])


def test_a_structure_is_a_sequence_and_a_value():
    structure = BrickStructure.from_text(TEXT)
    assert len(structure) == 3
    assert structure[-1] == Brick(1, 1, 1, 1, 2)
    assert Brick(2, 2, 1, 1, 1) in structure
    assert hash(structure) == hash(BrickStructure.from_text(TEXT))
    assert structure != list(structure)


def test_the_repr_counts():
    structure = BrickStructure.from_text(TEXT)
    assert repr(structure) == "<BrickStructure: 3 bricks, 3 layers>"
    assert repr(structure[:1]) == "<BrickStructure: 1 brick, 1 layer>"
    assert repr(structure[:0]) == "<BrickStructure: 0 bricks, 0 layers>"
