"""Who lives in the server: an engine for each user, one for what several share, and one compute thread for all.

An engine is made when its user first asks for anything, and goes when its user has gone (leases.py). Everything here
runs in the event loop's thread, also the verbs that touch no model (worker_engine.AT_ONCE); the others run in the
compute thread, and what blocks while an engine is made or closed in a thread of the pool.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool

from auxol_core.api import EngineApi, VerbOf
from auxol_core.engine.engine import Engine
from auxol_core.engine.worker import Job, Urgency, Worker
from auxol_core.engine.worker_engine import WorkerEngine
from auxol_core.errors import AuxolError
from auxol_core.private_files import make_folder, tighten_folder
from auxol_core.server.bell import Bell
from auxol_core.server.generalists import Generalists
from auxol_core.server.jobs import Jobs
from auxol_core.server.leases import Key, Leases
from auxol_core.server.limits import Limits, Turnstile
from auxol_core.server.sharing import Proposals
from auxol_core.server.user_engine import UserEngineFactory
from auxol_core.server.users import User, Users
from auxol_core.taskfile.folder import TaskFolder
from auxol_core.types import Event, SliceImage
from auxol_core.verbs import declared

log = logging.getLogger(__name__)

P = ParamSpec("P")
Result = TypeVar("Result")
SWEEP_S = 15.0
SHARED = "shared tasks"  # no user's name holds a space
USERS = "users"


class Home:
    """One engine, its folder, and the bell that its events ring."""

    def __init__(self, owner: str, folder: Path, engine: WorkerEngine, bell: Bell) -> None:
        self.owner, self.folder, self.engine, self.bell = owner, folder, engine, bell
        self._unwatch = engine.watch(self._happened)

    @property
    def shared(self) -> bool:
        """Whether it holds the tasks that several users share."""
        return self.owner == SHARED

    def _happened(self, event: Event) -> None:
        self.bell.ring(event.task)

    def submit(self, verb: VerbOf[P, Result], *args: P.args, **kwargs: P.kwargs) -> Future[Result]:
        """Hand ``verb`` over to the compute thread."""
        return self.engine.submit(verb, *args, **kwargs)

    def start(self, verb: VerbOf[P, Result], *args: P.args, **kwargs: P.kwargs) -> Job[Result]:
        """As ``submit``; the job can be cancelled."""
        return self.engine.start(verb, *args, **kwargs)

    async def call(self, verb: VerbOf[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        """``verb`` of EngineApi, without a thread that waits for it."""
        about = declared(verb)
        if about.at_once:
            carry_out: Callable[..., Result] = getattr(self.engine, about.name)
            if about.on_disk:  # the event loop waits for no disk
                return await run_in_threadpool(carry_out, *args, **kwargs)
            return carry_out(*args, **kwargs)
        return await asyncio.wrap_future(self.submit(verb, *args, **kwargs))

    async def put_slice(self, image: SliceImage) -> None:
        """``put_slice``, which copies the pixels, outside the event loop."""
        await run_in_threadpool(self.engine.put_slice, image)

    async def list_tasks(self) -> list[str]:
        """``list_tasks``, which reads a folder, outside the event loop."""
        return await run_in_threadpool(self.engine.list_tasks)

    async def work(self, do: Callable[[Engine], Result]) -> Result:
        """``do`` with the engine itself, in the compute thread."""
        job = self.engine.worker.submit(lambda: do(self.engine.engine), Urgency.PROMPT)
        return await asyncio.wrap_future(job.future)

    def close(self) -> None:
        """Close every task. It blocks while the compute thread is at a step."""
        self._unwatch()
        with suppress(AuxolError):  # the worker has closed, and with it nothing goes on
            self.engine.close()


class Household:
    """``data_dir``: the only user's tasks, or the folder of everybody's folders where ``users.many``.

    ``idle_s``, ``liveness_s``: see Leases; ``generalist``: its name; ``compute``: what /compute answers, see told.py;
    ``clock``: seconds. ``worker`` ends with ``close``.
    """

    def __init__(
        self,
        users: Users,
        data_dir: Path,
        make_engine: UserEngineFactory,
        worker: Worker,
        *,
        limits: Limits | None = None,
        idle_s: float | None = None,
        liveness_s: float | None = None,
        generalist: str = "",
        compute: Mapping[str, object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.users, self.limits = users, limits or Limits()
        self.generalist, self.compute = generalist, dict(compute or {})
        self._data_dir, self.make_engine, self.worker = data_dir, make_engine, worker
        self.watchers: list[Callable[[Event], None]] = []  # called in the compute thread with each event of any engine
        self.generalists = Generalists(worker, not users.many, self.compute)
        self.leases = Leases(clock, idle_s, liveness_s)
        self.jobs = Jobs(clock, self.limits.job_keep_s, self.limits.jobs)
        self.proposals = Proposals()
        self.polls = Turnstile(self.limits.polls, "long polls")
        self.bodies = Turnstile(self.limits.bodies, "large bodies")
        self.leaving = asyncio.Event()
        self._homes: dict[str, Home] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        if users.many:
            self._keep_private()

    # Engines

    async def home(self, owner: str) -> Home:
        """The engine of a user's own tasks, or of the SHARED ones; made now if it is not there."""
        if owner not in self._homes:
            async with self._locks.setdefault(owner, asyncio.Lock()):
                if owner not in self._homes:
                    self._homes[owner] = await self._made(owner)
        return self._homes[owner]

    async def _made(self, owner: str) -> Home:
        folder, bell = self.folder(owner), Bell()
        engine = await run_in_threadpool(
            WorkerEngine, lambda listener: self.make_engine(folder, listener), self.worker
        )
        for watcher in self.watchers:
            engine.watch(watcher)
        return Home(owner, folder, engine, bell)

    def folder(self, owner: str) -> Path:
        """Where the tasks of ``owner`` lie."""
        if not self.users.many:
            return self._data_dir
        return self._data_dir / "shared" if owner == SHARED else self._data_dir / USERS / owner

    def _keep_private(self) -> None:
        """Everybody's folders are the server's alone, also of users who do not come and of an earlier version."""
        TaskFolder(self._data_dir)
        folders = self._data_dir / USERS
        make_folder(folders)
        tighten_folder(folders, lambda entry: entry.is_dir(follow_symlinks=False))
        for folder in (self._data_dir / "shared", *folders.iterdir()):
            if folder.is_dir():
                TaskFolder(folder)

    def owner_of(self, user: User, task: str) -> str:
        """In whose folder ``user`` finds ``task``."""
        return SHARED if task in user.shared else user.name

    # What goes by itself

    async def keep(self) -> None:
        """Sweep now and then, until it is cancelled."""
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                await self.sweep()
            except Exception:  # a disk that went away is back at another sweep
                log.exception("What was not used for long could not be closed; it is tried again")

    async def sweep(self) -> None:
        """Close what was not used for long, and the engines of users who have gone; forget old jobs."""
        self.jobs.sweep()
        for key in self.leases.due():
            await self._close_task(key)
        for owner in [owner for owner in self._homes if owner != SHARED and self.leases.gone(owner)]:
            self.jobs.end_of(owner)
            await self._close_home(owner)

    async def _close_task(self, key: Key) -> None:
        owner, task = key
        self.leases.closed(key)
        if owner in self._homes:
            home = self._homes[owner]
            await home.call(EngineApi.close_task, task)
            home.bell.ring(task)
        log.info("A task was closed because it was not used, or its user has gone; nothing is lost")

    async def _close_home(self, owner: str) -> None:
        async with self._locks.setdefault(owner, asyncio.Lock()):
            home = self._homes.pop(owner, None)
            for key in self.leases.of_owner(owner):
                self.leases.closed(key)
            if home is not None:
                await run_in_threadpool(home.close)
                home.bell.wake_all()
                log.info("An engine was closed because its user has gone; nothing is lost")

    # The end

    def leave(self) -> None:
        """Answer who waits, and take no more: the server is about to leave."""
        self.leaving.set()
        self.jobs.wake()
        for home in self._homes.values():
            home.bell.wake_all()

    async def close(self) -> None:
        """Close every task and end the compute thread."""
        self.leave()
        self.jobs.close()
        for owner in list(self._homes):
            await self._close_home(owner)
        await run_in_threadpool(self.worker.close)
