"""Two S3 servers as real processes on loopback: moto knows lifecycle rules, nanio signatures.

Each starts when a test asks for its fixture; `conftest.py` offers them.
"""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from legolab.serve.signing import sign_request
from legolab.serve.storage import open_store

STARTS_WITHIN = 60  # seconds
PORT_TRIES = 5


class S3Server:
    """A server with an empty bucket, once started and until stopped."""

    region, access_key, secret_key, bucket = "us-east-1", "brick", "a secret of tests", "results"

    def __init__(self, folder: Path):
        self.folder = folder
        self.port = None

    def launch(self, *arguments, tells):
        """Start a process and wait until its log matches `tells`; return the match."""
        environment = {name: value for name, value in os.environ.items() if name[:4] != "AWS_"}
        environment |= {"NANIO_ACCESS_KEY": self.access_key, "NANIO_SECRET_KEY": self.secret_key}
        log = self.folder / "server.log"
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *arguments], env=environment, stdout=out, stderr=out
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline and self.process.poll() is None:
            if told := re.search(tells, log.read_text()):
                return told
            time.sleep(0.02)
        self.stop()
        raise ChildProcessError(f"{arguments} did not start:\n{log.read_text()}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method, path):
        """A signed request without a body; the status and the body of the answer."""
        headers = sign_request(
            method,
            self.url + path,
            b"",
            region=self.region,
            access_key=self.access_key,
            secret_key=self.secret_key,
            now=datetime.now(UTC),
            headers={},
        )
        request = urllib.request.Request(self.url + path, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()

    def open(self, prefix="", **options):
        keys = {"region": self.region, "access_key": self.access_key, "secret_key": self.secret_key}
        return open_store(f"s3://{self.bucket}/{prefix}", endpoint=self.url, **keys | options)


class Moto(S3Server):
    """Keeps everything in memory, checks no signature, knows lifecycle rules."""

    def start(self):
        arguments = ["moto.server", "-H", "127.0.0.1", "-p", "0"]
        self.port = int(self.launch(*arguments, tells=r"Running on http://[\d.]+:(\d+)")[1])
        self.ask("PUT", f"/{self.bucket}")


class Nanio(S3Server):
    """Keeps everything in `folder`, checks signatures and expiry, knows no lifecycle rules."""

    def start(self):
        """It takes no port 0: on a port that is free now, or another, should that be taken."""
        (self.folder / self.bucket).mkdir(exist_ok=True)
        serve = ["nanio", "serve", "--data-dir", str(self.folder), "--host", "127.0.0.1", "--port"]
        for last in range(PORT_TRIES - 1, -1, -1):
            port = self.port or free_port()
            try:
                self.launch(*serve, str(port), tells="Uvicorn running on")
            except ChildProcessError as error:
                if last == 0 or "address already in use" not in str(error):
                    raise
            else:
                self.port = port
                return


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def running(server):
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def moto(tmp_path_factory):
    yield from running(Moto(tmp_path_factory.mktemp("moto")))


@pytest.fixture(scope="session")
def nanio(tmp_path_factory):
    yield from running(Nanio(tmp_path_factory.mktemp("nanio")))


@pytest.fixture
def own_nanio(tmp_path_factory):
    """One that a test may stop and start again, with what it stored before."""
    yield from running(Nanio(tmp_path_factory.mktemp("own_nanio")))


@pytest.fixture(params=["moto", "nanio"])
def s3_server(request):
    """A test with this one runs against both."""
    return request.getfixturevalue(request.param)
