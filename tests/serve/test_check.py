"""POST /check: a report, the line of a fault, or that it could not be told; never a made-up one."""

import json
import threading
from dataclasses import replace

import pytest

from legolab.bricks.structure import BrickStructure
from legolab.errors import SolverError
from legolab.ldraw.writer import write_ldr
from legolab.serve.routes import check
from legolab.stability.analysis import analyze
from tests.serve.service import client_of

pytestmark = pytest.mark.anyio
STANDS = "2x4 (0,0,0)\n2x2 (1,1,1)\n"
FALLS = "1x1 (0,0,0)\n2x6 (0,0,1)\n2x6 (0,5,2)\n2x6 (0,9,3)\n2x6 (0,13,4)\n"


@pytest.fixture
async def client(settings):
    async with client_of(settings) as client:
        yield client


async def test_a_report_as_analyze_gives_it(client):
    answer = await client.post("/check", json={"text": STANDS})
    assert answer.status_code == 200
    expected = analyze(BrickStructure.from_text(STANDS)).to_json()
    document = answer.json()
    assert document["brick_counts"] == {"2x2": 1, "2x4": 1}
    for name in ("schema", "verdict", "scores", "forces", "safety_factor"):
        assert document[name] == expected[name]


async def test_a_model_that_falls_has_a_report_too(client):
    document = (await client.post("/check", json={"text": FALLS})).json()
    assert document["verdict"] == "unstable"
    assert document["first_unstable"] is not None


async def test_an_ldraw_file_is_known_by_its_lines(client):
    text = write_ldr(BrickStructure.from_text(STANDS), title="two bricks", comments=[])
    for more in ({}, {"format": "ldr"}):
        answer = await client.post("/check", json={"text": text, **more})
        assert answer.json()["verdict"] == "stable"
    assert (await client.post("/check", json={"text": text, "format": "txt"})).status_code == 422
    assert (await client.post("/check", json={"text": "\ufeff" + text})).status_code == 200


async def test_options_reach_the_analysis(client):
    strict = await client.post("/check", json={"text": STANDS, "strict": True})
    assert strict.json()["options"]["strict"] is True
    high = {"text": "2x4 (30,0,0)"}
    assert (await client.post("/check", json=high)).status_code == 422
    assert (await client.post("/check", json=high | {"world": [48, 48, 40]})).status_code == 200


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("2x4 (0,0,0)\n3x3 (0,0,1)\n", 2),
        ("2x4 (0,0,0)\n\n# a remark\n2x4 (0,0,0)\n", 4),
        ("2x4 (0,0,0)\n2x4 (19,0,0)\n", 2),
        ("2x4 0,0,0", 1),
        ("0 title\n1 4 20 0 40 0 0 1 0 1 0 -1 0 0 3001.DAT\n1 4 what\n", 3),
        ("2x4 (0,0,0)\n\x00\n", 2),
        ("\ud800", 1),
    ],
)
async def test_a_fault_is_told_with_its_line(client, text, line):
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/check", content=json.dumps({"text": text}), headers=headers)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    if text != "\ud800":  # refused before it is read as bricks
        assert answer.json()["line"] == line
        assert answer.json()["detail"].startswith(f"line {line}: expected")


@pytest.mark.parametrize(
    "body",
    [
        {"text": ""},
        {"text": "# nothing\n"},
        {"text": STANDS, "world": [0, 20, 20]},
        {"text": STANDS, "world": [20, 20]},
        {"text": STANDS, "world": [20, 20, 10**9]},
        {"text": STANDS, "format": "pickle"},
        {"text": STANDS, "strict": "yes"},
        {"text": STANDS, "path": "/etc/passwd"},
        {"text": 5},
        {},
    ],
)
async def test_what_is_no_model_is_refused(client, body):
    assert (await client.post("/check", json=body)).status_code == 422


async def test_a_body_over_its_own_limit_is_refused(client, settings):
    line = "# a remark of thirty characters\n"
    fits = {"text": STANDS + line * (settings.check_bytes // 2 // len(line))}
    assert (await client.post("/check", json=fits)).status_code == 200
    much = {"text": STANDS + line * (settings.check_bytes // len(line))}
    assert (await client.post("/check", json=much)).status_code == 413


async def test_where_no_solver_could_tell_there_is_no_verdict(client, monkeypatch):
    def undecided(structure, **options):
        raise SolverError("the solver stopped at its time limit")

    monkeypatch.setattr(check, "analyze", undecided)
    answer = await client.post("/check", json={"text": STANDS})
    assert answer.status_code == 503
    assert answer.json()["type"].endswith(":solver")
    assert "verdict" not in answer.text


async def test_an_analysis_that_takes_too_long_is_not_waited_for(settings, monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(check, "analyze", lambda structure, **options: over.wait(20))
    async with client_of(replace(settings, check_seconds=1)) as client:
        answer = await client.post("/check", json={"text": STANDS})
        assert answer.status_code == 503
        assert answer.json()["type"].endswith(":time-limit")
        assert (await client.get("/healthz")).status_code == 200
        over.set()
