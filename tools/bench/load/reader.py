"""One simulated reader: thinks, draws a box, thinks, clicks, thinks, saves; now and then a few slices are propagated.

It talks through the project's blocking client, with an outbox, as a script or Slicer does. A second thread waits for
the task's events, and so knows when what was saved is in use.
"""

from __future__ import annotations

import itertools
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np

from auxol_core.client.blocking import EngineClient
from auxol_core.errors import AuxolError, InvalidInputError
from auxol_core.options import TaskOptions
from auxol_core.types import Event, Proposal, SliceImage
from tools.bench.worker_slices import MadeUpSlice, made_up_slice

Kind = Literal["slice", "first", "click", "save", "learned", "volume"]
KINDS: tuple[Kind, ...] = ("first", "click", "save", "learned", "volume", "slice")
POLL_S = 10.0
Result = TypeVar("Result")


@dataclass(frozen=True)
class Habits:
    """``think_s``: mean of the exponential pauses before each click and save; ``slices`` of a reader's volume;
    ``second_click``: chance of a click after the box; ``propagate_every``: saves between two propagations, 0: none;
    ``propagated``: slices of one."""

    think_s: float = 2.0
    slices: int = 6
    second_click: float = 0.5
    propagate_every: int = 8
    propagated: int = 4

    def __post_init__(self) -> None:
        if self.think_s < 0 or self.slices < max(1, self.propagated if self.propagate_every else 1):
            raise InvalidInputError(
                f"Pauses of 0 or more seconds and at least as many slices as are propagated were expected, got {self}. "
                "Choose others."
            )


@dataclass(frozen=True)
class Sample:
    """``begun``: seconds since all readers began; ``seconds``: it took; ``error``: why there is no result, or empty.

    Kinds: *first* click on a slice, every other *click*, *save* until its receipt, *learned*: from a receipt until the
    event says that the update is over, *volume*: a whole propagation, *slice*: one sent."""

    reader: int
    kind: Kind
    begun: float
    seconds: float
    error: str = ""


@dataclass
class Stopwatch:
    """The clock of all readers of a process: it begins when all of them may, and says when they may not go on."""

    lasts_s: float
    over: threading.Event = field(default_factory=threading.Event)
    began: float = 0.0

    def begin(self) -> None:
        """Now."""
        self.began = time.perf_counter()

    @property
    def now(self) -> float:
        """Seconds since then."""
        return time.perf_counter() - self.began

    def pause(self, seconds: float) -> bool:
        """Wait so long, or until it is over; whether it goes on."""
        self.over.wait(max(0.0, min(seconds, self.lasts_s - self.now)))
        return not self.over.is_set() and self.now < self.lasts_s


class Reader:
    """Number ``number`` of all, with a task of its own or the one of everybody. ``samples``: what it has measured."""

    def __init__(
        self, number: int, client: EngineClient, task: str, volume: Sequence[MadeUpSlice], habits: Habits, seed: int
    ) -> None:
        self.number, self.samples = number, list[Sample]()
        self.update_s: list[float] = []  # as the engine itself says of each update
        self._client, self._task, self._volume, self._habits = client, task, volume, habits
        self._rng = np.random.default_rng((seed, number))
        self._ids: list[str] = []
        self._clicked: set[str] = set()
        self._received: dict[str, float] = {}  # when a correction had its receipt, by its id
        self._learning: dict[int, list[str]] = {}
        self._watcher = threading.Thread(target=self._watch, name=f"events of reader {number}", daemon=True)
        self._closed = False

    def prepare(self, clock: Stopwatch, options: TaskOptions) -> None:
        """Make or open the task and send the volume, before anything is measured."""
        self._clock = clock
        try:
            self._client.create_task(self._task, options)
        except InvalidInputError:
            if self._task not in self._client.list_tasks():
                raise
            self._client.open_task(self._task)  # another reader has made it
        self._ids = [self._client.put_slice(shown.image) for shown in self._volume]

    def read(self) -> None:
        """Until the clock is over."""
        self._watcher.start()
        for turn in itertools.count():
            shown, slice_id = self._volume[turn % len(self._ids)], self._ids[turn % len(self._ids)]
            if not self._think():
                return
            proposal = self._click(shown, slice_id, turn)
            if proposal is not None and self._rng.random() < self._habits.second_click:
                if not self._think():
                    return
                proposal = self._click(shown, slice_id, turn, proposal) or proposal
            if not self._think():
                return
            self._save(shown, slice_id, str(uuid.uuid4()), [] if proposal is None else [proposal.proposal_id])
            if self._habits.propagate_every and (turn + 1) % self._habits.propagate_every == 0:
                self._timed("volume", lambda first=turn: self._propagate(first))  # type: ignore[misc]

    def _think(self) -> bool:
        return self._clock.pause(self._rng.exponential(self._habits.think_s))

    def _timed(self, kind: Kind, work: Callable[[], Result]) -> Result | None:
        begun, error = self._clock.now, ""
        try:
            return work()
        except AuxolError as problem:
            error = f"{type(problem).__name__}: {problem}"[:300]
            return None
        finally:
            self.samples.append(Sample(self.number, kind, begun, self._clock.now - begun, error))

    def _click(self, shown: MadeUpSlice, slice_id: str, turn: int, previous: Proposal | None = None) -> Proposal | None:
        kind: Kind = "click" if slice_id in self._clicked else "first"
        self._clicked.add(slice_id)
        prompt = shown.box(turn) if previous is None else shown.click(turn)
        earlier = None if previous is None else previous.proposal_id
        return self._timed(kind, lambda: self._client.predict(self._task, slice_id, prompt, previous=earlier))

    def _save(self, shown: MadeUpSlice, slice_id: str, name: str, proposals: list[str]) -> None:
        receipt = self._timed(
            "save",
            lambda: self._client.correct(self._task, slice_id, shown.truth, correction_id=name, proposals=proposals),
        )
        if receipt is not None:
            self._received[receipt.correction_id] = self._clock.now

    def _propagate(self, turn: int) -> None:
        count = len(self._ids)
        places = [(turn + offset) % count for offset in range(self._habits.propagated)]
        seeds = {0: self._volume[places[0]].truth}
        for item in self._client.propagate(self._task, [self._ids[place] for place in places], seeds):
            if item.proposal is not None:
                self._client.dismiss(item.proposal.proposal_id)

    # When it was learned

    def _watch(self) -> None:
        seen = 0
        while not self._closed:
            try:
                events = self._client.events(self._task, seen, wait_s=POLL_S)
            except AuxolError:
                if not self._closed:
                    self._clock.over.wait(0.5)
                continue
            for event in events:
                seen = event.sequence
                self._happened(event)

    def _happened(self, event: Event) -> None:
        version = event.data.get("version")
        if event.kind == "learning" and isinstance(version, int):
            told = event.data.get("corrections")
            self._learning[version] = [str(each) for each in told] if isinstance(told, list | tuple) else []
        elif event.kind in ("learned", "discarded") and isinstance(version, int):
            if isinstance(seconds := event.data.get("seconds"), int | float):
                self.update_s.append(float(seconds))
            for correction in self._learning.pop(version, []):
                received = self._received.pop(correction, None)
                if received is not None:
                    self.samples.append(Sample(self.number, "learned", received, self._clock.now - received))

    def close(self) -> None:
        """Give the task back, which ends the poll that waits for its events."""
        self._closed = True
        with suppress(AuxolError):
            self._client.close_task(self._task)
        if self._watcher.ident is not None:
            self._watcher.join(POLL_S + 5.0)
        with suppress(AuxolError):
            self._client.close()


def base_volume(slices: int) -> list[MadeUpSlice]:
    """The slices that all readers' volumes are made of."""
    return [made_up_slice(number) for number in range(slices)]


def volume_of(reader: int, base: Sequence[MadeUpSlice]) -> list[MadeUpSlice]:
    """A reader's own: the same pictures moved along the columns, so that nobody's embedding is another one's."""
    return [
        MadeUpSlice(
            SliceImage(np.roll(each.image.pixels, 3 * reader, axis=1), each.image.spacing_mm),
            np.roll(each.truth, 3 * reader, axis=1),
        )
        for each in base
    ]


def client_of(url: str, token: str, outbox: Path) -> EngineClient:
    """A reader's client."""
    return EngineClient(url, token, outbox=outbox)
