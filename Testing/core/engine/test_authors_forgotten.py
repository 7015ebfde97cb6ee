"""Forgetting by author where something comes between: broken off, learned again elsewhere, one correction alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from other_weights import other_generalist
from small_engine import OPTIONS, TASK, disc, narrow_engine
from tiny_network import MACHINE, tiny_learner

from auxol_core.engine.authors import author_of, correcting_as, forgetting_author
from auxol_core.engine.engine import Engine
from auxol_core.errors import NotFoundError
from auxol_core.steps import finish

READERS = ("one", "two", "one", "two", "one")


def taught(folder: Path) -> Engine:
    """An engine with a task that two readers taught in turn."""
    engine = narrow_engine(folder)
    engine.create_task(TASK, OPTIONS)
    for number, reader in enumerate(READERS):
        image, mask = disc(number)
        slice_id = engine.put_slice(image)
        finish(correcting_as(engine, reader, TASK, slice_id, mask, correction_id=f"c{number}"))
        engine.learn_now(TASK)
    return engine


def ids(engine: Engine) -> list[str]:
    return [row.correction_id for row in engine.corrections(TASK)]


def test_broken_off_it_goes_on_where_it_is_asked_again_and_loses_nothing_of_the_others(tmp_path: Path) -> None:
    engine = taught(tmp_path)
    steps = forgetting_author(engine, TASK, "one")
    next(steps)  # and the process is gone
    engine.close()
    again = narrow_engine(tmp_path)
    again.open_task(TASK)
    assert ids(again) == ["c1", "c2", "c3", "c4"]
    finish(forgetting_author(again, TASK, "one"))
    again.learn_now(TASK)
    assert ids(again) == ["c1", "c3"]
    assert [row.learned for row in again.corrections(TASK)] == [True, True]
    with pytest.raises(NotFoundError):
        finish(forgetting_author(again, TASK, "one"))
    again.close()


def test_a_task_that_is_being_learned_again_forgets_an_author_too(tmp_path: Path) -> None:
    taught(tmp_path).close()
    engine = Engine(other_generalist(), tiny_learner, tmp_path, MACHINE)
    assert engine.open_task(TASK).relearning is not None
    assert finish(forgetting_author(engine, TASK, "two")).relearning is not None
    assert author_of(engine, TASK, "c2") == "one"
    status = engine.learn_now(TASK)
    assert (status.relearning, status.queued, ids(engine)) == (None, 0, ["c0", "c2", "c4"])
    assert all(row.learned for row in engine.corrections(TASK))
    engine.close()


def test_what_is_saved_between_two_steps_of_anothers_save_is_each_ones_own(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, OPTIONS)
    first, second = disc(0), disc(1)
    slow = correcting_as(engine, "one", TASK, engine.put_slice(first[0]), first[1], correction_id="slow")
    next(slow)  # its encoder is at work
    finish(correcting_as(engine, "two", TASK, engine.put_slice(second[0]), second[1], correction_id="quick"))
    finish(slow)
    assert ids(engine) == ["quick", "slow"]
    assert (author_of(engine, TASK, "quick"), author_of(engine, TASK, "slow")) == ("two", "one")
    engine.correct(TASK, engine.put_slice(disc(2)[0]), disc(2)[1], correction_id="nobodys")
    assert author_of(engine, TASK, "nobodys") is None
    engine.close()


def test_saved_again_after_an_undo_it_is_whose_it_is_then(tmp_path: Path) -> None:
    engine = taught(tmp_path)
    engine.undo(TASK)
    image, mask = disc(4)
    steps = correcting_as(engine, "two", TASK, engine.put_slice(image), mask, correction_id="c4")
    receipt = finish(steps)
    assert receipt.correction_id != "c4"
    assert (author_of(engine, TASK, "c4"), author_of(engine, TASK, receipt.correction_id)) == ("one", "two")
    engine.close()
