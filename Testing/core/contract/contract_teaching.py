"""Saving: corrections and confirmations, receipts, what is refused, and learning."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from contract_setting import (
    OPTIONS,
    SIDE,
    TASK,
    TWO_CENTRES,
    EngineFactory,
    Setting,
    assert_helpful,
    box_around,
    look,
    picture,
    proposed,
    taught,
)

from auxol_core.api import EngineApi
from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.options import TaskOptions
from auxol_core.types import BoolArray

NOTHING = np.zeros((SIDE, SIDE), dtype=bool)


def dice(a: BoolArray, b: BoolArray) -> float:
    return float(2 * (a & b).sum() / (a.sum() + b.sum()))


class TeachingContract(Setting):
    """correct, learn_now, pause, resume."""

    def test_a_receipt_says_what_was_saved(self, engine: EngineApi) -> None:
        first, second = taught(engine, 0), taught(engine, 1)
        assert (first.correction_id, first.task, first.objects) == ("correction 0", TASK, 1)
        assert (first.confirmation, first.duplicate) == (False, False)
        assert second.sequence > first.sequence
        known = engine.corrections(TASK)
        assert [(c.correction_id, c.sequence) for c in known] == [
            ("correction 0", first.sequence),
            ("correction 1", second.sequence),
        ]
        assert known[0].slice_id == picture(0).image.slice_id

    def test_the_score_is_that_of_the_mask_that_was_accepted(self, engine: EngineApi) -> None:
        shown, proposal = proposed(engine, 0)
        engine.accept(proposal.proposal_id)
        taught(engine, 1)
        engine.learn_now(TASK)  # learning in between changes nothing about what the user took over
        engine.correct(TASK, proposal.slice_id, shown.truth, correction_id="a", proposals=[proposal.proposal_id])
        (scores,) = engine.corrections(TASK)[-1].scores
        assert scores.fused == pytest.approx(dice(proposal.mask, shown.truth))
        assert 0.0 <= scores.generalist <= 1.0
        engine.learn_now(TASK)
        assert engine.corrections(TASK)[-1].scores == (scores,)

    def test_editing_a_proposal_in_place_does_not_edit_what_is_scored(self, engine: EngineApi) -> None:
        shown, proposal = proposed(engine, 0)
        before = proposal.mask.copy()
        try:
            proposal.mask[:] = shown.truth
        except ValueError:  # it may as well be read-only
            assert not proposal.mask.flags.writeable
        receipt = engine.correct(
            TASK, proposal.slice_id, shown.truth, correction_id="a", proposals=[proposal.proposal_id]
        )
        assert not receipt.confirmation
        assert engine.corrections(TASK)[0].scores[0].fused == pytest.approx(dice(before, shown.truth))

    def test_saved_untouched_is_a_confirmation(self, engine: EngineApi) -> None:
        _, proposal = proposed(engine, 0)
        engine.accept(proposal.proposal_id)
        receipt = engine.correct(
            TASK, proposal.slice_id, proposal.mask, correction_id="a", proposals=[proposal.proposal_id]
        )
        taught(engine, 1)
        assert receipt.confirmation
        assert [c.confirmation for c in engine.corrections(TASK)] == [True, False]
        status = engine.status(TASK)
        assert (status.confirmations, status.corrections) == (1, 1)

    def test_what_was_saved_is_no_longer_pending(self, engine: EngineApi) -> None:
        shown, proposal = proposed(engine, 0)
        engine.correct(TASK, proposal.slice_id, shown.truth, correction_id="a", proposals=[proposal.proposal_id])
        with pytest.raises(NotFoundError):
            engine.accept(proposal.proposal_id)

    def test_the_same_id_again_changes_nothing_and_gives_the_first_receipt(self, engine: EngineApi) -> None:
        first = taught(engine, 0)
        engine.learn_now(TASK)
        before = engine.status(TASK), engine.corrections(TASK), engine.versions(TASK)
        shown, proposal = proposed(engine, 1)
        again = engine.correct(
            TASK, proposal.slice_id, ~shown.truth, correction_id="correction 0", proposals=[proposal.proposal_id]
        )
        engine.learn_now(TASK)
        assert again.duplicate
        assert (again.correction_id, again.sequence, again.objects) == ("correction 0", first.sequence, first.objects)
        assert (engine.status(TASK), engine.corrections(TASK), engine.versions(TASK)) == before

    def test_a_retry_after_a_restart_needs_neither_slice_nor_proposal(self, engine_factory: EngineFactory) -> None:
        engine = engine_factory()
        engine.create_task(TASK, OPTIONS)
        shown, proposal = proposed(engine, 0)
        sent = {"correction_id": "a", "proposals": [proposal.proposal_id]}
        first = engine.correct(TASK, proposal.slice_id, shown.truth, **sent)
        engine.close()
        engine = engine_factory()
        engine.open_task(TASK)
        again = engine.correct(TASK, proposal.slice_id, shown.truth, **sent)
        assert (again.sequence, again.duplicate) == (first.sequence, True)
        engine.close()

    def test_several_objects_of_a_slice_are_scored_each_for_itself(self, engine: EngineApi) -> None:
        shown = picture(0, TWO_CENTRES)
        slice_id = engine.put_slice(shown.image)
        proposals = [engine.predict(TASK, slice_id, box_around(disc)) for disc in shown.discs]
        receipt = engine.correct(
            TASK, slice_id, shown.truth, correction_id="a", proposals=[p.proposal_id for p in proposals]
        )
        assert receipt.objects == 2
        scores = engine.corrections(TASK)[0].scores
        expected = [dice(p.mask, disc) for p, disc in zip(proposals, shown.discs, strict=True)]
        assert [s.fused for s in scores] == pytest.approx(expected)

    def test_a_proposal_named_twice_is_one_object(self, engine: EngineApi) -> None:
        shown, proposal = proposed(engine, 0)
        receipt = engine.correct(
            TASK, proposal.slice_id, shown.truth, correction_id="a", proposals=[proposal.proposal_id] * 2
        )
        assert receipt.objects == 1

    def test_a_mask_drawn_by_hand_teaches_too(self, engine: EngineApi) -> None:
        shown = picture(0, TWO_CENTRES)
        slice_id = engine.put_slice(shown.image)
        receipt = engine.correct(TASK, slice_id, shown.truth, correction_id="a")
        assert (receipt.objects, receipt.confirmation) == (2, False)
        assert len(engine.corrections(TASK)[0].scores) == 2
        status = engine.learn_now(TASK)
        assert (status.version, status.queued) == (1, 0)

    def test_what_is_drawn_beside_a_proposal_is_an_object_of_its_own(self, engine: EngineApi) -> None:
        shown = picture(0, TWO_CENTRES)
        slice_id = engine.put_slice(shown.image)
        proposal = engine.predict(TASK, slice_id, box_around(shown.discs[0]))
        receipt = engine.correct(TASK, slice_id, shown.truth, correction_id="a", proposals=[proposal.proposal_id])
        assert receipt.objects == 2
        first, _ = engine.corrections(TASK)[0].scores
        assert first.fused == pytest.approx(dice(proposal.mask, shown.discs[0]))

    def test_an_empty_mask_says_that_what_was_proposed_is_not_there(self, engine: EngineApi) -> None:
        _, proposal = proposed(engine, 0)
        assert proposal.mask.any()
        receipt = engine.correct(TASK, proposal.slice_id, NOTHING, correction_id="a", proposals=[proposal.proposal_id])
        assert (receipt.objects, receipt.confirmation) == (1, False)
        assert [s.fused for s in engine.corrections(TASK)[0].scores] == [0.0]
        assert engine.learn_now(TASK).version == 1
        assert engine.corrections(TASK)[0].learned

    def test_the_status_counts_the_slices_that_the_locator_knows_with_the_structure_and_without(
        self, engine: EngineApi
    ) -> None:
        taught(engine, 0)
        status = engine.learn_now(TASK)
        if not status.slices_with:
            pytest.skip("this engine's tasks have no locator")
        assert (status.slices_with, status.slices_without) == (1, 0)
        empty = engine.put_slice(picture(1, centres=()).image)
        engine.correct(TASK, empty, NOTHING, correction_id="nothing here")
        status = engine.learn_now(TASK)
        assert (status.slices_with, status.slices_without, status.version) == (1, 1, 2)
        assert engine.corrections(TASK)[-1].learned and engine.corrections(TASK)[-1].scores == ()
        status = engine.undo(TASK)
        assert (status.slices_with, status.slices_without) == (1, 0)
        status = engine.forget(TASK, "correction 0")
        assert (status.slices_with, status.slices_without) == (0, 0)

    def test_an_empty_mask_without_a_proposal_is_saved_and_blocks_nothing(self, engine: EngineApi) -> None:
        slice_id = engine.put_slice(picture(0).image)
        receipt = engine.correct(TASK, slice_id, NOTHING, correction_id="a")
        assert (receipt.objects, receipt.confirmation) == (0, False)
        taught(engine, 1)
        assert engine.learn_now(TASK).queued == 0
        assert [c.learned for c in engine.corrections(TASK)] == [True, True]

    @pytest.mark.parametrize("value", [True, np.uint8(1), np.uint8(255), np.int16(1)], ids=lambda v: repr(v))
    def test_masks_of_truth_values_or_of_one_label_are_taken(self, engine: EngineApi, value: Any) -> None:
        shown = picture(0)
        slice_id = engine.put_slice(shown.image)
        mask: Any = shown.truth.astype(np.asarray(value).dtype) * value
        assert engine.correct(TASK, slice_id, mask, correction_id="a").objects == 1

    @pytest.mark.parametrize(
        ("mask", "word"),
        [
            (np.zeros((SIDE, SIDE + 1), bool), "(64, 65)"),
            (np.zeros((1, SIDE, SIDE), bool), "(1, 64, 64)"),
            (np.zeros(SIDE * SIDE, bool), "(4096,)"),
            (np.zeros((SIDE, SIDE), np.float32), "float32"),
            (np.full((SIDE, SIDE), 2, np.uint8), "2"),
            (np.arange(SIDE * SIDE, dtype=np.int32).reshape(SIDE, SIDE) % 3, "2"),
        ],
        ids=["one column more", "three axes", "flat", "float", "label 2", "three labels"],
    )
    def test_other_masks_are_refused_with_a_sentence_and_nothing_is_saved(
        self, engine: EngineApi, mask: Any, word: str
    ) -> None:
        shown, proposal = proposed(engine, 0)
        with pytest.raises(InvalidInputError) as error:
            engine.correct(TASK, proposal.slice_id, mask, correction_id="a", proposals=[proposal.proposal_id])
        assert_helpful(error.value, word)
        assert engine.corrections(TASK) == []
        # The id is free and the proposal still there: the user may send it again.
        sent = {"correction_id": "a", "proposals": [proposal.proposal_id]}
        assert not engine.correct(TASK, proposal.slice_id, shown.truth, **sent).duplicate

    @pytest.mark.parametrize("correction_id", ["", "x" * 201, "two\nlines", "/home/somebody/scan.nii"])
    def test_an_id_that_cannot_be_stored_is_refused(self, engine: EngineApi, correction_id: str) -> None:
        shown, proposal = proposed(engine, 0)
        with pytest.raises(InvalidInputError) as error:
            engine.correct(TASK, proposal.slice_id, shown.truth, correction_id=correction_id)
        assert_helpful(error.value, "200")
        assert engine.corrections(TASK) == []

    def test_a_proposal_that_is_gone_costs_its_score_and_never_the_correction(self, engine: EngineApi) -> None:
        shown = picture(0)
        slice_id = engine.put_slice(shown.image)
        receipt = engine.correct(TASK, slice_id, shown.truth, correction_id="a", proposals=["gone"])
        assert (receipt.objects, receipt.confirmation) == (1, False)

    def test_a_proposal_of_another_slice_or_task_stays_pending(self, engine: EngineApi) -> None:
        engine.create_task("another", OPTIONS)
        shown = picture(0)
        slice_id = engine.put_slice(shown.image)
        foreign = [proposed(engine, 1)[1], proposed(engine, 0, task="another")[1]]
        receipt = engine.correct(
            TASK, slice_id, shown.truth, correction_id="a", proposals=[p.proposal_id for p in foreign]
        )
        assert receipt.objects == 1
        engine.learn_now(TASK)
        for proposal in foreign:  # refreshed or not, they wait
            engine.dismiss(proposal.proposal_id)

    def test_learning_makes_a_version_of_each_correction(self, engine: EngineApi) -> None:
        before = look(engine)
        taught(engine, 0)
        taught(engine, 1)
        status = engine.learn_now(TASK)
        assert (status.version, status.queued) == (2, 0)
        assert [c.learned for c in engine.corrections(TASK)] == [True, True]
        assert look(engine) != before
        assert engine.learn_now(TASK) == status  # nothing is left to learn

    def test_a_paused_task_keeps_its_queue_until_asked(self, engine: EngineApi) -> None:
        engine.pause(TASK)
        taught(engine, 0)
        status = engine.status(TASK)
        assert (status.paused, status.queued, status.version) == (True, 1, 0)
        assert not engine.corrections(TASK)[0].learned
        engine.close_task(TASK)
        status = engine.open_task(TASK)
        assert (status.paused, status.queued, status.version) == (True, 1, 0)
        status = engine.learn_now(TASK)
        assert (status.paused, status.queued, status.version) == (True, 0, 1)
        engine.resume(TASK)
        assert not engine.status(TASK).paused

    def test_a_task_that_does_not_learn_scores_and_never_changes(self, engine: EngineApi) -> None:
        engine.create_task("frozen", TaskOptions(learning=False, auxol=OPTIONS.auxol))
        before, share = look(engine, task="frozen"), engine.status("frozen").share
        for number in (0, 1):
            taught(engine, number, task="frozen")
        status = engine.learn_now("frozen")
        assert (status.version, status.queued, status.corrections, status.share) == (0, 0, 2, share)
        assert look(engine, task="frozen") == before
        assert all(c.scores and not c.learned for c in engine.corrections("frozen"))
        assert engine.versions("frozen") == []
