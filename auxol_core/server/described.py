"""What the OpenAPI document says beside the handlers' own types: binary bodies, and the refusals each endpoint has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from auxol_core.protocol import MEDIA_TYPE
from auxol_core.server.requests import described_headers, described_token
from auxol_core.verbs import Verb, declared

Handler = TypeVar("Handler", bound=Callable[..., Any])


class ErrorAnswer(BaseModel):
    """Every refusal. ``missing`` with NotFoundError: slice, open task, proposal, job, or nothing of these."""

    error: str = Field(description="Name of the error in auxol_core/errors.py")
    message: str = Field(description="What was expected, what came, what to do next")
    missing: Literal["slice", "open task", "proposal", "job", ""] | None = None


class JobAnswer(BaseModel):
    """It goes on as a job: GET /jobs/{job} has the answer."""

    job: str


_REFUSALS = {
    400: "The body cannot be read",
    401: "The token is missing or wrong",
    403: "The role in this shared task does not allow it",
    404: "It is not here, or is another user's",
    405: "Another method is expected",
    408: "The body came too slowly",
    409: "The task or its file does not allow it, or it was cancelled",
    413: "The body is too large",
    421: "Another host's name was asked",
    422: "The request is not as described here",
    423: "Another process has the task file open",
    426: "The client speaks another version of the protocol",
    503: "Not now: the server is leaving, or too much is under way",
    507: "The server's disk is full",
}
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer, "description": text} for status, text in _REFUSALS.items()
}
_BINARY = {"type": "string", "format": "binary"}
_LAYOUT = (
    "bytes b'AXM1', length of the JSON text (4 bytes, little-endian), JSON text, .npy arrays; see protocol/wire.py"
)


def router() -> APIRouter:
    """A router whose endpoints ask for the token and the protocol's headers."""
    return APIRouter(dependencies=[described_token, Depends(described_headers)], responses=REFUSALS)


def at(router: APIRouter, verb: Callable[..., Any], **more: Any) -> Callable[[Handler], Handler]:
    """Decorates the handler of ``verb``, a method of EngineApi, which says method and path. ``more``: FastAPI's."""
    about = declared(verb)

    def add(handler: Handler) -> Handler:
        router.add_api_route(path_of(about), handler, methods=[about.method], **more)
        return handler

    return add


def path_of(about: Verb) -> str:
    """A verb's path; a task is {task} in every path, whether the verb finds it open or calls it by its name."""
    return "/" + "/".join(about.path).replace("{name}", "{task}")


def takes(what: str, media_type: str = MEDIA_TYPE) -> dict[str, Any]:
    """``openapi_extra`` of an endpoint with a binary body."""
    layout = f": {_LAYOUT}" if media_type == MEDIA_TYPE else ""
    content = {media_type: {"schema": {**_BINARY, "description": f"{what}{layout}"}}}
    return {"requestBody": {"required": True, "content": content}}


def gives(what: str, media_type: str = MEDIA_TYPE, *, job: bool = False) -> dict[int | str, dict[str, Any]]:
    """``responses`` of an endpoint with a binary answer, and perhaps a job in its place."""
    answer: dict[int | str, dict[str, Any]]
    answer = {200: {"description": what, "content": {media_type: {"schema": _BINARY}}}}
    return {**answer, **(OR_A_JOB if job else {})}


OR_A_JOB: dict[int | str, dict[str, Any]] = {202: {"model": JobAnswer, "description": "It goes on as a job"}}
