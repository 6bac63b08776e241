"""What runs inside an engine's process: a warm model that answers one request at a time.

JSON lines come in on standard input and go out on what was standard output. Knows nothing of
sockets, of clients, or of who is next in line. Imports little by itself, so that the first sign
of life comes before the model is read.

In: `{"run": number, "request": {...}}` and `{"cancel": number}`. Out: `{"alive": pid}` every
second or so, `{"warm": failure, "loads": n}` once, then for each request `{"events": [...]}` any
number of times and one `{"end": failure, "loads": n}`. A failure is null or
`{"error": class, "message": words}`; loads count how often a model was read from disk.
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import closing
from queue import SimpleQueue
from types import TracebackType
from typing import Any, BinaryIO

from legolab.errors import LegolabError

_PR_SET_PDEATHSIG = 1

_TOGETHER_SECONDS = 0.03
"""Events that come within this time are told together: nobody sees the difference."""

_WARM_UP = {"caption": "a chair please", "seed": 0, "max_bricks": 2}
"""Reads the model, the solver and, by a word the lexicon lacks, the word table."""


def main(setup: Mapping[str, Any]) -> None:
    """Answer requests until the owner is gone.

    Args:
        setup: "model" to be warm for, and "tick", seconds between two signs of life.
    """
    sys.excepthook = _end_at_once
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner, who ends this process
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    child = _Child(_claim_output())
    threading.Thread(target=child.show_life, args=(setup["tick"],), daemon=True).start()
    threading.Thread(target=child.listen, daemon=True).start()
    child.work(setup["model"])


def _claim_output() -> BinaryIO:
    """Standard output for JSON lines alone; what else is printed goes to standard error."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return output


def _end_at_once(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Show a bug and end: the orderly way out would wait for threads that wait for the owner."""
    sys.__excepthook__(kind, error, trace)
    sys.stderr.flush()
    os._exit(1)


class _Child:
    """Three threads: one works, one listens, one shows that the process is alive."""

    def __init__(self, output: BinaryIO) -> None:
        self._output = output
        self._speaking = threading.Lock()
        self._requests: SimpleQueue[tuple[int, dict[str, Any]]] = SimpleQueue()
        self._cancelled = -1  # number of the request that was cancelled last

    def _say(self, message: dict[str, Any]) -> None:
        line = json.dumps(message).encode() + b"\n"
        try:
            with self._speaking:
                self._output.write(line)
                self._output.flush()
        except OSError:
            os._exit(0)  # nobody hears it any more

    def show_life(self, tick: float) -> None:
        """Say that the process is alive, and see that its owner is."""
        owner = os.getppid()
        while os.getppid() == owner:
            self._say({"alive": os.getpid()})
            time.sleep(tick)
        os._exit(0)  # standard input stays open where a fork of the owner has a copy of it

    def listen(self) -> None:
        """Take requests and cancels, until the owner closes its end."""
        for line in sys.stdin.buffer:
            match json.loads(line):
                case {"run": number, "request": request}:
                    self._requests.put((number, request))
                case {"cancel": number}:
                    self._cancelled = number
        os._exit(0)

    def work(self, model: str) -> None:
        """Warm up, then one request after the other."""
        failure = None
        try:
            for _ in _documents({"order": _WARM_UP, "model": model}):
                pass
        except LegolabError as error:
            failure = _failure(error)
        self._say({"warm": failure, "loads": _loads()})
        while True:
            number, request = self._requests.get()
            failure = self._answer(number, request)
            self._say({"end": failure, "loads": _loads()})

    def _answer(self, number: int, request: dict[str, Any]) -> dict[str, str] | None:
        """Say what happens, a few events at a time: each message wakes four threads."""
        happened: list[dict[str, Any]] = []
        told = -math.inf
        failure = None
        try:
            with closing(_documents(request)) as documents:
                for document in documents:
                    if self._cancelled == number:
                        return None
                    happened.append(document)
                    settled = document["type"] == "settled"  # before its factor is worked out
                    if settled or time.monotonic() - told > _TOGETHER_SECONDS:
                        self._say({"events": happened})
                        happened, told = [], time.monotonic()
        except LegolabError as error:
            failure = _failure(error)
        if happened:
            self._say({"events": happened})
        return failure


def _documents(request: dict[str, Any]) -> Generator[dict[str, Any], None, None]:
    """The events of a generation as JSON documents."""
    from legolab.generation.events import event_to_json
    from legolab.generation.order import Order

    for event in Order.from_json(request["order"]).events(request["model"]):
        yield event_to_json(event)


def _loads() -> int:
    from legolab.generation.models.embedded import load_embedded

    return load_embedded.cache_info().misses


def _failure(error: LegolabError) -> dict[str, str]:
    return {"error": type(error).__name__, "message": str(error)}
