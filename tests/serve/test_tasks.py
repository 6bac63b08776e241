"""A job ends once, with a result or a reason, whatever happens to those who work on it."""

import errno
import json
import os
from contextlib import closing
from dataclasses import replace

import pytest
from rq import Queue, SimpleWorker

from legolab.bricks.structure import BrickStructure
from legolab.errors import CaptionError, EngineError, StorageError
from legolab.generation.events import event_to_json
from legolab.generation.order import Order
from legolab.generation.result import BrickPlaced, Finished, Generation, Settled, Started
from legolab.generation.trace import Trace
from legolab.ldraw.reader import read_ldr
from legolab.serve import tasks
from legolab.serve.beside import Beside
from legolab.serve.events import publish
from legolab.serve.queueing import QUEUE, RETRIES, SERIALIZER, JobQueue, State
from legolab.serve.storage import store_of
from legolab.stability.analysis import analyze
from legolab.stability.report import Verdict
from tests.serve.service import make_settings

KEEP = 3600
STRUCTURE = BrickStructure.from_text("2x4 (0,0,0)\n2x2 (1,1,1)\n")
RESULT = Generation(
    caption="a chair",
    description="a chair",
    notes=(),
    seed=7,
    structure=STRUCTURE,
    report=analyze(STRUCTURE),
    trace=Trace("embedded", "0" * 12, 0.3),
)


class FakeEngine:
    """Builds two bricks; first raises the errors it was given, one at each request."""

    def __init__(self, *errors, meanwhile=lambda: None, result=RESULT):
        self.errors = list(errors)
        self.meanwhile = meanwhile
        self.result = result
        self.asked = []

    def documents(self, request):
        self.asked.append(request)
        yield event_to_json(Started(request.order.caption, "a chair", 7, ()))
        if self.errors:
            raise self.errors.pop(0)
        self.meanwhile()
        for index, brick in enumerate(self.result.structure):
            yield event_to_json(BrickPlaced(index, brick))
        yield event_to_json(Settled(self.result.structure, self.result.report.verdict))
        yield event_to_json(Finished(self.result))


@pytest.fixture
def line(redis, settings):
    return JobQueue(redis, settings)


@pytest.fixture(scope="module")
def painter():
    with closing(Beside(tasks.paint, tasks.PRACTICE)) as painter:
        yield painter


@pytest.fixture
def work(redis, settings, painter):
    """Do all jobs in line with an engine, in this process."""

    def run(engine, settings=settings):
        tasks.set_up(tasks.Workbench(engine, painter, settings))
        queue = Queue(QUEUE, connection=redis, serializer=SERIALIZER)
        worker = SimpleWorker([queue], connection=redis, serializer=SERIALIZER)
        worker.work(burst=True, logging_level="CRITICAL")

    return run


def order(line, owner="ada"):
    return line.submit(owner, Order("a chair", 7, 0.3, 200), None).job_id


def happened(redis, job_id):
    entries = redis.xrange(f"legolab:events:{job_id}")
    return [json.loads(fields[b"event"]) for _, fields in entries]


def kinds(redis, job_id):
    return [event["type"] for event in happened(redis, job_id)]


def stored(settings):
    return [path.name for path in (settings.home / "results" / "tmp").glob("*")]


def test_a_job_is_built_verified_stored_and_told(line, work, redis, settings):
    job = order(line)
    engine = FakeEngine()
    work(engine)
    events = happened(redis, job)
    assert [event["type"] for event in events] == [
        "started",
        *["brick_placed"] * 2,
        "settled",
        "finished",
    ]
    assert (engine.asked[0].order.caption, engine.asked[0].order.seed) == ("a chair", 7)
    last = events[-1]
    store = store_of(settings)
    assert stored(settings) == [last["result"]]
    assert store.manifest(last["result"]).owner == "ada"
    content = {name: store.read(last["result"], name) for name in last["files"]}
    assert content["preview.png"][0].startswith(b"\x89PNG")
    assert content["preview.png"][1] == "image/png"
    assert read_ldr(content["model.ldr"][0].decode()).to_text() == STRUCTURE.to_text()
    assert content["model.txt"][0].decode() == STRUCTURE.to_text()
    assert json.loads(content["report.json"][0])["report"] == last["report"]
    assert last["brick_counts"] == {"2x2": 1, "2x4": 1}
    assert line._view("ada", job).state is State.FINISHED


def test_a_dead_engine_is_asked_again(line, work, redis, settings):
    job = order(line)
    work(FakeEngine(*[EngineError("it died")] * RETRIES))
    assert kinds(redis, job).count("started") == RETRIES + 1
    assert kinds(redis, job)[-1] == "finished"
    assert len(stored(settings)) == 1


def test_an_engine_that_dies_each_time_fails_the_job_with_its_reason(line, work, redis, settings):
    job = order(line)
    engine = FakeEngine(*[EngineError("it died")] * 9)
    work(engine)
    assert len(engine.asked) == RETRIES + 1
    assert happened(redis, job)[-1] == {"type": "failed", "reason": "it died"}
    assert kinds(redis, job).count("failed") == 1
    assert stored(settings) == []
    assert line._view("ada", job).reason == "it died"


def test_what_would_fail_again_is_not_tried_again(line, work, redis):
    job = order(line)
    engine = FakeEngine(CaptionError("no such thing"))
    work(engine)
    assert len(engine.asked) == 1
    assert happened(redis, job)[-1] == {"type": "failed", "reason": "no such thing"}


def test_a_bug_is_not_tried_again_and_not_shown(line, work, redis):
    job = order(line)
    engine = FakeEngine(ZeroDivisionError("a secret word"))
    work(engine)
    assert len(engine.asked) == 1
    view = line._view("ada", job)
    assert (view.state, view.sealed) == (State.FAILED, False)
    assert "secret" not in json.dumps(happened(redis, job))


def test_a_store_that_cannot_be_written_fails_the_job_with_its_reason(
    line, work, redis, server, tmp_path
):
    (tmp_path / "file").write_text("no folder")
    settings = make_settings(tmp_path, server.url, store=str(tmp_path / "file" / "results"))
    job = order(line)
    work(FakeEngine(), settings)
    last = happened(redis, job)[-1]
    assert last["type"] == "failed"
    assert "Not a directory" in last["reason"]


def test_a_disk_that_fills_up_leaves_nothing_half_visible(line, work, redis, settings, monkeypatch):
    kind = type(store_of(settings))
    put = kind._put

    def fill_up(self, path, content, media_type):
        if path.endswith("model.txt"):
            raise StorageError(f"cannot write {path}: {os.strerror(errno.ENOSPC)}")
        put(self, path, content, media_type)

    monkeypatch.setattr(kind, "_put", fill_up)
    job = order(line)
    work(FakeEngine())
    assert "No space left on device" in happened(redis, job)[-1]["reason"]
    assert line._view("ada", job).state is State.FAILED
    assert stored(settings) == []
    assert [path for path in (settings.home / "results").rglob("*") if path.is_file()] == []


def test_a_job_cancelled_meanwhile_leaves_nothing(line, work, redis, settings):
    job = order(line)
    cancel = {"type": "cancelled"}
    work(FakeEngine(meanwhile=lambda: publish(redis, job, cancel, KEEP)))
    assert kinds(redis, job)[-1] == "cancelled"
    assert stored(settings) == []
    assert line._view("ada", job).state is State.CANCELLED


def test_a_job_that_has_ended_is_not_done_again(line, work, redis, settings):
    job = order(line)
    publish(redis, job, {"type": "failed", "reason": "long ago"}, KEEP)
    engine = FakeEngine()
    work(engine)
    assert kinds(redis, job) == ["failed"]
    assert stored(settings) == []


FALLS = BrickStructure.from_text("2x4 (0,0,0)\n1x1 (9,9,5)\n")


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (replace(RESULT.report, structure=FALLS), "a stud in common"),
        (replace(RESULT.report, verdict=Verdict.UNSTABLE), "the solvers disagree"),
        (replace(RESULT.report, verdict=Verdict.UNVERIFIED), "the solvers disagree"),
    ],
)
def test_a_verdict_that_does_not_hold_is_not_shown(line, work, redis, settings, report, reason):
    job = order(line)
    structure = report.structure
    work(FakeEngine(result=replace(RESULT, structure=structure, report=report)))
    last = happened(redis, job)[-1]
    assert last["type"] == "failed"
    assert reason in last["reason"]
    assert stored(settings) == []


def test_the_picture_is_of_what_comes_out(line, work, redis, settings):
    class Fickle(FakeEngine):
        def documents(self, request):
            *before, settled, finished = super().documents(request)
            yield from before
            yield settled | event_to_json(Settled(FALLS, Verdict.STABLE))
            yield finished

    job = order(line)
    work(Fickle())
    assert "settled for, got another" in happened(redis, job)[-1]["reason"]
    assert stored(settings) == []


def test_an_unverified_model_says_so_in_every_file(line, work, redis, settings, monkeypatch):
    monkeypatch.setenv("LEGOLAB_SOLVER", "unverified")
    job = order(line)
    work(FakeEngine(result=replace(RESULT, report=analyze(STRUCTURE))))
    last = happened(redis, job)[-1]
    assert last["report"]["verdict"] == "UNVERIFIED"
    store = store_of(settings)
    marked, _ = store.read(last["result"], "preview.png")
    for name in ("model.ldr", "model.txt", "report.json"):
        assert b"UNVERIFIED" in store.read(last["result"], name)[0]
    monkeypatch.delenv("LEGOLAB_SOLVER")
    other = order(line)
    work(FakeEngine())
    assert marked != store.read(happened(redis, other)[-1]["result"], "preview.png")[0]
