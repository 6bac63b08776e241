"""A worker: takes jobs from the queue one by one, and owns the engine that builds for them.

RQ forks a process for each job, which asks the engine for the bricks and the painter for their
picture; both stay warm from job to job.
"""

from __future__ import annotations

# isort: off
import legolab.shim  # noqa: F401  before any model: the published code then finds our solvers
# isort: on

import gc
import logging
import signal
import sys
from contextlib import closing
from importlib import import_module
from types import FrameType
from typing import Any

from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.executions import Execution
from rq.job import Job

from legolab.errors import InputError, LegolabError
from legolab.generation.engine import Engine
from legolab.serve import tasks
from legolab.serve.beside import Beside
from legolab.serve.broker import BrokerError, connect
from legolab.serve.queueing import QUEUE, SERIALIZER
from legolab.serve.settings import Settings

HEARTBEAT_SECONDS = 5
"""How often a worker says that its job goes on."""
ABANDONED_SECONDS = 20
"""A job of which nothing was heard for so long is abandoned; see `recovery`."""
WORKER_SECONDS = 30
"""How long an idle worker stays on record without a word, and a minute more."""

_SOLVER = ("highspy", "legolab.stability.backends.highs")
"""Imported here, so that no job has to; used in the jobs alone, because threads of a solver's own
would not come along into them."""

_log = logging.getLogger("legolab.serve")


class JobWorker(Worker):
    """RQ's worker, but for how soon a job counts as abandoned and what a lost Redis means."""

    max_connection_wait_time = 2.0
    log_result_lifespan = False
    told_to_stop = False
    painter: Beside[tasks.Model]

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop after the job at hand."""
        self.told_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        """Fork the process of a job, which finds a painter that lives."""
        self.painter.revive()
        super().fork_work_horse(job, queue)

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:
        """Seconds after which a job whose worker is silent counts as abandoned."""
        return ABANDONED_SECONDS

    def maintain_heartbeats(self, job: Job, execution: Execution) -> None:
        """Say that the job goes on; a Redis that is away is no reason to end the job."""
        try:
            super().maintain_heartbeats(job, execution)
        except RedisError as error:
            _log.warning("worker: no heartbeat for job %s: %s", job.id, error)

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Record why a job raised: in a line where it is known, in full where it is a bug."""
        kind, error, _ = exc_info
        if issubclass(kind, LegolabError | RedisError):
            _log.warning("worker: job %s: %s: %s", job.id, kind.__name__, error)
        else:
            super().handle_exception(job, *exc_info)

    def run_maintenance_tasks(self) -> None:
        """Nothing: the scheduler looks after abandoned jobs, and RQ would fail them."""


def run_worker(settings: Settings) -> None:
    """Work until told to stop; the job at hand is finished then.

    Raises:
        InputError: no Redis is given.
        ModelError, EngineError: the model cannot be loaded.
        BrokerError: Redis does not answer.
    """
    if settings.redis_url is None:
        raise InputError("LEGOLAB_REDIS_URL: expected the URL of a Redis, got none")
    signal.signal(signal.SIGTERM, _end)  # RQ takes over once it works
    redis = connect(settings.redis_url)
    with (
        Engine(threads=settings.engine_threads, eager=True) as engine,
        closing(Beside(tasks.paint, tasks.PRACTICE)) as painter,
    ):
        _warm_up()
        engine.ready()
        tasks.set_up(tasks.Workbench(engine, painter, settings))
        try:
            worker = JobWorker(
                [Queue(QUEUE, connection=redis, serializer=SERIALIZER)],
                connection=redis,
                serializer=SERIALIZER,
                job_monitoring_interval=HEARTBEAT_SECONDS,
                worker_ttl=WORKER_SECONDS,
                log_job_description=False,
            )
            worker.painter = painter
            worker.work(logging_level="WARNING")
        except RedisError as error:
            raise BrokerError(f"the worker cannot go on: Redis: {error}") from error
        if not worker.told_to_stop:
            raise BrokerError("the worker cannot go on: Redis was lost")


def _warm_up() -> None:
    """Have at hand what every job needs, before it is forked."""
    for module in _SOLVER:
        import_module(module)
    gc.freeze()  # a collection in a job would copy all of this into its process


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)
