"""Bricks laid otherwise fill the same cells in fewer parts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legolab.bricks.brick import Brick
from legolab.bricks.connectivity import count_parts
from legolab.bricks.legolize import cover
from legolab.bricks.structure import BrickStructure
from legolab.bricks.tying import tie


def cells(bricks: list[Brick]) -> list[tuple[int, int, int]]:
    return sorted(
        (x, y, brick.z)
        for brick in bricks
        for x in range(brick.x, brick.x + brick.h)
        for y in range(brick.y, brick.y + brick.w)
    )


def column(h: int, w: int, x: int, y: int, layers: int = 3) -> list[Brick]:
    return [Brick(h, w, x, y, z) for z in range(layers)]


@given(seed=st.integers(0, 10**6), share=st.floats(0.2, 1.0), fixed=st.integers(0, 6))
def test_the_same_cells_stay_filled_and_what_is_fixed_stays(
    seed: int, share: float, fixed: int
) -> None:
    rng = np.random.default_rng(seed)
    size = rng.integers(1, 9), rng.integers(1, 9), rng.integers(1, 4)
    bricks = list(cover(rng.random(size) < share))
    tied = tie(bricks, fixed)
    assert cells(tied) == cells(bricks)
    assert count_parts(tied) <= count_parts(bricks)
    assert tied[:fixed] == bricks[:fixed]
    assert not tied or len(BrickStructure(tied)) == len(tied)  # all of them in the catalogue


def test_a_chip_stacked_on_itself_beside_a_wall_is_tied_in_the_lowest_layer() -> None:
    """As the rim of a bowl comes out, one stud thick, where no layer ties it."""
    wall, chip = column(2, 4, 0, 0), column(1, 4, 2, 0)
    tied = tie([*wall, *chip])
    assert count_parts(tied) == 1
    assert {brick.z for brick in tied if brick not in wall and brick not in chip} == {0}


def test_two_pillars_with_air_between_stay_two() -> None:
    pillars = [*column(2, 2, 0, 0), *column(2, 2, 3, 0)]
    assert tie(pillars) == pillars


@pytest.mark.parametrize("turned", [False, True])
def test_many_columns_become_one(turned: bool) -> None:
    columns = [
        brick for i in range(8) for brick in (column(4, 1, 0, i) if turned else column(1, 4, i, 0))
    ]
    assert count_parts(columns) == 8
    assert count_parts(tie(columns)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "2x4 (1,0,0) 1x1 (0,3,0) 1x2 (0,0,0) 2x4 (1,0,1) 1x1 (0,3,1) 1x2 (0,1,1)",
        "2x4 (1,0,0) 1x1 (0,3,0) 1x2 (0,0,0) 1x2 (2,2,1) 1x1 (1,3,1) 2x2 (1,0,1) 1x4 (0,0,1)",
    ],
)
def test_what_two_bricks_cannot_bridge_takes_those_around(text: str) -> None:
    """Found among random shapes: within one stud, and within two."""
    bricks = BrickStructure.from_text(text.replace(") ", ")\n"))
    assert count_parts(bricks) > 1
    assert count_parts(tie(bricks)) == 1


def test_only_free_bricks_are_taken_out() -> None:
    wall, chip = column(2, 4, 0, 0), column(1, 4, 2, 0)
    assert tie([*wall, *chip], fixed=3) == [*wall, *chip]


def test_nothing_and_one_brick_stay() -> None:
    assert tie([]) == []
    assert tie([Brick(2, 2, 7, 7, 3)]) == [Brick(2, 2, 7, 7, 3)]


def test_a_chessboard_of_posts_stays_as_it_is() -> None:
    posts = [
        brick for x in range(20) for y in range(20) if (x + y) % 2 for brick in column(1, 1, x, y)
    ]
    assert tie(posts) == posts
