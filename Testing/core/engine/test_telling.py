"""The quality told is moved by how far a task's earlier ones were off, and by nothing that is not known yet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_engine import OPTIONS, TASK, box_around, disc, narrow_engine

from auxol_core.engine.telling import FORGET, PRIOR, offset, quality_told
from auxol_core.taskfile.task_file import TaskFile


def test_an_offset_grows_with_what_speaks_for_it_and_follows_the_latest() -> None:
    assert offset([]) == 0.0
    once, often = offset([(0.9, 0.7)]), offset([(0.9, 0.7)] * 50)
    assert once == pytest.approx(-0.2 / (1 + PRIOR))
    limit = 1 / (1 - FORGET)
    assert often == pytest.approx(-0.2 * limit / (limit + PRIOR), abs=0.002) and -0.2 < often < once
    assert offset([(0.9, 0.7)] * 20 + [(0.7, 0.9)] * 20) > 0 > offset([(0.7, 0.9)] * 20 + [(0.9, 0.7)] * 20)


def test_what_is_told_stays_a_dice() -> None:
    assert [quality_told(0.9, 0.3), quality_told(0.1, -0.3), quality_told(0.8, 0.05)] == [1.0, 0.0, pytest.approx(0.85)]


def test_a_task_tells_lower_after_it_was_too_sure_and_an_undo_takes_that_back(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, OPTIONS)
    told, true, estimates = [], [], []
    for number in range(6):
        image, mask = disc(number)
        slice_id = engine.put_slice(image)
        proposal = engine.predict(TASK, slice_id, box_around(mask))
        pending = engine._pending[proposal.proposal_id]
        estimates.append(pending.estimate)
        told.append(proposal.quality)
        expected = quality_told(pending.estimate, offset(zip(estimates[:-1], true, strict=True)))
        assert proposal.quality == pytest.approx(expected)  # from what came before it alone
        engine.correct(TASK, slice_id, mask, correction_id=f"c{number}", proposals=[proposal.proposal_id])
        true.append(engine.corrections(TASK)[-1].scores[0].fused)
        engine.learn_now(TASK)
    assert np.abs(np.subtract(told, estimates))[1:].max() > 0.01  # else nothing was tried here
    with_all = engine._session(TASK).standing.offset
    engine.undo(TASK)
    assert engine._session(TASK).standing.offset == pytest.approx(offset(zip(estimates[:5], true[:5], strict=True)))
    assert engine._session(TASK).standing.offset != with_all
    engine.forget(TASK, "c0")
    assert engine._session(TASK).standing.offset == pytest.approx(offset(zip(estimates[1:5], true[1:5], strict=True)))
    engine.close()


def test_a_reopened_and_an_exported_task_tell_the_same_and_one_that_does_not_learn_tells_the_models_own(
    tmp_path: Path,
) -> None:
    engine = narrow_engine(tmp_path)
    for name, options in ((TASK, OPTIONS), ("frozen", replace(OPTIONS, learning=False))):
        engine.create_task(name, options)
        image, mask = disc(1)
        proposal = engine.predict(name, engine.put_slice(image), box_around(mask))
        engine.correct(name, proposal.slice_id, mask, correction_id="c", proposals=[proposal.proposal_id])
    assert engine._session("frozen").standing.offset == 0.0
    there = engine._session(TASK).standing.offset
    assert there != 0.0
    engine.export_task(TASK, tmp_path / "exported.file")
    engine.import_task(tmp_path / "exported.file", "copy")
    assert engine._session("copy").standing.offset == there
    engine.close()
    again = narrow_engine(tmp_path)
    again.open_task(TASK)
    assert again._session(TASK).standing.offset == there
    again.close()


def test_what_was_propagated_says_nothing_of_the_models_estimate(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, OPTIONS)
    pairs = [disc(1), disc(2)]
    ids = [engine.put_slice(image) for image, _ in pairs]
    engine.predict(TASK, ids[0], box_around(pairs[0][1]))
    (item,) = engine.propagate(TASK, ids, {0: pairs[0][1]})
    assert item.proposal is not None
    engine.correct(TASK, ids[1], pairs[1][1], correction_id="c", proposals=[item.proposal.proposal_id])
    file: TaskFile = engine._session(TASK).file
    assert file.estimates_in_order() == []
    engine.close()
