"""Coroutines on Qt's event loop: code that waits for answers, written in order, without a thread and without waiting.

``async def`` functions of this module await a ``Promise``; what fulfils it (an answer that came, a timer) resumes them
from its own callback. asyncio is not used, because its event loop would have to run in place of Qt's.
"""

import logging
import time
from collections.abc import Callable, Coroutine, Generator
from typing import Any

import qt

from auxol_core.errors import AuxolError, CancelledError

log = logging.getLogger(__name__)

BREATH_S = 0.015


class Promise:
    """A value that is not there yet. Fulfilled once, with ``resolve`` or ``reject``; later ones are passed over."""

    def __init__(self, cancel: Callable[[], None] | None = None) -> None:
        """``cancel``: how to give up what would fulfil it."""
        self.done = False
        self._value: Any = None
        self._error: BaseException | None = None
        self._waiting: list[Callable[[], None]] = []
        self._cancel = cancel

    def resolve(self, value: Any = None) -> None:
        """Here it is."""
        self._fulfil(value, None)

    def reject(self, error: BaseException) -> None:
        """It will not come."""
        self._fulfil(None, error)

    def _fulfil(self, value: Any, error: BaseException | None) -> None:
        if self.done:
            return
        self.done, self._value, self._error = True, value, error
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            each()

    def cancel(self) -> None:
        """Give it up; who waits for it gets CancelledError."""
        if not self.done and self._cancel is not None:
            self._cancel()
        self.reject(CancelledError("This was cancelled."))

    def whenDone(self, call: Callable[[], None]) -> None:
        """Call it when this is fulfilled, at once if it is."""
        if self.done:
            call()
        else:
            self._waiting.append(call)

    def result(self) -> Any:
        """The value; raises the error it was rejected with."""
        if self._error is not None:
            raise self._error
        return self._value

    def __await__(self) -> Generator["Promise", None, Any]:
        if not self.done:
            yield self
        return self.result()


class Task(Promise):
    """A coroutine under way; fulfilled with what it returns or raises. ``cancel`` ends it where it waits."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        super().__init__()
        self._coroutine = coroutine
        self._awaited: Promise | None = None
        self._goOn()

    def _goOn(self) -> None:
        if self.done:
            return
        try:
            self._awaited = self._coroutine.send(None)
        except StopIteration as end:
            self.resolve(end.value)
        except Exception as error:  # noqa: BLE001 - handed on to whoever awaits this task
            self.reject(error)
        else:
            if self.done:
                self._end()  # it was cancelled from within itself, and this is where it waits next
            else:
                self._awaited.whenDone(self._goOn)

    def cancel(self) -> None:
        if self.done:
            return
        self.reject(CancelledError("This was cancelled."))
        self._end()

    def _end(self) -> None:
        """Let go of what it holds now: left to the collector, others would wait for that."""
        awaited, self._awaited = self._awaited, None
        if awaited is not None:
            awaited.cancel()
        try:
            self._coroutine.close()
        except (RuntimeError, ValueError):
            log.debug("A task was cancelled from within itself; it ends where it waits next")


class Tasks:
    """Coroutines that nobody awaits: kept alive, their errors told to ``failed``, all of them cancelled at the end."""

    def __init__(self, failed: Callable[[Exception], None]) -> None:
        self._failed = failed
        self._running: set[Task] = set()
        self._closed = False

    def start(self, coroutine: Coroutine[Any, Any, Any]) -> Task:
        """Run it until it waits, and further whenever it can."""
        if self._closed:
            coroutine.close()
            return Task(_nothing())
        task = Task(coroutine)
        if task.done:
            self._ended(task)
        else:
            self._running.add(task)
            task.whenDone(lambda: self._ended(task))
        return task

    def _ended(self, task: Task) -> None:
        self._running.discard(task)
        try:
            task.result()
        except CancelledError:
            pass
        except AuxolError as error:
            self._failed(error)
        except Exception as error:
            log.exception("A defect of AuxOLSegment")
            self._failed(error)

    def cancelAll(self) -> None:
        """Cancel what is under way; new ones are welcome."""
        for task in list(self._running):
            task.cancel()

    def close(self) -> None:
        """Cancel what is under way; nothing starts any more."""
        self._closed = True
        self.cancelAll()


async def _nothing() -> None:
    return


async def shared(task: Task) -> Any:
    """The result of a task that others wait for too: who is cancelled does not take it along."""
    mine = Promise()
    task.whenDone(mine.resolve)
    await mine
    return task.result()


class Breath:
    """Lets Qt's event loop run now and then in the middle of a long loop, so that the window stays alive."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    async def take(self) -> bool:
        """Go on at once, or after the event loop has had its turn where it has waited for BREATH_S; whether it had."""
        if time.perf_counter() - self._since <= BREATH_S:
            return False
        await after(0)
        self._since = time.perf_counter()
        return True


def after(milliseconds: int) -> Promise:
    """Fulfilled after that time."""
    promise = Promise()
    # Without a timer object of ours, which would be dropped in the middle of its own signal.
    qt.QTimer.singleShot(milliseconds, promise.resolve)
    return promise
