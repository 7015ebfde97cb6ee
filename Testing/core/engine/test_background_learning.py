"""Learning by itself: in order, several at once, beside predictions, and never losing one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from small_engine import OPTIONS, PAPER, TASK, box_around, disc, narrow_worker, weights

from auxol_core.api import EngineApi
from auxol_core.engine.worker import Urgency
from auxol_core.engine.worker_engine import WorkerEngine
from auxol_core.types import Event, Proposal, Receipt

SOON = 60.0


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[WorkerEngine]:
    yield from narrow_worker(tmp_path, OPTIONS)


def propose(engine: WorkerEngine, number: int) -> Proposal:
    image, mask = disc(number)
    return engine.predict(TASK, engine.put_slice(image), box_around(mask))


def save(engine: WorkerEngine, number: int) -> Receipt:
    proposal = propose(engine, number)
    truth = disc(number)[1]
    return engine.correct(
        TASK, proposal.slice_id, truth, correction_id=f"c{number}", proposals=[proposal.proposal_id]
    )


def held(engine: WorkerEngine) -> Callable[[], None]:
    """Keep the compute thread from everything but its next step until the function returned is called."""
    go_on, begun = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        go_on.wait(SOON)

    engine.worker.submit(hold, Urgency.PROMPT)
    assert begun.wait(SOON)
    return go_on.set


def until(engine: WorkerEngine, kind: str, after: int = 0) -> list[Event]:
    """All events up to the first of ``kind``, waited for."""
    seen: list[Event] = []
    deadline = time.monotonic() + SOON
    while not any(event.kind == kind for event in seen):
        assert time.monotonic() < deadline, [event.kind for event in seen]
        seen += engine.events(TASK, after=seen[-1].sequence if seen else after, wait_s=1.0)
    return seen


def settled(engine: WorkerEngine) -> None:
    while engine.status(TASK).queued or engine._learning:
        time.sleep(0.01)


def test_a_saved_correction_is_learned_without_being_asked(engine: WorkerEngine) -> None:
    save(engine, 0)
    kinds = [event.kind for event in until(engine, "learned") if event.kind != "progress"]
    assert kinds == ["queued", "learning", "learned"]
    assert engine.status(TASK).version == 1


def test_what_waits_together_is_learned_together_and_none_is_lost(engine: WorkerEngine, tmp_path: Path) -> None:
    engine.pause(TASK)
    for number in range(5):
        save(engine, number)
    engine.resume(TASK)
    settled(engine)
    versions = engine.versions(TASK)
    assert [v.corrections for v in versions] == [tuple(f"c{n}" for n in range(5))]
    assert versions[0].steps == OPTIONS.auxol.steps + 4  # the schedule is in the journal
    assert all(c.learned for c in engine.corrections(TASK))
    engine.close()
    weights(tmp_path)  # the journal, replayed from nothing, gives the same weights


def test_the_published_method_learns_one_by_one(tmp_path: Path) -> None:
    for engine in narrow_worker(tmp_path, PAPER):
        engine.pause(TASK)
        for number in range(3):
            save(engine, number)
        engine.resume(TASK)
        settled(engine)
        assert [v.corrections for v in engine.versions(TASK)] == [("c0",), ("c1",), ("c2",)]


def test_saving_during_an_update_does_not_restart_it(engine: WorkerEngine) -> None:
    save(engine, 0)
    until(engine, "learning")
    save(engine, 1)
    settled(engine)
    assert [v.corrections for v in engine.versions(TASK)] == [("c0",), ("c1",)]
    assert [e.data["corrections"] for e in engine.events(TASK) if e.kind == "learning"] == [["c0"], ["c1"]]


def test_learning_on_demand_takes_up_what_is_under_way(engine: WorkerEngine) -> None:
    save(engine, 0)
    until(engine, "learning")
    assert engine.learn_now(TASK).version == 1
    assert [e.kind for e in engine.events(TASK)].count("learning") == 1


def test_pausing_in_the_middle_of_an_update_leaves_it_for_later(engine: WorkerEngine) -> None:
    let_go = held(engine)
    image, mask = disc(0)
    engine.put_slice(image)
    saved = engine.submit(EngineApi.correct, TASK, image.slice_id, mask, correction_id="c0")
    engine.pause(TASK)
    let_go()
    saved.result(SOON)
    assert (engine.status(TASK).version, engine.status(TASK).queued) == (0, 1)
    engine.resume(TASK)
    until(engine, "learned")
    assert engine.status(TASK).queued == 0


def test_what_nobody_touched_is_refreshed_and_the_changed_box_is_told(engine: WorkerEngine) -> None:
    waiting = propose(engine, 5)
    accepted = propose(engine, 6)
    engine.accept(accepted.proposal_id)
    for number in range(3):
        save(engine, number)
        settled(engine)
    told = [event for event in engine.events(TASK) if event.kind == "refreshed"]
    assert told
    mask = waiting.mask
    for event in told:
        assert event.data["proposals"] == [waiting.proposal_id]
        (patch,) = event.data["patches"]  # type: ignore[misc]
        assert patch.pixels.size < mask.size
        mask = patch.applied(mask)
    last = told[-1].data
    assert last["version"] == engine.versions(TASK)[-1].version and len(last["qualities"]) == 1  # type: ignore[arg-type]
    (fresh,) = engine.refresh(TASK)
    assert fresh.proposal_id == waiting.proposal_id
    assert np.array_equal(fresh.mask, mask)
    assert engine.refresh(TASK) == []


def test_who_waits_for_events_is_woken_by_one(engine: WorkerEngine) -> None:
    found: list[Event] = []
    after = engine.events(TASK)[-1].sequence if engine.events(TASK) else 0
    waiting = threading.Thread(target=lambda: found.extend(engine.events(TASK, after=after, wait_s=SOON)))
    waiting.start()
    began = time.monotonic()
    save(engine, 0)
    waiting.join(SOON)
    assert found and found[0].kind == "queued"
    assert time.monotonic() - began < SOON / 2


def test_waiting_for_nothing_ends(engine: WorkerEngine) -> None:
    assert engine.events(TASK, after=2**60, wait_s=0.05) == []


def test_event_numbers_go_on_growing_over_a_restart(engine: WorkerEngine) -> None:
    save(engine, 0)
    last = until(engine, "learned")[-1].sequence
    engine.close_task(TASK)
    time.sleep(0.02)
    engine.open_task(TASK)
    save(engine, 1)
    assert until(engine, "queued", after=last)[0].sequence > last


def test_many_threads_ask_at_once_and_each_gets_its_own_answer(engine: WorkerEngine) -> None:
    expected = {number: propose(engine, number).mask for number in range(8)}
    wrong: list[int] = []

    def ask(number: int) -> None:
        for _ in range(5):
            if not np.array_equal(propose(engine, number).mask, expected[number]):
                wrong.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in expected]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)
    assert wrong == []


def test_prefetching_prepares_slices_and_gives_way(engine: WorkerEngine) -> None:
    first = propose(engine, 0)
    ids = [engine.put_slice(disc(number)[0]) for number in range(1, 5)]
    engine.prefetch(TASK, [*ids, "gone"])
    assert propose(engine, 9).version == first.version
    engine.prefetch(TASK, [])
    engine._prefetching.future.result(SOON)  # type: ignore[union-attr]
