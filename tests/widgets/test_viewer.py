"""The viewer's state and the arrays that are sent, without a browser: pythreejs is really used."""

import io

import numpy as np
import pytest
from PIL import Image

from legolab import BrickStructure, analyze
from legolab.errors import InputError
from legolab.widgets.colouring import Colouring, cividis
from legolab.widgets.viewer import Viewer

TOWER = BrickStructure.from_text("2x4 (0,0,0)\n2x2 (0,0,1)\n2x2 (0,0,2)\n2x2 (0,0,3)\n")
FALLS = BrickStructure.from_text("2x4 (0,0,0)\n2x2 (10,10,5)\n")


def uniforms(viewer):
    (material, other) = viewer._stage._materials
    assert material.uniforms == other.uniforms
    return {name: value["value"] for name, value in material.uniforms.items()}


def attributes(viewer):
    (chunk,) = viewer._stage._chunks
    return chunk.faces.geometry.attributes


def click(viewer, brick, moved=0.0):
    """What a browser sends for a click: where it pressed, where it let go, what lay there."""
    (chunk,) = viewer._stage._chunks
    hits = [int(np.flatnonzero(chunk.brick == n)[0]) for n in ([] if brick is None else brick)]
    stage = viewer._stage
    point = [1.0 + len(hits), 2.0, float(sum(hits))]
    stage._down.set_state({"faceIndex": hits[0] if hits else None, "point": point})
    there = [point[0] + moved, *point[1:]]
    picked = [{"faceIndex": face, "point": there} for face in hits]
    stage._click.set_state({"picked": picked or [], "point": there})


def test_one_geometry_holds_all_bricks():
    viewer = Viewer(TOWER, analyze(TOWER))
    sent = attributes(viewer)
    corners = len(sent["position"].array)
    assert sent["position"].array.dtype == np.int16
    assert {len(sent[name].array) for name in ("normal", "color", "place")} == {corners}
    assert set(sent["place"].array[:, 0].tolist()) == {0, 1, 2, 3}
    assert len(viewer._stage._faces.children) == len(viewer._stage._edges.children) == 1
    assert sent["color"].normalized and not sent["position"].normalized


def test_steps_layers_and_picks_send_a_few_numbers():
    viewer = Viewer(TOWER)
    before = attributes(viewer)
    viewer.steps, viewer.fresh, viewer.layer, viewer.picked = 3, 1, (1, 2), 2
    sent = {"shown": 3, "fresh": 1, "lowest": 1, "highest": 2, "picked": 2, "by_score": 0}
    assert uniforms(viewer) == sent
    assert attributes(viewer) is before or attributes(viewer) == before
    assert (viewer.steps, viewer.fresh, viewer.layer, viewer.picked) == (3, 1, (1, 2), 2)
    assert [viewer.is_shown(n) for n in range(4)] == [False, True, True, False]
    viewer.fresh, viewer.layer, viewer.picked = None, None, None
    assert (viewer.fresh, viewer.layer, viewer.picked) == (None, None, None)


def test_a_picked_brick_that_is_hidden_stands_out_again_when_it_is_shown():
    viewer = Viewer(TOWER)
    viewer.picked, viewer.steps = 3, 2
    assert (viewer.picked, uniforms(viewer)["picked"]) == (3, -1)
    viewer.steps = 4
    assert uniforms(viewer)["picked"] == 3


def test_by_score_a_picked_brick_keeps_the_colour_of_its_score():
    viewer = Viewer(TOWER, analyze(TOWER))
    viewer.colouring = Colouring.SCORE
    assert uniforms(viewer)["by_score"] == 1
    viewer.colouring = Colouring.BRICK
    assert uniforms(viewer)["by_score"] == 0


@pytest.mark.parametrize(("asked", "shown"), [(-3, 0), (0, 0), (99, 4)])
def test_steps_stay_within_the_model(asked, shown):
    viewer = Viewer(TOWER)
    viewer.steps = asked
    assert viewer.steps == shown


def test_colours_follow_the_choice():
    report = analyze(TOWER)
    viewer = Viewer(TOWER, report)
    brick = attributes(viewer)["place"].array[:, 0].astype(int)
    viewer.colouring = Colouring.SCORE
    assert (attributes(viewer)["color"].array == cividis(report.scores)[brick]).all()
    painted = np.arange(12, dtype=np.uint8).reshape(4, 3)
    viewer.paint(painted)
    assert (attributes(viewer)["color"].array == painted[brick]).all()
    viewer.colouring = Colouring.LAYER
    assert len(np.unique(attributes(viewer)["color"].array, axis=0)) == 4


def test_scores_that_nobody_worked_out_cannot_be_shown():
    viewer = Viewer(TOWER)
    with pytest.raises(InputError, match="expected 4 scores"):
        viewer.colouring = Colouring.SCORE
    assert viewer.colouring is Colouring.BRICK


def test_bricks_that_fail_are_marked():
    place = attributes(Viewer(FALLS, analyze(FALLS)))["place"].array
    assert set(map(tuple, place[:, [0, 2]].tolist())) == {(0, 0), (1, 1)}
    assert not attributes(Viewer(FALLS))["place"].array[:, 2].any()


def test_a_click_tells_the_nearest_brick_that_is_shown():
    viewer, heard = Viewer(TOWER), []
    viewer.on_pick(heard.append)
    click(viewer, [3, 2, 0])
    assert (heard, viewer.picked) == ([3], 3)
    viewer.steps = 3
    click(viewer, [3, 2, 1])
    assert (heard, viewer.picked) == ([3, 2], 2)
    click(viewer, None)
    assert (heard, viewer.picked) == ([3, 2, None], None)


def test_the_end_of_a_turn_is_no_click():
    viewer, heard = Viewer(TOWER), []
    viewer.on_pick(heard.append)
    click(viewer, [1, 0], moved=0.5)
    assert heard == []


def test_a_growing_model_sends_only_what_is_new():
    viewer = Viewer()
    viewer.grow(TOWER[:1])
    viewer.grow(TOWER[:3])
    viewer.grow(TOWER[:3])
    chunks = viewer._stage._chunks
    assert [sorted(set(chunk.brick.tolist())) for chunk in chunks] == [[0], [1, 2]]
    viewer.grow(TOWER[:2])  # taken back
    assert [sorted(set(c.brick.tolist())) for c in viewer._stage._chunks] == [[0, 1]]
    viewer.grow(TOWER)
    heard = []
    viewer.on_pick(heard.append)
    viewer.show(TOWER, analyze(TOWER))
    assert len(viewer._stage._chunks) == 1
    click(viewer, [0])
    assert heard == [0]


def test_another_model_takes_the_place_of_the_one_before():
    viewer = Viewer(TOWER)
    viewer.picked, viewer.steps = 3, 1
    before = viewer._stage._chunks[0].faces
    viewer.show(FALLS, analyze(FALLS))
    assert before.comm is None  # the browser has let go of it
    assert (viewer.picked, viewer.steps) == (None, 2)


def test_the_model_is_in_the_middle_and_fits():
    viewer = Viewer(TOWER)
    near = np.linalg.norm(viewer._stage._camera.position)
    tall = BrickStructure.from_text("".join(f"2x2 (0,0,{z})\n" for z in range(20)))
    viewer.show(tall)
    far = np.linalg.norm(viewer._stage._camera.position)
    assert far > 2 * near


@pytest.mark.parametrize("line", ["2x2 (0,0,{n})", "2x2 ({m},0,0)", "2x2 (0,{m},0)"])
def test_every_corner_is_in_sight(line):
    """Seen through the camera, each corner lies inside the canvas and they fill half of it."""
    text = "".join(line.format(n=n, m=2 * n) + "\n" for n in range(10))
    viewer = Viewer(BrickStructure.from_text(text))
    camera = viewer._stage._camera
    points = attributes(viewer)["position"].array / 160 + viewer._stage._faces.position
    eye = np.array(camera.position)
    forward = -eye / np.linalg.norm(eye)
    right = np.cross(forward, [0, 1, 0])
    right /= np.linalg.norm(right)
    depth = (points - eye) @ forward
    half = np.tan(np.radians(camera.fov / 2))
    x = (points - eye) @ right / depth / half / camera.aspect
    y = (points - eye) @ np.cross(right, forward) / depth / half
    assert np.abs([x, y]).max() < 1
    assert max(np.abs(x).max(), np.abs(y).max()) > 0.5


def test_until_the_browser_answers_there_is_a_picture():
    viewer = Viewer(TOWER)
    assert viewer.webgl is None
    assert Image.open(io.BytesIO(viewer._picture.value)).size == (640, 640)


def test_without_webgl_the_picture_follows_steps_and_says_so():
    viewer = Viewer(TOWER, analyze(TOWER))
    viewer._probe.value = "no"
    assert viewer.webgl is False and viewer._stage is None
    assert "no WebGL" in viewer.children[0].value
    whole = viewer._picture.value
    viewer.steps = 2
    part = viewer._picture.value
    assert whole != part
    viewer.colouring = Colouring.LAYER
    assert viewer._picture.value != part
    viewer.steps = 0
    assert viewer._picture.value == b""
    viewer.show(FALLS, analyze(FALLS))
    viewer.grow(TOWER[:2])
    assert viewer._stage is None and viewer._picture.value


def test_with_webgl_no_picture_is_drawn_for_nothing():
    viewer = Viewer()
    viewer._probe.value = "yes"
    viewer.show(TOWER)
    assert viewer.webgl and viewer._picture.value == b""


def test_nothing_to_show_is_fine():
    viewer = Viewer(BrickStructure([]))
    viewer.grow(BrickStructure([]))
    assert viewer.steps == 0
    viewer.show(TOWER)
    viewer.show(BrickStructure([]))
    assert viewer._stage._chunks == []
