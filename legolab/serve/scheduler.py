"""The one process that looks after what nobody else does: lost jobs, results past their life.

Any number may run; a lock in Redis lets one of them act, and another take over when it is gone.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from datetime import UTC, datetime, timedelta

from redis import Redis
from redis.exceptions import LockError, RedisError
from redis.lock import Lock

from legolab.errors import InputError, StorageError
from legolab.serve.broker import connect
from legolab.serve.recovery import Recovery
from legolab.serve.settings import Settings
from legolab.serve.storage import Store, store_of

LOCK = "legolab:scheduler"
ALIVE = "legolab:scheduler:"
"""Begins the name of a key that is there while the scheduler of that process is."""
TICK_SECONDS = 2.0
LOCK_SECONDS = 15.0
"""Another scheduler takes over after so long."""
SWEEP_SECONDS = 3600.0

_log = logging.getLogger("legolab.serve")


def run_scheduler(settings: Settings, stop: threading.Event) -> None:
    """Look after things until `stop` is set.

    Raises:
        InputError: no Redis is given, or the store's settings cannot be used.
        StorageError: the store's folder cannot be made.
    """
    if settings.redis_url is None:
        raise InputError("LEGOLAB_REDIS_URL: expected the URL of a Redis, got none")
    redis = connect(settings.redis_url)
    turn = _Turn(redis)
    recovery = Recovery(redis)
    retention = Retention(store_of(settings), timedelta(days=settings.keep_days))
    while not stop.is_set():
        try:
            redis.set(f"{ALIVE}{os.getpid()}", 1, ex=int(LOCK_SECONDS))
            if turn.take():
                for job_id in recovery.run():
                    _log.warning("scheduler: job %s was lost and is seen to", job_id)
                retention.run()
        except RedisError as error:
            _log.warning("scheduler: Redis does not answer: %s", error)
        except StorageError as error:
            _log.error("scheduler: %s", error)
        stop.wait(TICK_SECONDS)
    turn.leave()


class _Turn:
    """The right to act, which one scheduler has at a time."""

    def __init__(self, redis: Redis) -> None:
        self._lock = Lock(redis, LOCK, timeout=LOCK_SECONDS, blocking=False, thread_local=False)
        self._has = False

    def take(self) -> bool:
        """Whether it is ours now."""
        if self._has:
            try:
                self._lock.reacquire()
            except LockError:  # it took too long, and somebody else may have it
                self._has = False
        if not self._has:
            self._has = self._lock.acquire()
        return self._has

    def leave(self) -> None:
        """Let the next have it."""
        if self._has:
            try:
                self._lock.release()
            except (LockError, RedisError):
                _log.info("scheduler: the lock goes by itself")


class Retention:
    """Lets results go when their days are over: now, and every hour."""

    def __init__(self, store: Store, life: timedelta) -> None:
        """Remember what, and for how long."""
        self._store = store
        self._life = life
        self._due = 0.0
        self._ruled = False

    def run(self) -> None:
        """Do what is due.

        Raises:
            StorageError: the store cannot be read or written; it is tried again in an hour.
        """
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + SWEEP_SECONDS
        if not self._ruled:
            self._store.set_lifecycle(self._life.days)
            self._ruled = True
        for result in self._store.sweep(datetime.now(UTC), self._life):
            _log.info("scheduler: result %s is over %d days old", result, self._life.days)
