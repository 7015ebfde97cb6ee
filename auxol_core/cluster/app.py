"""The Serve application: ``build(args)``, which a Serve config file names, and its two deployments.

::

    applications:
      - name: auxol
        route_prefix: /
        import_path: auxol_core.cluster.app:build
        args: {data_dir: /srv/auxol, token_file: /srv/auxol/tokens.json}
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from ray import serve
from starlette.types import Receive, Scope, Send

from auxol_core.cluster.actors import (
    GENERALIST,
    Actors,
    embeddings_actor,
    embeddings_of,
    fetched,
    shelf_actor,
    shelf_of,
    stored,
)
from auxol_core.cluster.loopback import on_loopback
from auxol_core.cluster.options import ClusterOptions, options_from
from auxol_core.cluster.parts import maker
from auxol_core.cluster.remote_generalist import About
from auxol_core.cluster.replica import Encoded, Replica
from auxol_core.cluster.users import users_of
from auxol_core.engine.worker import Worker
from auxol_core.server.told import told_of
from auxol_core.types import FloatArray, Prompt, Segmentation

BATCH, BATCH_WAIT_S = 8, 0.02
BUSY = 2.0  # requests a replica may have at a time before Serve starts another


class GeneralistReplica:
    """A Replica in a process of its own."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        on_loopback()
        options = options_from(told)
        worker = Worker()
        self._parts = worker.submit(lambda: maker(options)(options)).future.result()
        self._replica = Replica(self._parts, worker, embeddings_of(options), stored, fetched)

    async def about(self) -> About:
        """What the generalist says of itself."""
        return About.of(self._parts.generalist)

    async def told(self) -> dict[str, Any]:
        """What GET /compute answers."""
        compute = self._parts.compute
        return {
            "device": compute.device,
            "device_reason": compute.device_reason,
            "precision": compute.precision,
            "precision_reason": compute.precision_reason,
            "priority": "a process of the cluster",
            **told_of(self._parts),
        }

    async def encode(self, key: str, image: FloatArray) -> Encoded:
        """For a click that waits."""
        return await self._replica.encode(key, image)

    @serve.batch(max_batch_size=BATCH, batch_wait_timeout_s=BATCH_WAIT_S)
    async def prepare(self, wanted: Sequence[tuple[str, FloatArray]]) -> list[Encoded]:
        """For whoever may ask later, of any task: several at a time."""
        return await self._replica.prepare(wanted)

    async def decode(self, encoded: Encoded, prompt: Prompt) -> Segmentation:
        """For a click."""
        return await self._replica.decode(encoded, prompt)


class _Late:
    """The application of this process's ingress, which is made when its replica begins."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _application[0](scope, receive, send)


_application: list[Any] = []


@serve.ingress(_Late())
class Ingress:
    """The ingress (ingress.py) in a replica of its own."""

    async def __init__(  # type: ignore[misc]  # Serve awaits it
        self, told: Mapping[str, Any], generalist: Any
    ) -> None:
        from auxol_core.cluster.ingress import ingress
        from auxol_core.cluster.task_processes import TaskProcesses

        on_loopback()
        options = options_from(told)
        users = await asyncio.to_thread(users_of, options)
        about = await generalist.told.remote()
        processes = TaskProcesses(Actors(told), options)
        _application[:] = [ingress(options, users, about, shelf_of(options), processes)]


def application(options: ClusterOptions) -> Any:
    """The application of ``options``; the two actors that it has for all begin now, so that nobody waits for them."""
    told = options.told()
    shelf_actor(options)
    embeddings_actor(options)
    generalist = serve.deployment(
        name=GENERALIST,
        max_ongoing_requests=AT_ONCE,
        ray_actor_options={"num_cpus": 0, "num_gpus": options.gpus},
        autoscaling_config={
            "min_replicas": options.fewest,
            "max_replicas": options.most,
            "target_ongoing_requests": BUSY,
        },
        health_check_period_s=LOOK_S,
        logging_config=QUIET,
    )(GeneralistReplica)
    ingress = serve.deployment(
        name="Ingress",
        num_replicas=options.ingresses,
        max_ongoing_requests=AT_ONCE * 16,
        ray_actor_options={"num_cpus": 0},
        health_check_period_s=LOOK_S,
        logging_config=QUIET,
    )(Ingress)
    return ingress.bind(told, generalist.bind(told))


# Serve writes each request's path into its log, and a task's name is in it.
QUIET = {"enable_access_log": False, "log_level": "WARNING"}
AT_ONCE = 64
LOOK_S = 2.0  # so often Serve looks whether a replica lives


def build(args: dict[str, Any]) -> Any:
    """The application of a config file's ``args``: ClusterOptions by name."""
    return application(options_from(args))
