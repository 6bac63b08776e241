"""The client with a real service: a server, a queue and a worker."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections import defaultdict
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen
from uuid import uuid4

import pytest

from legolab.bricks.structure import BrickStructure
from legolab.client import Client, Status
from legolab.errors import Cancelled, FileError, InputError, RefusedError, ServiceError
from legolab.generation.events import event_to_json
from legolab.generation.result import Finished
from legolab.serve import queueing
from legolab.serve.auth import make_token
from tests.serve.building import FAILS, FALLS, FILES, HELD, REASON, events, gate, generation
from tests.serve.service import BOUND, MemoryStore, serving, until, working

NOBODYS = "6f1c34a2-0d3f-5a52-9f0e-2f0c4a1b7d11"
STEPS = len(list(events(generation("a chair", 7))))
STANDS = "2x4 (0,0,0)\n2x2 (1,1,1)\n"


@pytest.fixture(autouse=True)
def task(monkeypatch):
    monkeypatch.setattr(queueing, "TASK", "tests.serve.building.build")


@pytest.fixture
def pauses(monkeypatch):
    """The seconds that requests waited before they were sent again; none pass."""
    seen = []
    monkeypatch.setattr("legolab.client.connection.sleep", seen.append)
    return seen


@pytest.fixture
def store():
    store = MemoryStore()
    store.results = defaultdict(lambda: ("ada", dict(FILES)))
    return store


@pytest.fixture
def address(settings, store):
    with serving(settings, store) as address:
        yield address


@pytest.fixture
def worker(settings):
    with working(settings) as process:
        yield process


@pytest.fixture
def client(address, settings):
    return client_of(address, settings)


def client_of(address, settings, subject="ada", lifetime=timedelta(minutes=5)):
    return Client(address, make_token(settings, subject, lifetime), timeout=BOUND)


def documents(seen):
    return [event_to_json(event) for event in seen]


class Cutter:
    """A way to the server that breaks, once, as soon as an answer has `mark` in it."""

    def __init__(self, address, mark, path=b""):
        self.asked = []
        self._target = address.removeprefix("http://").split(":")
        self._mark, self._path = mark, path
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(line,), daemon=True).start()

    def _carry(self, line):
        host, port = self._target
        with line, socket.create_connection((host, int(port))) as server:
            line.settimeout(0.1)  # a request comes at once, or has come
            question = b""
            try:
                while part := line.recv(65536):
                    question += part
            except TimeoutError:
                pass
            line.settimeout(None)
            self.asked.append(question)
            server.sendall(question)
            answer = b""
            while part := server.recv(65536):
                answer += part
                if self._mark and self._path in question and self._mark in answer:
                    cut = answer.index(self._mark) + len(self._mark) - (len(answer) - len(part))
                    self._mark = None
                    line.sendall(part[: max(cut, 0)])
                    return
                line.sendall(part)

    def close(self):
        self._listener.close()


@pytest.fixture
def cutter(address):
    made = []

    def cutter(mark, path=b""):
        made.append(Cutter(address, mark, path))
        return made[-1]

    yield cutter
    for one in made:
        one.close()


@pytest.mark.parametrize("caption", ["a chair with a high back", "a chair für Zoë 🪑"])
def test_a_caption_comes_back_as_a_model(client, worker, tmp_path, caption):
    job = client.submit(caption, seed=7, temperature=0.5, max_bricks=50)
    seen = list(job.events())
    expected = generation(caption, 7)
    told, asked = documents(seen), documents(events(expected))
    assert told[:-1] == asked[:-1]
    result = seen[-1].result
    assert (result.caption, result.seed) == (caption, 7)
    assert list(result.structure) == list(expected.structure)
    assert result.report.verdict is expected.report.verdict
    assert job.wait().report.to_json() == result.report.to_json()
    state = until(lambda: (s := client.job(job.id).state()).over and s)
    assert state.status is Status.FINISHED and state.document["seed"] == 7
    saved = job.save(tmp_path / "models" / "mine")
    assert [path.name for path in saved] == ["preview.png", "model.ldr", "model.txt", "report.json"]
    assert {path.name: path.read_bytes() for path in saved} == {
        name: content for name, (content, _) in FILES.items()
    }
    assert os.listdir(tmp_path / "models") == ["mine"]


def test_a_place_in_line_is_told_until_the_job_is_taken(client, settings):
    first, second = client.submit("a chair", seed=1), client.submit("a chair", seed=2)
    places = second.positions()
    assert next(places) == 2
    first.cancel()
    assert next(places) == 1
    with working(settings):
        assert all(place == 0 for place in places)
    assert second.state().status is not Status.QUEUED


@pytest.mark.parametrize(
    "mark",
    [
        b"HTTP/1.1 200",
        b"\r\n\r\n",
        b"event: started",
        b'"index": 0',
        b"event: rolled_back\r\nda",
        b'"structure"',
    ],
)
def test_events_go_on_where_the_connection_broke(client, settings, worker, cutter, mark):
    way = cutter(mark, b"/events")
    job = client_of(way.address, settings).submit("a chair", seed=7)
    seen = documents(job.events())
    assert seen[:-1] == documents(events(generation("a chair", 7)))[:-1]
    assert seen[-1] == documents(client.job(job.id).events())[-1]
    first, second = (question for question in way.asked if b"/events" in question)
    assert b"last-event-id" not in first.lower()
    begun = mark not in (b"HTTP/1.1 200", b"\r\n\r\n", b"event: started")
    assert (b"last-event-id: " in second.lower()) == begun


def test_a_lost_answer_makes_no_second_job(settings, cutter, redis):
    way = cutter(b"HTTP/1.1 202", b"POST /generate")
    job = client_of(way.address, settings).submit("a chair")
    assert len([question for question in way.asked if question.startswith(b"POST")]) == 2
    assert redis.keys("rq:job:*") == [f"rq:job:{job.id}".encode()]


def test_a_key_of_ones_own_makes_repeated_orders_one_job(client):
    job = client.submit("a chair", key="mine-1")
    assert client.submit("a chair", key="mine-1").id == job.id
    assert client.submit("a chair").id != job.id
    with pytest.raises(RefusedError, match="belongs to a job with another order"):
        client.submit("a table", key="mine-1")
    with pytest.raises(InputError, match="expected a key"):
        client.submit("a chair", key="mine\r\n2")


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"caption": "a zebra"}, 'I cannot build "a zebra" yet'),
        ({"caption": ""}, "body/prompt"),
        ({"caption": "a chair " * 200}, "body/prompt"),
        ({"caption": "a chair", "seed": -1}, "body/seed"),
        ({"caption": "a chair", "temperature": 11}, "body/temperature"),
        ({"caption": "a chair", "max_bricks": 0}, "body/max_bricks"),
    ],
)
def test_an_order_that_is_no_good_is_refused_in_words(client, redis, order, words):
    with pytest.raises(RefusedError, match=words):
        client.submit(**order)
    assert redis.keys("rq:job:*") == []


def test_a_token_that_does_not_hold_is_refused(address, settings):
    expired = client_of(address, replace(settings, issuer="legolab"), lifetime=timedelta(seconds=1))
    other = client_of(address, replace(settings, secret="another secret that is long enough"))
    until(lambda: refusal(expired) and "the token has expired" in refusal(expired))
    for ask in (
        lambda: other.submit("a chair"),
        lambda: other.job(NOBODYS).state(),
        lambda: list(other.job(NOBODYS).events()),
        lambda: other.job(NOBODYS).cancel(),
        lambda: other.check(STANDS),
    ):
        with pytest.raises(RefusedError, match=f"the token was refused by {address}: "):
            ask()


def refusal(client):
    try:
        client.job(NOBODYS).state()
    except RefusedError as error:
        return str(error)
    return ""


def test_a_job_of_another_is_not_there(client, address, settings, tmp_path):
    job = client.submit("a chair")
    bobs = client_of(address, settings, "bob")
    for theirs in (bobs.job(job.id), client.job(NOBODYS), client.job("../healthz")):
        for ask in (
            theirs.state,
            theirs.cancel,
            theirs.wait,
            lambda job=theirs: list(job.events()),
            lambda job=theirs: job.save(tmp_path / "model"),
        ):
            with pytest.raises(RefusedError, match=r"There is no such job|Not Found"):
                ask()
    assert not (tmp_path / "model").exists()


def test_too_many_requests_are_sent_later_and_given_up_in_the_end(settings, pauses):
    with serving(replace(settings, rate_limit=1)) as address:
        client = client_of(address, settings)
        client.submit("a chair")
        with pytest.raises(RefusedError, match="Too many requests: at most 1 a minute"):
            client.submit("a chair")
    assert 0 < sum(pauses) <= 60


def test_a_full_line_is_tried_again_and_told(settings, pauses):
    with serving(replace(settings, queue_limit=1)) as address:
        client = client_of(address, settings)
        client.submit("a chair")
        with pytest.raises(ServiceError, match=r"1 jobs are waiting already; try again"):
            client.submit("a chair")
    assert set(pauses) == {2.0}


def test_a_job_that_fails_says_why_to_whoever_asks(client, worker, tmp_path):
    job = client.submit("a chair", seed=FAILS)
    for ask in (job.wait, lambda: list(job.events()), lambda: job.save(tmp_path / "model")):
        with pytest.raises(ServiceError, match=REASON):
            ask()
    state = job.state()
    assert (state.status, state.reason, state.over) == ("failed", REASON, True)
    assert not (tmp_path / "model").exists()


def test_a_cancelled_job_is_no_result(client, worker, redis, tmp_path):
    waiting, running = client.submit("a chair", seed=HELD), client.submit("a chair", seed=HELD)
    redis.rpush(gate(waiting.id), "go")
    told = waiting.events()
    next(told)
    for job in (running, waiting):
        assert job.cancel().status is Status.CANCELLED
        assert job.cancel().status is Status.CANCELLED
    with pytest.raises(Cancelled):
        list(told)
    for ask in (running.wait, lambda: running.save(tmp_path / "model")):
        with pytest.raises(Cancelled):
            ask()
    assert not (tmp_path / "model").exists()


def test_a_finished_job_stays_as_it_is_when_it_is_cancelled(client, worker):
    job = client.submit("a chair")
    job.wait()
    assert job.cancel().status is Status.FINISHED


def test_waiting_has_an_end_where_one_is_given(client):
    job = client.submit("a chair")
    with pytest.raises(ServiceError, match=r"is not over after 0\.2 s; it goes on"):
        job.wait(timeout=0.2)
    assert job.state().status is Status.QUEUED


def test_a_changed_link_is_refused_and_nothing_is_left(client, worker, store, tmp_path):
    honest = store.link
    store.link = lambda id, name, expires_in: honest(id, name, expires_in) + "0" * (name[0] == "r")
    job = client.submit("a chair")
    with pytest.raises(RefusedError, match="The link has expired or was changed"):
        job.save(tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_files_whose_life_is_over_are_no_result(client, worker, store, tmp_path):
    job = client.submit("a chair")
    job.wait()
    store.results = {}
    with pytest.raises(ServiceError, match=r"preview\.png of job .* is not kept any longer"):
        job.save(tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_folder_that_is_there_is_kept_before_anything_is_asked(tmp_path):
    job = Client("http://127.0.0.1:9", "token").job(NOBODYS)
    with pytest.raises(FileError, match="already there and is kept"):
        job.save(tmp_path)


def test_files_in_a_bucket_are_fetched_from_there(settings, worker, s3_server, tmp_path):
    bucket = s3_server.open(f"client/{uuid4()}")
    stored = bucket.publish(FILES, "ada")
    store = MemoryStore()
    store.link = lambda id, name, expires_in: bucket.link(stored, name, expires_in)
    with serving(settings, store) as address:
        saved = client_of(address, settings).submit("a chair").save(tmp_path / "model")
    assert [path.read_bytes() for path in saved] == [content for content, _ in FILES.values()]


@pytest.mark.parametrize("strict", [False, True])
def test_a_structure_is_checked_there_as_here(client, strict):
    structure = BrickStructure.from_text("2x4 (40,40,0)\n2x2 (41,41,1)\n", world=(48, 48, 30))
    report = client.check(structure, strict=strict)
    assert report.verdict.value == "stable" and report.structure is structure
    assert report.options.strict == strict
    same = client.check(structure.to_text(), world=(48, 48, 30), strict=strict)
    assert same.scores.tolist() == report.scores.tolist()
    falls = client.check("2x4 (0,0,0)\n1x1 (5,5,3)\n")
    assert (falls.verdict.value, falls.first_unstable) == ("unstable", 1)


def test_a_structure_that_is_no_good_is_refused(client):
    with pytest.raises(InputError, match="line 2"):
        client.check("2x4 (0,0,0)\nhello\n")
    with pytest.raises(InputError, match="expected a world with a text alone"):
        client.check(BrickStructure.from_text(STANDS), world=(20, 20, 20))
    wide = "".join(f"1x1 ({x},{y},0)\n" for x in range(300) for y in range(200))
    with pytest.raises(RefusedError, match="body of at most 128000 bytes"):
        client.check(wide, world=(300, 200, 20))


def test_a_service_that_goes_away_is_an_error_and_never_a_result(
    settings, store, redis, pauses, tmp_path
):
    with working(settings):
        with serving(settings, store) as address:
            client = client_of(address, settings)
            job = client.submit("a chair", seed=HELD)
            redis.rpush(gate(job.id), *["go"] * 2)
            told = job.events()
            assert len([next(told), next(told)]) == 2
        for ask in (
            lambda: list(told),
            job.state,
            job.wait,
            job.cancel,
            lambda: client.submit("a chair"),
            lambda: client.check(STANDS),
            lambda: job.save(tmp_path / "model"),
        ):
            with pytest.raises(ServiceError, match=f"no answer from {address}: Connection refused"):
                ask()
    assert not (tmp_path / "model").exists()


def test_events_go_on_when_the_service_comes_back(settings, store, redis, monkeypatch):
    port = None
    with working(settings):
        with serving(settings, store) as address:
            port = int(address.rpartition(":")[2])
            job = client_of(address, settings).submit("a chair", seed=HELD)
            redis.rpush(gate(job.id), *["go"] * 2)
            told = job.events()
            seen = [next(told), next(told)]
        create = socket.create_server
        monkeypatch.setattr(
            socket, "create_server", lambda _: create(("127.0.0.1", port), reuse_port=False)
        )
        with serving(settings, store):
            redis.rpush(gate(job.id), *["go"] * STEPS)
            seen += told
    assert documents(seen)[:-1] == documents(events(generation("a chair", HELD)))[:-1]
    assert isinstance(seen[-1], Finished)


@pytest.fixture
def shell(address, settings, tmp_path):
    """`legolab submit` in a process of its own, in a folder of its own."""
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith("LEGOLAB_")
    } | {
        "LEGOLAB_HOME": str(tmp_path / "home"),
        "LEGOLAB_URL": address,
        "LEGOLAB_TOKEN": make_token(settings, "ada", timedelta(minutes=5)),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    folder = tmp_path / "folder"
    folder.mkdir()
    # A shell that runs the tests in the background has its children ignore Ctrl-C.
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from legolab.cli import main; main()"
    )

    def start(*arguments, **changed):
        merged = {name: value for name, value in (environ | changed).items() if value is not None}
        return subprocess.Popen(
            [sys.executable, "-c", code, "submit", *arguments],
            cwd=folder,
            env=merged,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    start.folder = folder
    start.home = tmp_path / "home"
    return start


def ended(process):
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_submit_leaves_the_folder_that_generate_leaves(shell, worker):
    code, out, err = ended(shell("A chair", "--seed", "7"))
    assert (code, err) == (0, "")
    assert os.listdir(shell.folder) == ["a-chair-seed7"]
    for name, (content, _) in FILES.items():
        assert (shell.folder / "a-chair-seed7" / name).read_bytes() == content
    for words in (
        "A chair",
        "Interpreted as: chair, back high",
        "I took seat to mean chair.",
        "Stands, holds ",
        "2 in 2 layers",
        "decode 0.2, files ",
        "a-chair-seed7/report.json",
    ):
        assert words in out


def test_submit_prints_one_document_if_asked(shell, worker, client):
    code, out, err = ended(shell("a chair", "--seed", str(FALLS), "--json", "--out", "models"))
    assert (code, err) == (1, "")
    document = json.loads(out)
    assert document["schema"] == "legolab.generation/1"
    assert document["report"]["verdict"] == "unstable"
    assert document["folder"] == "models/a-chair-seed16"
    assert len(document["files"]) == 4
    assert client.job(document["job_id"]).state().status is Status.FINISHED


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["a zebra"], 2, 'I cannot build "a zebra" yet'),
        (["a chair", "--seed", str(FAILS)], 3, REASON),
        (["a chair", "--token", "no.such.token"], 2, "the token was refused"),
        (["a chair", "--url", "http://127.0.0.1:1"], 3, "no answer from http://127.0.0.1:1: "),
        (["a chair", "--url", "ftp://a"], 2, "expected a URL"),
        (["a chair", "--seed", "-1"], 2, "--seed"),
    ],
    ids=lambda value: "-".join(value)[-12:] if isinstance(value, list) else None,
)
def test_what_goes_wrong_is_said_in_words_and_by_the_exit_code(
    shell, worker, arguments, code, words
):
    ended_with, out, err = ended(shell(*arguments))
    assert (ended_with, out) == (code, "")
    assert words in err and "Traceback" not in err
    assert os.listdir(shell.folder) == []


def test_submit_finds_the_service_that_runs_here(shell, worker, address, settings):
    nowhere = {"LEGOLAB_URL": "", "LEGOLAB_TOKEN": None}
    code, out, err = ended(shell("a chair", **nowhere))
    assert (code, out) == (2, "")
    assert "no legolab service runs here: start one with `legolab up`" in err
    shell.home.mkdir()
    token = make_token(settings, "ada", timedelta(minutes=5))
    ready = {"url": address, "token": token, "pid": os.getpid()}
    (shell.home / "service.json").write_text(json.dumps(ready))
    assert ended(shell("a chair", **nowhere))[0] == 0
    assert os.listdir(shell.folder) == ["a-chair-seed7"]


def test_a_folder_in_the_way_is_kept_and_the_job_called_off(shell, worker, client, redis):
    mine = shell.folder / "a-chair-seed7"
    mine.mkdir()
    code, _, err = ended(shell("a chair", "--seed", "7"))
    assert (code, redis.keys("rq:job:*")) == (2, [])  # seen before anything was sent
    assert "is already there and is kept; use --force" in err
    process = shell("a chair", "--max-bricks", str(HELD))
    job = client.job(until(lambda: the_job(redis)))
    redis.rpush(gate(job.id), "go")
    code, out, err = ended(process)
    assert (code, out) == (2, "")
    assert "is already there and is kept; use --force" in err
    assert job.state().status is Status.CANCELLED
    assert os.listdir(mine) == []
    assert ended(shell("a chair", "--seed", "7", "--force"))[0] == 0
    assert sorted(os.listdir(mine)) == sorted(FILES)


@pytest.mark.parametrize("steps", [0, 2], ids=["in line", "while it is built"])
def test_ctrl_c_cancels_the_job_over_there(shell, address, settings, client, redis, steps):
    process = shell("a chair", "--seed", str(HELD))
    job = client.job(until(lambda: the_job(redis)))
    looked = re.compile(r'legolab_requests_total\{.*"GET",route="/generate/{job_id}"')
    until(lambda: looked.search(urlopen(f"{address}/metrics").read().decode()))
    for _ in range(steps):
        redis.rpush(gate(job.id), "go")
    with working(settings) if steps else nullcontext():
        until(lambda: job.state().bricks == (1 if steps else None))
        process.send_signal(signal.SIGINT)
        code, out, err = ended(process)
    assert (code, out) == (130, "")
    assert err == f"Stopped; nothing was written. Job {job.id} was cancelled.\n"
    assert job.state().status is Status.CANCELLED
    assert os.listdir(shell.folder) == []


def the_job(redis):
    keys = redis.keys("rq:job:*")
    return keys and re.sub(rb".*:", b"", keys[0]).decode()
