"""Relearning beside a person: by itself, in the background, and a click waits one step at most."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from old_tasks import TINY, assert_shows, brought, disc_with_core
from other_weights import other_engine

from auxol_core.engine.engine import Engine
from auxol_core.engine.open_task import Listener
from auxol_core.engine.worker_engine import WorkerEngine
from auxol_core.types import Point, Prompt, SliceImage

SOON = 60.0


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[WorkerEngine]:
    brought(tmp_path)

    def make(listener: Listener) -> Engine:
        return other_engine(tmp_path, listener=listener)

    engine = WorkerEngine(make)
    yield engine
    engine.close()


def ended(engine: WorkerEngine) -> list[str]:
    """The kinds of all events until it is learned again."""
    end = time.monotonic() + SOON
    while "relearned" not in (kinds := [event.kind for event in engine.events(TINY, 0)]):
        assert time.monotonic() < end, kinds
        time.sleep(0.01)
    return kinds


def test_it_begins_when_the_task_is_opened_and_tells_how_far_it_is(engine: WorkerEngine, tmp_path: Path) -> None:
    known = brought(tmp_path / "another")
    assert engine.open_task(TINY).relearning is not None
    assert_shows(engine.engine, TINY, known)
    kinds = ended(engine)
    assert kinds[0] == "relearning" and "learning" not in kinds  # what is queued in a paused task stays queued
    told = [event.data for event in engine.events(TINY, 0) if event.kind == "relearning"]
    assert told[0]["done"] == 0 and (told[-1]["done"], told[-1]["total"]) == (10, 10)
    assert [row["done"] for row in told] == sorted(row["done"] for row in told)  # type: ignore[type-var]
    status = engine.status(TINY)
    assert (status.version, status.queued, status.relearning) == (5, 1, None)


def test_clicks_and_saves_are_answered_meanwhile(engine: WorkerEngine) -> None:
    engine.open_task(TINY)
    engine.resume(TINY)
    pixels, truth, click = disc_with_core(6)
    slice_id = engine.put_slice(SliceImage(pixels))
    shown = engine.predict(TINY, slice_id, Prompt(points=(Point(*click),)))
    receipt = engine.correct(TINY, slice_id, truth, correction_id="c6", proposals=[shown.proposal_id])
    status = engine.status(TINY)
    assert status.relearning is not None and status.relearning.done < 10
    assert (shown.share, receipt.objects, status.queued) == (1.0, 1, 2)
    ended(engine)
    assert engine.learn_now(TINY).queued == 0
    assert {c.correction_id for c in engine.corrections(TINY) if c.learned} >= {"c5", "c6"}


def test_asked_for_while_it_goes_on_it_is_done_once(engine: WorkerEngine) -> None:
    engine.open_task(TINY)
    asked = [threading.Thread(target=engine.learn_now, args=(TINY,)) for _ in range(2)]
    for each in asked:
        each.start()
    for each in asked:
        each.join(SOON)
    status = engine.status(TINY)
    assert (status.version, status.queued, status.relearning) == (6, 0, None)
    assert [event.kind for event in engine.events(TINY, 0)].count("relearned") == 1


def test_cancelled_while_it_goes_on_it_ends_and_leaves_the_worker_at_rest(engine: WorkerEngine, tmp_path: Path) -> None:
    engine.open_task(TINY)
    engine.cancel_relearning(TINY)
    assert TINY not in engine.engine._sessions
    end = time.monotonic() + SOON
    while engine._learning:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert engine.open_task(TINY).version == 5
    ended(engine)
