"""Propagation in an engine, where slices of the volume are saved already: with nothing on them, or with a mask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from small_engine import OPTIONS, PAPER, SIDE, TASK, box_around, disc, narrow_engine

from auxol_core.engine.engine import Engine
from auxol_core.options import TaskOptions
from auxol_core.prompter.base import REMOVED
from auxol_core.types import TAKEN, BoolArray, Propagated

NOTHING = np.zeros((SIDE, SIDE), dtype=bool)
SEED = 3


@pytest.fixture(params=[OPTIONS, PAPER], ids=["auxol", "paper"])
def engine(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    engine = narrow_engine(tmp_path)
    options: TaskOptions = request.param
    engine.create_task(TASK, options)
    yield engine
    engine.close()


@pytest.fixture
def slices(engine: Engine) -> list[str]:
    """Seven neighbouring slices with a disc on each."""
    return [engine.put_slice(disc(number)[0]) for number in range(7)]


def save(engine: Engine, slices: list[str], index: int, mask: BoolArray, *, prompted: bool = True) -> None:
    shown = [engine.predict(TASK, slices[index], box_around(disc(index)[1])).proposal_id] if prompted else []
    count = len(engine.corrections(TASK))
    engine.correct(TASK, slices[index], mask, correction_id=f"save {count}", proposals=shown)


def propagated(engine: Engine, slices: list[str]) -> dict[int, Propagated]:
    return {item.index: item for item in engine.propagate(TASK, slices, {SEED: disc(SEED)[1]})}


@pytest.mark.parametrize("prompted", [True, False], ids=["a proposal removed", "saved as it was"])
@pytest.mark.parametrize(("index", "beyond"), [(2, {0, 1}), (4, {5, 6})], ids=["before", "behind"])
def test_what_was_removed_by_hand_is_not_proposed_again_beyond_it(
    engine: Engine, slices: list[str], index: int, beyond: set[int], prompted: bool
) -> None:
    save(engine, slices, index, NOTHING, prompted=prompted)
    told = propagated(engine, slices)
    assert (told[index].proposal, told[index].reason) == (None, REMOVED)
    assert not beyond & set(told)


def test_on_both_sides_nothing_is_proposed_beyond_what_was_removed(engine: Engine, slices: list[str]) -> None:
    for index in (2, 4, 5):
        save(engine, slices, index, NOTHING)
    told = propagated(engine, slices)
    assert {index: item.reason for index, item in told.items()} == {2: REMOVED, 4: REMOVED}


def test_it_holds_after_learning_and_after_the_task_was_opened_again(engine: Engine, slices: list[str]) -> None:
    save(engine, slices, 4, NOTHING)
    engine.learn_now(TASK)
    engine.close_task(TASK)
    engine.open_task(TASK)
    told = propagated(engine, slices)
    assert told[4].reason == REMOVED and not {5, 6} & set(told)


def test_a_slice_that_was_saved_with_a_mask_is_gone_past(engine: Engine, slices: list[str]) -> None:
    save(engine, slices, 4, disc(4)[1])
    told = propagated(engine, slices)
    assert told[4].reason == TAKEN
    assert 5 in told


def test_the_last_save_counts(engine: Engine, slices: list[str]) -> None:
    save(engine, slices, 4, NOTHING)
    save(engine, slices, 4, disc(4)[1])
    save(engine, slices, 2, disc(2)[1])
    save(engine, slices, 2, NOTHING)
    told = propagated(engine, slices)
    assert (told[4].reason, told[2].reason) == (TAKEN, REMOVED)


def test_what_is_forgotten_is_proposed_again(engine: Engine, slices: list[str]) -> None:
    save(engine, slices, 4, NOTHING)
    engine.forget(TASK, "save 0")
    assert REMOVED not in {item.reason for item in propagated(engine, slices).values()}


def test_slices_that_are_told_a_step_late_are_pending_all_the_same(engine: Engine, slices: list[str]) -> None:
    proposals = [item.proposal for item in propagated(engine, slices).values() if item.proposal is not None]
    assert proposals
    for proposal in proposals:
        assert engine.proposal(proposal.proposal_id).quality == pytest.approx(proposal.quality)


def test_what_was_made_and_not_told_is_not_pending(engine: Engine, slices: list[str]) -> None:
    told = propagated(engine, slices)
    kept = {item.proposal.proposal_id for item in told.values() if item.proposal is not None}
    assert {pending.proposal.proposal_id for pending in engine._pending.of_task(TASK)} == kept


def test_a_slice_that_is_saved_before_it_is_told_is_not_proposed(engine: Engine, slices: list[str]) -> None:
    steps = engine.propagating(TASK, slices, {SEED: disc(SEED)[1]})
    first = next(item for item in steps if item is not None)
    waiting = first.index - 2 * (first.index - SEED)  # the slice on the other side of the seed
    save(engine, slices, waiting, disc(waiting)[1])
    told = {item.index: item for item in steps if item is not None}
    assert told[waiting].reason == TAKEN
