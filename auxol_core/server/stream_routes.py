"""Routes made of the door's declarations alone, for verbs that are streams: begun by a message, fetched from a job.

Each argument beside the path is a field of the message: a list of ids or of indices, or one value. Of a mapping from
indices to masks the field has the indices, and each mask is the array ``<argument>/<index>``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from auxol_core.errors import InvalidInputError
from auxol_core.protocol import Message
from auxol_core.protocol.codec import reader_of
from auxol_core.server import answers
from auxol_core.server.described import JobAnswer, path_of, takes
from auxol_core.server.requests import AtDesk, TaskName, array, indices, mask_of, only, received, texts
from auxol_core.types import BoolArray
from auxol_core.verbs import Verb

SLICES = "slices"
MASKS = Mapping[int, BoolArray]


def add_stream_route(streams: APIRouter, about: Verb) -> None:
    """Add the route of ``about``; TypeError where it has an argument of a kind that is not known here."""
    readers = {name: _reader(about, name) for name in about.beside_path}

    async def begin(request: Request, task: TaskName, desk: AtDesk) -> Response:
        async with received(request, desk) as message:
            given = await run_in_threadpool(lambda: {name: read(message) for name, read in readers.items()})
            masks = [name for name in readers if about.types[name] == MASKS]
            only(message, [f"{name}/{index}" for name in masks for index in given[name]])
            job = await desk.stream(about.function, task, given.pop(SLICES), **given)
        return answers.values({"job": job}, 202)

    streams.add_api_route(
        path_of(about),
        begin,
        methods=[about.method],
        name=about.name,
        description=about.text,
        status_code=202,
        response_model=JobAnswer,
        openapi_extra=takes(_described(about)),
    )


def _reader(about: Verb, name: str) -> Callable[[Message], Any]:
    """What reads an argument; it raises InvalidInputError where the message has none that fits."""
    kind, default = about.types[name], about.signature.parameters[name].default

    def places(message: Message) -> list[int]:
        return indices(message, name, len(texts(message, SLICES)))

    def masks(message: Message) -> dict[int, BoolArray]:
        return {index: mask_of(array(message, f"{name}/{index}"), f"A mask of {name}") for index in places(message)}

    known: dict[Any, Callable[[Message], Any]]
    known = {Sequence[str]: lambda message: texts(message, name), Collection[int]: places, MASKS: masks}
    if kind in known:
        return known[kind]
    read = reader_of(kind)

    def value(message: Message) -> Any:
        if name in message.fields:
            return read(message.fields[name], name)
        if default is inspect.Parameter.empty:
            raise InvalidInputError(f"A field {name!r} was expected, got {sorted(message.fields)!r:.80}. Send it.")
        return default

    return value


def _described(about: Verb) -> str:
    told = {Sequence[str]: "[ids]", Collection[int]: "[indices]", MASKS: "[indices]"}
    fields = ", ".join(f"{name}: {told.get(about.types[name], 'a value')}" for name in about.beside_path)
    masks = ", ".join(f"{name}/<index>" for name in about.beside_path if about.types[name] == MASKS)
    return f"fields {{{fields}}}, arrays {{{masks}}}"
