"""Is it alive, can it work, what has it counted. Open to anybody who can reach the port."""

from __future__ import annotations

from fastapi import APIRouter, Request
from redis.exceptions import RedisError
from starlette.responses import JSONResponse, Response

from legolab.serve import metrics, problems
from legolab.serve.routes import service_of

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Is the process alive")
async def healthz() -> Response:
    """Yes, when it answers at all."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", summary="Can it take jobs", responses=problems.responses(503))
async def readyz(request: Request) -> Response:
    """Yes, when Redis answers."""
    await service_of(request).redis.ping()
    return JSONResponse({"status": "ready"})


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={200: {"description": "Prometheus text", "content": {metrics.CONTENT_TYPE: {}}}},
)
async def read_metrics(request: Request) -> Response:
    """Counters of this process, and the length of the queue while Redis can tell it."""
    service = service_of(request)
    try:
        service.metrics.waiting.set(await service.queue.waiting(service.redis))
    except RedisError:
        service.metrics.waiting.set(float("nan"))
    return Response(service.metrics.text(), media_type=metrics.CONTENT_TYPE)
