from legolab import generate
from legolab.widgets import Studio

SOFA = "a small sofa with arms"


def test_a_result_goes_from_tab_to_tab(engine):
    studio = Studio(engine)
    assert studio.tabs.titles == ("Prompt", "Inspect", "Solvers")
    result = generate(SOFA, seed=7, max_bricks=4)
    studio.prompt.reopen(result)
    assert len(studio.inspector.structure) == 0  # nobody looks at it yet
    studio.tabs.selected_index = 1
    assert studio.inspector.structure == result.structure
    studio.tabs.selected_index = 2
    assert studio.solvers.viewer.structure == result.structure


def test_what_was_set_in_a_tab_stays_until_there_is_another_model(engine):
    studio = Studio(engine)
    studio.prompt.reopen(generate(SOFA, seed=7, max_bricks=4))
    studio.tabs.selected_index = 1
    studio.inspector.pick(2)
    studio.tabs.selected_index = 0
    studio.tabs.selected_index = 1
    assert studio.inspector.viewer.picked == 2
    studio.prompt.reopen(generate(SOFA, seed=8, max_bricks=4))
    assert studio.inspector.viewer.picked is None


def test_without_a_result_every_tab_says_what_to_do(engine):
    studio = Studio(engine)
    for index in (1, 2):
        studio.tabs.selected_index = index
        assert "Ask for one" in studio.tabs.children[index].children[1].value
