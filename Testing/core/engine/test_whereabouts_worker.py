"""A locator behind the compute thread: it learns by itself, after the specialist, and a click waits for one step."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_engine import OPTIONS, SIDE, TASK, box_around, disc, narrow_worker
from test_background_learning import save, until
from tiny_locator import TinyLocator

from auxol_core.engine.worker_engine import WorkerEngine
from auxol_core.options import MachineOptions, TaskOptions

STEP_S, STEPS = 0.02, 60


class SlowLocator(TinyLocator):
    """Takes its time for each of many steps."""

    def learn(self, *args: Any, **kwargs: Any) -> Generator[None, None, Any]:
        kwargs["steps"] = STEPS if kwargs["steps"] is None else kwargs["steps"]
        learning = super().learn(*args, **kwargs)
        while True:
            try:
                next(learning)
            except StopIteration as end:
                return end.value
            time.sleep(STEP_S)
            yield


def slow(_: TaskOptions) -> SlowLocator:
    return SlowLocator()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[WorkerEngine]:
    machine = MachineOptions(threads=1, precision="float32", thinking="gentle")
    yield from narrow_worker(tmp_path, OPTIONS, machine, slow)


def kinds_after(engine: WorkerEngine, last: int) -> list[str]:
    return [event.kind for event in engine.events(TASK, after=last)]


def test_it_learns_by_itself_and_goes_on_at_leisure(engine: WorkerEngine) -> None:
    save(engine, 0)
    first = until(engine, "located")
    assert [event.kind for event in first].index("learned") < [event.kind for event in first].index("located")
    assert first[-1].data["corrections"] == ["c0"]
    assert until(engine, "located", after=first[-1].sequence)[-1].data["corrections"] == [], "a rehearsal"


def test_a_click_goes_first_between_two_steps_of_a_lesson(engine: WorkerEngine) -> None:
    save(engine, 0)
    learned = until(engine, "learned")[-1].sequence
    image, mask = disc(7)
    asked = time.monotonic()
    engine.predict(TASK, engine.put_slice(image), box_around(mask))
    assert time.monotonic() - asked < STEP_S * STEPS / 2
    assert "located" not in kinds_after(engine, learned)


def test_a_save_in_the_middle_of_a_lesson_is_learned_by_the_specialist_first_and_by_the_locator_next(
    engine: WorkerEngine,
) -> None:
    save(engine, 0)
    learned = until(engine, "learned")[-1].sequence
    empty = engine.put_slice(disc(9, radius=0)[0])
    engine.correct(TASK, empty, np.zeros((SIDE, SIDE), bool), correction_id="empty")
    until(engine, "learned", after=learned)
    assert "located" not in kinds_after(engine, learned)
    told = until(engine, "located", after=learned)
    assert [event.data["corrections"] for event in told if event.kind == "located"] == [["c0"]]
    told = until(engine, "located", after=told[-1].sequence)
    assert [event.data["corrections"] for event in told if event.kind == "located"] == [["empty"]]


def test_paused_in_the_middle_it_stops_and_goes_on_when_resumed(engine: WorkerEngine) -> None:
    save(engine, 0)
    learned = until(engine, "learned")[-1].sequence
    engine.pause(TASK)
    time.sleep(STEP_S * STEPS / 4)
    assert "located" not in kinds_after(engine, learned)
    engine.resume(TASK)
    until(engine, "located", after=learned)
    assert engine.status(TASK).slices_with == 1
