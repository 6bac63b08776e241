"""Work in a process beside this one, so that two cores share what is to be done.

Knows nothing of what the work is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection

_FORK = get_context("fork")  # what is imported and warm here is so there


@contextmanager
def beside(work: Callable[[], bytes]) -> Iterator[Callable[[], bytes]]:
    """Begin work in a fork of this process, which is gone at the end of the block.

    The fork does not outlive this process by more than its work. Not for a process with threads.

    Returns:
        What waits for the outcome. If the fork came to none, the work is done here, so that its
        error is raised here.
    """
    receiver, sender = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_send, args=(work, receiver, sender), daemon=True)
    process.start()
    sender.close()

    def outcome() -> bytes:
        try:
            return receiver.recv_bytes()
        except EOFError:
            return work()

    try:
        yield outcome
    finally:
        process.kill()
        process.join()
        receiver.close()


def _send(work: Callable[[], bytes], receiver: Connection, sender: Connection) -> None:
    receiver.close()  # else sending would wait for ever for a parent that was killed
    with suppress(Exception):  # the parent meets it again
        sender.send_bytes(work())
