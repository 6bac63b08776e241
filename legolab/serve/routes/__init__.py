"""The routes, and what all of them share: the parts of the service, and who is asking."""

from __future__ import annotations

import math
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Protocol

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from redis import asyncio as aioredis

from legolab.serve.auth import Refusal, Tokens
from legolab.serve.metrics import Metrics
from legolab.serve.problems import ProblemError
from legolab.serve.queueing import JobQueue
from legolab.serve.ratelimit import RateLimit
from legolab.serve.settings import Settings

_JOB_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


class Owned(Protocol):
    """What is known of a result."""

    @property
    def owner(self) -> str:
        """The person it was made for."""


class Store(Protocol):
    """Where results lie, as far as the web needs it: a `storage.Store`.

    Every method raises StorageError when the store cannot be read, NotStoredError for what is not
    there.
    """

    def read(self, id: str, name: str) -> tuple[bytes, str]:
        """Content and media type of a file of a result."""

    def manifest(self, id: str) -> Owned:
        """Whose a result is."""

    def link(self, id: str, name: str, expires_in: timedelta) -> str:
        """An address that opens a file for so long."""

    @property
    def origins(self) -> tuple[str, ...]:
        """Where links lead when not to this service."""

    def promote(self, id: str) -> None:
        """Keep a result for good."""

    def verify(self, path: str, expires: int, signature: str, now: datetime) -> bool:
        """Whether a link to `id/name` is ours and still holds."""


@dataclass(frozen=True)
class Service:
    """The parts of a running service."""

    settings: Settings
    store: Store
    tokens: Tokens
    redis: aioredis.Redis
    streams: aioredis.Redis  # waits long for an answer: for reading event streams alone
    queue: JobQueue
    rate: RateLimit
    metrics: Metrics
    checks: ThreadPoolExecutor


def service_of(request: Request) -> Service:
    """The service that a request came to."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service


def is_job_id(text: str) -> bool:
    """Whether `text` can be the id of a job, or of a result."""
    return _JOB_ID.fullmatch(text) is not None


def unauthorized(reason: str | None) -> ProblemError:
    """401: no token (None), or one that does not hold."""
    if reason is None:
        challenge, detail = 'Bearer realm="legolab"', "expected a bearer token, got none"
    else:
        challenge = f'Bearer realm="legolab", error="invalid_token", error_description="{reason}"'
        detail = reason
    return ProblemError(401, "unauthorized", detail, {"WWW-Authenticate": challenge})


def no_such_job() -> ProblemError:
    """404: there is none, or it is another person's; which of them is not said."""
    return ProblemError(404, "no-such-job", "There is no such job.")


_bearer = HTTPBearer(auto_error=False, description="A token made by `legolab token`.")
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def subject_of(service: Service, bearer: HTTPAuthorizationCredentials | None) -> str:
    """The person a bearer token speaks for.

    Raises:
        ProblemError: 401.
    """
    if bearer is None:
        raise unauthorized(None)
    subject = service.tokens.subject(bearer.credentials)
    if isinstance(subject, Refusal):
        raise unauthorized(subject.reason)
    return subject


async def _person(request: Request, bearer: Bearer) -> str:
    return subject_of(service_of(request), bearer)


Person = Annotated[str, Depends(_person)]
"""The person who is asking."""


async def take_turn(service: Service, action: str, subject: str) -> None:
    """Count a request of a person against the rate limit.

    Raises:
        ProblemError: 429, with when to come again.
    """
    wait = await service.rate.wait_seconds(action, subject)
    if wait > 0:
        seconds = math.ceil(wait)
        raise ProblemError(
            429,
            "rate-limit",
            f"Too many requests: at most {service.settings.rate_limit} a minute. "
            f"Try again in {seconds} s.",
            {"Retry-After": str(seconds)},
        )
