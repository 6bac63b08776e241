"""The service around the tests: settings, a store in memory, a client, a server, a worker."""

import socket
import subprocess
import sys
import threading
import time
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import uvicorn

from legolab.errors import NotStoredError
from legolab.serve.app import close, create_app
from legolab.serve.auth import make_token
from legolab.serve.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret for tests, long enough to be one"
BOUND = 20.0
"""Seconds after which a state that was waited for counts as never reached."""


class MemoryStore:
    """The web's side of a store."""

    def __init__(self):
        self.kept = set()
        self.results = {}  # id -> (owner, name -> (bytes, media type))
        self.origins = ()

    def read(self, id, name):
        try:
            return self.results[id][1][name]
        except KeyError:
            raise NotStoredError(f"there is no {name} in {id}") from None

    def manifest(self, id):
        if id not in self.results:
            raise NotStoredError(f"there is no {id}")
        return SimpleNamespace(owner=self.results[id][0])

    def link(self, id, name, expires_in):
        self.read(id, name)
        expires = int(time.time() + expires_in.total_seconds())
        return f"/static/{id}/{name}?expires={expires}&signature=of-{id}-{name}"

    def promote(self, id):
        self.kept.add(self.manifest(id) and id)

    def verify(self, path, expires, signature, now):
        return signature == "of-" + path.replace("/", "-") and now.timestamp() < expires


def make_settings(home, redis_url, **more):
    return Settings(home=home, secret=SECRET, redis_url=redis_url, **more)


def bearer(settings, subject="ada", lifetime=timedelta(minutes=5)):
    return {"Authorization": f"Bearer {make_token(settings, subject, lifetime)}"}


@asynccontextmanager
async def client_of(settings, store=None, subject="ada"):
    """A client that calls the application without a socket."""
    app = create_app(settings, store or MemoryStore())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {} if subject is None else bearer(settings, subject)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://legolab", headers=headers
    ) as client:
        client.app = app
        yield client
    await close(app)


@contextmanager
def serving(settings, store=None):
    """The address of a real server in a thread."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_app(settings, store or MemoryStore()),
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(BOUND)
        listener.close()


@contextmanager
def working(settings):
    """A real RQ worker in a process of its own, for tasks that JSON names."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.serve.worker", settings.redis_url], cwd=ROOT
    )
    try:
        yield worker
    finally:
        worker.kill()
        worker.wait()


def until(reached):
    """What `reached` gives, once it gives something true."""
    deadline = time.monotonic() + BOUND
    while time.monotonic() < deadline:
        value = reached()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError("the state was never reached")
