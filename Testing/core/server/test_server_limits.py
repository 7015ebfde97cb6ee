"""What a request may cost, and what happens to one that costs more."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from small_server import BareClient, ServerFactory, SmallServer, picture

from auxol_core import protocol
from auxol_core.server.limits import Limits
from auxol_core.types import Box, Prompt, SliceImage

BOX = Prompt(box=Box(18, 22, 42, 48))


def test_a_json_body_of_a_megabyte_is_too_large(client: BareClient) -> None:
    answer = client("POST", "tasks", json={"name": "x" * 2**20})
    assert answer.status_code == 413 and answer.json()["error"] == "InvalidInputError"
    chunks = client("POST", "tasks", data=iter([b"x" * 2**18] * 5), headers={"Content-Type": "application/json"})
    assert chunks.status_code == 413, "counted, where no length was announced"
    assert client("GET", "tasks").status_code == 200


def test_a_message_and_a_file_have_limits_of_their_own(serve: ServerFactory) -> None:
    server = serve(limits=Limits(message_bytes=20_000, import_bytes=30_000))
    client = server.client()
    client.put(picture())
    large = picture(side=200)
    message = protocol.Message({"spacing_mm": None}, {"pixels": large.pixels})
    assert client.send("PUT", "slices", large.slice_id, message=message).status_code == 413
    assert client("PUT", "tasks", "x", "file", data=iter([b"x" * 10_000] * 4)).status_code == 413
    assert client("PUT", "tasks", "x", "file", data=b"x" * 25_000).status_code == 409
    assert not list(server.household.folder("user").glob(".transfer-*"))


def test_masks_that_unpack_to_more_than_a_message_may_hold_are_refused(serve: ServerFactory) -> None:
    client = serve(limits=Limits(message_bytes=100_000)).client()
    message = protocol.Message({"spacing_mm": None}, {"pixels": np.zeros((4000, 4000), np.uint8)})
    bomb = protocol.encode(message, pack_all=True)
    assert len(bomb) < 100_000
    assert client("PUT", "slices", "0" * 64, data=bomb).status_code == 422


def test_a_body_that_does_not_come_is_given_up(serve: ServerFactory) -> None:
    server = serve(limits=Limits(body_s=0.2, body_rate=1e6))
    headers = "".join(f"{k}: {v}\r\n" for k, v in protocol.request_headers(server.token, "0" * 32).items())
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
        start = f"PUT /slices/{'0' * 64} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n{headers}\r\n"
        line.sendall(start.encode() + b"AXM1")
        began = time.monotonic()
        answer = b"".join(iter(lambda: line.recv(4096), b""))  # to the end: the connection is closed
        assert 0.1 < time.monotonic() - began < 3
        assert b" 408 " in answer and b"UnavailableError" in answer


def test_clients_that_break_off_do_no_harm(server: SmallServer) -> None:
    headers = "".join(f"{k}: {v}\r\n" for k, v in protocol.request_headers(server.token, "0" * 32).items())
    for path, length in ((f"/slices/{'0' * 64}", 5_000_000), ("/tasks/x/file", 5_000_000), ("/tasks", 500)):
        method = "POST" if path == "/tasks" else "PUT"
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
            line.sendall(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n".encode())
            line.sendall(f"Content-Type: application/json\r\n{headers}\r\n".encode() + b"AXM1" * 100)
    client = server.client()
    client.create("discs")
    deadline = time.monotonic() + 5
    while list(server.household.folder("user").glob(".transfer-*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not list(server.household.folder("user").glob(".transfer-*"))
    assert not server.household.bodies._inside


def test_large_bodies_of_one_user_are_counted(serve: ServerFactory) -> None:
    server = serve(limits=Limits(bodies=1))
    client = server.client()
    client.create("discs")
    go_on, begun = threading.Event(), threading.Event()

    def slowly() -> object:
        yield b"AXM1"
        begun.set()
        go_on.wait(10)
        yield b"rest"

    with ThreadPoolExecutor() as pool:
        first = pool.submit(server.client(), "PUT", "slices", "0" * 64, data=slowly())
        begun.wait(5)
        time.sleep(0.1)
        refused = client("PUT", "slices", "0" * 64, data=iter([b"AXM1"]))
        assert refused.status_code == 503
        client.put(picture())  # small ones pass
        go_on.set()
        assert first.result().status_code == 422


def test_a_slice_that_made_room_for_others_is_told_missing_and_put_again(serve: ServerFactory) -> None:
    client = serve(memory_bytes=270_000).client()  # a quarter of them for slices: four
    client.create("discs")
    ids = [client.put(picture(number, side=128)) for number in range(8)]
    assert client("POST", "slices", "missing", json={"ids": ids}).json()["missing"] == ids[:4]
    gone = client.predict("discs", ids[0], BOX)
    assert gone.status_code == 404 and gone.json()["missing"] == "slice"
    client.put(picture(0, side=128))
    assert client.predict("discs", ids[0], BOX).status_code == 200


def test_one_slice_beyond_the_users_memory_is_refused(serve: ServerFactory) -> None:
    client = serve(memory_bytes=100_000).client()
    image = SliceImage(np.zeros((300, 300), np.uint8))
    message = protocol.Message({"spacing_mm": None}, {"pixels": image.pixels})
    assert client.send("PUT", "slices", image.slice_id, message=message).status_code == 422
