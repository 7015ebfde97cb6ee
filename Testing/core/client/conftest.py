"""A stand-in server and a client of it with short time limits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stand_in_server import SHORT, STATUS, TOKEN, StandIn, stand_in

from auxol_core.client.blocking import EngineClient


@pytest.fixture
def server() -> Iterator[StandIn]:
    with stand_in() as server:
        server.answers["POST /tasks/liver/open"] = [STATUS]
        server.answers["GET /tasks/liver"] = [STATUS]
        server.answers["POST /tasks/liver/close"] = [204]
        yield server


@pytest.fixture
def client(server: StandIn) -> Iterator[EngineClient]:
    with EngineClient(server.url, TOKEN, timeouts=SHORT) as client:
        yield client
