"""A task's process that dies, stops or is of another version: what its readers are told, and that nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from cluster_in_process import ClusterInProcess, HostProcess
from contract_setting import OPTIONS, TASK, box_around, picture, proposed

from auxol_core.client.blocking import EngineClient
from auxol_core.client.limits import Timeouts
from auxol_core.cluster import task_processes
from auxol_core.errors import NotFoundError

TIMEOUTS = Timeouts(poll=1.0, retry=0.5)
USERS = {
    "alice": {"token": "the-token-of-alice", "shared": ["shared"]},
    "bob": {"token": "the-token-of-bob-1", "shared": ["shared"]},
}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[ClusterInProcess]:
    made = ClusterInProcess(tmp_path / "cluster", USERS, lease_s=0.2, answer_s=20.0)
    yield made
    made.stop()


@pytest.fixture
def alice(cluster: ClusterInProcess, tmp_path: Path) -> Iterator[EngineClient]:
    with EngineClient(cluster.url, "the-token-of-alice", outbox=tmp_path / "outbox", timeouts=TIMEOUTS) as client:
        yield client


def only_process(cluster: ClusterInProcess) -> HostProcess:
    (found,) = cluster.directory.processes.values()
    return found


def test_a_click_after_its_task_s_process_died_is_answered(cluster: ClusterInProcess, alice: EngineClient) -> None:
    alice.create_task(TASK, OPTIONS)
    shown, proposal = proposed(alice, 0)
    alice.correct(TASK, proposal.slice_id, shown.truth, correction_id="a", proposals=[proposal.proposal_id])
    cluster.end_processes()
    again = alice.predict(TASK, proposal.slice_id, box_around(shown.truth))
    assert again.slice_id == proposal.slice_id
    assert [c.correction_id for c in alice.corrections(TASK)] == ["a"]


def test_a_process_that_dies_in_the_middle_of_a_click_is_asked_again(
    cluster: ClusterInProcess, alice: EngineClient
) -> None:
    alice.create_task(TASK, OPTIONS)
    slice_id = alice.put_slice(picture(0).image)
    process, died = only_process(cluster), []
    real = process.host.answer

    async def dies(request: object) -> object:
        if not died:
            died.append(True)
            await process.end()
            await asyncio.sleep(60)
        return await real(request)  # type: ignore[arg-type]

    process.host.answer = dies  # type: ignore[method-assign]
    assert alice.predict(TASK, slice_id, box_around(picture(0).truth)).slice_id == slice_id
    assert died and cluster.directory.made == 2


def test_a_process_that_is_stopped_is_ended_and_another_takes_its_place(
    cluster: ClusterInProcess, alice: EngineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_processes, "PING_S", 0.05)
    alice.create_task(TASK, OPTIONS)
    slice_id = alice.put_slice(picture(0).image)
    alice.predict(TASK, slice_id, box_around(picture(0).truth))
    only_process(cluster).stopped = True
    assert alice.predict(TASK, slice_id, box_around(picture(0).truth)).slice_id == slice_id
    assert cluster.directory.made == 2 and not only_process(cluster).stopped


def test_a_process_that_works_for_long_is_left_in_peace(
    cluster: ClusterInProcess, alice: EngineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_processes, "PING_S", 0.02)
    alice.create_task(TASK, OPTIONS)
    slice_id = alice.put_slice(picture(0).image)
    process = only_process(cluster)
    real = process.host.answer

    async def slow(request: object) -> object:
        await asyncio.sleep(1.0)  # five leases
        return await real(request)  # type: ignore[arg-type]

    process.host.answer = slow  # type: ignore[method-assign]
    alice.predict(TASK, slice_id, box_around(picture(0).truth))
    assert only_process(cluster) is process


def test_a_new_version_takes_over_task_by_task(cluster: ClusterInProcess, alice: EngineClient) -> None:
    alice.create_task(TASK, OPTIONS)
    alice.create_task("other", OPTIONS)
    shown, proposal = proposed(alice, 0)
    alice.correct(TASK, proposal.slice_id, shown.truth, correction_id="a", proposals=[proposal.proposal_id])
    before = dict(cluster.directory.processes)
    for process in before.values():
        process.revision = "0.0.1 of before"
    cluster.processes._known.clear()  # a new ingress
    again = alice.predict(TASK, proposal.slice_id, box_around(shown.truth))
    assert again.slice_id == proposal.slice_id
    after = cluster.directory.processes
    moved = [name for name, process in after.items() if process is not before[name]]
    assert len(after) == 2 and len(moved) == 1  # the other moves when somebody asks for it
    assert [c.correction_id for c in alice.corrections(TASK)] == ["a"]


def test_a_proposal_is_found_among_several_tasks(cluster: ClusterInProcess, alice: EngineClient) -> None:
    alice.create_task(TASK, OPTIONS)
    alice.create_task("other", OPTIONS)
    _, first = proposed(alice, 0)
    _, second = proposed(alice, 1, "other")
    for each in (first, second):
        assert np.array_equal(alice.proposal(each.proposal_id).mask, each.mask)
    alice.dismiss(second.proposal_id)
    with pytest.raises(NotFoundError):
        alice.proposal(second.proposal_id)


def test_a_shared_task_is_one_process_and_slices_stay_with_who_has_them(
    cluster: ClusterInProcess, alice: EngineClient
) -> None:
    with EngineClient(cluster.url, "the-token-of-bob-1", timeouts=TIMEOUTS) as bob:
        alice.create_task("shared", OPTIONS)
        bob.open_task("shared")
        _, hers = proposed(alice, 0, "shared")
        assert cluster.directory.made == 1
        with pytest.raises(NotFoundError):
            bob.predict("shared", hers.slice_id, box_around(picture(0).truth))
        with pytest.raises(NotFoundError):
            bob.proposal(hers.proposal_id)
        bob.put_slice(picture(0).image)
        assert bob.predict("shared", hers.slice_id, box_around(picture(0).truth)).slice_id == hers.slice_id
        assert alice.list_tasks() == bob.list_tasks() == ["shared"]


def test_a_task_that_does_not_exist_costs_no_process(cluster: ClusterInProcess, alice: EngineClient) -> None:
    for ask in (alice.open_task, alice.delete_task, alice.status):
        with pytest.raises(NotFoundError, match="known are"):
            ask("nothing")
    assert cluster.directory.made == 0


def test_a_process_leaves_some_time_after_its_task_was_closed(tmp_path: Path) -> None:
    cluster = ClusterInProcess(tmp_path / "cluster", USERS, linger_s=0.1)
    try:
        with EngineClient(cluster.url, "the-token-of-alice", timeouts=TIMEOUTS) as client:
            client.create_task(TASK, OPTIONS)
            host = only_process(cluster).host
            client.close_task(TASK)
            cluster.run(asyncio.wait_for(host.keep(), 20))
            client.open_task(TASK)
            with pytest.raises(asyncio.TimeoutError):
                cluster.run(asyncio.wait_for(host.keep(), 0.5))
    finally:
        cluster.stop()
