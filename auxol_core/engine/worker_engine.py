"""EngineApi for many threads: an Engine behind the one compute thread, which learns by itself what is saved.

The server's handlers hand verbs over with ``submit`` and wait for futures; scripts and tests call the verbs, which
block. Predictions go first, then what is saved, then what was asked for and takes long; learning, refreshing and
streams go on in between, prefetching when there is nothing else. Verbs that touch no model (``AT_ONCE``) are
answered by whoever calls them, whatever the compute thread is at.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any, ParamSpec, Protocol, TypeVar

from auxol_core.api import Forwarder, VerbOf
from auxol_core.engine.engine import STEPS, Engine
from auxol_core.engine.open_task import Listener
from auxol_core.engine.worker import Job, Urgency, Worker
from auxol_core.errors import AuxolError, CancelledError, UnavailableError
from auxol_core.types import Event, Propagated, SliceImage
from auxol_core.verbs import Verb, declared

log = logging.getLogger(__name__)

P = ParamSpec("P")
Result = TypeVar("Result")


def urgency_of(verb: Verb) -> Urgency:
    """What a person's click waits for goes first, then what is saved and noted, then what may take long."""
    if verb.urgent:
        return Urgency.PROMPT
    return Urgency.ASKED if verb.limit in ("answer", "file") else Urgency.SAVE


class EngineMaker(Protocol):
    """Makes the engine, given whom it tells its events."""

    def __call__(self, listener: Listener) -> Engine: ...


class WorkerEngine(Forwarder):
    """EngineApi. Any thread may call any verb; see api.py for what each promises.

    ``worker`` may be shared by several engines: ``make_engine`` then runs here, so that nobody waits for what another
    engine computes. One that was not given is made, runs ``make_engine`` itself and ends with ``close``.
    """

    def __init__(self, make_engine: EngineMaker, worker: Worker | None = None) -> None:
        self._own_worker = worker is None
        self.worker = worker or Worker()
        self._happened = threading.Condition()
        self._watchers: list[Callable[[Event], None]] = []
        self._learning: dict[str, Job[None]] = {}
        self._at_leisure: dict[str, list[Job[None]]] = {}
        self._prefetching: Job[None] | None = None
        self._closed = False
        self.engine: Engine
        if worker is None:
            self.engine = self.worker.submit(lambda: make_engine(self._tell)).future.result()
        else:
            self.engine = make_engine(self._tell)

    # Handing over

    def submit(self, verb: VerbOf[P, Result], *args: P.args, **kwargs: P.kwargs) -> Future[Result]:
        """Hand ``verb``, none that is ``at_once``, to the compute thread; a future of its result or its error."""
        return self.start(verb, *args, **kwargs).future

    def start(self, verb: VerbOf[P, Result], *args: P.args, **kwargs: P.kwargs) -> Job[Result]:
        """As ``submit``; the job can be cancelled between two of its steps."""
        about = declared(verb)

        def work() -> Any:
            begun = self._begun(about, *args, **kwargs)
            if not about.teaches:
                return begun
            given = about.arguments(*args, **kwargs)
            return self._then_learn(str(given["task" if about.on_open_task else "name"]), begun)

        return self.worker.submit(work, urgency_of(about))

    def teaching(
        self, task: str, begin: Callable[[Engine], Generator[None, None, Result]], urgency: Urgency
    ) -> Job[Result]:
        """Steps on the engine itself, beside the verbs, after which there may be something to learn in ``task``."""
        return self.worker.submit(lambda: self._then_learn(task, begin(self.engine)), urgency)

    def _begun(self, about: Verb, *args: Any, **kwargs: Any) -> Any:
        """A verb's result, or its steps; of a stream without steps of its own each item is one."""
        in_steps = STEPS.get(about.name)
        carry_out = getattr(self.engine, about.name) if in_steps is None else partial(in_steps, self.engine)
        return carry_out(*args, **kwargs)

    def _then_learn(self, task: str, begun: Any) -> Generator[None, None, Any]:
        result = (yield from begun) if isinstance(begun, Generator) else begun
        self._wake(task)
        return result

    def _wake(self, task: str) -> None:
        """Learn what is queued in ``task`` in the background, unless that is going on. In the compute thread."""
        if task not in self._learning:
            job: Job[None] = self.worker.submit(lambda: self.engine.work(task), Urgency.BACKGROUND)
            self._learning[task] = job
            job.future.add_done_callback(lambda future: self._learned(task, future))

    def _learned(self, task: str, future: Future[None]) -> None:
        # In the compute thread too: a correction comes either before the last look into the queue or after this.
        self._learning.pop(task, None)
        error = None if future.cancelled() else future.exception()
        if isinstance(error, CancelledError):
            return
        if error is None:
            self._take_leisure(task)
        if isinstance(error, AuxolError):
            log.error("Learning of a task stopped: %s", type(error).__name__)  # its sentence may name the task
            self.engine.tell(task, "failed", reason=str(error))
        elif error is not None:
            log.error("Learning of a task stopped by a defect of the program", exc_info=error)
            self.engine.tell(task, "failed", reason=f"{type(error).__name__}; see the engine's log. Nothing is lost.")

    def _take_leisure(self, task: str) -> None:
        """Let the task make use of the time until something is asked of it. In the compute thread."""
        for earlier in self._at_leisure.pop(task, ()):
            earlier.cancel()
        with suppress(UnavailableError):  # it is shutting down
            for work in self.engine.at_leisure(task):
                job: Job[None] = self.worker.submit(work, Urgency.LEISURE)
                job.future.add_done_callback(partial(self._leisure_ended, task))
                self._at_leisure.setdefault(task, []).append(job)

    def _leisure_ended(self, task: str, future: Future[None]) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None and not isinstance(error, CancelledError):
            log.error("What a task did at leisure stopped", exc_info=error)
            self.engine.tell(task, "failed", reason=f"{type(error).__name__} while it rehearsed. Nothing is lost.")

    def streaming(
        self,
        on_item: Callable[[Propagated], None],
        verb: VerbOf[P, Iterator[Propagated]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Job[None]:
        """A stream, in the background: ``on_item`` is called in the compute thread with each item."""
        return self.worker.submit(partial(self._begun, declared(verb), *args, **kwargs), Urgency.BACKGROUND, on_item)

    def watch(self, watcher: Callable[[Event], None]) -> Callable[[], None]:
        """Call ``watcher`` with each event, in the compute thread, until the function returned is called."""
        with self._happened:
            self._watchers.append(watcher)

        def unwatch() -> None:
            with self._happened:
                self._watchers.remove(watcher)

        return unwatch

    def _tell(self, event: Event) -> None:
        with self._happened:
            self._happened.notify_all()
            watchers = list(self._watchers)
        for watcher in watchers:
            watcher(event)

    # EngineApi, blocking

    def forward(self, verb: VerbOf[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        about = declared(verb)
        if about.at_once:
            done: Result = getattr(self.engine, about.name)(*args, **kwargs)
            return done
        if about.stream:
            items: Any = self._items(verb, *args, **kwargs)
            return items  # type: ignore[no-any-return]
        return self.submit(verb, *args, **kwargs).result()

    def _items(self, verb: VerbOf[..., Any], *args: Any, **kwargs: Any) -> Iterator[Propagated]:
        made: queue.SimpleQueue[Propagated | None] = queue.SimpleQueue()
        job = self.streaming(made.put, verb, *args, **kwargs)
        job.future.add_done_callback(lambda _: made.put(None))
        try:
            while (item := made.get()) is not None:
                yield item
            job.future.result()
        finally:
            job.cancel()

    def slice_image(self, slice_id: str) -> SliceImage:
        """The slice itself; NotFoundError where it was never put or was evicted."""
        return self.engine.slice_image(slice_id)

    def prefetch(self, task: str, slices: Sequence[str]) -> None:
        if self._prefetching is not None:
            self._prefetching.cancel()
        self._prefetching = self.worker.submit(lambda: self.engine.prefetching(task, slices), Urgency.IDLE)

    def pause(self, task: str) -> None:
        self._hold(task, True)

    def resume(self, task: str) -> None:
        self._hold(task, False)

    def _hold(self, task: str, held: bool) -> None:
        """Pause or resume now, and write it down before it is answered: the task file takes short transactions from any
        thread, and none lasts as long as a step of a model. Where it was resumed the compute thread learns again."""
        self.engine.hold(task, held)
        self.engine.keep_held(task)
        if not held:
            self.worker.submit(lambda: self._wake(task), Urgency.SAVE)

    def events(self, task: str, after: int = 0, *, wait_s: float = 0.0) -> list[Event]:
        found: list[Event] = []

        def happened() -> bool:
            found[:] = self.engine.events(task, after)
            return bool(found)

        with self._happened:
            self._happened.wait_for(happened, timeout=max(0.0, wait_s))
        return found

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self.worker.submit(self.engine.close, Urgency.PROMPT).future.result()
            if self._own_worker:
                self.worker.close()
