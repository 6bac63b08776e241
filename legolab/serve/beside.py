"""Work in a process beside this one, so that two cores share what is to be done.

Knows nothing of what the work is.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

_FORK = get_context("fork")  # what is imported here is so there
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_AT_ONCE = 1 << 28  # bytes that a fork may free and keep

Task = TypeVar("Task")


class Beside(Generic[Task]):
    """A fork that waits for one task."""

    def __init__(self, work: Callable[[Task], bytes], connection: Connection) -> None:
        """Take what it does, and the way to it."""
        self._work = work
        self._connection = connection
        self._task: Task

    def begin(self, task: Task) -> None:
        """Give it its task."""
        self._task = task
        with suppress(OSError):  # it died: see `outcome`
            self._connection.send(task)

    def outcome(self) -> bytes:
        """Wait for what comes of the task.

        If the fork came to nothing, the work is done here, so that its error is raised here.
        """
        try:
            return self._connection.recv_bytes()
        except (EOFError, OSError):
            return self._work(self._task)


@contextmanager
def beside(work: Callable[[Task], bytes], practice: Task) -> Iterator[Beside[Task]]:
    """Fork this process for a task to come; the fork is gone at the end of the block.

    Until then it does a task for practice: memory that it shares with this process is copied when
    it first writes there, which takes as long as half the work. The fork does not outlive this
    process by more than its work. Not for a process with threads.
    """
    here, there = _FORK.Pipe()
    process = _FORK.Process(target=_serve, args=(work, practice, here, there), daemon=True)
    process.start()
    there.close()
    try:
        yield Beside(work, here)
    finally:
        process.kill()
        process.join()
        here.close()


def _serve(
    work: Callable[[Task], bytes], practice: Task, here: Connection, there: Connection
) -> None:
    here.close()  # else it would wait for ever for a parent that was killed
    with suppress(Exception):  # the parent meets it again
        _keep_memory()
        work(practice)
        there.send_bytes(work(there.recv()))


def _keep_memory() -> None:
    """Give no memory back, so that it need not be asked for again; where the C library can."""
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(_M_MMAP_THRESHOLD, _AT_ONCE)
        library.mallopt(_M_TRIM_THRESHOLD, _AT_ONCE)
