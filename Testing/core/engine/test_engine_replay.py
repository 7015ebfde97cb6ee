"""Invariant 3: the journal alone gives the weights, bit for bit, however the work was cut into pieces."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_engine import (
    AUXOL,
    OPTIONS,
    PAPER,
    TASK,
    look,
    narrow_engine,
    propose,
    session_of,
    shipped_engine,
    teach,
    weights,
)
from tiny_network import MACHINE

from auxol_core.build import set_up_torch, specialist_factory
from auxol_core.engine.open_task import TaskSession
from auxol_core.options import AuxolOptions, TaskOptions
from auxol_core.steps import finish
from auxol_core.taskfile.lesson_codec import digest
from auxol_core.taskfile.task_file import TaskFile

BOTH = pytest.mark.parametrize("options", [OPTIONS, PAPER], ids=["auxol", "paper"])


@BOTH
def test_every_version_can_be_rebuilt_from_the_journal_alone(tmp_path: Path, options: TaskOptions) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, options)
    for number in range(2):
        teach(engine, number)
        engine.learn_now(TASK)
    engine.close()
    with session_of(tmp_path) as session:
        seen = []
        for version in (1, 2):
            finish(session.go_to(version, "rollback"))  # from its snapshot where there is one
            seen.append(digest(session.specialist.state))
            assert digest(session.rebuilt(version)) == seen[-1]
            assert digest(session.specialist.state) == seen[-1]  # rebuilding leaves what is in use alone
        assert len(set(seen)) == 2


@BOTH
def test_a_task_closed_between_corrections_learns_what_one_never_closed_does(
    tmp_path: Path, options: TaskOptions
) -> None:
    for folder, closing in (("open", False), ("closed", True)):
        engine = narrow_engine(tmp_path / folder)
        engine.create_task(TASK, options)
        for number in range(2):
            teach(engine, number)
            if closing:
                engine.close()
                engine = narrow_engine(tmp_path / folder)
                engine.open_task(TASK)
            engine.learn_now(TASK)
        engine.close()
    assert weights(tmp_path / "open") == weights(tmp_path / "closed")


def test_the_paper_preset_goes_on_from_between_two_snapshots_and_after_one(tmp_path: Path) -> None:
    # It stores every eighth version; a full batch of four drops samples by their losses, which have to survive too.
    for folder in ("open", "closed"):
        engine = narrow_engine(tmp_path / folder)
        engine.create_task(TASK, PAPER)
        for number in range(10):
            teach(engine, number)
            engine.learn_now(TASK)
            if folder == "closed" and number in (5, 8):
                engine.close()
                engine.open_task(TASK)
        engine.close()
    assert weights(tmp_path / "open") == weights(tmp_path / "closed")
    with session_of(tmp_path / "open") as session:
        assert session.file.snapshot_versions() == [8]


def test_predictions_between_two_steps_change_no_weight(tmp_path: Path) -> None:
    for folder in ("at once", "in steps"):
        engine = narrow_engine(tmp_path / folder)
        engine.create_task(TASK, OPTIONS)
        for number in range(2):
            teach(engine, number)
            if folder == "at once":
                engine.learn_now(TASK)
            else:
                before = look(engine)
                looks = [(engine.status(TASK).version, look(engine)) for _ in engine.work(TASK)]
                early = [seen for version, seen in looks if version == number]
                assert len(early) >= OPTIONS.auxol.steps
                assert all(seen == before for seen in early)  # the weights in use, until the update is published
                assert look(engine) != before
        engine.close()
    assert weights(tmp_path / "at once") == weights(tmp_path / "in steps")


def test_the_clock_decides_only_what_is_written(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    hasty = AuxolOptions(steps=50, batch=1, budget_s=0.0)
    engine.create_task(TASK, TaskOptions(auxol=hasty))
    for number in range(2):
        teach(engine, number)
    engine.learn_now(TASK)
    assert [v.steps for v in engine.versions(TASK)] == [1, 1]
    engine.close()
    weights(tmp_path)  # asserts that the replay gives the same


def test_a_branch_is_rebuilt_from_its_own_lineage(tmp_path: Path) -> None:
    for folder, detour in (("straight", False), ("detour", True)):
        engine = narrow_engine(tmp_path / folder)
        engine.create_task(TASK, PAPER)
        teach(engine, 0)
        engine.learn_now(TASK)
        if detour:  # learned and taken back: later updates must not draw from it
            teach(engine, 1)
            engine.learn_now(TASK)
            engine.undo(TASK)
        teach(engine, 2)
        engine.learn_now(TASK)
        engine.close()
    assert weights(tmp_path / "straight") == weights(tmp_path / "detour")


def test_what_retention_let_go_is_rebuilt_when_it_is_wanted_again(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, OPTIONS)
    engine.pause(TASK)
    teach(engine, 0)
    engine.learn_now(TASK)
    engine.close()
    first = weights(tmp_path)
    engine.open_task(TASK)
    for number in range(1, 7):
        teach(engine, number)
    engine.learn_now(TASK)
    newest = look(engine)
    engine.close()
    with session_of(tmp_path) as session:
        assert 1 not in session.file.snapshot_versions()
    engine.open_task(TASK)
    engine.roll_back(TASK, 1)
    rolled_back = look(engine)
    engine.close()
    with session_of(tmp_path) as session:
        assert 1 in session.file.snapshot_versions()  # while it is current: opening need not learn it again
    assert weights(tmp_path) == first
    engine.open_task(TASK)
    assert look(engine) == rolled_back
    engine.roll_back(TASK, 7)
    assert look(engine) == newest
    engine.close()


def test_two_tasks_with_the_same_corrections_and_another_seed_differ(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    found = set()
    for name, seed in (("a", 0), ("b", 1), ("c", 0)):
        engine.create_task(name, TaskOptions(auxol=AUXOL, seed=seed))
        teach(engine, 0, name)
        engine.learn_now(name)
        engine.close_task(name)
        found.add((seed, weights(tmp_path, name)))
    assert len(found) == 2  # a and c are the same, b is not
    engine.close()


# An update that somebody overtakes between two of its steps


@pytest.mark.parametrize("meanwhile", ["undo", "roll back", "forget the one being learned", "forget another", "reset"])
def test_an_update_that_is_overtaken_ends_without_a_trace(tmp_path: Path, meanwhile: str) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, PAPER)
    teach(engine, 0)
    engine.learn_now(TASK)
    teach(engine, 1)
    working = engine.work(TASK)
    next(working)
    {
        "undo": lambda: engine.undo(TASK),
        "roll back": lambda: engine.roll_back(TASK, 0),
        "forget the one being learned": lambda: engine.forget(TASK, "c1"),
        "forget another": lambda: engine.forget(TASK, "c0"),
        "reset": lambda: engine.reset(TASK),
    }[meanwhile]()
    for _ in working:
        pass
    left = {c.correction_id: c.learned for c in engine.corrections(TASK)}
    expected = {
        "undo": {"c0": False, "c1": True},
        "roll back": {"c0": False, "c1": True},
        "forget the one being learned": {"c0": True},
        "forget another": {"c1": True},
        "reset": {},
    }
    assert left == expected[meanwhile]
    assert engine.status(TASK).queued == 0
    engine.close()
    weights(tmp_path)


def test_learn_now_overtakes_the_worker_and_nothing_is_learned_twice(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, PAPER)
    teach(engine, 0)
    working = engine.work(TASK)
    next(working)
    assert engine.learn_now(TASK).version == 1
    assert list(working) == []
    assert [v.version for v in engine.versions(TASK)] == [1]
    engine.close()
    weights(tmp_path)


def test_a_task_may_be_closed_while_it_learns(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, PAPER)
    teach(engine, 0)
    working = engine.work(TASK)
    next(working)
    engine.close_task(TASK)
    assert list(working) == []
    assert engine.open_task(TASK).queued == 1
    assert engine.learn_now(TASK).version == 1
    engine.close()


def test_a_worker_whose_update_is_dropped_leaves_it_queued(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, PAPER)
    teach(engine, 0)
    working = engine.work(TASK)
    next(working)
    working.close()
    assert engine.status(TASK).queued == 1
    assert engine.learn_now(TASK).version == 1
    engine.close()


def test_a_paused_task_is_not_worked_on(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, PAPER)
    engine.pause(TASK)
    teach(engine, 0)
    assert list(engine.work(TASK)) == []
    assert engine.status(TASK).queued == 1
    engine.resume(TASK)
    assert len(list(engine.work(TASK))) > 1
    engine.close()


def test_a_task_file_that_was_renamed_by_hand_works_under_its_new_name(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, PAPER)
    engine.close()
    (tmp_path / f"{TASK}.auxol").rename(tmp_path / "renamed.auxol")
    engine.open_task("renamed")
    proposal = propose(engine, 0, "renamed")
    assert proposal.task == "renamed"
    receipt = engine.correct(
        "renamed", proposal.slice_id, proposal.mask, correction_id="a", proposals=[proposal.proposal_id]
    )
    assert (receipt.task, receipt.confirmation) == ("renamed", True)
    engine.learn_now("renamed")
    assert {event.task for event in engine.events("renamed")} == {"renamed"}
    engine.close()


def test_the_shipped_network_too_goes_on_bit_for_bit_after_a_restart_and_is_rebuilt(tmp_path: Path) -> None:
    # At its real size torch takes other kernels than for a tiny one.
    states = set()
    for folder in ("open", "closed"):
        engine = shipped_engine(tmp_path / folder)
        engine.create_task(TASK, OPTIONS)
        for number in range(2):
            teach(engine, number)
            if folder == "closed":
                engine.close()
                engine.open_task(TASK)
            engine.learn_now(TASK)
        engine.close()
        make = specialist_factory(set_up_torch(MACHINE), engine.generalist)
        file = TaskFile.open(tmp_path / folder / f"{TASK}.auxol", generalist_hash=engine.generalist.weights_hash)
        session = TaskSession(TASK, file, make(file.options))
        states |= {digest(session.specialist.state), digest(session.rebuilt(2))}
        session.close()
    assert len(states) == 1
