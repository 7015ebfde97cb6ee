"""What handlers take from a request: the user's desk, names, and messages whose every part is checked."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote

import numpy as np
from fastapi import Depends, Header, Path, Query, Request
from fastapi.security import HTTPBearer
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from auxol_core.errors import InvalidInputError
from auxol_core.protocol import HEADER_CLIENT, HEADER_VERSION, PAGE_ROWS, Message, decode
from auxol_core.server.desk import Desk
from auxol_core.server.gate import VISIT, Visit
from auxol_core.server.household import Household
from auxol_core.types import MAX_PIXELS, BoolArray

Result = TypeVar("Result")

MAX_IDS = 10_000  # of slices, proposals or seeds in one request: far more than a volume has
LATEST = 2**63 - 1
INLINE_BYTES = 2**16  # smaller bodies are decoded faster than a thread could be asked to


async def desk_of(request: Request) -> Desk:
    """The desk of whoever asks; the gate has let them in."""
    household: Household = request.app.state.household
    desk: Desk = request.app.state.desk(household, visit_of(request).user)
    desk.check_staying()
    return desk


async def described_headers(
    version: Annotated[str, Header(alias=HEADER_VERSION, description="The protocol's version.")],
    client: Annotated[str, Header(alias=HEADER_CLIENT, description="The client's UUID.")],
) -> None:
    """For the OpenAPI document; the gate has checked them."""


async def task_name(task: Annotated[str, Path(description="A task's name, percent-encoded.")]) -> str:
    """The name as it was before it was quoted for the path."""
    return unquote(task)


async def correction_name(
    correction_id: Annotated[str, Path(description="The correction's unique id, percent-encoded.")],
) -> str:
    """The id as it was before it was quoted for the path."""
    return unquote(correction_id)


SLICE_ID = "^[0-9a-f]{64}$"
AtDesk = Annotated[Desk, Depends(desk_of)]
TaskName = Annotated[str, Depends(task_name)]
CorrectionName = Annotated[str, Depends(correction_name)]
SliceId = Annotated[str, Path(pattern=SLICE_ID, description="SHA-256 of the slice's dtype, shape and pixels.")]
Wait = Annotated[float, Query(ge=0, le=30, allow_inf_nan=False, description="Wait so many seconds for something.")]
After = Annotated[int, Query(ge=0, le=LATEST, description="What has come up to this number is known.")]
Rows = Annotated[int, Query(ge=0, le=PAGE_ROWS, description="At most so many rows: a page.")]
described_token = Depends(HTTPBearer(auto_error=False, description="The token is the user."))


def visit_of(request: Request) -> Visit:
    """Who asks, as the gate found."""
    visit: Visit = request.scope[VISIT]
    return visit


@asynccontextmanager
async def received(request: Request, desk: Desk) -> AsyncIterator[Message]:
    """The request's message; so many large ones are held at a time, from their first byte to the end of the block."""
    body, limits = visit_of(request).body, desk.household.limits
    body.limit = limits.message_bytes
    if not body.large:
        data = await request.body()
        yield decode(data) if len(data) <= INLINE_BYTES else await run_in_threadpool(decode, data)
        return
    with desk.household.bodies.passing(desk.user.name):
        data = b"".join([chunk async for chunk in request.stream()])
        yield await run_in_threadpool(decode, data, max_bytes=limits.message_bytes)


async def while_there(request: Request, work: Coroutine[Any, Any, Result]) -> Result:
    """The result of ``work``, which is cancelled when the client closes the connection; then ClientDisconnect. For
    after the body was read."""
    task, gone = asyncio.create_task(work), asyncio.create_task(_left(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
        return await task
    except asyncio.CancelledError:
        task.cancel()
        if gone.done():
            raise ClientDisconnect from None
        raise
    finally:
        gone.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def text(message: Message, name: str) -> str:
    """A field that is text."""
    value = message.fields.get(name)
    if not isinstance(value, str):
        raise InvalidInputError(f"The field {name} must be text, got {value!r:.80}. Send what fits.")
    return value


def slice_id(message: Message) -> str:
    """The field slice_id."""
    value = text(message, "slice_id")
    if not re.fullmatch(SLICE_ID, value):
        raise InvalidInputError(f"The field slice_id must be 64 hexadecimal digits, got {value!r:.80}. Send what fits.")
    return value


def texts(message: Message, name: str) -> list[str]:
    """A field that is a list of texts; none where it is absent."""
    values = message.fields.get(name, [])
    if not isinstance(values, list) or len(values) > MAX_IDS or not all(isinstance(v, str) for v in values):
        raise InvalidInputError(f"The field {name} must be a list of up to {MAX_IDS:,} texts. Send what fits.")
    return values


def indices(message: Message, name: str, below: int) -> list[int]:
    """A field that is a list of whole numbers in 0 .. below - 1; none where it is absent."""
    values = message.fields.get(name, [])
    fine = isinstance(values, list) and len(values) <= MAX_IDS
    if not fine or not all(type(v) is int and 0 <= v < below for v in values):
        raise InvalidInputError(f"The field {name} must be a list of indices below {below}. Send what fits.")
    return list(values)


def array(message: Message, name: str) -> NDArray[Any]:
    """An array of the message."""
    if name not in message.arrays:
        raise InvalidInputError(f"An array {name!r} was expected, got {sorted(message.arrays)!r:.80}. Send it.")
    return message.arrays[name]


def only(message: Message, names: Sequence[str]) -> None:
    """InvalidInputError where the message has other arrays than ``names``: something was meant that is not done."""
    if not set(message.arrays) <= set(names):
        raise InvalidInputError(
            f"The message may have arrays {list(names)!r:.80}, got {sorted(message.arrays)!r:.80}. Send what fits."
        )


def mask_of(values: NDArray[Any], what: str) -> BoolArray:
    """A mask (rows, columns) of truth values, or of integers 0 and 1 (or 255); InvalidInputError otherwise.

    Its shape is compared with the slice's by the engine.
    """
    if values.ndim != 2 or values.dtype.kind not in "bui" or not 0 < values.size <= MAX_PIXELS:
        raise InvalidInputError(
            f"{what} must be a mask (rows, columns) of truth values with up to {MAX_PIXELS:,} pixels, got "
            f"{values.dtype} {values.shape}. Send mask > 0 of the whole slice."
        )
    if values.dtype.kind == "b":
        # Bytes that are neither 0 nor 1 come in as truth values too; made anew, they are.
        return np.asarray(values.view(np.uint8) != 0, dtype=bool)
    highest = values.max()
    if values.min() < 0 or highest not in (0, 1, 255) or not np.isin(values, (0, highest)).all():
        raise InvalidInputError(f"{what} must hold truth values, or 0 and 1 (or 255) alone. Send one structure's mask.")
    return np.asarray(values > 0, dtype=bool)
