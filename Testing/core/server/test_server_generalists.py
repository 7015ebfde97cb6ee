"""The worker tells its generalists, downloads them when asked, cancels, goes on, checks; from a server on loopback."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections import namedtuple
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from small_server import BareClient, ServerFactory, SmallServer, until

from auxol_core.generalist import registry
from auxol_core.generalist.checkpoints import FOLDER_VARIABLE
from auxol_core.generalist.registry import find_row
from auxol_core.generalist.row import GeneralistRow, Published
from auxol_core.server.users import User, Users

CONTENT = bytes(range(256)) * 8192  # 2 MB: several pieces
HALF = len(CONTENT) // 2
NAME = "from_loopback"


class FileServer(ThreadingHTTPServer):
    """Serves CONTENT with Range; the second half only once ``free`` is set. ``cut``: it breaks off at half instead."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.free, self.cut, self.content, self.asked = threading.Event(), False, CONTENT, list[str | None]()


class Handler(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.asked.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        content = self.server.content
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.wfile.write(content[start:HALF])
        self.wfile.flush()
        if self.server.cut:
            return
        self.server.free.wait(20)
        self.wfile.write(content[max(start, HALF) :])

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def files() -> Iterator[FileServer]:
    with FileServer() as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield served
        served.free.set()
        served.shutdown()
        thread.join()


@pytest.fixture
def row(files: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GeneralistRow]:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "own"))
    monkeypatch.setenv("AUXOL_CACHE_DIR", str(tmp_path / "cache"))
    url = f"http://127.0.0.1:{files.server_address[1]}/small.pth"
    published = Published("small.pth", 2, "https://example.org/page", url, hashlib.sha256(CONTENT).hexdigest())
    made = replace(find_row("vit_b"), name=NAME, title="From loopback", published=published)
    registry.register(made)
    yield made
    registry.remove(NAME)


@pytest.fixture
def client(server: SmallServer) -> BareClient:
    return server.client()


def told(client: BareClient) -> dict[str, Any]:
    answer = client("GET", "generalists")
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["generalists"]
    return next(each for each in rows if each["name"] == NAME)


def begin(client: BareClient) -> None:
    answer = client("POST", "generalists", NAME, "download", json={"licence_accepted": True})
    assert answer.status_code == 204, answer.text


def ended(client: BareClient) -> dict[str, Any]:
    until(lambda: told(client)["download"]["state"] != "running")
    state: dict[str, Any] = told(client)["download"]
    return state


def came(client: BareClient, state: str = "running") -> Callable[[], bool]:
    def enough() -> bool:
        download = told(client)["download"]
        return bool(download["state"] == state and download["done"] >= HALF // 2)

    return enough


def test_every_row_of_the_registry_is_told_with_size_licence_and_how_it_is_got(client: BareClient) -> None:
    answer = client("GET", "generalists").json()
    assert [each["name"] for each in answer["generalists"]] == list(registry.names())
    by_name = {each["name"]: each for each in answer["generalists"]}
    assert (by_name["vit_b"]["megabytes"], by_name["vit_b"]["obtained"]) == (375, "download")
    assert (by_name["medsam"]["obtained"], by_name["medsam"]["page"]) == ("file", find_row("medsam").published.page)  # type: ignore[union-attr]
    assert answer["recommended"].startswith("Recommended: ")
    assert answer["may_change"] is True


def test_nothing_is_fetched_before_the_licence_was_accepted(
    client: BareClient, row: GeneralistRow, files: FileServer
) -> None:
    assert told(client)["download"] is None
    refused = client("POST", "generalists", NAME, "download", json={"licence_accepted": False})
    assert refused.status_code == 422 and row.licence in refused.json()["message"]
    assert client("POST", "generalists", NAME, "download").status_code == 422
    assert files.asked == []


def test_a_download_shows_its_progress_and_ends_checked_and_here(
    client: BareClient, row: GeneralistRow, files: FileServer, tmp_path: Path
) -> None:
    begin(client)
    until(came(client))
    begin(client)  # again: it is under way already
    download = told(client)["download"]
    assert (download["total"], download["done"] <= HALF) == (len(CONTENT), True)
    files.free.set()
    assert ended(client)["state"] == "done"
    assert (tmp_path / "own" / "small.pth").read_bytes() == CONTENT
    assert (told(client)["obtained"], files.asked) == ("here", [None])


def test_a_cancelled_download_keeps_what_came_and_the_next_one_goes_on_there(
    client: BareClient, row: GeneralistRow, files: FileServer, tmp_path: Path
) -> None:
    begin(client)
    until(came(client))
    assert client("DELETE", "generalists", NAME, "download").status_code == 204
    files.free.set()
    assert ended(client)["state"] == "cancelled"
    until(lambda: not [t for t in threading.enumerate() if t.name.startswith("auxol-download")])
    left = told(client)["partly"]
    assert 0 < left < len(CONTENT) and told(client)["obtained"] == "download"
    begin(client)
    assert ended(client)["state"] == "done"
    assert files.asked == [None, f"bytes={left}-"]
    assert (tmp_path / "own" / "small.pth").read_bytes() == CONTENT
    assert client("DELETE", "generalists", NAME, "download").status_code == 204  # nothing to cancel: harmless


def test_a_connection_that_breaks_is_taken_up_again(client: BareClient, row: GeneralistRow, files: FileServer) -> None:
    files.cut = True
    begin(client)
    failed = ended(client)
    assert failed["state"] == "failed" and "Try again when this machine is online" in failed["error"]
    assert told(client)["partly"] > 0
    files.cut = False
    files.free.set()
    begin(client)
    assert ended(client)["state"] == "done"


def test_another_content_is_refused_by_its_hash_and_removed(
    client: BareClient, row: GeneralistRow, files: FileServer, tmp_path: Path
) -> None:
    files.content = CONTENT[:-1] + b"x"
    files.free.set()
    begin(client)
    failed = ended(client)
    assert failed["state"] == "failed" and "SHA-256" in failed["error"]
    assert [path.name for path in (tmp_path / "own").iterdir() if not path.name.endswith(".lock")] == []


def test_a_full_disk_is_said_before_anything_is_written(
    client: BareClient, row: GeneralistRow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 0))
    begin(client)
    failed = ended(client)
    assert failed["state"] == "failed" and "Free disk space" in failed["error"]


def test_one_without_an_address_or_hash_is_brought_by_hand(client: BareClient) -> None:
    refused = client("POST", "generalists", "medsam", "download", json={"licence_accepted": True})
    assert "https://github.com/bowang-lab/MedSAM" in refused.json()["message"]
    assert client("POST", "generalists", "nobody", "download", json={"licence_accepted": True}).status_code >= 400


def test_the_users_of_a_server_download_and_measure_nothing(serve: ServerFactory) -> None:
    users = Users({"token-of-alice-0123": User("alice", frozenset())}, many=True)
    alice = serve(users=users).client("token-of-alice-0123")
    for method, path in (("POST", ("vit_b", "download")), ("DELETE", ("vit_b", "download")), ("POST", ("measure",))):
        body = {"licence_accepted": True} if method == "POST" and len(path) == 2 else None
        assert alice(method, "generalists", *path, json=body).status_code == 401
    assert alice("GET", "generalists").json()["may_change"] is False


def test_measuring_goes_on_while_nothing_is_asked_and_its_times_are_told(
    client: BareClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUXOL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("auxol_core.generalist.measuring.worth_measuring", lambda row: row.shipped is not None)
    assert client("POST", "generalists", "measure").status_code == 204
    until(lambda: not client("GET", "generalists").json()["measuring"])
    answer = client("GET", "generalists").json()
    builtin = next(each for each in answer["generalists"] if each["name"] == "builtin")
    assert builtin["measured"] and builtin["times"] == "measured, real weights" and builtin["next_s"] > 0
    assert answer["not_measured"] == ""
