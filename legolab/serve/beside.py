"""Work in a process beside this one, so that two cores share what is to be done.

Knows nothing of what the work is.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Generic, TypeVar

_FORK = get_context("fork")  # what is imported here is so there
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_AT_ONCE = 1 << 28  # bytes that may be freed and kept

PATIENCE = 20.0
"""Seconds after which a task is done here instead."""

Task = TypeVar("Task")


class Errand(Generic[Task]):
    """A task that was given away."""

    def __init__(
        self, task: Task, work: Callable[[Task], bytes], connection: Connection | None
    ) -> None:
        """Take the way to who does it; None when nobody does."""
        self._task = task
        self._work = work
        self._connection = connection

    def outcome(self) -> bytes:
        """Wait for what comes of the task.

        If the other process comes to nothing, the work is done here, so that its error is raised
        here.
        """
        if self._connection is not None:
            with self._connection as connection, suppress(EOFError, OSError):
                if connection.poll(PATIENCE):
                    return connection.recv_bytes()
        return self._work(self._task)


class Beside(Generic[Task]):
    """A process that does one task after another; also forks of this one may give it tasks.

    It stays, because a fork must copy whatever memory it writes to, which takes as long as the
    work itself; so it also does a task for practice first. It ends with this process and its
    forks. Each task has a connection of its own: nobody who is killed leaves half a message.
    """

    def __init__(self, work: Callable[[Task], bytes], practice: Task) -> None:
        """Take what it does; start it."""
        self._work = work
        self._practice = practice
        self._door: socket.socket | None = None
        self._process: BaseProcess | None = None
        self.revive()

    def revive(self) -> None:
        """Start it again if it has died. In the process that made it alone."""
        if self._process is not None and self._process.is_alive():
            return
        self.close()
        self._door, there = socket.socketpair()
        arguments = (self._work, self._practice, self._door, there)
        self._process = _FORK.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        there.close()

    def begin(self, task: Task) -> Errand[Task]:
        """Give it a task."""
        here, there = _FORK.Pipe()
        assert self._door is not None
        try:
            with there:
                socket.send_fds(self._door, [b"."], [there.fileno()])
            here.send(task)
        except OSError:  # it has died
            here.close()
            return Errand(task, self._work, None)
        return Errand(task, self._work, here)

    def close(self) -> None:
        """End it. In the process that made it alone."""
        if self._process is not None and self._door is not None:
            self._door.close()
            self._process.kill()
            self._process.join()
            self._door = self._process = None


def _serve(
    work: Callable[[Task], bytes], practice: Task, here: socket.socket, door: socket.socket
) -> None:
    here.close()  # else it would wait for ever for a parent that was killed
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, who ends this process
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _keep_memory()
    with suppress(Exception):  # whoever has such a task meets it
        work(practice)
    while True:
        _, (*given,), _, _ = socket.recv_fds(door, 1, 1)
        if not given:
            os._exit(0)  # nobody is left who could ask
        with Connection(given[0]) as connection, suppress(Exception):
            connection.send_bytes(work(connection.recv()))


def _keep_memory() -> None:
    """Give no memory back, so that it need not be asked for again; where the C library can."""
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(_M_MMAP_THRESHOLD, _AT_ONCE)
        library.mallopt(_M_TRIM_THRESHOLD, _AT_ONCE)
