"""The web application: routes, guards around them, connections that come and go with it.

Loads no torch and no model: what takes long is done by workers.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from sse_starlette.sse import SendTimeoutError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from legolab import __version__
from legolab.errors import InputError
from legolab.serve import broker, bundle, problems, webapp
from legolab.serve.auth import Tokens
from legolab.serve.metrics import Metrics
from legolab.serve.queueing import JobQueue
from legolab.serve.ratelimit import RateLimit
from legolab.serve.routes import Service, Store, check, generate, health, static, vocabulary
from legolab.serve.settings import Settings

BODY_BYTES = 16_000
"""Of any request but POST /check, which has a setting."""
HEADER_BYTES = 16_000
"""Of all headers of a request together."""
CHECK_THREADS = 2
"""Analyses at once in a process; further ones wait, within their time."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
}
_log = logging.getLogger("legolab.serve")


def create_app(settings: Settings, store: Store, www: Path | None = None) -> FastAPI:
    """The application; nothing is connected before the first request.

    Args:
        settings: with the URL of the Redis to use, which may be of `broker.broker_of`.
        store: where results lie.
        www: the web app's files; those of the package if not given, and where there are none, the
            API is alone.

    Raises:
        InputError: no Redis is given, or the file of public keys cannot be used.
    """
    service = _service(settings, store)
    app = FastAPI(
        title="legolab",
        version=__version__,
        summary="From a caption to bricks that are proved to stand",
        lifespan=_lifespan,
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.service = service
    for routes in (generate, vocabulary, check, static, health):
        app.include_router(routes.router)
    www = www or bundle.find()
    if www is not None:
        webapp.mount(app, www, store.origins)
    problems.install(app)
    app.add_middleware(Guard, service=service)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
            expose_headers=["Location", "Retry-After"],
        )
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _service(settings: Settings, store: Store) -> Service:
    url = settings.redis_url
    if url is None:
        raise InputError("LEGOLAB_REDIS_URL: expected the URL of a Redis, got none")
    redis = broker.connect_async(url)
    waiting = broker.ANSWER_SECONDS + generate.POLL_SECONDS
    return Service(
        settings=settings,
        store=store,
        tokens=Tokens(settings),
        redis=redis,
        streams=broker.connect_async(url, settings.max_streams, waiting),
        queue=JobQueue(broker.connect(url), settings),
        rate=RateLimit(redis, settings.rate_limit),
        metrics=Metrics(),
        checks=ThreadPoolExecutor(CHECK_THREADS, thread_name_prefix="check"),
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    await close(app)


async def close(app: FastAPI) -> None:
    """Let go of connections and threads; servers do it by the application's lifespan."""
    service: Service = app.state.service
    service.checks.shutdown(wait=False, cancel_futures=True)
    service.queue.close()
    await service.redis.aclose()
    await service.streams.aclose()


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The document, with our problems in the place of FastAPI's own."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, summary=app.summary, routes=app.routes
        )
        schemas = document["components"]["schemas"]
        schemas["ProblemDetails"] = problems.ProblemDetails.model_json_schema()
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        for operations in document["paths"].values():
            for operation in operations.values():
                invalid = operation["responses"].get("422", {"content": {}})
                if "application/json" in invalid["content"]:  # not one of ours
                    del operation["responses"]["422"]
        app.openapi_schema = document
    return app.openapi_schema


class Guard:
    """Around every request: size of its body, headers of its answer, figures, our own bugs."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        """Wrap `app`."""
        self._app = app
        self._metrics = service.metrics
        self._check_bytes = service.settings.check_bytes
        self._headers = dict(_HEADERS)
        if service.settings.production:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        started = False

        async def guarded_send(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._complete(message)
                self._count(scope, message["status"], time.perf_counter() - began)
            await send(message)

        limit = self._check_bytes if scope["path"] == "/check" else BODY_BYTES
        size = sum(len(name) + len(value) for name, value in scope["headers"])
        if size > HEADER_BYTES:
            detail = f"expected headers of at most {HEADER_BYTES} bytes, got {size}"
            too_large = problems.answer(problems.ProblemError(431, "", detail))
            await too_large(scope, receive, guarded_send)
            return
        try:
            await self._app(scope, _limited(receive, limit), guarded_send)
        except SendTimeoutError:
            _log.info("a reader of %s took too long and was let go", _route(scope))
        except Exception:
            _log.exception("a bug: %s %s", scope["method"], _route(scope))
            if started:
                raise
            await problems.answer(problems.internal())(scope, receive, guarded_send)

    def _complete(self, message: Message) -> None:
        headers = MutableHeaders(raw=message["headers"])
        headers.setdefault("Cache-Control", "no-store")
        for name, value in self._headers.items():
            headers.setdefault(name, value)

    def _count(self, scope: Mapping[str, Any], status: int, seconds: float) -> None:
        method, route = scope["method"], _route(scope)
        if method not in ("GET", "POST", "DELETE", "OPTIONS"):
            method = "other"  # whoever sends made-up ones would make us count each
        self._metrics.requests.labels(method, route, status).inc()
        self._metrics.seconds.labels(method, route).observe(seconds)


def _route(scope: Mapping[str, Any]) -> str:
    """The pattern of the route, which names no job; "none" where nothing matched."""
    return str(getattr(scope.get("route"), "path", "none"))


def _limited(receive: Receive, limit: int) -> Receive:
    """`receive` that refuses a body of more than `limit` bytes while it comes in."""
    seen = 0

    async def receive_some() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > limit:
                raise HTTPException(413, f"expected a body of at most {limit} bytes, got more")
        return message

    return receive_some
