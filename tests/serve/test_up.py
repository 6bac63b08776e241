"""`legolab up` as people run it: from a caption to files, through every death, to a clean end."""

import io
import json
import os
import signal
import stat
import subprocess
import sys

import httpx
import pytest
from PIL import Image

import legolab as ll
from legolab.artefacts import NAMES, PACKED
from legolab.ldraw.reader import read_ldr
from legolab.serve.broker import connect
from tests.serve import attacks
from tests.serve.running import children, command, running, until

CHAIR = "a chair with four legs and a high back"
PARTS = {"broker", "api", "worker", "scheduler", "engine", "painter"}  # of an idle service
KINDS = (*sorted(PARTS), "horse")


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    home = tmp_path_factory.mktemp("up")
    with running(home, LEGOLAB_RATE_LIMIT="1000") as service:
        service.home = home
        yield service


def events(service, job):
    with service.client.stream("GET", f"/generate/{job}/events") as answer:
        lines = [line for line in answer.iter_lines() if line.startswith("data:")]
    return [json.loads(line[5:]) for line in lines]


def test_it_says_where_it_is(service):
    for path in (service.home / "ready.json", service.home / "kept" / "service.json"):
        assert json.loads(path.read_text()) == {
            "url": service.url,
            "token": service.token,
            "pid": service.process.pid,
        }
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert httpx.get(f"{service.url}/readyz").status_code == 200
    assert set(service.parts()) == PARTS


def test_a_caption_becomes_a_picture_and_a_file(service):
    job = service.order(CHAIR, seed=7)
    happened = events(service, job)
    assert [event["type"] for event in (happened[0], happened[-1])] == ["started", "finished"]
    done = service.look(job)
    assert (done["status"], done["verdict"], done["seed"]) == ("finished", "stable", 7)
    structure = ll.generate(CHAIR, seed=7).structure
    assert done["brick_counts"] == happened[-1]["brick_counts"]
    assert sum(done["brick_counts"].values()) == len(structure)
    nobody = httpx.Client(base_url=service.url)
    picture = nobody.get(done["png_url"])
    assert picture.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(picture.content)).size == (512, 512)
    model = nobody.get(done["ldr_url"]).text
    assert read_ldr(model).to_text() == structure.to_text() == happened[-1]["structure"]
    assert set(done["files"]) == {*NAMES, PACKED}
    packed = nobody.get(done["files"][PACKED]).text
    assert read_ldr(packed).to_text() == structure.to_text()


def test_a_caption_that_names_nothing_is_refused_at_once(service):
    answer = service.client.post("/generate", json={"prompt": "xyzzy plugh"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def running_job(service):
    """A job of which a brick stands, and that goes on for a while."""
    job = service.order("a bookshelf with three shelves", seed=1)  # drawn more than once
    until(lambda: service.look(job).get("bricks", 1) > 0)
    return job


def test_a_cancelled_job_makes_room_for_the_next(service):
    job = running_job(service)
    answer = service.client.delete(f"/generate/{job}")
    if answer.status_code == 409:  # it was faster
        assert service.look(job)["status"] == "finished"
    else:
        assert service.look(job)["status"] == "cancelled"
        assert events(service, job)[-1]["type"] == "cancelled"
    assert service.finished(service.order())["status"] == "finished"


def test_no_attack_gets_what_it_came_for(service):
    secret = (service.home / "kept" / "secret").read_text()
    rows = list(attacks.run(service, secret))
    assert len(rows) > 60
    assert [row for row in rows if not row[2]] == []


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_killed_the_job_ends_once(service, kind):
    job = running_job(service)
    pids = service.parts().get(kind, [])
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    done = until(lambda: _ended(service, job))
    assert done["status"] == "finished"
    redis = connect(f"unix://{service.home}/kept/broker/socket")
    kinds = [
        json.loads(fields[b"event"])["type"] for _, fields in redis.xrange(f"legolab:events:{job}")
    ]
    assert kinds[-1] == "finished"
    assert kinds.count("finished") == 1
    assert service.client.get(done["png_url"]).content.startswith(b"\x89PNG")
    if kind == "painter":  # the next job gets another
        assert service.finished(service.order())["status"] == "finished"
    until(lambda: set(service.parts()) >= PARTS)


def _ended(service, job):
    """The document of a job that is over; None while it is not, or while nobody answers."""
    try:
        answer = service.client.get(f"/generate/{job}")
    except httpx.TransportError:
        return None
    if answer.status_code == 503:
        return None
    document = answer.raise_for_status().json()
    return document if document["status"] not in ("queued", "started") else None


def test_a_broker_that_is_away_is_a_503(service):
    (broker,) = service.parts()["broker"]
    os.kill(broker, signal.SIGSTOP)  # killed, it would be back at once
    try:
        answer = service.client.post("/generate", json={"prompt": CHAIR})
        assert answer.status_code == 503
    finally:
        os.kill(broker, signal.SIGCONT)
    until(lambda: httpx.get(f"{service.url}/readyz").status_code == 200)
    assert service.finished(service.order())["status"] == "finished"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_ends_in_order_and_leaves_nothing_running(tmp_path, number, status):
    with running(tmp_path, LEGOLAB_WORKERS="2") as service:
        job = service.order(CHAIR, seed=7)
        family = [pid for pids in service.parts().values() for pid in pids]
        assert len(family) >= 7
        service.process.send_signal(number)
        assert service.process.wait(60) == status
        assert not any("legolab" in command(pid) or "valkey" in command(pid) for pid in family)
        assert not (tmp_path / "ready.json").exists()
        assert not (tmp_path / "kept" / "service.json").exists()
    with running(tmp_path) as service:  # what was accepted is not lost
        assert service.finished(job)["status"] == "finished"


def test_it_ends_when_it_is_killed(tmp_path):
    if sys.platform != "linux":
        pytest.skip("only Linux ends the children of a killed process")
    with running(tmp_path) as service:
        family = [pid for pids in service.parts().values() for pid in pids]
        service.process.kill()
        service.process.wait()
        until(lambda: not any(command(pid) for pid in family))


def test_without_a_solver_everything_says_unverified(tmp_path):
    with running(tmp_path, LEGOLAB_SOLVER="unverified") as service:
        done = service.finished(service.order(CHAIR, seed=7))
        assert done["verdict"] == "UNVERIFIED"
        assert "UNVERIFIED" in service.client.get(done["ldr_url"]).text


def test_results_lie_in_a_bucket_too(s3_server, tmp_path):
    with running(
        tmp_path,
        LEGOLAB_STORE=f"s3://{s3_server.bucket}/lab",
        LEGOLAB_STORE_ENDPOINT=s3_server.url,
        LEGOLAB_STORE_REGION=s3_server.region,
        LEGOLAB_STORE_ACCESS_KEY=s3_server.access_key,
        LEGOLAB_STORE_SECRET_KEY=s3_server.secret_key,
    ) as service:
        job = service.order(CHAIR, seed=7)
        done = service.finished(job)
        assert done["png_url"].startswith(s3_server.url)
        assert httpx.get(done["png_url"]).content.startswith(b"\x89PNG")
        assert "0 !COLOUR" in httpx.get(done["files"][PACKED]).text
        assert service.client.post(f"/generate/{job}/keep").status_code == 200
        assert "/keep/" in service.look(job)["ldr_url"]
        assert not (tmp_path / "kept" / "results").exists()


def test_the_service_does_what_its_document_says(tmp_path):
    with running(tmp_path, LEGOLAB_RATE_LIMIT="1000", LEGOLAB_QUEUE_LIMIT="100000") as service:
        run = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"{service.url}/openapi.json"),
                *("--header", f"Authorization: Bearer {service.token}"),
                *("--max-examples", "5", "--seed", "1", "--request-timeout", "20"),
                *("--exclude-path-regex", "events"),  # of a job that waits, it does not end
                *("--checks", "all"),
                # A caption may name nothing we know, and a model have a fault in its text.
                *("--exclude-checks", "positive_data_acceptance"),
                *("--no-color", "--suppress-health-check", "all"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=200,
        )
    assert run.returncode == 0, run.stdout


def refusal(tmp_path, **environ):
    run = subprocess.run(
        [sys.executable, "-m", "legolab", "up"],
        env=os.environ | {"LEGOLAB_HOME": str(tmp_path), "LEGOLAB_PORT": "0"} | environ,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
    return run.stderr


def test_production_refuses_what_is_made_for_development(tmp_path):
    own = "a secret of our own, and long enough"
    assert "LEGOLAB_SECRET" in refusal(tmp_path, LEGOLAB_ENV="production")
    assert "LEGOLAB_REDIS_URL" in refusal(tmp_path, LEGOLAB_ENV="production", LEGOLAB_SECRET=own)
    made = tmp_path / "secret"
    assert not made.exists()
    refused = refusal(
        tmp_path,
        LEGOLAB_ENV="production",
        LEGOLAB_SECRET="development-" + "x" * 40,
        LEGOLAB_REDIS_URL="redis://127.0.0.1:1",
    )
    assert "made for development" in refused


def test_an_address_that_is_taken_is_said(service, tmp_path):
    port = service.url.rpartition(":")[2]
    assert f"port {port}" in refusal(tmp_path, LEGOLAB_PORT=port)


def test_one_home_has_one_service(service, tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "legolab", "up"],
        env=os.environ | {"LEGOLAB_HOME": str(service.home / "kept"), "LEGOLAB_PORT": "0"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 3
    assert "another legolab already runs" in run.stderr
    assert (service.home / "kept" / "service.json").exists()
    assert children(service.pid)
