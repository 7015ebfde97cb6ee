"""The client keeps the contract over a real server: loopback, uvicorn, and the tiny network behind it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from contract_setting import OPTIONS, TASK, EngineFactory, box_around, picture, proposed
from engine_contract import EngineContract
from tiny_locator import tiny_locator
from tiny_network import MACHINE, tiny_generalist, tiny_learner

from auxol_core.build import Compute, EngineParts, set_up_torch
from auxol_core.client.blocking import EngineClient
from auxol_core.client.limits import Timeouts
from auxol_core.engine.engine import Engine
from auxol_core.engine.worker import Worker
from auxol_core.errors import UnavailableError
from auxol_core.server.app import create_app
from auxol_core.server.household import Household
from auxol_core.server.run import bind
from auxol_core.server.user_engine import user_engines
from auxol_core.server.users import one_user

TOKEN = "a-token-of-the-contract"
TIMEOUTS = Timeouts(poll=1.0, retry=0.5)


class Serving:
    """A server on ``folder``, in a thread of its own. ``port`` 0: a free one."""

    def __init__(
        self, folder: Path, port: int = 0, memory_bytes: int = 64 * 2**20, kind: type[Engine] = Engine
    ) -> None:
        listener = bind("127.0.0.1", port)
        self.port = int(listener.getsockname()[1])
        compute = Compute("cpu", "as asked for", "float32", "as asked for", 1)
        parts = EngineParts(tiny_generalist(), tiny_learner, MACHINE, compute, tiny_locator)

        async def serve() -> None:
            worker = Worker()
            worker.submit(lambda: set_up_torch(MACHINE)).future.result()
            household = Household(one_user(TOKEN), folder, user_engines(parts, memory_bytes, kind=kind), worker)
            config = uvicorn.Config(
                create_app(household), log_config=None, access_log=False, ws="none", http="h11",
                timeout_graceful_shutdown=1
            )
            self._server = uvicorn.Server(config)
            await self._server.serve(sockets=[listener])

        self._server: uvicorn.Server | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
        self._thread.start()
        ends = time.monotonic() + 30
        while self._server is None or not self._server.started:
            assert self._thread.is_alive() and time.monotonic() < ends, "the server did not start"
            time.sleep(0.002)

    def stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True
        self._thread.join(30)
        assert not self._thread.is_alive(), "the server did not end"


class ClientOfItsOwnServer(EngineClient):
    """A client whose close is also its server's end, so that a factory called again is a restart."""

    def __init__(self, serving: Serving, outbox: Path) -> None:
        super().__init__(f"http://127.0.0.1:{serving.port}", TOKEN, outbox=outbox, timeouts=TIMEOUTS)
        self.serving = serving

    def close(self) -> None:
        super().close()
        self.serving.stop()


class TestEngineOverHttp(EngineContract):
    """auxol_core.client.blocking.EngineClient, with auxol_core.server on a network a hundred times smaller."""

    @pytest.fixture
    def engine_factory(self, tmp_path: Path) -> Iterator[EngineFactory]:
        made: list[ClientOfItsOwnServer] = []

        def make() -> ClientOfItsOwnServer:
            made.append(ClientOfItsOwnServer(Serving(tmp_path / "tasks"), tmp_path / "outbox"))
            return made[-1]

        yield make
        for client in made:
            client.close()


# What only a client in front of a server can promise


def test_a_client_survives_a_restart_of_its_server_in_the_middle_of_a_slice(tmp_path: Path) -> None:
    first = Serving(tmp_path / "tasks")
    client = EngineClient(f"http://127.0.0.1:{first.port}", TOKEN, outbox=tmp_path / "outbox", timeouts=TIMEOUTS)
    client.create_task(TASK, OPTIONS)
    client.pause(TASK)
    shown, proposal = proposed(client, 0)
    first.stop()
    with pytest.raises(UnavailableError, match="kept in the outbox"):
        client.correct(TASK, proposal.slice_id, shown.truth, correction_id="a", proposals=[proposal.proposal_id])
    second = Serving(tmp_path / "tasks", first.port)
    repaired = client.predict(
        TASK, proposal.slice_id, box_around(shown.truth), previous=proposal.proposal_id
    )
    assert repaired.slice_id == proposal.slice_id
    assert client.resend() == 1
    assert [c.correction_id for c in client.corrections(TASK)] == ["a"]
    assert client.status(TASK).paused and client.status(TASK).queued == 1
    assert client.learn_now(TASK).version == 1
    client.close()
    second.stop()


def test_slices_that_the_server_has_no_room_for_are_sent_again(tmp_path: Path) -> None:
    serving = Serving(tmp_path / "tasks", memory_bytes=3 * 3 * 64 * 64)  # room for three slices and their embeddings
    with EngineClient(f"http://127.0.0.1:{serving.port}", TOKEN, timeouts=TIMEOUTS) as client:
        client.create_task(TASK, OPTIONS)
        ids = [client.put_slice(picture(number).image) for number in range(6)]
        assert not client.has_slice(ids[0])
        prompt = box_around(picture(0).truth)
        assert [client.predict(TASK, slice_id, prompt).slice_id for slice_id in ids] == ids
        receipt = client.correct(TASK, ids[0], picture(0).truth, correction_id="a")
        assert receipt.objects == 1
    serving.stop()
