"""A task whose weights another learner made, or one beside another generalist: it opens, and they are made again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bright_family import BrightGeneralist
from old_tasks import TINY, assert_shows, brought, skill
from other_weights import (
    other_engine,
    other_generalist,
    other_learner,
    propose_core,
    teach_disc,
    teach_lineage,
    work,
)
from small_engine import OPTIONS, PAPER, TASK, narrow_engine, teach
from small_engine import propose as propose_box
from tiny_network import MACHINE, tiny_generalist, tiny_learner

from auxol_core.engine.engine import Engine
from auxol_core.errors import InvalidInputError, NotFoundError, StorageFullError
from auxol_core.options import TaskOptions
from auxol_core.promptable import windows
from auxol_core.specialist.preset import Learner
from auxol_core.taskfile.kept import kept_path
from auxol_core.taskfile.lesson_codec import digest
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.taskfile.versions import VersionTree
from auxol_core.types import Progress


def file_of(folder: Path, task: str = TINY) -> Path:
    return folder / f"{task}.auxol"


def state_of(engine: Engine, task: str) -> str:
    """SHA-256 of the weights in use; the journal's replay from nothing has to give the same."""
    session = engine._sessions[task]
    assert session.installed == session.version
    found = digest(session.specialist.state)
    assert digest(session.rebuilt(session.version)) == found
    return found


def part_done(engine: Engine, task: str, updates: int) -> None:
    """Have so many updates be learned again, and stop."""
    steps, first = engine.work(task), 0
    while first < 1 + updates:
        next(steps)
        session = engine._sessions[task]
        assert session.relearning is not None
        first = session.relearning.progress.done - 5  # six corrections are refitted first


@pytest.fixture
def old(tmp_path: Path) -> dict[str, Any]:
    """The old task, in ``tmp_path``; what is known of it."""
    return brought(tmp_path)


class Fresh:
    """A task that was taught the same with the other weights from the beginning."""

    def __init__(self, folder: Path) -> None:
        with closing(other_engine(folder)) as engine:
            teach_lineage(engine, "fresh")
            self.dice, self.share = skill(engine, "fresh"), engine.status("fresh").share
            lessons = engine._sessions["fresh"].file.lessons()
            self.answers = {key: np.array(each.arrays["image_whole_generalist"]) for key, each in lessons.items()}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    return Fresh(tmp_path_factory.mktemp("fresh"))


class Relearned:
    def __init__(self, folder: Path) -> None:
        brought(folder)
        with closing(other_engine(folder)) as engine:
            engine.open_task(TINY)
            work(engine, TINY)
            self.weights = state_of(engine, TINY)
            self.dice = skill(engine, TINY)
            self.share = engine.status(TINY).share


@pytest.fixture(scope="module")
def relearned(tmp_path_factory: pytest.TempPathFactory) -> Relearned:
    return Relearned(tmp_path_factory.mktemp("relearned"))


# Opening


def test_it_opens_at_once_with_its_curve_and_history_and_the_generalist_answers_alone(
    tmp_path: Path, old: dict[str, Any]
) -> None:
    with closing(other_engine(tmp_path)) as engine:
        status = engine.open_task(TINY)
        assert (status.version, status.queued, status.paused) == (old["version"], old["queued"], True)
        assert (status.relearning, status.share) == (Progress(0, 10), 1.0)  # 6 corrections to refit, 4 updates
        assert_shows(engine, TINY, old)
        shown, _ = propose_core(engine, TINY, 100)
        assert (shown.version, shown.share) == (0, 1.0)
        engine.accept(shown.proposal_id, version=0)


def test_it_comes_back_at_the_same_version_as_good_as_one_taught_with_these_weights(
    tmp_path: Path, old: dict[str, Any], fresh: Fresh
) -> None:
    with closing(other_engine(tmp_path)) as engine:
        engine.open_task(TINY)
        untaught = skill(engine, TINY)
        work(engine, TINY)
        status = engine.status(TINY)
        assert (status.version, status.queued, status.relearning) == (old["version"], old["queued"], None)
        assert_shows(engine, TINY, old)
        assert skill(engine, TINY) == pytest.approx(fresh.dice, abs=0.005)
        assert max(abs(np.array(untaught) - fresh.dice)) > 0.1
        # The undone confirmation counts no more, as in the task that never had it.
        assert status.share == pytest.approx(fresh.share, abs=0.02)
        assert state_of(engine, TINY)
    assert [path.name for path in tmp_path.iterdir()] == [f"{TINY}.auxol"]


def test_its_lessons_then_hold_the_new_generalist_s_answers(tmp_path: Path, old: dict[str, Any], fresh: Fresh) -> None:
    with closing(other_engine(tmp_path)) as engine:
        engine.open_task(TINY)
        work(engine, TINY)
        lessons = engine._sessions[TINY].file.lessons()
        for key, answer in fresh.answers.items():
            found = np.asarray(lessons[key].arrays["image_whole_generalist"])
            assert np.abs(found.astype(int) - answer.astype(int)).max() <= 2


def test_opened_again_nothing_is_to_be_done(tmp_path: Path, old: dict[str, Any], relearned: Relearned) -> None:
    for _ in range(2):
        with closing(other_engine(tmp_path)) as engine:
            again = engine.open_task(TINY).relearning
            work(engine, TINY)
            assert state_of(engine, TINY) == relearned.weights
            assert skill(engine, TINY) == relearned.dice
    assert again is None


def test_back_with_the_old_weights_it_knows_what_it_knew(
    tmp_path: Path, old: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # As 4e5615f looked at a box, so that nothing else differs.
    monkeypatch.setattr(windows, "BOX_CONTEXT", 1.35)
    monkeypatch.setattr(windows.for_box, "__defaults__", (1.35,))
    with closing(other_engine(tmp_path)) as engine:
        engine.open_task(TINY)
        work(engine, TINY)
    with closing(narrow_engine(tmp_path)) as engine:
        assert engine.open_task(TINY).relearning is not None
        work(engine, TINY)
        assert skill(engine, TINY) == pytest.approx(old["dice"], abs=0.005)
        assert engine.status(TINY).share == pytest.approx(old["share"], abs=0.01)


def test_a_task_without_corrections_just_goes_on(tmp_path: Path) -> None:
    with closing(narrow_engine(tmp_path)) as engine:
        engine.create_task(TASK, OPTIONS)
    for _ in range(2):
        with closing(other_engine(tmp_path)) as engine:
            assert engine.open_task(TASK).relearning is None
            maker = engine._sessions[TASK].file.origin.maker
            assert (maker.learner, maker.generalist_hash) == (other_learner(OPTIONS).word, "72" * 32)


def test_the_old_file_of_a_format_that_changed_goes_when_the_task_opens_with_its_weights(
    tmp_path: Path, old: dict[str, Any]
) -> None:
    with closing(narrow_engine(tmp_path)) as engine:
        assert engine.open_task(TINY).relearning is None
        assert not kept_path(file_of(tmp_path)).exists()


# A person at work meanwhile


def test_what_is_saved_meanwhile_is_kept_and_learned_afterwards(
    tmp_path: Path, old: dict[str, Any], relearned: Relearned
) -> None:
    with closing(other_engine(tmp_path)) as engine:
        engine.open_task(TINY)
        part_done(engine, TINY, 1)
        receipt = teach_disc(engine, TINY, 6)
        assert (receipt.correction_id, engine.status(TINY).queued) == ("c6", 2)
        (scores,) = engine.corrections(TINY)[-1].scores
        assert scores.specialist is None and scores.generalist == scores.fused
        work(engine, TINY)
        assert engine.status(TINY).share == relearned.share  # nothing was scored that nobody said
        assert skill(engine, TINY) == relearned.dice
        engine.learn_now(TINY)
        assert (engine.status(TINY).version, engine.status(TINY).queued) == (7, 0)
        assert [v.corrections for v in engine.versions(TINY)][-2:] == [("c5",), ("c6",)]


def test_what_is_on_offer_is_made_anew_when_it_is_done_and_not_accepted_unseen(
    tmp_path: Path, old: dict[str, Any]
) -> None:
    from auxol_core.errors import ProposalChangedError

    with closing(other_engine(tmp_path)) as engine:
        engine.open_task(TINY)
        before, _ = propose_core(engine, TINY, 100)
        work(engine, TINY)
        after = engine.proposal(before.proposal_id)
        assert after.version == 5 and not np.array_equal(after.mask, before.mask)
        with pytest.raises(ProposalChangedError):
            engine.accept(before.proposal_id, version=0)
        assert "refreshed" in [event.kind for event in engine.events(TINY)]


def test_undo_meanwhile_moves_the_task_at_once_and_that_version_is_made(
    tmp_path: Path, old: dict[str, Any], relearned: Relearned
) -> None:
    with closing(other_engine(tmp_path)) as engine:
        engine.open_task(TINY)
        part_done(engine, TINY, 2)
        status = engine.undo(TINY)
        assert (status.version, status.share) == (4, 1.0) and status.relearning is not None
        work(engine, TINY)
        assert engine.status(TINY).version == 4
        assert state_of(engine, TINY)
        assert engine.roll_back(TINY, 5).version == 5
        assert state_of(engine, TINY) == relearned.weights


def test_undo_and_roll_back_afterwards_also_to_what_an_undo_had_left(
    tmp_path: Path, old: dict[str, Any], relearned: Relearned
) -> None:
    with closing(other_engine(tmp_path)) as engine:
        engine.open_task(TINY)
        work(engine, TINY)
        assert engine.undo(TINY).version == 4
        assert engine.roll_back(TINY, 3).version == 3  # the confirmation that was undone long ago
        assert state_of(engine, TINY)
        assert engine.roll_back(TINY, 5).version == 5
        assert state_of(engine, TINY) == relearned.weights


def test_rolled_back_meanwhile_to_another_branch_that_is_made(tmp_path: Path, old: dict[str, Any]) -> None:
    with closing(other_engine(tmp_path)) as engine:
        engine.open_task(TINY)
        part_done(engine, TINY, 3)
        assert engine.roll_back(TINY, 3).version == 3
        work(engine, TINY)
        assert state_of(engine, TINY)
        assert engine.roll_back(TINY, 0).version == 0


def test_forgetting_meanwhile_takes_it_out_of_everything_and_the_rest_is_learned(
    tmp_path: Path, old: dict[str, Any]
) -> None:
    with closing(other_engine(tmp_path)) as engine:
        engine.open_task(TINY)
        part_done(engine, TINY, 1)
        assert kept_path(file_of(tmp_path)).exists()
        status = engine.forget(TINY, "c1")
        assert status.version == 1
        assert not kept_path(file_of(tmp_path)).exists()  # it still held the image
        with pytest.raises(InvalidInputError, match="when a correction was forgotten"):
            engine.cancel_relearning(TINY)
        status = engine.learn_now(TINY)
        assert (status.relearning, status.queued) == (None, 0)
        known = {c.correction_id: c.learned for c in engine.corrections(TINY)}
        assert known == {"c0": True, "c2": False, "c3": True, "c4": True, "c5": True}
        assert state_of(engine, TINY)


def test_reset_meanwhile_ends_it(tmp_path: Path, old: dict[str, Any]) -> None:
    with closing(other_engine(tmp_path)) as engine:
        engine.open_task(TINY)
        part_done(engine, TINY, 1)
        status = engine.reset(TINY)
        assert (status.version, status.corrections, status.relearning) == (0, 0, None)
        work(engine, TINY)
    with closing(other_engine(tmp_path)) as engine:
        assert engine.open_task(TINY).relearning is None


# Holding and cancelling


def test_a_pause_from_before_keeps_corrections_queued_and_does_not_hold_it(
    tmp_path: Path, old: dict[str, Any]
) -> None:
    with closing(other_engine(tmp_path)) as engine:
        assert engine.open_task(TINY).paused
        engine.pause(TINY)  # a client says it once more after a restart
        work(engine, TINY)
        status = engine.status(TINY)
        assert (status.relearning, status.queued, status.paused) == (None, 1, True)


def test_a_pause_meanwhile_holds_it_until_it_is_resumed_asked_for_or_opened_again(
    tmp_path: Path, old: dict[str, Any]
) -> None:
    with closing(other_engine(tmp_path)) as engine:
        engine.open_task(TINY)
        engine.resume(TINY)
        part_done(engine, TINY, 1)
        engine.pause(TINY)
        held = engine.status(TINY).relearning
        work(engine, TINY)
        assert engine.status(TINY).relearning == held
        assert propose_core(engine, TINY, 100)[0].share == 1.0
    with closing(other_engine(tmp_path)) as engine:
        assert engine.open_task(TINY).relearning is not None
        work(engine, TINY)
        assert (engine.status(TINY).relearning, engine.status(TINY).queued) == (None, 1)


def test_learn_now_does_it_first_also_when_held(tmp_path: Path, old: dict[str, Any]) -> None:
    with closing(other_engine(tmp_path)) as engine:
        engine.open_task(TINY)
        engine.resume(TINY)
        engine.pause(TINY)
        status = engine.learn_now(TINY)
        assert (status.version, status.queued, status.relearning) == (6, 0, None)


@pytest.mark.parametrize("updates", [None, 2])
def test_cancelled_the_file_is_as_it_was_with_what_was_saved_since(
    updates: int | None, tmp_path: Path, old: dict[str, Any]
) -> None:
    with closing(other_engine(tmp_path)) as engine:
        engine.open_task(TINY)
        if updates is not None:
            part_done(engine, TINY, updates)
        assert teach_disc(engine, TINY, 6).objects == 1
        engine.cancel_relearning(TINY)
        with pytest.raises(NotFoundError):
            engine.status(TINY)
    assert [path.name for path in tmp_path.iterdir()] == [f"{TINY}.auxol"]
    with closing(narrow_engine(tmp_path)) as engine:
        status = engine.open_task(TINY)
        assert (status.relearning, status.version, status.queued) == (None, 5, 2)
        assert skill(engine, TINY) == pytest.approx(old["dice"], abs=0.005)
        assert status.share == pytest.approx(old["share"])
        assert [c.correction_id for c in engine.corrections(TINY)][-2:] == ["c5", "c6"]
        assert engine.learn_now(TINY).version == 7


def test_cancelled_and_opened_again_it_begins_anew(tmp_path: Path, old: dict[str, Any], relearned: Relearned) -> None:
    with closing(other_engine(tmp_path)) as engine:
        engine.open_task(TINY)
        part_done(engine, TINY, 2)
        engine.cancel_relearning(TINY)
        assert engine.open_task(TINY).relearning == Progress(0, 10)
        work(engine, TINY)
        assert state_of(engine, TINY) == relearned.weights
        with pytest.raises(InvalidInputError, match="not being learned again"):
            engine.cancel_relearning(TINY)


# A full disk


@pytest.mark.parametrize("where", ["keeping_old_file", "store_state"])
def test_on_a_full_disk_it_is_told_nothing_is_lost_and_it_goes_on(
    where: str, tmp_path: Path, old: dict[str, Any], relearned: Relearned, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Iterator[None]:
        raise StorageFullError("the disk is full")

    with closing(other_engine(tmp_path)) as engine:
        engine.open_task(TINY)
        with monkeypatch.context() as patched:
            patched.setattr(TaskFile if where == "keeping_old_file" else VersionTree, where, full)
            if where == "keeping_old_file":
                kept_path(file_of(tmp_path)).unlink()  # the one of the older format
            with pytest.raises(StorageFullError):
                work(engine, TINY)
            assert_shows(engine, TINY, old)
            assert engine.status(TINY).relearning is not None
            assert propose_core(engine, TINY, 100)[0].share == 1.0
        work(engine, TINY)
        assert state_of(engine, TINY) == relearned.weights


# Other presets, other generalists


def bright_engine(folder: Path, level: float = 0.5) -> Engine:
    generalist = BrightGeneralist("bright", f"{round(level * 100):02d}" * 32, level, "plain")
    return Engine(generalist, tiny_learner, folder, MACHINE)


@pytest.mark.parametrize("options", [OPTIONS, PAPER], ids=["auxol", "paper"])
def test_beside_another_generalist_too_with_its_answers_where_the_lessons_show_the_slice(
    options: TaskOptions, tmp_path: Path
) -> None:
    with closing(narrow_engine(tmp_path)) as engine:
        engine.create_task(TASK, options)
        for number in range(5):
            teach(engine, number)
            engine.learn_now(TASK)
        share = engine.status(TASK).share
    with closing(bright_engine(tmp_path)) as engine:
        engine.open_task(TASK)
        work(engine, TASK)
        status = engine.status(TASK)
        assert (status.version, status.generalist, status.relearning) == (5, "bright", None)
        (done,) = [event for event in engine.events(TASK) if event.kind == "relearned"]
        session = engine._sessions[TASK]
        assert (session.file.generalist, session.file.generalist_hash) == ("bright", "50" * 32)
        if options is PAPER:
            assert done.data == {"version": 5, "old_answers": 5}
            assert status.share == share
        else:
            assert done.data == {"version": 5, "old_answers": 0}
            for lesson in session.file.lessons().values():
                answer = np.asarray(lesson.arrays["image_whole_generalist"]).reshape(64, 64) > 127
                box = np.asarray(lesson.arrays["truth_whole"])
                assert (answer == box).mean() > 0.99  # bright pixels in the box: the disc
    with closing(bright_engine(tmp_path)) as engine:
        assert engine.open_task(TASK).relearning is None
        assert propose_box(engine, 99).version == 5


def test_a_preset_of_a_later_version_is_learned_again_with_the_answers_it_has(tmp_path: Path) -> None:
    def later(options: TaskOptions) -> Learner:
        learner = tiny_learner(options)
        return replace(learner, word=learner.word.replace("auxol 1", "auxol 2"))

    with closing(narrow_engine(tmp_path)) as engine:
        engine.create_task(TASK, OPTIONS)
        for number in range(3):
            teach(engine, number)
            engine.learn_now(TASK)
        before, share = state_of(engine, TASK), engine.status(TASK).share
    with closing(narrow_engine(tmp_path, later)) as engine:
        assert engine.open_task(TASK).relearning == Progress(0, 3)
        work(engine, TASK)
        assert state_of(engine, TASK) == before  # it is the same learner, after all
        assert engine.status(TASK).share == pytest.approx(share, abs=0.01)


# Away and back


def test_an_export_is_taken_in_by_a_program_of_other_weights(
    tmp_path: Path, old: dict[str, Any], relearned: Relearned
) -> None:
    with closing(narrow_engine(tmp_path)) as engine:
        engine.open_task(TINY)
        engine.export_task(TINY, tmp_path / "sent")
    with closing(other_engine(tmp_path / "there")) as engine:
        assert engine.import_task(tmp_path / "sent", "taken in").relearning == Progress(0, 10)
        part_done(engine, "taken in", 2)
        engine.export_task("taken in", tmp_path / "half")
        finished(engine, "taken in", relearned)
        # One that is on its way goes on where it is taken in.
        half = engine.import_task(tmp_path / "half", "half").relearning
        assert half is not None and half.done >= 6
        finished(engine, "half", relearned)


def finished(engine: Engine, task: str, relearned: Relearned) -> None:
    """It is learned again; a copy is not paused, so what was queued is learned then, too."""
    work(engine, task)
    assert (engine.status(task).version, engine.status(task).queued) == (6, 0)
    assert digest(engine._sessions[task].rebuilt(5)) == relearned.weights
    assert state_of(engine, task)


def test_the_two_networks_differ() -> None:
    assert tiny_generalist().weights_hash != other_generalist().weights_hash
    assert tiny_learner(OPTIONS).word != other_learner(OPTIONS).word
