"""What the machine does to a server in a process of its own: no room, no port, no host, a proxy in the environment.

In other places: full disks under the task file itself (task_file/test_task_file_full_disk.py) and the engine
(engine/test_engine_crashes.py), under the outbox (client/test_client_outbox.py); a port in use, by the command's exit
code (server/test_server_command.py); proxies and .netrc, in front of a stand-in (client/test_client_connection.py).
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from ledger import HASTY, LEARNING, Ledger
from nursery import PATHS, Nursery, StartServer
from small_engine import TASK, box_around, disc
from small_server import tiny_parts

from auxol_core.client.blocking import EngineClient
from auxol_core.client.server_process import ServerProcess
from auxol_core.errors import StorageFullError, UnavailableError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no stand-in for Python there")


class Room:
    """Where a server's tasks lie, and how that is filled and freed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, server: ServerProcess) -> None:
        """From now on nothing more fits."""
        raise NotImplementedError

    def free(self, server: ServerProcess) -> None:
        """There is room again."""
        raise NotImplementedError


class SmallVolume(Room):
    """A disk of three megabytes, in memory."""

    def fill(self, server: ServerProcess) -> None:
        with suppress(OSError), (self.folder / "filled").open("wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                pass

    def free(self, server: ServerProcess) -> None:
        (self.folder / "filled").unlink()


class SmallFiles(Room):
    """The system's limit on the size of the server's files, set from outside."""

    def fill(self, server: ServerProcess) -> None:
        self._limit(server, (self.folder / f"{TASK}.auxol").stat().st_size)

    def free(self, server: ServerProcess) -> None:
        self._limit(server, psutil.RLIM_INFINITY)

    def _limit(self, server: ServerProcess, size: int) -> None:
        psutil.Process(server.pid).rlimit(psutil.RLIMIT_FSIZE, (size, psutil.RLIM_INFINITY))


@contextmanager
def room_for(folder: Path) -> Iterator[Room]:
    """A small volume where this user may mount one (root may), else the limit."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        yield SmallFiles(folder)
        return
    try:
        yield SmallVolume(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # a server that did not end may still use it


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    if not sys.platform.startswith("linux"):
        pytest.skip("neither tmpfs nor limits of another process there")
    with room_for(tmp_path / "tasks") as room:
        yield room


def test_on_a_full_disk_what_does_not_fit_is_refused_in_words_and_done_when_there_is_room(
    start: StartServer, room: Room, tmp_path: Path
) -> None:
    ledger = Ledger(room.folder, tmp_path / "outbox")
    server = start(room.folder)
    with ledger.client(server) as client:
        client.create_task(TASK, LEARNING)
        client.pause(TASK)
        ledger.teach(client)
        client.resume(TASK)
        room.fill(server)  # before the eighth step
        assert "failed" in told_until(client, "failed"), "an update found no room"
        for number in (1, 2):
            image, mask = disc(number)
            shown = client.predict(TASK, client.put_slice(image), box_around(mask))  # clicks go on
            ledger.saved.append(f"c{number}")
            with pytest.raises(StorageFullError, match=r"[Ff]ree.*kept in the outbox and will be sent again\.") as told:
                client.correct(TASK, shown.slice_id, mask, correction_id=f"c{number}", proposals=[shown.proposal_id])
            assert str(tmp_path) not in str(told.value), "folders of the server are nobody's business"
        assert client.resend() == 0
        with pytest.raises(StorageFullError):
            client.learn_now(TASK)
        assert [each.correction_id for each in client.corrections(TASK)] == ["c0"]
        assert (client.status(TASK).version, client.status(TASK).queued) == (0, 1)
        room.free(server)
        assert client.resend() == 2
        ledger.reopened(client)
        ledger.learned(client)
    assert server.stop() == 0
    ledger.rebuilt(tiny_parts())


def told_until(client: EngineClient, kind: str) -> list[str]:
    """The kinds of the events, up to the first of ``kind``."""
    last, kinds = 0, list[str]()
    while kind not in kinds and (found := client.events(TASK, last, wait_s=20.0)):
        last = found[-1].sequence
        kinds += [event.kind for event in found]
    return kinds


def test_a_port_in_use_is_told_to_the_host_that_wanted_it(start: StartServer, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UnavailableError, match=rf"exit code 2(?s:.)*Port {port} of 127\.0\.0\.1(?s:.)*--port"):
            start(tmp_path / "tasks", "--port", str(port))


def test_in_an_environment_with_proxies_that_lead_nowhere_client_and_server_meet(
    start: StartServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as nowhere:  # takes connections and never answers
        nowhere.bind(("127.0.0.1", 0))
        nowhere.listen()
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{nowhere.getsockname()[1]}")
            monkeypatch.setenv(name.upper(), f"http://127.0.0.1:{nowhere.getsockname()[1]}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        ledger = Ledger(tmp_path / "tasks", tmp_path / "outbox")
        with ledger.client(start(ledger.folder)) as client:
            client.create_task(TASK, LEARNING)
            ledger.teach(client)
            ledger.learned(client)
        nowhere.setblocking(False)
        with pytest.raises(BlockingIOError):
            nowhere.accept()


HOST = """
import sys, time
from pathlib import Path
from auxol_core.client.server_process import ServerProcess
server = ServerProcess(sys.argv[1], "--data-dir", sys.argv[2])
print(server.pid, server.url, server.token, flush=True)
time.sleep(600)
"""


def of_session(pid: int) -> list[int]:
    """The processes that ``pid`` and its children, whoever they belong to now, still are."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, ProcessLookupError):
            if os.getsid(process.pid) == pid and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
    return found


SLOWLY = replace(LEARNING, auxol=replace(LEARNING.auxol, steps=200))


def test_a_server_whose_host_is_killed_ends_itself_in_the_middle_of_learning(
    nursery: Nursery, start: StartServer, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path / "tasks", tmp_path / "outbox")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(PATHS)}
    command = [sys.executable, "-c", HOST, str(nursery.program), str(ledger.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as host:
        assert host.stdout is not None
        pid, url, token = host.stdout.readline().split()
        server = int(pid)
        with EngineClient(url, token, outbox=ledger.outbox, timeouts=HASTY) as client:
            client.create_task(TASK, SLOWLY)  # or it has learned before the host is gone
            for _ in range(4):
                ledger.teach(client)
            assert server in of_session(server)
            host.send_signal(signal.SIGKILL)
            killed = time.monotonic()
            while of_session(server):
                assert time.monotonic() - killed < 3.0
                time.sleep(0.02)
    assert len(ledger.receipts) == 4
    with ledger.client(start(ledger.folder)) as client:
        assert client.open_task(TASK).queued > 0, "it was learning"
        ledger.reopened(client)
        ledger.learned(client)
