"""Tasks: made, opened, closed, given away, deleted; several side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from contract_setting import OPTIONS, SIDE, TASK, EngineFactory, Setting, assert_helpful, look, picture, taught

from auxol_core.api import EngineApi
from auxol_core.errors import InvalidInputError, NotFoundError, TaskFileCorruptError, TaskFileLockedError
from auxol_core.options import AuxolOptions, TaskOptions
from auxol_core.types import IntensityWindow, Point, Prompt, SliceImage

# Every verb that takes a task, asked of one that is not there.
VERBS: dict[str, Callable[[EngineApi, str], object]] = {
    "predict": lambda e, t: e.predict(t, e.put_slice(picture(0).image), Prompt(points=(Point(30, 34),))),
    "refresh": lambda e, t: e.refresh(t),
    "correct": lambda e, t: e.correct(
        t, e.put_slice(picture(0).image), np.ones((SIDE, SIDE), dtype=bool), correction_id="a"
    ),
    "learn_now": lambda e, t: e.learn_now(t),
    "pause": lambda e, t: e.pause(t),
    "resume": lambda e, t: e.resume(t),
    "status": lambda e, t: e.status(t),
    "corrections": lambda e, t: e.corrections(t),
    "versions": lambda e, t: e.versions(t),
    "events": lambda e, t: e.events(t),
    "undo": lambda e, t: e.undo(t),
    "roll_back": lambda e, t: e.roll_back(t, 0),
    "forget": lambda e, t: e.forget(t, "a"),
    "reset": lambda e, t: e.reset(t),
    "export_task": lambda e, t: e.export_task(t, Path("never written.auxol")),
    "open_task": lambda e, t: e.open_task(t),
    "cancel_relearning": lambda e, t: e.cancel_relearning(t),
    "delete_task": lambda e, t: e.delete_task(t),
}


class TasksContract(Setting):
    """create, open, list, close, delete, status, export, import, close."""

    def test_a_new_task_has_learned_nothing(self, empty_engine: EngineApi) -> None:
        assert empty_engine.list_tasks() == []
        status = empty_engine.create_task("liver, portal CT", OPTIONS)
        assert empty_engine.list_tasks() == ["liver, portal CT"]
        assert status == empty_engine.status("liver, portal CT")
        assert (status.name, status.preset, status.version) == ("liver, portal CT", "auxol", 0)
        assert (status.corrections, status.confirmations, status.queued, status.paused) == (0, 0, 0, False)
        assert status.window is None
        assert len(status.generalist_hash) == 64
        assert status.generalist and status.device and status.precision

    def test_a_task_made_without_options_is_of_the_auxol_preset(self, empty_engine: EngineApi) -> None:
        assert empty_engine.create_task("plain").preset == "auxol"

    def test_a_task_of_the_paper_preset_begins_with_the_generalist_alone(self, empty_engine: EngineApi) -> None:
        status = empty_engine.create_task("published", TaskOptions(preset="paper"))
        assert (status.preset, status.share) == ("paper", 1.0)

    @pytest.mark.parametrize("name", [TASK, TASK.upper()])
    def test_a_name_that_is_taken_is_refused(self, engine: EngineApi, name: str) -> None:
        with pytest.raises(InvalidInputError) as error:
            engine.create_task(name)
        assert_helpful(error.value, name)
        assert engine.list_tasks() == [TASK]

    @pytest.mark.parametrize("name", ["", ".", "..", "../outside", "a/b", "a\\b", "con", "last ", "x" * 101, "a\nb"])
    def test_a_name_that_cannot_be_a_file_is_refused(self, engine: EngineApi, name: str) -> None:
        with pytest.raises(InvalidInputError) as error:
            engine.create_task(name)
        assert_helpful(error.value, "name")
        assert engine.list_tasks() == [TASK]

    @pytest.mark.parametrize("verb", VERBS)
    def test_a_missing_task_is_named_and_so_are_those_that_are_there(self, engine: EngineApi, verb: str) -> None:
        with pytest.raises(NotFoundError) as error:
            VERBS[verb](engine, "no such task")
        assert_helpful(error.value, "no such task", TASK)

    @pytest.mark.parametrize("verb", ["predict", "correct", "status", "learn_now"])
    def test_a_closed_task_must_be_opened_first(self, engine: EngineApi, verb: str) -> None:
        engine.close_task(TASK)
        with pytest.raises(NotFoundError) as error:
            VERBS[verb](engine, TASK)
        assert_helpful(error.value, TASK, "pen it")
        assert engine.open_task(TASK).version == 0

    def test_opening_and_closing_twice_is_harmless(self, engine: EngineApi) -> None:
        taught(engine, 0)
        engine.learn_now(TASK)
        assert engine.open_task(TASK) == engine.status(TASK)
        engine.close_task(TASK)
        engine.close_task(TASK)
        assert engine.list_tasks() == [TASK]

    def test_where_nothing_is_learned_again_there_is_nothing_to_cancel_and_the_task_stays_open(
        self, engine: EngineApi
    ) -> None:
        assert engine.status(TASK).relearning is None
        with pytest.raises(InvalidInputError) as error:
            engine.cancel_relearning(TASK)
        assert_helpful(error.value, TASK, "nothing to cancel")
        assert engine.status(TASK).version == 0

    def test_the_window_is_taken_from_the_first_slice_and_then_kept(self, engine: EngineApi) -> None:
        look(engine)
        window = engine.status(TASK).window
        assert window == IntensityWindow(0.0, 255.0)
        other = engine.put_slice(SliceImage((picture(1).image.pixels.astype(np.float32) - 1000) * 4))
        engine.predict(TASK, other, Prompt(points=(Point(30, 34),)))
        assert engine.status(TASK).window == window

    def test_a_window_that_was_given_is_kept(self, empty_engine: EngineApi) -> None:
        window = IntensityWindow(-160.0, 240.0)
        empty_engine.create_task("ct", TaskOptions(window=window, auxol=OPTIONS.auxol))
        look(empty_engine, task="ct")
        assert empty_engine.status("ct").window == window

    def test_tasks_live_side_by_side_and_know_nothing_of_one_another(self, engine: EngineApi) -> None:
        engine.create_task("still", OPTIONS)
        before = look(engine, task="still")
        taught(engine, 0, correction_id="same id")
        taught(engine, 0, task="still", correction_id="same id")
        engine.forget("still", "same id")
        engine.learn_now(TASK)
        assert (engine.status(TASK).version, engine.status("still").version) == (1, 0)
        assert engine.corrections("still") == []
        assert look(engine) != before
        assert look(engine, task="still") == before

    def test_proposals_of_one_task_are_not_refreshed_by_another(self, engine: EngineApi) -> None:
        engine.create_task("still", OPTIONS)
        for task in (TASK, "still"):
            engine.predict(task, engine.put_slice(picture(5).image), Prompt(points=(Point(30, 34),)))
        taught(engine, 0)
        engine.learn_now(TASK)
        assert engine.refresh("still") == []

    def test_a_restart_changes_nothing(self, engine_factory: EngineFactory) -> None:
        engine = engine_factory()
        engine.create_task(TASK, OPTIONS)
        for number in (0, 1):
            taught(engine, number)
        engine.learn_now(TASK)
        known = engine.status(TASK), engine.corrections(TASK), engine.versions(TASK), look(engine)
        engine.close()
        engine = engine_factory()
        assert engine.list_tasks() == [TASK]
        engine.open_task(TASK)
        assert (engine.status(TASK), engine.corrections(TASK), engine.versions(TASK), look(engine)) == known
        engine.close()

    def test_what_was_queued_is_learned_after_a_restart(self, engine_factory: EngineFactory) -> None:
        engine = engine_factory()
        engine.create_task(TASK, OPTIONS)
        engine.pause(TASK)
        taught(engine, 0)
        engine.close()
        engine = engine_factory()
        engine.open_task(TASK)
        status = engine.learn_now(TASK)
        assert (status.version, status.queued, status.corrections) == (1, 0, 1)
        engine.close()

    def test_options_survive_a_restart(self, engine_factory: EngineFactory) -> None:
        engine = engine_factory()
        engine.create_task(TASK, TaskOptions(auxol=AuxolOptions(steps=2, adaptive=False, batch=1, budget_s=600.0)))
        engine.close()
        engine = engine_factory()
        engine.open_task(TASK)
        taught(engine, 0)
        engine.learn_now(TASK)
        assert [v.steps for v in engine.versions(TASK)] == [2]
        engine.close()

    def test_thinking_learns_what_is_queued_and_makes_versions_without_a_correction(self, engine: EngineApi) -> None:
        engine.pause(TASK)
        taught(engine, 0)
        status = engine.think(TASK, steps=8)
        assert (status.queued, status.corrections) == (0, 1)
        first, *rehearsed = engine.versions(TASK)
        assert (first.corrections, first.published) == (("correction 0",), True)
        assert [(version.corrections, version.steps) for version in rehearsed] == [((), 8)]
        assert status.version == 1 + rehearsed[0].published
        assert engine.undo(TASK).version == 0

    def test_thinking_for_less_than_nothing_is_refused(self, engine: EngineApi) -> None:
        for limits in ({"steps": -1}, {"seconds": -0.5}):
            with pytest.raises(InvalidInputError):
                engine.think(TASK, **limits)  # type: ignore[arg-type]

    def test_a_deleted_task_is_gone_and_its_name_is_free(self, engine: EngineApi) -> None:
        taught(engine, 0)
        engine.delete_task(TASK)
        assert engine.list_tasks() == []
        with pytest.raises(NotFoundError):
            engine.open_task(TASK)
        assert engine.create_task(TASK, OPTIONS).corrections == 0

    def test_an_export_is_taken_in_as_the_same_task_under_another_name(self, engine: EngineApi, tmp_path: Path) -> None:
        for number in (0, 1):
            taught(engine, number)
        engine.learn_now(TASK)
        copy = tmp_path / "for a colleague.auxol"
        engine.export_task(TASK, copy)
        status = engine.import_task(copy, "taken in")
        assert (status.name, status.version, status.share) == ("taken in", 2, engine.status(TASK).share)
        assert engine.list_tasks() == [TASK, "taken in"]
        assert engine.corrections("taken in") == engine.corrections(TASK)
        assert engine.versions("taken in") == engine.versions(TASK)
        assert look(engine, task="taken in") == look(engine)
        taught(engine, 2, task="taken in")
        assert engine.learn_now("taken in").version == 3
        assert engine.status(TASK).version == 2

    def test_an_import_never_replaces_a_task(self, engine: EngineApi, tmp_path: Path) -> None:
        engine.export_task(TASK, tmp_path / "copy.auxol")
        with pytest.raises(InvalidInputError) as error:
            engine.import_task(tmp_path / "copy.auxol", TASK)
        assert_helpful(error.value, TASK)

    def test_an_import_of_anything_else_is_refused_and_leaves_no_task(self, engine: EngineApi, tmp_path: Path) -> None:
        (tmp_path / "photo.auxol").write_bytes(b"\x89PNG" + bytes(5000))
        with pytest.raises(TaskFileCorruptError) as error:
            engine.import_task(tmp_path / "photo.auxol", "photo")
        assert_helpful(error.value, "photo.auxol")
        with pytest.raises(NotFoundError) as missing:
            engine.import_task(tmp_path / "nothing.auxol", "nothing")
        assert_helpful(missing.value, "nothing.auxol")
        assert engine.list_tasks() == [TASK]

    def test_two_engines_on_one_task_are_told_of_one_another(self, engine_factory: EngineFactory) -> None:
        first, second = engine_factory(), engine_factory()
        first.create_task(TASK, OPTIONS)
        with pytest.raises(TaskFileLockedError) as error:
            second.open_task(TASK)
        assert_helpful(error.value, "process")
        first.close()
        assert second.open_task(TASK).version == 0
        second.close()
