"""Invariant 12: tasks that an older program taught (../taskfile/make_old_task.py) open, and know what they knew."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from old_tasks import SHIPPED, TINY, assert_knows, assert_shows, brought, disc_with_core, skill
from other_weights import work
from small_engine import locating_engine, narrow_engine, shipped_engine

from auxol_core.engine.engine import Engine


def test_a_task_of_an_older_program_opens_with_its_curve_its_history_and_its_skill(tmp_path: Path) -> None:
    known = brought(tmp_path, TINY)
    with closing(narrow_engine(tmp_path)) as engine:
        engine.open_task(TINY)
        assert_knows(engine, TINY, known)


def test_one_taught_with_the_weights_that_shipped_then_has_learned_again_what_it_knew(tmp_path: Path) -> None:
    known = brought(tmp_path, SHIPPED)
    assert min(known["dice"]) - max(known["dice_untaught"]) > 0.3  # what it knows was taught
    with closing(shipped_engine(tmp_path)) as engine:
        assert engine.open_task(SHIPPED).relearning is not None  # the weights that ship now came after that program's
        assert_knows_again(engine, SHIPPED, known)


def test_its_locator_learns_from_the_slices_that_its_lessons_hold(tmp_path: Path) -> None:
    known = brought(tmp_path, TINY)
    with closing(locating_engine(tmp_path)) as engine:
        engine.open_task(TINY)
        assert_knows(engine, TINY, known)
        session = engine._sessions[TINY]
        whereabouts = session.whereabouts
        assert whereabouts is not None and whereabouts.in_use is None
        for _ in session.locating():  # as at leisure; the task is paused
            pass
        taught = {key for version in session.file.lineage(known["version"]) for key in version.correction_ids}
        assert whereabouts.in_use is not None and set(whereabouts.in_use.correction_ids) == taught
        pixels, truth, _ = disc_with_core(0)
        look = whereabouts.look(np.repeat(pixels[:, :, None].astype(np.float32) / 255, 3, axis=2))
        assert look is not None and look.probability[truth].mean() > look.probability[~truth].mean()


def assert_knows_again(engine: Engine, task: str, known: dict[str, Any]) -> None:
    """Learned again, it is not worse than it was. On the mean of the slices: on one of them other weights may well be
    worse, and better on the next, as they are in a task that they taught from the beginning."""
    assert_shows(engine, task, known)
    work(engine, task)
    status = engine.status(task)
    assert (status.version, status.queued, status.relearning) == (known["version"], known["queued"], None)
    assert_shows(engine, task, known)
    assert np.mean(skill(engine, task)) >= np.mean(known["dice"]) - 0.005
