"""The cluster's parts in one process and one event loop, without Ray: ingress, task hosts, a replica, shelf and list.

What Ray does is played here: finding a process by its name, ending one, and losing what one had put into the store.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import uvicorn
from small_server import tiny_parts

from auxol_core.cluster.asgi import HttpAnswer, HttpRequest
from auxol_core.cluster.embeddings import EmbeddingsActor
from auxol_core.cluster.ingress import ingress
from auxol_core.cluster.options import ClusterOptions
from auxol_core.cluster.parts import beside_replicas
from auxol_core.cluster.remote_generalist import About
from auxol_core.cluster.replica import Encoded, LostError, Replica
from auxol_core.cluster.shelf import ShelfActor
from auxol_core.cluster.task_host import LeavingError, TaskHost, Vital
from auxol_core.cluster.task_processes import GoneError, TaskProcess, TaskProcesses
from auxol_core.cluster.unasked import Unasked
from auxol_core.cluster.users import users_of
from auxol_core.engine.worker import Worker
from auxol_core.server.run import bind
from auxol_core.server.told import told_of
from auxol_core.types import FloatArray, Prompt, Segmentation


def never() -> Unasked:
    """Ends nothing."""
    return Unasked(lambda: None, 3600.0)


class Store:
    """The object store: numbers stand for arrays, and ``lose`` is the end of whoever had put them there."""

    def __init__(self) -> None:
        self.kept: dict[int, Any] = {}

    def put(self, arrays: Any) -> int:
        self.kept[len(self.kept)] = arrays
        return len(self.kept) - 1

    async def fetch(self, reference: int) -> Any:
        if self.kept.get(reference) is None:
            raise LostError("its owner has gone")
        return self.kept[reference]

    def lose(self) -> None:
        self.kept = dict.fromkeys(self.kept)


class InLoop:
    """The Replicas, asked from a compute thread."""

    def __init__(self, replica: Replica, loop: asyncio.AbstractEventLoop) -> None:
        self.replica, self.loop = replica, loop

    def _ask(self, work: Any) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def encode(self, key: str, image: FloatArray) -> Future[Encoded]:
        return self._ask(self.replica.encode(key, image))

    def prepare(self, wanted: Sequence[tuple[str, FloatArray]]) -> Future[list[Encoded]]:
        return self._ask(self.replica.prepare(wanted))

    def decode(self, encoded: Encoded, prompt: Prompt) -> Future[Segmentation]:
        return self._ask(self.replica.decode(encoded, prompt))


class HostProcess:
    """A TaskHost as a process: ``end`` is its death, after which it answers nobody; ``stopped``: SIGSTOP."""

    def __init__(self, directory: HostDirectory, name: str, host: TaskHost) -> None:
        self._directory, self._name, self.host = directory, name, host
        self._begun: asyncio.Task[None] | None = None
        self.gone, self.stopped = asyncio.Event(), False
        self.revision: str | None = None

    async def _alive(self, work: Callable[[], Awaitable[Any]]) -> Any:
        if self.stopped:
            await self.gone.wait()
            raise GoneError("it was killed")
        if self._begun is None:
            self._begun = asyncio.create_task(self._directory.begin(self.host))
        await self._begun
        asking, gone = asyncio.ensure_future(work()), asyncio.ensure_future(self.gone.wait())
        try:
            await asyncio.wait({asking, gone}, return_when=asyncio.FIRST_COMPLETED)
            if self.gone.is_set():
                raise GoneError("it was killed")
            return asking.result()
        except LeavingError as leaving:
            raise GoneError(str(leaving)) from None
        finally:
            asking.cancel()
            gone.cancel()

    async def answer(self, request: HttpRequest) -> HttpAnswer:
        answered: HttpAnswer = await self._alive(lambda: self.host.answer(request))
        return answered

    async def stream(self, request: HttpRequest) -> AsyncIterator[Any]:
        await self._alive(lambda: asyncio.sleep(0))
        async for message in self.host.stream(request):
            yield message

    async def vital(self) -> Vital:
        told: Vital = await self._alive(lambda: _of(self.host))
        return Vital(self.revision or told.revision, told.pid, told.at_work)

    async def metrics(self) -> tuple[str, str]:
        told: tuple[str, str] = await self._alive(lambda: _metrics(self.host))
        return told

    async def leave(self) -> None:
        await self._alive(self.host.leave)
        await self._directory.ended(self._name)

    async def restart(self) -> None:
        await self.end()

    async def end(self) -> None:
        """Its death. What it had not answered is not answered."""
        await self._directory.ended(self._name)
        self.gone.set()


async def _metrics(host: TaskHost) -> tuple[str, str]:
    return host.metrics()


async def _of(host: TaskHost) -> Vital:
    return host.vital()


class HostDirectory:
    """The Directory of one loop."""

    def __init__(self, options: ClusterOptions, slices: ShelfActor, about: About, replicas: InLoop) -> None:
        self._options, self._slices, self._about, self._replicas = options, slices, about, replicas
        self.processes: dict[str, HostProcess] = {}
        self.made = 0

    def get(self, name: str) -> TaskProcess | None:
        return self.processes.get(name)

    def make(self, name: str, owner: str, task: str) -> TaskProcess:
        host = TaskHost(owner, task, self._options, self._slices, users_of(self._options))
        self.processes[name] = made = HostProcess(self, name, host)
        self.made += 1
        return made

    def names(self) -> list[str]:
        return list(self.processes)

    async def begin(self, host: TaskHost) -> None:
        await host.begin(lambda: beside_replicas(self._options, self._about, self._replicas))

    async def ended(self, name: str) -> None:
        ended = self.processes.pop(name, None)
        if ended is not None and ended._begun is not None and ended._begun.done():
            await ended.host.leave()  # a real process takes the lock of its file along


def parts_of_the_test(_: ClusterOptions) -> Any:
    return tiny_parts()


class ClusterInProcess:
    """Served at ``url``; ``run`` does something in its loop."""

    def __init__(self, folder: Path, users: dict[str, Any], **options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "tokens.json"
        file.write_text(json.dumps(users))
        file.chmod(0o600)
        (folder / "tasks").mkdir(exist_ok=True)
        defaults: dict[str, Any] = {
            "parts": f"{__name__}:parts_of_the_test", "in_tasks": False, "user_memory_mb": 64, "answer_s": 20.0,
        }  # fmt: skip
        self.options = ClusterOptions(str(folder / "tasks"), str(file), **{**defaults, **options})
        listener = bind("127.0.0.1", 0)
        self.port = int(listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._server: uvicorn.Server | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(listener)), daemon=True)
        self._thread.start()
        ends = time.monotonic() + 30
        while self._server is None or not self._server.started:
            assert self._thread.is_alive() and time.monotonic() < ends, "the cluster did not begin"
            time.sleep(0.002)

    async def _serve(self, listener: Any) -> None:
        self.loop = asyncio.get_running_loop()
        self.store, self.embeddings = Store(), EmbeddingsActor(64 * 2**20, never())
        self.shelf = ShelfActor(self.options.user_memory_mb * 2**18, never())
        worker = Worker()
        parts = await asyncio.wrap_future(worker.submit(tiny_parts).future)
        replica = Replica(parts, worker, self.embeddings, self.store.put, self.store.fetch)
        replicas = InLoop(replica, self.loop)
        self.directory = HostDirectory(self.options, self.shelf, About.of(parts.generalist), replicas)
        self.processes = TaskProcesses(self.directory, self.options)
        app = ingress(self.options, users_of(self.options), told_of(parts), self.shelf, self.processes)
        config = uvicorn.Config(
            app, http="h11", log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        await self._server.serve(sockets=[listener])
        for name in list(self.directory.processes):
            await self.directory.ended(name)

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def end_processes(self) -> int:
        """All of them die; how many there were."""
        found = list(self.directory.processes.values())
        for each in found:
            self.run(each.end())
        return len(found)

    def stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True
        self._thread.join(30)
        assert not self._thread.is_alive(), "the cluster did not end"
