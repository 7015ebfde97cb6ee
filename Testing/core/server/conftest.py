"""A server for a module's tests, emptied after each; or servers of a test's own with other limits and users."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from small_server import BareClient, ServerFactory, SmallServer


@pytest.fixture(autouse=True, scope="module")
def torch_is_left_as_it_was() -> Iterator[None]:
    """What torch is told in the servers' compute threads holds for the process."""
    threads = torch.get_num_threads()
    yield
    torch.set_flush_denormal(False)
    torch.set_num_threads(threads)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[ServerFactory]:
    """Makes servers, which end with the test."""
    servers: list[SmallServer] = []

    def make(**options: Any) -> SmallServer:
        servers.append(SmallServer(tmp_path / f"tasks {len(servers)}", **options))
        return servers[-1]

    yield make
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallServer]:
    """A server for one user, with the usual limits."""
    server = SmallServer(tmp_path_factory.mktemp("tasks"))
    yield server
    server.stop()


@pytest.fixture
def client(server: SmallServer) -> Iterator[BareClient]:
    """That user's client, with the task ``discs`` open and no other."""
    client = server.client()
    client.create("discs")
    yield client
    for name in client("GET", "tasks").json()["tasks"]:
        assert client("DELETE", "tasks", name).status_code == 204
