"""A process that owns a model: loaded once, warm, one request at a time.

`Engine` starts it, replaces it when it dies or hangs, and ends it; the process itself and its
owner's bookkeeping are in `engine_child` and `engine_line`. Whoever holds the engine's address
asks by `connect`, also from another process. The generation is `generator.stream`'s own; this
module does not know how it works.
"""

from __future__ import annotations

import json
import math
import os
import threading
import weakref
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from legolab import errors
from legolab.errors import EngineError, InputError, LegolabError
from legolab.generation.engine_door import Door, call
from legolab.generation.engine_line import Line
from legolab.generation.events import event_from_json
from legolab.generation.order import Order
from legolab.generation.result import Event

DEFAULT_PATIENCE = 10.0
"""Seconds."""


@dataclass(frozen=True)
class Request:
    """An order, the model to fill it, and a name to cancel it by."""

    order: Order
    model: str = "embedded"
    id: str = field(default_factory=lambda: uuid4().hex)

    def to_json(self) -> dict[str, Any]:
        """The arguments; a model's folder as the engine's process can find it."""
        model = self.model if self.model == "embedded" else os.path.abspath(self.model)
        return {"order": self.order.to_json(), "model": model}


@dataclass(frozen=True)
class Status:
    """How an engine is at a moment."""

    pid: int | None  # of the process that owns the model; None while there is none
    warm: bool  # it has loaded what it is to be warm for
    loads: int  # times it has read a model from disk
    waiting: int  # requests in line behind the one that is running


class EngineClient:
    """Asks an engine, in this process or another; any number of threads may use it.

    It keeps nothing open between requests, so it may be carried through a fork.
    """

    def __init__(self, address: str) -> None:
        """Take the address of an engine; see `connect`."""
        self._address = address

    @property
    def address(self) -> str:
        """Where other processes of the same user reach the engine: path of a Unix socket."""
        return self._address

    def stream(self, request: Request) -> Iterator[Event]:
        """Build what a caption asks for, event by event; see `generator.stream`.

        The engine works on one request at a time, others wait in line. Closing the iterator, or
        dropping it, cancels the request.

        Raises:
            LegolabError: whatever `generator.stream` raises, with the same words.
            Cancelled: `cancel` ended the request.
            EngineError: the engine died, hung or was closed before the request was finished.
        """
        for document in self.documents(request):
            yield event_from_json(document)

    def documents(self, request: Request) -> Iterator[dict[str, Any]]:
        """The same events as the documents of `events`, for who only passes them on.

        Raises:
            LegolabError: as `stream`.
        """
        for reply in self._ask({"do": "stream", "id": request.id, "request": request.to_json()}):
            yield from reply["events"]

    def cancel(self, id: str | None = None) -> bool:
        """End the requests of that id, running or in line, or the running one, whoever asked it.

        Their streams raise Cancelled at once, and within a second the engine is ready for the
        next request.

        Returns:
            Whether there was anything to end.

        Raises:
            EngineError: there is no engine at the address any more.
        """
        found: bool = self._answer({"do": "cancel", "id": id})
        return found

    def status(self) -> Status:
        """How the engine is now.

        Raises:
            EngineError: there is no engine at the address any more.
        """
        return Status(**self._answer({"do": "status"}))

    def ready(self, timeout: float = 120.0) -> Status:
        """Wait until the model is warm.

        Args:
            timeout: seconds.

        Raises:
            ModelError: the model's files are missing or damaged.
            EngineError: the engine cannot start, or not in time.
        """
        return Status(**self._answer({"do": "ready"}, timeout))

    def _answer(self, question: dict[str, Any], timeout: float | None = None) -> Any:
        (reply,) = self._ask(question, timeout)
        return reply["answer"]

    def _ask(
        self, question: dict[str, Any], timeout: float | None = None
    ) -> Generator[dict[str, Any], None, None]:
        """The replies to a question, until the end."""
        with call(self.address) as connection:
            try:
                connection.send_bytes(json.dumps(question).encode())
                if timeout is not None and not connection.poll(timeout):
                    raise EngineError(f"expected a warm engine within {timeout:g} s, got none")
                while "end" not in (reply := json.loads(connection.recv_bytes())):
                    yield reply
            except (OSError, EOFError):
                raise EngineError(
                    "expected the engine to finish this request, but its owner is gone"
                ) from None
        if reply["end"] is not None:
            raise _error(**reply["end"])


def connect(address: str) -> EngineClient:
    """Reach the engine that another process of the same user owns.

    Args:
        address: its `Engine.address`.

    Raises:
        EngineError: there is no engine at the address.
    """
    client = EngineClient(address)
    client.status()
    return client


class Engine(EngineClient):
    """Owns the process. Close it, or use it as a context manager; the interpreter's end will do.

    A fork of the owner uses the engine as any client does: it cannot end it.
    """

    def __init__(
        self,
        *,
        model: str = "embedded",
        threads: int = 1,
        patience: float = DEFAULT_PATIENCE,
        eager: bool = False,
    ) -> None:
        """Set up.

        Args:
            model: what is loaded at the start: "embedded", or the folder of a model. Another one
                is loaded when a request asks for it.
            threads: of BLAS in the process, at least 1.
            patience: seconds without a sign of life after which the process is replaced.
            eager: start now, without waiting; otherwise when first used.

        Raises:
            InputError: an argument is out of range.
            EngineError: eager, and there is no place for a socket.
        """
        if threads < 1:
            raise InputError(f"expected at least 1 thread, got {threads}")
        if not 0 < patience < math.inf:
            raise InputError(f"expected a patience above 0 s, got {patience} s")
        folder = model if model == "embedded" else os.path.abspath(model)
        self._line = Line(folder, threads, patience)
        self._starting = threading.Lock()
        self._door: Door | None = None
        self._end: weakref.finalize[Any, Any] | None = None
        self._closed = False
        if eager:
            self._start()

    @property
    def address(self) -> str:
        """Where other processes of the same user reach the engine; starts it."""
        return self._start().address

    def close(self) -> None:
        """End the process; requests that run or wait raise EngineError. Leaves no socket."""
        with self._starting:
            self._closed = True
        if self._end is not None:
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _start(self) -> Door:
        if self._door is not None and not self._closed:
            return self._door  # without the lock, which a fork may have copied in any state
        with self._starting:
            if self._closed:
                raise EngineError("expected an open engine, but it was closed")
            if self._door is None:
                try:
                    self._door = Door(self._line)
                except OSError as error:
                    raise EngineError(f"the engine cannot open a socket: {error}") from error
                self._line.start()
                self._end = weakref.finalize(self, _end, self._line, self._door, os.getpid())
            return self._door


def _end(line: Line, door: Door, owner: int) -> None:
    """Also runs when the engine is forgotten, and when the interpreter ends."""
    if os.getpid() == owner:
        line.close()
        door.close()


def _error(error: str, message: str) -> LegolabError:
    """The error of that name."""
    kind = getattr(errors, error, None)
    if not (isinstance(kind, type) and issubclass(kind, LegolabError)):
        kind = EngineError
    return kind(message)
