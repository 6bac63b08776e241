"""Whatever is sent, the service answers with a status it documents, and never with a 5xx."""

import asyncio
import json
import re
from collections import Counter
from datetime import timedelta
from urllib.parse import quote

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from legolab.serve.app import close, create_app
from legolab.serve.queueing import job_id_of
from tests.serve.service import MemoryStore, bearer, make_settings


def mostly(usual, *others):
    """Four in five times the usual; `|` would weigh every branch of the others as much."""
    return st.sampled_from([usual] * 4 * len(others) + list(others)).flatmap(lambda kind: kind)


LIVE, OVER = job_id_of("ada", "live"), job_id_of("ada", "over")
RESULT = "6f1c34a2-0d3f-5a52-9f0e-2f0c4a1b7d11"

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
captions = mostly(st.sampled_from(["a chair", "a table with no legs"]), st.text(max_size=1100))
sizes, places = st.sampled_from([1, 2, 4]), st.integers(0, 5)
brick_lines = mostly(
    st.builds("{}x{} ({},{},{})".format, sizes, sizes, places, places, places),
    st.sampled_from(["0 FILE a.ldr", "1 4 20 0 40 0 0 1 0 1 0 -1 0 0 3001.DAT", "# no"]),
    st.text(max_size=20),
)
orders = {
    "prompt": captions,
    "seed": st.none() | st.integers(-1, 2**32),
    "temperature": st.floats(-1, 11),
    "max_bricks": st.integers(-1, 1001),
}
models = {
    "text": st.lists(brick_lines, max_size=3).map("\n".join),
    "format": st.sampled_from(["auto", "txt", "ldr", "png"]),
    "world": st.lists(st.integers(6, 1001), min_size=3, max_size=3),
    "strict": st.booleans(),
}


def bodies(first, members):
    """Mostly sound ones, some with members that are none, some that are no object at all."""
    rest = {name: kind for name, kind in members.items() if name != first}
    sound = st.fixed_dictionaries({first: members[first]}, optional=rest)
    strange = dict.fromkeys([*members, "more"], values)
    return mostly(sound, st.fixed_dictionaries({}, optional=strange), values)


words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
strange_paths = st.sampled_from(["%00", "..", "%2e%2e%2f", LIVE.upper()]) | words.map(
    lambda text: quote(text, safe="")
)
jobs = mostly(st.sampled_from([LIVE, OVER, RESULT]), strange_paths)
names = mostly(st.sampled_from(["model.ldr", "preview.png"]), strange_paths)
results = mostly(st.just(RESULT), strange_paths)
ended = mostly(st.just(OVER), strange_paths)
requests = st.one_of(
    st.tuples(st.just("POST"), st.just("/generate"), bodies("prompt", orders)),
    st.tuples(st.just("POST"), st.just("/check"), bodies("text", models)),
    st.tuples(
        st.sampled_from(["GET", "DELETE", "POST", "PUT"]),
        st.builds("/generate/{}{}".format, jobs, st.sampled_from(["", "/ticket", "/more"])),
        st.none(),
    ),
    # Not of a job that goes on: its stream would too.
    st.tuples(
        st.just("GET"),
        st.builds("/generate/{}/events".format, ended),
        st.none(),
    ),
    st.tuples(
        st.just("GET"),
        st.builds("/static/{}/{}".format, results, names),
        st.none(),
    ),
)
queries = mostly(
    st.just({}),
    st.dictionaries(
        st.sampled_from(["ticket", "after", "expires", "signature", "more"]), words, max_size=2
    ),
)
header_values = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=30)
header_names = ["Idempotency-Key", "Last-Event-ID", "Content-Type", "Origin", "Accept"]
headers = mostly(
    st.just({}),
    st.dictionaries(
        st.sampled_from(header_names),
        header_values.map(lambda text: text.encode("latin-1")),
        max_size=2,
    ),
)
known = mostly(st.just(True), st.just(False))


def test_nothing_that_is_sent_breaks_it(server, redis, tmp_path):
    wide = make_settings(tmp_path, server.url, rate_limit=1000, queue_limit=10_000)
    store = MemoryStore()
    store.results[RESULT] = ("ada", {"model.ldr": (b"0 chair\n", "application/x-ldraw")})
    app = create_app(wide, store)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    client = httpx.AsyncClient(transport=transport, base_url="http://legolab")
    token = bearer(wide, lifetime=timedelta(hours=1))
    seen = Counter()
    runner = asyncio.Runner()

    def ask(method, path, **more):
        return runner.run(client.request(method, path, **more))

    for key in ("live", "over"):
        keyed = token | {"Idempotency-Key": key}
        assert ask("POST", "/generate", json={"prompt": "a chair"}, headers=keyed).is_success
    assert ask("DELETE", f"/generate/{OVER}", headers=token).is_success
    document = ask("GET", "/openapi.json").json()["paths"]
    documented = {
        (method.upper(), re.compile(re.sub(r"\{\w+\}", "[^/]+", path))): set(route["responses"])
        for path, routes in document.items()
        for method, route in routes.items()
    }

    @settings(max_examples=600)
    @given(requests, queries, headers, known)
    def send(request, query, more, is_known):
        method, path, body = request
        content = b"" if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **more, **(token if is_known else {})}
        answer = ask(method, path, params=query, headers=sent, content=content)
        seen[method, path.split("/")[1], answer.status_code] += 1
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == answer.status_code
        for (verb, pattern), statuses in documented.items():
            if verb == method and pattern.fullmatch(path) and "%" not in path and ".." not in path:
                assert str(answer.status_code) in statuses

    with runner:
        send()
        runner.run(client.aclose())
        runner.run(close(app))
    for reached in [
        ("POST", "generate", 202),
        ("POST", "check", 200),
        ("GET", "generate", 200),
        ("DELETE", "generate", 200),
        ("GET", "static", 200),
    ]:
        assert seen[reached] > 0, seen
