"""Contacts: what touches what, against a look at every cell."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import SIZES
from legolab.bricks.contacts import brick_boxes, find_contacts
from legolab.bricks.placement import cells, reject


@st.composite
def brick_lists(draw: st.DrawFn) -> list[Brick]:
    """Bricks that do not overlap, in a small world so that they touch often."""
    taken: set[tuple[int, int, int]] = set()
    bricks = []
    for _ in range(draw(st.integers(1, 25))):
        h, w = draw(st.sampled_from(SIZES))
        x, y, z = (draw(st.integers(0, most)) for most in (7, 7, 3))
        brick = Brick(h, w, x, y, z)
        if reject(brick, (16, 16, 4), taken) is None:
            taken.update(cells(brick))
            bricks.append(brick)
    return bricks


def neighbours(bricks: list[Brick], dx: int, dy: int, dz: int) -> set[tuple[int, int]]:
    """Pairs (a, b) with a cell of b one step from a cell of a."""
    owner = {cell: i for i, brick in enumerate(bricks) for cell in cells(brick)}
    pairs = set()
    for (x, y, z), a in owner.items():
        b = owner.get((x + dx, y + dy, z + dz))
        if b is not None and b != a:
            pairs.add((a, b))
    return pairs


def test_a_brick_over_another_touches_on_the_studs_in_common() -> None:
    studs = find_contacts(brick_boxes([Brick(2, 4, 0, 0, 0), Brick(2, 2, 1, 3, 1)])).studs
    assert studs.top.tolist() == [0, 1]
    assert studs.bottom.tolist() == [2, 0]  # the ground is one past the last brick
    assert studs.on_ground.tolist() == [True, False]
    rectangle = [a[1] for a in (studs.x0, studs.x1, studs.y0, studs.y1)]
    assert rectangle == [1, 2, 3, 4]


def test_side_by_side_bricks_push_along_one_axis_and_corners_do_not_touch() -> None:
    contacts = find_contacts(
        brick_boxes([Brick(2, 2, 2, 0, 0), Brick(2, 2, 0, 0, 0), Brick(2, 2, 0, 2, 0)])
    )
    assert list(zip(contacts.along_x.low, contacts.along_x.high, strict=True)) == [(1, 0)]
    assert list(zip(contacts.along_y.low, contacts.along_y.high, strict=True)) == [(1, 2)]


def test_the_last_cell_of_a_row_is_not_beside_the_first_of_the_next() -> None:
    contacts = find_contacts(brick_boxes([Brick(1, 1, 0, 5, 0), Brick(1, 1, 1, 0, 0)]))
    assert len(contacts.along_x.low) == len(contacts.along_y.low) == 0


def test_nothing_touches_nothing() -> None:
    contacts = find_contacts(brick_boxes([]))
    assert contacts.studs.bricks == len(contacts.studs.top) == len(contacts.along_x.low) == 0


@settings(derandomize=True, deadline=None)
@given(brick_lists())
def test_contacts_are_those_seen_cell_by_cell(bricks: list[Brick]) -> None:
    contacts = find_contacts(brick_boxes(bricks))
    studs = contacts.studs
    ground = {(i, len(bricks)) for i, brick in enumerate(bricks) if brick.z == 0}
    pairs = list(zip(studs.top.tolist(), studs.bottom.tolist(), strict=True))
    assert pairs == sorted(neighbours(bricks, 0, 0, -1) | ground)
    for sides, step in ((contacts.along_x, (1, 0, 0)), (contacts.along_y, (0, 1, 0))):
        found = list(zip(sides.low.tolist(), sides.high.tolist(), strict=True))
        assert found == sorted(neighbours(bricks, *step))


@settings(derandomize=True, deadline=None)
@given(brick_lists())
def test_rectangles_hold_exactly_the_studs_in_common(bricks: list[Brick]) -> None:
    studs = find_contacts(brick_boxes(bricks)).studs
    for i, (top, bottom) in enumerate(zip(studs.top, studs.bottom, strict=True)):
        above = {(x, y) for x, y, _ in cells(bricks[top])}
        on_ground = bottom == len(bricks)
        below = above if on_ground else {(x, y) for x, y, _ in cells(bricks[bottom])}
        xs, ys = range(studs.x0[i], studs.x1[i]), range(studs.y0[i], studs.y1[i])
        assert {(x, y) for x in xs for y in ys} == above & below


def test_thousands_of_bricks_are_no_trouble() -> None:
    bricks = [Brick(2, 2, 2 * i, 2 * j, k) for i in range(25) for j in range(20) for k in range(10)]
    contacts = find_contacts(brick_boxes(bricks))
    assert len(contacts.studs.top) == 5000
    assert len(contacts.along_x.low) == 24 * 20 * 10


def test_looking_up_the_ground_as_a_brick_fails() -> None:
    boxes = brick_boxes([Brick(1, 1, 0, 0, 0)])
    ground = find_contacts(boxes).studs.bottom[0]
    with pytest.raises(IndexError):
        boxes[np.int64(ground)]
