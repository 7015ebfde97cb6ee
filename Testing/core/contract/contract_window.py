"""What greys a task sees, who sets that, and what is told of an image that has others."""

from __future__ import annotations

import numpy as np
import pytest
from contract_setting import OPTIONS, TASK, Setting, assert_helpful, box_around, look, picture, taught

from auxol_core.api import EngineApi
from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.options import TaskOptions
from auxol_core.scales import GreyScale
from auxol_core.types import IntensityWindow, Proposal, SliceImage


def ct(number: int, offset: int = 0) -> SliceImage:
    """The disc of ``number`` in HU: about -60 around it, 100 in it."""
    grey = picture(number).image.pixels.astype(np.int16)
    return SliceImage((2 * (grey - 100) + offset).astype(np.int16))


def prompted(engine: EngineApi, image: SliceImage, task: str = TASK) -> Proposal:
    return engine.predict(task, engine.put_slice(image), box_around(picture(0).truth))


def save(engine: EngineApi, image: SliceImage, correction_id: str) -> None:
    proposal = prompted(engine, image)
    engine.correct(
        TASK, proposal.slice_id, picture(0).truth, correction_id=correction_id, proposals=[proposal.proposal_id]
    )
    engine.learn_now(TASK)


class WindowContract(Setting):
    """window, set_window, and the warnings of a proposal."""

    def test_a_slice_of_air_does_not_set_the_window_and_the_next_one_does(self, engine: EngineApi) -> None:
        air = np.full((64, 64), -1024, np.int16)
        air[:2, :20] = -1000
        prompted(engine, SliceImage(air))
        assert engine.window(TASK).window is None
        prompted(engine, ct(1))
        told = engine.window(TASK)
        assert told.window is not None and -150 < told.window.low < told.window.high < 220
        assert (told.origin, told.words[:2]) == ("slice", "CT")

    def test_padding_does_not_count(self, engine: EngineApi) -> None:
        pixels = ct(1).pixels.copy()
        pixels[:, :12] = -32768
        prompted(engine, SliceImage(pixels))
        window = engine.window(TASK).window
        assert window is not None and window.low > -150

    def test_what_is_known_of_the_volume_comes_with_the_slice(self, engine: EngineApi) -> None:
        scale = GreyScale(-160.0, 240.0, "CT", guessed=False, whole=True)
        prompted(engine, SliceImage(np.full((64, 64), 7, np.int16), scale=scale))
        told = engine.window(TASK)
        assert (told.window, told.origin) == (IntensityWindow(-160.0, 240.0), "volume")
        assert told.words == "CT, -160 to 240"

    def test_a_window_is_given_and_taken_away_while_nothing_is_taught(self, engine: EngineApi) -> None:
        assert engine.set_window(TASK, -100.0, 300.0).window == IntensityWindow(-100.0, 300.0)
        assert engine.window(TASK).origin == "given"
        assert engine.set_window(TASK, 0, 300, origin="volume").window == IntensityWindow(0.0, 300.0)
        assert engine.set_window(TASK).window is None
        look(engine)
        assert engine.window(TASK).window == IntensityWindow(0.0, 255.0)

    @pytest.mark.parametrize(("low", "high"), [(3.0, 3.0), (5.0, 1.0), (None, 1.0), (1.0, None)])
    def test_half_a_window_is_refused(self, engine: EngineApi, low: float | None, high: float | None) -> None:
        with pytest.raises(InvalidInputError) as error:
            engine.set_window(TASK, low, high)
        assert_helpful(error.value, "low", "high")
        assert engine.window(TASK).window is None

    def test_another_window_has_the_lessons_learned_again(self, engine: EngineApi) -> None:
        for number in range(2):
            taught(engine, number)
            engine.learn_now(TASK)
        before = look(engine)
        engine.set_window(TASK, 0.0, 510.0)
        status = engine.learn_now(TASK)
        assert (status.window, status.relearning, status.version) == (IntensityWindow(0.0, 510.0), None, 2)
        assert status.corrections + status.confirmations == 2
        assert look(engine) != before
        engine.set_window(TASK, 0.0, 255.0)
        assert engine.learn_now(TASK).version == 2
        assert engine.window(TASK).lost == 0.0

    def test_what_a_window_had_cut_off_is_told_as_lost(self, engine: EngineApi) -> None:
        engine.set_window(TASK, 60.0, 80.0)
        taught(engine, 0)
        engine.learn_now(TASK)
        assert engine.window(TASK).lost == 0.0
        engine.set_window(TASK, 0.0, 255.0)
        engine.learn_now(TASK)
        assert 0.3 < engine.window(TASK).lost < 1.0

    def test_what_is_pending_is_proposed_anew_and_can_be_saved(self, engine: EngineApi) -> None:
        engine.pause(TASK)
        shown = prompted(engine, picture(0).image)
        engine.set_window(TASK, 0.0, 100.0)
        again = engine.proposal(shown.proposal_id)
        assert np.array_equal(again.mask, prompted(engine, picture(0).image).mask)
        receipt = engine.correct(
            TASK, shown.slice_id, picture(0).truth, correction_id="c", proposals=[shown.proposal_id]
        )
        assert receipt.objects == 1

    def test_a_window_outlives_the_session(self, engine: EngineApi) -> None:
        taught(engine, 0)
        engine.set_window(TASK, 0.0, 510.0)
        engine.learn_now(TASK)
        told = engine.window(TASK)
        engine.close_task(TASK)
        engine.open_task(TASK)
        assert engine.window(TASK) == told

    def test_a_reset_lets_go_of_a_window_that_one_slice_set(self, engine: EngineApi) -> None:
        prompted(engine, ct(0))
        assert engine.window(TASK).origin == "slice"
        engine.reset(TASK)
        assert engine.window(TASK).window is None

    def test_greys_outside_the_window_are_told_with_both_ranges_and_the_quality_drops(self, engine: EngineApi) -> None:
        save(engine, ct(0), "c0")
        inside = prompted(engine, ct(1))
        assert (inside.outside < 0.5, inside.warning) == (True, "")
        beyond = prompted(engine, ct(1, offset=1024))
        assert beyond.outside > 0.9 and beyond.quality <= 0.5
        window = engine.window(TASK).window
        assert window is not None
        for edge in (window.low, window.high):
            assert f"{edge:.6g}" in beyond.warning
        assert "above" in beyond.warning and "another kind" in beyond.warning

    def test_greys_that_are_all_one_to_the_task_are_told_too(self, empty_engine: EngineApi) -> None:
        options = TaskOptions(window=IntensityWindow(0.0, 65535.0), auxol=OPTIONS.auxol)
        empty_engine.create_task(TASK, options)
        blank = prompted(empty_engine, picture(0).image)
        assert blank.outside == 1.0 and "one grey" in blank.warning and blank.quality <= 0.5

    def test_another_modality_is_told_at_its_first_slice(self, engine: EngineApi) -> None:
        known = GreyScale(-150.0, 250.0, "CT", guessed=False, whole=True)
        other = GreyScale(0.0, 250.0, "MR", guessed=False, whole=True)
        prompted(engine, SliceImage(ct(0).pixels, scale=known))
        first = prompted(engine, SliceImage(ct(1).pixels, scale=other))
        assert "MR, 0 to 250" in first.warning and "CT, -150 to 250" in first.warning
        assert prompted(engine, SliceImage(ct(2).pixels, scale=other)).warning == ""

    def test_the_window_of_a_task_that_is_not_open_is_not_told(self, engine: EngineApi) -> None:
        with pytest.raises(NotFoundError):
            engine.window("no such task")
