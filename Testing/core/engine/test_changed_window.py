"""The window of a taught task is changed: what becomes of lessons, sights, weights, and of a crash meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from small_engine import (
    OPTIONS,
    PAPER,
    TASK,
    box_around,
    disc,
    locating_engine,
    look,
    narrow_engine,
    session_of,
    teach,
    weights,
)

from auxol_core.engine.engine import Engine
from auxol_core.engine.lesson_window import lost_of, window_of
from auxol_core.options import TaskOptions
from auxol_core.specialist.base import Arrays
from auxol_core.taskfile.kept import kept_path
from auxol_core.types import IntensityWindow, SliceImage

WIDE = IntensityWindow(0.0, 510.0)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with closing(locating_engine(tmp_path)) as running:
        running.create_task(TASK, OPTIONS)
        for number in range(2):
            teach(running, number)
            running.learn_now(TASK)
        yield running


def lessons(engine: Engine) -> dict[str, Arrays]:
    return {key: each.arrays for key, each in engine._sessions[TASK].file.lessons().items()}


def test_every_lesson_names_its_window_and_holds_its_greys(engine: Engine) -> None:
    before = lessons(engine)
    assert {window_of(each, None) for each in before.values()} == {IntensityWindow(0.0, 255.0)}
    engine.set_window(TASK, WIDE.low, WIDE.high)
    engine.learn_now(TASK)
    for key, each in lessons(engine).items():
        assert window_of(each, None) == WIDE and lost_of(each) == 0.0
        halved = before[key]["image_whole"].astype(int) / 2
        assert np.abs(each["image_whole"] - halved).max() <= 0.51
        assert not np.array_equal(each["image_whole_generalist"], before[key]["image_whole_generalist"])


def test_the_sights_of_the_locator_are_seen_through_it_too(engine: Engine) -> None:
    shelf = engine._sessions[TASK].file.shelf
    before = shelf.sight("c0")["image"].astype(int)
    engine.correct(TASK, engine.put_slice(disc(7)[0]), np.zeros((64, 64), bool), correction_id="empty")
    engine.set_window(TASK, WIDE.low, WIDE.high)
    status = engine.learn_now(TASK)
    assert np.abs(shelf.sight("c0")["image"] - before / 2).max() <= 0.51
    assert (status.slices_with, status.slices_without) == (2, 1)


@pytest.mark.parametrize("options", [OPTIONS, PAPER], ids=["auxol", "paper"])
def test_the_journal_gives_the_weights_bit_for_bit_afterwards(tmp_path: Path, options: TaskOptions) -> None:
    with closing(narrow_engine(tmp_path)) as engine:
        engine.create_task(TASK, options)
        for number in range(2):
            teach(engine, number)
            engine.learn_now(TASK)
        before = look(engine)
        engine.set_window(TASK, WIDE.low, WIDE.high)
        engine.learn_now(TASK)
        teach(engine, 2)
        assert engine.learn_now(TASK).version == 3
        assert look(engine) != before
    assert weights(tmp_path)


def test_it_is_as_if_it_had_been_taught_so_from_the_beginning(engine: Engine, tmp_path: Path) -> None:
    engine.set_window(TASK, WIDE.low, WIDE.high)
    engine.learn_now(TASK)
    again = np.unpackbits(np.frombuffer(look(engine)[0], np.uint8))
    with closing(narrow_engine(tmp_path / "fresh")) as fresh:
        fresh.create_task(TASK, TaskOptions(window=WIDE, auxol=OPTIONS.auxol))
        for number in range(2):
            teach(fresh, number)
            fresh.learn_now(TASK)
        expected = np.unpackbits(np.frombuffer(look(fresh)[0], np.uint8))
    assert (again != expected).mean() < 0.02


def test_cancelling_gives_the_old_window_and_weights_back(engine: Engine, tmp_path: Path) -> None:
    before = look(engine)
    engine.set_window(TASK, WIDE.low, WIDE.high)
    assert engine.status(TASK).relearning is not None and kept_path(tmp_path / f"{TASK}.auxol").exists()
    engine.cancel_relearning(TASK)
    status = engine.open_task(TASK)
    assert (status.window, status.version, status.relearning) == (IntensityWindow(0.0, 255.0), 2, None)
    assert look(engine) == before


def test_what_was_saved_meanwhile_is_brought_back_too(engine: Engine) -> None:
    engine.set_window(TASK, WIDE.low, WIDE.high)
    teach(engine, 2)
    engine.cancel_relearning(TASK)
    assert engine.open_task(TASK).queued == 1
    assert engine.learn_now(TASK).version == 3
    assert {window_of(each, None) for each in lessons(engine).values()} == {IntensityWindow(0.0, 255.0)}


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_ended_halfway_the_task_is_as_it_was_or_goes_on(engine: Engine, tmp_path: Path, steps: int) -> None:
    before = look(engine)
    setting = engine.setting_window(TASK, WIDE.low, WIDE.high)
    for _ in range(steps):
        next(setting, None)
    setting.close()
    engine.close_task(TASK)
    status = engine.open_task(TASK)
    if status.window == WIDE:
        assert status.relearning is not None
        assert engine.learn_now(TASK).version == 2
    else:
        assert (status.version, status.relearning, look(engine)) == (2, None, before)


def test_a_task_closed_before_it_was_learned_again_goes_on_when_it_is_opened(engine: Engine, tmp_path: Path) -> None:
    engine.set_window(TASK, WIDE.low, WIDE.high)
    engine.close_task(TASK)
    status = engine.open_task(TASK)
    assert status.window == WIDE and status.relearning is not None
    assert engine.learn_now(TASK).relearning is None
    engine.close_task(TASK)
    with session_of(tmp_path) as session:
        assert session.file.window == WIDE


def test_a_slice_saved_while_there_was_no_window_is_brought_to_the_one_that_comes(tmp_path: Path) -> None:
    flat, mask = np.full((64, 64), -1000, np.int16), disc(0)[1]
    flat[:3, :5] = -990
    real = SliceImage((disc(1)[0].pixels.astype(np.int16) - 100) * 2)
    with closing(narrow_engine(tmp_path)) as engine:
        engine.create_task(TASK, OPTIONS)
        engine.correct(TASK, engine.put_slice(SliceImage(flat)), mask, correction_id="flat")
        engine.learn_now(TASK)
        assert engine.status(TASK).window is None
        engine.correct(TASK, engine.put_slice(real), disc(1)[1], correction_id="real")
        status = engine.learn_now(TASK)
        assert status.window is not None and status.version == 2
        assert {window_of(each, None) for each in lessons(engine).values()} == {status.window}


def test_a_task_of_an_older_program_is_brought_as_well(engine: Engine) -> None:
    """Its lessons do not name a window: they were kept through the task's."""
    file = engine._sessions[TASK].file
    bare = {key: {k: v for k, v in each.items() if k != "window"} for key, each in lessons(engine).items()}
    for key, arrays in bare.items():
        file.origin.refit(key.rpartition("#")[0], {key: arrays})
    engine.set_window(TASK, WIDE.low, WIDE.high)
    engine.learn_now(TASK)
    for key, each in lessons(engine).items():
        assert np.abs(each["image_whole"] - bare[key]["image_whole"].astype(int) / 2).max() <= 0.51


def test_a_proposal_made_through_the_old_window_is_made_anew(engine: Engine) -> None:
    image, mask = disc(5)
    old = engine.predict(TASK, engine.put_slice(image), box_around(mask))
    engine.set_window(TASK, 100.0, 120.0)
    engine.learn_now(TASK)
    assert engine.proposal(old.proposal_id).outside != old.outside
