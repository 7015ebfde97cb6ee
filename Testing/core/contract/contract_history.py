"""What a task went through, and how it is taken back: versions, events, undo, roll back, forget, reset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from contract_setting import (
    OPTIONS,
    TASK,
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
from auxol_core.errors import InvalidInputError, NotFoundError, ProposalChangedError
from auxol_core.types import TaskStatus

WAYS_BACK: dict[str, Callable[[EngineApi], TaskStatus]] = {
    "undo": lambda engine: engine.undo(TASK),
    "roll back": lambda engine: engine.roll_back(TASK, 0),
    "forget": lambda engine: engine.forget(TASK, "correction 0"),
    "reset": lambda engine: engine.reset(TASK),
}
EVERY_WAY = pytest.mark.parametrize("back", WAYS_BACK.values(), ids=WAYS_BACK.keys())


class HistoryContract(Setting):
    """versions, events, undo, roll_back, forget, reset."""

    @pytest.fixture
    def taught_twice(self, engine: EngineApi) -> EngineApi:
        for number in (0, 1):
            taught(engine, number)
        engine.learn_now(TASK)
        return engine

    def test_versions_tell_what_each_update_learned_from(self, taught_twice: EngineApi) -> None:
        versions = taught_twice.versions(TASK)
        assert [(v.version, v.corrections, v.steps, v.published, v.current) for v in versions] == [
            (1, ("correction 0",), OPTIONS.auxol.steps, True, False),
            (2, ("correction 1",), OPTIONS.auxol.steps, True, True),
        ]
        assert all(v.reason and v.seconds > 0 for v in versions)
        assert versions[0].seed != versions[1].seed

    def test_lists_begin_behind_what_one_has(self, taught_twice: EngineApi) -> None:
        engine = taught_twice
        for rows in (engine.corrections, engine.versions):
            first, second = rows(TASK)
            assert [rows(TASK, after) for after in (0, 1, 2, 3)] == [[first, second], [second], [], []]
            assert [rows(TASK, 0, limit) for limit in (0, 1, 2, 9)] == [[], [first], [first, second], [first, second]]
            assert rows(TASK, 1, 1) == [second]

    @pytest.mark.parametrize("asked", [(-1, None), (0, -1)])
    def test_lists_do_not_begin_before_their_first_row(
        self, engine: EngineApi, asked: tuple[int, int | None]
    ) -> None:
        for rows in (engine.corrections, engine.versions):
            with pytest.raises(InvalidInputError) as error:
                rows(TASK, *asked)
            assert_helpful(error.value)

    def test_moves_are_no_versions_and_do_not_count(self, taught_twice: EngineApi) -> None:
        engine = taught_twice
        engine.undo(TASK)
        taught(engine, 2)
        engine.learn_now(TASK)
        assert [v.version for v in engine.versions(TASK, 1)] == [2, 3]

    def test_events_come_in_order_and_from_where_one_asks(self, engine: EngineApi) -> None:
        assert engine.events(TASK) == []
        taught(engine, 0)
        engine.learn_now(TASK)
        everything = engine.events(TASK)
        events = [e for e in everything if e.kind not in ("progress", "located")]  # as many as the machine is slow
        assert [e.kind for e in events] == ["queued", "learning", "learned"]
        assert [e.task for e in events] == [TASK] * 3
        assert [e.sequence for e in everything] == sorted({e.sequence for e in everything})
        assert events[0].data["correction"] == "correction 0"
        assert events[2].data["version"] == 1
        assert engine.events(TASK, after=everything[0].sequence) == everything[1:]
        assert engine.events(TASK, after=everything[-1].sequence) == []
        assert engine.events(TASK, after=everything[-1].sequence + 100) == []

    def test_every_way_back_is_an_event(self, taught_twice: EngineApi) -> None:
        engine = taught_twice
        last = engine.events(TASK)[-1].sequence
        engine.undo(TASK)
        engine.roll_back(TASK, 2)
        engine.forget(TASK, "correction 1")
        engine.reset(TASK)
        # A locator learns again by itself, whenever there is time.
        kinds = [e.kind for e in engine.events(TASK, after=last) if e.kind != "located"]
        assert kinds == ["restored", "restored", "forgotten", "reset"]

    def test_an_event_tells_of_refreshed_proposals(self, engine: EngineApi) -> None:
        _, waiting = proposed(engine, 5)
        for number in (0, 1, 2):
            taught(engine, number)
        engine.learn_now(TASK)
        assert engine.refresh(TASK)
        # One that works in the background refreshes by itself, perhaps after each update.
        told = [e for e in engine.events(TASK) if e.kind == "refreshed"]
        assert told and all(e.data["proposals"] == [waiting.proposal_id] for e in told)

    @EVERY_WAY
    def test_every_way_back_refreshes_what_is_on_offer(
        self, taught_twice: EngineApi, back: Callable[[EngineApi], TaskStatus]
    ) -> None:
        engine = taught_twice
        shown, waiting = proposed(engine, 5)
        last = engine.events(TASK)[-1].sequence
        status = back(engine)
        told = [e for e in engine.events(TASK, after=last) if e.kind == "refreshed"]
        mask = waiting.mask
        for event in told:
            data: Any = event.data
            assert data["proposals"] == [waiting.proposal_id]
            mask = data["patches"][0].applied(mask)
        assert told[-1].data["version"] == status.version
        anew = engine.predict(TASK, waiting.slice_id, box_around(shown.truth))
        assert np.array_equal(mask, anew.mask) and not np.array_equal(mask, waiting.mask)
        engine.accept(waiting.proposal_id, version=status.version)
        saved = engine.correct(TASK, waiting.slice_id, mask, correction_id="a", proposals=[waiting.proposal_id])
        assert saved.confirmation

    @EVERY_WAY
    def test_a_proposal_of_what_was_taken_back_cannot_be_accepted_unseen(
        self, taught_twice: EngineApi, back: Callable[[EngineApi], TaskStatus]
    ) -> None:
        engine = taught_twice
        _, waiting = proposed(engine, 5)
        status = back(engine)
        with pytest.raises(ProposalChangedError) as error:
            engine.accept(waiting.proposal_id, version=waiting.version)
        assert_helpful(error.value, waiting.proposal_id, str(waiting.version), str(status.version))
        fresh = engine.proposal(waiting.proposal_id)
        assert fresh.version == status.version and not np.array_equal(fresh.mask, waiting.mask)
        engine.accept(waiting.proposal_id, version=fresh.version)

    @EVERY_WAY
    def test_what_the_user_took_over_stays_what_it_was(
        self, taught_twice: EngineApi, back: Callable[[EngineApi], TaskStatus]
    ) -> None:
        engine = taught_twice
        _, taken = proposed(engine, 5)
        engine.accept(taken.proposal_id, version=taken.version)
        last = engine.events(TASK)[-1].sequence
        back(engine)
        assert [e for e in engine.events(TASK, after=last) if e.kind == "refreshed"] == []
        saved = engine.correct(TASK, taken.slice_id, taken.mask, correction_id="a", proposals=[taken.proposal_id])
        assert saved.confirmation

    def test_undo_goes_back_one_version_at_a_time(self, taught_twice: EngineApi) -> None:
        engine = taught_twice
        status = engine.undo(TASK)
        assert (status.version, status.queued) == (1, 0)
        assert [(v.version, v.current) for v in engine.versions(TASK)] == [(1, True), (2, False)]
        assert [c.learned for c in engine.corrections(TASK)] == [True, False]
        assert engine.undo(TASK).version == 0
        with pytest.raises(NotFoundError) as error:
            engine.undo(TASK)
        assert_helpful(error.value, TASK)

    def test_what_was_undone_is_not_learned_again_by_itself(self, taught_twice: EngineApi) -> None:
        taught_twice.undo(TASK)
        assert taught_twice.learn_now(TASK).version == 1

    def test_what_was_undone_is_learned_when_it_is_saved_again_and_once_however_often_it_is_sent(
        self, taught_twice: EngineApi
    ) -> None:
        engine = taught_twice
        engine.undo(TASK)
        engine.pause(TASK)
        again = taught(engine, 1)
        assert not again.duplicate and engine.status(TASK).queued == 1
        for _ in range(2):
            retried = taught(engine, 1)
            assert retried.duplicate
            assert (retried.correction_id, retried.sequence) == (again.correction_id, again.sequence)
            status = engine.learn_now(TASK)
            assert (status.version, status.queued) == (3, 0)
        known = engine.corrections(TASK)
        assert [c.learned for c in known] == [True, False, True]
        assert known[2].correction_id == again.correction_id and len(known[2].scores) == 1
        assert engine.versions(TASK)[-1].corrections == (again.correction_id,)

    def test_what_was_rolled_back_and_saved_again_may_be_rolled_back_and_saved_again(
        self, engine_factory: EngineFactory
    ) -> None:
        engine = engine_factory()
        engine.create_task(TASK, OPTIONS)
        taught(engine, 0)
        engine.learn_now(TASK)
        for version in (2, 3):
            engine.roll_back(TASK, 0)
            engine.close()
            engine = engine_factory()
            engine.open_task(TASK)
            assert not taught(engine, 0).duplicate
            assert engine.learn_now(TASK).version == version
        # Whichever of the three saves it stands on, it was taught there.
        for version in (1, 2, 3):
            engine.roll_back(TASK, version)
            assert taught(engine, 0).duplicate
            assert engine.learn_now(TASK).version == version
        engine.close()

    def test_an_earlier_save_can_be_forgotten_without_the_one_that_stands(self, taught_twice: EngineApi) -> None:
        engine = taught_twice
        engine.undo(TASK)
        again = taught(engine, 1)
        engine.learn_now(TASK)
        assert engine.forget(TASK, "correction 1").version == 3
        assert taught(engine, 1).duplicate
        engine.forget(TASK, again.correction_id)
        assert [c.correction_id for c in engine.corrections(TASK)] == ["correction 0"]
        assert not taught(engine, 1).duplicate

    def test_a_version_number_is_never_given_twice(self, taught_twice: EngineApi) -> None:
        engine = taught_twice
        engine.undo(TASK)
        taught(engine, 2)
        assert engine.learn_now(TASK).version == 3
        assert [(v.version, v.current) for v in engine.versions(TASK)] == [(1, False), (2, False), (3, True)]
        assert engine.undo(TASK).version == 1  # 3 stands on 1

    def test_rolling_back_and_forth_gives_the_same_proposals(self, taught_twice: EngineApi) -> None:
        engine = taught_twice
        newest = look(engine)
        assert engine.roll_back(TASK, 0).version == 0
        assert look(engine) != newest
        assert [c.learned for c in engine.corrections(TASK)] == [False, False]
        assert engine.roll_back(TASK, 2).version == 2
        assert look(engine) == newest
        assert [c.learned for c in engine.corrections(TASK)] == [True, True]

    @pytest.mark.parametrize("version", [3, -1])
    def test_a_version_that_never_was_is_refused(self, taught_twice: EngineApi, version: int) -> None:
        with pytest.raises(NotFoundError) as error:
            taught_twice.roll_back(TASK, version)
        assert_helpful(error.value, str(version), "[0, 1, 2]")
        assert taught_twice.status(TASK).version == 2

    def test_forgetting_takes_one_correction_out_and_relearns_the_rest(self, taught_twice: EngineApi) -> None:
        engine = taught_twice
        status = engine.forget(TASK, "correction 0")
        assert [c.correction_id for c in engine.corrections(TASK)] == ["correction 1"]
        assert engine.corrections(TASK)[0].learned
        assert (status.corrections, status.queued) == (1, 0)
        assert [v.corrections for v in engine.versions(TASK)] == [("correction 1",)]
        assert status.version == engine.versions(TASK)[0].version

    def test_forgetting_everything_is_having_learned_nothing(self, engine: EngineApi) -> None:
        before = look(engine)
        for number in (0, 1):
            taught(engine, number)
        engine.learn_now(TASK)
        for number in (0, 1):
            engine.forget(TASK, f"correction {number}")
        assert (engine.status(TASK).version, engine.corrections(TASK), engine.versions(TASK)) == (0, [], [])
        assert look(engine) == before

    def test_a_queued_correction_can_be_forgotten(self, engine: EngineApi) -> None:
        engine.pause(TASK)
        taught(engine, 0)
        assert engine.forget(TASK, "correction 0").queued == 0
        assert engine.learn_now(TASK).version == 0

    def test_a_correction_that_was_never_saved_cannot_be_forgotten(self, taught_twice: EngineApi) -> None:
        with pytest.raises(NotFoundError) as error:
            taught_twice.forget(TASK, "never saved")
        assert_helpful(error.value, "never saved")
        assert taught_twice.status(TASK).version == 2

    def test_what_was_forgotten_may_be_saved_again(self, taught_twice: EngineApi) -> None:
        taught_twice.forget(TASK, "correction 1")
        assert not taught(taught_twice, 1).duplicate

    def test_a_reset_leaves_options_and_window(self, taught_twice: EngineApi) -> None:
        engine = taught_twice
        window = engine.status(TASK).window
        status = engine.reset(TASK)
        assert (status.version, status.corrections, status.queued, status.window) == (0, 0, 0, window)
        assert (engine.corrections(TASK), engine.versions(TASK)) == ([], [])
        assert not taught(engine, 0).duplicate
        engine.learn_now(TASK)
        assert [v.steps for v in engine.versions(TASK)] == [OPTIONS.auxol.steps]

    def test_after_a_reset_it_proposes_what_a_new_task_does(self, taught_twice: EngineApi) -> None:
        engine = taught_twice
        engine.reset(TASK)
        engine.create_task("new", OPTIONS)
        assert look(engine) == look(engine, task="new")

    def test_a_proposal_made_before_the_way_back_can_still_be_saved(self, taught_twice: EngineApi) -> None:
        engine = taught_twice
        _, proposal = proposed(engine, 5)
        engine.reset(TASK)
        receipt = engine.correct(
            TASK, proposal.slice_id, picture(5).truth, correction_id="late", proposals=[proposal.proposal_id]
        )
        assert receipt.objects == 1
        assert engine.learn_now(TASK).queued == 0
