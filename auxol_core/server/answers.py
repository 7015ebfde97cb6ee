"""Answers: JSON, messages, files, and every refusal in one shape, {"error": ..., "message": ...}."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from auxol_core.errors import AuxolError, CancelledError
from auxol_core.protocol import MEDIA_TYPE, Message, encode, error_answer, plain

CHUNK = 2**18
# How a refusal that HTTP itself has is called, so that a client makes the right error of it.
_NAMES = {404: "NotFoundError", 500: "AuxolError", **dict.fromkeys((408, 421, 503), "UnavailableError")}


class Json(Response):
    """JSON in ASCII: a name may hold what UTF-8 cannot."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return json.dumps(content, allow_nan=False).encode()


def values(value: object, status: int = 200) -> Json:
    """A dataclass of floor 0, or a mapping of such."""
    return Json(plain(value), status)


def done() -> Response:
    """It was done, and there is nothing to say."""
    return Response(status_code=204)


async def message(content: Message) -> Response:
    """A message, encoded outside the event loop."""
    return Response(await run_in_threadpool(encode, content), media_type=MEDIA_TYPE)


class FileAnswer(StreamingResponse):
    """A file in a folder of its own. The folder is removed once the file was sent, unless a job keeps it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kept = False
        super().__init__(
            self._chunks(), headers={"Content-Length": str(path.stat().st_size)}, media_type="application/octet-stream"
        )

    async def _chunks(self) -> AsyncIterator[bytes]:
        async with await anyio.open_file(self.path, "rb") as file:
            while chunk := await file.read(CHUNK):
                yield chunk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.body_iterator = self._chunks()  # anew, where a job's file is fetched twice
        try:
            await super().__call__(scope, receive, send)
        finally:
            if not self.kept:
                self.remove()

    def remove(self) -> None:
        """Delete the file and its folder."""
        shutil.rmtree(self.path.parent, ignore_errors=True)


def error(problem: AuxolError, headers: dict[str, str] | None = None) -> Json:
    """The answer that tells ``problem``."""
    status, body = error_answer(problem)
    extra = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return Json(body, status, {**extra, **(headers or {})})


def refusal(problem: StarletteHTTPException) -> Json:
    """The answer to what HTTP itself refuses."""
    name = _NAMES.get(problem.status_code, "InvalidInputError")
    text = problem.detail if isinstance(problem, HTTPException) else ""
    if problem.status_code == 404:
        text = "A path of this protocol was expected, got another. Install the same version on both sides."
    elif problem.status_code == 405:
        text = "Another method was expected for this path. Install the same version on both sides."
    elif problem.status_code == 400:
        text = "A JSON body was expected, got one that cannot be read. Send it anew."
    body = {"error": name, "message": str(text)}
    headers = dict(problem.headers) if problem.headers else None
    return Json({**body, "missing": ""} if name == "NotFoundError" else body, problem.status_code, headers)


def tell_errors(app: FastAPI) -> None:
    """Every error of ``app`` is answered in the protocol's shape; a defect of ours by a sentence and a logged trace."""

    async def told(_: Request, problem: Exception) -> Response:
        if not isinstance(problem, AuxolError):
            raise problem
        return error(problem)

    async def refused(_: Request, problem: Exception) -> Response:
        if not isinstance(problem, StarletteHTTPException):
            raise problem
        return refusal(problem)

    async def invalid(_: Request, problem: Exception) -> Response:
        if not isinstance(problem, RequestValidationError):
            raise problem
        # Without the values: a log or a bug report with this sentence in it must not hold a task's name.
        found = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in problem.errors()[:3])
        sentence = f"A request as the OpenAPI document describes it was expected, got {found}. Send what fits."
        return Json({"error": "InvalidInputError", "message": sentence}, 422)

    async def left(_: Request, __: Exception) -> Response:
        return error(CancelledError("The client left before its request was whole. Send it again."))

    async def failed(_: Request, problem: Exception) -> Response:
        # Whoever calls this raises the error again afterwards, so that the server logs it with its trace.
        sentence = f"The server has a defect ({type(problem).__name__}); its log says more. Nothing saved is lost."
        return Json({"error": "AuxolError", "message": sentence}, 500)

    app.add_exception_handler(AuxolError, told)
    app.add_exception_handler(StarletteHTTPException, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(ClientDisconnect, left)
    app.add_exception_handler(Exception, failed)
