"""Going over the lessons again while nobody asks: versions of their own, exact in the journal, and never in the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from small_engine import OPTIONS, PAPER, TASK, disc, look, narrow_engine, narrow_worker, teach, weights
from tiny_network import MACHINE

from auxol_core.engine import thinking
from auxol_core.engine.engine import Engine
from auxol_core.engine.worker_engine import WorkerEngine
from auxol_core.errors import InvalidInputError
from auxol_core.types import VersionInfo

SOON = 60.0


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, OPTIONS)
    yield engine
    engine.close()


def taught(engine: Engine, count: int = 3) -> None:
    for number in range(count):
        teach(engine, number)
        engine.learn_now(TASK)


def rehearsals(engine: Engine | WorkerEngine) -> list[VersionInfo]:
    return [version for version in engine.versions(TASK) if not version.corrections]


@pytest.fixture
def always_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tiny network knows its discs by heart at once: publish and go on whatever the lessons say."""
    monkeypatch.setattr(thinking, "WORSE", 1.0)
    monkeypatch.setattr(thinking, "HELPS", -1.0)


@pytest.mark.usefixtures("always_helps")
def test_a_rehearsal_is_a_version_that_the_journal_gives_again(engine: Engine, tmp_path: Path) -> None:
    taught(engine)
    before = look(engine)
    status = engine.think(TASK, steps=20)
    assert [(v.steps, v.published) for v in rehearsals(engine)] == [(8, True), (16, True), (20, True)]
    assert (status.version, status.corrections) == (6, 3)
    assert look(engine) != before
    after = look(engine)
    engine.close()
    weights(tmp_path)  # from nothing, by replay, bit for bit
    again = narrow_engine(tmp_path)
    again.open_task(TASK)
    assert look(again) == after
    again.close()


@pytest.mark.usefixtures("always_helps")
def test_one_rehearsal_takes_the_place_of_its_shorter_self(engine: Engine) -> None:
    taught(engine)
    engine.think(TASK, steps=16)
    file = engine._session(TASK).file
    assert [update.version for update in file.lineage(5)] == [1, 2, 3, 5]
    assert file.snapshot_versions() == [1, 2, 3, 5]
    status = engine.roll_back(TASK, 4)  # and its shorter self can be made again
    assert status.version == 4


@pytest.mark.usefixtures("always_helps")
def test_an_undo_takes_back_a_save_with_all_that_was_rehearsed_since(engine: Engine) -> None:
    taught(engine, 2)
    once = look(engine)
    teach(engine, 2)
    engine.think(TASK, steps=8)  # it learns what is queued first
    assert engine.status(TASK).version == 4
    assert engine.undo(TASK).version == 2
    assert look(engine)[:2] == once[:2]
    assert [c.learned for c in engine.corrections(TASK)] == [True, True, False]


@pytest.mark.usefixtures("always_helps")
def test_forgetting_a_correction_leaves_nothing_that_was_rehearsed_with_it(engine: Engine, tmp_path: Path) -> None:
    taught(engine, 2)
    engine.think(TASK, steps=8)
    engine.forget(TASK, "c0")
    assert not rehearsals(engine)
    engine.close()
    other = narrow_engine(tmp_path / "other")
    other.create_task(TASK, OPTIONS)
    teach(other, 1)
    other.learn_now(TASK)
    other.close()
    assert weights(tmp_path) == weights(tmp_path / "other")


def test_what_makes_the_lessons_worse_is_discarded_and_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    taught(engine)
    monkeypatch.setattr(thinking, "WORSE", -1.0)
    before = look(engine)
    assert engine.think(TASK, steps=64).version == 3
    (row,) = rehearsals(engine)
    assert not row.published and row.reason.startswith("discarded: 3 lessons")
    assert look(engine) == before


def test_it_ends_where_it_no_longer_helps(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    taught(engine)
    monkeypatch.setattr(thinking, "WORSE", 1.0)
    monkeypatch.setattr(thinking, "HELPS", 1.0)
    engine.think(TASK, steps=64)
    assert [v.steps for v in rehearsals(engine)] == [8]


def test_nothing_is_done_without_a_lesson_a_budget_or_a_learner_that_rehearses(engine: Engine) -> None:
    assert engine.think(TASK, steps=8).version == 0
    taught(engine, 1)
    assert engine.think(TASK, steps=0).version == 1
    engine.create_task("published", PAPER)
    teach(engine, 0, "published")
    assert engine.think("published", steps=8).version == 1
    for limits in ({"steps": -1}, {"seconds": -0.5}, {"seconds": float("nan")}):
        with pytest.raises(InvalidInputError, match="of 0 or more"):
            engine.think(TASK, **limits)  # type: ignore[arg-type]


def test_seconds_end_it_after_the_step_that_it_is_in(engine: Engine) -> None:
    taught(engine, 1)
    engine.think(TASK, seconds=0.0)
    assert [v.steps for v in rehearsals(engine)] == [1]


def test_which_lessons_are_asked() -> None:
    keys = [str(number) for number in range(40)]
    assert thinking.asked(keys[:5]) == keys[:5]
    found = thinking.asked(keys)
    assert found[-8:] == keys[-8:] and len(set(found)) == 16
    assert found[0] == "0" and found[7] == "31"


@pytest.mark.usefixtures("always_helps")
def test_an_export_holds_what_was_rehearsed(engine: Engine, tmp_path: Path) -> None:
    taught(engine, 2)
    engine.think(TASK, steps=16)
    known = look(engine)
    engine.export_task(TASK, tmp_path / "given.auxol")
    status = engine.import_task(tmp_path / "given.auxol", "taken in")
    assert status.version == engine.status(TASK).version
    assert look(engine, "taken in") == known
    assert engine.undo("taken in").version == 1


# With a worker


@pytest.fixture
def worker(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[WorkerEngine]:
    yield from narrow_worker(tmp_path, OPTIONS, replace(MACHINE, thinking=getattr(request, "param", "gentle")))


def save(engine: WorkerEngine, number: int) -> None:
    image, mask = disc(number)
    engine.correct(TASK, engine.put_slice(image), mask, correction_id=f"c{number}")


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def idle(engine: WorkerEngine) -> bool:
    jobs = [job for jobs in engine._at_leisure.values() for job in jobs]
    return not engine._learning and not engine.status(TASK).queued and all(job.future.done() for job in jobs)


@pytest.mark.usefixtures("always_helps")
def test_after_a_save_a_worker_thinks_by_itself_once(worker: WorkerEngine) -> None:
    save(worker, 0)
    until(lambda: idle(worker) and bool(rehearsals(worker)))
    assert [v.steps for v in rehearsals(worker)] == [8, 16]  # gentle: sixteen steps
    assert [e.data["steps"] for e in worker.events(TASK) if e.kind == "rehearsed"] == [8, 16]
    worker.close_task(TASK)
    worker.open_task(TASK)
    until(lambda: idle(worker))
    assert len(rehearsals(worker)) == 2  # nothing new to go over


@pytest.mark.parametrize("worker", ["off"], indirect=True)
def test_a_worker_that_is_not_to_think_does_not(worker: WorkerEngine) -> None:
    save(worker, 0)
    until(lambda: idle(worker) and worker.status(TASK).version == 1)
    assert not rehearsals(worker)


@pytest.mark.usefixtures("always_helps")
def test_a_pause_holds_it_and_a_resume_lets_it_go_on(worker: WorkerEngine) -> None:
    worker.pause(TASK)
    save(worker, 0)
    worker.learn_now(TASK)
    until(lambda: idle(worker))
    assert not rehearsals(worker)
    worker.resume(TASK)
    until(lambda: idle(worker) and bool(rehearsals(worker)))


@pytest.mark.usefixtures("always_helps")
def test_a_save_in_the_middle_of_it_is_learned_at_once_and_nothing_is_lost(
    worker: WorkerEngine, tmp_path: Path
) -> None:
    for number in range(3):
        save(worker, number)
        until(lambda number=number: worker.status(TASK).version > number)  # type: ignore[misc]
    until(lambda: idle(worker))
    learned = [v.corrections for v in worker.versions(TASK) if v.corrections]
    assert [each for corrections in learned for each in corrections] == ["c0", "c1", "c2"]
    worker.close()
    weights(tmp_path)


@pytest.mark.usefixtures("always_helps")
def test_what_is_on_offer_is_made_anew_by_what_was_rehearsed(worker: WorkerEngine) -> None:
    from small_engine import box_around

    image, mask = disc(7)
    proposal = worker.predict(TASK, worker.put_slice(image), box_around(mask))
    save(worker, 0)
    until(lambda: idle(worker) and len(rehearsals(worker)) == 2)
    assert worker.proposal(proposal.proposal_id).version == worker.status(TASK).version == 3


def test_a_defect_in_it_is_told_and_the_worker_goes_on(worker: WorkerEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(thinking, "asked", broken)
    save(worker, 0)
    until(lambda: any(e.kind == "failed" for e in worker.events(TASK)))
    (told,) = [e for e in worker.events(TASK) if e.kind == "failed"]
    assert "ZeroDivisionError while it rehearsed" in str(told.data["reason"])
    assert worker.status(TASK).version == 1
