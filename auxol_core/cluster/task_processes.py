"""The task actors as an ingress sees them: found by name, made where they are wanted, watched while they answer.

A process that ended is started again by Ray, and asked again if carrying the request out twice is harmless. One that
does not even say that it lives is ended before another opens its file; until then the task is unavailable, which is
what its readers are told. The file's lease refuses what a process that was only stopped still wants to write.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from typing import Protocol, TypeVar
from weakref import WeakSet

from starlette.types import Message

from auxol_core.cluster.asgi import HttpAnswer, HttpRequest
from auxol_core.cluster.names import actor_name
from auxol_core.cluster.options import ClusterOptions
from auxol_core.cluster.task_host import Vital
from auxol_core.errors import UnavailableError

log = logging.getLogger(__name__)
Result = TypeVar("Result")

PING_S = 2.0  # a request that takes longer is asked about
AGAIN_S = 0.2
BEGINS_S = 120.0


class GoneError(Exception):
    """The process ended, is being started again, or is leaving."""


class TaskProcess(Protocol):
    """One task's process. Every method raises GoneError where it is not there."""

    async def answer(self, request: HttpRequest) -> HttpAnswer: ...
    def stream(self, request: HttpRequest) -> AsyncIterator[Message]: ...
    async def vital(self) -> Vital: ...
    async def metrics(self) -> tuple[str, str]:
        """The process's label and what it counts, as Prometheus reads it."""

    async def leave(self) -> None:
        """Close the task and end for good."""

    async def restart(self) -> None:
        """End at once, and begin anew."""


class Directory(Protocol):
    """Where processes are found."""

    def get(self, name: str) -> TaskProcess | None: ...
    def make(self, name: str, owner: str, task: str) -> TaskProcess: ...
    def names(self) -> list[str]: ...


class TaskProcesses:
    """For one event loop."""

    def __init__(self, directory: Directory, options: ClusterOptions) -> None:
        self.directory, self._options, self._revision = directory, options, options.revision
        self._known: dict[str, TaskProcess] = {}
        self._heard: WeakSet[TaskProcess] = WeakSet()  # since they began, as far as is known

    def all(self) -> list[TaskProcess]:
        """Those that there are now."""
        found = (self.directory.get(name) for name in self.directory.names())
        return [each for each in found if each is not None]

    async def find(self, owner: str, task: str, *, make: bool) -> TaskProcess | None:
        """The process of ``owner``'s ``task``, None where there is none and none is to be made.

        One of another revision gives its task back first: so a new version takes over, task by task.
        """
        name = actor_name(owner, task)
        if name in self._known:
            return self._known[name]
        found = self.directory.get(name)
        if found is not None and not await self._of_this_revision(found):
            log.info("A task's process of another revision hands over")
            await self._given_up(found)
            found = None
        if found is None and make:
            found = self.directory.make(name, owner, task)
        if found is not None:
            self._known[name] = found
        return found

    async def _of_this_revision(self, process: TaskProcess) -> bool:
        try:
            return (await asyncio.wait_for(process.vital(), self._options.answer_s)).revision == self._revision
        except (GoneError, asyncio.TimeoutError):
            return True  # nobody can say now; it is asked for, and watched, as any other

    async def _given_up(self, process: TaskProcess) -> None:
        try:
            await asyncio.wait_for(process.leave(), self._options.answer_s)
        except (GoneError, asyncio.TimeoutError):
            log.warning("A task's process of another revision did not leave in time; its file's lease keeps it out")

    def forget(self, owner: str, task: str) -> None:
        """Look for it anew the next time."""
        self._known.pop(actor_name(owner, task), None)

    async def answer(
        self, owner: str, task: str, request: HttpRequest, *, make: bool, repeatable: bool
    ) -> HttpAnswer | None:
        """The answer of the task's process; None where there is none. UnavailableError where it does not come."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + self._options.answer_s
        while True:
            process = await self.find(owner, task, make=make)
            if process is None:
                return None
            try:
                return await self.watched(process, process.answer(request))
            except GoneError as gone:
                self.forget(owner, task)
                log.warning("A task's process is not there: %s", gone)
                if not repeatable:
                    raise UnavailableError(
                        "The task's process ended while it was at this, which may or may not have been done. Nothing "
                        "saved is lost. Look at the task, then ask again."
                    ) from None
                if loop.time() > ends:
                    raise UnavailableError(
                        f"The task's process could not be had for {self._options.answer_s:.0f} seconds; it is started "
                        "again. Nothing saved is lost. Ask again in a minute."
                    ) from None
                await asyncio.sleep(AGAIN_S)

    async def watched(self, process: TaskProcess, answer: Awaitable[Result]) -> Result:
        """``answer``, while the process says that it lives; GoneError, and it is ended, once it does not.

        One that begins has to load its models first, and says nothing until then.
        """
        asking, loop = asyncio.ensure_future(answer), asyncio.get_running_loop()
        heard = last = loop.time()
        try:
            while not (await asyncio.wait({asking}, timeout=PING_S))[0]:
                patience = self._options.lease_s if process in self._heard else BEGINS_S
                try:
                    await asyncio.wait_for(process.vital(), max(self._options.lease_s, PING_S))
                    self._heard.add(process)
                    heard = loop.time()
                except asyncio.TimeoutError:
                    last = loop.time()
                if last - heard > patience and not asking.done():
                    log.error("A task's process does not answer: it is ended, and begins anew")
                    await process.restart()
                    raise GoneError("it did not answer")
            result = await asking
            self._heard.add(process)
            return result
        except GoneError:
            self._heard.discard(process)
            raise
        finally:
            if not asking.done():
                asking.cancel()
