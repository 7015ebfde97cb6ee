"""One open task in a process of its own: today's application over a household that has this task alone.

Requests come as values (asgi.py) from any ingress; who asks has been let in there. Slices come from the cluster's shelf
when a request names them. Whatever the application keeps for a task (leases, jobs, whose a proposal is) lives here, so
that an ingress keeps nothing.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from prometheus_client import generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.types import Message

from auxol_core.build import EngineParts, warm_up
from auxol_core.cluster import asgi
from auxol_core.cluster.asgi import HttpAnswer, HttpRequest
from auxol_core.cluster.folders import tasks_of
from auxol_core.cluster.labels import new_label
from auxol_core.cluster.options import ClusterOptions
from auxol_core.engine.worker import Worker
from auxol_core.errors import NotFoundError, UnavailableError
from auxol_core.server.app import create_app
from auxol_core.server.desk import Desk
from auxol_core.server.household import Home, Household
from auxol_core.server.metrics import Metrics
from auxol_core.server.told import told_of
from auxol_core.server.user_engine import UserEngineFactory, user_engines
from auxol_core.server.users import User, Users
from auxol_core.types import SliceImage

log = logging.getLogger(__name__)

SWEEP_S = 5.0


class Slices(Protocol):
    """The cluster's Shelf, wherever it lives."""

    async def missing(self, user: str, ids: Sequence[str]) -> list[str]: ...
    async def take(self, user: str, ids: Sequence[str]) -> Mapping[str, SliceImage]: ...


class LeavingError(UnavailableError):
    """Ask again: another process has the task then."""


@dataclass(frozen=True)
class Vital:
    """What a task's process says of itself. ``revision``: see ClusterOptions. ``at_work``: whether somebody has
    its task open."""

    revision: str
    pid: int
    at_work: bool


class TaskHousehold(Household):
    """A household with one home, that of ``owner``, for any user who may see its task."""

    def __init__(
        self, owner: str, users: Users, options: ClusterOptions, make_engine: UserEngineFactory, worker: Worker,
        slices: Slices, parts: EngineParts,
    ) -> None:
        super().__init__(
            users,
            Path(options.data_dir),
            make_engine,
            worker,
            idle_s=options.idle_s,
            liveness_s=options.liveness_s,
            generalist=parts.generalist.name,
            compute=told_of(parts),
        )
        self.owner, self.slices = owner, slices

    async def home(self, owner: str) -> Home:
        if owner != self.owner:
            raise NotFoundError("A task of another user was asked for. Choose one of your own.")
        return await super().home(owner)


class TaskDesk(Desk):
    """A desk whose user's slices lie on the shelf."""

    household: TaskHousehold

    async def own(self) -> Home:
        return await self.household.home(self.household.owner)

    async def list_tasks(self) -> list[str]:
        return await run_in_threadpool(tasks_of, self.household, self.user)

    async def _bring(self, home: Home, ids: Sequence[str], *, must: bool = True) -> list[str]:
        wanted = list(dict.fromkeys(ids))
        here = [each for each in wanted if home.engine.has_slice(each)]
        if home.shared and here:
            # Nobody uses a slice of another user's that happens to be here.
            theirs = set(await self.household.slices.missing(self.user.name, here))
            here = [each for each in here if each not in theirs]
        lacking = [each for each in wanted if each not in here]
        found = await self.household.slices.take(self.user.name, lacking) if lacking else {}
        for image in found.values():
            await home.put_slice(image)
        absent = [each for each in lacking if each not in found]
        if absent and must:
            raise NotFoundError(
                f"Slice {absent[0][:12]} is not here: it was never put, or was evicted to make room. Put it again.",
                missing="slice",
            )
        return [each for each in wanted if each not in absent]


class TaskHost:
    """The task ``task`` of ``owner``. To be made in the event loop that it answers in; ``make_parts`` runs in the
    thread that computes."""

    def __init__(self, owner: str, task: str, options: ClusterOptions, slices: Slices, users: Users) -> None:
        self._owner, self._task, self._options = owner, task, options
        self._slices, self._users = slices, users
        self._household: TaskHousehold | None = None
        self._idle_since: float | None = None
        self._leaving = False
        self._under_way = 0
        self._label = new_label()

    async def begin(self, make_parts: Callable[[], EngineParts]) -> None:
        """Load what computes."""
        worker = Worker()
        parts = await asyncio.wrap_future(worker.submit(make_parts).future)
        asyncio.get_running_loop().run_in_executor(None, warm_up)
        engines = user_engines(parts, self._options.user_memory_mb * 2**20)
        self._household = TaskHousehold(
            self._owner, self._users, self._options, engines, worker, self._slices, parts
        )
        # Nobody asks this process itself for them: the token opens nothing.
        self._metrics = Metrics(self._household, secrets.token_hex(32))
        self._app = create_app(self._household, hosts=None, desk=TaskDesk, gated=False, metrics=self._metrics)

    @property
    def household(self) -> TaskHousehold:
        assert self._household is not None, "begin comes first"
        return self._household

    async def answer(self, request: HttpRequest) -> HttpAnswer:
        """The whole answer to ``request``."""
        with self._asked(request.user):
            return await asgi.whole(self._app, request, self.household.limits)

    async def stream(self, request: HttpRequest) -> AsyncIterator[Message]:
        """The same in pieces, for files."""
        with self._asked(request.user):
            async for message in asgi.messages(self._app, request, self.household.limits):
                yield message

    @contextmanager
    def _asked(self, user: User) -> Iterator[None]:
        if self._leaving:
            raise LeavingError("This task's process is leaving, and another one takes over. Ask again.")
        self.household.leases.seen(user.name)
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            self._idle_since = None

    def metrics(self) -> tuple[str, str]:
        """A label for this process's life, and what it counts, as Prometheus reads it."""
        return self._label, generate_latest(self._metrics.registry).decode()

    def vital(self) -> Vital:
        """Whether it lives, and what it is. Answers while anything is computed."""
        held = self._household is not None and bool(self.household.leases.of_owner(self._owner))
        return Vital(self._options.revision, os.getpid(), held)

    async def keep(self) -> None:
        """Close what is not used; return when the task has been closed for ``linger_s``, so that the process may go."""
        loop = asyncio.get_running_loop()
        while not self._leaving:
            await asyncio.sleep(min(SWEEP_S, max(0.05, self._options.linger_s / 4)))
            await self.household.sweep()
            if self._under_way or self.household.leases.of_owner(self._owner) or self.household.jobs.some:
                self._idle_since = None
                continue
            self._idle_since = self._idle_since or loop.time()
            if loop.time() - self._idle_since > self._options.linger_s:
                break

    async def leave(self) -> None:
        """Answer who waits, close the task, and take no more. Everything that had a receipt is on the disk already."""
        self._leaving = True
        if self._household is not None:
            await self._household.close()
