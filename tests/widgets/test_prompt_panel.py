"""Asking for models through a real engine: callbacks, stopping, engines that die, errors.

Going on from a model is in `test_going_on`.
"""

import os
import signal
import threading
import time

import pytest

from legolab import generate
from legolab.generation.engine import Engine
from legolab.widgets.prompt_panel import EXAMPLES, PromptPanel, State

LONG = "a bookshelf with five shelves"
SHORT = "a small sofa with arms"


def wait_until(condition, seconds=30.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


@pytest.fixture
def panel(engine):
    panel = PromptPanel(engine)
    yield panel
    panel.stop()
    assert panel.wait(10)


def begin_long(panel):
    """Have something built that takes a while; returns once bricks have arrived."""
    panel.seed.value = "2"
    panel.stock.lines.value = "1x1 400"  # with these alone it is drawn again and again
    panel.build(LONG)
    panel.stock.lines.value = ""
    wait_until(lambda: len(panel.viewer.structure) > 0)


def test_the_first_screen_offers_six_examples_that_can_be_tapped(panel):
    assert len(EXAMPLES) == 6
    assert panel.state is State.IDLE
    panel.max_bricks.value = 3
    panel.chips[5].click()
    assert panel.caption.value == EXAMPLES[5]
    assert panel.wait(60) and panel.state is State.DONE


def test_what_is_built_is_what_generate_builds(panel):
    heard = []
    panel.on_result(heard.append)
    panel.seed.value = "7"
    panel.build(SHORT)
    assert panel.state is State.BUILDING  # and this thread is free
    assert panel.wait(60)
    (result,) = heard
    assert result is panel.result
    assert result.structure == generate(SHORT, seed=7).structure == panel.viewer.structure
    assert result.report.summary in panel.head.value
    assert f"{len(result.structure)} bricks" in panel.progress.value


def test_bricks_arrive_one_after_the_other(panel):
    seen, progress = [], []
    real = panel.viewer.grow

    def grow(structure):
        seen.append(len(structure))
        progress.append(panel.progress.value)
        real(structure)

    panel.viewer.grow = grow
    begin_long(panel)
    wait_until(lambda: len(set(seen)) > 3 or panel.state is not State.BUILDING)
    assert len(set(seen)) > 3
    assert "layer" in progress[-1] and " s<" in progress[-1]


def test_stopping_takes_less_than_a_second_and_frees_the_engine(panel, engine):
    begin_long(panel)
    began = time.monotonic()
    panel.stop_button.click()
    assert time.monotonic() - began < 1
    assert panel.state is State.STOPPED and panel.wait(1)
    assert "Stopped" in panel.message.value
    panel.max_bricks.value = 3
    panel.build(SHORT)
    assert panel.wait(60) and panel.state is State.DONE


def test_a_new_caption_ends_the_one_before(panel):
    heard = []
    panel.on_result(heard.append)
    begin_long(panel)
    panel.max_bricks.value = 3
    panel.build(SHORT)
    assert panel.wait(60)
    assert [result.caption for result in heard] == [SHORT]


@pytest.mark.parametrize(
    ("caption", "words"),
    [("", "caption"), ("a submarine full of quarks", ""), ("x" * 1001, "1000")],
)
def test_captions_that_are_no_good_are_refused_in_words(panel, caption, words):
    panel.build(caption)
    assert panel.wait(60)
    assert panel.state is State.FAILED
    assert "ll-bad" in panel.message.value and words in panel.message.value.replace(",", "")
    assert "Traceback" not in panel.message.value
    assert panel.chips[0] in panel._welcome.children[1].children  # the examples are there again
    assert panel._welcome in panel._stage.children


@pytest.mark.parametrize("seed", ["-1", "seven", "4294967296", "1.5", "²"])
def test_seeds_that_are_no_numbers_are_refused_in_words(panel, seed):
    panel.seed.value = seed
    panel.build(SHORT)
    assert panel.state is State.FAILED
    assert "whole number from 0 to 4294967295" in panel.message.value


def test_an_engine_killed_halfway_is_said_and_replaced():
    with Engine() as engine:
        panel = PromptPanel(engine)
        begin_long(panel)
        pid = engine.status().pid
        os.kill(pid, signal.SIGKILL)
        assert panel.wait(10)
        assert panel.state is State.FAILED
        assert "being started anew. Ask again." in panel.message.value
        assert len(panel.viewer.structure) > 0  # what was built stays in sight
        panel.max_bricks.value = 3
        panel.build(SHORT)
        assert panel.wait(60) and panel.state is State.DONE
        assert engine.status().pid != pid


def test_a_closed_engine_is_said_in_words():
    engine = Engine()
    engine.close()
    panel = PromptPanel(engine)
    panel.build(SHORT)
    assert panel.wait(10)
    assert panel.state is State.FAILED and "ll-bad" in panel.message.value


def test_what_was_built_can_be_opened_again(panel):
    heard = []
    panel.on_result(heard.append)
    panel.max_bricks.value = 3
    for seed in ("1", "2"):
        panel.seed.value = seed
        panel.build(SHORT)
        assert panel.wait(60)
    newest, oldest = panel.history.results
    assert (newest.seed, oldest.seed) == (2, 1)
    entry = panel.history.children[2]
    assert bytes(entry.children[0].value).startswith(b"\x89PNG")
    entry.children[-1].click()
    assert heard[-1] is oldest and panel.viewer.structure == oldest.structure
    assert len(panel.history.results) == 2  # opening does not list it twice


def test_history_keeps_the_last_twelve(panel):
    result = generate(SHORT, seed=1, max_bricks=2)
    for _ in range(14):
        panel.history.add(result)
    assert len(panel.history.results) == 12 and len(panel.history.children) == 13


def test_enter_asks(panel):
    panel.max_bricks.value = 2
    panel.caption.value = SHORT
    panel.caption._handle_custom_msg({"event": "submit"}, [])
    assert panel.wait(60) and panel.state is State.DONE


def test_no_thread_is_left(engine):
    panel = PromptPanel(engine)
    panel.max_bricks.value = 2
    panel.build(SHORT)
    assert panel.wait(60)
    wait_until(
        lambda: (
            not any(
                thread.name in ("legolab-prompt", "legolab-events")
                for thread in threading.enumerate()
            )
        )
    )
