"""Everything at once: the broker, the web server, the workers, the scheduler, each a process.

Starts them, restarts what dies, stops them in order. Knows nothing of what they do.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import FrameType

from redis.exceptions import RedisError
from rq import Queue, Worker

from legolab.errors import FileError, LegolabError
from legolab.serve import children
from legolab.serve.api import address_of, listen
from legolab.serve.auth import make_token
from legolab.serve.broker import BrokerError, EmbeddedBroker, broker_of, connect
from legolab.serve.queueing import QUEUE, SERIALIZER
from legolab.serve.scheduler import ALIVE
from legolab.serve.settings import Settings

READY_SECONDS = 120.0
"""For everything to answer, on a slow disk."""
STOP_SECONDS = 10.0
"""For a worker to finish its job; one that takes longer is put back in line."""
TOKEN_LIFE = timedelta(days=30)
"""Of the token for development."""
SUBJECT = "developer"
"""Whom that token speaks for."""
TRIES = 3
"""A part that ends so often before everything has answered once has a fault of its own."""

_LOOK_SECONDS = 0.1
_STEADY_SECONDS = 30.0  # a part that ran for so long is restarted at once
_LONGEST_PAUSE = 5.0

_log = logging.getLogger("legolab.serve")


class StartError(LegolabError):
    """A part of the service does not start, or does not answer in time."""

    exit_code = 3


@dataclass(frozen=True)
class Ready:
    """Where the service is, once everything answers."""

    url: str
    token: str | None  # for development; in production there is none
    pid: int

    def write(self, path: Path) -> None:
        """As JSON that its owner alone may read, whole or not at all.

        Raises:
            FileError: it cannot be written.
        """
        draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
        document = {"url": self.url, "token": self.token, "pid": self.pid}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            with open(os.open(draft, flags, 0o600), "w", encoding="utf-8") as file:
                file.write(json.dumps(document) + "\n")
            draft.replace(path)
        except OSError as error:
            raise FileError(f"cannot write {path}: {error.strerror or error}") from error


@dataclass
class _Part:
    """A process of the service."""

    name: str
    command: list[str]
    keep: tuple[int, ...] = ()
    child: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    ends: int = 0  # in a row, each soon after its start
    due: float = field(default=0.0)  # when it may be started again

    def start(self, environ: dict[str, str]) -> None:
        self.began = time.monotonic()
        self.child = children.start(self.command, environ=environ, keep=self.keep)

    def watch(self, environ: dict[str, str]) -> None:
        """Start it, or start it again when it has died, later and later if it keeps dying."""
        now = time.monotonic()
        if self.child is not None and self.child.poll() is not None:
            status, self.child = self.child.returncode, None
            self.ends = 1 if now - self.began > _STEADY_SECONDS else self.ends + 1
            pause = min(_LONGEST_PAUSE, 0.1 * 2**self.ends) if self.ends > 1 else 0.0
            self.due = now + pause
            _log.warning("%s ended with status %d; another one follows", self.name, status)
        if self.child is None and now >= self.due:
            self.start(environ)

    def stop(self, seconds: float) -> None:
        if self.child is not None:
            children.stop(self.child, seconds)
            self.child = None


def supervise(
    settings: Settings, on_ready: Callable[[Ready], None], ready_file: Path | None = None
) -> int:
    """Run the service until a signal ends it; returns the signal's number.

    Call it from the main thread.

    Args:
        settings: of the service.
        on_ready: called once, when everything answers.
        ready_file: where to say so too, beside `service.json` in the home folder.

    Raises:
        InputError: a setting cannot be used, or the address is taken.
        BrokerError: the broker does not start, or another one runs with the same home folder.
        StartError: a part of the service does not start.
        FileError: a file that says where it is cannot be written.
    """
    with _stopping() as stop, listen(settings) as listener:
        own_broker = broker_of(settings)
        if own_broker is not None:
            own_broker.start()
        service = _Supervisor(settings, own_broker, listener.fileno(), stop)
        files = [settings.home / "service.json", *([ready_file] if ready_file else [])]
        try:
            url = settings.public_url or address_of(listener)
            if service.await_ready(address_of(listener)):
                token = None
                if not settings.production:
                    token = make_token(settings, SUBJECT, TOKEN_LIFE)
                ready = Ready(url, token, os.getpid())
                for file in files:
                    ready.write(file)
                on_ready(ready)
                service.run()
        finally:
            for file in files:
                with suppress(OSError):
                    file.unlink()
            service.stop_all()
    return stop.number


class _Stop(threading.Event):
    """Set by a signal."""

    number = 0

    def by_signal(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        self.set()


@contextmanager
def _stopping() -> Iterator[_Stop]:
    """Take SIGINT and SIGTERM as the wish to stop."""
    stop = _Stop()
    former = {number: signal.signal(number, stop.by_signal) for number in _SIGNALS}
    try:
        yield stop
    finally:
        for number, action in former.items():
            signal.signal(number, action)


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class _Supervisor:
    """The parts, in the order in which they are stopped."""

    def __init__(
        self, settings: Settings, own_broker: EmbeddedBroker | None, listener: int, stop: _Stop
    ) -> None:
        self._settings = settings
        self._broker = own_broker
        self._stop = stop
        url = settings.redis_url if own_broker is None else own_broker.url
        assert url is not None
        self._redis = connect(url)
        self._queue = Queue(QUEUE, connection=self._redis, serializer=SERIALIZER)
        # -P keeps the working folder out of the path on which the package is found.
        program = [sys.executable, "-P", "-m", "legolab"]
        self._environ = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
            "LEGOLAB_REDIS_URL": url,
            "LEGOLAB_HOME": str(settings.home),
        }
        workers = [
            _Part(f"worker {index + 1}", [*program, "worker"]) for index in range(settings.workers)
        ]
        api = [*program, "api", "--socket", str(listener)]
        self._parts = [
            _Part("api", api, (listener,)),
            *workers,
            _Part("scheduler", [*program, "scheduler"]),
        ]

    def await_ready(self, url: str) -> bool:
        """Start everything and wait until it answers; False when told to stop before.

        Raises:
            StartError: a part does not start, or not in time.
        """
        until = time.monotonic() + READY_SECONDS
        while not self._stop.is_set():
            self._watch()
            for part in self._parts:
                if part.ends >= TRIES:
                    raise StartError(f"the {part.name} does not start; it says why above")
            missing = self._missing(url)
            if missing is None:
                return True
            if time.monotonic() > until:
                raise StartError(f"{missing} does not answer after {READY_SECONDS:g} s")
            self._stop.wait(_LOOK_SECONDS)
        return False

    def run(self) -> None:
        """Restart what dies, until told to stop."""
        while not self._stop.wait(_LOOK_SECONDS):
            try:
                self._watch()
            except BrokerError as error:
                _log.error("%s", error)

    def stop_all(self) -> None:
        """First who takes jobs in, then who does them, the broker last."""
        for part in self._parts:
            part.stop(STOP_SECONDS)
        self._redis.close()
        if self._broker is not None:
            self._broker.stop()

    def _watch(self) -> None:
        if self._broker is not None and self._broker.pid is None:
            _log.warning("the broker ended; another one follows")
            self._broker.start()
        for part in self._parts:
            part.watch(self._environ)

    def _missing(self, url: str) -> str | None:
        """What does not answer yet."""
        try:
            working = {worker.pid for worker in Worker.all(queue=self._queue)}
            for part in self._parts:
                pid = None if part.child is None else part.child.pid
                if part.name.startswith("worker") and pid not in working:
                    return f"the {part.name}"
                if part.name == "scheduler" and not self._redis.exists(f"{ALIVE}{pid}"):
                    return "the scheduler"
        except RedisError:
            return "the broker"
        return None if _answers(f"{url}/readyz") else "the web server"


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
