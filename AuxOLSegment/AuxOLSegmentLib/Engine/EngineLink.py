"""Requests to an engine's server through Qt's own network classes: nothing here waits, and no Python thread runs.

Several lanes, each with connections of its own, so that a long poll or a file on its way never holds up a click.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import qt

from auxol_core import protocol
from auxol_core.errors import InvalidInputError, UnavailableError
from auxol_core.protocol import Message
from AuxOLSegmentLib.Engine.Async import Promise

JSON_TYPE = "application/json"
FILE_TYPE = "application/octet-stream"
QUICK_MS = 15_000  # what asks or notes something
PREDICT_MS = 120_000  # a click, with the encoder; a correction
TRANSFER_MS = 300_000  # a slice or a file on its way
POLL_S = 25
KEPT_MS = 1_000
LANES = ("work", "events", "volume")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class ConnectionLostError(UnavailableError):
    """No answer came: the server is gone, cannot be reached, or took too long."""


@dataclass(frozen=True)
class Answer:
    """``status`` below 400 and the body."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        """The JSON value of the body; UnavailableError where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise _strange("JSON") from None

    @property
    def message(self) -> Message:
        """The message of the body; UnavailableError where it is none."""
        try:
            return protocol.decode(self.body)
        except InvalidInputError:
            raise _strange("a message") from None


def _strange(what: str) -> UnavailableError:
    return UnavailableError(
        f"An answer with {what} was expected from the engine, got something else. See whether the address is that of "
        "an AuxOL server of the same version."
    )


class EngineLink:
    """One server, one token. ``call`` gives a Promise of an Answer; errors are those of auxol_core.errors."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url = url.rstrip("/")
        self.loopback = (urlsplit(self.url).hostname or "") in LOOPBACK
        self._headers = protocol.request_headers(token, str(uuid.uuid4())) if token else {}
        self._managers = {lane: self._manager() for lane in LANES}
        self._replies: dict[int, tuple[Any, Promise]] = {}
        self._number = 0
        self._closed = False

    def _manager(self) -> Any:
        manager = qt.QNetworkAccessManager()
        if self.loopback:  # whatever proxy the system has set
            manager.setProxy(qt.QNetworkProxy(qt.QNetworkProxy.NoProxy))
        return manager

    def call(
        self,
        method: str,
        *parts: str,
        query: Mapping[str, object] | None = None,
        body: bytes | None = None,
        mediaType: str = JSON_TYPE,
        timeoutMs: int = QUICK_MS,
        lane: str = "work",
    ) -> Promise:
        """Send a request to the path of ``parts``; ``method`` is GET, POST, PUT or DELETE."""
        if self._closed:
            promise = Promise()
            promise.reject(ConnectionLostError("The connection to the engine was closed. Try again."))
            return promise
        url = qt.QUrl.fromEncoded(
            qt.QByteArray((self.url + protocol.path(*parts) + (f"?{urlencode(query)}" if query else "")).encode())
        )
        request = self._request(url, timeoutMs, None if body is None else mediaType)
        manager = self._managers[lane]
        data = qt.QByteArray(body or b"")
        if method == "GET":
            reply = manager.get(request)
        elif method == "DELETE":
            reply = manager.deleteResource(request)
        elif method in ("POST", "PUT"):
            reply = (manager.post if method == "POST" else manager.put)(request, data)
        else:
            raise InvalidInputError(f"GET, POST, PUT or DELETE was expected, got {method!r}.")
        return self._promised(reply, f"{method} {parts[0] if parts else ''}")

    def _request(self, url: Any, timeoutMs: int, mediaType: str | None) -> Any:
        request = qt.QNetworkRequest(url)
        for name, value in self._headers.items():
            request.setRawHeader(name.encode(), value.encode())
        if mediaType is not None:
            request.setRawHeader(b"Content-Type", mediaType.encode())
        # A redirection would carry the token and the image to where the user did not send them.
        request.setAttribute(qt.QNetworkRequest.RedirectPolicyAttribute, qt.QNetworkRequest.ManualRedirectPolicy)
        request.setTransferTimeout(timeoutMs)
        return request

    def _promised(self, reply: Any, what: str) -> Promise:
        self._number += 1
        number = self._number
        promise = Promise(cancel=lambda: self._abandon(number))
        # Kept here, because the Python side of a reply must outlive this function.
        self._replies[number] = (reply, promise)
        reply.connect("finished()", lambda: self._finished(number, what))
        return promise

    def _finished(self, number: int, what: str) -> None:
        reply, promise = self._replies.pop(number, (None, None))
        if reply is None or promise is None:
            return
        status = reply.attribute(qt.QNetworkRequest.HttpStatusCodeAttribute)
        # With an answer that tells an error Qt sets an error too; without a status there was no whole answer.
        complete = status is not None and reply.error() not in _BROKEN()
        body = bytes(reply.readAll().data()) if complete else b""
        trouble = str(reply.errorString())
        reply.deleteLater()
        if not complete:
            promise.reject(
                ConnectionLostError(
                    f"An answer of the engine at {self.url} was expected to {what}, got none ({trouble}). "
                    "See whether it still runs, then try again."
                )
            )
        elif int(status) >= 400:
            promise.reject(protocol.error_of(int(status), body))
        elif int(status) >= 300:
            promise.reject(_strange("a result"))
        else:
            promise.resolve(Answer(int(status), body))

    def _abandon(self, number: int) -> None:
        reply, _ = self._replies.pop(number, (None, None))
        if reply is not None:
            reply.abort()
            reply.deleteLater()

    def close(self) -> None:
        """Abort what is under way; who waits for it is told. Harmless twice."""
        self._closed = True
        for number, (_, promise) in list(self._replies.items()):
            self._abandon(number)
            promise.reject(ConnectionLostError("The connection to the engine was closed. Try again."))
        # Dropped later: this may run inside a signal of one of them, and Qt aborts where a sender is destroyed.
        managers, self._managers = self._managers, {}
        qt.QTimer.singleShot(KEPT_MS, managers.clear)


def _BROKEN() -> tuple[Any, ...]:
    """What leaves an answer in pieces although it has a status."""
    kinds = qt.QNetworkReply
    return (kinds.RemoteHostClosedError, kinds.OperationCanceledError, kinds.TimeoutError)
