"""The one compute thread: whoever is urgent goes first, between the small steps of whatever takes long.

Work is a generator that yields between its steps (or a plain function: one step). The thread always makes the next
step of the most urgent work there is, so that a prediction waits for one step of anything else at most. Work of one
urgency goes in the order of arrival, to its end; in the background it takes turns. While a click is on its way
(``expecting``) no step in the background begins, or the click would come just too late and wait for all of it.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Generic, TypeVar

from auxol_core.errors import CancelledError, UnavailableError

log = logging.getLogger(__name__)

Result = TypeVar("Result")
Steps = Generator[object, None, Result]

# A click is read and decoded in some milliseconds; one that takes longer must not stop what goes on in the background.
EXPECTED_WITHIN_S = 0.1


class Urgency(IntEnum):
    """Who waits. PROMPT: a user who clicked. SAVE: one who saved. ASKED: one who asked for
    something that takes long. BACKGROUND: learning and propagation, taking turns. IDLE: what may be of use later.
    LEISURE: what makes good use of time in which nobody asks for anything, taking turns."""

    PROMPT = 0
    SAVE = 1
    ASKED = 2
    BACKGROUND = 3
    IDLE = 4
    LEISURE = 5


class Job(Generic[Result]):
    """Work in the thread's hands. ``future``: its result, or why there is none."""

    def __init__(
        self, work: Callable[[], Any], urgency: Urgency, on_item: Callable[[Any], None] | None, order: int
    ) -> None:
        self.future: Future[Result] = Future()
        self._work, self._on_item = work, on_item
        self.urgency, self.order = urgency, order
        self._steps: Steps[Result] | None = None
        self._cancelled = threading.Event()

    def __lt__(self, other: Job[Any]) -> bool:
        return (self.urgency, self.order) < (other.urgency, other.order)

    def cancel(self) -> None:
        """End it before its next step; its future then raises CancelledError. Harmless where it has ended."""
        self._cancelled.set()

    def step(self) -> bool:
        """Make one step, in the compute thread; True when the job has ended."""
        # Once only, whatever was cancelled: a future that is asked again raises, and would end the thread.
        if self._steps is None and not self.future.set_running_or_notify_cancel():
            return True  # whoever waited has gone before it began
        try:
            if self._cancelled.is_set():
                if self._steps is not None:
                    self._steps.close()
                raise CancelledError("This was cancelled before it was done. What came of it before stays.")
            if self._steps is None:
                begun = self._work()
                if not isinstance(begun, Generator):
                    self.future.set_result(begun)
                    return True
                self._steps = begun
            item = next(self._steps)
            if item is not None and self._on_item is not None:
                self._on_item(item)
        except StopIteration as end:
            self.future.set_result(end.value)
            return True
        except BaseException as error:  # noqa: BLE001 (whoever waits for the result is told; the thread goes on)
            self.future.set_exception(error)
            return True
        return False


@dataclass(frozen=True)
class Spent:
    """What the thread has spent: ``steps`` so many, ``seconds`` in them, and each step's seconds squared, which over
    the seconds are the length of the step that somebody who comes at any moment finds under way."""

    steps: int = 0
    seconds: float = 0.0
    squares: float = 0.0

    def with_step(self, seconds: float) -> Spent:
        """And one step more."""
        return Spent(self.steps + 1, self.seconds + seconds, self.squares + seconds**2)


class Worker:
    """The thread. Any thread may call its methods. ``spent``: since it began, by urgency."""

    def __init__(self, name: str = "auxol-compute") -> None:
        self._jobs: list[Job[Any]] = []
        self._orders = itertools.count()
        self._changed = threading.Condition()
        self._expected = 0
        self._closed = False
        self.spent = dict.fromkeys(Urgency, Spent())
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(
        self,
        work: Callable[[], Generator[Any, None, Result]] | Callable[[], Result],
        urgency: Urgency = Urgency.PROMPT,
        on_item: Callable[[Any], None] | None = None,
    ) -> Job[Result]:
        """Hand over ``work``; ``on_item`` is called in the compute thread with each value but None that it yields.

        Raises UnavailableError once the worker is closed.
        """
        with self._changed:
            if self._closed:
                raise UnavailableError("The engine is shutting down and takes no more work. Start it again.")
            job: Job[Result] = Job(work, urgency, on_item, next(self._orders))
            heapq.heappush(self._jobs, job)
            self._changed.notify()
        return job

    @contextmanager
    def expecting(self) -> Iterator[None]:
        """While this is open something urgent is about to be submitted: what is in the background waits a moment."""
        with self._changed:
            self._expected += 1
        try:
            yield
        finally:
            with self._changed:
                self._expected -= 1
                self._changed.notify()

    @property
    def here(self) -> bool:
        """Whether the caller is the compute thread itself."""
        return threading.current_thread() is self._thread

    def waiting(self) -> dict[Urgency, int]:
        """How many jobs wait for their next step, by urgency; the one that is at a step does not wait."""
        with self._changed:
            counted = Counter(job.urgency for job in self._jobs)
        return {urgency: counted[urgency] for urgency in Urgency}

    def close(self) -> None:
        """End after the step that is being made; work that has not ended gets CancelledError."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if not self.here:
            self._thread.join()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            began = time.perf_counter()
            ended = self._stepped(job)
            self.spent[job.urgency] = self.spent[job.urgency].with_step(time.perf_counter() - began)
            if not ended:
                with self._changed:
                    if job.urgency >= Urgency.BACKGROUND:
                        job.order = next(self._orders)
                    heapq.heappush(self._jobs, job)
        for job in self._jobs:
            job.cancel()
            job.step()
        self._jobs.clear()

    @staticmethod
    def _stepped(job: Job[Any]) -> bool:
        """``job.step()``; what even that did not expect ends the job and not the thread, for which everybody waits."""
        try:
            return job.step()
        except Exception:
            log.exception("A step of the compute thread failed; what it was part of is given up")
            return True

    def _next(self) -> Job[Any] | None:
        with self._changed:
            while not self._jobs and not self._closed:
                self._changed.wait()
            if self._jobs and self._jobs[0].urgency >= Urgency.BACKGROUND:
                self._changed.wait_for(self._is_urgent, EXPECTED_WITHIN_S)
            return None if self._closed else heapq.heappop(self._jobs)

    def _is_urgent(self) -> bool:
        """Whether the next step can be chosen: nothing urgent is on its way, or it has come."""
        return not self._expected or self._closed or self._jobs[0].urgency < Urgency.BACKGROUND
