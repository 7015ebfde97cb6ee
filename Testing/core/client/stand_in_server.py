"""A server that answers as it is told: for what no real server does on demand, and for looking at what a client sends.

``answers["GET /tasks"] = [first, second]``: the first request gets the first, all later ones the last. An answer is a
status, JSON (200), bytes, a Message, an AuxolError, a tuple of status and one of these, or a function that is given the
request's handler and does as it likes.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from auxol_core.client.limits import Timeouts
from auxol_core.errors import AuxolError
from auxol_core.protocol import HEADER_VERSION, MEDIA_TYPE, PROTOCOL_VERSION, Message, decode, encode, error_answer

TOKEN = "a token of the tests, 24"
# Short where a test waits for it; the others are reached by a machine that stands still alone.
SHORT = Timeouts(poll=0.2, retry=0.5)
HEALTH = {"program": "auxol", "protocol": PROTOCOL_VERSION, "version": "0", "pid": 1}
STATUS: dict[str, Any] = {
    "name": "liver",
    "preset": "auxol",
    "generalist": "tiny",
    "generalist_hash": "71" * 32,
    "version": 0,
    "corrections": 0,
    "confirmations": 0,
    "queued": 0,
    "paused": False,
    "share": 1.0,
    "window": {"low": 0.0, "high": 255.0},
    "device": "cpu",
    "precision": "float32",
}


@dataclass(frozen=True)
class Request:
    """What came."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def message(self) -> Message:
        return decode(self.body)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class StandIn:
    """The server. ``requests``: what came, without /health."""

    def __init__(self, port: int = 0) -> None:
        self.answers: dict[str, list[Any]] = {"GET /health": [HEALTH]}
        self.all_requests: list[Request] = []
        self._taken: dict[str, int] = {}
        self._mutex = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.stand_in = self
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def requests(self) -> list[Request]:
        return [request for request in self.all_requests if request.path != "/health"]

    @property
    def lines(self) -> list[str]:
        return [request.line for request in self.requests]

    def of(self, line: str) -> list[Request]:
        return [request for request in self.requests if request.line == line]

    def answer_to(self, request: Request) -> Any:
        with self._mutex:
            self.all_requests.append(request)
            count = self._taken.get(request.line, 0)
            self._taken[request.line] = count + 1
        answers = self.answers.get(request.line, [(404, {"error": "NotFoundError", "message": "No such path here."})])
        return answers[min(count, len(answers) - 1)]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    stand_in: StandIn
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that cuts its connection off is what is tested."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def handle_any(self) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        self._give(self.server.stand_in.answer_to(Request(self.command, parts.path, parts.query, headers, body)))

    do_GET = do_PUT = do_POST = do_DELETE = handle_any  # noqa: N815 (http.server's names)

    def _give(self, answer: Any) -> None:
        if callable(answer):
            answer(self)
            return
        status, content = answer if isinstance(answer, tuple) else (200, answer)
        if isinstance(content, int):
            status, content = content, b""
        kind = "application/json"
        if isinstance(content, AuxolError):
            status, content = error_answer(content)
        if isinstance(content, Message):
            content, kind = encode(content), MEDIA_TYPE
        self.send(status, content if isinstance(content, bytes) else json.dumps(content).encode(), kind)

    def send(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        told = {"Content-Type": kind, "Content-Length": str(len(body)), HEADER_VERSION: str(PROTOCOL_VERSION)}
        for name, value in {**told, **{name.replace("_", "-"): value for name, value in headers.items()}}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Nothing is printed."""


def broken_before(handler: Any) -> None:
    """The connection is reset without an answer."""
    handler.close_connection = True
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def broken_in_the_middle(handler: Any) -> None:
    """Half of the body comes."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"x" * 500)
    handler.wfile.flush()
    handler.close_connection = True


def trickling(first: bytes, seconds: float = 4.0) -> Any:
    """``first``, then one byte now and then."""

    def trickle(handler: Any) -> None:
        handler.close_connection = True
        ends = time.monotonic() + seconds
        handler.wfile.write(first)
        while time.monotonic() < ends:
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.02)

    return trickle


@contextmanager
def stand_in(port: int = 0) -> Iterator[StandIn]:
    server = StandIn(port)
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
