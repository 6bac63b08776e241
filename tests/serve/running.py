"""The whole service as people run it: `legolab up` in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx

BOUND = 120.0
"""Seconds after which a state that was waited for counts as never reached."""


class Running:
    """A service that is up."""

    def __init__(self, process, ready):
        self.process = process
        self.url, self.token, self.pid = ready["url"], ready["token"], ready["pid"]
        self.client = httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {self.token}"}, timeout=30
        )

    def parts(self):
        """Name of each part -> its process ids.

        broker, api, worker, scheduler, and of workers engine, painter, horse.
        """
        found = {}
        for pid in children(self.pid):
            words = command(pid)
            if not words.strip():  # it has just died
                continue
            name = "broker" if "valkey" in words or "redis" in words else words.split()[-1]
            if " api " in words:
                name = "api"
            found.setdefault(name, []).append(pid)
            if name == "worker":
                for child in filter(command, children(pid)):  # those that live
                    found.setdefault(kind_of(child), []).append(child)
        return found

    def finished(self, job):
        """The document of a job once it is over."""
        return until(lambda: (d := self.look(job))["status"] not in ("queued", "started") and d)

    def look(self, job):
        return self.client.get(f"/generate/{job}").raise_for_status().json()

    def order(self, prompt="a chair with four legs", **more):
        answer = self.client.post("/generate", json={"prompt": prompt, **more})
        return answer.raise_for_status().json()["job_id"]


def kind_of(child):
    """What a child of a worker is; a horse leads a group of its own, the painter does not."""
    if "-c import json" in command(child):
        return "engine"
    try:
        return "horse" if os.getpgid(child) == child else "painter"
    except ProcessLookupError:
        return "horse"


@contextmanager
def running(home, **environ):
    """`legolab up` with its data in `home`, until the block ends."""
    ready_file = home / "ready.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "legolab", "up", "--ready-file", str(ready_file)],
        env=os.environ
        | {"LEGOLAB_HOME": str(home / "kept"), "LEGOLAB_PORT": "0", "OPENBLAS_NUM_THREADS": "1"}
        | environ,
        stdout=subprocess.DEVNULL,
    )
    try:
        until(lambda: ready_file.exists() or process.poll() is not None)
        assert process.poll() is None, "it ended before it was ready"
        yield Running(process, json.loads(ready_file.read_text()))
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(BOUND)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def children(pid):
    """Process ids of the children of a process."""
    found = []
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, thread.read_text().split())
        except OSError:
            continue
    return found


def command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def until(reached, bound=BOUND):
    """What `reached` gives, once it gives something true."""
    deadline = time.monotonic() + bound
    while time.monotonic() < deadline:
        if value := reached():
            return value
        time.sleep(0.02)
    raise AssertionError("the state was never reached")
