"""The client that ships in Slicer keeps the one contract of the door: Qt's network, Qt's event loop, the keeper.

The suite is that of Testing/core/contract; here its verbs are coroutines on the host's loop, once against a server of
one user, once as one of several users of a token file (slow). In a process of its own: the servers bring torch.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import host
import pytest
import uvicorn

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Testing" / "core"), str(ROOT / "Testing" / "core" / "contract"), str(ROOT / "AuxOLSegment")]
from contract_files import CONTRACT_FILES  # noqa: E402 - once the path says where

pytest.register_assert_rewrite(*CONTRACT_FILES)
HOST = host.start()

from engine_contract import EngineContract  # noqa: E402
from test_engine_in_process import tiny_learner  # noqa: E402
from tiny_locator import tiny_locator  # noqa: E402
from tiny_network import MACHINE, tiny_generalist  # noqa: E402
from torch_setting import torch_of_the_engine  # noqa: E402, F401 - an autouse fixture

from auxol_core.api import EngineApi, Forwarder  # noqa: E402
from auxol_core.build import Compute, EngineParts, set_up_torch  # noqa: E402
from auxol_core.client.files import reading, replacing  # noqa: E402
from auxol_core.client.limits import Timeouts  # noqa: E402
from auxol_core.engine.worker import Worker  # noqa: E402
from auxol_core.errors import TaskFileError  # noqa: E402
from auxol_core.server.app import create_app  # noqa: E402
from auxol_core.server.household import Household  # noqa: E402
from auxol_core.server.run import bind  # noqa: E402
from auxol_core.server.user_engine import user_engines  # noqa: E402
from auxol_core.server.users import one_user, read_users  # noqa: E402
from auxol_core.verbs import declared  # noqa: E402

TOKEN, OTHERS = "a-token-of-the-contract", "the-token-of-somebody-else"
TIMEOUTS = Timeouts(poll=1.0, retry=0.5)


class Serving:
    """A server with the tiny network on ``folder``, in a thread of its own, for ``users``."""

    def __init__(self, folder, users):
        listener = bind("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        compute = Compute("cpu", "as asked for", "float32", "as asked for", 1)
        parts = EngineParts(tiny_generalist(), tiny_learner, MACHINE, compute, tiny_locator)
        self._server = None

        async def serve():
            worker = Worker()
            worker.submit(lambda: set_up_torch(MACHINE)).future.result()
            household = Household(users, folder, user_engines(parts, 64 * 2**20), worker)
            options = {"log_config": None, "access_log": False, "ws": "none", "timeout_graceful_shutdown": 1}
            self._server = uvicorn.Server(uvicorn.Config(create_app(household), http="h11", **options))
            await self._server.serve(sockets=[listener])

        self._thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
        self._thread.start()
        ends = time.monotonic() + 30
        while self._server is None or not self._server.started:
            assert self._thread.is_alive() and time.monotonic() < ends, "the server did not start"
            time.sleep(0.002)

    def stop(self):
        self._server.should_exit = True
        self._thread.join(30)
        assert not self._thread.is_alive(), "the server did not end"


class QtClient(Forwarder):
    """The connection of a session, asked from outside Qt's event loop, which runs until the answer is there.

    Its close is also its server's end, so that a factory called again is a restart.
    """

    def __init__(self, serving, folder, token):
        from AuxOLSegmentLib.Engine.EngineConnection import EngineConnection

        settings = SimpleNamespace(
            remote=True, serverUrl=serving.url, serverToken=token, dataDir=str(folder), pythonPath=sys.executable
        )
        self.connection = EngineConnection(settings, lambda: None, lambda: None, TIMEOUTS)
        self._serving = serving

    def _await(self, coroutine):
        from AuxOLSegmentLib.Engine.Async import Task

        task = Task(coroutine)
        HOST.process_until(lambda: task.done, 120)
        return task.result()

    def _run(self, flow):
        return self._await(self.connection.run(flow))

    def forward(self, verb, *args, **kwargs):
        if declared(verb).stream:
            return self._items(self.connection.verbs.stream(verb, *args, **kwargs))
        return self._await(self.connection.ask(verb, *args, **kwargs))

    def _items(self, stream):
        self._run(stream.begin())
        try:
            while not stream.done:
                yield from self._run(stream.more())
        finally:
            self._run(stream.end())

    def export_task(self, task, path):
        with replacing(Path(path)) as file:
            self._run(self.connection.verbs.export_to(task, file))

    def import_task(self, path, name):
        with reading(Path(path)) as file:
            try:
                return self._run(self.connection.verbs.import_from(file, name))
            except TaskFileError as error:  # the server has another name for it
                raise type(error)(f"{Path(path).name} was not taken in. {error}") from error

    def close(self):
        from AuxOLSegmentLib.Engine.Leaving import stillLeaving

        serving, self._serving = self._serving, None
        if serving is not None:
            self._run(self.connection.verbs.close())
            self.connection.close()
            HOST.process_until(lambda: not stillLeaving(), 20)
            serving.stop()


class QtContract(EngineContract):
    """Subclasses say who asks."""

    token = TOKEN

    def users(self, folder):
        raise NotImplementedError

    @pytest.fixture
    def engine_factory(self, tmp_path) -> Iterator:
        made = []

        def make() -> EngineApi:
            made.append(QtClient(Serving(tmp_path / "tasks", self.users(tmp_path)), tmp_path / "mine", self.token))
            return made[-1]

        yield make
        for client in made:
            client.close()


class TestQtClient(QtContract):
    """One user, as with the worker on this machine."""

    def users(self, folder):
        return one_user(TOKEN)


@pytest.mark.slow
class TestQtClientOfAnotherUser(QtContract):
    """The second user of a server with a token file."""

    token = OTHERS

    def users(self, folder):
        path = folder / "tokens.json"
        path.write_text(json.dumps({"alice": TOKEN, "bob": {"token": OTHERS}}), encoding="utf-8")
        path.chmod(0o600)
        return read_users(path)
