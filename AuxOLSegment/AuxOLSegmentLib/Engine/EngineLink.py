"""Requests to an engine's server through Qt's own network classes: nothing here waits, and no Python thread runs.

Several lanes, each with connections of its own, so that a long poll or a file on its way never holds up a click.
"""

import time
from dataclasses import dataclass, field
from typing import Any

import qt

from auxol_core.client.effects import Answer, BrokenError, Exchange
from auxol_core.protocol import HEADER_VERSION, MAX_MESSAGE_BYTES
from AuxOLSegmentLib.Engine.Async import Promise

KEPT_MS = 1_000
TICK_MS = 100
OK = 200


@dataclass(eq=False)
class _UnderWay:
    """One exchange. ``ends``: when its time is over. ``pieces``: of the body, unless it goes into a file."""

    exchange: Exchange
    reply: Any
    promise: Promise
    ends: float
    pieces: list[bytes] = field(default_factory=list)
    size: int = 0
    sent: bool = False


class EngineLink:
    """Exchanges with one server, see auxol_core.client.effects.Exchange."""

    def __init__(self) -> None:
        self._managers: dict[tuple[str, bool], Any] = {}
        self._proven: set[tuple[str, bool]] = set()  # lanes on which a connection stood
        self._underWay: dict[int, _UnderWay] = {}
        self._number = 0
        self._closed = False
        self._clock = qt.QTimer()
        self._clock.interval = TICK_MS
        self._clock.connect("timeout()", self._look)

    def exchange(self, exchange: Exchange) -> Promise:
        """Promise of an Answer; rejected with BrokenError where there is no whole one in time."""
        if self._closed:
            promise = Promise()
            promise.reject(BrokenError("the connection was closed", arrived=False, late=False))
            return promise
        if exchange.into is not None:
            exchange.into.seek(0)
            exchange.into.truncate()  # an earlier try may have written half of it
        return self._promised(exchange, self._sent(exchange))

    def _sent(self, exchange: Exchange) -> Any:
        request, manager = _request(exchange), self._manager(exchange)
        if exchange.method == "GET":
            return manager.get(request)
        if exchange.method == "DELETE":
            return manager.deleteResource(request)
        data = exchange.body or b""
        if not isinstance(data, bytes):
            data.seek(0)  # an earlier try may have read it
            data = data.read()
        return (manager.post if exchange.method == "POST" else manager.put)(request, qt.QByteArray(data))

    def _manager(self, exchange: Exchange) -> Any:
        lane = (exchange.lane, exchange.loopback)
        if lane not in self._managers:
            manager = self._managers[lane] = qt.QNetworkAccessManager()
            if exchange.loopback:  # whatever proxy the system has set
                manager.setProxy(qt.QNetworkProxy(qt.QNetworkProxy.NoProxy))
        return self._managers[lane]

    def _promised(self, exchange: Exchange, reply: Any) -> Promise:
        self._number += 1
        number = self._number

        def abandon() -> None:
            self._abandon(number)

        promise = Promise(cancel=abandon)
        # Kept here, because the Python side of a reply must outlive this function.
        self._underWay[number] = _UnderWay(exchange, reply, promise, time.monotonic() + exchange.within)
        reply.connect("uploadProgress(qint64,qint64)", lambda sent, total: self._progressed(number, sent))
        reply.connect("readyRead()", lambda: self._came(number))
        reply.connect("finished()", lambda: self._finished(number))
        if not self._clock.active:
            self._clock.start()
        return promise

    # While it goes on

    def _progressed(self, number: int, sent: int) -> None:
        if number in self._underWay and sent > 0:
            self._underWay[number].sent = True

    def _came(self, number: int) -> None:
        each = self._underWay.get(number)
        if each is None:
            return
        data = bytes(each.reply.readAll().data())
        each.size += len(data)
        if each.exchange.into is None or _status(each.reply) != OK:
            if each.size > MAX_MESSAGE_BYTES:
                self._broke(number, f"an answer of more than {MAX_MESSAGE_BYTES:,} bytes", arrived=True, late=False)
                return
            each.pieces.append(data)
            return
        try:
            each.exchange.into.write(data)
        except OSError as error:
            self._abandon(number).reject(error)

    def _look(self) -> None:
        """Cut off what has taken too long."""
        now = time.monotonic()
        for number in [number for number, each in self._underWay.items() if now > each.ends]:
            self._broke(number, "the time was over", arrived=True, late=True)
        if not self._underWay:
            self._clock.stop()

    # The end

    def _finished(self, number: int) -> None:
        self._came(number)
        each = self._underWay.pop(number, None)
        if each is None:
            return
        exchange, reply, lane = each.exchange, each.reply, (each.exchange.lane, each.exchange.loopback)
        status, error = _status(reply), reply.error()
        # With an answer that tells an error Qt sets an error too; without a status there was no whole answer.
        whole = error not in _broken()
        version = bytes(reply.rawHeader(HEADER_VERSION).data()).decode("latin-1")
        trouble = str(reply.errorString())
        reply.deleteLater()
        if status is not None and whole:
            self._proven.add(lane)
            each.promise.resolve(Answer(status, version or None, b"".join(each.pieces)))
            return
        # Where a connection stood, Qt may have sent the request on it, and have tried a new one after it broke.
        again = lane in self._proven and exchange.method not in ("GET", "DELETE")
        arrived = each.sent or again or status is not None or error not in _neverThere()
        each.promise.reject(BrokenError(trouble, arrived=arrived, late=error in _late()))

    def _broke(self, number: int, reason: str, arrived: bool, late: bool) -> None:
        self._abandon(number).reject(BrokenError(reason, arrived=arrived, late=late))

    def _abandon(self, number: int) -> Promise:
        each = self._underWay.pop(number, None)
        if each is None:
            return Promise()
        each.reply.abort()
        each.reply.deleteLater()
        return each.promise

    def close(self) -> None:
        """Abort what is under way; who waits for it is told. Harmless twice."""
        self._closed = True
        self._clock.stop()
        for number in list(self._underWay):
            self._broke(number, "the connection was closed", arrived=True, late=False)
        # Dropped later: this may run inside a signal of one of them, and Qt aborts where a sender is destroyed.
        senders = [self._clock, *self._managers.values()]
        self._managers = {}
        qt.QTimer.singleShot(KEPT_MS, senders.clear)


def _request(exchange: Exchange) -> Any:
    request = qt.QNetworkRequest(qt.QUrl.fromEncoded(qt.QByteArray(exchange.url.encode())))
    # What is limited and counted are the body's own bytes.
    for name, value in {"Accept-Encoding": "identity", **exchange.headers}.items():
        request.setRawHeader(name.encode(), value.encode())
    # A redirection would carry the token and the image to where the user did not send them.
    request.setAttribute(qt.QNetworkRequest.RedirectPolicyAttribute, qt.QNetworkRequest.ManualRedirectPolicy)
    request.setTransferTimeout(max(1, round(1000 * min(exchange.silence, exchange.within))))
    return request


def _status(reply: Any) -> int | None:
    status = reply.attribute(qt.QNetworkRequest.HttpStatusCodeAttribute)
    return None if status is None else int(status)


def _late() -> tuple[Any, ...]:
    """Qt's time for a silent connection is over."""
    return (qt.QNetworkReply.OperationCanceledError, qt.QNetworkReply.TimeoutError)


def _broken() -> tuple[Any, ...]:
    """What leaves an answer in pieces although it has a status."""
    return (qt.QNetworkReply.RemoteHostClosedError, *_late())


def _neverThere() -> tuple[Any, ...]:
    """There was no connection at all."""
    kinds = qt.QNetworkReply
    return (
        kinds.ConnectionRefusedError,
        kinds.HostNotFoundError,
        kinds.SslHandshakeFailedError,
        kinds.ProxyConnectionRefusedError,
        kinds.ProxyNotFoundError,
    )
