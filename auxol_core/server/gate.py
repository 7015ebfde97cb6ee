"""Before any request is read: whose it is, whether it may be here, and which version of the protocol it speaks.

ASGI, without HTTP bodies: who has no token costs no memory. Nothing of a request is logged.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auxol_core.errors import AuxolError, InvalidInputError
from auxol_core.protocol import HEADER_CLIENT, HEADER_TOKEN, HEADER_VERSION, PROTOCOL_VERSION, check_version
from auxol_core.server import answers
from auxol_core.server.household import Household
from auxol_core.server.limits import MeasuredBody, Refusal
from auxol_core.server.users import User

VISIT = "auxol.visit"
OPEN_PATHS = ("/health",)
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]", "::1")


@dataclass(frozen=True)
class Visit:
    """Who asks, and the body that is to come."""

    user: User
    body: MeasuredBody


class Gate:
    """``hosts``: the names under which the server may be asked, None for any. On loopback these are loopback's own:
    a page in the user's browser that resolves its name to 127.0.0.1 (DNS rebinding) is turned away."""

    def __init__(self, app: ASGIApp, household: Household, hosts: frozenset[str] | None) -> None:
        self._app, self._household, self._hosts = app, household, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        # Routes see the path as it was sent: a quoted slash in a task's name is no new part of the path.
        raw = scope.get("raw_path") or quote(scope["path"]).encode()
        scope = {**scope, "path": raw.decode("latin-1")}
        send = _guarded(send)
        body = MeasuredBody(receive, _announced(headers), self._household.limits)
        try:
            self._check_host(headers)
            if scope["path"] not in OPEN_PATHS:
                scope[VISIT] = Visit(self._admitted(headers), body)
        except Refusal as refusal:
            await answers.refusal(refusal)(scope, receive, send)
        except AuxolError as error:
            await answers.error(error)(scope, receive, send)
        else:
            await self._app(scope, body, send)

    def _check_host(self, headers: Headers) -> None:
        name = headers.get("host", "").lower()
        name = name[: name.index("]") + 1] if name.startswith("[") and "]" in name else name.partition(":")[0]
        if self._hosts is not None and name not in self._hosts:
            raise Refusal(
                421, "This server answers under the name 127.0.0.1 or localhost alone; ask it under one of these."
            )

    def _admitted(self, headers: Headers) -> User:
        scheme, _, token = headers.get(HEADER_TOKEN, "").partition(" ")
        user = self._household.users.of_token(token if scheme.lower() == "bearer" else "")
        check_version(headers.get(HEADER_VERSION), here="server")
        try:
            uuid.UUID(headers.get(HEADER_CLIENT, ""))
        except ValueError:
            raise InvalidInputError(
                f"The header {HEADER_CLIENT} must hold the client's UUID, got none. Install the same version on both "
                "sides."
            ) from None
        self._household.leases.seen(user.name)
        return user


def _announced(headers: Headers) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


def _guarded(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Cache-Control"] = "no-store"
            headers["X-Content-Type-Options"] = "nosniff"
            headers[HEADER_VERSION] = str(PROTOCOL_VERSION)
        await send(message)

    return guarded
