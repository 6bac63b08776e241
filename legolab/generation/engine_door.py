"""The way into an engine for processes of the same user: a socket, a key, a thread per caller.

POSIX has a Unix socket in a folder that only its owner may enter, Windows a named pipe. Messages
are bytes of JSON; nothing is ever unpickled. Knows nothing of what is asked and answered.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import sys
import tempfile
import threading
import time
from contextlib import suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import (
    Client,
    Connection,
    Listener,
    answer_challenge,
    deliver_challenge,
)
from pathlib import Path
from typing import Any

from legolab.errors import EngineError
from legolab.generation.engine_line import Conversation, Line

_PREFIX = "legolab-engine-"
_LONGEST_PATH = 100
"""Bytes; the least that a system allows for a Unix socket is 104."""
_PARTING = 1.0
"""Seconds to tell callers that the engine is closed, and then for their threads to end."""
_ABANDONED = 60.0
"""Seconds from which a folder may be abandoned: a young one may not be listening yet."""


def call(address: str) -> Connection[Any, Any]:
    """A connection to the engine at an address.

    Raises:
        EngineError: there is none, or it is another user's.
    """
    try:
        return Client(address, authkey=_key_file(address).read_bytes())
    except (OSError, EOFError, AuthenticationError) as error:
        raise EngineError(f"expected an engine at {address}, got {error!r}") from error


def _key_file(address: str) -> Path:
    if sys.platform == "win32":
        return Path(tempfile.gettempdir()) / address.rpartition("\\")[2] / "key"
    return Path(address).with_name("key")


class Door:
    """Lets callers in and carries their questions to a line, and the replies back."""

    def __init__(self, line: Line) -> None:
        """Start listening at a new address.

        Raises:
            OSError: there is no place for a socket.
        """
        self._line = line
        self._folder = _private_folder()
        self._key = secrets.token_bytes(32)
        if sys.platform == "win32":
            self.address = rf"\\.\pipe\{self._folder.name}"
        else:
            self.address = str(self._folder / "socket")
        try:
            self._listener = Listener(self.address, backlog=64)
        except OSError:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        key_file = _key_file(self.address)
        key_file.touch(mode=0o600)
        key_file.write_bytes(self._key)
        self._closed = False
        self._gate = threading.RLock()  # a finaliser may close while this thread holds it
        self._callers: dict[threading.Thread, Connection[Any, Any]] = {}
        self._senders: set[threading.Thread] = set()
        self._thread = threading.Thread(
            target=self._accept, name="legolab-engine-door", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Leave no caller, no socket and no folder; the line has been closed before."""
        self._closed = True
        with suppress(OSError):
            Client(self.address).close()  # wakes the thread that waits for the next caller
        with self._gate:
            callers, senders = list(self._callers), list(self._senders)
        _join([self._thread, *senders])  # the last replies are on their way then
        with self._gate:
            for connection in self._callers.values():
                _hang_up(connection)
        _join(callers)
        with suppress(OSError):  # somebody who tidies up may have been faster
            self._listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except OSError:  # the caller is gone already, or there are too many open files
                if self._closed:
                    return
                time.sleep(0.05)
                continue
            if self._closed:  # no new thread then: an interpreter that ends would refuse it
                connection.close()
                return
            thread = threading.Thread(
                target=self._receive, args=(connection,), name="legolab-engine-call", daemon=True
            )
            with self._gate:
                self._callers[thread] = connection
                thread.start()

    def _receive(self, connection: Connection[Any, Any]) -> None:
        """One caller, from the first word to the last."""
        # The handshake is not left to the listener: a caller that stays silent keeps nobody else.
        with suppress(OSError, EOFError, AuthenticationError, ValueError):
            deliver_challenge(connection, self._key)
            answer_challenge(connection, self._key)
            self._converse(connection, Conversation(json.loads(connection.recv_bytes())))
        with self._gate:
            del self._callers[threading.current_thread()]
            connection.close()

    def _converse(self, connection: Connection[Any, Any], conversation: Conversation) -> None:
        """Carry replies until there are no more and the caller has hung up.

        The caller says nothing after its question, so that whatever ends the wait for it means
        that it is gone. Replies have a thread of their own: a caller that does not read them
        keeps nobody in the line.
        """
        sender = threading.Thread(
            target=_send, args=(connection, conversation), name="legolab-engine-send", daemon=True
        )
        self._line.open(conversation)
        with self._gate:
            self._senders.add(sender)
            sender.start()
        try:
            connection.recv_bytes()
        finally:
            self._line.leave(conversation)
            sender.join()
            with self._gate:
                self._senders.remove(sender)


def _send(connection: Connection[Any, Any], conversation: Conversation) -> None:
    with suppress(OSError):
        while (reply := conversation.replies.get()) is not None:
            connection.send_bytes(reply)


def _join(threads: list[threading.Thread]) -> None:
    """Wait for threads to end, not for ever and never for the one that waits."""
    until = time.monotonic() + _PARTING
    for thread in threads:
        if thread is not threading.current_thread():
            thread.join(max(0.0, until - time.monotonic()))


def _hang_up(connection: Connection[Any, Any]) -> None:
    """Wake the threads that read from or write to a connection: closing it would not."""
    if sys.platform == "win32":
        connection.close()
    else:
        with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as end:
            end.shutdown(socket.SHUT_RDWR)


def _private_folder() -> Path:
    """A new folder that only this user may enter."""
    folder = tempfile.mkdtemp(prefix=_PREFIX)
    if sys.platform != "win32":
        if len(os.fsencode(folder)) > _LONGEST_PATH - len("/socket"):
            os.rmdir(folder)
            folder = tempfile.mkdtemp(prefix=_PREFIX, dir="/tmp")
        _remove_abandoned(Path(folder).parent)
    return Path(folder)


def _remove_abandoned(parent: Path) -> None:
    """Remove the folders of engines whose owners were killed: nobody listens at their sockets."""
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            seen = folder.lstat()
            if seen.st_uid == os.getuid() and time.time() - seen.st_mtime > _ABANDONED:
                dead = suppress(ConnectionRefusedError, FileNotFoundError)
                with dead, socket.socket(socket.AF_UNIX) as end:
                    end.setblocking(False)
                    end.connect(str(folder / "socket"))
                    continue
                shutil.rmtree(folder, ignore_errors=True)
