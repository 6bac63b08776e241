import base64
import re

import pytest

from legolab import BrickStructure, analyze, generate
from legolab.errors import InputError
from legolab.ldraw.reader import read_ldr
from legolab.widgets.colouring import Colouring
from legolab.widgets.inspector import Inspector

TOWER = BrickStructure.from_text(
    "2x4 (0,0,0)\n2x2 (0,0,1)\n1x1 (0,0,2)\n1x1 (1,1,2)\n2x2 (0,0,3)\n"
)
FALLS = BrickStructure.from_text("2x4 (0,0,0)\n2x2 (10,10,5)\n")


@pytest.fixture
def inspector():
    return Inspector(TOWER)


def test_the_verdict_comes_first_in_words(inspector):
    assert inspector.report is not None
    assert f">{inspector.report.summary}<" in inspector.head.value
    assert "Falls at brick 2" in Inspector(FALLS).head.value


def test_a_result_brings_its_caption_safe_in_html_and_its_seed():
    inspector = Inspector(generate("a small sofa with arms", seed=7, max_bricks=5))
    assert ">a small sofa with arms<" in inspector.head.value
    assert "<dt>Seed</dt><dd>7</dd>" in inspector.facts.value
    inspector.show(TOWER, caption="<script>alert(1)</script>")
    assert "<script>" not in inspector.head.value


def test_not_verified_is_loud_and_offers_no_scores():
    inspector = Inspector(TOWER, analyze(TOWER, backend="unverified"))
    assert "ll-unverified" in inspector.head.value and "UNVERIFIED" in inspector.head.value
    assert Colouring.SCORE not in [value for _, value in inspector.colouring.options]
    inspector.pick(0)
    assert "not known" in inspector.card.value


def test_a_picked_brick_has_its_card(inspector):
    inspector.viewer._clicked([1, 0])
    card = inspector.card.value
    for words in ("Brick 2", "2x2", "3003", "x 0, y 0, layer 2", "Held from below by brick 1"):
        assert words in card
    inspector.viewer._clicked([])
    assert "Click a brick" in inspector.card.value


def test_bricks_can_be_reached_without_a_mouse(inspector):
    inspector.after.click()
    assert inspector.viewer.picked == 0
    inspector.before.click()
    assert inspector.viewer.picked == 4
    assert inspector.weakest.disabled  # nothing pulls on any of them


def test_the_weakest_brick_is_one_click_away():
    arm = BrickStructure.from_text("2x2 (0,0,0)\n6x2 (0,0,1)\n6x2 (4,0,2)\n")
    inspector = Inspector(arm)
    inspector.weakest.click()
    weakest = inspector.report.weakest
    assert weakest is not None and inspector.viewer.picked == weakest
    assert f"Brick {weakest + 1}" in inspector.card.value


def test_the_steps_build_the_model(inspector):
    assert (inspector.steps.max, inspector.steps.value) == (4, 4)
    assert inspector.viewer.fresh is None
    inspector.steps.value = 3
    assert (inspector.viewer.steps, inspector.viewer.fresh) == (4, 2)
    assert "Step 3 of 4" in inspector.step_words.value
    assert "2 new, 4 of 5" in inspector.step_words.value
    inspector.steps.value = 1
    assert (inspector.viewer.steps, inspector.viewer.fresh) == (1, 0)


def test_a_step_that_does_not_stand_says_so():
    hung = BrickStructure.from_text("2x2 (0,0,0)\n2x2 (4,0,1)\n6x2 (0,0,2)\n2x2 (0,0,1)\n")
    inspector = Inspector(hung)
    said = []
    for step in range(1, inspector.steps.max + 1):
        inspector.steps.value = step
        said.append("would fall" in inspector.step_words.value)
    assert said == [False, True, True, False]
    inspector.show(hung, analyze(hung, backend="unverified"))
    inspector.steps.value = 2
    assert "2 of 4" in inspector.step_words.value
    assert "would fall" not in inspector.step_words.value


def test_layers_cut_the_model_open(inspector):
    inspector.layers.value = (2, 3)
    assert inspector.viewer.layer == (1, 2)
    inspector.layers.value = (1, 4)
    assert inspector.viewer.layer is None


def test_a_hidden_brick_is_brought_to_light_when_asked_for(inspector):
    inspector.steps.value = 1
    inspector.layers.value = (1, 1)
    inspector.pick(4)
    assert inspector.viewer.is_shown(4) and inspector.viewer.picked == 4


def test_colours_can_be_chosen_and_are_explained(inspector):
    inspector.colouring.value = Colouring.SCORE
    assert inspector.viewer.colouring is Colouring.SCORE
    assert "unloaded" in inspector.legend.value
    inspector.show(FALLS)
    assert inspector.viewer.colouring is Colouring.SCORE
    assert "hatched" in inspector.legend.value


def saved(button):
    """The file a browser would save: its name and bytes."""
    button.button.click()
    name = re.search(r'download="([^"]+)"', button.link.value)
    content = re.search(r";base64,([^\"]+)", button.link.value)
    return name[1], base64.b64decode(content[1])


def test_the_files_hold_the_model(inspector):
    name, content = saved(inspector.save_ldr)
    assert name == "model.ldr"
    assert list(read_ldr(content.decode(), TOWER.world)) == list(TOWER)
    assert inspector.report.summary in content.decode()
    name, content = saved(inspector.save_png)
    assert name == "model.png" and content.startswith(b"\x89PNG")


def test_saving_twice_saves_twice(inspector):
    first = saved(inspector.save_ldr), inspector.save_ldr.link.value
    again = saved(inspector.save_ldr), inspector.save_ldr.link.value
    assert first[0] == again[0] and first[1] != again[1]


def test_a_file_that_cannot_be_made_is_said_in_words():
    inspector = Inspector()
    inspector.save_png.button.click()
    assert "expected at least one brick to draw" in inspector.save_png.link.value


def test_empty_it_says_what_to_do():
    assert "Ask for one" in Inspector().children[1].value
    with pytest.raises(InputError):
        Inspector(BrickStructure([]))
