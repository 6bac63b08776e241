"""Jobs that whoever had them lost: put back in line, or failed when they were tried enough.

A worker that is killed leaves its job behind in one of two places: among those that are worked
on, whose heartbeats stop, or on the way there. RQ clears the first well, when asked to; of the
second it would fail a job that never began, and even one that was finished since.
"""

from __future__ import annotations

import time

from redis import Redis
from rq import Queue
from rq.registry import StartedJobRegistry
from rq.worker_registration import clean_worker_registry

from legolab.serve.queueing import QUEUE, SERIALIZER

UNDERWAY_SECONDS = 10.0
"""A job is on its way from the line to a worker for milliseconds; after so long it was lost."""

_PUT_BACK = """
redis.call('LREM', KEYS[1], 0, ARGV[1])
if redis.call('HGET', KEYS[3], 'status') ~= 'queued' then return 0 end
if redis.call('LPOS', KEYS[2], ARGV[1]) then return 0 end
redis.call('LPUSH', KEYS[2], ARGV[1])
return 1
"""


class Recovery:
    """Looks for lost jobs whenever asked; remembers since when a job is underway."""

    def __init__(self, redis: Redis) -> None:
        """Remember where."""
        self._redis = redis
        self._queue = Queue(QUEUE, connection=redis, serializer=SERIALIZER)
        self._underway: dict[str, float] = {}  # job id -> when it was first seen underway

    def run(self) -> list[str]:
        """Recover what is lost; the ids of the jobs.

        Raises:
            RedisError: Redis does not answer.
        """
        clean_worker_registry(self._queue)  # else the names of dead workers are kept for ever
        return [*self._abandoned(), *self._lost_underway()]

    def _abandoned(self) -> list[str]:
        """Jobs whose heartbeats stopped: RQ tries them again or fails them."""
        started = StartedJobRegistry(queue=self._queue)
        expired: list[str] = started.get_expired_job_ids()
        if expired:
            started.cleanup()
        return expired

    def _lost_underway(self) -> list[str]:
        """Jobs that never reached the worker that took them go back to the head of the line."""
        line = self._queue.intermediate_queue
        now = time.monotonic()
        found = line.get_job_ids()
        self._underway = {job_id: self._underway.get(job_id, now) for job_id in found}
        script = self._redis.register_script(_PUT_BACK)
        lost = []
        for job_id, since in self._underway.items():
            if now - since >= UNDERWAY_SECONDS:
                keys = [line.key, self._queue.key, self._queue.job_class.key_for(job_id)]
                if script(keys=keys, args=[job_id]):
                    lost.append(job_id)
        return lost
