"""What holds for every request: guards, headers, errors, and what happens when Redis goes."""

import asyncio
import json
import logging
import socket
import subprocess
import sys
from dataclasses import replace

import httpx
import pytest

from legolab.errors import InputError
from legolab.generation.lexicon import CATEGORIES
from legolab.serve.app import BODY_BYTES, create_app
from legolab.serve.broker import EmbeddedBroker, find_server
from tests.serve.service import (
    BOUND,
    ROOT,
    MemoryStore,
    bearer,
    client_of,
    make_settings,
    serving,
)

pytestmark = pytest.mark.anyio
JOB = "6f1c34a2-0d3f-5a52-9f0e-2f0c4a1b7d11"


def is_problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert {"type", "title", "status", "detail"} <= set(body)
    assert "Traceback" not in answer.text and str(ROOT) not in answer.text
    return body


async def test_every_answer_is_guarded(settings):
    async with client_of(settings) as client:
        for path in ("/healthz", "/nowhere", f"/generate/{JOB}", "/openapi.json"):
            headers = (await client.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["content-security-policy"].startswith("default-src 'none'")
            assert headers["cache-control"] == "no-store"
            assert "strict-transport-security" not in headers
    async with client_of(replace(settings, environment="production")) as client:
        assert "strict-transport-security" in (await client.get("/healthz")).headers


async def test_what_is_not_there_and_what_is_not_done(settings):
    async with client_of(settings) as client:
        is_problem(await client.get("/nowhere"), 404)
        refused = await client.put("/generate")
        is_problem(refused, 405)
        assert refused.headers["allow"] == "POST"
        is_problem(await client.request("BREW", "/healthz"), 405)
        is_problem(await client.get("/docs"), 404)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"a chair"',
        b"\xff\xfe",
        b"[" * 15_000,
        b'{"prompt": "a chair", "seed": ' + b"9" * 9000 + b"}",
        b'{"prompt": "a chair", "temperature": NaN}',
        b'{"prompt": "a chair", "temperature": Infinity}',
    ],
)
async def test_a_body_that_cannot_be_read(settings, body):
    async with client_of(settings) as client:
        json_type = {"Content-Type": "application/json"}
        answer = await client.post("/generate", content=body, headers=json_type)
        is_problem(answer, answer.status_code)
        assert answer.status_code in (400, 422)


async def test_a_body_over_the_limit_is_refused(settings):
    async with client_of(settings) as client:
        fits = json.dumps({"prompt": "a chair"}).ljust(BODY_BYTES)
        json_type = {"Content-Type": "application/json"}
        assert (await client.post("/generate", content=fits, headers=json_type)).status_code == 202
        is_problem(await client.post("/generate", content=fits + " ", headers=json_type), 413)

        async def endless():
            for _ in range(1000):
                yield b" " * 1000

        is_problem(await client.post("/generate", content=endless(), headers=json_type), 413)


def test_a_gigantic_body_is_refused_before_it_is_sent(settings):
    with serving(settings) as address:
        host, port = address.removeprefix("http://").split(":")
        token = bearer(settings)["Authorization"]
        with socket.create_connection((host, int(port)), timeout=10) as line:
            line.sendall(
                b"POST /generate HTTP/1.1\r\nHost: legolab\r\nContent-Type: application/json\r\n"
                b"Content-Length: 1000000000000\r\nAuthorization: "
                + token.encode()
                + b"\r\n\r\n"
                + b" " * (BODY_BYTES + 1)
            )
            assert line.recv(100).startswith(b"HTTP/1.1 413 ")
        assert httpx.get(f"{address}/healthz").status_code == 200


async def test_a_bug_of_ours_is_logged_and_not_shown(settings, caplog):
    class Broken(MemoryStore):
        def manifest(self, id):
            raise ZeroDivisionError("a secret word")

    async with client_of(settings, Broken()) as client:
        with caplog.at_level(logging.ERROR, "legolab.serve"):
            answer = await client.get(f"/static/{JOB}/model.ldr")
        is_problem(answer, 500)
        assert "secret" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "ZeroDivisionError: a secret word" in caplog.text


async def test_other_origins_are_let_in_by_a_setting_alone(settings):
    asked = {"Origin": "https://a.example.org", "Access-Control-Request-Method": "POST"}
    async with client_of(settings) as client:
        answer = await client.get("/healthz", headers=asked)
        assert "access-control-allow-origin" not in answer.headers
    async with client_of(replace(settings, cors_origins=("https://a.example.org",))) as client:
        answer = await client.options("/generate", headers=asked)
        assert answer.headers["access-control-allow-origin"] == "https://a.example.org"
        assert "DELETE" in answer.headers["access-control-allow-methods"]
        another = asked | {"Origin": "https://b.example.org"}
        answer = await client.get("/healthz", headers=another)
        assert "access-control-allow-origin" not in answer.headers
        problem = await client.get(f"/generate/{JOB}", headers={"Origin": asked["Origin"]})
        assert problem.status_code == 404
        assert problem.headers["access-control-allow-origin"] == "https://a.example.org"


async def test_the_document_describes_routes_examples_and_problems(settings):
    async with client_of(settings) as client:
        document = (await client.get("/openapi.json")).json()
    assert set(document["paths"]) == {
        "/generate",
        "/generate/{job_id}",
        "/generate/{job_id}/events",
        "/generate/{job_id}/keep",
        "/generate/{job_id}/ticket",
        "/check",
        "/static/{id}/{name}",
        "/vocabulary",
        "/healthz",
        "/readyz",
        "/metrics",
    }
    text = json.dumps(document)
    assert "a chair with four legs" in text
    assert "HTTPValidationError" not in text
    post = document["paths"]["/generate"]["post"]
    assert {"202", "400", "401", "409", "413", "422", "429", "503"} == set(post["responses"])
    assert list(post["responses"]["429"]["content"]) == ["application/problem+json"]
    assert post["security"] == [{"HTTPBearer": []}]


async def test_without_redis_it_is_503_at_once_and_well_again_after(tmp_path):
    embedded = EmbeddedBroker(tmp_path / "broker", find_server())
    embedded.start()
    settings = make_settings(tmp_path, embedded.url)
    try:
        async with client_of(settings) as client:
            order = {"prompt": "a chair"}
            job = (await client.post("/generate", json=order)).json()["job_id"]
            requests = [
                lambda: client.post("/generate", json=order),
                lambda: client.get(f"/generate/{job}"),
                lambda: client.get(f"/generate/{job}/events"),
                lambda: client.post(f"/generate/{job}/ticket"),
                lambda: client.post("/check", json={"text": "2x4 (0,0,0)"}),
                lambda: client.get("/readyz"),
                lambda: client.delete(f"/generate/{job}"),
            ]
            embedded.stop()
            for request in requests:
                answer = await asyncio.wait_for(request(), BOUND)
                assert is_problem(answer, 503)["type"].endswith(":queue-unreachable")
                assert answer.headers["retry-after"] == "2"
            assert (await client.get("/healthz")).status_code == 200
            assert "legolab_jobs_waiting NaN" in (await client.get("/metrics")).text
            embedded.start()
            assert (await client.get("/readyz")).status_code == 200
            assert (await client.get(f"/generate/{job}")).json()["position"] == 1
            assert (await client.post("/generate", json=order)).status_code == 202
            assert (await client.delete(f"/generate/{job}")).json()["status"] == "cancelled"
    finally:
        embedded.stop()


async def test_many_at_once_are_all_served(settings):
    async with client_of(replace(settings, rate_limit=1000)) as client:
        answers = await asyncio.gather(
            *(client.post("/generate", json={"prompt": "a chair"}) for _ in range(150))
        )
        assert {answer.status_code for answer in answers} == {202}
        looks = [client.get(answer.headers["location"]) for answer in answers]
        assert {answer.status_code for answer in await asyncio.gather(*looks)} == {200}


def test_it_needs_a_redis(tmp_path):
    with pytest.raises(InputError, match="LEGOLAB_REDIS_URL"):
        create_app(make_settings(tmp_path, None), MemoryStore())


def test_no_web_process_loads_torch(settings):
    code = (
        "import asyncio, sys; from pathlib import Path;"
        "from tests.serve.service import client_of, make_settings\n"
        "async def use():\n"
        "    async with client_of(make_settings(Path(sys.argv[1]), sys.argv[2])) as client:\n"
        "        await client.post('/generate', json={'prompt': 'a chair'})\n"
        "        print((await client.post('/check', json={'text': '2x4 (0,0,0)'})).status_code)\n"
        "asyncio.run(use())\n"
        "print([name for name in ('torch', 'transformers') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(settings.home), settings.redis_url]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.split("\n")[:2] == ["200", "[]"]


def test_the_front_door_loads_no_web():
    code = (
        "import sys, legolab; print([name for name in ('fastapi', 'redis', 'rq', 'uvicorn', 'jwt')"
        " if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


async def test_the_vocabulary_is_open_and_kept_for_a_day(settings):
    async with client_of(settings) as client:
        answer = await client.get("/vocabulary")
    assert answer.headers["cache-control"] == "public, max-age=86400"
    words = answer.json()
    assert set(words) == set(CATEGORIES)
    assert words["chair"]["back"] == ["high", "low", "none"]
    assert words["chair"]["width"] is None
    assert "walls" not in words["tower"], "a detail, of which nobody speaks"
