import numpy as np
import pytest

from legolab import BrickStructure
from legolab.errors import InputError
from legolab.widgets.colouring import Colouring, brick_colors, cividis, edge_colors

TWO = BrickStructure.from_text("2x4 (0,0,0)\n2x2 (1,1,1)\n").with_colors([4, 0])


def test_bricks_have_their_own_colour():
    assert brick_colors(TWO, Colouring.BRICK).tolist() == [[180, 0, 0], [27, 42, 52]]


def test_scores_run_from_dark_to_yellow_and_only_grow_lighter():
    ramp = cividis(np.linspace(0, 1, 100)).astype(float)
    lightness = ramp @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(lightness) > 0).all()
    assert brick_colors(TWO, Colouring.SCORE, [0.0, 1.0]).tolist() == [[0, 32, 77], [255, 234, 70]]


@pytest.mark.parametrize("scores", [None, [0.5], [0.1, 0.2, 0.3]])
def test_scores_are_one_a_brick(scores):
    with pytest.raises(InputError, match="expected 2 scores, one a brick"):
        brick_colors(TWO, Colouring.SCORE, scores)


def test_layers_that_touch_differ():
    tower = BrickStructure.from_text("".join(f"2x2 (0,0,{z})\n" for z in range(20)))
    colors = brick_colors(tower, Colouring.LAYER).astype(int)
    assert (np.abs(np.diff(colors, axis=0)).sum(axis=1) > 100).all()


def test_edges_can_be_told_from_faces_on_light_and_dark_bricks():
    faces = np.array([[244, 244, 244], [27, 42, 52], [115, 150, 200]], np.uint8)
    assert (np.abs(edge_colors(faces).astype(int) - faces).sum(axis=1) > 150).all()
