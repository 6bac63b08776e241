"""A brick and its line of text."""

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legolab.bricks.brick import Brick, parse_brick
from legolab.errors import BrickTextError

small = st.integers(0, 999_999_999)


def test_a_brick_writes_itself_as_the_published_models_do():
    assert str(Brick(h=2, w=4, x=0, y=1, z=3)) == "2x4 (0,1,3)"


@given(st.builds(Brick, small, small, small, small, small))
def test_what_is_written_is_read_back(brick):
    assert parse_brick(str(brick)) == brick


@pytest.mark.parametrize("line", ["  2x4 (0,1,3)", "2x4 (0,1,3)\r", "2x4 (0,1,3)\t"])
def test_blanks_around_a_line_do_not_matter(line):
    assert parse_brick(line) == Brick(2, 4, 0, 1, 3)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "2x4",
        "2x4(0,1,3)",
        "2x4 (0, 1, 3)",
        "2X4 (0,1,3)",
        "2x4 (0,1,-3)",
        "2x4 (0,1)",
        "2x4 (0,1,3,4)",
        "2x4 (0,1,3) red",
        "2x4 (0,1,3.0)",
        "٢x٤ (٠,١,٣)",
        "2x4 (0,1,1234567890)",
    ],
)
def test_any_other_line_is_refused_with_what_was_expected_and_seen(line):
    with pytest.raises(BrickTextError) as caught:
        parse_brick(line)
    assert str(caught.value) == f"expected 'HxW (x,y,z)', such as '2x4 (0,1,3)', got {line!r}"


def test_a_very_long_line_is_shown_in_part():
    with pytest.raises(BrickTextError) as caught:
        parse_brick("2x4 " * 1000)
    assert len(str(caught.value)) < 130


def test_a_brick_is_a_value():
    brick = Brick(2, 4, 0, 0, 0)
    assert brick == Brick(2, 4, 0, 0, 0)
    assert len({brick, Brick(2, 4, 0, 0, 0), Brick(4, 2, 0, 0, 0)}) == 2
    with pytest.raises(FrozenInstanceError):
        brick.x = 1


def test_studs_are_counted():
    assert Brick(2, 6, 0, 0, 0).studs == 12
