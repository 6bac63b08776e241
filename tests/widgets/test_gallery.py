import pytest

from legolab import BrickStructure, analyze, generate
from legolab.errors import InputError
from legolab.widgets.colouring import paled
from legolab.widgets.gallery import side_by_side

TOWER = BrickStructure.from_text("2x2 (0,0,0)\n2x2 (0,0,1)\n2x2 (0,0,2)\n")
FALLS = BrickStructure.from_text("2x2 (0,0,0)\n2x2 (10,10,5)\n")


def test_models_of_every_kind_stand_beside_each_other():
    result = generate("a mug", seed=1, max_bricks=3)
    shown = side_by_side({"mug": result, "tower": analyze(TOWER), "bricks": TOWER})._repr_html_()
    assert shown.count("data:image/png;base64,") == 3
    assert f"{result.report.summary}, 3 bricks" in shown
    assert "<div" in shown and ">3 bricks</div>" in shown  # nobody asked whether these stand


def test_a_verdict_is_said_in_words_and_lines_follow():
    shown = side_by_side({"<two>": analyze(FALLS)}, {"<two>": ["likelihood -0.1", "a & b"]}).markup
    assert "Falls" in shown and "&lt;two&gt;" in shown and "<two>" not in shown
    assert "likelihood -0.1" in shown and "a &amp; b" in shown


def test_lines_about_a_model_that_is_not_there_are_refused():
    with pytest.raises(InputError, match="expected lines about tower, got mug"):
        side_by_side({"tower": TOWER}, {"mug": ["x"]})


def test_first_bricks_are_paled_and_the_others_left():
    pale = paled(TOWER, 2)
    assert list(pale) == list(TOWER) and pale.colors[2] == TOWER.colors[2]
    assert len(set(pale.colors[:2])) == 1 and pale.colors[0] != TOWER.colors[0]
