"""Going on from a model in the panel: its fields, changes in words, bricks that one has."""

import threading
from collections import defaultdict

import pytest

from legolab import edit, generate
from legolab.bricks.inventory import brick_counts
from legolab.errors import Cancelled
from legolab.generation.lexicon import CATEGORIES, Choice, Detail
from legolab.generation.prompt import read_description
from legolab.widgets.prompt_panel import PromptPanel, State

CHAIR = "a chair with four legs and a low back"
SOFA = "a small sofa with arms"


class Silence:
    """An engine that says nothing until a request is cancelled."""

    def __init__(self):
        self.requests = []
        self.asked = threading.Semaphore(0)
        self._cancelled = defaultdict(threading.Event)

    def stream(self, request):
        self.requests.append(request)
        self.asked.release()
        self._cancelled[request.id].wait(30)
        raise Cancelled("the request was cancelled")
        yield

    def cancel(self, id):
        self._cancelled[id].set()
        return True


def spoken(result):
    """The fields of a model's description that people speak of."""
    brief = read_description(result.description)
    fields = CATEGORIES[brief.category].fields
    return {f.name: brief.fields[f.name] for f in fields if not isinstance(f, Detail)}


@pytest.fixture(scope="module")
def chair():
    return generate(CHAIR, seed=7)


@pytest.fixture
def panel(engine, chair):
    """A panel with a chair in it."""
    panel = PromptPanel(engine)
    panel.reopen(chair)
    yield panel
    panel.stop()
    assert panel.wait(10)


@pytest.fixture
def silent(chair):
    """A panel with a chair in it, and an engine from which no brick ever comes."""
    panel = PromptPanel(Silence())
    panel.reopen(chair)
    yield panel
    panel.stop()
    assert panel.wait(10)


def is_seen(widget):
    return widget.layout.display != "none"


def test_without_a_model_there_is_nothing_to_go_on_from(engine):
    panel = PromptPanel(engine)
    assert not is_seen(panel.follow_up)
    for go_on in (panel.build_again, lambda: panel.change("make it taller")):
        go_on()
        assert panel.state is State.FAILED
        assert "There is no model yet." in panel.message.value
        assert panel._welcome in panel._stage.children


def test_sections_are_closed_at_first(panel):
    assert is_seen(panel.follow_up)
    folds = (panel.follow_up.interpreted, panel.follow_up.built, panel.stock)
    assert not any(fold.is_open for fold in folds)


def test_every_field_has_a_control_with_what_it_was_taken_to_be(panel, chair):
    fields = spoken(chair)
    assert panel.follow_up.interpreted.words == "Interpreted as chair"
    assert panel.follow_up.fields() == fields and panel.follow_up.set_by_hand() == {}
    for field in CATEGORIES["chair"].fields:
        if field.name not in fields:
            continue
        control = panel.follow_up.controls[field.name]
        if isinstance(field, Choice):
            assert control.options == tuple(field.words)
        else:
            assert (control.min, control.max) == (0 if field.name == "seat" else 1, 20)


def test_another_model_has_other_fields(panel):
    panel.reopen(generate(SOFA, seed=7, max_bricks=3))
    assert panel.follow_up.interpreted.words == "Interpreted as sofa"
    assert set(panel.follow_up.controls) == set(spoken(panel.result))


def test_build_again_orders_the_same_caption_and_seed_with_these_fields(panel, chair):
    panel.seed.value = "99"  # of what is asked next, not of this
    panel.follow_up.controls["back"].value = "high"
    width = spoken(chair)["width"] + 1
    panel.follow_up.controls["width"].value = width
    panel.follow_up.again_button.click()
    assert panel.wait(60) and panel.state is State.DONE
    fields = spoken(chair) | {"back": "high", "width": width}
    assert panel.result.structure == generate(CHAIR, seed=7, fields=fields).structure
    assert panel.follow_up.fields() == fields
    assert f"back high, width {width}" in panel.head.value
    assert f"back high, width {width}" in panel.history.children[1].children[1].value


def test_a_change_in_words_is_an_edit(panel, chair):
    panel.follow_up.words.value = "make the back higher"
    panel.follow_up.words._handle_custom_msg({"event": "submit"}, [])
    assert panel.state is State.BUILDING and not is_seen(panel.follow_up)
    assert panel.wait(60) and panel.state is State.DONE
    assert panel.result.structure == edit(chair, "make the back higher").structure
    assert "Changed: back from low to high" in panel.message.value
    assert f"The first {panel.result.kept} of {len(chair.structure)}" in panel.message.value
    assert is_seen(panel.follow_up) and panel.follow_up.words.value == ""
    assert panel.follow_up.controls["back"].value == "high"


def test_what_was_said_adds_up_and_colours_stay(panel):
    for words in ("black legs", "paint it red"):
        panel.change(words)
        assert panel.wait(60) and panel.state is State.DONE
    assert "black legs; paint it red" in panel.head.value
    assert "Painted legs black, red." in panel.message.value
    panel.history.children[2].children[-1].click()  # the one before
    assert "black legs" in panel.head.value and "paint it red" not in panel.head.value
    panel.build_again()
    assert panel.wait(60)
    assert panel.result.paint == {"legs": 0}


def test_a_change_that_is_not_understood_leaves_the_model_and_the_words(panel, chair):
    heard = []
    panel.on_result(heard.append)
    head = panel.head.value
    panel.change("sing a song")
    assert panel.wait(60) and panel.state is State.FAILED
    assert "ll-bad" in panel.message.value and "sing a song" in panel.message.value
    assert panel.viewer.structure is chair.structure and panel.head.value == head
    assert is_seen(panel.follow_up) and panel.follow_up.words.value == "sing a song"
    panel.change("")
    assert "Say what to change" in panel.message.value
    panel.change("black legs")
    assert panel.wait(60) and panel.state is State.DONE
    assert heard == [panel.result]


def test_a_caption_that_is_refused_leaves_the_model_of_before(panel, chair):
    head = panel.head.value
    panel.build("a submarine full of quarks")
    assert panel.wait(60) and panel.state is State.FAILED
    assert "ll-bad" in panel.message.value
    assert panel.viewer.structure is chair.structure and panel.head.value == head


def test_stopped_before_a_brick_has_come_the_model_of_before_is_seen(silent, chair):
    head = silent.head.value
    silent.change("make it taller")
    assert silent.state is State.BUILDING and "make it taller" in silent.head.value
    silent.stop_button.click()
    assert silent.state is State.STOPPED and silent.wait(10)
    assert "Stopped before there was a brick." in silent.message.value
    assert silent.viewer.structure is chair.structure and silent.head.value == head
    assert is_seen(silent.follow_up)


def test_options_go_along_with_whatever_is_ordered(silent):
    silent.temperature.value, silent.max_bricks.value, silent.drafts.value = 0.7, 90, 2
    silent.stock.fill({"2x4": 10, "2x4 red": 3})
    orders = (
        lambda: silent.change("make it taller"),
        silent.build_again,
        lambda: silent.build(SOFA),
    )
    for number, order in enumerate(orders, start=1):
        order()
        assert silent.engine.asked.acquire(timeout=30), f"request {number} never came"
        silent.stop()
    assert silent.wait(10)
    assert len(silent.engine.requests) == 3
    for request in silent.engine.requests:
        order = request.order
        assert (order.temperature, order.max_bricks, order.drafts) == (0.7, 90, 2)
        assert order.inventory == {"2x4": 10, "2x4 red": 3}


def test_drafts_are_one_to_five(panel):
    assert (panel.drafts.min, panel.drafts.max, panel.drafts.value) == (1, 5, 5)
    panel.drafts.value = 1
    panel.build_again()
    assert panel.wait(60)
    assert panel.result.trace.drafts == 1


def test_no_more_bricks_are_used_than_there_are_and_what_is_missing_is_said(panel):
    panel.stock.lines.value = "2x2 3"
    panel.drafts.value = 1
    panel.build_again()
    assert panel.wait(60) and panel.state is State.DONE
    assert brick_counts(panel.result.structure) == {"2x2": 3}
    assert panel.result.missing and "The inventory is short" in panel.message.value
    assert "more to build than the bricks it was allowed" not in panel.message.value


def test_bricks_that_cannot_be_read_are_said_before_anything_is_asked(silent):
    silent.stock.lines.value = "2x4 10\n2x9 4"
    silent.build(SOFA)
    assert silent.state is State.FAILED and silent.engine.requests == []
    assert "Line 2: expected a brick" in silent.message.value
    assert silent.stock.is_open and "Line 2" in silent.stock.said.value


def test_how_it_was_built_is_drawn(panel, chair):
    assert f"{len(chair.structure)} bricks, stands" in panel.follow_up.picture.value
    assert "<svg" in panel.follow_up.picture.value
