"""The owner's side of an engine: one child process, and the requests that wait in line for it.

All state belongs to one thread, which others reach through `open` and `leave`, so there is next
to nothing to lock. Knows nothing of sockets and does no arithmetic: its process may be forked
while it runs. What the child says and hears is told in `engine_child`.
"""

from __future__ import annotations

import json
import logging
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from legolab.errors import Cancelled, EngineError, LegolabError

logger = logging.getLogger("legolab")

STOP_SECONDS = 0.7
"""A child that has not ended a cancelled request by then is killed: with that it is done in 1 s."""

START_SECONDS = 60.0
"""A new child may be silent for so long: a cold disk is slow to give up an interpreter."""

CLOSE_SECONDS = 10.0
"""Nobody waits longer for an engine to end, whatever keeps its thread."""

STARTS = 3
"""After so many children in a row that ended before they were warm, the fault is not theirs."""

_CLOSED = "expected an open engine, but it was closed"

# The child takes the owner's path to find the same legolab; -P keeps the working folder out of it.
_BOOT = (
    "import json, sys; setup = json.loads(sys.stdin.buffer.readline() or sys.exit()); "
    "sys.path[:] = setup['path']; "
    "from legolab.generation.engine_child import main; main(setup)"
)
_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


# A fork in another thread, while a child is being started, would take along ends of pipes whose
# closing tells this process that the child runs. Whoever forks here may wait for that child.
_NO_FORK = threading.Lock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_NO_FORK.acquire,
        after_in_parent=_NO_FORK.release,
        after_in_child=_NO_FORK.release,
    )


@dataclass(eq=False)
class Conversation:
    """A question, and the replies to it as JSON; the last is an end, and then comes None."""

    question: dict[str, Any]
    replies: SimpleQueue[bytes | None] = field(default_factory=SimpleQueue)

    def reply(self, document: dict[str, Any]) -> None:
        """Add a reply."""
        self.replies.put(json.dumps(document).encode())

    def end(self, failure: dict[str, str] | None = None) -> None:
        """Add the last reply."""
        self.reply({"end": failure})
        self.replies.put(None)

    def fail(self, error: LegolabError) -> None:
        """Add the last reply, which raises that error where it is read."""
        self.end({"error": type(error).__name__, "message": str(error)})


class _Child:
    """A child process, a thread that writes to it and one that reads what it says.

    Writing has its own thread because a stopped child reads nothing.
    """

    def __init__(
        self, setup: dict[str, Any], threads: int, hear: Callable[[_Child, bytes | None], None]
    ) -> None:
        self.warm = False
        self.failure: dict[str, str] | None = None  # why the model could not be read
        self.loads = 0
        self.heard = False
        self.silence = 0  # ticks since it last said something
        self._lines: SimpleQueue[bytes | None] = SimpleQueue()
        environment = os.environ | dict.fromkeys(_THREADS, str(threads))
        with _NO_FORK:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", _BOOT],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
                start_new_session=True,  # Ctrl-C at a terminal is for the owner alone
            )
        self.tell(setup)
        self._threads = (
            threading.Thread(target=self._write, name="legolab-engine-write", daemon=True),
            threading.Thread(
                target=self._read, args=(hear,), name="legolab-engine-read", daemon=True
            ),
        )
        for thread in self._threads:
            thread.start()

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message, sooner or later."""
        self._lines.put(json.dumps(message).encode() + b"\n")

    def _write(self) -> None:
        assert self.process.stdin is not None
        with suppress(OSError):
            while (line := self._lines.get()) is not None:
                self.process.stdin.write(line)
                self.process.stdin.flush()

    def _read(self, hear: Callable[[_Child, bytes | None], None]) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.endswith(b"\n"):  # else it was killed while it spoke
                hear(self, line)
        hear(self, None)

    def how_it_ended(self) -> str:
        """In words, of a process that closed its output."""
        try:
            status = self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return "its process fell silent"
        if status >= 0:
            return f"its process ended with exit code {status}"
        return f"its process was ended by signal {-status} ({signal.strsignal(-status)})"

    def end(self) -> None:
        """Leave no process, no thread and no pipe."""
        self.process.kill()
        self.process.wait()
        self._lines.put(None)
        pipes = (self.process.stdin, self.process.stdout)
        for thread, pipe in zip(self._threads, pipes, strict=True):
            # A fork of this process may hold the other end of a pipe open; then it stays.
            thread.join(1)
            if pipe is not None and not thread.is_alive():
                with suppress(OSError):
                    pipe.close()


class Line:
    """Gives the child one request after the other; replaces it when it dies, hangs or won't stop.

    A question is one of these, and "end" always closes the replies:

    - `{"do": "stream", "id": name, "request": {...}}`: `{"events": [...]}`, a few at a time
    - `{"do": "cancel", "id": name or null}`: `{"answer": whether there was anything to cancel}`
    - `{"do": "status"}` at once, `{"do": "ready"}` when the child is warm: `{"answer": {...}}`
    """

    def __init__(self, model: str, threads: int, patience: float) -> None:
        """Set up; nothing runs before `start`.

        Args:
            model: what the child is to be warm for.
            threads: of BLAS in the child.
            patience: seconds a child may be silent before it counts as hung.
        """
        self._tick = min(patience / 4, 1.0)
        self._setup = {"model": model, "tick": self._tick}
        self._threads = threads
        self._patience = patience
        self._inbox: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._gate = threading.RLock()  # a finaliser may close while this thread holds it
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="legolab-engine-line", daemon=True)
        # What follows is the thread's own.
        self._open = True
        self._wanted = True  # whether a child should be running
        self._starts = 0  # children in a row that ended before they were warm
        self._child: _Child | None = None
        self._waiting: deque[Conversation] = deque()
        self._until_warm: deque[Conversation] = deque()
        self._running: Conversation | None = None
        self._number = 0  # of the request the child has or had
        self._busy = False  # the child has not ended its request yet, cancelled or not
        self._stop_by = math.inf  # when a cancelled request must have ended

    def start(self) -> None:
        """Start the thread, and with it the child.

        The thread lives as long as the line does, and it is what Linux takes for the child's
        parent: a child ends with the thread that made it.
        """
        self._thread.start()

    def open(self, conversation: Conversation) -> None:
        """Ask; replies come in the conversation, and they always come to an end."""
        with self._gate:
            if not self._closed:
                self._inbox.put(partial(self._opened, conversation))
                return
        conversation.fail(EngineError(_CLOSED))

    def leave(self, conversation: Conversation) -> None:
        """Nobody listens any more: a request is taken out of the line, or cancelled."""
        self._inbox.put(partial(self._left, conversation))

    def close(self) -> None:
        """End everything, once it was started; returns when the child is gone."""
        self._inbox.put(self._close)
        if threading.current_thread() is not self._thread:
            self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        tick = time.monotonic() + self._tick
        try:
            while self._open:
                self._advance()
                until = min(tick, self._stop_by) - time.monotonic()
                with suppress(Empty):
                    self._inbox.get(timeout=max(until, 0))()
                now = time.monotonic()
                if now >= self._stop_by:
                    self._lose("its process did not stop when asked to")
                if now >= tick:
                    tick = now + self._tick
                    self._watch()
        finally:
            self._end_all()

    def _advance(self) -> None:
        """Do what can be done now: start a child, or give it the next request."""
        if self._child is None and self._wanted:
            self._start()
        child = self._child
        if child is None or not child.warm:
            return
        while self._until_warm:
            conversation = self._until_warm.popleft()
            if child.failure is None:
                conversation.reply({"answer": self._status()})
            conversation.end(child.failure)
        if self._waiting and not self._busy:
            self._running = self._waiting.popleft()
            self._busy = True
            self._number += 1
            child.tell({"run": self._number, "request": self._running.question["request"]})

    def _start(self) -> None:
        setup = self._setup | {"path": [entry for entry in sys.path if isinstance(entry, str)]}
        try:
            self._child = _Child(setup, self._threads, self._speaks)
        except OSError as error:
            self._give_up(f"{sys.executable}: {error.strerror or error}")

    def _give_up(self, reason: str) -> None:
        """No child until somebody asks again."""
        self._wanted = False
        self._starts = 0
        for conversation in (*self._waiting, *self._until_warm):
            conversation.fail(EngineError(f"the engine cannot start: {reason}"))
        self._waiting.clear()
        self._until_warm.clear()

    def _lose(self, reason: str) -> None:
        """Kill the child if it still runs; its request fails, and another child comes."""
        child, self._child = self._child, None
        assert child is not None
        logger.warning("engine: %s (process %d)", reason, child.process.pid)
        child.end()
        if self._running is not None:
            error = f"expected the engine to finish this request, but {reason}"
            self._running.fail(EngineError(error))
        self._rest()
        self._starts = 0 if child.warm else self._starts + 1
        if self._starts == STARTS:
            self._give_up(reason)

    def _rest(self) -> None:
        """The child has no request any more."""
        self._running = None
        self._busy = False
        self._stop_by = math.inf

    def _watch(self) -> None:
        """Lose a child that is dead, or that has said nothing for too long.

        Silence is counted in ticks of this thread and not by a clock: while the owner itself is
        stopped nobody counts.
        """
        child = self._child
        if child is None:
            return
        child.silence += 1
        patience = self._patience if child.heard else max(START_SECONDS, self._patience)
        if child.process.poll() is not None:
            self._lose(child.how_it_ended())
        elif child.silence * self._tick > patience:
            self._lose(f"its process was silent for {patience:g} s")

    def _speaks(self, child: _Child, line: bytes | None) -> None:
        """Called by the child's thread."""
        self._inbox.put(partial(self._hear, child, line))

    def _hear(self, child: _Child, line: bytes | None) -> None:
        if child is not self._child:
            return
        if line is None:
            self._lose(child.how_it_ended())
            return
        child.heard = True
        child.silence = 0
        match json.loads(line):
            case {"events": _}:
                if self._running is not None:
                    self._running.replies.put(line)
            case {"end": failure, "loads": loads}:
                child.loads = loads
                if self._running is not None:
                    self._running.end(failure)
                self._rest()
            case {"warm": failure, "loads": loads}:
                child.warm, child.failure, child.loads = True, failure, loads
                self._starts = 0

    def _opened(self, conversation: Conversation) -> None:
        match conversation.question:
            case {"do": "stream", "id": str(), "request": dict()}:
                self._wanted = True
                self._waiting.append(conversation)
            case {"do": "ready"}:
                self._wanted = True
                self._until_warm.append(conversation)
            case {"do": "cancel", "id": name}:
                found = self._find(name)
                for each in found:
                    self._drop(each)
                    each.fail(Cancelled("the request was cancelled before it was finished"))
                conversation.reply({"answer": bool(found)})
                conversation.end()
            case {"do": "status"}:
                conversation.reply({"answer": self._status()})
                conversation.end()
            case question:
                conversation.fail(EngineError(f"expected a question, got {question!r}"))

    def _find(self, name: str | None) -> list[Conversation]:
        """The requests of that name; without a name the one whose turn it is."""
        running = [] if self._running is None else [self._running]
        requests = [*running, *self._waiting]
        if name is None:
            return requests[:1]
        return [request for request in requests if request.question["id"] == name]

    def _left(self, conversation: Conversation) -> None:
        if self._drop(conversation):
            conversation.end()

    def _drop(self, conversation: Conversation) -> bool:
        """Do no more for a conversation; whether there was anything left to do."""
        if conversation is self._running:
            assert self._child is not None
            self._child.tell({"cancel": self._number})
            self._running = None
            self._stop_by = time.monotonic() + STOP_SECONDS
            return True
        for queue in (self._waiting, self._until_warm):
            if conversation in queue:
                queue.remove(conversation)
                return True
        return False

    def _status(self) -> dict[str, Any]:
        child = self._child
        return {
            "pid": None if child is None else child.process.pid,
            "warm": child is not None and child.warm,
            "loads": 0 if child is None else child.loads,
            "waiting": len(self._waiting),
        }

    def _close(self) -> None:
        self._open = False

    def _end_all(self) -> None:
        """Every conversation ends, also one that is opened at this moment."""
        with self._gate:
            self._closed = True
        self._wanted = False
        with suppress(Empty):
            while True:
                self._inbox.get_nowait()()
        if self._running is not None:
            self._running.fail(EngineError(_CLOSED))
            self._running = None
        for conversation in (*self._waiting, *self._until_warm):
            conversation.fail(EngineError(_CLOSED))
        self._waiting.clear()
        self._until_warm.clear()
        if self._child is not None:
            self._child.end()
            self._child = None
