"""What takes longer than a request may: a verb whose answer is fetched later, and the slices of a stream.

A job belongs to one user; to another it is not there. It is forgotten when nobody asked after it for a while; a
stream that is still going on is cancelled by that.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from starlette.responses import Response

from auxol_core.engine.worker import Job as Work
from auxol_core.errors import CancelledError, NotFoundError, UnavailableError
from auxol_core.server.answers import FileAnswer
from auxol_core.server.bell import Bell
from auxol_core.server.leases import Key
from auxol_core.types import Propagated

ITEMS_AT_ONCE = 32  # of a stream, in one answer: 32 masks are a message of some hundred kilobytes
TOPIC = "job"


class Job(Protocol):
    """What both kinds of job have."""

    @property
    def done(self) -> bool:
        """Whether it has ended, well or not."""

    def end(self) -> None:
        """Cancel it where that is possible, and give back what it holds."""


async def first_of(work: asyncio.Task[Response], leaving: asyncio.Event, wait_s: float) -> None:
    """Return when ``work`` has ended, the server leaves, or after ``wait_s``."""
    left = asyncio.create_task(leaving.wait())
    try:
        await asyncio.wait({work, left}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        left.cancel()


class VerbJob:
    """A verb that goes on after its request was answered."""

    def __init__(self, answer: asyncio.Task[Response]) -> None:
        self._answer = answer

    @property
    def done(self) -> bool:
        return self._answer.done()

    async def answer(self, wait_s: float, leaving: asyncio.Event) -> Response | None:
        """The verb's answer, or the error it raised; None where it is not there after ``wait_s``, or at ``leaving``."""
        await first_of(self._answer, leaving, wait_s)
        return self._answer.result() if self._answer.done() else None

    def end(self) -> None:
        self._answer.add_done_callback(_dispose)
        self._answer.cancel()


def _dispose(answer: asyncio.Task[Response]) -> None:
    if not answer.cancelled() and answer.exception() is None and isinstance(made := answer.result(), FileAnswer):
        made.remove()


class StreamJob:
    """Slices of the task of ``lease`` as they are made; kept until the client asks for those that come after."""

    def __init__(self, lease: Key, start: Callable[[Callable[[Propagated], None]], Work[None]]) -> None:
        self.lease = lease
        self._loop = asyncio.get_running_loop()
        self._bell = Bell()
        self._items: list[Propagated] = []
        self._first = 0  # the number of the first one that is kept
        self._ended = False
        self._error: BaseException | None = None
        self._work = start(lambda item: self._soon(lambda: self._add(item)))
        self._work.future.add_done_callback(lambda _: self._soon(self._end))

    def _soon(self, call: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(call)

    def _add(self, item: Propagated) -> None:
        self._items.append(item)
        self._bell.ring(TOPIC)

    def _end(self) -> None:
        future = self._work.future
        self._error = CancelledError("This was cancelled.") if future.cancelled() else future.exception()
        self._ended = True
        self._bell.ring(TOPIC)

    @property
    def done(self) -> bool:
        return self._ended

    async def items(self, after: int, wait_s: float) -> tuple[list[Propagated], bool]:
        """Those from number ``after`` on, and whether these are the last; waits up to ``wait_s`` for the first.

        Raises the error that ended the stream, once all that was made before it has been fetched.
        """
        kept = min(max(0, after - self._first), len(self._items))
        del self._items[:kept]
        self._first += kept
        if not self._items and not self._ended:
            await self._bell.heard(TOPIC, wait_s)
        made = self._items[:ITEMS_AT_ONCE]
        if self._error is not None and not made:
            raise self._error
        return made, self._ended and len(made) == len(self._items) and self._error is None

    def end(self) -> None:
        self._work.cancel()
        self._items.clear()
        self.wake()

    def wake(self) -> None:
        """Answer who waits for items."""
        self._bell.wake_all()


class Jobs:
    """Every user's jobs. ``clock``: seconds; a job that nobody asked after for ``keep_s`` is forgotten."""

    def __init__(self, clock: Callable[[], float], keep_s: float, most: int) -> None:
        self._clock, self._keep_s, self._most = clock, keep_s, most
        self._jobs: dict[tuple[str, str], Job] = {}
        self._asked: dict[tuple[str, str], float] = {}

    @property
    def some(self) -> bool:
        """Whether there is any that somebody may still ask after."""
        return bool(self._jobs)

    def check_room(self, user: str) -> None:
        """UnavailableError if ``user`` has as many jobs as may be."""
        mine = [key for key in self._jobs if key[0] == user]
        if len(mine) < self._most:
            return
        done = [key for key in mine if self._jobs[key].done]
        if not done:
            raise UnavailableError(
                f"At most {self._most} jobs of one user go on at a time, and so many do. Wait for one, or cancel it."
            )
        self.end(user, min(done, key=self._asked.__getitem__)[1])

    def add(self, user: str, job: Job) -> str:
        """Keep ``job``; its id."""
        key = (user, str(uuid.uuid4()))
        self._jobs[key], self._asked[key] = job, self._clock()
        return key[1]

    def get(self, user: str, job_id: str) -> Job:
        """The job; NotFoundError where this user has none of that id."""
        try:
            job = self._jobs[user, job_id]
        except KeyError:
            raise NotFoundError(
                "There is no such job: it was fetched long ago, cancelled, or the server was restarted. Ask anew.",
                missing="job",
            ) from None
        self._asked[user, job_id] = self._clock()
        return job

    def end(self, user: str, job_id: str) -> None:
        """Cancel and forget a job; NotFoundError where there is none."""
        self.get(user, job_id).end()
        del self._jobs[user, job_id], self._asked[user, job_id]

    def sweep(self) -> None:
        """Forget what nobody asks after. A verb under way is kept, as it ends by itself."""
        now = self._clock()
        for user, job_id in [key for key, asked in self._asked.items() if now - asked > self._keep_s]:
            job = self._jobs[user, job_id]
            if job.done or isinstance(job, StreamJob):
                self.end(user, job_id)

    def wake(self) -> None:
        """Answer who waits for items."""
        for job in self._jobs.values():
            if isinstance(job, StreamJob):
                job.wake()

    def end_of(self, user: str) -> None:
        """Cancel and forget every job of ``user``."""
        for owner, job_id in list(self._jobs):
            if owner == user:
                self.end(user, job_id)

    def close(self) -> None:
        """Cancel and forget every job."""
        for user, job_id in list(self._jobs):
            self.end(user, job_id)


