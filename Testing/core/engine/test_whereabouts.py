"""A task's locator in an engine: what it is taught, what takes it back, and that a replay gives the same to the bit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from small_engine import OPTIONS, PAPER, SIDE, TASK, disc, locating_engine, narrow_specialist, propose, teach
from tiny_locator import QUICK, TinyLocator, tiny_locator
from tiny_network import MACHINE, tiny_generalist

from auxol_core.engine.engine import Engine
from auxol_core.engine.open_task import TaskSession
from auxol_core.engine.whereabouts import FIRST_STORED, Whereabouts
from auxol_core.options import LOCATING_STEPS, MachineOptions, TaskOptions
from auxol_core.specialist.preset import Learner
from auxol_core.taskfile import sights
from auxol_core.taskfile.lesson_codec import digest
from auxol_core.types import BoolArray, Proposal, SliceImage

NOTHING = np.zeros((SIDE, SIDE), dtype=bool)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with closing(locating_engine(tmp_path)) as engine:
        engine.create_task(TASK, OPTIONS)
        yield engine


def session(engine: Engine) -> TaskSession:
    return engine._sessions[TASK]


def whereabouts(engine: Engine) -> Whereabouts:
    found = session(engine).whereabouts
    assert found is not None
    return found


def seen(engine: Engine) -> set[str]:
    """What the state in use has seen."""
    rows, row = session(engine).file.shelf.states(), whereabouts(engine).in_use
    return set(sights.seen_by(rows)[0 if row is None else row.id])


def state(engine: Engine) -> str:
    return digest(whereabouts(engine)._locator.state)


def noise(number: int) -> SliceImage:
    return SliceImage(np.random.default_rng(1000 + number).normal(70, 15, (SIDE, SIDE)).clip(0, 255).astype(np.uint8))


def nothing_here(engine: Engine, number: int, proposals: tuple[Proposal, ...] = ()) -> str:
    """A slice of noise saved as one with nothing on it, under ``e<number>``."""
    key = f"e{number}"
    slice_id = proposals[0].slice_id if proposals else engine.put_slice(noise(number))
    ids = [each.proposal_id for each in proposals]
    engine.correct(TASK, slice_id, NOTHING, correction_id=key, proposals=ids)
    return key


def learned(engine: Engine, *numbers: int) -> None:
    for number in numbers:
        teach(engine, number)
        engine.learn_now(TASK)


# What is taught


def test_a_save_teaches_the_locator_after_the_specialist_and_the_status_counts_both_kinds(engine: Engine) -> None:
    learned(engine, 0)
    nothing_here(engine, 1)
    assert (engine.status(TASK).slices_with, engine.status(TASK).slices_without) == (1, 1)
    assert seen(engine) == {"c0"}
    assert engine.learn_now(TASK).version == 2
    assert seen(engine) == {"c0", "e1"}
    kinds = [event.kind for event in engine.events(TASK) if event.kind in ("learned", "located")]
    assert kinds == ["learned", "located", "learned", "located"]


@pytest.mark.parametrize("options", [OPTIONS, PAPER], ids=["auxol", "paper"])
def test_nothing_here_teaches_the_locator_and_not_the_specialist(tmp_path: Path, options: TaskOptions) -> None:
    def make(of: TaskOptions) -> Learner:
        from auxol_core.build import Compute, specialist_factory

        compute = Compute("cpu", "", "float32", "", 1)
        return narrow_specialist(of) if of.preset == "auxol" else specialist_factory(compute, tiny_generalist())(of)

    with closing(Engine(tiny_generalist(), make, tmp_path, MACHINE, make_locator=tiny_locator)) as engine:
        engine.create_task(TASK, options)
        learned(engine, 0)
        before = digest(session(engine).specialist.state)
        nothing_here(engine, 1)
        engine.learn_now(TASK)
        assert digest(session(engine).specialist.state) == before
        assert seen(engine) == {"c0", "e1"}
        assert (engine.corrections(TASK)[-1].learned, engine.corrections(TASK)[-1].scores) == (True, ())


def test_a_false_proposal_corrected_to_nothing_teaches_both(engine: Engine) -> None:
    learned(engine, 0)
    before = digest(session(engine).specialist.state)
    nothing_here(engine, 1, (propose(engine, 1),))
    engine.learn_now(TASK)
    assert digest(session(engine).specialist.state) != before and seen(engine) == {"c0", "e1"}


def test_nothing_here_may_be_the_first_that_a_task_is_told(engine: Engine) -> None:
    nothing_here(engine, 0)
    status = engine.learn_now(TASK)
    assert status.window is not None and (status.slices_with, status.slices_without) == (0, 1)


def test_a_locator_that_saw_nothing_but_empty_slices_does_not_look(engine: Engine) -> None:
    nothing_here(engine, 0)
    engine.learn_now(TASK)
    image = np.zeros((SIDE, SIDE, 3), np.float32)
    assert seen(engine) == {"e0"} and whereabouts(engine).look(image) is None
    learned(engine, 1)
    assert whereabouts(engine).look(image) is not None


def test_a_sight_is_the_whole_slice_on_square_pixels_with_all_objects_of_the_save(engine: Engine) -> None:
    image, mask = disc(0)
    flat = SliceImage(image.pixels[::2], spacing_mm=(2.0, 1.0))
    both = mask[::2].copy()
    both[1:8, 2:12] = True
    engine.correct(TASK, engine.put_slice(flat), both, correction_id="two")
    kept = session(engine).file.shelf.sight("two")
    assert kept["truth"].shape == (8, 8) and kept["truth"].any()
    assert kept["truth"][0:2, 1].any(), "the object that was drawn by hand"


def test_no_sight_is_kept_and_nothing_learned_without_a_locator_or_where_the_task_does_not_learn(
    tmp_path: Path,
) -> None:
    for name, make, options in (("a", None, OPTIONS), ("b", tiny_locator, TaskOptions(learning=False))):
        with closing(locating_engine(tmp_path / name, make)) as engine:
            engine.create_task(TASK, options)
            teach(engine, 0)
            nothing_here(engine, 1)
            engine.learn_now(TASK)
            assert session(engine).whereabouts is None
            assert session(engine).file.shelf.keys("tiny 1") == {}
            assert (engine.status(TASK).slices_with, engine.status(TASK).slices_without) == (0, 0)


def test_the_specialist_goes_first_also_where_a_save_comes_in_the_middle_of_a_lesson(engine: Engine) -> None:
    teach(engine, 0)
    work = engine.work(TASK)
    while session(engine).version < 1 or session(engine).updating:
        next(work)
    next(work)
    assert seen(engine) == set(), "the lesson has begun and is not done"
    teach(engine, 1)
    for _ in work:
        pass
    kinds = [event.kind for event in engine.events(TASK) if event.kind in ("learned", "located")]
    assert kinds == ["learned", "learned", "located", "located"]
    assert [len(row.correction_ids) for row in session(engine).file.shelf.states()] == [1, 1]
    assert seen(engine) == {"c0", "c1"}


# At leisure


def test_at_leisure_it_goes_over_all_that_it_has_seen_once(tmp_path: Path) -> None:
    machine = MachineOptions(threads=1, precision="float32", thinking="gentle")
    with closing(locating_engine(tmp_path, machine=machine)) as engine:
        engine.create_task(TASK, OPTIONS)
        learned(engine, 0)
        _, locates = engine.at_leisure(TASK)
        steps = sum(1 for _ in locates())
        rows = session(engine).file.shelf.states()
        assert steps == LOCATING_STEPS["gentle"] == 64
        assert [(row.kind, row.steps, row.base) for row in rows] == [
            ("learn", QUICK, 0), ("rehearse", 32, 1), ("rehearse", 64, 1),
        ]  # fmt: skip
        assert [row.stored for row in rows] == [False, False, True], "each stands instead of the one before"
        assert sum(1 for _ in engine.at_leisure(TASK)[1]()) == 0


def test_where_thinking_is_off_it_takes_the_quick_steps_alone(engine: Engine) -> None:
    learned(engine, 0)
    for work in engine.at_leisure(TASK):
        assert list(work()) == []


def test_a_rehearsal_ends_where_the_task_is_taught_or_moved_meanwhile(engine: Engine) -> None:
    learned(engine, 0)
    for move in (lambda: learned(engine, 1), lambda: engine.undo(TASK)):
        steps = whereabouts(engine).rehearsing(1000)
        for _ in range(3):
            next(steps)
        move()
        known = len(session(engine).file.shelf.states())
        assert list(steps) == [] and len(session(engine).file.shelf.states()) == known


def test_think_rehearses_the_locator_for_as_many_steps(engine: Engine) -> None:
    learned(engine, 0)
    engine.think(TASK, steps=FIRST_STORED + 1)
    row = whereabouts(engine).in_use
    assert row is not None and (row.kind, row.steps) == ("rehearse", FIRST_STORED + 1)


# What takes it back


def test_an_undo_takes_the_locator_back_and_a_roll_back_brings_it_forward(engine: Engine) -> None:
    learned(engine, 0)
    first = state(engine)
    learned(engine, 1)
    second = state(engine)
    engine.undo(TASK)
    assert (seen(engine), state(engine)) == ({"c0"}, first)
    assert engine.status(TASK).slices_with == 1
    engine.roll_back(TASK, 2)
    assert (seen(engine), state(engine)) == ({"c0", "c1"}, second)
    engine.roll_back(TASK, 0)
    assert seen(engine) == set() and whereabouts(engine).look(np.zeros((SIDE, SIDE, 3), np.float32)) is None


def test_what_an_undo_set_aside_is_not_learned_again_and_another_branch_has_its_own_state(engine: Engine) -> None:
    learned(engine, 0, 1)
    engine.undo(TASK)
    learned(engine, 2)
    assert seen(engine) == {"c0", "c2"}
    engine.roll_back(TASK, 2)
    assert seen(engine) == {"c0", "c1"}
    engine.roll_back(TASK, 3)
    assert seen(engine) == {"c0", "c2"}


def test_a_forgotten_slice_leaves_no_trace_in_any_state(engine: Engine) -> None:
    learned(engine, 0, 1, 2)
    thumbnail = session(engine).file.shelf.sight("c1")["image"]
    engine.forget(TASK, "c1")
    file = session(engine).file
    assert seen(engine) == {"c0"} and set(file.shelf.keys("tiny 1")) == {"c0", "c2"}
    assert all("c1" not in each for each in sights.seen_by(file.shelf.states(), stored=False).values())
    engine.learn_now(TASK)
    assert seen(engine) == {"c0", "c2"}
    assert "c1" not in whereabouts(engine)._sights
    engine.close_task(TASK)
    packed = sights.lesson_codec.encode({"image": thumbnail})
    start = packed.index(b"IDAT") + 8
    assert packed[start : start + 24] not in (file.path).read_bytes()


def test_a_task_without_the_forgotten_slice_knows_what_one_knows_that_never_saw_it(tmp_path: Path) -> None:
    states = []
    for name, numbers in (("a", (0, 1, 2)), ("b", (0, 2))):
        with closing(locating_engine(tmp_path / name)) as engine:
            engine.create_task(TASK, OPTIONS)
            learned(engine, *numbers)
            if 1 in numbers:
                engine.forget(TASK, "c1")
                engine.learn_now(TASK)
            states.append(state(engine))
    assert states[0] == states[1]


def test_a_reset_leaves_neither_sights_nor_states(engine: Engine) -> None:
    learned(engine, 0, 1)
    engine.reset(TASK)
    shelf = session(engine).file.shelf
    assert (shelf.keys("tiny 1"), shelf.states(), seen(engine)) == ({}, [], set())
    assert engine.status(TASK).slices_with == 0


def test_where_no_stored_state_fits_it_learns_anew_from_the_sights(engine: Engine) -> None:
    learned(engine, *range(sights.KEEP_STATES + 2))
    stored = [row.id for row in session(engine).file.shelf.states() if row.stored]
    assert len(stored) == sights.KEEP_STATES and 1 not in stored
    engine.roll_back(TASK, 1)
    assert seen(engine) == set() and whereabouts(engine).due == ["c0"]
    _, locates = engine.at_leisure(TASK)
    assert sum(1 for _ in locates()) >= QUICK
    assert seen(engine) == {"c0"}


def test_a_correction_that_the_guard_refused_is_not_learned_from(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned(engine, 0)
    monkeypatch.setattr(session(engine), "_guarded", lambda *_: (False, "for the test"))
    learned(engine, 1)
    assert seen(engine) == {"c0"} and engine.status(TASK).slices_with == 1


# Reopening and replaying


def test_a_reopened_task_goes_on_bit_for_bit(tmp_path: Path) -> None:
    for folder, reopen in ((tmp_path / "a", False), (tmp_path / "b", True)):
        engine = locating_engine(folder)
        engine.create_task(TASK, OPTIONS)
        for number in range(3):
            learned(engine, number)
            nothing_here(engine, number)
            engine.think(TASK, steps=5)
            if reopen:
                before = state(engine)
                engine.close()
                engine = locating_engine(folder)
                engine.open_task(TASK)
                assert state(engine) == before
        last = state(engine)
        engine.close()
        if not reopen:
            kept = last
    assert last == kept


def test_replaying_the_journal_gives_every_state_bit_for_bit(engine: Engine) -> None:
    learned(engine, 0, 1)
    engine.think(TASK, steps=FIRST_STORED + 3)
    nothing_here(engine, 5)
    engine.learn_now(TASK)
    engine.undo(TASK)
    learned(engine, 2)
    engine.think(TASK, steps=2)
    rows = session(engine).file.shelf.states()
    assert {row.kind for row in rows} == {"learn", "rehearse"} and len(rows) > 6
    for row in rows:
        assert digest(whereabouts(engine).rebuilt(row.id)) == row.digest


def test_a_state_whose_bytes_changed_costs_what_it_knew_and_not_the_task(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    learned(engine, 0, 1)
    with session(engine).file.database.transaction() as connection:
        connection.execute("UPDATE locator_states SET weights = x'00' WHERE id = 2")
    engine.close_task(TASK)
    engine.open_task(TASK)
    assert seen(engine) == {"c0"} and "passed over" in caplog.text
    engine.learn_now(TASK)
    assert seen(engine) == {"c0", "c1"}


# Made again from lessons


def forget_sights(engine: Engine) -> None:
    with session(engine).file.database.transaction() as connection:
        connection.execute("DELETE FROM locator_states")
        connection.execute("DELETE FROM sights")


def truth_of(engine: Engine, key: str) -> BoolArray:
    return np.asarray(session(engine).file.shelf.sight(key)["truth"], bool)


def test_a_task_from_before_its_locator_has_its_sights_made_again_from_its_lessons(engine: Engine) -> None:
    learned(engine, 0, 1)
    before = truth_of(engine, "c1")
    nothing_here(engine, 2)
    engine.learn_now(TASK)
    forget_sights(engine)
    engine.close_task(TASK)
    engine.open_task(TASK)
    assert seen(engine) == set() and whereabouts(engine).missing == ["c0", "c1", "e2"]
    for _ in engine.at_leisure(TASK)[1]():
        pass
    assert seen(engine) == {"c0", "c1"}, "of an empty slice that nobody prompted nothing else was kept"
    assert np.array_equal(truth_of(engine, "c1"), before) and whereabouts(engine).missing == []


def test_another_locator_makes_its_own_sights_and_states_and_the_first_one_finds_its_own_again(tmp_path: Path) -> None:
    with closing(locating_engine(tmp_path)) as engine:
        engine.create_task(TASK, OPTIONS)
        learned(engine, 0)
        nothing_here(engine, 1)
        engine.learn_now(TASK)
        first = state(engine)
    with closing(locating_engine(tmp_path, lambda _: TinyLocator("tiny 2"))) as engine:
        engine.open_task(TASK)
        assert seen(engine) == set()
        engine.learn_now(TASK)
        assert seen(engine) == {"c0"} and session(engine).file.shelf.keys("tiny 2") == {"c0": True}
        learned(engine, 2)
    with closing(locating_engine(tmp_path)) as engine:
        engine.open_task(TASK)
        assert state(engine) != first and seen(engine) == set()  # c0's sight is the other one's now
        engine.learn_now(TASK)
        assert seen(engine) == {"c0", "e1", "c2"}
