"""What waits for the user is bounded in bytes: the oldest goes first, what was accepted last."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_engine import OPTIONS, SIDE, TASK, box_around, disc, narrow_specialist
from tiny_network import MACHINE, tiny_generalist

from auxol_core.build import set_up_torch
from auxol_core.engine.engine import Engine
from auxol_core.engine.pending import PendingProposals
from auxol_core.engine.slices import SliceStore
from auxol_core.errors import NotFoundError, ProposalChangedError
from auxol_core.types import Proposal


def engine_with(folder: Path, pending: PendingProposals, slices: SliceStore | None = None) -> Engine:
    set_up_torch(MACHINE)
    engine = Engine(tiny_generalist(), narrow_specialist, folder, MACHINE, slices=slices, pending=pending)
    engine.create_task(TASK, OPTIONS)
    return engine


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """An engine with room for many proposals."""
    return engine_with(tmp_path / "roomy", PendingProposals())


@pytest.fixture
def small(tmp_path: Path) -> Engine:
    """An engine with room for none."""
    return engine_with(tmp_path / "small", PendingProposals(1))


def propose(engine: Engine, number: int) -> Proposal:
    image, mask = disc(number)
    return engine.predict(TASK, engine.put_slice(image), box_around(mask))


def room_for(engine: Engine, count: int) -> int:
    """Bytes that ``count`` proposals of ``engine`` take."""
    pending = engine._pending[propose(engine, 99).proposal_id]
    size = pending.nbytes
    assert size >= 3 * pending.fused.nbytes  # both models' logits and the fused ones
    return count * size


def test_the_oldest_is_forgotten_and_what_was_accepted_stays(engine: Engine, tmp_path: Path) -> None:
    engine = engine_with(tmp_path / "three", PendingProposals(room_for(engine, 3)))
    first, second, third = (propose(engine, number) for number in range(3))
    engine.accept(first.proposal_id)
    fourth = propose(engine, 3)
    for kept in (first, third, fourth):
        assert engine.proposal(kept.proposal_id).proposal_id == kept.proposal_id
    with pytest.raises(NotFoundError) as error:
        engine.proposal(second.proposal_id)
    assert error.value.missing == "proposal"


def test_the_newest_stays_even_where_there_is_room_for_none(small: Engine) -> None:
    for number in range(3):
        proposal = propose(small, number)
        assert small.proposal(proposal.proposal_id).slice_id == proposal.slice_id


def test_saved_after_it_was_forgotten_its_object_counts_as_drawn_by_hand(small: Engine) -> None:
    forgotten = propose(small, 0)
    propose(small, 1)
    receipt = small.correct(
        TASK, forgotten.slice_id, disc(0)[1], correction_id="a", proposals=[forgotten.proposal_id]
    )
    assert (receipt.objects, receipt.confirmation) == (1, False)


def test_what_waits_does_not_hold_on_to_its_image(engine: Engine) -> None:
    proposal = propose(engine, 0)
    before = proposal.mask
    engine._slices._units.clear()  # as if many other slices had been looked at
    engine.correct(TASK, propose(engine, 1).slice_id, disc(1)[1], correction_id="b")
    engine.learn_now(TASK)
    engine.refresh(TASK)
    after = engine.proposal(proposal.proposal_id)
    assert after.version == 1 and after.mask.shape == before.shape
    held = vars(engine._pending[after.proposal_id]).values()
    assert not any(isinstance(value, np.ndarray) and value.ndim == 3 for value in held)


def test_a_slice_that_was_evicted_leaves_its_proposal_as_it_is_shown_until_the_slice_is_there_again(
    tmp_path: Path,
) -> None:
    slices = SliceStore(tiny_generalist(), slice_bytes=2 * SIDE * SIDE, embedding_bytes=2**20, unit_bytes=0)
    engine = engine_with(tmp_path, PendingProposals(), slices)
    proposal = propose(engine, 0)
    engine.correct(TASK, propose(engine, 1).slice_id, disc(1)[1], correction_id="b")
    propose(engine, 2)
    assert not engine.has_slice(proposal.slice_id)
    engine.learn_now(TASK)
    assert proposal.proposal_id not in {p.proposal_id for p in engine.refresh(TASK)}
    with pytest.raises(ProposalChangedError):  # what is shown is not what the task knows now
        engine.accept(proposal.proposal_id)
    with pytest.raises(NotFoundError) as error:
        engine.proposal(proposal.proposal_id)
    assert error.value.missing == "slice"
    engine.put_slice(disc(0)[0])
    fresh = engine.proposal(proposal.proposal_id)
    assert fresh.version == 1
    engine.accept(proposal.proposal_id, version=1)


def test_what_is_accepted_while_it_is_being_made_anew_stays_what_the_user_saw(engine: Engine) -> None:
    proposal, other = propose(engine, 0), propose(engine, 1)
    pending = PendingProposals()
    old, fresh = (engine._pending[each.proposal_id] for each in (proposal, other))
    pending.add(old)
    fresh.proposal = replace(fresh.proposal, proposal_id=proposal.proposal_id, version=1)
    pending.accept(proposal.proposal_id, 0, 0)
    assert not pending.renew(old, fresh)
    assert pending[proposal.proposal_id] is old
    pending.dismiss(proposal.proposal_id)
    assert not pending.renew(old, fresh)
    assert proposal.proposal_id not in pending
