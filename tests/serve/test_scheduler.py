"""One scheduler acts at a time; results go when their days are over, unless they are kept."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from legolab.errors import InputError, NotStoredError
from legolab.serve import scheduler
from legolab.serve.scheduler import ALIVE, LOCK, Retention, run_scheduler
from legolab.serve.storage import open_store
from tests.serve.service import until

FILES = {"model.ldr": (b"0 chair\n", "application/x-ldraw")}
WEEK = timedelta(days=7)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(scheduler, "TICK_SECONDS", 0.01)


class Schedulers:
    """Schedulers in threads, ended one by one."""

    def __init__(self, settings):
        self.settings = settings
        self.running = []

    def start(self):
        stop = threading.Event()
        thread = threading.Thread(target=run_scheduler, args=(self.settings, stop))
        thread.start()
        self.running.append((thread, stop))

    def end(self):
        thread, stop = self.running.pop(0)
        stop.set()
        thread.join(20)


@pytest.fixture
def schedulers(settings):
    them = Schedulers(settings)
    yield them
    while them.running:
        them.end()


def test_of_two_schedulers_one_acts_and_the_other_takes_over(schedulers, redis, quick):
    schedulers.start()
    first = until(lambda: redis.get(LOCK))
    schedulers.start()
    until(lambda: redis.keys(f"{ALIVE}*"))
    assert redis.get(LOCK) == first
    schedulers.end()
    assert until(lambda: redis.get(LOCK)) != first


def test_a_scheduler_whose_turn_was_taken_leaves_it(schedulers, redis, quick):
    schedulers.start()
    until(lambda: redis.get(LOCK))
    redis.set(LOCK, "another's")
    schedulers.end()
    assert redis.get(LOCK) == b"another's"


def test_an_old_result_goes_and_a_kept_one_stays(tmp_path):
    old = open_store(str(tmp_path), clock=lambda: datetime.now(UTC) - timedelta(days=8))
    gone, kept = old.publish(FILES, "ada"), old.publish(FILES, "ada")
    old.promote(kept)
    store = open_store(str(tmp_path))
    young = store.publish(FILES, "ada")
    Retention(store, WEEK).run()
    assert store.read(kept, "model.ldr") == store.read(young, "model.ldr") == FILES["model.ldr"]
    with pytest.raises(NotStoredError):
        store.read(gone, "model.ldr")


def test_it_is_swept_once_in_an_hour(tmp_path):
    store = open_store(str(tmp_path))
    retention = Retention(store, WEEK)
    retention.run()
    long_ago = open_store(str(tmp_path), clock=lambda: datetime.now(UTC) - timedelta(days=8))
    result = long_ago.publish(FILES, "ada")
    retention.run()
    assert store.read(result, "model.ldr") == FILES["model.ldr"]


def test_the_store_sweeps_while_a_scheduler_runs(schedulers, settings, redis, quick):
    old = open_store(
        str(settings.home / "results"), clock=lambda: datetime.now(UTC) - timedelta(days=8)
    )
    result = old.publish(FILES, "ada")
    schedulers.start()
    until(lambda: not (settings.home / "results" / "tmp" / result).exists())


def test_it_needs_a_redis(settings):
    with pytest.raises(InputError, match="LEGOLAB_REDIS_URL"):
        run_scheduler(replace(settings, redis_url=None), threading.Event())
