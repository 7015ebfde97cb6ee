"""EngineApi over HTTP: a blocking client for scripts, tests and the command line.

The verbs are those of every client (verbs.py), here run with requests. Threads: any thread may call any verb; each has
a connection of its own, and what is remembered is locked. Nothing here imports torch or knows how an engine is made.

A server may evict slices, close tasks that nobody used for long, and be restarted. Where it says that something is
missing that this client has had there, the client brings it and asks again, once: slices are sent again, tasks opened
(and paused) again, a forgotten proposal's mask becomes the prompt's mask so far. Corrections are written to the outbox
before they are sent and removed when the receipt is there; what is left is sent when its task is opened, before the
next correction of that task, or by ``resend``.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from auxol_core.api import Forwarder, VerbOf
from auxol_core.authors import AuthoredCorrection, AuthorShare
from auxol_core.client import authors
from auxol_core.client.address import Address
from auxol_core.client.calls import Calls
from auxol_core.client.effects import Effect, Exchange, Flow, Pause
from auxol_core.client.files import reading, replacing
from auxol_core.client.http_line import Line
from auxol_core.client.limits import Timeouts
from auxol_core.client.memory import ClientMemory
from auxol_core.client.mending import Mending
from auxol_core.client.outbox import Outbox
from auxol_core.client.verbs import ClientVerbs
from auxol_core.errors import TaskFileError, UnavailableError
from auxol_core.types import Propagated, TaskStatus
from auxol_core.verbs import declared

P = ParamSpec("P")
Result = TypeVar("Result")


class BlockingDriver:
    """Runs flows with requests: each thread on a line of its own. ``system``: use the system's proxies."""

    def __init__(self, outbox: Outbox | None, *, system: bool) -> None:
        self._outbox, self._system = outbox, system
        self._closed = False
        self._mine = threading.local()
        self._lines: weakref.WeakSet[Line] = weakref.WeakSet()
        self._mutex = threading.Lock()

    def run(self, flow: Flow[Result]) -> Result:
        """The result of ``flow``, once all that it asks for is done."""
        try:
            effect = next(flow)
            while True:
                try:
                    done = self._carry_out(effect)
                except BaseException as error:  # noqa: BLE001 - handed to the flow, which lets go of what it holds
                    effect = flow.throw(error)
                else:
                    effect = flow.send(done)
        except StopIteration as end:
            result: Result = end.value
            return result

    def _carry_out(self, effect: Effect) -> Any:
        if isinstance(effect, Exchange):
            return self._line().exchange(effect)
        if isinstance(effect, Pause):
            return time.sleep(effect.seconds)
        if self._outbox is None:
            raise OSError("This client has no outbox")
        return self._outbox.carry_out(effect)

    def _line(self) -> Line:
        if self._closed:
            raise UnavailableError("This client is closed and takes no more calls. Make a new one.")
        line = getattr(self._mine, "line", None)
        if line is None:
            line = self._mine.line = Line(system=self._system)
            with self._mutex:
                self._lines.add(line)
        return line

    def close(self) -> None:
        """Close all lines; harmless twice."""
        self._closed = True
        with self._mutex:
            for line in self._lines:
                line.close()


class EngineClient(Forwarder):
    """EngineApi, in the server at ``url``. See api.py for what each verb promises.

    ``outbox``: the folder for corrections on their way; None: one that could not be sent is the caller's to send again.
    """

    def __init__(self, url: str, token: str, *, outbox: Path | None = None, timeouts: Timeouts | None = None) -> None:
        address = Address(url, token)
        self._verbs = ClientVerbs(
            Mending(Calls(address, timeouts or Timeouts()), ClientMemory()), keeps=outbox is not None
        )
        # To this machine nothing of the system's settings is used, no proxy ever.
        self._driver = BlockingDriver(None if outbox is None else Outbox(Path(outbox)), system=not address.loopback)

    def __enter__(self) -> EngineClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def forward(self, verb: VerbOf[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        if declared(verb).stream:
            items: Any = self._items(verb, *args, **kwargs)
            return items  # type: ignore[no-any-return]
        return self._driver.run(self._verbs.ask(verb, *args, **kwargs))

    def _items(self, verb: VerbOf[..., Any], *args: Any, **kwargs: Any) -> Iterator[Propagated]:
        stream = self._verbs.stream(verb, *args, **kwargs)
        self._driver.run(stream.begin())
        try:
            while not stream.done:
                yield from self._driver.run(stream.more())
        finally:
            self._driver.run(stream.end())

    def export_task(self, task: str, path: Path) -> None:
        with replacing(Path(path)) as file:
            self._driver.run(self._verbs.export_to(task, file))

    def import_task(self, path: Path, name: str) -> TaskStatus:
        with reading(Path(path)) as file:
            try:
                return self._driver.run(self._verbs.import_from(file, name))
            except TaskFileError as error:  # the server has another name for it
                raise type(error)(f"{Path(path).name} was not taken in. {error}") from error

    # Beside the verbs, of a task that several users share: see client/authors.py

    def authors(self, task: str) -> list[AuthorShare]:
        """What each reader taught a shared task; of who does not own it, their own share alone. InvalidInputError where
        the task is not shared."""
        return self._driver.run(authors.authors(self._verbs.mending, task))

    def author_curve(self, task: str, author: str) -> list[AuthoredCorrection]:
        """A reader's part of the learning curve, in order of saving; RoleError where it is another's and the task not
        one's own, NotFoundError where nothing of theirs is here."""
        return self._driver.run(authors.author_curve(self._verbs.mending, task, author))

    def rename_author(self, task: str, author: str, pseudonym: str) -> None:
        """Call an author by another pseudonym; RoleError where the task is not one's own."""
        self._driver.run(authors.rename_author(self._verbs.mending, task, author, pseudonym))

    def forget_author(self, task: str, author: str) -> TaskStatus:
        """Forget every correction of an author and learn again from the others; where that broke off, ask again.
        RoleError where the task is not one's own, NotFoundError where nothing of theirs is here."""
        return self._driver.run(authors.forget_author(self._verbs.mending, task, author))

    def resend(self, *, open_tasks: bool = False) -> int:
        """Send what is in the outbox, of the tasks that are open in the server; how many corrections arrived.

        ``open_tasks``: also of those that are not: they are opened, or made where they were not there yet.
        Raises UnavailableError where the server cannot be reached. What it refuses for good is set aside and logged.
        """
        return self._driver.run(self._verbs.corrections.send_waiting(open_tasks=open_tasks)).arrived

    def alive(self) -> bool:
        """Whether anything answers at the address; a server at work does, however long its answers take."""
        return self._driver.run(self._verbs.calls.alive())

    def close(self) -> None:
        """Close the tasks that were opened here, unless the server is gone, and all connections. Harmless twice."""
        self._driver.run(self._verbs.close())
        self._driver.close()
