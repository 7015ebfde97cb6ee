"""A whole volume: propagation from accepted slices, finding by what was taught, and prefetching."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from contract_setting import TASK, Setting, assert_helpful, box_around, picture, taught

from auxol_core.api import EngineApi
from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.types import SliceImage


def volume(engine: EngineApi, count: int = 5) -> list[str]:
    """``count`` pictures of one disc, put as the neighbouring slices of a volume."""
    return [engine.put_slice(picture(number).image) for number in range(count)]


class VolumeContract(Setting):
    """propagate, find, prefetch."""

    def test_propagation_goes_both_ways_and_tells_each_slice_once(self, engine: EngineApi) -> None:
        slices = volume(engine)
        told = list(engine.propagate(TASK, slices, {2: picture(2).truth}))
        assert told
        indices = [item.index for item in told]
        assert len(set(indices)) == len(indices)
        assert {1, 3} <= set(indices) <= {0, 1, 3, 4}
        for item in told:
            assert (item.proposal is None) == bool(item.reason)
            if item.proposal is not None:
                assert item.proposal.slice_id == slices[item.index]
                assert item.proposal.mask.any() and 0 <= item.proposal.quality <= 1

    def test_what_was_propagated_is_pending(self, engine: EngineApi) -> None:
        slices = volume(engine)
        for item in engine.propagate(TASK, slices, {2: picture(2).truth}):
            if item.proposal is not None:
                engine.accept(item.proposal.proposal_id)

    def test_nothing_is_proposed_where_a_person_has_been(self, engine: EngineApi) -> None:
        slices = volume(engine)
        engine.correct(TASK, slices[1], picture(1).truth, correction_id="saved by hand")
        told = {item.index: item for item in engine.propagate(TASK, slices, {2: picture(2).truth}, taken=[3])}
        assert told[1].proposal is None and told[1].reason
        assert told[3].proposal is None and told[3].reason

    def test_closing_the_iterator_ends_it(self, engine: EngineApi) -> None:
        slices = volume(engine, 9)
        running = engine.propagate(TASK, slices, {4: picture(4).truth})
        next(iter(running))
        running.close()  # type: ignore[attr-defined]
        assert engine.status(TASK).queued == 0

    @pytest.mark.parametrize(
        "seeds",
        [{}, {0: np.zeros((64, 64), dtype=bool)}, {7: np.ones((64, 64), dtype=bool)}],
        ids=["no seed", "an empty seed", "a seed outside the range"],
    )
    def test_seeds_that_show_nothing_are_refused(self, engine: EngineApi, seeds: dict[int, np.ndarray]) -> None:
        slices: Sequence[str] = volume(engine)
        with pytest.raises(InvalidInputError) as error:
            list(engine.propagate(TASK, slices, seeds))
        assert_helpful(error.value)

    def test_a_slice_that_was_never_put_is_asked_for_by_propagation(self, engine: EngineApi) -> None:
        slices = volume(engine)
        slices[4] = "0" * 64
        running = engine.propagate(TASK, slices, {0: picture(0).truth})
        with pytest.raises(NotFoundError):
            next(iter(running))  # before anything is made, which would else be made twice

    def test_finding_tells_each_slice_once_with_a_confidence_or_a_reason(self, engine: EngineApi) -> None:
        taught(engine, 0)
        slices = [engine.put_slice(picture(number).image) for number in (11, 12, 13)]
        told = list(engine.find(TASK, slices))
        assert [item.index for item in told] == [0, 1, 2]
        for item in told:
            assert (item.proposal is None) == bool(item.reason)
            assert 0 <= item.confidence <= 1
            if item.proposal is not None:
                assert item.proposal.slice_id == slices[item.index] and item.proposal.mask.any()
                engine.accept(item.proposal.proposal_id)

    def test_finding_needs_a_lesson_and_says_so(self, engine: EngineApi) -> None:
        slices = volume(engine, 2)
        with pytest.raises(InvalidInputError) as error:
            list(engine.find(TASK, slices))
        assert_helpful(error.value, "save")
        taught(engine, 7, correction_id="the only one")
        assert len(list(engine.find(TASK, slices))) == 2
        engine.forget(TASK, "the only one")
        with pytest.raises(InvalidInputError):
            list(engine.find(TASK, slices))

    def test_an_empty_mask_tells_nothing_of_where_the_structure_lies(self, engine: EngineApi) -> None:
        slices = volume(engine, 2)
        engine.correct(TASK, slices[0], np.zeros((64, 64), dtype=bool), correction_id="nothing is there")
        with pytest.raises(InvalidInputError):
            list(engine.find(TASK, slices))

    def test_what_is_found_says_how_likely_the_structure_is_there_also_where_nothing_is_proposed(
        self, engine: EngineApi
    ) -> None:
        taught(engine, 0)
        if not engine.learn_now(TASK).slices_with:
            pytest.skip("this engine's tasks have no locator")
        dark = SliceImage(np.full((64, 64), 40, np.uint8))
        slices = [engine.put_slice(picture(11).image), engine.put_slice(dark)]
        there, gone = engine.find(TASK, slices, several=True)
        assert there.presence is not None and gone.presence is not None
        assert 0 <= gone.presence < there.presence <= 1

    def test_nothing_is_found_where_a_person_has_been(self, engine: EngineApi) -> None:
        slices = volume(engine)
        taught(engine, 1)
        engine.learn_now(TASK)  # or what is accepted is not what was seen
        accepted = engine.predict(TASK, slices[2], box_around(picture(2).truth))
        engine.accept(accepted.proposal_id)
        told = {item.index: item for item in engine.find(TASK, slices, taken=[3])}
        assert set(told) == {0, 1, 2, 3, 4}
        for index in (1, 2, 3):
            assert told[index].proposal is None and "a person" in told[index].reason

    def test_closing_the_iterator_ends_finding(self, engine: EngineApi) -> None:
        slices = volume(engine, 9)
        taught(engine, 20)
        running = engine.find(TASK, slices)
        assert next(iter(running)).index == 0
        running.close()  # type: ignore[attr-defined]
        engine.learn_now(TASK)
        assert engine.status(TASK).queued == 0

    def test_a_slice_that_was_never_put_is_asked_for_by_finding(self, engine: EngineApi) -> None:
        slices = [*volume(engine, 2), "0" * 64]
        taught(engine, 20)
        with pytest.raises(NotFoundError):
            next(iter(engine.find(TASK, slices)))

    @pytest.mark.parametrize("verb", ["propagate", "find"])
    def test_a_stream_of_a_task_that_is_not_open_says_so(self, engine: EngineApi, verb: str) -> None:
        slices = volume(engine, 2)
        more = ({0: picture(0).truth},) if verb == "propagate" else ()
        with pytest.raises(NotFoundError) as error:
            list(getattr(engine, verb)("another", slices, *more))
        assert error.value.missing == "open task"

    def test_prefetching_changes_nothing_that_can_be_seen(self, engine: EngineApi) -> None:
        slices = volume(engine)
        engine.prefetch(TASK, [*slices, "0" * 64])
        assert engine.status(TASK).version == 0
