"""One HTTP exchange after another with one server, each within a time that nothing can stretch.

requests limits the wait for the next byte alone: a server that sends one byte now and then holds a caller for ever.
Here a second thread looks at the clock of every exchange and cuts the connection off when the time is over, whatever
it waits for: the request's bytes, the answer's head or its body. A line belongs to one thread.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

import requests
from requests.adapters import HTTPAdapter

from auxol_core.client.effects import Answer, Body, BrokenError, Exchange
from auxol_core.protocol import HEADER_VERSION, MAX_MESSAGE_BYTES

_PIECE = 1 << 16
_CUT_EVERY_S = 0.1
# The time to send one piece is the time to connect; a body that is larger than this is sent in several.
_ONE_PIECE = 1 << 18


@dataclass
class _Wire:
    """The connection in use, for the thread that may have to cut it off.

    ``sock``: its socket, once it stands. Where the answer's end is the connection's, the connection lets go of the
    socket before the answer is read from it.
    """

    connection: Any = None
    sock: Any = None

    @property
    def reached(self) -> bool:
        """Whether the server may have got something; where nothing is known, it may."""
        return self.connection is None or self.sock is not None

    def cut(self) -> None:
        """Shut the connection down under whoever waits for it; its end is seen there as an error or a short answer."""
        for sock in (self.sock, getattr(self.connection, "sock", None)):
            if sock is not None:
                with suppress(OSError):  # closed already
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not SSLSocket's own, not made for two threads


class _Adapter(HTTPAdapter):
    """Connections of this adapter tell a wire when they are used and whether they stand."""

    def __init__(self, wire: _Wire) -> None:
        self._wire = wire
        super().__init__(pool_connections=2, pool_maxsize=1)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        if not getattr(pool.ConnectionCls, "told", False):
            pool.ConnectionCls = _telling(pool.ConnectionCls, self._wire)
        return pool


def _telling(kind: Any, wire: _Wire) -> type[Any]:
    """A kind of connection like ``kind`` that tells ``wire``."""

    class Telling(kind):  # type: ignore[misc]
        told = True

        def connect(self) -> None:
            wire.connection = self
            super().connect()
            wire.sock = self.sock

        def request(self, *args: Any, **kwargs: Any) -> None:
            wire.connection = self
            wire.sock = self.sock  # kept open from an earlier exchange, or none yet
            super().request(*args, **kwargs)

    return Telling


class Line:
    """Connections to one server, kept open in between. ``system``: use the proxies and certificates of the system."""

    def __init__(self, *, system: bool) -> None:
        self._wire = _Wire()
        self._session = requests.Session()
        self._session.trust_env = system
        # What is limited, counted and compared are the body's own bytes.
        self._session.headers = requests.structures.CaseInsensitiveDict({"Accept-Encoding": "identity"})
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter(self._wire))

    def exchange(self, exchange: Exchange) -> Answer:
        """Send and receive, see Exchange; BrokenError unless a whole answer comes in time."""
        self._wire.connection = self._wire.sock = None
        over, late, within = threading.Event(), threading.Event(), exchange.within
        threading.Thread(target=self._watch, args=(over, late, within), daemon=True, name="auxol-clock").start()
        try:
            with self._session.request(
                exchange.method,
                exchange.url,
                headers=dict(exchange.headers),
                data=_sent(exchange.body),
                timeout=(min(exchange.connect, within), min(exchange.silence, within)),
                auth=_as_it_is,
                stream=True,
                allow_redirects=False,
            ) as response:
                data = _body(response, exchange.into if response.status_code == requests.codes.ok else None)
                answer = Answer(response.status_code, response.headers.get(HEADER_VERSION), data)
            if late.is_set():
                raise requests.Timeout("cut off")
            return answer
        except requests.RequestException as error:
            is_late = late.is_set() or isinstance(error, requests.Timeout)
            raise BrokenError(_reason(error), arrived=self._wire.reached, late=is_late) from error
        finally:
            over.set()

    def _watch(self, over: threading.Event, late: threading.Event, within: float) -> None:
        if over.wait(within):
            return
        late.set()
        self._wire.cut()
        while not over.wait(_CUT_EVERY_S):  # it may have been connecting
            self._wire.cut()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._session.close()


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An authorization of our own: without one requests would put what a .netrc says in the token's place."""
    return request


def _sent(body: Body) -> Body:
    if isinstance(body, bytes):
        return BytesIO(body) if len(body) > _ONE_PIECE else body
    if body is not None:
        body.seek(0)  # an earlier try may have read it
    return body


def _body(response: requests.Response, into: BinaryIO | None) -> bytes:
    pieces, size = [], 0
    if into is not None:
        into.seek(0)
        into.truncate()  # an earlier try may have written half of it
    for piece in response.iter_content(_PIECE):
        size += len(piece)
        if into is not None:
            into.write(piece)
        elif size > MAX_MESSAGE_BYTES:
            raise requests.exceptions.ContentDecodingError(f"an answer of more than {MAX_MESSAGE_BYTES:,} bytes")
        else:
            pieces.append(piece)
    length = response.headers.get("Content-Length", "")
    if length.isdigit() and int(length) != size:
        raise requests.exceptions.ChunkedEncodingError(f"{size} of {length} bytes")
    return b"".join(pieces)


def _reason(error: requests.RequestException) -> str:
    """What went wrong in a few words: the innermost cause that says something."""
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None and not isinstance(inner, KeyError):
        cause = inner
    return f"{type(cause).__name__}: {cause}"[:200]
