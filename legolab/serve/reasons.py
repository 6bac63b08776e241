"""Why a store could not do what was asked, in a person's words. Knows no store.

A process that forks must not have used a store before, or its children cannot: the threads that
obstore started do not come along, and a call would wait for ever. This is refused here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

from obstore.exceptions import BaseError

from legolab.errors import StorageError

_S3 = re.compile(r"<Code>(?P<code>[^<]*)</Code>.*?<Message>(?P<message>[^<]*)</Message>", re.DOTALL)
_SYSTEM = re.compile(r"\(os error (\d+)\)|Os \{\s*code: (\d+)")


def reason(error: Exception, body: str = "") -> str:
    """The reason in an error of obstore, of urllib (with the answer's body) or of the system.

    >>> reason(OSError("Unable to copy: No space left on device (os error 28)"))
    'No space left on device'
    """
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    # obstore adds pages of debugging, in which the reason stands near the end.
    text = str(error) + body
    if said := _S3.search(text):
        return unescape(f"{said['code']}: {said['message']}")
    if number := _SYSTEM.search(text):
        return os.strerror(int(number[1] or number[2]))
    if "TimedOut" in text:
        return "no answer in time"
    return text.partition("\n")[0]


@contextmanager
def at_work(what: str) -> Iterator[None]:
    """Turn what obstore or the system raises into a StorageError: `cannot {what}: the reason`."""
    try:
        yield
    except (BaseError, OSError) as error:
        raise StorageError(f"cannot {what}: {reason(error)}") from error


_first_user: int | None = None


@contextmanager
def obstore_at_work(what: str) -> Iterator[None]:
    """The same around a call of obstore, which is refused in a child of a process that made one."""
    global _first_user
    _first_user = _first_user or os.getpid()
    if _first_user != os.getpid():
        raise StorageError(
            f"cannot {what}: the process that this one was forked from has used a store, "
            "and obstore would wait for ever"
        )
    with at_work(what):
        yield
