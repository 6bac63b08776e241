import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legolab.rendering.projection import STEP, Box, dot, fit, plus, scaled, view_along

EYES = st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(0.3, 1)).filter(
    lambda eye: abs(eye[0]) > 0.1 and abs(eye[1]) > 0.1
)
POINTS = st.tuples(*[st.floats(-500, 500)] * 3)


@given(EYES, POINTS)
def test_a_point_comes_back_from_its_place_and_depth(eye, point):
    view = view_along(eye, 3.0)
    x, y, depth = dot(view.u, point), dot(view.v, point), -dot(view.toward, point)
    again = plus(
        plus(scaled(view.back[0], x), scaled(view.back[1], y)), scaled(view.toward, -depth)
    )
    assert again == pytest.approx(point, abs=1e-6)


@given(EYES)
def test_grid_steps_are_whole_and_near_the_asked_direction(eye):
    view = view_along(eye, 5.0)
    length = math.sqrt(dot(eye, eye))
    assert dot(view.toward, scaled(eye, 1 / length)) > 0.999
    for axis, step in enumerate(((1, 0, 0), (0, 1, 0), (0, 0, 1))):
        point = tuple(STEP[axis] * part for part in step)
        assert view.spot(step) == pytest.approx((dot(view.u, point), dot(view.v, point)))
    assert view.right[2] == 0
    assert view.down[2] < 0  # up is up


@given(EYES, st.tuples(*[st.integers(1, 60)] * 3), st.integers(400, 1500))
def test_a_framed_box_is_inside(eye, cells, size):
    box = Box((0.0, 0.0, 0.0), tuple(c * s for c, s in zip(cells, STEP, strict=True)))
    frame = fit(eye, box, size, 0.84, 1e9)
    assert frame is not None
    left, top, right, bottom = frame.view.bounds(box)
    assert min(left + frame.x, top + frame.y) > 0.05 * size
    assert max(right + frame.x, bottom + frame.y) < 0.95 * size
