"""Alive, ready, and what was counted."""

import pytest

from tests.serve.service import client_of

pytestmark = pytest.mark.anyio


async def test_alive_and_ready_ask_for_no_token(settings):
    async with client_of(settings, subject=None) as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        assert (await client.get("/readyz")).json() == {"status": "ready"}


async def test_figures_name_routes_and_nobody(settings):
    async with client_of(settings) as client:
        job = (await client.post("/generate", json={"prompt": "a chair"})).json()["job_id"]
        await client.get(f"/generate/{job}")
        await client.get("/nowhere/secret")
        await client.request("BREW", "/healthz")
        answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    text = answer.text
    for line in (
        'legolab_requests_total{method="POST",route="/generate",status="202"} 1.0',
        'legolab_requests_total{method="GET",route="/generate/{job_id}",status="200"} 1.0',
        'legolab_requests_total{method="GET",route="none",status="404"} 1.0',
        'legolab_requests_total{method="other",route="/healthz",status="405"} 1.0',
        'legolab_request_seconds_count{method="POST",route="/generate"} 1.0',
        "legolab_jobs_waiting 1.0",
    ):
        assert line in text
    assert "process_cpu_seconds_total" in text
    assert not any(word in text for word in (job, "chair", "ada", "secret"))
