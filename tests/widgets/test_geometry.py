import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import SIZES
from legolab.widgets.geometry import LAYER, STUD, bounds, build_shape

BRICKS = st.builds(
    lambda size, x, y, z: Brick(*size, x, y, z),
    st.sampled_from(SIZES),
    st.integers(0, 30),
    st.integers(0, 30),
    st.integers(0, 30),
)


@given(BRICKS)
def test_a_brick_fills_its_cells_and_its_studs_stand_out(brick):
    points = build_shape([brick]).points
    low, high = points.min(axis=0), points.max(axis=0)
    assert np.allclose(low, [brick.x * STUD, brick.z * LAYER, -(brick.y + brick.w) * STUD], atol=1)
    top = (brick.z + 1) * LAYER + STUD / 5
    assert np.allclose(high, [(brick.x + brick.h) * STUD, top, -brick.y * STUD], atol=1)


@given(BRICKS)
def test_every_triangle_is_seen_from_outside(brick):
    """Its corners run counter-clockwise around its normal, or a GPU would not draw it."""
    shape = build_shape([brick])
    triangles = shape.points.reshape(-1, 3, 3)
    sides = triangles[:, 1:] - triangles[:, :1]
    facing = np.cross(sides[:, 0], sides[:, 1])
    normals = shape.normals.reshape(-1, 3, 3).mean(axis=1)
    assert (np.einsum("ij,ij->i", facing, normals) > 0).all()


def test_right_is_right_and_back_is_back():
    """The grid's x goes right, its y away from the viewer, its z up."""
    here, right, back, up = (
        build_shape([Brick(1, 1, *place)]).points.mean(axis=0)
        for place in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1))
    )
    assert np.allclose(right - here, [STUD, 0, 0])
    assert np.allclose(back - here, [0, 0, -STUD])
    assert np.allclose(up - here, [0, LAYER, 0])


def test_each_triangle_and_edge_knows_its_brick():
    bricks = [Brick(2, 4, 0, 0, 0), Brick(1, 1, 5, 5, 0), Brick(2, 2, 0, 0, 1)]
    shape = build_shape(bricks, first=7)
    for number, brick in enumerate(bricks, start=7):
        own = shape.points.reshape(-1, 3, 3)[shape.brick == number].mean(axis=(0, 1))
        lines = shape.lines.reshape(-1, 2, 3)[shape.line_brick == number]
        middle = build_shape([brick]).points.mean(axis=0)
        assert np.allclose(own, middle)
        assert len(lines) == 12 + 12 * brick.studs
    assert set(shape.brick.tolist()) == {7, 8, 9}


def test_the_box_around_a_model_holds_every_corner():
    bricks = [Brick(2, 4, 3, 4, 0), Brick(8, 1, 3, 4, 1)]
    middle, size = bounds(bricks)
    far = np.abs(build_shape(bricks).points - middle).max(axis=0)
    assert np.allclose(far, size / 2, atol=1)


def test_no_bricks_no_triangles():
    shape = build_shape([])
    assert shape.points.shape == (0, 3) and len(shape.brick) == 0


@pytest.mark.parametrize("count", [400])
def test_hundreds_of_bricks_stay_small(count):
    shape = build_shape([Brick(2, 4, 0, 0, z) for z in range(count)])
    assert len(shape.points) * (6 + 3 + 3 + 12) < 16e6  # bytes sent for the faces
