"""A second node comes and is lost, and another revision takes over: readers are answered, and nothing saved is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from contract_setting import OPTIONS, box_around, picture, taught
from ray_cluster import HEAD, NODE, SHELF, TASK, RayCluster, until

from auxol_core.cluster.loopback import ALONE
from auxol_core.cluster.plan import Plan
from auxol_core.cluster.supervisor import Supervisor


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RayCluster]:
    """One whose token others may have, too."""
    monkeypatch.setenv("RAY_AUTH_TOKEN", "7" * 64)
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv(ALONE[0], "1")  # or no other node could reach it
    made = RayCluster(tmp_path / "cluster", users=2, linger_s=60.0)
    yield made
    made.stop()


def address(cluster: RayCluster) -> str:
    (head,) = cluster.processes(HEAD)
    told = next(each for each in head.cmdline() if each.startswith("--gcs_server_port="))
    ports = {each.laddr.port for each in head.net_connections() if each.status == psutil.CONN_LISTEN}
    given = int(told.partition("=")[2])
    host = next(each for each in head.cmdline() if each.startswith("--node-ip-address=")).partition("=")[2]
    return f"{host}:{given if given in ports else min(ports)}"


def test_a_node_that_is_lost_takes_no_correction_along(cluster: RayCluster, tmp_path: Path) -> None:
    node = subprocess.Popen(
        [sys.executable, "-m", "ray.scripts.scripts", "start", f"--address={address(cluster)}", "--block",
         "--num-cpus=2", "--disable-usage-stats"],
        env=os.environ, start_new_session=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        with cluster.client(0, outbox=tmp_path / "outbox") as client:

            def on_the_other() -> list[psutil.Process]:
                below = psutil.Process(node.pid).children(recursive=True)
                return [each for each in below if each.name().startswith("ray::Task")]

            until(lambda: [p for p in psutil.Process(node.pid).children(recursive=True) if p.name() == NODE], 60)
            number = 0
            while not on_the_other():
                assert number < 8, "no task was put on the second node"
                client.create_task(f"task{number}", OPTIONS)
                taught(client, number, f"task{number}", correction_id=f"c{number}")
                number += 1
            for each in psutil.Process(node.pid).children(recursive=True):
                if each.name() == NODE:
                    each.kill()
            for each in range(number):
                slice_id = client.put_slice(picture(99).image)
                found = client.predict(f"task{each}", slice_id, box_around(picture(99).truth))
                assert found.task == f"task{each}"
                assert [c.correction_id for c in client.corrections(f"task{each}")] == [f"c{each}"]
    finally:
        for each in psutil.Process(node.pid).children(recursive=True):
            each.kill()
        node.kill()
        node.wait()


def test_another_revision_takes_over_task_by_task_while_readers_work(cluster: RayCluster) -> None:
    with cluster.client(0) as client:
        for task in ("first", "second"):
            client.create_task(task, OPTIONS)
            taught(client, 0, task, correction_id=task)
        before = {each.pid for each in cluster.processes(TASK)}
        plan = cluster.supervisor._plan
        newer = Supervisor(Plan(address(cluster), plan.host, plan.port, replace(plan.options, linger_s=61.0)))
        thread = threading.Thread(target=newer.run)
        thread.start()
        try:

            def moved() -> bool:
                slice_id = client.put_slice(picture(7).image)
                assert client.predict("first", slice_id, box_around(picture(7).truth)).task == "first"
                return len({each.pid for each in cluster.processes(TASK)} - before) == 1

            until(moved, 120, "the first task has moved")
            assert len({each.pid for each in cluster.processes(TASK)} & before) == 1  # nobody asked for the second
            assert len(cluster.processes(SHELF)) == 2  # each version has its own
            for task in ("first", "second"):
                assert [c.correction_id for c in client.corrections(task)] == [task]
        finally:
            newer.stop()
            thread.join(60)


def test_a_shelf_that_nobody_asks_ends_and_is_made_anew_for_whoever_asks(tmp_path: Path) -> None:
    cluster = RayCluster(tmp_path / "cluster", users=1, unasked_s=2.0, linger_s=60.0)
    try:
        with cluster.client(0) as client:
            client.create_task("kept", OPTIONS)
            slice_id = client.put_slice(picture(1).image)
            before = {each.pid for each in cluster.processes(SHELF)}
            assert len(before) == 1
            until(lambda: not cluster.processes(SHELF), 60, "nobody asks, and it ends")
            assert client.predict("kept", slice_id, box_around(picture(1).truth)).slice_id == slice_id
            assert len({each.pid for each in cluster.processes(SHELF)} - before) == 1
    finally:
        cluster.stop()
