"""From POST to result over HTTP: orders, jobs, events, tickets, cancelling."""

import json
import socket
import threading
import uuid
from dataclasses import replace

import httpx
import pytest
from redis.exceptions import RedisError

from legolab.serve import queueing
from legolab.serve.auth import Tokens
from legolab.serve.broker import EmbeddedBroker, connect, find_server
from legolab.serve.events import publish
from legolab.serve.routes import generate
from tests.serve.service import (
    BOUND,
    MemoryStore,
    bearer,
    client_of,
    make_settings,
    serving,
    until,
    working,
)
from tests.serve.tasks import BREAKS, FAILS, HELD, REPORT, finished, gate

anyio = pytest.mark.anyio
KEEP = 3600
NOBODYS = "6f1c34a2-0d3f-5a52-9f0e-2f0c4a1b7d11"
STARTED = {"type": "started", "seed": 7}
PLACED = {"type": "brick_placed", "index": 0, "brick": "2x4 (0,0,0)"}


@pytest.fixture(autouse=True)
def task(monkeypatch):
    monkeypatch.setattr(queueing, "TASK", "tests.serve.tasks.build")


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def served(settings, store):
    """A real server and a client of it."""
    with (
        serving(settings, store) as address,
        httpx.Client(base_url=address, headers=bearer(settings), timeout=BOUND) as client,
    ):
        yield client


@pytest.fixture
def worker(settings):
    with working(settings) as process:
        yield process


class Reader(threading.Thread):
    """Reads an event stream to its end; each event is (id, type, data)."""

    def __init__(self, client, path, **options):
        super().__init__(daemon=True)
        self.events, self.status, self.headers = [], None, None
        self._client, self._path, self._options = client, path, options
        self.start()

    def run(self):
        with self._client.stream("GET", self._path, **self._options) as answer:
            self.status, self.headers = answer.status_code, answer.headers
            event = {}
            for line in answer.iter_lines():
                name, _, value = line.partition(": ")
                if line and name:  # a line without a name is a comment
                    event[name] = value
                elif not line and event:
                    data = json.loads(event["data"])
                    self.events.append((event["id"], event["event"], data))
                    event = {}

    def ended(self):
        self.join(BOUND)
        assert not self.is_alive()
        return self.events


def order(client, **more):
    answer = client.post("/generate", json={"prompt": "a chair", "seed": 7, **more})
    assert answer.status_code == 202, answer.text
    return answer.json()["job_id"]


def ends(client, job):
    """The document of a job, once it is over."""

    def look():
        document = client.get(f"/generate/{job}").json()
        return document["status"] not in ("queued", "started") and document

    return until(look)


@anyio
async def test_an_order_is_accepted_with_where_to_look(settings):
    async with client_of(settings) as client:
        answer = await client.post("/generate", json={"prompt": "a chair with four legs"})
        assert answer.status_code == 202
        document = answer.json()
        assert document == {"job_id": document["job_id"], "status": "queued", "position": 1}
        assert answer.headers["location"] == f"/generate/{document['job_id']}"
        assert (await client.get(answer.headers["location"])).json() == document


@anyio
@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"prompt": ""}, "body/prompt"),
        ({"prompt": "a chair " * 125 + "!"}, "body/prompt"),
        ({"prompt": None}, "body/prompt"),
        ({"prompt": ["a chair"]}, "body/prompt"),
        ({"prompt": "a chair \ud800"}, "body/prompt"),
        ({"seed": -1}, "body/seed"),
        ({"seed": 2**32}, "body/seed"),
        ({"seed": 1.5}, "body/seed"),
        ({"seed": "7"}, "body/seed"),
        ({"seed": True}, "body/seed"),
        ({"temperature": 0}, "body/temperature"),
        ({"temperature": 10.1}, "body/temperature"),
        ({"max_bricks": 0}, "body/max_bricks"),
        ({"max_bricks": 1001}, "body/max_bricks"),
        ({"model": "/etc/passwd"}, "body/model"),
    ],
)
async def test_an_order_with_a_fault_is_told_where(settings, change, at):
    async with client_of(settings) as client:
        body = json.dumps({"prompt": "a chair", **change})
        json_type = {"Content-Type": "application/json"}
        answer = await client.post("/generate", content=body, headers=json_type)
        assert answer.status_code == 422
        assert [fault["at"] for fault in answer.json()["errors"]] == [at]


@anyio
@pytest.mark.parametrize(
    "limits",
    [
        {"prompt": "a chair ".ljust(1000, "x")},
        {"seed": 0},
        {"seed": 2**32 - 1},
        {"seed": None},
        {"temperature": 10},
        {"max_bricks": 1},
        {"max_bricks": 1000},
    ],
)
async def test_an_order_at_the_limits_is_taken(settings, limits):
    async with client_of(settings) as client:
        answer = await client.post("/generate", json={"prompt": "a chair", **limits})
        assert answer.status_code == 202


@anyio
@pytest.mark.parametrize("prompt", ["a zebra", "   ", "\x00", "🪑", "'; DROP jobs"])
async def test_what_names_nothing_known_is_refused_at_once(settings, redis, prompt):
    async with client_of(settings) as client:
        body = json.dumps({"prompt": prompt})
        json_type = {"Content-Type": "application/json"}
        answer = await client.post("/generate", content=body, headers=json_type)
        assert answer.status_code == 422
        assert answer.json()["type"].endswith(":caption")
        assert redis.keys("rq:job:*") == []


@anyio
async def test_a_key_makes_a_repeated_order_one_job(settings):
    async with client_of(settings) as client:
        keyed = {"headers": {"Idempotency-Key": "abc-1"}, "json": {"prompt": "a chair"}}
        first = await client.post("/generate", **keyed)
        again = await client.post("/generate", **keyed)
        assert again.status_code == 202
        assert again.json() == first.json()
        assert again.headers["location"] == first.headers["location"]
        other = await client.post("/generate", **(keyed | {"json": {"prompt": "a table"}}))
        assert other.status_code == 409
        assert other.json()["type"].endswith(":key-reused")
        bobs = await client.post(
            "/generate",
            **keyed | {"headers": {"Idempotency-Key": "abc-1", **bearer(settings, "bob")}},
        )
        assert bobs.json()["job_id"] != first.json()["job_id"]


@anyio
@pytest.mark.parametrize("key", ["", " ", "a" * 201, "a b", "ü".encode(), b"a\x00b"])
async def test_a_key_is_plain_text(settings, key):
    async with client_of(settings) as client:
        headers = {"Idempotency-Key": key}
        answer = await client.post("/generate", json={"prompt": "a chair"}, headers=headers)
        assert answer.status_code == 422


@anyio
async def test_a_full_line_takes_no_more(settings):
    async with client_of(replace(settings, queue_limit=1)) as client:
        assert (await client.post("/generate", json={"prompt": "a chair"})).status_code == 202
        answer = await client.post("/generate", json={"prompt": "a chair"})
        assert answer.status_code == 503
        assert answer.json()["detail"] == "1 jobs are waiting already; try again in a while."
        assert answer.headers["retry-after"] == "2"
        figures = (await client.get("/metrics")).text
        assert 'legolab_jobs_refused_total{why="queue full"} 1.0' in figures
        assert "legolab_jobs_accepted_total 1.0" in figures
        assert "legolab_jobs_waiting 1.0" in figures


@anyio
async def test_a_job_of_another_is_not_there(settings):
    async with client_of(settings) as client:
        job = (await client.post("/generate", json={"prompt": "a chair"})).json()["job_id"]
        bob = bearer(settings, "bob")
        asked = [("GET", ""), ("DELETE", ""), ("POST", "/ticket"), ("GET", "/events")]
        for method, path in asked:
            theirs = await client.request(method, f"/generate/{job}{path}", headers=bob)
            nobodys = await client.request(method, f"/generate/{NOBODYS}{path}", headers=bob)
            assert theirs.status_code == nobodys.status_code == 404
            assert theirs.json() == nobodys.json()
        assert (await client.get(f"/generate/{job}")).json()["status"] == "queued"


@anyio
@pytest.mark.parametrize(
    "job", ["1", NOBODYS.upper(), NOBODYS + "0", "..%2f..%2fetc", "%00", "a" * 5000, "rq:job:1"]
)
async def test_what_is_no_id_is_no_job(settings, job):
    async with client_of(settings) as client:
        for method, path in [("GET", ""), ("DELETE", ""), ("POST", "/ticket"), ("GET", "/events")]:
            answer = await client.request(method, f"/generate/{job}{path}")
            assert answer.status_code == 404
            assert answer.headers["content-type"] == "application/problem+json"


@anyio
async def test_a_job_in_line_is_cancelled_once_and_for_all(settings):
    async with client_of(settings) as client:
        job = (await client.post("/generate", json={"prompt": "a chair"})).json()["job_id"]
        for _ in range(2):
            answer = await client.delete(f"/generate/{job}")
            assert answer.status_code == 200
            assert answer.json() == {"job_id": job, "status": "cancelled"}
        assert (await client.get(f"/generate/{job}")).json()["status"] == "cancelled"


def test_a_finished_job_has_links_report_and_counts(served, worker, store, settings):
    job = order(served, seed=HELD)
    served_by = connect(settings.redis_url)
    served_by.rpush(gate(job), "go")
    started = until(
        lambda: (d := served.get(f"/generate/{job}").json())["status"] == "started" and d
    )
    assert started == {"job_id": job, "status": "started", "bricks": 0}
    served_by.rpush(gate(job), "go", "go")
    finished = ends(served, job)
    assert finished["png_url"] is None  # nothing was stored under that id yet

    result = str(uuid.uuid5(uuid.NAMESPACE_OID, job))
    picture, model = (b"\x89PNG", "image/png"), (b"0 chair\n", "application/x-ldraw")
    store.results[result] = ("ada", {"preview.png": picture, "model.ldr": model})
    finished = served.get(f"/generate/{job}").json()
    assert finished["status"] == "finished"
    assert finished["report"] == REPORT
    assert finished["brick_counts"] == {"2x2": 1, "2x4": 1}
    assert (finished["verdict"], finished["seed"]) == ("stable", HELD)
    nobody = {"Authorization": ""}
    assert served.get(finished["png_url"], headers=nobody).content == b"\x89PNG"
    assert served.get(finished["ldr_url"], headers=nobody).content == b"0 chair\n"
    over = served.delete(f"/generate/{job}")
    assert over.status_code == 409
    assert over.json()["detail"] == "The job has finished already."


def test_a_finished_job_is_kept_for_good(served, redis, store):
    job = order(served)
    early = served.post(f"/generate/{job}/keep")
    assert (early.status_code, early.json()["detail"]) == (
        409,
        "The job is queued, not finished.",
    )
    publish(redis, job, finished(job), KEEP)
    result = finished(job)["result"]
    assert served.post(f"/generate/{job}/keep").status_code == 404  # its files are gone already
    store.results[result] = ("ada", {"preview.png": (b"\x89PNG", "image/png")})
    for _ in range(2):
        assert served.post(f"/generate/{job}/keep").json()["status"] == "finished"
    assert store.kept == {result}
    kept = [f"rq:job:{job}", f"legolab:events:{job}", f"legolab:progress:{job}"]
    assert [redis.ttl(key) for key in kept] == [-1, -1, -1]
    assert served.get(f"/generate/{job}").json()["png_url"]


@anyio
async def test_links_begin_with_the_public_address(settings, store):
    settings = replace(settings, public_url="https://bricks.example.org/lab")
    async with client_of(settings, store) as client:
        store.results["r"] = ("ada", {"model.ldr": (b"", "text/plain")})
        link = generate._link(client.app.state.service, "r", "model.ldr")
        assert link.startswith("https://bricks.example.org/lab/static/r/model.ldr?")


def test_a_failed_job_says_why(served, worker):
    failed = order(served, seed=FAILS)
    broken = order(served, seed=BREAKS)
    assert ends(served, failed) == {
        "job_id": failed,
        "status": "failed",
        "reason": "No table today.",
    }
    assert ends(served, broken)["reason"] == "Something went wrong on our side."


def test_events_come_one_by_one_and_end(served, worker, redis):
    job = order(served, seed=HELD)
    reader = Reader(served, f"/generate/{job}/events")
    for step in range(3):
        redis.rpush(gate(job), "go")
        until(lambda n=step: len(reader.events) > n)
    events = reader.ended()
    assert [kind for _, kind, _ in events] == [
        "started",
        "brick_placed",
        "brick_placed",
        "finished",
    ]
    assert events[1][2] == PLACED
    assert reader.headers["content-type"].startswith("text/event-stream")
    assert reader.headers["cache-control"] == "no-store"
    assert served.get(f"/generate/{job}").json()["status"] == "finished"


@pytest.mark.parametrize("status", ["queued", "started", "finished", "failed", "stopped"])
def test_an_end_that_was_published_counts_whatever_rq_says(served, redis, status):
    job = order(served)
    publish(redis, job, STARTED, KEEP)
    publish(redis, job, finished(job), KEEP)  # its worker may die before RQ hears of it
    redis.hset(f"rq:job:{job}", "status", status)
    assert served.get(f"/generate/{job}").json()["status"] == "finished"
    kinds = [kind for _, kind, _ in Reader(served, f"/generate/{job}/events").ended()]
    assert kinds == ["started", "finished"]


def test_a_failure_that_was_told_is_not_taken_back(served, redis):
    job = order(served)
    redis.hset(f"rq:job:{job}", "status", "failed")  # its worker died, as often as it may
    assert served.get(f"/generate/{job}").json()["status"] == "failed"
    assert publish(redis, job, finished(job), KEEP) is None  # by one that was thought dead
    assert served.get(f"/generate/{job}").json()["status"] == "failed"


def test_a_stream_is_read_on_from_the_last_event(served, redis):
    job = order(served)
    ids = [publish(redis, job, event, KEEP) for event in (STARTED, PLACED, PLACED)]
    end = publish(redis, job, {"type": "cancelled"}, KEEP)
    path = f"/generate/{job}/events"
    rest = Reader(served, path, headers={"Last-Event-ID": ids[1]}).ended()
    assert [id for id, _, _ in rest] == [ids[2], end]
    assert Reader(served, path, params={"after": ids[1]}).ended() == rest
    assert len(Reader(served, path).ended()) == 4
    nothing = served.get(path, headers={"Last-Event-ID": end})
    assert (nothing.status_code, nothing.content) == (204, b"")


@anyio
@pytest.mark.parametrize("after", ["x", "-1", "1-", "1-2-3", "9" * 20, "$", "0 0", "é"])
async def test_what_is_no_event_id_is_refused(settings, after):
    async with client_of(settings) as client:
        job = (await client.post("/generate", json={"prompt": "a chair"})).json()["job_id"]
        answer = await client.get(f"/generate/{job}/events", params={"after": after})
        assert answer.status_code == 422


def test_a_cancelled_job_ends_its_stream(served, worker, redis):
    job = order(served, seed=HELD)
    reader = Reader(served, f"/generate/{job}/events")
    redis.rpush(gate(job), "go", "go")
    until(lambda: len(reader.events) == 2)
    assert served.delete(f"/generate/{job}").json()["status"] == "cancelled"
    assert [kind for _, kind, _ in reader.ended()] == ["started", "brick_placed", "cancelled"]


def test_a_job_whose_worker_could_not_say_so_ends_its_stream(served, worker, monkeypatch):
    monkeypatch.setattr(generate, "POLL_SECONDS", 0.05)
    job = order(served, seed=BREAKS)
    *_, last = Reader(served, f"/generate/{job}/events").ended()
    assert last[1:] == (
        "failed",
        {"type": "failed", "reason": "Something went wrong on our side."},
    )
    assert Reader(served, f"/generate/{job}/events").ended()[-1] == last


def test_a_ticket_opens_the_events_of_its_job_alone(served, redis, settings):
    job, other = order(served), order(served)
    for one in (job, other):
        publish(redis, one, {"type": "cancelled"}, KEEP)
    answer = served.post(f"/generate/{job}/ticket")
    assert answer.status_code == 201
    document = answer.json()
    assert document["expires_in"] == 60
    nobody = {"headers": {"Authorization": ""}}
    assert [kind for _, kind, _ in Reader(served, document["events_url"], **nobody).ended()] == [
        "cancelled"
    ]
    ticket = {"ticket": document["ticket"]}
    assert served.get(f"/generate/{other}/events", params=ticket, **nobody).status_code == 401
    assert served.get(f"/generate/{job}", params=ticket, **nobody).status_code == 401
    as_token = {"Authorization": f"Bearer {document['ticket']}"}
    assert served.get(f"/generate/{job}", headers=as_token).status_code == 401
    expired = Tokens(replace(settings, ticket_seconds=-1)).make_ticket("ada", job)
    late = served.get(f"/generate/{job}/events", params={"ticket": expired}, **nobody)
    assert late.status_code == 401
    bobs = Tokens(settings).make_ticket("bob", job)
    theirs = served.get(f"/generate/{job}/events", params={"ticket": bobs}, **nobody)
    assert theirs.status_code == 404


def test_streams_are_counted_and_bounded(settings, redis, store):
    with (
        serving(replace(settings, max_streams=1), store) as address,
        httpx.Client(base_url=address, headers=bearer(settings), timeout=BOUND) as client,
    ):
        job = order(client)
        publish(redis, job, STARTED, KEEP)
        reader = Reader(client, f"/generate/{job}/events")
        until(lambda: reader.events)
        assert "legolab_streams_open 1.0" in client.get("/metrics").text
        refused = client.get(f"/generate/{job}/events")
        assert refused.status_code == 503
        assert refused.json()["type"].endswith(":too-many-streams")
        client.delete(f"/generate/{job}")
        reader.ended()
        until(lambda: "legolab_streams_open 0.0" in client.get("/metrics").text)


def test_a_reader_that_does_not_read_is_let_go(served, redis, settings, monkeypatch):
    monkeypatch.setattr(generate, "_SEND_SECONDS", 0.2)
    job = order(served)
    for _ in range(20):  # more than the buffers on the way take
        publish(redis, job, {"type": "started", "seed": 7, "caption": "a" * 1_000_000}, KEEP)
    address = served.base_url
    head = f"GET /generate/{job}/events HTTP/1.1\r\nHost: legolab\r\nAuthorization: "
    with socket.create_connection((address.host, address.port)) as line:
        line.sendall(f"{head}{bearer(settings)['Authorization']}\r\n\r\n".encode())
        assert line.recv(15) == b"HTTP/1.1 200 OK"
        until(lambda: "legolab_streams_open 1.0" in served.get("/metrics").text)
        until(lambda: "legolab_streams_open 0.0" in served.get("/metrics").text)


def test_a_stream_goes_on_after_redis_was_gone(tmp_path, store):
    embedded = EmbeddedBroker(tmp_path / "broker", find_server())
    embedded.start()
    settings = make_settings(tmp_path, embedded.url)
    redis = connect(embedded.url)
    try:
        with (
            serving(settings, store) as address,
            httpx.Client(base_url=address, headers=bearer(settings), timeout=BOUND) as client,
        ):
            job = order(client)
            publish(redis, job, STARTED, KEEP)
            reader = Reader(client, f"/generate/{job}/events")
            until(lambda: len(reader.events) == 1)
            embedded.stop()
            with pytest.raises(RedisError):
                redis.ping()
            assert client.get(f"/generate/{job}").status_code == 503
            embedded.start()
            publish(redis, job, PLACED, KEEP)
            publish(redis, job, {"type": "failed", "reason": "so"}, KEEP)
            assert [kind for _, kind, _ in reader.ended()] == ["started", "brick_placed", "failed"]
    finally:
        embedded.stop()
