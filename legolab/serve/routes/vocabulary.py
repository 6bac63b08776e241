"""What descriptions are made of, for forms that let people change them. Open to anybody."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from legolab.generation.lexicon import CATEGORIES, Choice, Detail

router = APIRouter(tags=["generate"])

_DAY = 86_400  # seconds


@router.get("/vocabulary", summary="The fields of every subject, and their words")
async def vocabulary() -> Response:
    """Subject -> field -> its words; null where it is a number of studs or layers.

    Details, of which people do not speak, are left out: they follow from the rest.
    """
    words = {
        category.name: {
            field.name: list(field.words) if isinstance(field, Choice) else None
            for field in category.fields
            if not isinstance(field, Detail)
        }
        for category in CATEGORIES.values()
    }
    return JSONResponse(words, headers={"Cache-Control": f"public, max-age={_DAY}"})
