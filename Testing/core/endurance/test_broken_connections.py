"""Slow and broken connections to a server in a process of its own: whoever asks properly is answered meanwhile.

In one process, and with limits made small for it, server/test_server_limits.py has: bodies that do not come, bodies
beyond their limits, clients that break off within a body.
"""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest
from nursery import StartServer
from small_engine import OPTIONS, TASK, box_around, disc
from small_server import until

from auxol_core import protocol
from auxol_core.client.blocking import EngineClient
from auxol_core.client.server_process import ServerProcess

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no stand-in for Python there")

# Thirty times what a prediction takes here, for slow machines; the slow clients below go on for longer.
PROMPT_S = 5.0


class Attended:
    """A server with a proper client, and lines to the server that are not."""

    def __init__(self, server: ServerProcess, client: EngineClient, closing: ExitStack) -> None:
        self.server, self.client = server, client
        self.process = psutil.Process(server.pid)
        self._closing = closing
        self._port = int(server.url.rpartition(":")[2])

    def line(self, *, receive_bytes: int | None = None) -> socket.socket:
        """A connection without a client."""
        line = self._closing.enter_context(socket.socket())
        if receive_bytes is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        line.settimeout(20)
        line.connect(("127.0.0.1", self._port))
        return line

    def head(self, request: str, length: int = 0) -> bytes:
        """The first lines of a request of this server's user, and of ``length`` bytes that are to come."""
        headers = {"Host": "localhost", "Content-Length": str(length), "Content-Type": "application/json"}
        headers |= protocol.request_headers(self.server.token, str(uuid.uuid4()))
        return "\r\n".join([f"{request} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items()), "", ""]).encode()

    def answers(self) -> float:
        """A prediction of the proper client, right and in time; the seconds it took."""
        image, mask = disc(int(time.monotonic() * 1000) % 2**30)
        began = time.monotonic()
        proposal = self.client.predict(TASK, self.client.put_slice(image), box_around(mask))
        took = time.monotonic() - began
        assert proposal.slice_id == image.slice_id and proposal.mask.shape == mask.shape
        assert took < PROMPT_S
        return took

    def working(self, seconds: float) -> float:
        """The share of the next ``seconds`` that the server computes in."""
        before = sum(self.process.cpu_times()[:2])
        time.sleep(seconds)
        return (sum(self.process.cpu_times()[:2]) - before) / seconds


@pytest.fixture
def attended(start: StartServer, tmp_path: Path) -> Iterator[Attended]:
    server = start(tmp_path / "tasks")
    with server.client() as client, ExitStack() as closing:
        client.create_task(TASK, OPTIONS)
        attended = Attended(server, client, closing)
        attended.answers()
        yield attended
        if server.running:
            attended.answers()
    assert server.stop() == 0
    assert "Traceback" not in server.log_tail()


@contextmanager
def meanwhile(do: Callable[[threading.Event], None]) -> Iterator[None]:
    """``do`` in a thread, until the block ends."""
    over = threading.Event()
    thread = threading.Thread(target=do, args=(over,))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(30)


def test_clients_that_send_one_byte_at_a_time_hold_up_nobody_and_are_answered_in_the_end(attended: Attended) -> None:
    body = b'{"ids": []}'
    request = attended.head("POST /slices/missing", len(body)) + body
    lines = [attended.line() for _ in range(40)]

    def trickle(over: threading.Event) -> None:
        for byte in request:
            for line in lines:
                line.sendall(bytes([byte]))
            over.wait(0.02)  # eight seconds in all; at once when nobody waits any more

    with meanwhile(trickle):
        for _ in range(10):
            attended.answers()
    for line in lines:
        assert line.recv(4096).startswith(b"HTTP/1.1 2")


def test_requests_that_end_in_the_middle_leave_nothing_behind(attended: Attended) -> None:
    whole = attended.head(f"PUT /slices/{'0' * 64}", 100_000)
    files = attended.process.num_fds()
    for sent in (
        b"",  # nothing at all
        whole[:40],  # half a head
        whole,  # a head alone
        whole + b"AXM1" * 1000,  # and a piece of the body
        attended.head("POST /tasks", 500) + b'{"name": ',
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # somebody tries TLS
        b"\x00" * 5000,
        b"GET / HTTP/9.9\r\n\r\n",
    ):
        for _ in range(5):
            with attended.line() as line:
                line.sendall(sent)
        attended.answers()
    until(lambda: attended.process.num_fds() <= files)


def test_a_client_that_reads_no_answer_is_alone_with_that(attended: Attended) -> None:
    # Answers of 50 kB; what the system keeps on their way is a few MB.
    deaf = attended.line(receive_bytes=4096)
    before = attended.process.memory_info().rss
    deaf.sendall(attended.head("GET /openapi.json") * 2000)
    attended.answers()
    until(lambda: attended.working(0.3) < 0.1)  # it waits for its reader, and makes no more answers
    assert attended.process.memory_info().rss - before < 32 * 2**20
    attended.answers()
    began = time.monotonic()
    assert attended.server.stop() == 0  # while it is still waiting
    assert time.monotonic() - began < 5


def test_two_hundred_connections_that_say_nothing_take_nothing_but_their_places(attended: Attended) -> None:
    files, threads = attended.process.num_fds(), attended.process.num_threads()
    lines = [attended.line() for _ in range(200)]
    until(lambda: attended.process.num_fds() >= files + 200)
    for _ in range(3):
        attended.answers()
    assert attended.process.num_threads() <= threads + 1
    for line in lines:
        line.close()
    until(lambda: attended.process.num_fds() <= files)
