"""The web app's files at `/`, beside the API: types, caching, compression, what its pages may do.

Every file has a route of its own, so that nothing of the API is hidden behind them. Knows nothing
of how the files were built, see `bundle`.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from legolab.serve.bundle import STAMP
from legolab.serve.problems import ProblemError

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""Suffix -> media type. Other files of the bundle are not served."""

_PACKED = frozenset({".png", ".woff2"})
_FOREVER = "public, max-age=31536000, immutable"
_ALWAYS_ASK = "no-cache"


def content_security_policy(file_origins: Iterable[str] = ()) -> str:
    """What the app's pages may do: load everything from here, and nothing from anywhere else.

    `blob:` is for pictures that lie in the browser's own store.

    Args:
        file_origins: where files of results lie when not here, such as a bucket's origin.
    """
    connect = " ".join(("'self'", *file_origins))
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob:",
            "font-src 'self'",
            f"connect-src {connect}",
            "manifest-src 'self'",
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


@dataclass(frozen=True)
class WebFile:
    """A file of the bundle, ready to be sent."""

    content: bytes
    packed: bytes | None  # gzip, where it helps
    media_type: str
    cache: str
    etag: str

    @classmethod
    def read(cls, path: Path, cache: str) -> WebFile:
        """Read a file of a suffix in MEDIA_TYPES."""
        content = path.read_bytes()
        helps = path.suffix not in _PACKED
        return cls(
            content,
            gzip.compress(content, 9, mtime=0) if helps else None,
            MEDIA_TYPES[path.suffix],
            cache,
            f'"{hashlib.sha256(content).hexdigest()[:20]}"',
        )

    def answer(self, request: Request, policy: str) -> Response:
        """The file, compressed for who takes that, or that nothing has changed."""
        headers = {
            "Cache-Control": self.cache,
            "Content-Security-Policy": policy,
            "Cross-Origin-Opener-Policy": "same-origin",
            "ETag": self.etag,
            "Vary": "Accept-Encoding",
        }
        if self.etag in request.headers.get("If-None-Match", ""):
            return Response(status_code=304, headers=headers)
        content = self.content
        if self.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
            content = self.packed
            headers["Content-Encoding"] = "gzip"
        return Response(content, media_type=self.media_type, headers=headers)


def mount(app: FastAPI, www: Path, file_origins: Iterable[str] = ()) -> None:
    """Serve the bundle in `www` at `/` of `app`: the page, its worker and icons, `/assets/…`.

    Args:
        app: with its own routes already there; none of them is hidden.
        www: what `bundle.find` gave.
        file_origins: see `content_security_policy`.
    """
    policy = content_security_policy(file_origins)
    assets = {
        path.name: WebFile.read(path, _FOREVER)  # their names change with their content
        for path in _served(www / "assets")
    }

    async def asset(request: Request) -> Response:
        file = assets.get(request.path_params["name"])
        if file is None:
            raise ProblemError(404, "", "There is no such file in the web app.")
        return file.answer(request, policy)

    app.router.routes.append(Route("/assets/{name}", asset, include_in_schema=False))
    for path in _served(www):
        file = WebFile.read(path, _ALWAYS_ASK)
        app.router.routes.append(_route(f"/{path.name}", file, policy))
        if path.name == "index.html":  # by this name the service worker keeps it
            app.router.routes.append(_route("/", file, policy))


def _served(folder: Path) -> list[Path]:
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in files if path.suffix in MEDIA_TYPES and path.name != STAMP]


def _route(address: str, file: WebFile, policy: str) -> Route:
    async def endpoint(request: Request) -> Response:
        return file.answer(request, policy)

    return Route(address, endpoint, include_in_schema=False)
