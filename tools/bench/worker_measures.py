"""The measurements of `make bench-worker`: an engine in this process beside one in a worker, never both at work.

Whatever is timed in one place is timed while the other has nothing to do. The engine in this process has no thread of
its own; that the worker has learned what it was taught is waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from auxol_core.api import EngineApi
from auxol_core.engine.engine import Engine
from auxol_core.errors import UnavailableError
from auxol_core.types import Event, Prompt, Proposal
from tools.bench.worker_figures import Place, Samples
from tools.bench.worker_slices import MadeUpSlice, made_up_slice

TASK = "bench"
KNOWN_SLICES = 8
LEARNED = ("learned", "discarded")
LEARNED_WITHIN_S = 120.0
# So long after an update a pending proposal that it did not change is told of by nobody.
REFRESHED_WITHIN_S = 3.0
GOLDEN = 0.618034

Result = TypeVar("Result")


@dataclass
class Watch:
    """What happens in the worker to the task, event by event."""

    engine: EngineApi
    seen: int = 0

    def happened(self, wait_s: float = 0.0) -> list[Event]:
        """What has since the last call; UnavailableError where learning stopped."""
        events = self.engine.events(TASK, self.seen, wait_s=wait_s)
        self.seen = events[-1].sequence if events else self.seen
        for event in events:
            if event.kind == "failed":
                raise UnavailableError(f"Learning was expected to go on, got: {event.data.get('reason')}.")
        return events

    def until(self, wanted: Callable[[Event], bool], within_s: float = LEARNED_WITHIN_S) -> bool:
        """Wait for such an event; whether it came."""
        ends = time.perf_counter() + within_s
        while (left := ends - time.perf_counter()) > 0:
            if any(wanted(event) for event in self.happened(left)):
                return True
        return False

    def until_learned(self) -> None:
        """Wait until nothing is left to be learned."""
        ends = time.perf_counter() + LEARNED_WITHIN_S
        while self.engine.status(TASK).queued:
            if time.perf_counter() > ends:
                raise UnavailableError(f"All corrections were to be learned within {LEARNED_WITHIN_S:g} s.")
            self.happened(1.0)
        self.happened()


@dataclass
class Pair:
    """The engine in this process and the one in the worker, with the same task and the same slices."""

    here: Engine
    there: EngineApi
    samples: Samples = field(default_factory=Samples)
    compared: int = 0
    differing: int = 0
    _updates_s: list[float] = field(default_factory=list)
    _used: int = KNOWN_SLICES

    def __post_init__(self) -> None:
        self.here.create_task(TASK)
        self.there.create_task(TASK)
        self.watch = Watch(self.there)
        self.known = [self.put(made_up_slice(number)) for number in range(KNOWN_SLICES)]
        for shown, slice_id in self.known:  # embeddings are made, and whatever a first call of its kind costs is paid
            for prompt in (shown.box(), shown.click()):
                self.alternate(None, 0, lambda engine, i=slice_id, p=prompt: engine.predict(TASK, i, p))  # type: ignore[misc]

    def fresh(self) -> MadeUpSlice:
        """A slice that neither engine has seen."""
        self._used += 1
        return made_up_slice(self._used)

    def put(self, shown: MadeUpSlice) -> tuple[MadeUpSlice, str]:
        """Make a slice known to both."""
        self.here.put_slice(shown.image)
        return shown, self.there.put_slice(shown.image)

    def timed(self, measure: str | None, place: Place, work: Callable[[], Result]) -> Result:
        """``work()``, its time a sample of ``measure``; None: not kept."""
        began = time.perf_counter()
        result = work()
        if measure is not None:
            self.samples.add(measure, place, time.perf_counter() - began)
        return result

    def alternate(self, measure: str | None, turn: int, work: Callable[[EngineApi], Proposal]) -> None:
        """``work`` with one engine, then with the other, who goes first by turns; both must show the same."""
        places: list[tuple[Place, EngineApi]] = [("process", self.here), ("worker", self.there)]
        made = []
        for place, engine in places if turn % 2 == 0 else reversed(places):
            made.append(self.timed(measure, place, lambda e=engine: work(e)))  # type: ignore[misc]
            engine.dismiss(made[-1].proposal_id)
        self.compared += 1
        self.differing += not np.array_equal(made[0].mask, made[1].mask)

    def delay_s(self, turn: int) -> float:
        """A moment of an update, spread evenly over all of it from one turn to the next."""
        return (turn * GOLDEN) % 1.0 * self.update_s

    @property
    def update_s(self) -> float:
        """How long an update takes in this process, as far as is known."""
        return float(np.median(self._updates_s)) if self._updates_s else 0.0

    def updated(self, seconds: float) -> None:
        """An update in this process took so long."""
        self._updates_s.append(seconds)


def measure_predictions(pair: Pair, repetitions: int) -> None:
    """Slices that are known, slices that have no embedding yet, slices that have to be sent. Nothing is learned."""
    for turn in range(repetitions):
        shown, slice_id = pair.known[turn % KNOWN_SLICES]
        for measure, prompt in (("box", shown.box(turn)), ("click", shown.click(turn))):
            pair.alternate(measure, turn, _prediction(slice_id, prompt))
        shown, slice_id = pair.put(pair.fresh())
        pair.alternate("first", turn, _prediction(slice_id, shown.box()))
        pair.alternate("sent", turn, _first_prediction(pair.fresh()))


def _prediction(slice_id: str, prompt: Prompt) -> Callable[[EngineApi], Proposal]:
    return lambda engine: engine.predict(TASK, slice_id, prompt)


def _first_prediction(shown: MadeUpSlice) -> Callable[[EngineApi], Proposal]:
    return lambda engine: engine.predict(TASK, engine.put_slice(shown.image), shown.box())


def measure_learning(pair: Pair, repetitions: int) -> None:
    """One correction after another, in both places: steps in this process, predictions meanwhile in the worker."""
    kept = pair.here.predict(TASK, pair.known[0][1], pair.known[0][0].box())
    _teach_here(pair, first=True)
    _first_update_there(pair)
    for turn in range(repetitions):
        _teach_here(pair)
        _predict_while_it_learns(pair, turn)
    pair.here.dismiss(kept.proposal_id)


def _teach_here(pair: Pair, *, first: bool = False) -> None:
    """Correct a proposal and learn from it, step by step. ``first``: in this process; its first step alone counts."""
    shown, slice_id = pair.put(pair.fresh())
    proposal = pair.here.predict(TASK, slice_id, shown.box())
    seen = _last(pair.here.events(TASK))
    began = time.perf_counter()
    pair.timed(
        None if first else "save",
        "process",
        lambda: pair.here.correct(
            TASK, slice_id, shown.truth, correction_id=slice_id, proposals=[proposal.proposal_id]
        ),
    )
    saved, kinds, made = time.perf_counter(), {"queued"}, 0
    steps = pair.here.work(TASK)
    while True:
        step = time.perf_counter()
        if next(steps, "over") == "over":
            break
        seconds = time.perf_counter() - step
        new = {event.kind for event in pair.here.events(TASK, seen)} - kinds
        if not first:
            pair.samples.add(_kind_of_step(kinds, new), "process", seconds)
        elif not made:
            pair.samples.add("first_step", "process", seconds)
        if "refreshed" in new and not first:
            pair.samples.add("refreshed", "process", time.perf_counter() - began)
        if new & set(LEARNED) and not first:
            pair.updated(time.perf_counter() - saved)
        kinds |= new
        made += 1


def _kind_of_step(before: set[str], new: set[str]) -> str:
    if before & set(LEARNED):
        return "refresh_step"
    return "publish" if new & set(LEARNED) else "step"


def _last(events: Sequence[Event]) -> int:
    return events[-1].sequence if events else 0


def _correct_there(pair: Pair, measure: str | None, shown: MadeUpSlice, slice_id: str, proposal: Proposal) -> None:
    pair.timed(
        measure,
        "worker",
        lambda: pair.there.correct(
            TASK, slice_id, shown.truth, correction_id=slice_id, proposals=[proposal.proposal_id]
        ),
    )


def _proposed_there(pair: Pair) -> tuple[MadeUpSlice, str, Proposal]:
    shown = pair.fresh()
    slice_id = pair.there.put_slice(shown.image)
    return shown, slice_id, pair.there.predict(TASK, slice_id, shown.box())


def _first_update_there(pair: Pair) -> None:
    """A prediction in the middle of the first update of the process, whose first step takes longest of all."""
    shown, slice_id = pair.known[0]
    _correct_there(pair, None, *_proposed_there(pair))
    time.sleep(0.05)
    proposal = pair.timed("first_learning", "worker", lambda: pair.there.predict(TASK, slice_id, shown.box()))
    pair.there.dismiss(proposal.proposal_id)
    pair.watch.until_learned()


def _predict_while_it_learns(pair: Pair, turn: int) -> None:
    """The same prediction with nothing else going on, and at some moment of an update. The save in between is timed."""
    shown, slice_id = pair.known[turn % KNOWN_SLICES]
    corrected = _proposed_there(pair)
    _predict_there(pair, "idle", slice_id, shown.box(turn))
    pair.watch.happened()
    _correct_there(pair, "save", *corrected)
    measure = "learning" if _still_learning(pair, turn) else None
    _predict_there(pair, measure, slice_id, shown.box(turn))
    pair.watch.until_learned()


def _predict_there(pair: Pair, measure: str | None, slice_id: str, prompt: Prompt) -> None:
    proposal = pair.timed(measure, "worker", lambda: pair.there.predict(TASK, slice_id, prompt))
    pair.there.dismiss(proposal.proposal_id)


def _still_learning(pair: Pair, turn: int) -> bool:
    """Wait for a moment of the update, another one each turn; whether it is still under way.

    Events are asked for and not the status: the compute thread answers that between two steps, and what is asked next
    would always come as a step begins.
    """
    time.sleep(pair.delay_s(turn))
    return not any(event.kind in LEARNED for event in pair.watch.happened())


def measure_saving_while_learning(pair: Pair, repetitions: int) -> None:
    """A second save at some moment of the update that the first one began."""
    for turn in range(repetitions):
        first, second = _proposed_there(pair), _proposed_there(pair)
        pair.watch.happened()
        _correct_there(pair, None, *first)
        measure = "save_learning" if _still_learning(pair, turn) else None
        _correct_there(pair, measure, *second)
        pair.watch.until_learned()


def measure_refreshing(pair: Pair, repetitions: int) -> None:
    """From a save to the event that tells of another slice's proposal, made anew; nobody prompts meanwhile."""
    shown, slice_id = pair.known[0]
    kept = pair.there.predict(TASK, slice_id, shown.box())

    def is_refreshed(event: Event) -> bool:
        told = event.data.get("proposals")
        return event.kind == "refreshed" and isinstance(told, list | tuple) and kept.proposal_id in told

    for _ in range(repetitions):
        corrected = _proposed_there(pair)
        pair.watch.happened()
        began = time.perf_counter()
        _correct_there(pair, None, *corrected)
        if pair.watch.until(is_refreshed, 3 * pair.update_s + REFRESHED_WITHIN_S):
            pair.samples.add("refreshed", "worker", time.perf_counter() - began)
        pair.watch.until_learned()
    pair.there.dismiss(kept.proposal_id)


def measure_pauses(pair: Pair, repetitions: int, pause_s: float) -> None:
    """A save after the client has said nothing for so long: the server may have closed the connection."""
    for _ in range(repetitions):
        corrected = _proposed_there(pair)
        time.sleep(pause_s)
        _correct_there(pair, "save_after_pause", *corrected)
        pair.watch.until_learned()
