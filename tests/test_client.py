"""The client by itself: what it sends, whom it trusts, what it makes of bad answers."""

import io
import json
import os
import socket
import struct
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from legolab import console
from legolab.bricks.brick import Brick
from legolab.client import Client, JobState, Status, find_service
from legolab.client.sse import Message, read_messages
from legolab.errors import FileError, InputError, LegolabError, RefusedError, ServiceError
from legolab.generation.result import BrickPlaced, Started

JOB = "6f1c34a2-0d3f-5a52-9f0e-2f0c4a1b7d11"
QUEUED = {"job_id": JOB, "status": "queued", "position": 3}
STARTED = {
    "schema": "legolab.event/1",
    "type": "started",
    "caption": "a chair",
    "description": "chair",
    "seed": 7,
    "notes": [],
}
NAMES = ("preview.png", "model.ldr", "model.txt", "report.json")
TOKEN = "a-token-that-is-secret"


def answer(content=b"", status=200, **headers):
    """An answer with that content, and its length unless another is given."""
    if not isinstance(content, bytes):
        content = json.dumps(content).encode()
    headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def give(request):
        request.send_response(status)
        for name, value in ({"Content-Length": len(content)} | headers).items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(content)

    return give


def stream(*documents):
    """An event stream that ends without an end of the job."""
    lines = [
        f"id: {number}-0\r\nevent: {document['type']}\r\ndata: {json.dumps(document)}\r\n\r\n"
        for number, document in enumerate(documents, start=1)
    ]
    return answer("".join(lines).encode(), Content_Type="text/event-stream; charset=utf-8")


def reset(request):
    """No answer: the connection is broken."""
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.connection.close()
    request.close_connection = True


def silence(request):
    """No answer: whoever asks must lose patience first."""
    request.connection.recv(1)


class Handler(BaseHTTPRequestHandler):
    def _answer(self):
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(
            SimpleNamespace(
                method=self.command, path=self.path, headers=self.headers, content=content
            )
        )
        answers = self.server.answers
        give = answers.pop(0) if len(answers) > 1 else answers[0]  # the last one for ever
        give(self)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815

    def log_message(self, *args):
        pass


@pytest.fixture
def serve():
    """Start a server that gives these answers in turn, the last of them for ever."""
    servers = []

    def serve(*answers):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.asked, server.answers = [], list(answers)
        server.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return server

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    """The seconds that were waited; none pass."""
    seen = []
    for module in ("connection", "jobs"):
        monkeypatch.setattr(f"legolab.client.{module}.sleep", seen.append)
    return seen


def client(server, **options):
    return Client(server.url, TOKEN, **options)


def finished(links):
    return answer({"job_id": JOB, "status": "finished", "files": links})


def test_an_order_says_what_was_asked_and_who_asks(serve):
    server = serve(answer(QUEUED, 202))
    job = client(server).submit("a chair für Zoë 🪑", seed=7, temperature=1)
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/generate")
    order = {"prompt": "a chair für Zoë 🪑", "seed": 7, "temperature": 1.0}
    assert json.loads(asked.content) == order
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["Content-Type"] == "application/json"
    assert len(asked.headers["Idempotency-Key"]) == 32
    assert job.id == JOB
    client(server).submit("a chair")
    assert json.loads(server.asked[-1].content) == {"prompt": "a chair"}
    assert server.asked[-1].headers["Idempotency-Key"] != asked.headers["Idempotency-Key"]


def test_numbers_of_numpy_are_numbers(serve):
    numpy = pytest.importorskip("numpy")
    server = serve(answer(QUEUED, 202))
    client(server).submit("a chair", seed=numpy.int64(7), temperature=numpy.float32(0.5))
    assert json.loads(server.asked[0].content)["seed"] == 7
    with pytest.raises(InputError, match="expected a finite number"):
        client(server).submit("a chair", temperature=float("nan"))


def test_a_state_is_a_value(serve):
    server = serve(answer(QUEUED), answer({"job_id": JOB, "status": "started", "bricks": 4}))
    job = client(server).job(JOB)
    assert job.state() == JobState(Status.QUEUED, position=3)
    state = job.state()
    assert (state.status, state.bricks, state.over) == ("started", 4, False)
    assert server.asked[0].path == f"/generate/{JOB}"


def test_a_service_may_live_under_a_path(serve):
    link = "/static/x/model.ldr?expires=1"
    server = serve(finished(dict.fromkeys(NAMES, link)), answer(b"content"))
    url = f"{server.url}/lab/"
    assert Client(url, TOKEN).job(JOB).state().status == "finished"
    Client(url, TOKEN)._connection.fetch(link)
    assert [asked.path for asked in server.asked] == [f"/lab/generate/{JOB}", f"/lab{link}"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8000",
        "ftp://a.example",
        "file:///etc/passwd",
        "http://",
        "http://a b",
        "http://a.example:99999",
        "http://a.example:0",
        "http://a.example/?b",
        "http://a.example/#b",
        "http://me:word@a.example",
        "http://a.example\r\nX: y",
        "http://ü.example",
        "http://" + "a" * 64 + ".example",
        "http://[::1",
    ],
)
def test_what_is_no_address_is_refused_at_once(url):
    with pytest.raises(InputError, match="expected a URL"):
        Client(url, TOKEN)


@pytest.mark.parametrize("token", ["", " ", "a b", "a\r\nX: y", "ü"])
def test_what_is_no_token_is_refused_and_not_shown(token):
    with pytest.raises(InputError) as refused:
        Client("http://a.example", token)
    assert str(refused.value) == "expected a token as `legolab token` makes it, got something else"


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf")])
def test_a_timeout_is_some_seconds(timeout):
    with pytest.raises(InputError, match="expected a timeout above 0"):
        Client("http://a.example", TOKEN, timeout=timeout)


def test_a_token_is_never_shown():
    shown = Client("http://a.example", f" {TOKEN}\n")
    assert TOKEN not in repr(shown) + repr(shown.job(JOB))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_with_the_token_nor_without(serve, status):
    other = serve(answer(QUEUED))
    server = serve(answer(b"", status, Location=f"{other.url}/generate/{JOB}"))
    job = client(server).job(JOB)
    for ask in (job.state, job.cancel, lambda: list(job.events()), lambda: job.save("nowhere")):
        with pytest.raises(ServiceError, match=f"sends us on to {other.url}.*not followed"):
            ask()
    assert other.asked == []


def test_files_are_fetched_from_anywhere_and_never_with_the_token(serve, tmp_path):
    bucket = serve(answer(b"from the bucket"))
    links = dict.fromkeys(NAMES, f"{bucket.url}/results/x?X-Amz-Signature=0")
    links["model.txt"] = f"/static/{JOB}/model.txt?expires=1&signature=0"
    server = serve(finished(links), answer(b"from the service"))
    saved = client(server).job(JOB).save(tmp_path / "model")
    assert [path.name for path in saved] == list(NAMES)
    assert (tmp_path / "model" / "model.txt").read_bytes() == b"from the service"
    assert (tmp_path / "model" / "model.ldr").read_bytes() == b"from the bucket"
    assert len(bucket.asked) == 3
    for asked in (*bucket.asked, server.asked[-1]):
        assert "Authorization" not in asked.headers
        assert TOKEN not in str(asked.headers) + asked.path


@pytest.mark.parametrize(
    "link",
    [
        "file:///etc/passwd",
        "//elsewhere.example/x",
        "data:text/plain,x",
        "ftp://a.example/x",
        "model.txt",
        "../etc/passwd",
        "http://a.example/x y",
        "http://a.example/ü",
        "http://a.example/\r\nX: y",
        "http://[",
        "",
    ],
)
def test_a_link_that_is_none_is_not_followed(serve, tmp_path, link):
    server = serve(finished(dict.fromkeys(NAMES, link)))
    with pytest.raises(ServiceError, match="got a link to a file that is none"):
        client(server).job(JOB).save(tmp_path / "model")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("second", "error", "words"),
    [
        (answer(b"<Error>", 403), RefusedError, "answered with 403 Forbidden"),
        (answer(b"<Error>", 500), ServiceError, "answered with 500"),
        (answer(b""), ServiceError, "a file with nothing in it"),
        (answer(b"half", Content_Length=9), ServiceError, "broke off in the midst"),
        (reset, ServiceError, "no answer from"),
    ],
)
def test_one_file_that_fails_leaves_none(serve, tmp_path, second, error, words):
    links = dict.fromkeys(NAMES, "/static/x")
    server = serve(finished(links), answer(b"content"), second)
    with pytest.raises(error, match=words):
        client(server).job(JOB).save(tmp_path / "model")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("links", [None, [], {}, {"model.ldr": "/static/x"}, {"preview.png": None}])
def test_a_document_without_all_links_leaves_nothing(serve, tmp_path, links):
    server = serve(finished(links), answer(b"content"))
    with pytest.raises(ServiceError, match=r"got none|not kept any longer"):
        client(server).job(JOB).save(tmp_path / "model")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>Log in</html>",
        b"{",
        b"[]",
        b"null",
        b'"queued"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"job_id": ' + b"9" * 10_000 + b"}",
        b"{}",
        b'{"job_id": 7, "status": "queued"}',
        b'{"job_id": "x", "status": "dancing"}',
        b'{"job_id": "x", "status": ["queued"]}',
    ],
)
def test_an_answer_that_is_no_good_is_an_error_and_no_result(serve, content):
    server = serve(answer(content))
    job = client(server).job(JOB)
    report = lambda: client(server).check("2x4 (0,0,0)\n")  # noqa: E731
    for ask in (job.state, job.wait, job.cancel, lambda: client(server).submit("a chair"), report):
        with pytest.raises(ServiceError, match="expected a"):
            ask()


def test_a_huge_answer_is_not_read_to_its_end(serve, monkeypatch, tmp_path):
    monkeypatch.setattr("legolab.client.connection.MAX_BYTES", 1_000_000)
    huge = b" " * 1_000_001
    with pytest.raises(ServiceError, match="an answer of at most 1 MB, got more"):
        client(serve(answer(huge))).job(JOB).state()
    streams = serve(answer(b"data: " + huge, Content_Type="text/event-stream"))
    with pytest.raises(ServiceError, match="an event of at most 1 MB, got more"):
        list(client(streams).job(JOB).events())
    server = serve(finished(dict.fromkeys(NAMES, "/static/x")), answer(huge))
    with pytest.raises(ServiceError, match="at most 1 MB, got more"):
        client(server).job(JOB).save(tmp_path / "model")


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"type": "started"}, "expected schema"),
        ([], "expected an event"),
        (STARTED | {"seed": "/../../../x"}, "expected an event"),
        (STARTED | {"caption": {"a": 1}}, "expected an event"),
        (STARTED | {"notes": [1]}, "expected an event"),
        (STARTED | {"type": "dancing"}, "dancing"),
        (STARTED | {"type": "brick_placed", "index": 0, "brick": "9x9"}, "9x9"),
        (STARTED | {"type": "rolled_back", "kept": "all", "reason": ""}, "expected an event"),
        (
            STARTED | {"type": "rolled_back", "kept": 0, "reason": "", "description": [1]},
            "expected an event",
        ),
        (STARTED | {"type": "finished"}, "expected an event"),
    ],
)
def test_an_event_that_is_no_good_is_an_error(serve, document, words):
    kind = document["type"] if isinstance(document, dict) else "started"
    content = f"id: 1-0\nevent: {kind}\ndata: {json.dumps(document)}\n\n".encode()
    server = serve(answer(content, Content_Type="text/event-stream"))
    with pytest.raises(ServiceError, match=words):
        list(client(server).job(JOB).events())


def test_a_stream_that_always_breaks_is_given_up(serve, pauses):
    server = serve(stream(STARTED), stream())
    told = client(server).job(JOB).events()
    assert next(told).seed == 7
    server.answers = [stream()] * 7 + [answer(QUEUED)]
    with pytest.raises(ServiceError, match=f"events of job {JOB} end before the job does"):
        next(told)
    assert {asked.headers["Last-Event-ID"] for asked in server.asked[1:-1]} == {"1-0"}
    assert pauses == sorted(pauses) and 10 < sum(pauses) < 30


def test_a_job_that_may_not_be_cancelled_is_not_said_to_be(serve):
    server = serve(answer({"detail": "No."}, 403), answer(QUEUED))
    with pytest.raises(RefusedError, match=r"^No\.$"):
        client(server).job(JOB).cancel()


@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_where_the_last_event_is_missing_the_state_tells(serve, end):
    over = answer({"job_id": JOB, "status": end, "reason": "No table today."})
    server = serve(*[answer(b"", 204)] * 8, over)
    with pytest.raises(LegolabError, match=r"No table today|was cancelled"):
        list(client(server).job(JOB).events())


def test_a_page_in_the_place_of_a_stream_is_an_error(serve):
    server = serve(answer(b"<html>", Content_Type="text/html"))
    with pytest.raises(ServiceError, match="something else than a stream"):
        list(client(server).job(JOB).events())


def test_a_broken_connection_is_tried_again(serve, pauses):
    server = serve(reset, reset, answer(QUEUED, 202))
    assert client(server).submit("a chair").id == JOB
    keys = {asked.headers["Idempotency-Key"] for asked in server.asked}
    assert len(server.asked) == 3 and len(keys) == 1
    assert pauses == [0.25, 0.5]


def test_who_never_answered_is_given_up_sooner_than_who_did(serve):
    server = serve(reset)
    with pytest.raises(ServiceError, match="no answer from"):
        client(server).job(JOB).state()
    assert len(server.asked) == 4
    known = serve(answer(QUEUED), reset)
    job = client(known).job(JOB)
    job.state()
    with pytest.raises(ServiceError, match="no answer from"):
        job.state()
    assert len(known.asked) == 1 + 8


def test_an_answer_that_broke_off_is_asked_for_again(serve):
    server = serve(answer(b'{"job', Content_Length=99), answer(QUEUED))
    assert client(server).job(JOB).state().position == 3


def test_a_service_says_when_to_come_again(serve, pauses):
    busy = answer(b"", 429, Retry_After="7")
    away = answer(b"", 503, Retry_After="2")
    server = serve(busy, away, answer(b"", 502), answer(QUEUED, 202))
    assert client(server).submit("a chair").id == JOB
    assert pauses == [7.0, 2.0, 1.0]


@pytest.mark.parametrize("after", ["61", "3600", "999999999"])
def test_a_wait_that_is_too_long_is_not_begun(serve, pauses, after):
    problem = {"detail": f"Too many requests. Try again in {after} s."}
    server = serve(answer(problem, 429, Retry_After=after))
    with pytest.raises(RefusedError, match=f"Try again in {after} s"):
        client(server).submit("a chair")
    assert (len(server.asked), pauses) == (1, [])


@pytest.mark.parametrize("after", ["soon", "-1", "1e3", "Wed, 21 Oct 2026 07:28:00 GMT", "9" * 99])
def test_a_wait_that_cannot_be_read_is_a_short_one(serve, pauses, after):
    server = serve(answer(b"", 503, Retry_After=after), answer(QUEUED, 202))
    client(server).submit("a chair")
    assert pauses == [0.25]


def test_what_takes_long_is_not_asked_for_twice(serve):
    server = serve(answer({"detail": "Could not tell within the 30 seconds."}, 503))
    with pytest.raises(ServiceError, match="Could not tell within") as error:
        client(server).check("2x4 (0,0,0)\n")
    assert (len(server.asked), error.value.exit_code) == (1, 3)


@pytest.mark.parametrize(
    ("status", "document", "kind", "code", "words"),
    [
        (401, {"detail": "the token has expired"}, RefusedError, 2, "the token was refused by"),
        (403, {"detail": "No."}, RefusedError, 2, "^No.$"),
        (404, {"detail": "There is no such job."}, RefusedError, 2, "^There is no such job.$"),
        (404, "nginx", RefusedError, 2, "expected a legolab service, but .* 404 Not Found$"),
        (422, {"detail": "body/seed: no"}, RefusedError, 2, "^body/seed: no$"),
        (500, {"detail": "Something went wrong on our side."}, ServiceError, 3, "on our side"),
        (500, {"detail": 7}, ServiceError, 3, "answered with 500"),
        (502, "", ServiceError, 3, "answered with 502 Bad Gateway"),
        (422, {"detail": "a\x1b[2Jb\n" + "c" * 900}, RefusedError, 2, r"^a \[2Jb c{400,500}$"),
    ],
)
def test_a_problem_becomes_an_error_in_its_words(serve, status, document, kind, code, words):
    server = serve(answer(document, status))
    with pytest.raises(kind, match=words) as error:
        client(server).job(JOB).state()
    assert error.value.exit_code == code


def test_nobody_there(pauses):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ServiceError, match=f"no answer from http://127.0.0.1:{port}: Connection"):
        Client(f"http://127.0.0.1:{port}", TOKEN).submit("a chair")
    assert pauses == [0.25, 0.5, 1.0]
    with pytest.raises(ServiceError, match="no such host is known"):
        Client("http://nobody.invalid", TOKEN).submit("a chair")


def test_somebody_who_does_not_answer_in_time(serve):
    server = serve(silence)
    with pytest.raises(ServiceError, match=r"no answer from .* within 0\.2 s"):
        client(server, timeout=0.2).job(JOB).state()
    assert len(server.asked) == 1


def test_somebody_who_speaks_no_http():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet():
            for _ in range(4):
                line, _ = listener.accept()
                with line:
                    line.recv(65536)
                    line.sendall(b"220 mail.example ESMTP\r\n")

        threading.Thread(target=greet, daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(ServiceError, match=f"expected a legolab service at {url}"):
            Client(url, TOKEN).job(JOB).state()


def test_a_service_on_this_machine_is_not_asked_through_a_proxy(serve, monkeypatch):
    server = serve(answer(QUEUED))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, nobody)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert client(server).job(JOB).state().position == 3


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("", []),
        (": ping\n\n", []),
        ("data\n\n", [("", "message", "")]),
        ("data: a\ndata:  b\n\n", [("", "message", "a\n b")]),
        ("id: 1\nevent: x\ndata: a\n\ndata: b\n\n", [("1", "x", "a"), ("1", "message", "b")]),
        ("event: x\n\ndata: a\n\n", [("", "message", "a")]),
        ("retry: 5\ncolour: red\ndata: a\n\n", [("", "message", "a")]),
        ("id: a\0b\ndata: a\n\n", [("", "message", "a")]),
        ("data: a\n", []),
        ("data: a\n\ndata: b", [("", "message", "a")]),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_event_stream_is_read_as_the_standard_says(text, messages, end):
    content = io.BytesIO(text.replace("\n", end).encode())
    assert list(read_messages(content.readline, 100)) == [Message(*each) for each in messages]


def test_a_service_is_the_one_that_is_named(tmp_path):
    assert find_service("http://a.example", "t", tmp_path) == ("http://a.example", "t")
    with pytest.raises(InputError, match=r"expected a token for http://a\.example, got none"):
        find_service("http://a.example", None, tmp_path)
    with pytest.raises(InputError, match="no legolab service runs here: start one"):
        find_service(None, "t", tmp_path)


def test_else_it_is_the_one_that_runs_here(tmp_path):
    here = {"url": "http://127.0.0.1:8000", "token": "mine", "pid": os.getpid()}
    (tmp_path / "service.json").write_text(json.dumps(here))
    assert find_service(None, None, tmp_path) == (here["url"], "mine")
    assert find_service("", "", tmp_path) == (here["url"], "mine")
    assert find_service(None, "other", tmp_path) == (here["url"], "other")
    assert find_service(here["url"] + "/", None, tmp_path) == (here["url"] + "/", "mine")
    with pytest.raises(InputError, match="expected a token"):  # ours goes to nobody else
        find_service("http://127.0.0.1:8001", None, tmp_path)
    (tmp_path / "service.json").write_text(json.dumps(here | {"token": None}))
    with pytest.raises(InputError, match=r"expected a token for http://127\.0\.0\.1:8000"):
        find_service(None, None, tmp_path)
    assert find_service(None, "other", tmp_path) == (here["url"], "other")


@pytest.mark.skipif(sys.platform == "win32", reason="asking for a process would end it")
def test_one_that_has_ended_is_not_asked(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for pid in (gone.pid, 2**70):
        here = {"url": "http://127.0.0.1:8000", "token": "mine", "pid": pid}
        (tmp_path / "service.json").write_text(json.dumps(here))
        with pytest.raises(InputError, match=r"has ended: start one with `legolab up`"):
            find_service(None, None, tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"url": 1, "token": "t", "pid": 1}',
        b'{"url": "http://a", "token": "t", "pid": 0}',
        b'{"url": "http://a", "token": "t", "pid": "1"}',
    ],
)
def test_a_file_that_says_nothing_is_named(tmp_path, content):
    (tmp_path / "service.json").write_bytes(content)
    with pytest.raises(FileError, match=r"service\.json: expected what `legolab up` writes"):
        find_service(None, None, tmp_path)


def test_a_place_in_line_is_shown_until_bricks_come():
    counter = console.BrickCounter()
    for place, words in ((4, "number 4 in line"), (1, "next in line"), (0, "0 bricks   layer 0")):
        counter.wait(place)
        assert words in counter.line().plain
    counter.wait(1)
    for event in (Started("a chair", "chair", 7, ()), BrickPlaced(0, Brick(2, 4, 0, 0, 0))) * 2:
        counter.show(event)  # a worker that dies has another begin anew
    assert "1 brick   layer 1" in counter.line().plain


def test_the_base_install_is_enough(tmp_path):
    """No server library, no other HTTP client; and the command finds where a service would be."""
    absent = ("fastapi", "httpx", "jwt", "obstore", "redis", "requests", "rq", "starlette", "torch")
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({absent}))\n"
        "import legolab.client\n"
        "sys.argv = ['legolab', 'submit', 'a chair']\n"
        "from legolab.cli import main; main()"
    )
    environ = {name: value for name, value in os.environ.items() if "LEGOLAB" not in name}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environ | {"LEGOLAB_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "no legolab service runs here: start one with `legolab up`" in done.stderr
    assert "Traceback" not in done.stderr
