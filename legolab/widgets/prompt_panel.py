"""Ask for a model and watch it being built."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from queue import Empty, SimpleQueue

import ipywidgets

from legolab.errors import Cancelled, EngineError, InputError, LegolabError
from legolab.generation.engine import EngineClient, Request
from legolab.generation.generator import DEFAULT_MAX_BRICKS, DEFAULT_TEMPERATURE, SEED_LIMIT
from legolab.generation.order import Order
from legolab.generation.result import Event, Generation
from legolab.widgets import cards
from legolab.widgets.growth import Growth
from legolab.widgets.history import History
from legolab.widgets.kernel_engine import kernel_engine
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

_DRAWN_EVERY = 0.25  # seconds between two drawings of a growing model
_TALLEST = 20  # layers of the world that models grow in

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
        self.viewer = Viewer()
        self.history = History(self.reopen)
        self.head = ipywidgets.HTML()
        self.head.add_class("ll-head")
        self.progress = ipywidgets.HTML()
        self.progress.add_class("ll-progress")
        self.message = ipywidgets.HTML()
        self.message.add_class("ll-message")
        self.caption = ipywidgets.Text(placeholder="What shall I build?", continuous_update=True)
        self.caption.add_class("ll-ask-words")
        self.build_button = ipywidgets.Button(description="Build", tooltip="Build it")
        self.build_button.add_class("ll-go")
        self.stop_button = ipywidgets.Button(description="Stop", tooltip="Stop building")
        self.seed = ipywidgets.Text(description="Seed", placeholder="any")
        self.temperature = ipywidgets.FloatSlider(
            value=DEFAULT_TEMPERATURE, min=0.1, max=1.5, step=0.1, description="Boldness"
        )
        self.max_bricks = ipywidgets.BoundedIntText(
            value=DEFAULT_MAX_BRICKS, min=1, max=1000, description="Most bricks"
        )
        self.chips = [_chip(words) for words in EXAMPLES]
        self._listen()
        self._welcome = self._first_screen()
        self._stage = ipywidgets.VBox([self.head, self._welcome, self.progress, self.message])
        self._stage.add_class("ll-stage")
        self._stage.add_class("ll-card")
        panel = ipywidgets.Box([self.history, self._stage, self._ask()])
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
        self.stop()
        try:
            request = self._read_request()
        except InputError as error:
            self._fail(str(error))
            return
        with self._lock:
            self._request = request
            self.state = State.BUILDING
            self.message.value = ""
            self.head.value = cards.heading(request.order.caption)
            self._set_stage(self.viewer)
            self._show_progress(Growth(), 0.0)
            self._show_state()
            self._thread = threading.Thread(
                target=self._follow, args=(request,), name="legolab-prompt", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """End what is being built; the panel is free at once."""
        with self._lock:
            request, self._request = self._request, None
            if request is None:
                return
            self.state = State.STOPPED
            self.progress.value = ""
            self.message.value = cards.note("Stopped. What was built so far is shown.", "quiet")
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

    def _ask(self) -> ipywidgets.Widget:
        line = ipywidgets.Box([self.caption, self.stop_button, self.build_button])
        line.add_class("ll-ask-line")
        options = ipywidgets.Box([self.seed, self.temperature, self.max_bricks])
        options.add_class("ll-options")
        ask = ipywidgets.VBox([line, options])
        ask.add_class("ll-ask")
        ask.add_class("ll-card")
        return ask

    def _read_request(self) -> Request:
        """What the panel says.

        Raises:
            InputError: the seed is no number.
        """
        words = self.seed.value.strip()
        if words and not (words.isascii() and words.isdigit() and int(words) < SEED_LIMIT):
            raise InputError(
                f"The seed is a whole number from 0 to {SEED_LIMIT - 1}, or empty for any; "
                f"I read {words!r}."
            )
        order = Order(
            self.caption.value.strip(),
            seed=int(words) if words else None,
            temperature=self.temperature.value,
            max_bricks=self.max_bricks.value,
        )
        return Request(order)

    def _follow(self, request: Request) -> None:
        """In a thread of its own: draw what comes, until the end."""
        events: SimpleQueue[Event | LegolabError | None] = SimpleQueue()
        reader = threading.Thread(
            target=_read, args=(self.engine, request, events), name="legolab-events", daemon=True
        )
        reader.start()
        growth, began = Growth(), time.monotonic()
        ended = False
        while not ended:
            failure, ended = _drain(events, growth)
            with self._lock:
                if self._request is not request:
                    return  # stopped, or another one has begun
                if failure is not None:
                    self._request = None
                    self._fail(_in_words(failure))
                elif growth.result is not None:
                    self._request = None
                    self._finish(growth.result, remember=True)
                elif ended:
                    self._request = None
                    self._fail("Building ended without a model; that should not happen. Try again.")
                else:
                    self.viewer.grow(growth.structure)
                    self._show_progress(growth, time.monotonic() - began)

    def _finish(self, result: Generation, remember: bool = False) -> None:
        """A model is there."""
        with self._lock:
            self.result, self.state = result, State.DONE
            self._set_stage(self.viewer)
            self.viewer.show(result.structure, result.report)
            count = f"{len(result.structure)} brick{'s' * (len(result.structure) != 1)}"
            self.progress.value = cards.line(count, f"seed {result.seed}")
            self.message.value = "".join(cards.note(words, "quiet") for words in _remarks(result))
            self._show_state()
            # Last, so that a verdict is never seen beside a model that still grows.
            self.head.value = cards.heading(result.caption) + cards.verdict_chip(result.report)
            if remember:
                self.history.add(result)
        for callback in self._callbacks:
            callback(result)

    def _fail(self, words: str) -> None:
        with self._lock:
            self.state = State.FAILED
            self.progress.value = ""
            self.message.value = cards.note(words, "bad")
            if not len(self.viewer.structure):
                self.head.value = ""
                self._set_stage(self._welcome)
            self._show_state()

    def _show_progress(self, growth: Growth, seconds: float) -> None:
        count = len(growth.bricks)
        words = "Reading the caption" if not count else f"{count} brick{'s' * (count != 1)}"
        if growth.aside:
            words += f"; {growth.aside}"
        figures = f"layer {growth.layers}, {seconds:.1f} s"
        self.progress.value = cards.line(words, figures) + cards.brick_row(growth.layers, _TALLEST)

    def _set_stage(self, middle: ipywidgets.Widget) -> None:
        """The model, or what the first screen says."""
        parts = (self.head, middle, self.progress, self.message)
        if self._stage.children != parts:
            self._stage.children = parts

    def _show_state(self) -> None:
        building = self.state is State.BUILDING
        self.stop_button.disabled = not building
        self.stop_button.layout.display = "" if building else "none"
        self.build_button.layout.display = "none" if building else ""


def _read(
    engine: EngineClient, request: Request, events: SimpleQueue[Event | LegolabError | None]
) -> None:
    """In a thread of its own: hand on what the engine says; None at the end, however it comes."""
    try:
        for event in engine.stream(request):
            events.put(event)
    except LegolabError as error:
        events.put(error)
    finally:
        events.put(None)


def _drain(
    events: SimpleQueue[Event | LegolabError | None], growth: Growth
) -> tuple[LegolabError | None, bool]:
    """Take in all that has come until it is time to draw; what went wrong, whether it is over."""
    until = time.monotonic() + _DRAWN_EVERY
    while True:
        try:
            event = events.get(timeout=max(until - time.monotonic(), 0))
        except Empty:
            return None, False
        if event is None:
            return None, True
        if isinstance(event, LegolabError):
            return event, True
        growth.take(event)


def _in_words(error: LegolabError) -> str:
    """What a person can do about it."""
    match error:
        case Cancelled():
            return "It was stopped from elsewhere. Ask again."
        case EngineError():
            return f"The model's process is being started anew. Ask again. ({error})"
        case _:
            return str(error)


def _remarks(result: Generation) -> list[str]:
    """What a person should know of how it came out."""
    remarks = list(result.notes)
    if result.differences:
        remarks.append(f"It came out with {', '.join(map(str, result.differences))}.")
    if not result.trace.finished:
        remarks.append("It had more to build than the bricks it was allowed.")
    return remarks


def _chip(words: str) -> ipywidgets.Button:
    chip = ipywidgets.Button(description=words, tooltip=f"Build {words}")
    chip.add_class("ll-example")
    return chip
