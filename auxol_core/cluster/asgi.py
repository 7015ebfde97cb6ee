"""An HTTP request as a value that can be sent to another process, and the application run on it there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope

from auxol_core.server.gate import VISIT, Visit
from auxol_core.server.limits import Limits, MeasuredBody
from auxol_core.server.users import User

Headers = tuple[tuple[bytes, bytes], ...]
_SENT_ON = (b"content-type", b"content-length", b"accept")
CHUNK = 2**20


@dataclass(frozen=True)
class HttpRequest:
    """A request of ``user``, whom the gate has let in. ``body``: all of it, unless it lies in the file ``spooled``."""

    user: User
    method: str
    path: str
    query: bytes
    headers: Headers
    body: bytes = field(default=b"", repr=False)
    spooled: str | None = None

    @classmethod
    def of(cls, scope: Scope) -> HttpRequest:
        """Without its body. The token stays behind."""
        visit: Visit = scope[VISIT]
        headers = tuple(
            (name, value) for name, value in scope["headers"] if name in _SENT_ON or name.startswith(b"x-auxol")
        )
        return cls(visit.user, scope["method"], scope["path"], scope.get("query_string", b""), headers)

    def with_body(self, body: bytes) -> HttpRequest:
        return replace(self, body=body)


@dataclass(frozen=True)
class HttpAnswer:
    """``body``: all of it."""

    status: int
    headers: Headers
    body: bytes = field(default=b"", repr=False)


async def messages(app: ASGIApp, request: HttpRequest, limits: Limits) -> AsyncIterator[Message]:
    """What ``app`` answers, as ASGI messages; closing this early is the client's going away."""
    answered: asyncio.Queue[Message | None] = asyncio.Queue(4)
    gone = asyncio.Event()
    receive = _receiver(request, gone)
    announced = next((int(value) for name, value in request.headers if name == b"content-length"), 0)
    body = MeasuredBody(receive, announced, limits)
    running = asyncio.create_task(_run(app, _scope(request, Visit(request.user, body)), body, answered))
    try:
        while (message := await answered.get()) is not None:
            yield message
        await running  # its defect, if it had one
    finally:
        gone.set()
        if not running.done():
            running.cancel()


async def _run(app: ASGIApp, scope: Scope, receive: Receive, answered: asyncio.Queue[Message | None]) -> None:
    try:
        await app(scope, receive, answered.put)
    except asyncio.CancelledError:
        raise  # nobody is left who takes the end
    except BaseException:
        await answered.put(None)
        raise
    await answered.put(None)


async def whole(app: ASGIApp, request: HttpRequest, limits: Limits) -> HttpAnswer:
    """The whole answer of ``app``."""
    status = 500
    headers: Headers = ()
    chunks: list[bytes] = []
    async for message in messages(app, request, limits):
        if message["type"] == "http.response.start":
            status, headers = message["status"], _plain(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            chunks.append(message.get("body", b""))
    return HttpAnswer(status, headers, b"".join(chunks))


def _plain(headers: Iterable[Any]) -> Headers:
    return tuple((bytes(name), bytes(value)) for name, value in headers)


def _scope(request: HttpRequest, visit: Visit) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.path.encode("latin-1"),
        "query_string": request.query,
        "root_path": "",
        "headers": [*request.headers, (b"host", b"localhost")],
        "client": None,
        "server": None,
        VISIT: visit,
    }


def _receiver(request: HttpRequest, gone: asyncio.Event) -> Receive:
    chunks = _chunks(request)
    ended = False

    async def receive() -> Message:
        nonlocal ended
        if ended:
            await gone.wait()
            return {"type": "http.disconnect"}
        body, more = next(chunks)
        ended = not more
        return {"type": "http.request", "body": body, "more_body": more}

    return receive


def _chunks(request: HttpRequest) -> Iterator[tuple[bytes, bool]]:
    if request.spooled is None:
        yield request.body, False
        return
    with open(request.spooled, "rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk, True
    yield b"", False
