"""Jobs wait in line once, are seen by their owner alone, and end as they were ended."""

import asyncio
import json
import os
import signal
import sys
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from rq.job import Job

from legolab.generation.order import Order
from legolab.serve import queueing
from legolab.serve.broker import connect_async
from legolab.serve.events import publish
from legolab.serve.queueing import (
    Accepted,
    JobQueue,
    KeyReused,
    QueueFull,
    State,
    job_id_of,
)
from tests.serve.service import until, working
from tests.serve.tasks import BREAKS, FAILS, HELD, REPORT, gate

pytestmark = pytest.mark.anyio
CHAIR = Order("a chair", 7, 0.3, 200)
KEEP = 7 * 24 * 3600


@pytest.fixture
def queue(redis, settings, monkeypatch):
    monkeypatch.setattr(queueing, "TASK", "tests.serve.tasks.build")
    return JobQueue(redis, settings)


@pytest.fixture
async def asker(server, redis):
    client = connect_async(server.url)
    yield client
    await client.aclose()


@pytest.fixture
def worker(settings):
    with working(settings) as process:
        yield process


def kill_horse(pid):
    """Kill the process that RQ's worker forked for a job, once there is one."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for child in until(lambda: children.read_text().split()):
        os.kill(int(child), signal.SIGKILL)
        until(lambda child=child: child not in children.read_text().split())


def view(queue, job_id, owner="ada"):
    """What `JobQueue.view` gives, for code that waits in a plain loop."""

    async def ask():
        client = connect_async(queue._settings.redis_url)
        try:
            return await queue.view(client, owner, job_id)
        finally:
            await client.aclose()

    return asyncio.run(ask())


def when(queue, job_id, state):
    return until(lambda: (seen := view(queue, job_id)) and seen.state is state and seen)


async def test_jobs_wait_in_the_order_they_came(queue, asker):
    first, second = (queue.submit("ada", CHAIR, None) for _ in range(2))
    assert (first.position, second.position) == (1, 2)
    assert (await queue.view(asker, "ada", first.job_id)).position == 1
    seen = await queue.view(asker, "ada", second.job_id)
    assert (seen.state, seen.position, seen.bricks) == (State.QUEUED, 2, 0)
    assert await queue.waiting(asker) == 2


async def test_what_a_worker_gets_is_json(queue, redis):
    job_id = queue.submit("ada", CHAIR, None).job_id
    stored = redis.hgetall(Job.key_for(job_id))
    name, _, arguments, keywords = json.loads(zlib.decompress(stored[b"data"]))
    assert (name, arguments) == ("tests.serve.tasks.build", [])
    assert keywords == {
        "owner": "ada",
        "order": {
            "caption": "a chair",
            "seed": 7,
            "temperature": 0.3,
            "max_bricks": 200,
            "drafts": 5,
        },
    }
    assert int(stored[b"timeout"]) == 300
    assert int(stored[b"retries_left"]) == 2
    assert int(stored[b"result_ttl"]) == int(stored[b"failure_ttl"]) == KEEP
    assert b"chair" not in stored[b"description"]


async def test_a_key_gives_one_job(queue, redis, asker):
    first = queue.submit("ada", CHAIR, "key")
    assert queue.submit("ada", CHAIR, "key") == Accepted(first.job_id, None)
    assert queue.submit("ada", replace(CHAIR, seed=8), "key") == KeyReused(first.job_id)
    assert queue.submit("bob", CHAIR, "key").job_id != first.job_id
    assert await queue.waiting(asker) == 2
    assert job_id_of("ada", "key") == first.job_id
    assert job_id_of("ad", "akey") != job_id_of("ada", "key")
    assert job_id_of("ada", None) != job_id_of("ada", None)


async def test_a_key_that_comes_many_times_at_once_gives_one_job(queue, asker):
    together = threading.Barrier(8)

    def submit(number):
        together.wait()
        return queue.submit("ada", replace(CHAIR, seed=number // 4), "key")

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(submit, range(8)))
    assert await queue.waiting(asker) == 1
    accepted = [outcome for outcome in outcomes if isinstance(outcome, Accepted)]
    assert len(accepted) == 4  # those of the order that came first
    assert sorted(outcome.position or 0 for outcome in accepted) == [0, 0, 0, 1]


async def test_the_line_has_an_end(redis, settings):
    queue = JobQueue(redis, replace(settings, queue_limit=2))
    kept = queue.submit("ada", CHAIR, "kept")
    queue.submit("bob", CHAIR, None)
    assert queue.submit("ada", CHAIR, None) == QueueFull(2)
    assert queue.submit("ada", CHAIR, "kept") == Accepted(kept.job_id, None)


async def test_a_job_is_its_owners_alone(queue, asker):
    job_id = queue.submit("ada", CHAIR, None).job_id
    assert await queue.view(asker, "bob", job_id) is None
    assert queue.cancel("bob", job_id) is None
    assert await queue.view(asker, "ada", job_id_of("ada", "never sent")) is None
    assert (await queue.view(asker, "ada", job_id)).state is State.QUEUED


async def test_a_job_in_line_is_cancelled_for_good(queue, redis, asker):
    first, second = (queue.submit("ada", CHAIR, key).job_id for key in ("first", None))
    assert queue.cancel("ada", first).state is State.CANCELLED
    assert queue.cancel("ada", first).state is State.CANCELLED
    assert (await queue.view(asker, "ada", first)).state is State.CANCELLED
    assert (await queue.view(asker, "ada", second)).position == 1
    assert queue.submit("ada", CHAIR, "first") == Accepted(first, None)
    assert publish(redis, first, {"type": "started"}, KEEP) is None
    assert KEEP - 60 < redis.ttl(Job.key_for(first)) <= KEEP
    assert redis.keys("rq:canceled:*") == []


def test_a_job_runs_to_its_result(queue, redis, worker):
    job_id = queue.submit("ada", replace(CHAIR, seed=HELD), None).job_id
    for bricks in range(2):
        redis.rpush(gate(job_id), "go")
        seen = when(queue, job_id, State.STARTED)
        seen = until(lambda n=bricks: (seen := view(queue, job_id)).bricks == n and seen)
        assert (seen.position, seen.finished, seen.reason) == (0, None, None)
    redis.rpush(gate(job_id), "go")
    seen = when(queue, job_id, State.FINISHED)
    assert seen.bricks == 2
    assert seen.finished["report"] == REPORT
    assert seen.finished["seed"] == HELD
    assert queue.cancel("ada", job_id).state is State.FINISHED
    assert until(lambda: KEEP - 60 < redis.ttl(Job.key_for(job_id)) <= KEEP)


def test_a_job_that_says_why_it_failed(queue, worker):
    job_id = queue.submit("ada", replace(CHAIR, seed=FAILS), None).job_id
    assert when(queue, job_id, State.FAILED).reason == "No table today."
    assert queue.cancel("ada", job_id).state is State.FAILED


def test_a_job_that_breaks_is_tried_again_and_shows_nothing_of_the_exception(queue, redis, worker):
    job_id = queue.submit("ada", replace(CHAIR, seed=BREAKS), None).job_id
    assert when(queue, job_id, State.FAILED).reason == "Something went wrong on our side."
    starts = [fields for _, fields in redis.xrange(f"legolab:events:{job_id}")]
    assert sum(json.loads(fields[b"event"])["type"] == "started" for fields in starts) == 3


def test_a_job_that_takes_too_long_says_so(redis, settings, monkeypatch):
    monkeypatch.setattr(queueing, "TASK", "tests.serve.tasks.build")
    monkeypatch.setattr(queueing, "RETRIES", 1)
    settings = replace(settings, job_seconds=1)
    queue = JobQueue(redis, settings)
    job_id = queue.submit("ada", replace(CHAIR, seed=HELD), None).job_id
    with working(settings):
        reason = when(queue, job_id, State.FAILED).reason
    assert reason == "It took longer than the 1 seconds it may take."


@pytest.mark.skipif(sys.platform != "linux", reason="finds the process in /proc")
def test_a_job_whose_process_is_killed_says_so(queue, redis, worker, monkeypatch):
    monkeypatch.setattr(queueing, "RETRIES", 1)
    job_id = queue.submit("ada", replace(CHAIR, seed=HELD), None).job_id
    for _ in range(2):  # the first time it is tried again
        when(queue, job_id, State.STARTED)
        kill_horse(worker.pid)
    assert when(queue, job_id, State.FAILED).reason == (
        "The worker that had it stopped unexpectedly."
    )


def test_a_job_under_way_is_stopped(queue, redis, worker):
    job_id = queue.submit("ada", replace(CHAIR, seed=HELD), None).job_id
    after = queue.submit("ada", replace(CHAIR, seed=1), None).job_id
    redis.rpush(gate(job_id), "go", "go")
    until(lambda: view(queue, job_id).bricks == 1)
    assert queue.cancel("ada", job_id).state is State.CANCELLED
    assert view(queue, job_id).state is State.CANCELLED
    when(queue, after, State.FINISHED)  # the worker is free again
    assert Job.fetch(job_id, connection=redis, serializer="json").get_status().value == "stopped"
    assert view(queue, job_id).state is State.CANCELLED
