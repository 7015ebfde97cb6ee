"""The cluster's processes: what is Ray's about them, and how they find one another.

Actors are detached and named, so that a new version of the application finds those of the one before. Nothing of a
user's is code here: what travels are this package's own values.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import numpy as np
import ray
from ray import serve
from ray.exceptions import ObjectLostError, OwnerDiedError, RayActorError, RayTaskError, TaskCancelledError
from starlette.types import Message

from auxol_core.cluster.asgi import HttpAnswer, HttpRequest
from auxol_core.cluster.embeddings import EmbeddingsActor
from auxol_core.cluster.options import APPLICATION, NAMESPACE, ClusterOptions, options_from
from auxol_core.cluster.parts import beside_replicas
from auxol_core.cluster.remote_generalist import About
from auxol_core.cluster.replica import Encoded, LostError
from auxol_core.cluster.shelf import ShelfActor
from auxol_core.cluster.task_host import LeavingError, TaskHost, Vital
from auxol_core.cluster.task_processes import GoneError, TaskProcess
from auxol_core.cluster.unasked import Unasked
from auxol_core.cluster.users import users_of
from auxol_core.errors import AuxolError, CancelledError, UnavailableError
from auxol_core.taskfile import lease
from auxol_core.taskfile.lease import LeaseOptions
from auxol_core.types import FloatArray, Prompt, Segmentation

log = logging.getLogger(__name__)
Result = TypeVar("Result")

GENERALIST = "Generalist"
ASKING_THREADS = 4
AGAIN_S = 0.2
LOST = (RayActorError, ObjectLostError, OwnerDiedError)
# Of requests that wait in one task's process: long polls of all who have the task open, and what they ask.
AT_A_TIME = 1000
SLICE_SHARE = 1 / 4  # of a user's memory


class TaskActor:
    """A TaskHost. What it was made with is what Ray starts it again with, here or on another node."""

    def __init__(self, owner: str, task: str, told: Mapping[str, Any]) -> None:
        self._options = options_from(told)
        # Whoever has lost a file has nothing that is not on the disk: the next one begins from there.
        lease.use(
            LeaseOptions(f"a process of {socket.gethostname()}", self._options.lease_s, lambda _: os._exit(1))
            if self._options.lease_s
            else None
        )
        self._host = TaskHost(owner, task, self._options, shelf_of(self._options), users_of(self._options))
        self._begun: asyncio.Task[None] | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def _ready(self) -> TaskHost:
        if self._begun is None:
            self._begun = asyncio.create_task(self._begin())
        await asyncio.shield(self._begun)
        return self._host

    async def _begin(self) -> None:
        replicas = ServeReplicas()
        about = await asyncio.wrap_future(replicas.about())
        await self._host.begin(lambda: beside_replicas(self._options, about, replicas))
        self._keeping = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        await self._host.keep()
        await self._host.leave()
        end_here()

    async def answer(self, request: HttpRequest) -> HttpAnswer:
        return await (await self._ready()).answer(request)

    async def stream(self, request: HttpRequest) -> AsyncIterator[Message]:
        host = await self._ready()
        async for message in host.stream(request):
            yield message

    async def vital(self) -> Vital:
        return self._host.vital()

    async def metrics(self) -> tuple[str, str]:
        return (await self._ready()).metrics()

    async def leave(self) -> None:
        await self._host.leave()


def end_here() -> None:
    """End the actor that calls this, and have nobody start it again."""
    ray.kill(ray.get_runtime_context().current_actor, no_restart=True)


class Named:
    """An actor that everybody shares, by its name; ``make`` finds it, or makes it. What is asked of one that has died
    is asked again once there is another: each of its methods may be carried out twice."""

    def __init__(self, name: str, make: Callable[[], Any], within_s: float = 30.0) -> None:
        self._name, self._make, self._within_s = name, make, within_s
        self._handle: Any = None

    def __getattr__(self, method: str) -> Any:
        async def called(*args: Any) -> Any:
            ends = time.monotonic() + self._within_s
            while True:
                try:
                    if self._handle is None:
                        self._handle = self._make()
                    return await own_errors(getattr(self._handle, method).remote(*args))
                except (RayActorError, ValueError) as gone:
                    self._handle = None
                    if time.monotonic() > ends:
                        raise UnavailableError(
                            f"A process of the cluster ({self._name}) could not be had for {self._within_s:.0f} "
                            "seconds. Nothing saved is lost. Ask again in a minute."
                        ) from gone
                    await asyncio.sleep(AGAIN_S)

        if method.startswith("_"):
            raise AttributeError(method)
        return called


def shelf_of(options: ClusterOptions) -> Named:
    """The Shelf of one revision: another version's may keep slices otherwise."""
    return Named("shelf", lambda: shelf_actor(options))


def shelf_actor(options: ClusterOptions) -> Any:
    """Finds it, or makes it."""
    most, unasked = int(options.user_memory_mb * 2**20 * SLICE_SHARE), Unasked(end_here, options.unasked_s)
    return detached(ShelfActor, f"shelf/{options.revision}").remote(most, unasked)


def embeddings_of(options: ClusterOptions) -> Named:
    """The Embeddings of one revision."""
    return Named("embeddings", lambda: embeddings_actor(options))


def embeddings_actor(options: ClusterOptions) -> Any:
    """Finds it, or makes it."""
    most, unasked = options.embeddings_mb * 2**20, Unasked(end_here, options.unasked_s)
    return detached(EmbeddingsActor, f"embeddings/{options.revision}").remote(most, unasked)


async def own_errors(reference: Any) -> Any:
    """What an actor's method gives, and our errors as they were raised there."""
    try:
        return await reference
    except RayTaskError as error:
        raise _raised(error) from None
    except TaskCancelledError:
        raise CancelledError("This was cancelled before it was done. What came of it before stays.") from None
    except asyncio.CancelledError:
        with suppress(Exception):  # it has just ended
            ray.cancel(reference)
        raise


def _raised(error: RayTaskError) -> Exception:
    """One of our errors as it was raised in the other process; any other with the trace that Ray gives it."""
    return error.cause if isinstance(error.cause, (AuxolError, LostError)) else error


class ActorProcess:
    """A TaskProcess that is an actor."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    async def answer(self, request: HttpRequest) -> HttpAnswer:
        answered: HttpAnswer = await _there(own_errors(self._handle.answer.remote(request)))
        return answered

    async def stream(self, request: HttpRequest) -> AsyncIterator[Message]:
        made = self._handle.stream.options(num_returns="streaming").remote(request)
        async for reference in made:
            yield await _there(own_errors(reference))

    async def vital(self) -> Vital:
        told: Vital = await _there(own_errors(self._handle.vital.remote()))
        return told

    async def metrics(self) -> tuple[str, str]:
        told: tuple[str, str] = await _there(own_errors(self._handle.metrics.remote()))
        return told

    async def leave(self) -> None:
        await _there(own_errors(self._handle.leave.remote()))
        ray.kill(self._handle, no_restart=True)

    async def restart(self) -> None:
        ray.kill(self._handle, no_restart=False)


async def _there(answer: Awaitable[Result]) -> Result:
    try:
        return await answer
    except (RayActorError, LeavingError) as gone:
        raise GoneError(str(gone).splitlines()[0]) from None


class Actors:
    """The Directory of a cluster. ``told``: the options, with which a task's process is made."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._told = dict(told)

    def get(self, name: str) -> TaskProcess | None:
        try:
            return ActorProcess(ray.get_actor(name, namespace=NAMESPACE))
        except ValueError:
            return None

    def make(self, name: str, owner: str, task: str) -> TaskProcess:
        return ActorProcess(detached(TaskActor, name, AT_A_TIME, "SPREAD").remote(owner, task, self._told))

    def names(self) -> list[str]:
        return [each for each in ray.util.list_named_actors() if each.startswith("task/")]


def detached(kind: type, name: str, at_a_time: int = AT_A_TIME, strategy: str = "DEFAULT") -> Any:
    """What makes the actor of that name, or finds it where it is already."""
    return ray.remote(kind).options(
        name=name,
        namespace=NAMESPACE,
        lifetime="detached",
        get_if_exists=True,
        num_cpus=0,
        max_restarts=-1,
        max_task_retries=0,
        max_concurrency=at_a_time,
        scheduling_strategy=strategy,
    )


def close_all(within_s: float) -> None:
    """Have every task closed and its process end, and the two that are everybody's; for who ends the application."""
    named = [each["name"] for each in ray.util.list_named_actors(all_namespaces=True) if each["namespace"] == NAMESPACE]
    handles = {name: ray.get_actor(name, namespace=NAMESPACE) for name in named}
    leaving = [handle.leave.remote() for name, handle in handles.items() if name.startswith("task/")]
    if leaving:
        ray.wait(leaving, num_returns=len(leaving), timeout=within_s)
    for handle in handles.values():
        ray.kill(handle, no_restart=True)


class ServeReplicas:
    """The Replicas, through Serve's handle: it sends each request to the one that has least to do."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._pool = ThreadPoolExecutor(ASKING_THREADS, thread_name_prefix="auxol-replicas")

    def _ask(self, method: str, *args: Any) -> Any:
        try:
            if self._handle is None:
                self._handle = serve.get_deployment_handle(GENERALIST, APPLICATION)
            return getattr(self._handle, method).remote(*args).result()
        except RayTaskError as error:
            raise _raised(error) from None
        except (*LOST, serve.exceptions.RayServeException) as lost:
            raise LostError(str(lost).splitlines()[0]) from None

    def about(self) -> Future[About]:
        return self._pool.submit(self._ask, "about")

    def encode(self, key: str, image: FloatArray) -> Future[Encoded]:
        return self._pool.submit(self._ask, "encode", key, image)

    def prepare(self, wanted: Sequence[tuple[str, FloatArray]]) -> Future[list[Encoded]]:
        return self._pool.submit(lambda: [self._ask("prepare", each) for each in wanted])

    def decode(self, encoded: Encoded, prompt: Prompt) -> Future[Segmentation]:
        return self._pool.submit(self._ask, "decode", encoded, prompt)


def stored(arrays: Mapping[str, Any]) -> Any:
    """A reference to ``arrays`` in the object store."""
    return ray.put(dict(arrays))


async def fetched(reference: Any) -> dict[str, Any]:
    """The arrays of ``reference``, writable as a model expects them; LostError where they are gone."""
    try:
        found = await reference
    except LOST as lost:
        raise LostError(str(lost).splitlines()[0]) from None
    return {name: np.array(array) for name, array in found.items()}
