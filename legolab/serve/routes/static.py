"""Files of results: for whoever has a link that was signed, or for the owner."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from legolab.artefacts import MEDIA_TYPES
from legolab.errors import NotStoredError
from legolab.serve import problems
from legolab.serve.problems import ProblemError
from legolab.serve.routes import Bearer, Service, is_job_id, service_of, subject_of

router = APIRouter(tags=["files"])

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}(\.[a-z0-9]{1,8}){1,2}", re.ASCII)


@router.get(
    "/static/{id}/{name}",
    summary="A file of a result",
    response_class=Response,
    responses={
        200: {"description": "The file", "content": {media: {} for media in MEDIA_TYPES.values()}},
        **problems.responses(401, 403, 404, 422, 503),
    },
)
async def read_file(
    request: Request,
    id: Annotated[str, Path(description="Of the result.")],
    name: Annotated[str, Path(description="Of the file.", examples=["preview.png"])],
    bearer: Bearer,
    expires: Annotated[int | None, Query(description="As the signed link has it.")] = None,
    signature: Annotated[str | None, Query(description="As the signed link has it.")] = None,
) -> Response:
    """Opens with a signed link as `png_url` and `ldr_url` are, or with its owner's token."""
    service = service_of(request)
    if not is_job_id(id) or not _NAME.fullmatch(name):
        raise _no_such_file()
    person = None
    if expires is None or signature is None:
        person = subject_of(service, bearer)
    elif not service.store.verify(f"{id}/{name}", expires, signature, datetime.now(UTC)):
        raise ProblemError(403, "link", "The link has expired or was changed.")
    content, media_type = await run_in_threadpool(_read, service, id, name, person)
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, max-age=3600, immutable",
        },
    )


def _read(service: Service, id: str, name: str, person: str | None) -> tuple[bytes, str]:
    """The file, if `person` is its owner (None: the link was good).

    Raises:
        ProblemError: there is none, or it is another's.
        StorageError: the store cannot be read.
    """
    try:
        if person is not None and service.store.manifest(id).owner != person:
            raise _no_such_file()
        return service.store.read(id, name)
    except NotStoredError:
        raise _no_such_file() from None


def _no_such_file() -> ProblemError:
    return ProblemError(404, "no-such-file", "There is no such file.")
