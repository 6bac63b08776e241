"""What happens in a job, as it happens: one Redis stream for each. Knows nothing of HTTP.

Beside the stream lies a small hash with where the job has come to, so that asking for its state
does not read the events. Once an end is published (`finished`, `failed` or `cancelled`), nothing
more is: each job ends once, whoever else still writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis import asyncio as aioredis

MAX_EVENTS = 500
"""Events kept of a job, about; the oldest go first."""
BATCH = 100
"""Events read at once, at most."""
ENDS = frozenset({"finished", "failed", "cancelled"})
"""Types of the last event."""

_PUBLISH = """
if redis.call('HEXISTS', KEYS[2], 'end') == 1 then return false end
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'event', ARGV[3])
redis.call('HSET', KEYS[2], unpack(ARGV, 4))
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[2])
return id
"""


@dataclass(frozen=True)
class Progress:
    """Where a job has come to, by what was published."""

    bricks: int = 0  # standing
    end: str | None = None  # one of ENDS
    reason: str | None = None  # of a failure


@dataclass(frozen=True)
class Entry:
    """An event of a stream."""

    id: str
    type: str
    text: str  # its JSON


def stream_key(job_id: str) -> str:
    """Name of a job's stream."""
    return f"legolab:events:{job_id}"


def progress_key(job_id: str) -> str:
    """Name of the hash beside it."""
    return f"legolab:progress:{job_id}"


def publish(redis: Redis, job_id: str, event: Mapping[str, Any], keep_seconds: int) -> str | None:
    """Add an event to a job's stream, whole or not at all.

    Args:
        redis: where to.
        job_id: of which job.
        event: plain JSON with a "type"; `index` and `kept` tell how many bricks stand.
        keep_seconds: stream and progress go this long after the last event.

    Returns:
        The event's id, or None when the job has ended: whoever works on it must stop.

    Raises:
        RedisError: Redis does not answer.
    """
    script = redis.register_script(_PUBLISH)
    fields = [part for pair in _progress_fields(event).items() for part in pair]
    args = [MAX_EVENTS, keep_seconds, json.dumps(event, allow_nan=False), *fields]
    added = script(keys=[stream_key(job_id), progress_key(job_id)], args=args)
    return None if added is None else _text(added)


def _progress_fields(event: Mapping[str, Any]) -> dict[str, str | int]:
    """What an event changes of the progress."""
    kind = event["type"]
    fields: dict[str, str | int] = {"type": kind}
    if kind in ENDS:
        fields["end"] = kind
    if "reason" in event and kind == "failed":
        fields["reason"] = event["reason"]
    if "index" in event:
        fields["bricks"] = event["index"] + 1
    elif "kept" in event:
        fields["bricks"] = event["kept"]
    elif kind == "started":
        fields["bricks"] = 0
    return fields


def read_progress(stored: Mapping[bytes, bytes]) -> Progress:
    """The progress in the hash of `progress_key`; empty when nothing was published."""
    values = {_text(name): _text(value) for name, value in stored.items()}
    return Progress(int(values.get("bricks", 0)), values.get("end"), values.get("reason"))


async def read(
    redis: aioredis.Redis, job_id: str, after: str, wait_ms: int | None = None
) -> list[Entry]:
    """The next events after the id `after` ("0" is before all of them), in order.

    Args:
        redis: its answer time must be longer than the wait.
        job_id: of which job.
        after: an id of `Entry`.
        wait_ms: how long to wait for the first; None not at all.

    Raises:
        RedisError: Redis does not answer.
    """
    answer = await redis.xread({stream_key(job_id): after}, BATCH, wait_ms)
    entries = [entry for _, found in _pairs(answer) for entry in found]
    return [_entry(_text(id), _text(fields[b"event"])) for id, fields in entries]


def _pairs(answer: Any) -> list[tuple[bytes, Any]]:
    """Stream name and entries, which newer protocols answer as a map."""
    return list(answer.items()) if isinstance(answer, dict) else list(answer or ())


def _entry(id: str, text: str) -> Entry:
    return Entry(id, str(json.loads(text)["type"]), text)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
