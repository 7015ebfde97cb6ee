"""Tasks learned again in a server of several users: the numbers travel, and cancelling takes nothing from others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from old_tasks import TINY, brought
from other_weights import other_generalist
from small_server import SmallServer, until
from tiny_network import tiny_generalist

from auxol_core.client.blocking import EngineClient
from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.server.users import User, Users
from auxol_core.taskfile.task_file import TaskFile

Client = Callable[[str], EngineClient]


@pytest.fixture
def client_of(tmp_path: Path) -> Iterator[Client]:
    """A client of a user of a server with another generalist: Alice has an old task, and shares another with Bob."""
    for folder in ("users/alice", "shared"):
        (tmp_path / folder).mkdir(parents=True)
        brought(tmp_path / folder)
    (tmp_path / "users/alice" / f"{TINY}.auxol").rename(tmp_path / "users/alice" / "own.auxol")
    users = {f"token-of-{name}-0123": User(name, frozenset([TINY])) for name in ("alice", "bob")}
    server = SmallServer(tmp_path, Users(users, many=True), generalist=other_generalist())
    clients: list[EngineClient] = []

    def make(name: str) -> EngineClient:
        clients.append(EngineClient(server.url, f"token-of-{name}-0123", outbox=tmp_path / f"outbox of {name}"))
        return clients[-1]

    yield make
    for client in clients:
        client.close()
    server.stop()


def held(client: EngineClient, task: str) -> None:
    """Open it and have it wait: it was paused when it was made, which holds nothing."""
    assert client.open_task(task).relearning is not None
    client.resume(task)
    client.pause(task)
    assert client.status(task).relearning is not None


def test_its_numbers_and_its_end_are_told_to_everybody_who_has_it_open(client_of: Client) -> None:
    alice, bob = client_of("alice"), client_of("bob")
    first = alice.open_task(TINY)
    assert first.version == 5 and first.relearning is not None and first.relearning.total == 10
    assert bob.open_task(TINY).version == 5
    until(lambda: "relearned" in [event.kind for event in bob.events(TINY)], within=60)
    for client in (alice, bob):
        assert {"relearning", "relearned"} <= {event.kind for event in client.events(TINY)}
        status = client.status(TINY)
        assert (status.version, status.queued, status.relearning) == (5, 1, None)


def test_cancelled_a_task_is_closed_and_its_client_does_not_open_it_again_by_itself(
    client_of: Client, tmp_path: Path
) -> None:
    alice = client_of("alice")
    held(alice, "own")
    alice.cancel_relearning("own")
    with pytest.raises(NotFoundError, match="not open"):
        alice.status("own")
    file = tmp_path / "users/alice" / "own.auxol"
    assert [path.name for path in file.parent.glob("own*")] == ["own.auxol"]
    with TaskFile.open(file, generalist_hash=tiny_generalist().weights_hash) as task:
        assert (task.current_version, task.origin.begun) == (5, False)
        assert task.snapshot(5) is not None


def test_a_shared_task_is_not_put_back_while_another_has_it_open(client_of: Client) -> None:
    alice, bob = client_of("alice"), client_of("bob")
    held(alice, TINY)
    bob.open_task(TINY)
    with pytest.raises(InvalidInputError, match="somebody else has it open"):
        alice.cancel_relearning(TINY)
    bob.close_task(TINY)
    alice.cancel_relearning(TINY)
    assert TINY in alice.list_tasks()
