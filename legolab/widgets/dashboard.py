"""The studio as a page of its own, served by Voila; knows nothing of what the page shows.

A visitor gets widgets and nothing else: no files, no sources, no choice of template, and the
server takes no request to run code.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from signal import SIGINT
from socket import socket
from threading import Event
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop, PeriodicCallback
from tornado.netutil import bind_sockets
from tornado.platform.asyncio import BaseAsyncIOLoop
from traitlets.config import Config
from voila.app import Voila

from legolab.errors import FileError, InputError

DEFAULT_PORT = 8866

_TEMPLATE = "legolab"
_IDLE_SECONDS = 1800  # after which the kernel of a page that nobody has open is ended
_LOOK_SECONDS = 60
_WATCH_SECONDS = 2  # between two looks for kernels that have died


class VisitedKernels(AsyncMappingKernelManager):
    """Ends kernels that somebody has left; those that wait for their first visitor are kept.

    What has died is forgotten: a page asks after its kernel, and says when there is none.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._visited: set[str] = set()

    async def start_kernel(  # type: ignore[override]  # the base of its base is not async
        self, *given: Any, **options: Any
    ) -> str:
        """Start one; what it has to say of itself is not for this terminal, see LEGOLAB_DEBUG."""
        if not os.environ.get("LEGOLAB_DEBUG"):
            options |= {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started: str = await super().start_kernel(*given, **options)
        return started

    def notify_connect(self, kernel_id: str) -> None:
        """A page has connected."""
        self._visited.add(kernel_id)
        super().notify_connect(kernel_id)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel that is idle and was visited."""
        if kernel_id in self._visited:
            await super().cull_kernel_if_idle(kernel_id)

    async def forget_dead(self) -> None:
        """Clean up after kernels whose process has ended."""
        for kernel_id in self.list_kernel_ids():
            kernel = self.get_kernel(kernel_id)
            if kernel.has_kernel and not await ensure_async(kernel.is_alive()):
                await self.shutdown_kernel(kernel_id, now=True)


class Dashboard(Voila):
    """Voila on one notebook, on sockets that are open already."""

    announce: Callable[[], None]
    sockets: list[socket]

    def listen(self) -> None:
        """Serve until stopped; nothing is left then.

        Raises:
            KeyboardInterrupt: by Ctrl-C.
        """
        server = HTTPServer(self.app)
        server.add_sockets(self.sockets)
        self.ioloop = IOLoop.current()
        watch = PeriodicCallback(self.kernel_manager.forget_dead, 1000 * _WATCH_SECONDS)
        interrupted = Event()

        def interrupt() -> None:
            interrupted.set()
            self.ioloop.stop()

        # As an exception it could come where Python drops it, and nothing would end.
        assert isinstance(self.ioloop, BaseAsyncIOLoop)
        loop = self.ioloop.asyncio_loop
        with suppress(NotImplementedError):
            loop.add_signal_handler(SIGINT, interrupt)
        try:
            self.announce()
            watch.start()
            self.ioloop.start()
        finally:
            with suppress(NotImplementedError):
                loop.remove_signal_handler(SIGINT)
            watch.stop()
            server.stop()
            self.stop()
        if interrupted.is_set():
            raise KeyboardInterrupt


def serve(
    port: int = DEFAULT_PORT,
    host: str = "127.0.0.1",
    ready_file: Path | None = None,
    *,
    kernels: int = 1,
    token: str | None = None,
    announce: Callable[[str], None] = print,
) -> None:
    """Serve the studio until the process is interrupted or asked to end.

    Args:
        port: 0 takes any that is free.
        host: the address to listen on.
        ready_file: gets the page's address, one line, once it can be opened; gone at the end.
        kernels: how many wait, warmed up, for visitors.
        token: whoever has it may open the page; None makes one, and none is needed on loopback.
        announce: called with the page's address.

    Raises:
        InputError: the address cannot be listened on, or there is to be no token outside loopback.
        FileError: the notebook is missing, or the ready file cannot be written.
    """
    folder = dashboard_folder()
    if token is None:
        token = "" if is_loopback(host) else secrets.token_urlsafe(24)
    if not token and not is_loopback(host):
        raise InputError(f"expected a token, because {host} can be reached from other machines")
    sockets = _open_sockets(port, host)
    address = _address(host, sockets[0].getsockname()[1], token)

    def announce_ready() -> None:
        announce(address)
        if ready_file is not None:
            _write_whole(ready_file, address)

    # Voila looks for templates where Jupyter's data is.
    former = os.environ.get("JUPYTER_PATH")
    paths = [str(folder / "template"), *([former] if former else [])]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(paths)
    app = Dashboard(config=_config(kernels), notebook_path=str(folder / "studio.ipynb"))
    app.config_file_paths = []  # what a folder happens to hold does not loosen the above
    app.token = token
    app.announce = announce_ready
    app.sockets = sockets
    app.initialize([])
    try:
        app.start()
    finally:
        if ready_file is not None:
            ready_file.unlink(missing_ok=True)


def dashboard_folder() -> Path:
    """Where the notebook and its template are: in the package, or beside it in a source tree.

    Raises:
        FileError: they are nowhere.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "dashboards", package.parent / "dashboards"):
        if (folder / "studio.ipynb").is_file():
            return folder
    raise FileError(f"expected the dashboard's notebook beside {package}, found none")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _open_sockets(port: int, host: str) -> list[socket]:
    """Sockets that listen; before anything is started that would have to be ended again."""
    try:
        return bind_sockets(port, host)
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"cannot listen on {host}, port {port}: {reason}") from error


def _config(kernels: int) -> Config:
    """What a visitor may and may not do."""
    config = Config()
    config.Voila.open_browser = False
    config.Voila.log_level = "ERROR"
    voila = config.VoilaConfiguration
    voila.template = _TEMPLATE
    voila.preheat_kernel = kernels > 0
    voila.default_pool_size = kernels
    voila.allow_template_override = "NO"
    voila.allow_theme_override = "NO"
    voila.show_tracebacks = False
    voila.strip_sources = True
    voila.file_allowlist = []
    voila.multi_kernel_manager_class = VisitedKernels
    manager = config.VisitedKernels
    manager.cull_idle_timeout = _IDLE_SECONDS
    manager.cull_interval = _LOOK_SECONDS
    # A kernel that was started again has forgotten its widgets; the page says that it is gone.
    config.KernelManager.autorestart = False
    return config


def _address(host: str, port: int, token: str) -> str:
    """
    >>> _address("127.0.0.1", 80, "")
    'http://127.0.0.1:80/'
    """
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}/" + (f"?token={token}" if token else "")


def _write_whole(path: Path, line: str) -> None:
    """Write a line so that who reads the file never sees a part of it."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        draft.write_text(line + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise FileError(f"cannot write {path}: {error.strerror or error}") from error
