"""Connections on which no request comes give their places back."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from small_server import SmallServer

from auxol_core.server import run


def test_a_connection_without_a_request_is_closed_and_one_that_asks_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "SILENT_S", 0.5)
    server = SmallServer(tmp_path)
    client = server.client()
    client.create("discs")
    lines = [socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(3)]
    _, slow, again = lines
    again.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = b""
    while not answer.endswith(b"}"):  # head and body may come apart
        answer += again.recv(4096)
    assert answer.startswith(b"HTTP/1.1 200")
    began = time.monotonic()

    def trickle() -> None:
        while time.monotonic() - began < 2.0:
            try:
                slow.sendall(b"G")
                again.sendall(b"G")
            except OSError:
                return
            time.sleep(0.05)

    trickling = threading.Thread(target=trickle)
    trickling.start()
    # Nobody asks on this one, and somebody waits for its answer for longer than others may be silent.
    assert client("GET", "tasks", "discs", "events", params={"wait": 1.2, "after": 2**62}).status_code == 200
    trickling.join()
    for line in lines:
        line.settimeout(5)
        with suppress(ConnectionResetError):  # it was closed while something was still on its way
            assert line.recv(4096) == b""
        line.close()
    for _ in range(12):
        assert client("GET", "tasks").status_code == 200  # over and over on one connection, for longer than that too
        time.sleep(0.06)
    server.stop()
