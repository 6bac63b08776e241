"""Everything that goes wrong, as problem details (RFC 9457): for programs and for people.

A problem never shows a traceback, a path or a secret. Knows nothing of single routes.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from legolab.errors import InputError, LegolabError

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
"""When to ask again after something we need did not answer."""

_KIND = "urn:problem-type:legolab:"
_log = logging.getLogger("legolab.serve")


class ProblemDetails(BaseModel):
    """What an error looks like; members of its own may follow."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=[f"{_KIND}queue-full"])
    title: str = Field(examples=["Service Unavailable"])
    status: int = Field(examples=[503])
    detail: str = Field(examples=["200 jobs are waiting already; try again in a while."])


class ProblemError(Exception):
    """An error whose answer is known where it is raised."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        **more: object,
    ) -> None:
        """Say what to answer.

        Args:
            status: of HTTP.
            kind: what happened, in a few words with dashes; ends the type.
            detail: for a person: what was expected, what was seen.
            headers: of the answer.
            more: members of its own.
        """
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more


def answer(problem: ProblemError) -> Response:
    """The response to a problem."""
    body = {
        "type": f"{_KIND}{problem.kind}" if problem.kind else "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        **problem.more,
    }
    # ASCII alone: what a person sent may have characters that UTF-8 cannot write.
    return Response(json.dumps(body), problem.status, problem.headers, media_type=MEDIA_TYPE)


def unavailable(kind: str, detail: str) -> ProblemError:
    """Something we need does not answer; it is worth asking again."""
    return ProblemError(503, kind, detail, {"Retry-After": str(RETRY_SECONDS)})


def from_error(error: LegolabError) -> ProblemError:
    """What the package refuses or cannot do: 422 for bad input, 503 where it could not tell."""
    if isinstance(error, InputError):
        problem = ProblemError(422, _words(type(error).__name__), str(error))
        line = re.match(r"line (\d+):", str(error))
        if line:
            problem.more["line"] = int(line[1])
        return problem
    return unavailable(_words(type(error).__name__), str(error))


def internal() -> ProblemError:
    """A bug of ours."""
    return ProblemError(500, "", "Something went wrong on our side.")


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems of a route, for the OpenAPI document."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
        }
        for status in statuses
    }


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem."""

    @app.exception_handler(ProblemError)
    async def _problem(request: Request, error: ProblemError) -> Response:
        return answer(error)

    @app.exception_handler(LegolabError)
    async def _legolab(request: Request, error: LegolabError) -> Response:
        return answer(from_error(error))

    @app.exception_handler(RedisError)
    async def _redis(request: Request, error: RedisError) -> Response:
        _log.warning("Redis does not answer: %s", type(error).__name__)
        return answer(unavailable("queue-unreachable", "The queue does not answer."))

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        faults = [_fault(entry) for entry in error.errors()]
        detail = "; ".join(f"{fault['at']}: {fault['detail']}" for fault in faults)
        return answer(ProblemError(422, "invalid-request", detail[:500], errors=faults))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if error.status_code == 405:  # the framework names the methods of one route of the path
            headers["Allow"] = ", ".join(sorted(_methods(app, request.url.path)))
        return answer(ProblemError(error.status_code, "", str(error.detail), headers))


def _methods(app: FastAPI, path: str) -> set[str]:
    """What can be done with a path, by the OpenAPI document."""
    return {
        method.upper()
        for pattern, operations in app.openapi()["paths"].items()
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path)
        for method in operations
    }


def _fault(entry: Mapping[str, Any]) -> dict[str, str]:
    """Where a request is wrong, and how; never what it held there."""
    place: Sequence[object] = entry["loc"]
    return {"at": "/".join(map(str, place)), "detail": str(entry["msg"])}


def _words(name: str) -> str:
    """
    >>> _words("BrickTextError")
    'brick-text'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name.removesuffix("Error")).lower()
