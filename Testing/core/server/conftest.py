"""A server for each test, with whatever limits and users it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from small_server import BareClient, SmallServer

ServerFactory = Callable[..., SmallServer]


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
    torch.set_flush_denormal(False)


@pytest.fixture
def server(serve: ServerFactory) -> SmallServer:
    """A server for one user, with the usual limits."""
    return serve()


@pytest.fixture
def client(server: SmallServer) -> BareClient:
    """That user's client, with the task ``discs`` open."""
    client = server.client()
    client.create("discs")
    return client
