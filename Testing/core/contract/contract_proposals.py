"""Slices, predictions and what becomes of a proposal before it is saved."""

from __future__ import annotations

import numpy as np
import pytest
from contract_setting import OPTIONS, SIDE, TASK, Setting, assert_helpful, box_around, picture, proposed, taught

from auxol_core.api import EngineApi
from auxol_core.errors import InvalidInputError, NotFoundError, ProposalChangedError
from auxol_core.strokes import Lasso, Scribble
from auxol_core.types import Box, Point, Prompt, SliceImage

PROMPTS = {
    "box": Prompt(box=Box(18, 22, 43, 47)),
    "box partly outside": Prompt(box=Box(-6, 22, 43, 80.5)),
    "click": Prompt(points=(Point(30, 34),)),
    "clicks": Prompt(points=(Point(30, 34), Point(25, 30), Point(5, 5, positive=False))),
    "click on the border": Prompt(points=(Point(-0.4, 63.4),)),
    "box and clicks": Prompt(box=Box(18, 22, 43, 47), points=(Point(30, 34), Point(20, 24, positive=False))),
    "mask so far": Prompt(mask=picture(0).truth.astype(np.float32)),
    "mask so far and click": Prompt(mask=picture(0).truth.astype(np.float32), points=(Point(24, 34, positive=False),)),
    "scribble": Prompt(strokes=(Scribble(((26, 28), (30, 34), (34, 40)), width=3),)),
    "scribbles on and beside": Prompt(
        strokes=(Scribble(((30, 30), (30, 38))), Scribble(((4, 4), (4, 60)), positive=False))
    ),
    "box and scribble": Prompt(box=Box(18, 22, 43, 47), strokes=(Scribble(((44, 22), (44, 47)), positive=False),)),
    "lasso": Prompt(strokes=(Lasso(((17, 34), (30, 21), (43, 34), (30, 47))),)),
    "lasso along the border and click": Prompt(
        points=(Point(5, 5, positive=False),), strokes=(Lasso(((-0.5, -0.5), (-0.5, 63.5), (63.5, 63.5))),)
    ),
    "empty mask so far": Prompt(mask=np.zeros((SIDE, SIDE), np.float32)),
}


class ProposalsContract(Setting):
    """put_slice, has_slice, predict, proposal, accept, dismiss, refresh."""

    def test_a_slice_is_known_by_its_content(self, engine: EngineApi) -> None:
        image = picture(0).image
        assert not engine.has_slice(image.slice_id)
        assert engine.put_slice(image) == image.slice_id
        assert engine.put_slice(SliceImage(image.pixels.copy())) == image.slice_id
        assert engine.has_slice(image.slice_id)
        assert not engine.has_slice("no such slice")

    def test_a_slice_stays_what_was_put_when_the_caller_changes_its_array(self, engine: EngineApi) -> None:
        pixels = picture(0).image.pixels.copy()
        first = engine.put_slice(SliceImage(pixels))
        pixels[:] = picture(1, centres=((20, 40),)).image.pixels
        second = engine.put_slice(SliceImage(pixels))
        assert first != second
        prompt = PROMPTS["box"]
        assert engine.predict(TASK, first, prompt).quality != engine.predict(TASK, second, prompt).quality

    @pytest.mark.parametrize("kind", PROMPTS)
    def test_every_kind_of_prompt_gets_a_proposal_of_the_whole_slice(self, engine: EngineApi, kind: str) -> None:
        slice_id = engine.put_slice(picture(0).image)
        proposal = engine.predict(TASK, slice_id, PROMPTS[kind])
        assert proposal.mask.shape == (SIDE, SIDE) and proposal.mask.dtype == bool
        assert (proposal.task, proposal.slice_id, proposal.version) == (TASK, slice_id, 0)
        assert 0.0 <= proposal.quality <= 1.0 and 0.0 <= proposal.share <= 1.0
        assert proposal.box == Box.of_mask(proposal.mask)

    @pytest.mark.parametrize("kind", ["scribble", "lasso"])
    def test_a_proposal_says_what_was_drawn_and_teaches_as_any_other(self, engine: EngineApi, kind: str) -> None:
        shown = picture(0)
        proposal = engine.predict(TASK, engine.put_slice(shown.image), PROMPTS[kind])
        assert proposal.prompt.strokes == PROMPTS[kind].strokes
        assert (proposal.prompt.box, proposal.prompt.points, proposal.prompt.mask) == (None, (), None)
        again = engine.predict(TASK, proposal.slice_id, PROMPTS[kind], previous=proposal.proposal_id)
        receipt = engine.correct(
            TASK, again.slice_id, shown.truth, correction_id=f"by {kind}", proposals=[again.proposal_id]
        )
        assert receipt.objects == 1
        assert engine.learn_now(TASK).version == 1
        assert engine.corrections(TASK)[0].learned

    def test_the_same_prompt_gets_the_same_mask_under_another_id(self, engine: EngineApi) -> None:
        _, first = proposed(engine, 0)
        _, second = proposed(engine, 0)
        assert np.array_equal(first.mask, second.mask)
        assert first.proposal_id != second.proposal_id

    def test_a_further_click_replaces_the_proposal_it_repairs(self, engine: EngineApi) -> None:
        _, first = proposed(engine, 0)
        prompt = Prompt(box=first.prompt.box, points=(Point(21, 25, positive=False),))
        alone = engine.predict(TASK, first.slice_id, prompt)
        repaired = engine.predict(TASK, first.slice_id, prompt, previous=first.proposal_id)
        assert repaired.quality != alone.quality  # it saw the mask so far
        assert repaired.proposal_id != first.proposal_id
        with pytest.raises(NotFoundError) as error:
            engine.accept(first.proposal_id)
        assert_helpful(error.value, first.proposal_id)
        engine.accept(repaired.proposal_id)

    def test_a_pending_proposal_is_shown_again_and_one_that_is_not_is_told_as_such(self, engine: EngineApi) -> None:
        _, shown = proposed(engine, 0)
        again = engine.proposal(shown.proposal_id)
        assert np.array_equal(again.mask, shown.mask)
        assert (again.proposal_id, again.version, again.share) == (shown.proposal_id, shown.version, shown.share)
        engine.dismiss(shown.proposal_id)
        with pytest.raises(NotFoundError) as error:
            engine.proposal(shown.proposal_id)
        assert_helpful(error.value, shown.proposal_id)
        assert error.value.missing == "proposal"

    def test_previous_must_be_pending(self, engine: EngineApi) -> None:
        shown, _ = proposed(engine, 0)
        with pytest.raises(NotFoundError) as error:
            engine.predict(TASK, shown.image.slice_id, box_around(shown.truth), previous="gone")
        assert_helpful(error.value, "gone")

    def test_previous_must_be_of_the_same_slice_and_task_and_stays_pending_otherwise(self, engine: EngineApi) -> None:
        engine.create_task("another", OPTIONS)
        _, first = proposed(engine, 0)
        other = picture(1)
        other_slice = engine.put_slice(other.image)
        for task, slice_id in ((TASK, other_slice), ("another", first.slice_id)):
            with pytest.raises(InvalidInputError) as error:
                engine.predict(task, slice_id, box_around(other.truth), previous=first.proposal_id)
            assert_helpful(error.value, TASK)
        engine.accept(first.proposal_id)

    @pytest.mark.parametrize(
        "prompt",
        [
            Prompt(box=Box(70, 10, 90, 30)),
            Prompt(box=Box(-20, 10, 0, 30)),
            Prompt(points=(Point(30, 64),)),
            Prompt(points=(Point(30, 30), Point(-5, 30, positive=False))),
            Prompt(mask=np.ones((SIDE, SIDE + 1), np.float32)),
        ],
        ids=["box below", "box that touches the border", "click beside", "second click above", "mask of another shape"],
    )
    def test_a_prompt_outside_the_image_is_refused_with_a_sentence(self, engine: EngineApi, prompt: Prompt) -> None:
        slice_id = engine.put_slice(picture(0).image)
        with pytest.raises(InvalidInputError) as error:
            engine.predict(TASK, slice_id, prompt)
        assert_helpful(error.value, str(SIDE))
        assert engine.predict(TASK, slice_id, PROMPTS["box"]).mask.any()

    def test_a_slice_that_was_never_put_is_asked_for(self, engine: EngineApi) -> None:
        for call in (
            lambda: engine.predict(TASK, "f" * 64, PROMPTS["box"]),
            lambda: engine.correct(TASK, "f" * 64, np.ones((SIDE, SIDE), bool), correction_id="a"),
        ):
            with pytest.raises(NotFoundError) as error:
                call()
            assert_helpful(error.value, "ffff", "Put it again")
        assert engine.corrections(TASK) == []

    def test_a_dismissed_proposal_is_gone(self, engine: EngineApi) -> None:
        _, proposal = proposed(engine, 0)
        engine.dismiss(proposal.proposal_id)
        for verb in (engine.dismiss, engine.accept):
            with pytest.raises(NotFoundError) as error:
                verb(proposal.proposal_id)
            assert_helpful(error.value, proposal.proposal_id, "Prompt again")

    def test_accepting_twice_is_harmless(self, engine: EngineApi) -> None:
        _, proposal = proposed(engine, 0)
        engine.accept(proposal.proposal_id)
        engine.accept(proposal.proposal_id)

    def test_a_proposal_is_told_as_it_is_now(self, engine: EngineApi) -> None:
        _, proposal = proposed(engine, 0)
        for number in (1, 2):
            taught(engine, number)
        version = engine.learn_now(TASK).version
        now = engine.proposal(proposal.proposal_id)
        assert (now.proposal_id, now.slice_id, now.version) == (proposal.proposal_id, proposal.slice_id, version)
        assert not np.array_equal(now.mask, proposal.mask)
        engine.dismiss(proposal.proposal_id)
        with pytest.raises(NotFoundError) as error:
            engine.proposal(proposal.proposal_id)
        assert_helpful(error.value, proposal.proposal_id, "Prompt again")

    def test_a_proposal_is_accepted_as_it_was_seen_or_not_at_all(self, engine: EngineApi) -> None:
        _, proposal = proposed(engine, 0)
        with pytest.raises(ProposalChangedError) as error:
            engine.accept(proposal.proposal_id, version=proposal.version + 1)
        assert_helpful(error.value, proposal.proposal_id, "Look at it again")
        for number in (1, 2):
            taught(engine, number)
        engine.learn_now(TASK)
        with pytest.raises(ProposalChangedError):
            engine.accept(proposal.proposal_id, version=proposal.version)
        now = engine.proposal(proposal.proposal_id)
        engine.accept(proposal.proposal_id, version=now.version)
        taught(engine, 3)
        engine.learn_now(TASK)
        engine.accept(proposal.proposal_id, version=now.version)  # accepted, it stays what was seen

    def test_a_new_version_that_shows_the_same_mask_is_no_reason_to_refuse(self, engine: EngineApi) -> None:
        _, proposal = proposed(engine, 0)
        nothing = np.zeros((SIDE, SIDE), dtype=bool)
        engine.correct(TASK, engine.put_slice(picture(1).image), nothing, correction_id="empty")
        assert engine.learn_now(TASK).version > proposal.version
        engine.accept(proposal.proposal_id, version=proposal.version)

    def test_nothing_is_refreshed_while_nothing_was_learned(self, engine: EngineApi) -> None:
        proposed(engine, 0)
        assert engine.refresh(TASK) == []

    def test_refresh_renews_what_nobody_touched_and_leaves_accepted_ones_alone(self, engine: EngineApi) -> None:
        (_, waiting), (_, taken), (_, unwanted) = (proposed(engine, number) for number in (0, 1, 2))
        engine.accept(taken.proposal_id)
        engine.dismiss(unwanted.proposal_id)
        for number in (3, 4):
            taught(engine, number)
        version = engine.learn_now(TASK).version
        renewed = engine.refresh(TASK)
        assert [(p.proposal_id, p.slice_id, p.version) for p in renewed] == [
            (waiting.proposal_id, waiting.slice_id, version)
        ]
        assert not np.array_equal(renewed[0].mask, waiting.mask)
        assert engine.refresh(TASK) == []  # nothing changed since
        accepted = engine.correct(
            TASK, taken.slice_id, taken.mask, correction_id="taken", proposals=[taken.proposal_id]
        )
        assert accepted.confirmation  # the accepted one is still what the user saw
        kept = engine.correct(
            TASK, waiting.slice_id, renewed[0].mask, correction_id="kept", proposals=[waiting.proposal_id]
        )
        assert kept.confirmation  # and the renewed one is what is shown now
