"""Ask for a model, watch it being built, and go on from what came out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from enum import Enum
from weakref import WeakKeyDictionary

import ipywidgets

from legolab.bricks.structure import BrickStructure
from legolab.errors import EngineError, InputError
from legolab.generation.engine import EngineClient, Request
from legolab.generation.order import Order
from legolab.generation.result import Generation
from legolab.widgets import cards
from legolab.widgets.asking import Ask
from legolab.widgets.following import drain, follow
from legolab.widgets.followup import FollowUp
from legolab.widgets.growth import Growth
from legolab.widgets.history import History
from legolab.widgets.kernel_engine import kernel_engine
from legolab.widgets.remarks import count_of, in_words, remarks
from legolab.widgets.style import style_sheet
from legolab.widgets.viewer import Viewer

EXAMPLES = (
    "a small round table",
    "a chair with four legs and a high back",
    "a bookshelf with three shelves",
    "a tower with four tiers",
    "a mug with a handle",
    "a small sofa with arms",
)
"""What the first screen offers to try."""

_TALLEST = 20  # layers of the world that models grow in
_STOPPED = "Stopped. What was built so far is shown."
_STOPPED_EARLY = "Stopped before there was a brick."

ResultCallback = Callable[[Generation], None]


class State(Enum):
    """Where a panel is."""

    IDLE = "idle"
    BUILDING = "building"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class PromptPanel(ipywidgets.VBox):
    """A caption becomes bricks, one by one; the kernel stays free meanwhile."""

    def __init__(self, engine: EngineClient | None = None) -> None:
        """Set up.

        Args:
            engine: whom to ask; the kernel's own if None.
        """
        self.engine = kernel_engine() if engine is None else engine
        self.state = State.IDLE
        self.result: Generation | None = None
        self._callbacks: list[ResultCallback] = []
        self._request: Request | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.RLock()
        # What was said after the caption, for models that came of it.
        self._said: WeakKeyDictionary[Generation, tuple[str, ...]] = WeakKeyDictionary()
        self.viewer = Viewer()
        self.history = History(self.reopen)
        self.head = ipywidgets.HTML()
        self.head.add_class("ll-head")
        self.progress = ipywidgets.HTML()
        self.progress.add_class("ll-progress")
        self.message = ipywidgets.HTML()
        self.message.add_class("ll-message")
        self.ask = ask = Ask()
        self.caption, self.seed, self.temperature = ask.caption, ask.seed, ask.temperature
        self.max_bricks, self.drafts, self.stock = ask.max_bricks, ask.drafts, ask.stock
        self.build_button, self.stop_button = ask.build_button, ask.stop_button
        self.follow_up = FollowUp(self.change, self.build_again)
        self.chips = [_chip(words) for words in EXAMPLES]
        self._listen()
        self._welcome = self._first_screen()
        self._stage = ipywidgets.VBox()
        self._stage.add_class("ll-stage")
        self._stage.add_class("ll-card")
        self._set_stage(self._welcome)
        panel = ipywidgets.Box([self.history, self._stage, self.ask])
        panel.add_class("ll-prompt")
        super().__init__([style_sheet(), panel])
        self.add_class("legolab")
        self._show_state()

    def on_result(self, callback: ResultCallback) -> None:
        """Call with every model that was finished or reopened."""
        self._callbacks.append(callback)

    def build(self, caption: str | None = None) -> None:
        """Begin to build; returns at once. What was being built is stopped.

        Args:
            caption: what; None takes what is written in the panel.
        """
        if caption is not None:
            self.caption.value = caption
        self._begin(lambda: Order(self.caption.value.strip(), seed=self.ask.read_seed()))

    def change(self, words: str | None = None) -> None:
        """Build the last model again with something changed; returns at once.

        Args:
            words: the change; None takes what is written in the panel.
        """
        if words is not None:
            self.follow_up.words.value = words
        wanted = self.follow_up.words.value.strip()
        self._begin(lambda: _change(self._last(), wanted), (wanted,))

    def build_again(self) -> None:
        """Build the last model again with its fields as they are set now; returns at once."""
        by_hand = self.follow_up.set_by_hand()
        said = ", ".join(f"{name} {value}" for name, value in by_hand.items())
        self._begin(lambda: self._again(self._last()), (said,) if said else ())

    def stop(self) -> None:
        """End what is being built; the panel is free at once."""
        with self._lock:
            request, self._request = self._request, None
            if request is None:
                return
            self.state = State.STOPPED
            self.progress.value = ""
            words = _STOPPED_EARLY if self._show_last() else _STOPPED
            self.message.value = cards.note(words, "quiet")
            self._show_state()
        with suppress(EngineError):  # it is gone then, and the request with it
            self.engine.cancel(request.id)

    def wait(self, timeout: float) -> bool:
        """Wait until nothing is being built any more; whether that came within `timeout` s."""
        if self._thread is not None:
            self._thread.join(timeout)
        return self._thread is None or not self._thread.is_alive()

    def reopen(self, result: Generation) -> None:
        """Show a model that was built before."""
        self.stop()
        self._finish(result)

    def _listen(self) -> None:
        self.caption.on_msg(self._submitted)
        self.build_button.on_click(lambda _: self.build())
        self.stop_button.on_click(lambda _: self.stop())
        for chip in self.chips:
            chip.on_click(lambda button: self.build(button.description))

    def _submitted(self, _: object, content: dict[str, object], __: object) -> None:
        """The Enter key in the caption."""
        if content.get("event") == "submit":
            self.build()

    def _first_screen(self) -> ipywidgets.Widget:
        words = ipywidgets.HTML(
            '<div class="ll-hello">Say what to build. It is built brick by brick, '
            "and I work out whether it stands.</div>"
        )
        chips = ipywidgets.Box(self.chips)
        chips.add_class("ll-chips")
        screen = ipywidgets.VBox([words, chips])
        screen.add_class("ll-welcome")
        return screen

    def _last(self) -> Generation:
        """The model to go on from.

        Raises:
            InputError: there is none.
        """
        if self.result is None:
            raise InputError("There is no model yet. Ask for one first.")
        return self.result

    def _again(self, result: Generation) -> Order:
        """The same caption and seed, every field as it is set."""
        return Order(
            result.caption,
            seed=result.seed,
            fields=self.follow_up.fields(),
            paint=dict(result.paint),
        )

    def _begin(self, order: Callable[[], Order], said: tuple[str, ...] | None = None) -> None:
        """Begin to build what an order says, with the options of the panel.

        Args:
            order: makes it; an InputError it raises is shown in words.
            said: what was said of the last model, to go on from it; None for another model.
        """
        self.stop()
        try:
            request = Request(replace(order(), **self.ask.read_options()))
        except InputError as error:
            self._fail(str(error))
            return
        with self._lock:
            if said is not None:
                said = (*self._said.get(self._last(), ()), *said)
            if len(self.viewer.structure) and not self._shows_last():
                self.viewer.show(BrickStructure([]))  # it was bricks of one that was stopped
            self._request = request
            self.state = State.BUILDING
            self.message.value = ""
            self.head.value = cards.heading(request.order.caption, said or ())
            self._set_stage(self.viewer)
            self.follow_up.show(None)
            self._show_progress(Growth(), 0.0)
            self._show_state()
            self._thread = threading.Thread(
                target=self._follow, args=(request, said or ()), name="legolab-prompt", daemon=True
            )
            self._thread.start()

    def _follow(self, request: Request, said: tuple[str, ...]) -> None:
        """In a thread of its own: draw what comes, until the end."""
        events = follow(self.engine, request)
        growth, began = Growth(), time.monotonic()
        ended = False
        while not ended:
            failure, ended = drain(events, growth)
            with self._lock:
                if self._request is not request:
                    return  # stopped, or another one has begun
                if failure is not None:
                    self._request = None
                    self._fail(in_words(failure))
                elif growth.result is not None:
                    self._request = None
                    self._said[growth.result] = said
                    self._finish(growth.result, remember=True)
                elif ended:
                    self._request = None
                    self._fail("Building ended without a model; that should not happen. Try again.")
                else:
                    if growth.bricks:  # until then the model before stays
                        self.viewer.grow(growth.structure)
                    self._show_progress(growth, time.monotonic() - began)

    def _finish(self, result: Generation, remember: bool = False) -> None:
        """A model is there."""
        with self._lock:
            self.result, self.state = result, State.DONE
            self._set_stage(self.viewer)
            self.viewer.show(result.structure, result.report)
            self.message.value = "".join(cards.note(words, "quiet") for words in remarks(result))
            self._show_state()
            self._describe(result)
            if remember:
                self.history.add(result, self._said.get(result, ()))
        for callback in self._callbacks:
            callback(result)

    def _fail(self, words: str) -> None:
        with self._lock:
            self.state = State.FAILED
            self.progress.value = ""
            self.message.value = cards.note(words, "bad")
            self._show_last()
            self._show_state()

    def _shows_last(self) -> bool:
        """Whether it is the last model that is seen, whole."""
        return self.result is not None and self.viewer.structure is self.result.structure

    def _show_last(self) -> bool:
        """Show the last model again, or the first screen, unless there are bricks of another.

        Returns:
            Whether there were none.
        """
        if len(self.viewer.structure) and not self._shows_last():
            return False
        result = self.result
        if result is None:
            self.head.value = ""
            self._set_stage(self._welcome)
            return True
        if not self._shows_last():
            self.viewer.show(result.structure, result.report)
        self._describe(result)
        return True

    def _describe(self, result: Generation) -> None:
        """All that is said of a model but the message."""
        self.progress.value = cards.line(count_of(result), f"seed {result.seed}")
        self.follow_up.show(result)
        # Last, so that a verdict is never seen beside a model that still grows.
        heading = cards.heading(result.caption, self._said.get(result, ()))
        self.head.value = heading + cards.verdict_chip(result.report)

    def _show_progress(self, growth: Growth, seconds: float) -> None:
        count = len(growth.bricks)
        words = "Reading the caption" if not count else f"{count} brick{'s' * (count != 1)}"
        if growth.aside:
            words += f"; {growth.aside}"
        figures = f"layer {growth.layers}, {seconds:.1f} s"
        self.progress.value = cards.line(words, figures) + cards.brick_row(growth.layers, _TALLEST)

    def _set_stage(self, middle: ipywidgets.Widget) -> None:
        """The model, or what the first screen says."""
        parts = (self.head, middle, self.progress, self.message, self.follow_up)
        if self._stage.children != parts:
            self._stage.children = parts

    def _show_state(self) -> None:
        self.ask.show_building(self.state is State.BUILDING)


def _change(result: Generation, words: str) -> Order:
    """The order that changes a result.

    Raises:
        InputError: there are no words, or the result cannot be changed in words.
    """
    if not words:
        raise InputError('Say what to change, such as "make it taller" or "black legs".')
    return Order.changing(result, words)


def _chip(words: str) -> ipywidgets.Button:
    chip = ipywidgets.Button(description=words, tooltip=f"Build {words}")
    chip.add_class("ll-example")
    return chip
