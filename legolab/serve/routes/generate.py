"""Jobs: put in line, looked at, followed brick by brick, cancelled."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from redis.exceptions import RedisError
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from legolab.artefacts import LDRAW, PREVIEW
from legolab.errors import NotStoredError
from legolab.generation.generator import (
    DEFAULT_MAX_BRICKS,
    DEFAULT_TEMPERATURE,
    MAX_DRAFTS,
    SEED_LIMIT,
)
from legolab.generation.order import Order
from legolab.generation.prompt import MAX_CAPTION
from legolab.serve import events, problems
from legolab.serve.auth import Refusal
from legolab.serve.problems import ProblemError
from legolab.serve.queueing import Accepted, JobView, KeyReused, QueueFull, State
from legolab.serve.routes import (
    Bearer,
    Person,
    Service,
    is_job_id,
    no_such_job,
    service_of,
    subject_of,
    take_turn,
    unauthorized,
)

MAX_ENTRIES, MAX_TEXT = 100, 10_000
"""Of a table in an order; characters of a brick text."""
Name = Annotated[str, StringConstraints(max_length=60)]
MAX_BRICKS = 1000
"""More than fit into the model's context."""
POLL_SECONDS = 2.0
"""How often an event stream in which nothing happens looks whether its job is still going on."""
GONE_SECONDS = 60.0
"""How long an open stream waits for Redis to come back."""

_SEND_SECONDS = 30.0  # a reader that takes longer for one event is let go
_EVENT_ID = re.compile(r"\d{1,19}(-\d{1,19})?", re.ASCII)
_FROM_START = "0"

router = APIRouter(prefix="/generate", tags=["generate"])


class GenerateRequest(BaseModel):
    """What to build."""

    model_config = ConfigDict(extra="forbid", strict=True)

    prompt: str = Field(
        min_length=1,
        max_length=MAX_CAPTION,
        description="What to build, in English.",
        examples=["a chair with four legs and a high back"],
    )
    seed: int | None = Field(
        None, ge=0, lt=SEED_LIMIT, description="Same seed, same bricks.", examples=[7]
    )
    temperature: float = Field(
        DEFAULT_TEMPERATURE,
        gt=0,
        le=10,
        allow_inf_nan=False,
        description="Higher is bolder, lower more usual.",
    )
    max_bricks: int = Field(
        DEFAULT_MAX_BRICKS, ge=1, le=MAX_BRICKS, description="Stop after that many."
    )
    drafts: int = Field(
        MAX_DRAFTS,
        ge=1,
        le=MAX_DRAFTS,
        description="Draw it at most so many times; the one closest to the words is kept.",
    )
    fields: dict[Name, int | Name] = Field(
        {},
        max_length=MAX_ENTRIES,
        description="Fields of the description set by hand, over what the prompt says.",
        examples=[{"back": "high", "width": 7}],
    )
    paint: dict[Name, int | Name] = Field(
        {},
        max_length=MAX_ENTRIES,
        description="Part, or whole -> colour by name or LDraw code, over what the prompt says.",
        examples=[{"whole": "red", "legs": 0}],
    )
    inventory: dict[Name, int] = Field(
        {},
        max_length=MAX_ENTRIES,
        description="The bricks there are, with a colour if it matters; never more are used.",
        examples=[{"2x4": 30, "1x2 red": 8}],
    )
    start: str = Field(
        "",
        max_length=MAX_TEXT,
        description="Brick text to go on from; with `change`, what was built before.",
        examples=["2x4 (0,16,0)"],
    )
    change: str = Field(
        "",
        max_length=MAX_CAPTION,
        description="What is to be other than in `start`: make the back higher.",
    )

    def order(self) -> Order:
        """The same as an order."""
        given = self.model_dump()
        return Order(given.pop("prompt"), **given)


class JobDocument(BaseModel):
    """A job: which members it has depends on its status."""

    job_id: str = Field(examples=["6f1c34a2-0d3f-5a52-9f0e-2f0c4a1b7d11"])
    status: State
    position: int | None = Field(None, description="queued: 1 is next, 0 is being taken")
    bricks: int | None = Field(None, description="started: bricks standing so far")
    png_url: str | None = Field(None, description="finished: a picture; the link expires")
    ldr_url: str | None = Field(None, description="finished: the model; the link expires")
    files: dict[str, str | None] | None = Field(
        None, description="finished: a link to each file; null when its life is over"
    )
    brick_counts: dict[str, int] | None = Field(None, examples=[{"2x4": 3}])
    verdict: str | None = Field(None, examples=["stable"])
    seed: int | None = Field(None, examples=[7])
    description: str | None = Field(None, description="finished: what the model was asked for")
    notes: list[str] | None = Field(None, description="finished: how the words were understood")
    differences: list[dict[str, Any]] | None = Field(
        None, description="finished: what was asked for and came out differently"
    )
    paint: dict[str, int] | None = Field(
        None, description="finished: part, or whole -> LDraw colour code", examples=[{"whole": 4}]
    )
    kept: int | None = Field(None, description="finished: first bricks that are those of `start`")
    missing: dict[str, int] | None = Field(
        None, description="finished: bricks that the inventory lacks", examples=[{"2x4": 3}]
    )
    report: dict[str, Any] | None = Field(None, description="finished: legolab.report/1")
    reason: str | None = Field(None, description="failed: why")


class TicketDocument(BaseModel):
    """What opens the events of one job for EventSource, which cannot send headers."""

    ticket: str
    expires_in: int = Field(description="seconds", examples=[60])
    events_url: str


JobId = Annotated[str, Path(description="As POST /generate gave it.")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key gives the same job, however often it is sent.",
    ),
]
_JOB = {"model": JobDocument}


@router.post(
    "",
    status_code=202,
    summary="Put a job in line",
    responses={202: _JOB, **problems.responses(400, 401, 409, 413, 422, 429, 503)},
)
async def submit(
    request: Request, order: GenerateRequest, person: Person, key: IdempotencyKey = None
) -> Response:
    """Answers at once; `Location` tells where to look for the job."""
    service = service_of(request)
    await take_turn(service, "generate", person)
    outcome = await run_in_threadpool(_submit, service, person, order.order(), key)
    match outcome:
        case QueueFull(waiting):
            service.metrics.refused.labels("queue full").inc()
            raise problems.unavailable(
                "queue-full", f"{waiting} jobs are waiting already; try again in a while."
            )
        case KeyReused():
            service.metrics.refused.labels("key reused").inc()
            raise ProblemError(
                409, "key-reused", "This Idempotency-Key belongs to a job with another order."
            )
        case Accepted(job_id, None):
            document = await _document(service, await _view(service, person, job_id))
        case Accepted(job_id, position):
            service.metrics.accepted.inc()
            document = {"job_id": job_id, "status": State.QUEUED.value, "position": position}
    return JSONResponse(document, 202, {"Location": f"/generate/{job_id}"})


def _submit(
    service: Service, person: str, order: Order, key: str | None
) -> Accepted | QueueFull | KeyReused:
    """Refuse what names nothing that can be built, before it waits in line.

    Raises:
        CaptionError, InputError, BrickTextError, PlacementError: as `Order.checked`.
    """
    return service.queue.submit(person, order.checked(), key)


@router.get(
    "/{job_id}",
    summary="Look at a job",
    responses={200: _JOB, **problems.responses(401, 404, 503)},
)
async def look(request: Request, job_id: JobId, person: Person) -> Response:
    """Where it stands in line, how many bricks stand so far, what came out or why nothing did."""
    service = service_of(request)
    return JSONResponse(await _document(service, await _view(service, person, job_id)))


@router.delete(
    "/{job_id}",
    summary="Cancel a job",
    responses={200: _JOB, **problems.responses(401, 404, 409, 503)},
)
async def cancel(request: Request, job_id: JobId, person: Person) -> Response:
    """Takes it out of line or stops it; a job that has finished or failed stays as it is."""
    service = service_of(request)
    if not is_job_id(job_id):
        raise no_such_job()
    view = await run_in_threadpool(service.queue.cancel, person, job_id)
    if view is None:
        raise no_such_job()
    if view.state is not State.CANCELLED:
        raise ProblemError(409, "job-over", f"The job has {view.state.value} already.")
    return JSONResponse(await _document(service, view))


@router.post(
    "/{job_id}/keep",
    summary="Keep what came out for good",
    responses={200: _JOB, **problems.responses(401, 404, 409, 503)},
)
async def keep(request: Request, job_id: JobId, person: Person) -> Response:
    """Its files outlive the days that results have; once more does no harm."""
    service = service_of(request)
    view = await _view(service, person, job_id)
    if view.state is not State.FINISHED:
        raise ProblemError(409, "not-finished", f"The job is {view.state.value}, not finished.")
    assert view.finished is not None
    try:
        await run_in_threadpool(service.store.promote, view.finished["result"])
    except NotStoredError:
        raise no_such_job() from None
    await run_in_threadpool(service.queue.keep, job_id)
    return JSONResponse(await _document(service, view))


@router.post(
    "/{job_id}/ticket",
    status_code=201,
    summary="A ticket for the events of a job",
    responses={201: {"model": TicketDocument}, **problems.responses(401, 404, 503)},
)
async def ticket(request: Request, job_id: JobId, person: Person) -> Response:
    """Short-lived, for this job alone."""
    service = service_of(request)
    await _view(service, person, job_id)
    made = service.tokens.make_ticket(person, job_id)
    return JSONResponse(
        {
            "ticket": made,
            "expires_in": service.settings.ticket_seconds,
            "events_url": f"/generate/{job_id}/events?ticket={made}",
        },
        201,
    )


@router.get(
    "/{job_id}/events",
    summary="Follow a job brick by brick",
    response_class=EventSourceResponse,
    responses={
        200: {
            "description": "Server-sent events, named by their type: started, brick_placed, "
            "rolled_back, trimmed, settled, and at last finished, failed or cancelled; the data is "
            "legolab.event/1",
            "content": {"text/event-stream": {}},
        },
        204: {"description": "The job is over and you have had all of it"},
        **problems.responses(401, 404, 422, 503),
    },
)
async def follow(
    request: Request,
    job_id: JobId,
    bearer: Bearer,
    ticket: Annotated[str | None, Query(description="Instead of a bearer token.")] = None,
    last_event_id: Annotated[
        str | None, Header(alias="Last-Event-ID", description="Go on after this event.")
    ] = None,
    after: Annotated[
        str | None, Query(description="The same, for who cannot send headers.")
    ] = None,
) -> Response:
    """Ends after the last event. A `started` in its midst means that all begins anew."""
    service = service_of(request)
    person = _follower(service, job_id, bearer, ticket)
    begin = last_event_id or after or _FROM_START
    if not _EVENT_ID.fullmatch(begin):
        raise ProblemError(
            422, "event-id", "expected the id of an event of this job, got another text"
        )
    view = await _view(service, person, job_id)
    if service.metrics.open_streams >= service.settings.max_streams:
        raise problems.unavailable("too-many-streams", "Too many event streams are open.")
    seen = view.state.over and begin != _FROM_START
    if seen and not await events.read(service.redis, job_id, begin):
        # A browser asks again after an end, unless it is told that there is nothing more.
        return Response(status_code=204)
    return EventSourceResponse(
        _counted(service, _events(service, person, job_id, begin)), send_timeout=_SEND_SECONDS
    )


def _follower(service: Service, job_id: str, bearer: Bearer, ticket: str | None) -> str:
    if ticket is None:
        return subject_of(service, bearer)
    subject = service.tokens.ticket_subject(ticket, job_id)
    if isinstance(subject, Refusal):
        raise unauthorized(subject.reason)
    return subject


async def _counted(
    service: Service, stream: AsyncIterator[ServerSentEvent]
) -> AsyncIterator[ServerSentEvent]:
    service.metrics.open_streams += 1
    try:
        async for event in stream:
            yield event
    finally:
        service.metrics.open_streams -= 1


async def _events(
    service: Service, person: str, job_id: str, after: str
) -> AsyncIterator[ServerSentEvent]:
    """The events of a job after an id, as they come, to its end."""
    clock = asyncio.get_running_loop()
    answered = clock.time()
    while clock.time() - answered < GONE_SECONDS:
        try:
            entries = await events.read(
                service.streams, job_id, after, wait_ms=int(POLL_SECONDS * 1000)
            )
            if not entries and not await _goes_on(service, person, job_id, after):
                return
        except RedisError:
            await asyncio.sleep(0.5)
            continue
        answered = clock.time()
        for entry in entries:
            after = entry.id
            yield ServerSentEvent(data=entry.text, event=entry.type, id=entry.id)
            if entry.type in events.ENDS:
                return


async def _goes_on(service: Service, person: str, job_id: str, after: str) -> bool:
    """Whether more events may come after an id.

    A job whose worker died has no last event: `_view` writes it, to be read next.
    """
    try:
        view = await _view(service, person, job_id)
    except ProblemError:
        return False
    return not view.state.over or bool(await events.read(service.redis, job_id, after))


async def _view(service: Service, person: str, job_id: str) -> JobView:
    """A job of that person.

    A failure that only RQ knows of is published before it is told: nothing may come after it.

    Raises:
        ProblemError: 404.
    """
    view = await service.queue.view(service.redis, person, job_id) if is_job_id(job_id) else None
    if view is not None and view.state is State.FAILED and not view.sealed:
        await run_in_threadpool(service.queue.end, view)
        view = await service.queue.view(service.redis, person, job_id)
    if view is None:
        raise no_such_job()
    return view


async def _document(service: Service, view: JobView) -> dict[str, Any]:
    """A job as `JobDocument` has it."""
    document: dict[str, Any] = {"job_id": view.job_id, "status": view.state.value}
    match view.state:
        case State.QUEUED:
            return document | {"position": view.position}
        case State.STARTED:
            return document | {"bricks": view.bricks}
        case State.FAILED:
            return document | {"reason": view.reason}
        case State.CANCELLED:
            return document
        case State.FINISHED:
            return document | await run_in_threadpool(_outcome, service, view)


def _outcome(service: Service, view: JobView) -> dict[str, Any]:
    """What came out of a finished job, with fresh links to its files."""
    assert view.finished is not None
    result = view.finished["result"]
    links = {name: _link(service, result, name) for name in view.finished["files"]}
    told = (
        "report",
        "brick_counts",
        "seed",
        "description",
        "notes",
        "differences",
        "paint",
        "kept",
        "missing",
    )
    return {
        "png_url": links.get(PREVIEW),
        "ldr_url": links.get(LDRAW),
        "files": links,
        "verdict": view.finished["report"]["verdict"],
        **{name: view.finished.get(name) for name in told},
    }


def _link(service: Service, result: str, name: str) -> str | None:
    """A fresh link to a file; None when it is there no longer."""
    try:
        link = service.store.link(result, name, timedelta(seconds=service.settings.link_seconds))
    except NotStoredError:
        return None
    return service.settings.public_url + link if link.startswith("/") else link
