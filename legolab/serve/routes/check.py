"""Does a model stand: one analysis, in a thread, within a time."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from legolab.bricks.inventory import brick_counts
from legolab.bricks.structure import DEFAULT_WORLD, BrickStructure
from legolab.ldraw.reader import read_ldr
from legolab.serve import problems
from legolab.serve.routes import Person, Service, service_of, take_turn
from legolab.stability.analysis import analyze

router = APIRouter(tags=["check"])

Size = Annotated[int, Field(ge=1, le=1000)]
_LDRAW_LINE = re.compile(r"\s*[0-5]\s", re.ASCII)
_SOLVES = 3  # at most: two for a strict verdict, one for the safety factor


class CheckRequest(BaseModel):
    """The model to check."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(
        min_length=1,
        description="Brick text, one `HxW (x,y,z)` a line, or the text of an LDraw file.",
        examples=["2x4 (0,0,0)\n2x2 (1,1,1)\n"],
    )
    format: Literal["auto", "txt", "ldr"] = Field(
        "auto", description="What `text` is; `auto` tells by its first line."
    )
    world: tuple[Size, Size, Size] = Field(
        DEFAULT_WORLD, description="Studs along x, studs along y, layers."
    )
    strict: bool = Field(
        False, strict=True, description="Ask every brick to be held exactly, and how safely."
    )


@router.post(
    "/check",
    summary="Does a model stand",
    responses={
        200: {
            "description": "A report (legolab.report/1) with brick_counts; whatever its verdict",
            "content": {
                "application/json": {
                    "example": {
                        "schema": "legolab.report/1",
                        "verdict": "stable",
                        "summary": "Stands, holds 6.6 times its own load",
                        "scores": [0.1, 0.15],
                        "brick_counts": {"2x2": 1, "2x4": 1},
                    }
                }
            },
        },
        **problems.responses(400, 401, 413, 422, 429, 503),
    },
)
async def check(request: Request, model: CheckRequest, person: Person) -> Response:
    """A file with a fault is 422 with its line; where nobody could tell it is 503, no verdict."""
    service = service_of(request)
    await take_turn(service, "check", person)
    seconds = service.settings.check_seconds
    work = asyncio.wrap_future(service.checks.submit(_report, service, model))
    try:
        body = await asyncio.wait_for(work, seconds)
    except TimeoutError:
        raise problems.unavailable(
            "time-limit", f"Could not tell within the {seconds} seconds this may take."
        ) from None
    return Response(body, media_type="application/json")


def _report(service: Service, model: CheckRequest) -> str:
    """The report as JSON.

    Raises:
        InputError: the text has a fault; names the line.
        SolverError: it could not be told.
    """
    read = read_ldr if _is_ldraw(model) else BrickStructure.from_text
    structure = read(model.text, model.world)
    limit = service.settings.check_seconds / _SOLVES
    report = analyze(structure, strict=model.strict, time_limit=limit)
    document = report.to_json() | {"brick_counts": brick_counts(structure)}
    return json.dumps(document, allow_nan=False)


def _is_ldraw(model: CheckRequest) -> bool:
    """An LDraw line begins with its type, one figure by itself; brick text never does."""
    if model.format != "auto":
        return model.format == "ldr"
    return _LDRAW_LINE.match(model.text.removeprefix("\ufeff")) is not None
