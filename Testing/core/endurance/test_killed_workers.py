"""Invariant 2 through the whole house: the server's process dies, and what its client saved is there exactly once.

The kills inside one process stand in engine/test_engine_crashes.py and task_file/; here a client with an outbox talks
HTTP to `auxol serve`, which learns in the background and is killed at named places and at random moments.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from ledger import LEARNING, Ledger, line
from nursery import KILLED, StartServer
from small_engine import TASK
from small_server import tiny_parts

from auxol_core.build import EngineParts, make_parts
from auxol_core.client.blocking import EngineClient
from auxol_core.client.server_process import ServerProcess
from auxol_core.options import AuxolOptions, MachineOptions, TaskOptions
from auxol_core.taskfile.fault_points import CRASH_VARIABLE, TEACHING_POINTS

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no fork and no SIGKILL there")

MACHINE = MachineOptions(threads=1, precision="float32", device="cpu")
# Quick, and still long enough for a kill in the middle: a step of the real network takes a tenth of a second.
SHIPPED = TaskOptions(auxol=AuxolOptions(steps=4, batch=2, guard_last=0, budget_s=600.0))
KILLS_OF_ONE_TASK = 10  # a longer journal takes longer to replay
SAME_TOKEN = "the-token-of-each-of-these-servers"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "tasks", tmp_path / "outbox")


def go_on(ledger: Ledger, server: ServerProcess, parts: EngineParts) -> None:
    """A new client of a new server finds everything, learns it, and leaves a sound journal behind."""
    with ledger.client(server) as client:
        client.open_task(TASK)
        ledger.reopened(client)
        ledger.learned(client)
    assert server.stop() == 0
    ledger.rebuilt(parts)


# The first arrival is at the first correction or in its update; of its eight steps one that the receipt comes before.
POINTS = [f"{name}:6" if name == "update.mid_step" else name for name in TEACHING_POINTS]


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.replace(":", " no. "))
def test_killed_at_a_named_point_a_server_loses_nothing_and_the_next_one_goes_on(
    start: StartServer, ledger: Ledger, point: str
) -> None:
    server = start(ledger.folder, env={CRASH_VARIABLE: point})
    with ledger.client(server) as client:
        client.create_task(TASK, LEARNING)
        for _ in range(2):
            ledger.teach(client)
        ledger.watch(client)
    assert server.stop() == KILLED
    ledger.killed()
    if point.startswith("correction."):
        assert ledger.receipts == {}
    else:
        assert "c0" in ledger.receipts
    go_on(ledger, start(ledger.folder), tiny_parts())


def test_the_server_that_ships_is_killed_while_it_learns_and_goes_on(start_real: StartServer, ledger: Ledger) -> None:
    server = start_real(ledger.folder, env={CRASH_VARIABLE: "update.mid_step:3"})
    with ledger.client(server) as client:
        client.create_task(TASK, SHIPPED)
        ledger.teach(client)
        ledger.watch(client)
    assert server.stop() == -signal.SIGKILL
    ledger.killed()
    assert list(ledger.receipts) == ["c0"] and ledger.version == 0
    go_on(ledger, start_real(ledger.folder), make_parts("builtin", MACHINE))
    assert (ledger.unlearned, ledger.version) == (1, 1)


class Haunted:
    """A task whose server is killed again and again, at random moments between a save and the end of its learning.

    Servers come back at the same address, so that every second client lives on; the others are new programs.
    """

    def __init__(self, start: StartServer, ledger: Ledger, options: TaskOptions, rng: random.Random) -> None:
        self._start, self.ledger, self._rng = start, ledger, rng
        self._port = 0
        self.server = self._begin()
        self._port = int(self.server.url.rpartition(":")[2])
        self.client: EngineClient = ledger.client(self.server)
        self.client.create_task(TASK, options)
        began = time.monotonic()
        for _ in range(3):
            ledger.teach(self.client)
        saved = time.monotonic() - began
        ledger.watch(self.client)
        # A kill falls into the saving or anywhere up to the end of learning; the former is short and gets its share.
        self._spans = (saved, time.monotonic() - began)

    def _begin(self) -> ServerProcess:
        return self._start(self.ledger.folder, "--port", str(self._port))

    def kill(self) -> None:
        """Teach and learn, be killed meanwhile, and have everything."""
        after = self._rng.uniform(0.0, self._rng.choice(self._spans))
        killer = threading.Timer(after, os.kill, (self.server.pid, signal.SIGKILL))
        killer.start()
        for _ in range(self._rng.randint(1, 3)):
            self.ledger.teach(self.client)
        self.ledger.watch(self.client)
        killer.join()
        assert self.server.stop() in (KILLED, -signal.SIGKILL)
        self.ledger.killed()
        self.server = self._begin()
        if self._rng.random() < 0.5:
            self.client.resend()
        else:
            self.client.close()
            self.client = self.ledger.client(self.server)
            self.client.open_task(TASK)
        self.ledger.reopened(self.client)

    def end(self, parts: EngineParts) -> None:
        """Learn what is left; the journal is sound."""
        self.ledger.learned(self.client)
        self.client.close()
        assert self.server.stop() == 0
        self.ledger.rebuilt(parts)


def killed_at_random(
    start: StartServer, folder: Path, options: TaskOptions, parts: EngineParts, kills: int, seed: int
) -> Ledger:
    """So many kills of one task's servers; everything is checked after each of them."""
    ledger = Ledger(folder / "tasks", folder / "outbox")
    haunted = Haunted(start, ledger, options, random.Random(seed))
    for _ in range(kills):
        haunted.kill()
    haunted.end(parts)
    return ledger


@pytest.fixture
def same_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auxol_core.client.server_process.secrets.token_urlsafe", lambda _: SAME_TOKEN)


@pytest.mark.usefixtures("same_token")
def test_killed_at_random_moments_while_it_learns_nothing_is_lost(start: StartServer, tmp_path: Path) -> None:
    ledger = killed_at_random(start, tmp_path, LEARNING, tiny_parts(), 5, seed=0)
    print(line(ledger.figures()))  # noqa: T201 (for whoever runs it with -s)
    assert ledger.kills == 5


@pytest.mark.slow  # minutes: a hundred servers, and the journals of ten tasks replayed from nothing
@pytest.mark.usefixtures("same_token")
def test_killed_a_hundred_times_nothing_is_lost(start: StartServer, tmp_path: Path) -> None:
    parts = tiny_parts()
    found: Counter[str] = Counter()
    for seed in range(100 // KILLS_OF_ONE_TASK):
        folder = tmp_path / str(seed)
        found.update(killed_at_random(start, folder, LEARNING, parts, KILLS_OF_ONE_TASK, seed + 1).figures())
        print(line(found))  # noqa: T201
    assert found["kills"] == 100


@pytest.mark.slow  # a server that ships takes seconds to start and seconds to learn
@pytest.mark.usefixtures("same_token")
def test_the_server_that_ships_is_killed_at_random_moments_and_loses_nothing(
    start_real: StartServer, tmp_path: Path
) -> None:
    ledger = killed_at_random(start_real, tmp_path, SHIPPED, make_parts("builtin", MACHINE), 10, seed=11)
    print(line(ledger.figures()))  # noqa: T201
    assert ledger.kills == 10
