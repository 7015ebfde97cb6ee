"""Invariant 5 and forgetting: every update can be undone, and what is forgotten was never learned."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_engine import (
    AUXOL,
    OPTIONS,
    PAPER,
    TASK,
    crop_of,
    disc,
    file_bytes,
    look,
    narrow_engine,
    propose,
    session_of,
    teach,
    weights,
)

from auxol_core.errors import ProposalChangedError
from auxol_core.options import TaskOptions
from auxol_core.steps import finish
from auxol_core.types import Prompt

BOTH = pytest.mark.parametrize("options", [OPTIONS, PAPER], ids=["auxol", "paper"])


@BOTH
def test_undone_step_by_step_the_specialist_is_again_the_first_one(tmp_path: Path, options: TaskOptions) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, options)
    for number in range(2):
        teach(engine, number)
        engine.learn_now(TASK)
    for version in (1, 0):
        assert engine.undo(TASK).version == version
    engine.close()
    with session_of(tmp_path) as session:
        assert dict(session.specialist.state) == dict(session.specialist.initial_state())


def test_undone_step_by_step_the_prediction_is_exactly_the_first_one(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, OPTIONS)
    seen = [look(engine)]
    for number in range(2):
        teach(engine, number)
        engine.learn_now(TASK)
        seen.append(look(engine))
    assert len(set(seen)) == 3
    for before in reversed(seen[:-1]):
        engine.undo(TASK)
        assert look(engine) == before
    engine.close()


def test_a_task_that_does_not_learn_never_changes_not_even_after_a_restart(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, TaskOptions(learning=False, auxol=AUXOL))
    first = look(engine)
    for number in range(3):
        teach(engine, number)
        assert list(engine.work(TASK)) == []
        engine.learn_now(TASK)
        assert look(engine) == first
    engine.close()
    engine.open_task(TASK)
    engine.learn_now(TASK)
    assert look(engine) == first
    engine.close()


@pytest.mark.parametrize(
    ("options", "count", "forgotten"),
    [(OPTIONS, 2, 0), (PAPER, 3, 0), (PAPER, 3, 1), (PAPER, 3, 2)],
    ids=["auxol", "paper, first", "paper, middle", "paper, last"],
)
def test_after_forgetting_the_weights_are_those_of_a_task_that_never_saw_it(
    tmp_path: Path, options: TaskOptions, count: int, forgotten: int
) -> None:
    for folder, numbers in (("saw it", range(count)), ("never", [n for n in range(count) if n != forgotten])):
        engine = narrow_engine(tmp_path / folder)
        engine.create_task(TASK, options)
        for number in numbers:
            teach(engine, number)
            engine.learn_now(TASK)
        if folder == "saw it":
            engine.forget(TASK, f"c{forgotten}")
            assert [v.version for v in engine.versions(TASK)][-1] == engine.status(TASK).version
        engine.close()
    assert weights(tmp_path / "saw it") == weights(tmp_path / "never")


def test_relearning_after_a_forgotten_one_is_journaled_as_such_with_the_same_schedule(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, PAPER)
    for number in range(3):
        teach(engine, number)
    engine.learn_now(TASK)
    before = {v.corrections: (v.steps, v.seed) for v in engine.versions(TASK)}
    engine.forget(TASK, "c0")
    after = {v.corrections: (v.steps, v.seed) for v in engine.versions(TASK)}
    assert after == {ids: schedule for ids, schedule in before.items() if ids != ("c0",)}
    engine.close()
    with session_of(tmp_path) as session:
        assert [update.kind for update in session.file.updates()] == ["relearn", "relearn"]


@pytest.mark.parametrize("way", ["learned", "queued", "undone", "rolled back and taught again"])
def test_nothing_of_a_forgotten_image_is_left_in_the_file(tmp_path: Path, way: str) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, PAPER)
    teach(engine, 0)
    engine.learn_now(TASK)
    teach(engine, 1)
    if way != "queued":
        engine.learn_now(TASK)
    if way == "undone":
        engine.undo(TASK)
    if way == "rolled back and taught again":
        engine.roll_back(TASK, 0)
        teach(engine, 2)
        engine.learn_now(TASK)
    engine.close()
    pixels, kept = crop_of(tmp_path, "c1").tobytes(), crop_of(tmp_path, "c0").tobytes()
    slice_id = disc(1)[0].slice_id.encode()
    assert pixels in file_bytes(tmp_path) and slice_id in file_bytes(tmp_path)
    engine.open_task(TASK)
    engine.forget(TASK, "c1")
    assert [c.correction_id for c in engine.corrections(TASK) if c.correction_id == "c1"] == []
    engine.export_task(TASK, tmp_path / "export.auxol")
    engine.close()
    for data in (file_bytes(tmp_path), (tmp_path / "export.auxol").read_bytes()):
        assert pixels not in data and slice_id not in data
        assert kept in data
    weights(tmp_path)


def test_forgetting_and_resetting_leave_pending_proposals_usable(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, PAPER)
    waiting = propose(engine, 7)
    teach(engine, 0)
    engine.learn_now(TASK)
    engine.refresh(TASK)
    engine.forget(TASK, "c0")
    renewed = engine.refresh(TASK)
    assert all(proposal.version == 0 for proposal in renewed)
    repaired = engine.predict(TASK, waiting.slice_id, Prompt(box=waiting.prompt.box), previous=waiting.proposal_id)
    assert repaired.version == 0
    engine.close()


@BOTH
def test_what_is_saved_again_leaves_both_branches_to_be_replayed_bit_for_bit(
    tmp_path: Path, options: TaskOptions
) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, options)
    for number in range(2):
        teach(engine, number)
        engine.learn_now(TASK)
    engine.undo(TASK)
    for number in (2, 1):
        teach(engine, number)
        engine.learn_now(TASK)
    seen = {}
    for version in (2, 4, 2):
        engine.roll_back(TASK, version)
        engine.close()
        seen.setdefault(version, set()).add(weights(tmp_path))
        engine.open_task(TASK)
    assert len(seen[2]) == 1 and seen[2] != seen[4]
    teach(engine, 3)  # and both can be learned from
    assert engine.learn_now(TASK).version == 5
    engine.close()
    weights(tmp_path)


@pytest.mark.parametrize("correction_id", ["x" * 200, "a (again 2)", "a (again x)"])
def test_any_id_may_be_saved_again(tmp_path: Path, correction_id: str) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, OPTIONS)
    image, mask = disc(0)
    slice_id = engine.put_slice(image)
    stored = []
    for _ in range(3):
        receipt = engine.correct(TASK, slice_id, mask, correction_id=correction_id)
        assert not receipt.duplicate
        stored.append(receipt.correction_id)
        assert engine.correct(TASK, slice_id, mask, correction_id=correction_id).duplicate
        engine.learn_now(TASK)
        engine.roll_back(TASK, 0)
    assert stored[0] == correction_id and len(set(stored)) == 3
    engine.close()


def test_what_was_made_while_a_lesson_was_being_forgotten_is_not_offered_as_made_without_it(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, PAPER)  # which stores every eighth version: the others are rebuilt, in steps
    for number in range(3):
        teach(engine, number)
        engine.learn_now(TASK)
    forgetting = engine.forgetting(TASK, "c2")
    next(forgetting)
    made = propose(engine, 7)  # by weights that have still learned from it
    assert engine.status(TASK).version == 2
    with pytest.raises(ProposalChangedError):
        engine.accept(made.proposal_id)
    finish(forgetting)
    now, anew = engine.proposal(made.proposal_id), propose(engine, 7)
    assert (now.version, now.quality) == (2, anew.quality)
    engine.accept(made.proposal_id, version=2)
    engine.close()
