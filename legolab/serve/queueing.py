"""Jobs in line: put in, looked at, cancelled. RQ underneath; knows nothing of HTTP.

What a job is doing is told by three things read together: its progress (see `events`), RQ's record
of it, and its place in the queue. An end that was published counts, whatever RQ says: a worker
may die between the two. Every value in Redis is JSON: RQ's own default, pickle,
would let whoever can write to Redis run code here.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from redis import Redis
from redis import asyncio as aioredis
from rq import Queue, Retry
from rq.command import send_stop_job_command
from rq.exceptions import DuplicateJobError, InvalidJobOperation
from rq.job import Job, JobStatus
from rq.registry import CanceledJobRegistry
from rq.results import Result

from legolab.generation.order import Order
from legolab.serve import events
from legolab.serve.settings import Settings

SERIALIZER = "json"
QUEUE = "interactive"
TASK = "legolab.serve.tasks.generate_job"
"""What a worker runs; named, because only the worker can import it."""
RETRIES = 2
"""After a worker or its engine died, not after a failure that would come again."""

_NAMESPACE = uuid.UUID("5f0f7c6e-3f0b-5b0e-9d8a-2a2b1f4f6a52")
_STOP_TRIES, _STOP_PAUSE = 50, 0.02  # seconds: a worker names itself soon after it takes a job
_READ = (b"data", b"status")  # of RQ's record: all that is needed of its thirty fields
_STOPPED = frozenset({JobStatus.STOPPED, JobStatus.CANCELED})


class State(Enum):
    """What a job is doing."""

    QUEUED = "queued"
    STARTED = "started"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether it stays like this."""
        return self not in (State.QUEUED, State.STARTED)


@dataclass(frozen=True)
class JobView:
    """A job as its owner sees it."""

    job_id: str
    state: State
    position: int = 0  # while queued: 1 is next, 0 is being taken
    bricks: int = 0  # standing so far
    reason: str | None = None  # of a failure
    sealed: bool = False  # whether an end was published
    finished: Mapping[str, Any] | None = None  # the last event, of a job that has finished


@dataclass(frozen=True)
class Accepted:
    """The job is in line, or was put there before by the same key."""

    job_id: str
    position: int | None  # None: it was there before


@dataclass(frozen=True)
class QueueFull:
    """As many jobs wait as may."""

    waiting: int


@dataclass(frozen=True)
class KeyReused:
    """The key belongs to a job with another order."""

    job_id: str


def job_id_of(owner: str, key: str | None) -> str:
    """The id of a job: the same for the same person and key, another one when there is no key."""
    name = json.dumps([owner, key if key is not None else str(uuid.uuid4())])
    return str(uuid.uuid5(_NAMESPACE, name))


class JobQueue:
    """The line of jobs. Methods that are not `async` block: call them in a thread."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        """Remember where; nothing is read yet."""
        self._redis = redis
        self._settings = settings
        self._queue = Queue(QUEUE, connection=redis, serializer=SERIALIZER)

    def submit(self, owner: str, order: Order, key: str | None) -> Accepted | QueueFull | KeyReused:
        """Put a job in line, once for each key.

        The bound is looked at first and not held while the job is put in: it can be passed by as
        many as come in the same moment.

        Raises:
            RedisError: Redis does not answer.
        """
        job_id = job_id_of(owner, key)
        arguments = {"owner": owner, "order": order.to_json()}
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.exists(Job.key_for(job_id))
            pipe.llen(self._queue.key)
            known, waiting = pipe.execute()
        if known:
            return self._existing(job_id, arguments)
        if waiting >= self._settings.queue_limit:
            return QueueFull(waiting)
        try:
            self._queue.enqueue_call(
                TASK,
                kwargs=arguments,
                job_id=job_id,
                unique=True,
                description="generate",  # RQ would log the prompt
                timeout=self._settings.job_seconds,
                result_ttl=self._settings.keep_seconds,
                failure_ttl=self._settings.keep_seconds,
                retry=Retry(max=RETRIES),
            )
        except DuplicateJobError:
            return self._existing(job_id, arguments)
        return Accepted(job_id, waiting + 1)

    def _existing(self, job_id: str, arguments: dict[str, Any]) -> Accepted | KeyReused:
        job = Job.fetch(job_id, connection=self._redis, serializer=SERIALIZER)
        return Accepted(job_id, None) if job.kwargs == arguments else KeyReused(job_id)

    async def view(self, redis: aioredis.Redis, owner: str, job_id: str) -> JobView | None:
        """A job of that person, or None; one call to Redis, two when it is finished or failed.

        Raises:
            RedisError: Redis does not answer.
        """
        async with redis.pipeline(transaction=False) as pipe:
            self._ask(pipe, job_id)
            view = self._read(owner, job_id, await pipe.execute())
        if view is None:
            return None
        if view.state is State.FINISHED:
            finished = await events.read_last(redis, job_id)
            return replace(view, finished=json.loads(finished.text)) if finished else None
        if view.state is State.FAILED and view.reason is None:
            stored = await redis.xrevrange(Result.get_key(job_id), count=1)
            return replace(view, reason=self._why(stored or []))
        return view

    async def waiting(self, redis: aioredis.Redis) -> int:
        """Number of jobs in line.

        Raises:
            RedisError: Redis does not answer.
        """
        return int(await redis.llen(self._queue.key))

    def cancel(self, owner: str, job_id: str) -> JobView | None:
        """Take a job of that person out of line, or stop it; None when there is none.

        Returns:
            The job afterwards; it is not cancelled when it had ended before.

        Raises:
            RedisError: Redis does not answer.
        """
        view = self._view(owner, job_id)
        if view is None or view.state.over:
            return view
        ended = events.publish(
            self._redis, job_id, {"type": "cancelled"}, self._settings.keep_seconds
        )
        if ended is None:
            return self._view(owner, job_id)
        if self._redis.lrem(self._queue.key, 1, job_id):
            self._forget(job_id)
        else:
            self._stop(job_id)
        return JobView(job_id, State.CANCELLED)

    def end(self, view: JobView) -> bool:
        """Publish how a job ended, where whoever worked on it could not; False if it is known.

        Raises:
            RedisError: Redis does not answer.
        """
        event = {"type": view.state.value}
        if view.reason is not None:
            event["reason"] = view.reason
        keep = self._settings.keep_seconds
        return events.publish(self._redis, view.job_id, event, keep) is not None

    def keep(self, job_id: str) -> None:
        """Let a finished job be known for good.

        Raises:
            RedisError: Redis does not answer.
        """
        with self._redis.pipeline(transaction=False) as pipe:
            for key in (Job.key_for(job_id), *events.keys(job_id)):
                pipe.persist(key)
            pipe.execute()

    def close(self) -> None:
        """Let go of the connections."""
        self._redis.close()

    def _forget(self, job_id: str) -> None:
        """Mark a job that no worker has as cancelled, for as long as results are kept."""
        job = Job.fetch(job_id, connection=self._redis, serializer=SERIALIZER)
        job.cancel()
        self._redis.expire(job.key, self._settings.keep_seconds)
        registry = CanceledJobRegistry(QUEUE, self._redis, serializer=SERIALIZER)
        registry.remove(job)  # RQ would keep its name there for ever

    def _stop(self, job_id: str) -> None:
        """Have its worker stop a job; the worker may just be taking it."""
        for _ in range(_STOP_TRIES):
            try:
                send_stop_job_command(self._redis, job_id, serializer=SERIALIZER)
            except InvalidJobOperation:
                time.sleep(_STOP_PAUSE)
            else:
                return

    def _view(self, owner: str, job_id: str) -> JobView | None:
        with self._redis.pipeline(transaction=False) as pipe:
            self._ask(pipe, job_id)
            return self._read(owner, job_id, pipe.execute())

    def _ask(self, pipe: Any, job_id: str) -> None:
        """Queue the questions whose answers `_read` takes, on a pipeline of either kind."""
        pipe.hmget(Job.key_for(job_id), _READ)
        pipe.lpos(self._queue.key, job_id)
        pipe.hgetall(events.progress_key(job_id))

    def _read(self, owner: str, job_id: str, answers: list[Any]) -> JobView | None:
        record, place, stored = answers
        if None in record:
            return None
        job = Job(job_id, connection=self._redis, serializer=SERIALIZER)
        job.restore(dict(zip(_READ, record, strict=True)))
        if job.kwargs.get("owner") != owner:
            return None
        progress = events.read_progress(stored)
        state = _state(job.get_status(refresh=False), progress)
        position = 0 if place is None else place + 1
        return JobView(
            job_id,
            state,
            position=position if state is State.QUEUED else 0,
            bricks=progress.bricks,
            reason=progress.reason if state is State.FAILED else None,
            sealed=progress.end is not None,
        )

    def _why(self, stored: Sequence[Any]) -> str:
        """Why a job failed that could not say so itself, from RQ's record of the exception.

        A person is shown none of it: it names files and may hold another's words.
        """
        trace = ""
        for entry, fields in stored:
            name = entry.decode()
            outcome = Result.restore("", name, fields, self._redis, serializer=SERIALIZER)
            trace = outcome.exc_string or ""
        if "JobTimeoutException" in trace:
            return f"It took longer than the {self._settings.job_seconds} seconds it may take."
        if "AbandonedJobError" in trace or "Work-horse terminated" in trace:
            return "The worker that had it stopped unexpectedly."
        return "Something went wrong on our side."


def _state(status: JobStatus, progress: events.Progress) -> State:
    """The end that was published; what RQ says while there is none."""
    if progress.end is not None:
        return State(progress.end)
    if status in _STOPPED:
        return State.CANCELLED
    by_name = {"started": State.STARTED, "finished": State.FINISHED, "failed": State.FAILED}
    return by_name.get(status.value, State.QUEUED)
