"""Processes of every kind are killed while readers teach: no receipt is lost, nothing is learned twice, and no file has
two writers. KILLS=100 for the whole campaign."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil
import pytest
from contract_setting import OPTIONS, box_around, picture
from ray_cluster import HEAD, INGRESS, NODE, PROXY, REPLICA, SHELF, TASK, RayCluster, until

from auxol_core.client.limits import Timeouts
from auxol_core.errors import AuxolError, NotFoundError, UnavailableError

KILLS = int(os.environ.get("KILLS", "12"))
READERS = 3
PAUSE_S = (0.5, 3.0)
# How often each kind is drawn. A head, a node and the driver take the whole cluster along, which begins anew.
KINDS = {TASK: 40, INGRESS: 15, REPLICA: 15, PROXY: 10, SHELF: 6, "ray::EmbeddingsActor": 5, HEAD: 2,
         NODE: 2, "driver": 2, "stopped": 3}  # fmt: skip


@dataclass
class Reader:
    """Teaches a task of its own and the shared one. ``receipts``: of what the server has said that it is durable."""

    cluster: RayCluster
    number: int
    folder: Path
    ended: threading.Event
    receipts: dict[str, list[str]] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    failed: BaseException | None = None

    def run(self) -> None:
        try:
            self._teach()
        except BaseException as error:  # noqa: BLE001 (the test's thread tells it)
            self.failed = error

    def _teach(self) -> None:
        patient = Timeouts(poll=1.0, retry=0.5)
        client = self.cluster.client(self.number, outbox=self.folder / f"outbox{self.number}", timeouts=patient)
        own = f"own{self.number}"
        for task in (own, "shared"):
            self._insist(partial(client.create_task, task, OPTIONS), made=partial(client.open_task, task))
        count = 0
        while not self.ended.is_set():
            task = (own, "shared")[count % 2]
            shown = picture(1000 * self.number + count)
            correction = f"{self.number}-{count}"
            began = time.monotonic()
            slice_id = self._insist(partial(client.put_slice, shown.image))
            proposal = self._insist(partial(client.predict, task, slice_id, box_around(shown.truth)))
            self.waits.append(time.monotonic() - began)
            of = [proposal.proposal_id]
            self._insist(partial(client.correct, task, slice_id, shown.truth, correction_id=correction, proposals=of))
            self.receipts.setdefault(task, []).append(correction)
            count += 1
        self._insist(client.resend)
        client.close()

    def _insist(self, call, made=None):  # type: ignore[no-untyped-def]
        """What a person does: try again. The bound is generous, for a cluster that begins anew on a busy machine."""
        ends = time.monotonic() + 300
        while True:
            try:
                return call()
            except (UnavailableError, NotFoundError, AuxolError) as error:
                if made is not None and "exists already" in str(error):
                    return self._insist(made)
                if time.monotonic() > ends:
                    raise
                time.sleep(0.3)


def saved_by(readers: list[Reader]) -> int:
    return sum(len(each) for reader in readers for each in reader.receipts.values())


def writers(cluster: RayCluster) -> Counter[str]:
    """How many processes have each task file open."""
    found: Counter[str] = Counter()
    for process in psutil.process_iter(["name"]):
        with suppress(psutil.Error):
            if not process.info["name"].startswith("ray::Task"):
                continue
            open_here = {each.path for each in process.open_files() if each.path.endswith(".auxol")}
            found.update(path for path in open_here if path.startswith(str(cluster.folder)))
    return found


@pytest.fixture
def own_cluster(tmp_path: Path) -> Iterator[RayCluster]:
    made = RayCluster(tmp_path / "cluster", users=READERS)
    yield made
    made.stop()


def killed(cluster: RayCluster, kind: str, chance: random.Random) -> bool:
    """Kill one process of ``kind``; whether there was one."""
    if kind == "driver":
        driver = cluster.supervisor._driver
        if driver is None:
            return False
        driver.kill()
        return True
    found = cluster.processes(TASK if kind == "stopped" else kind)
    if not found:
        return False
    with suppress(psutil.NoSuchProcess):
        if kind != "stopped":
            chance.choice(found).kill()
            return True
        process = chance.choice(found)
        process.send_signal(signal.SIGSTOP)
        time.sleep(12)
        process.send_signal(signal.SIGCONT)
    return True


def test_nothing_is_lost_or_done_twice_whatever_is_killed(own_cluster: RayCluster, tmp_path: Path) -> None:
    ended, chance, done = threading.Event(), random.Random(0), Counter[str]()
    readers = [Reader(own_cluster, number, tmp_path, ended) for number in range(READERS)]
    threads = [threading.Thread(target=reader.run) for reader in readers]
    most: Counter[str] = Counter()
    watching = threading.Event()

    def watch() -> None:
        while not watching.wait(0.2):
            for path, count in writers(own_cluster).items():
                most[path] = max(most[path], count)

    watcher = threading.Thread(target=watch)
    for each in (*threads, watcher):
        each.start()
    while done.total() < KILLS:
        time.sleep(chance.uniform(*PAUSE_S))
        (kind,) = chance.choices(list(KINDS), weights=list(KINDS.values()))
        if not killed(own_cluster, kind, chance):
            continue  # one of these has just been killed
        done[kind] += 1
        # A kill in the middle of work, not of what the one before it has left.
        so_far = saved_by(readers)
        until(lambda so_far=so_far: saved_by(readers) > so_far, 300, "somebody saves again")
    own_cluster.until_it_answers()
    ended.set()
    for each in threads:
        each.join(400)
    watching.set()
    watcher.join()
    assert [reader.failed for reader in readers] == [None] * READERS
    with own_cluster.client(0) as client:
        for task in sorted({task for reader in readers for task in reader.receipts}):
            owner = 0 if task == "shared" else int(task[3:])
            with own_cluster.client(owner) as of_owner:
                of_owner.open_task(task)
                kept = [c.correction_id for c in of_owner.corrections(task)]
                wanted = [each for reader in readers for each in reader.receipts.get(task, [])]
                assert len(kept) == len(set(kept)), f"{task}: twice"
                assert set(wanted) <= set(kept), f"{task}: lost {set(wanted) - set(kept)}"
                of_owner.learn_now(task)
                assert of_owner.status(task).queued == 0
        client.close_task("shared")
    own_cluster.stop()
    for path in (own_cluster.folder / "tasks").rglob("*.auxol"):
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert max(most.values()) == 1, most
    waits = sorted(wait for reader in readers for wait in reader.waits)
    kinds = ", ".join(f"{kind} {count}" for kind, count in done.items())
    sys.stderr.write(
        f"\n{done.total()} kills ({kinds}), {saved_by(readers)} receipts, lost 0, twice 0, two writers 0; "
        f"a click took {waits[len(waits) // 2]:.2f} s (median), "
        f"{waits[int(len(waits) * 0.95)]:.2f} s (95th percentile), "
        f"{waits[-1]:.2f} s at most\n"
    )
