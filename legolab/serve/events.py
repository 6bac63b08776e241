"""What happens in a job, as it happens: one Redis stream for each. Knows nothing of HTTP.

Beside the stream lies a small hash with where the job has come to, so that asking for its state
does not read the events. Once an end is published (`finished`, `failed` or `cancelled`), nothing
more is: each job ends once, whoever else still writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
local ids = {}
for index = 4, 3 + ARGV[3] do
  ids[#ids + 1] = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'event', ARGV[index])
end
redis.call('HSET', KEYS[2], unpack(ARGV, 4 + ARGV[3]))
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[2])
return ids
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


def keys(job_id: str) -> tuple[str, str]:
    """Names of all that is kept of a job here."""
    return stream_key(job_id), progress_key(job_id)


def publish(redis: Redis, job_id: str, event: Mapping[str, Any], keep_seconds: int) -> str | None:
    """Add one event; see `publish_all`. Returns its id, or None when the job has ended."""
    added = publish_all(redis, job_id, [event], keep_seconds)
    return None if added is None else added[0]


def publish_all(
    redis: Redis, job_id: str, happened: Sequence[Mapping[str, Any]], keep_seconds: int
) -> list[str] | None:
    """Add events to a job's stream, all of them or none.

    Args:
        redis: where to.
        job_id: of which job.
        happened: at least one, plain JSON with a "type"; `index` and `kept` tell how many bricks
            stand. An end can only be the last.
        keep_seconds: stream and progress go this long after the last event.

    Returns:
        The ids, or None when the job has ended: whoever works on it must stop.

    Raises:
        RedisError: Redis does not answer.
    """
    script = redis.register_script(_PUBLISH)
    texts = [json.dumps(event, allow_nan=False) for event in happened]
    progress: dict[str, str | int] = {}
    for event in happened:
        progress |= _progress_fields(event)
    fields = [part for pair in progress.items() for part in pair]
    args = [MAX_EVENTS, keep_seconds, len(texts), *texts, *fields]
    added = script(keys=keys(job_id), args=args)
    return None if added is None else [_text(id) for id in added]


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
    elif event["type"] in ("rolled_back", "trimmed"):
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
    return _entries([entry for _, found in _pairs(answer) for entry in found])


async def read_last(redis: aioredis.Redis, job_id: str) -> Entry | None:
    """The last event of a job, if it has any.

    Raises:
        RedisError: Redis does not answer.
    """
    found = await redis.xrevrange(stream_key(job_id), count=1)
    return _entries(found)[0] if found else None


def _pairs(answer: Any) -> list[tuple[bytes, Any]]:
    """Stream name and entries, which newer protocols answer as a map."""
    return list(answer.items()) if isinstance(answer, dict) else list(answer or ())


def _entries(found: Any) -> list[Entry]:
    return [_entry(_text(id), _text(fields[b"event"])) for id, fields in found]


def _entry(id: str, text: str) -> Entry:
    return Entry(id, str(json.loads(text)["type"]), text)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
