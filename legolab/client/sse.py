"""Server-sent events, as the HTML standard has them. Knows nothing of connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from legolab.errors import ServiceError


@dataclass(frozen=True)
class Message:
    """One event of a stream.

    Attributes:
        id: to go on after; the last one given, if the event has none of its own.
        type: its name.
        data: its text.
    """

    id: str
    type: str
    data: str


def read_messages(readline: Callable[[int], bytes], limit: int) -> Iterator[Message]:
    """The events of a stream; one that breaks off before its empty line is dropped.

    >>> import io
    >>> text = b": hello\\nid: 7\\nevent: started\\ndata: {}\\n\\ndata: half"
    >>> list(read_messages(io.BytesIO(text).readline, limit=100))
    [Message(id='7', type='started', data='{}')]

    Args:
        readline: the next line with its end, of at most so many bytes; b"" at the end.
        limit: bytes that an event may have.

    Raises:
        ServiceError: an event is too large, or no text.
    """
    last, kind, size = "", "message", 0
    data: list[str] = []
    while line := readline(limit + 1):
        size += len(line)
        if size > limit:
            raise ServiceError(f"expected an event of at most {limit / 1e6:g} MB, got more")
        try:
            text = line.decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise ServiceError("expected an event in UTF-8, got other bytes") from None
        name, _, value = text.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "id" if "\0" not in value:
                last = value
            case "event":
                kind = value
            case "data":
                data.append(value)
        if not text:
            if data:
                yield Message(last, kind, "\n".join(data))
            kind, size, data = "message", 0, []
