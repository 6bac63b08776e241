"""The service as a process of its own: a test can kill it and have it back at the same port.

`python -m tests.dashboards.backend redis-url home port` prints its port once it listens.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import uvicorn

from legolab.serve import queueing
from legolab.serve.app import create_app
from legolab.serve.storage import open_store
from tests.dashboards.tasks import STORE
from tests.serve.service import BOUND, ROOT, SECRET, make_settings


class Backend:
    """Server and worker around a broker that somebody else runs."""

    def __init__(self, redis_url, home):
        self._redis_url, self._home, self._port = redis_url, home, 0
        self._server = self._worker = None

    @property
    def address(self):
        return f"http://127.0.0.1:{self._port}"

    def start_server(self):
        command = [sys.executable, "-m", "tests.dashboards.backend"]
        command += [self._redis_url, str(self._home), str(self._port)]
        self._server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self._port = int(self._server.stdout.readline())

    def kill_server(self):
        self._server.kill()
        self._server.wait(BOUND)
        self._server.stdout.close()

    def start_worker(self):
        command = [sys.executable, "-m", "tests.serve.worker", self._redis_url]
        environment = {**os.environ, STORE: str(self._home / "results")}
        self._worker = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)

    def stop(self):
        if self._server.poll() is None:
            self.kill_server()
        with contextlib.suppress(ProcessLookupError):
            # The worker's own child as well, which waits at a gate that nobody opens any more.
            os.killpg(self._worker.pid, signal.SIGKILL)
        self._worker.wait(BOUND)


def main(redis_url, home, port):
    queueing.TASK = "tests.dashboards.tasks.build"
    settings = make_settings(Path(home), redis_url, rate_limit=1000)
    store = open_store(str(Path(home) / "results"), link_key=SECRET.encode())
    listener = socket.create_server(("127.0.0.1", int(port)))
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(create_app(settings, store), log_level="warning")
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
