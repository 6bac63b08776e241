"""A job that its worker lost comes back, once, and one that is over does not."""

import pytest
from rq import Queue
from rq.job import Job, JobStatus

from legolab.generation.order import Order
from legolab.serve import recovery
from legolab.serve.queueing import QUEUE, SERIALIZER, JobQueue
from legolab.serve.recovery import Recovery

LINE = f"rq:queue:{QUEUE}"
UNDERWAY = f"{LINE}:intermediate"
STARTED = f"rq:wip:{QUEUE}"


@pytest.fixture
def line(redis, settings):
    return JobQueue(redis, settings)


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr(recovery, "UNDERWAY_SECONDS", 0.0)


def order(line):
    return line.submit("ada", Order("a chair", 7, 0.3, 200), None).job_id


def test_a_job_lost_underway_goes_back_to_the_head_of_the_line(redis, line, at_once):
    lost, other = order(line), order(line)
    redis.lmove(LINE, UNDERWAY)  # what a worker does first
    assert Recovery(redis).run() == [lost]
    assert redis.lrange(LINE, 0, -1) == [lost.encode(), other.encode()]
    assert redis.lrange(UNDERWAY, 0, -1) == []
    assert Recovery(redis).run() == []


def test_a_job_underway_has_its_time(redis, line):
    job = order(line)
    redis.lmove(LINE, UNDERWAY)
    both = Recovery(redis)
    assert both.run() == both.run() == []
    assert redis.lrange(UNDERWAY, 0, -1) == [job.encode()]


@pytest.mark.parametrize("status", [JobStatus.STARTED, JobStatus.FINISHED, JobStatus.FAILED])
def test_a_job_that_got_further_is_only_struck_from_the_list(redis, line, at_once, status):
    job = order(line)
    redis.lmove(LINE, UNDERWAY)
    redis.hset(Job.key_for(job), "status", status.value)
    assert Recovery(redis).run() == []
    assert redis.lrange(LINE, 0, -1) == redis.lrange(UNDERWAY, 0, -1) == []


def abandon(redis, job, retries):
    """As a worker leaves it that was killed long ago."""
    redis.lrem(LINE, 0, job)
    redis.hset(Job.key_for(job), mapping={"status": "started", "retries_left": retries})
    redis.zadd(STARTED, {f"{job}:an-execution": 1})


def test_an_abandoned_job_is_tried_again(redis, line):
    job = order(line)
    abandon(redis, job, retries=1)
    assert Recovery(redis).run() == [job]
    assert redis.lrange(LINE, 0, -1) == [job.encode()]
    assert redis.zcard(STARTED) == 0


def test_an_abandoned_job_without_another_try_fails(redis, line):
    job = order(line)
    abandon(redis, job, retries=0)
    assert Recovery(redis).run() == [job]
    assert redis.lrange(LINE, 0, -1) == []
    queue = Queue(QUEUE, connection=redis, serializer=SERIALIZER)
    assert queue.fetch_job(job).get_status() is JobStatus.FAILED
    assert line._view("ada", job).state.value == "failed"
