"""EngineApi for many threads: an Engine behind the one compute thread, which learns by itself what is saved.

The server's handlers hand verbs over with ``submit`` and wait for futures; scripts and tests call the verbs, which
block. Predictions go first, then what is saved, then what was asked for and takes long; learning, refreshing and
propagation go on in between, prefetching when there is nothing else.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Protocol

from auxol_core.engine.engine import Engine
from auxol_core.engine.open_task import Listener
from auxol_core.engine.worker import Job, Urgency, Worker
from auxol_core.errors import AuxolError, CancelledError
from auxol_core.options import TaskOptions
from auxol_core.types import (
    BoolArray,
    CorrectionInfo,
    Event,
    Prompt,
    Propagated,
    Proposal,
    Receipt,
    SliceImage,
    TaskStatus,
    VersionInfo,
)

log = logging.getLogger(__name__)

# What each verb is in the engine, in steps where that takes long, and how urgent it is.
_VERBS: dict[str, tuple[str, Urgency]] = {
    "put_slice": ("put_slice", Urgency.PROMPT),
    "has_slice": ("has_slice", Urgency.PROMPT),
    "predict": ("predicting", Urgency.PROMPT),
    "accept": ("accept", Urgency.PROMPT),
    "dismiss": ("dismiss", Urgency.PROMPT),
    "proposal": ("proposal", Urgency.PROMPT),
    "correct": ("correcting", Urgency.SAVE),
    "pause": ("pause", Urgency.SAVE),
    "resume": ("resume", Urgency.SAVE),
    "status": ("status", Urgency.SAVE),
    "corrections": ("corrections", Urgency.SAVE),
    "versions": ("versions", Urgency.SAVE),
    "list_tasks": ("list_tasks", Urgency.SAVE),
    "refresh": ("refreshing_now", Urgency.ASKED),
    "learn_now": ("learning_now", Urgency.ASKED),
    "undo": ("undoing", Urgency.ASKED),
    "roll_back": ("rolling_back", Urgency.ASKED),
    "forget": ("forgetting", Urgency.ASKED),
    "reset": ("reset", Urgency.ASKED),
    "create_task": ("create_task", Urgency.ASKED),
    "open_task": ("open_task", Urgency.ASKED),
    "close_task": ("close_task", Urgency.ASKED),
    "export_task": ("export_task", Urgency.ASKED),
    "import_task": ("import_task", Urgency.ASKED),
    "delete_task": ("delete_task", Urgency.ASKED),
}
# After these there may be something to learn.
_TEACHING = frozenset({"correct", "resume", "create_task", "open_task", "import_task", "forget", "undo", "roll_back"})


class EngineMaker(Protocol):
    """Makes the engine, given whom it tells its events."""

    def __call__(self, listener: Listener) -> Engine: ...


class WorkerEngine:
    """EngineApi. Any thread may call any verb; see api.py for what each promises.

    ``make_engine`` runs in the compute thread. ``worker`` may be shared by several engines; one that was not given
    ends with ``close``.
    """

    def __init__(self, make_engine: EngineMaker, worker: Worker | None = None) -> None:
        self._own_worker = worker is None
        self.worker = worker or Worker()
        self._happened = threading.Condition()
        self._watchers: list[Callable[[Event], None]] = []
        self._learning: dict[str, Job[None]] = {}
        self._prefetching: Job[None] | None = None
        self._closed = False
        self._engine: Engine = self.worker.submit(lambda: make_engine(self._tell)).future.result()

    # Handing over

    def submit(self, verb: str, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand ``verb`` of EngineApi over to the compute thread; its result, or the error it raised, in a future."""
        name, urgency = _VERBS[verb]

        def work() -> Any:
            begun = getattr(self._engine, name)(*args, **kwargs)
            if verb not in _TEACHING:
                return begun
            return self._then_learn(str(args[-1] if verb == "import_task" else args[0]), begun)

        return self.worker.submit(work, urgency).future

    def _then_learn(self, task: str, begun: Any) -> Generator[None, None, Any]:
        result = (yield from begun) if isinstance(begun, Generator) else begun
        self._wake(task)
        return result

    def _wake(self, task: str) -> None:
        """Learn what is queued in ``task`` in the background, unless that is going on. In the compute thread."""
        if task not in self._learning:
            job: Job[None] = self.worker.submit(lambda: self._engine.work(task), Urgency.BACKGROUND)
            self._learning[task] = job
            job.future.add_done_callback(lambda future: self._learned(task, future))

    def _learned(self, task: str, future: Future[None]) -> None:
        # In the compute thread too: a correction comes either before the last look into the queue or after this.
        self._learning.pop(task, None)
        error = None if future.cancelled() else future.exception()
        if isinstance(error, CancelledError):
            return
        if isinstance(error, AuxolError):
            log.error("Learning of a task stopped: %s", error)
            self._engine.tell(task, "failed", reason=str(error))
        elif error is not None:
            log.error("Learning of a task stopped by a defect of the program", exc_info=error)
            self._engine.tell(task, "failed", reason=f"{type(error).__name__}; see the engine's log. Nothing is lost.")

    def propagating(
        self,
        on_item: Callable[[Propagated], None],
        task: str,
        slices: Sequence[str],
        seeds: Mapping[int, BoolArray],
        taken: Collection[int] = (),
    ) -> Job[None]:
        """``propagate`` in the background: ``on_item`` is called in the compute thread with each slice."""
        return self.worker.submit(
            lambda: self._engine.propagating(task, slices, seeds, taken), Urgency.BACKGROUND, on_item
        )

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

    def _call(self, verb: str, *args: Any, **kwargs: Any) -> Any:
        return self.submit(verb, *args, **kwargs).result()

    def put_slice(self, image: SliceImage) -> str:
        return str(self._call("put_slice", image))

    def has_slice(self, slice_id: str) -> bool:
        return bool(self._call("has_slice", slice_id))

    def predict(self, task: str, slice_id: str, prompt: Prompt, *, previous: str | None = None) -> Proposal:
        return self._call("predict", task, slice_id, prompt, previous=previous)  # type: ignore[no-any-return]

    def accept(self, proposal_id: str) -> None:
        self._call("accept", proposal_id)

    def dismiss(self, proposal_id: str) -> None:
        self._call("dismiss", proposal_id)

    def refresh(self, task: str) -> list[Proposal]:
        return self._call("refresh", task)  # type: ignore[no-any-return]

    def propagate(
        self, task: str, slices: Sequence[str], seeds: Mapping[int, BoolArray], *, taken: Collection[int] = ()
    ) -> Iterator[Propagated]:
        made: queue.SimpleQueue[Propagated | None] = queue.SimpleQueue()
        job = self.propagating(made.put, task, slices, seeds, taken)
        job.future.add_done_callback(lambda _: made.put(None))
        try:
            while (item := made.get()) is not None:
                yield item
            job.future.result()
        finally:
            job.cancel()

    def prefetch(self, task: str, slices: Sequence[str]) -> None:
        if self._prefetching is not None:
            self._prefetching.cancel()
        self._prefetching = self.worker.submit(lambda: self._engine.prefetching(task, slices), Urgency.IDLE)

    def correct(
        self, task: str, slice_id: str, mask: BoolArray, *, correction_id: str, proposals: Sequence[str] = ()
    ) -> Receipt:
        more = {"correction_id": correction_id, "proposals": proposals}
        return self._call("correct", task, slice_id, mask, **more)  # type: ignore[no-any-return]

    def learn_now(self, task: str) -> TaskStatus:
        return self._call("learn_now", task)  # type: ignore[no-any-return]

    def pause(self, task: str) -> None:
        self._call("pause", task)

    def resume(self, task: str) -> None:
        self._call("resume", task)

    def list_tasks(self) -> list[str]:
        return self._call("list_tasks")  # type: ignore[no-any-return]

    def create_task(self, name: str, options: TaskOptions | None = None) -> TaskStatus:
        return self._call("create_task", name, options)  # type: ignore[no-any-return]

    def open_task(self, name: str) -> TaskStatus:
        return self._call("open_task", name)  # type: ignore[no-any-return]

    def close_task(self, name: str) -> None:
        self._call("close_task", name)

    def status(self, task: str) -> TaskStatus:
        return self._call("status", task)  # type: ignore[no-any-return]

    def corrections(self, task: str, after: int = 0, limit: int | None = None) -> list[CorrectionInfo]:
        return self._call("corrections", task, after, limit)  # type: ignore[no-any-return]

    def versions(self, task: str, after: int = 0, limit: int | None = None) -> list[VersionInfo]:
        return self._call("versions", task, after, limit)  # type: ignore[no-any-return]

    def events(self, task: str, after: int = 0, *, wait_s: float = 0.0) -> list[Event]:
        found: list[Event] = []

        def happened() -> bool:
            found[:] = self._engine.events(task, after)
            return bool(found)

        with self._happened:
            self._happened.wait_for(happened, timeout=max(0.0, wait_s))
        return found

    def undo(self, task: str) -> TaskStatus:
        return self._call("undo", task)  # type: ignore[no-any-return]

    def roll_back(self, task: str, version: int) -> TaskStatus:
        return self._call("roll_back", task, version)  # type: ignore[no-any-return]

    def forget(self, task: str, correction_id: str) -> TaskStatus:
        return self._call("forget", task, correction_id)  # type: ignore[no-any-return]

    def reset(self, task: str) -> TaskStatus:
        return self._call("reset", task)  # type: ignore[no-any-return]

    def export_task(self, task: str, path: Path) -> None:
        self._call("export_task", task, path)

    def import_task(self, path: Path, name: str) -> TaskStatus:
        return self._call("import_task", path, name)  # type: ignore[no-any-return]

    def delete_task(self, name: str) -> None:
        self._call("delete_task", name)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self.worker.submit(self._engine.close, Urgency.PROMPT).future.result()
            if self._own_worker:
                self.worker.close()
