"""What a job does: have a model built, verify it, draw it, store it, tell of it as it goes.

Runs in the process that RQ forks for each job. Knows nothing of HTTP. A job may be tried again
after something died; whatever has ended once (see `events`) is not done again.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import get_current_job
from rq.job import Job

from legolab.artefacts import (
    MEDIA_TYPES,
    PACKED,
    PREVIEW,
    packed_of,
    picture_of,
    texts_of,
)
from legolab.bricks.brick import Brick
from legolab.bricks.catalog import SIZES
from legolab.bricks.inventory import brick_counts
from legolab.bricks.structure import BrickStructure
from legolab.errors import EngineError, LegolabError, SolverError
from legolab.generation.engine import EngineClient, Request
from legolab.generation.events import event_from_json, event_to_json
from legolab.generation.order import Order
from legolab.generation.result import Finished, Generation, Settled
from legolab.serve import events
from legolab.serve.beside import Beside
from legolab.serve.settings import Settings
from legolab.serve.storage import store_of
from legolab.serve.store import Files
from legolab.stability.analysis import analyze
from legolab.stability.proof import check_proof
from legolab.stability.report import Verdict

PICTURE = 512
"""Pixels along a side of a preview: a quarter of the time of twice the side."""
REDIS_SECONDS = 30.0
"""How long a job waits for Redis to come back."""
Model = tuple[BrickStructure, Verdict]

PRACTICE: Model = (
    BrickStructure(Brick(*size, 0, 0, layer) for layer, size in enumerate(SIZES)),
    Verdict.STABLE,
)
"""A model to draw before those of jobs: a tower of every brick in either turn."""
TOGETHER_SECONDS = 0.04
"""Events are published together that come within this time: nobody sees the difference."""


@dataclass(frozen=True)
class Workbench:
    """What a worker lends to its jobs."""

    engine: EngineClient
    painter: Beside[Model]
    settings: Settings


_workbench: Workbench | None = None


def set_up(workbench: Workbench) -> None:
    """Lend this to the jobs of this process and of those forked from it."""
    global _workbench
    _workbench = workbench


class JobOver(Exception):  # noqa: N818, because nothing went wrong
    """The job was cancelled, or another attempt at it has ended."""


def generate_job(owner: str, order: dict[str, Any]) -> str | None:
    """Do one job; the last event that it publishes is its outcome.

    Returns:
        The id of the stored result; None when the job was over before.

    Raises:
        LegolabError: it failed, and has said why; or its engine died, and it may be tried again.
        RedisError: Redis stayed away; it may be tried again.
    """
    job, workbench = get_current_job(), _workbench
    assert job is not None and workbench is not None
    teller = _Teller(job.connection, job.id, workbench.settings.keep_seconds)
    request = Request(Order.from_json(order), id=job.id)
    try:
        with _failures(job, teller):
            happening = workbench.engine.documents(request)
            settled = _settle(happening, teller)
            picture = workbench.painter.begin((settled.structure, settled.verdict))
            teller.publish()
            result = _finish(happening, settled)
            _verify(result)
            texts = texts_of(result, indent=None) | {PACKED: packed_of(result)}
            files = {PREVIEW: (picture.outcome(), MEDIA_TYPES[PREVIEW])} | texts
            return _deliver(result, files, owner, workbench.settings, teller)
    except JobOver:
        return None


def paint(model: Model) -> bytes:
    """The preview of a model, as PNG."""
    return picture_of(*model, PICTURE)


class _Teller:
    """Publishes the events of a job, a few at a time; a Redis that is away is waited for."""

    def __init__(self, redis: Redis, job_id: str, keep_seconds: int) -> None:
        self._redis = redis
        self._job_id = job_id
        self._keep_seconds = keep_seconds
        self._untold: list[Mapping[str, Any]] = []
        self._told = -math.inf

    def tell(self, event: Mapping[str, Any]) -> None:
        """Publish an event, unless others were a moment ago: then with those that follow.

        Raises:
            JobOver, RedisError: see `tell_now`.
        """
        self._untold.append(event)
        if time.monotonic() - self._told > TOGETHER_SECONDS:
            self.publish()

    def tell_now(self, event: Mapping[str, Any]) -> None:
        """Publish an event and all that waited for it.

        Raises:
            JobOver: the job has ended; nothing was published.
            RedisError: Redis stays away.
        """
        self._untold.append(event)
        self.publish()

    def publish(self) -> None:
        """Publish what waits for others to come.

        Raises:
            JobOver, RedisError: see `tell_now`.
        """
        if not self._untold:
            return
        until = time.monotonic() + REDIS_SECONDS
        while True:
            try:
                added = events.publish_all(
                    self._redis, self._job_id, self._untold, self._keep_seconds
                )
            except RedisError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)
            else:
                break
        if added is None:
            raise JobOver
        self._untold = []
        self._told = time.monotonic()


@contextmanager
def _failures(job: Job, teller: _Teller) -> Iterator[None]:
    """Say why a job fails, once it is sure to.

    RQ tries again while `retries_left` allows; only what may go better then leaves it so.
    """
    retries, job.retries_left = job.retries_left, 0
    try:
        yield
    except (EngineError, RedisError) as error:
        job.retries_left = retries
        if not retries and isinstance(error, EngineError):
            teller.tell_now({"type": "failed", "reason": str(error)})
        raise
    except LegolabError as error:
        teller.tell_now({"type": "failed", "reason": str(error)})
        raise


def _next(happening: Iterator[dict[str, Any]]) -> dict[str, Any]:
    """What the engine says next.

    Raises:
        LegolabError: it cannot do what it was asked; it stopped or died.
    """
    for document in happening:
        return document
    raise EngineError("expected the engine to finish this request, but it only stopped")


def _settle(happening: Iterator[dict[str, Any]], teller: _Teller) -> Settled:
    """What the engine settles for, its bricks told as they come."""
    document: dict[str, Any] = {}
    while document.get("type") != "settled":
        document = _next(happening)
        teller.tell(document)
    settled = event_from_json(document)
    assert isinstance(settled, Settled)
    return settled


def _finish(happening: Iterator[dict[str, Any]], settled: Settled) -> Generation:
    """The engine's result, which comes once it has worked out all of the report."""
    finished = event_from_json(_next(happening))
    assert isinstance(finished, Finished)
    if finished.result.structure != settled.structure:
        raise EngineError("expected the structure that the engine settled for, got another")
    return finished.result


def _verify(result: Generation) -> None:
    """See by other means than the engine's that its verdict holds.

    The forces of what stands prove it; there is no such proof of a fall, so it is solved again.

    Raises:
        SolverError: the verdict does not hold, or it could not be told.
    """
    verdict = result.report.verdict
    if verdict is Verdict.STABLE:
        check_proof(result.report)
    elif (again := analyze(result.structure).verdict) is not verdict:
        raise SolverError(
            f"the solvers disagree: {verdict.value} by {result.report.backend}, "
            f"{again.value} when solved again"
        )


def _deliver(
    result: Generation, files: Files, owner: str, settings: Settings, teller: _Teller
) -> str:
    """Store the files of a result and tell that it is finished, or leave nothing.

    Raises:
        JobOver: somebody ended the job before.
        StorageError: the files could not be stored.
    """
    # Opened here because obstore does not work in a fork of a process that has used it.
    store = store_of(settings)
    stored = store.publish(files, owner)
    finished = event_to_json(Finished(result)) | {
        "result": stored,
        "files": list(files),
        "brick_counts": brick_counts(result.structure),
    }
    try:
        teller.tell_now(finished)
    except JobOver:
        store.delete(stored)
        raise
    return stored
