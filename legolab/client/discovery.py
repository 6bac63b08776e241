"""Which service a person means: the one they name, else the one that `legolab up` runs here."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from legolab.errors import FileError, InputError

READY_FILE = "service.json"
"""In the service's home folder, while it runs: {"url", "token", "pid"}."""

_HOW = "start one with `legolab up`, or give --url and --token (LEGOLAB_URL and LEGOLAB_TOKEN)"


@dataclass(frozen=True)
class _Running:
    url: str
    token: str | None  # in production there is none
    pid: int


def find_service(url: str | None, token: str | None, home: Path) -> tuple[str, str]:
    """Address and token of a service.

    A token that was found goes to the address it was found with, and to no other.

    Args:
        url, token: as far as a person gave them.
        home: the folder where a service on this machine keeps what it keeps.

    Raises:
        InputError: there is no service, or no token for it; says how to get one.
        FileError: what `legolab up` left cannot be read.
    """
    if url and token:
        return url, token
    path = home / READY_FILE
    here = _read(path)
    if not url:
        if here is None:
            raise InputError(f"no legolab service runs here: {_HOW}")
        if not _is_alive(here.pid):
            raise InputError(f"the legolab service of {path} has ended: {_HOW}")
        url = here.url
    if not token and here is not None and here.url.rstrip("/") == url.rstrip("/"):
        token = here.token
    if not token:
        raise InputError(f"expected a token for {url}, got none: give --token (LEGOLAB_TOKEN)")
    return url, token


def _read(path: Path) -> _Running | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        found = _Running(content["url"], content["token"], content["pid"])
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, RecursionError):
        found = None
    match found:
        case _Running(str(), str() | None, int(pid)) if pid > 0:
            return found
    raise FileError(f"cannot read {path}: expected what `legolab up` writes, got something else")


def _is_alive(pid: int) -> bool:
    """Whether there is such a process; True where asking would end it."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True
