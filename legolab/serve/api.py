"""The web server: the application on a socket. Knows nothing of what the routes do."""

from __future__ import annotations

import socket

import uvicorn

from legolab.errors import InputError
from legolab.serve.app import create_app
from legolab.serve.settings import Settings
from legolab.serve.storage import store_of

CLOSE_SECONDS = 3
"""For requests that run when the server is told to stop; event streams go on elsewhere."""
_BACKLOG = 512


def listen(settings: Settings) -> socket.socket:
    """A socket on the host and port of the settings.

    Raises:
        InputError: the address is taken, or is none of this machine's.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"cannot listen on {settings.host}, port {settings.port} "
            f"(LEGOLAB_HOST, LEGOLAB_PORT): {reason}"
        ) from error


def adopt(number: int) -> socket.socket:
    """The listening socket that whoever started this process has left to it.

    Raises:
        InputError: there is none of that number.
    """
    try:
        return socket.socket(fileno=number)
    except OSError as error:
        raise InputError(f"expected a socket, got {number}: {error.strerror or error}") from error


def address_of(listener: socket.socket) -> str:
    """The URL at which a listening socket of this machine is reached."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run_api(settings: Settings, listener: socket.socket) -> None:
    """Serve until told to stop.

    Raises:
        InputError: no Redis is given, or a setting cannot be used.
        StorageError: the store's folder cannot be made.
    """
    app = create_app(settings, store_of(settings))
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,  # addresses of event streams carry tickets
        server_header=False,
        timeout_graceful_shutdown=CLOSE_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])
