import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from legolab import Brick
from legolab.rendering.occlusion import box_blur, openness
from legolab.rendering.stamping import occupancy


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12), st.integers(0, 3), st.integers(1, 2))
def test_a_blur_is_a_mean_over_neighbours_with_edges_that_continue(values, radius, passes):
    expected = np.array(values, float)
    for _ in range(passes):
        padded = np.pad(expected, radius, mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * radius + 1)
        expected = windows.mean(axis=1)
    blurred = box_blur(np.array(values, np.int32), radius, passes)
    np.testing.assert_allclose(blurred, expected, rtol=1e-5)


def test_a_corner_is_darker_than_the_open():
    wall = [Brick(8, 1, 0, 4, z) for z in range(5)]
    field = openness(occupancy(wall))

    def at(x: float, y: float, z: float) -> float:
        return float(field.at(*(np.full((1,), v, np.float32) for v in (x, y, z)))[0])

    foot, middle, open_air = at(80, 74, 6), at(80, 74, 70), at(80, 20, 110)
    assert foot < middle < open_air
    assert open_air > 0.95


def test_the_field_ends_in_the_open():
    field = openness(occupancy([Brick(2, 4, 3, 3, 0)]))
    above = field.values[:, :, field.ground]
    border = np.concatenate([above[0], above[-1], above[:, 0], above[:, -1]])
    assert np.ptp(border) < 0.04
    assert above.min() < border.min()
