"""The events of a request, read in a thread of their own so that nobody waits for them."""

from __future__ import annotations

import threading
import time
from queue import Empty, SimpleQueue

from legolab.errors import LegolabError
from legolab.generation.engine import EngineClient, Request
from legolab.generation.result import Event
from legolab.widgets.growth import Growth

Events = SimpleQueue[Event | LegolabError | None]
"""None comes last."""

_DRAWN_EVERY = 0.25  # seconds between two drawings of a growing model


def follow(engine: EngineClient, request: Request) -> Events:
    """Ask an engine; what it says, as it comes."""
    events: Events = SimpleQueue()
    reader = threading.Thread(
        target=_read, args=(engine, request, events), name="legolab-events", daemon=True
    )
    reader.start()
    return events


def drain(events: Events, growth: Growth) -> tuple[LegolabError | None, bool]:
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


def _read(engine: EngineClient, request: Request, events: Events) -> None:
    """Hand on what the engine says; None at the end, however it comes."""
    try:
        for event in engine.stream(request):
            events.put(event)
    except LegolabError as error:
        events.put(error)
    finally:
        events.put(None)
