"""Slices: put one, ask for one, ask which of a range are missing."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from auxol_core.api import EngineApi
from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.protocol import Message, made
from auxol_core.scales import GreyScale
from auxol_core.server import answers
from auxol_core.server.described import at, router, takes
from auxol_core.server.requests import MAX_IDS, SLICE_ID, AtDesk, SliceId, array, only, received
from auxol_core.types import SliceImage

slice_router = router()


class WantedSlices(BaseModel, extra="forbid"):
    """Which of these are missing?"""

    ids: list[Annotated[str, Field(pattern=SLICE_ID)]] = Field(max_length=MAX_IDS)


class MissingSlices(BaseModel):
    """These are."""

    missing: list[str]


@at(
    slice_router,
    EngineApi.put_slice,
    status_code=204,
    response_class=Response,
    openapi_extra=takes("fields {spacing_mm: null or [a, b], scale: of its volume, if known}, arrays {pixels}"),
)
async def put_slice(request: Request, slice_id: SliceId, desk: AtDesk) -> Response:
    """Make a slice known. The id must be the content's."""
    async with received(request, desk) as message:
        await desk.put_slice(await run_in_threadpool(_slice_of, message, slice_id))
    return answers.done()


def _slice_of(message: Message, slice_id: str) -> SliceImage:
    spacing = message.fields.get("spacing_mm")
    numbers = isinstance(spacing, list) and len(spacing) == 2 and all(type(s) in (int, float) for s in spacing)
    if spacing is not None and not numbers:
        raise InvalidInputError(f"spacing_mm must be null or two lengths in mm, got {spacing!r:.80}. Send what fits.")
    only(message, ["pixels"])
    pair = None if spacing is None else (_length(spacing[0]), _length(spacing[1]))
    scale = message.fields.get("scale")
    known = None if scale is None else made(GreyScale, scale)
    image = SliceImage(array(message, "pixels"), pair, known)
    if image.slice_id != slice_id:
        raise InvalidInputError(
            f"The slice's id must be its content's, {image.slice_id[:12]}, got {slice_id[:12]}. Send the slice anew."
        )
    return image


def _length(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")  # refused with the sentence that other lengths get


@at(slice_router, EngineApi.has_slice, status_code=204, response_class=Response)
async def has_slice(slice_id: SliceId, desk: AtDesk) -> Response:
    """Whether the slice is here; it may have been evicted, then put it again."""
    if await desk.missing([slice_id]):
        raise NotFoundError(f"Slice {slice_id[:12]} is not here, or was evicted. Put it.", missing="slice")
    return answers.done()


@slice_router.post("/slices/missing", response_model=MissingSlices)
async def missing_slices(wanted: WantedSlices, desk: AtDesk) -> Response:
    """Which of these slices are not here."""
    return answers.values({"missing": await desk.missing(wanted.ids)})
