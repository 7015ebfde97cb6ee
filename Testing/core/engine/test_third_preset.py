"""A preset is a plug-in: one that nobody here knows goes through engine, guard, file, journal and replay's methods."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from bright_family import BrightGeneralist
from shifting_preset import SHIFTING, Shift, ShiftOptions, shifting
from small_engine import OPTIONS, PAPER, TASK, disc, look, narrow_engine, propose, session_of, teach, weights
from tiny_network import MACHINE, tiny_generalist

from auxol_core.build import Compute, specialist_factory
from auxol_core.engine.engine import Engine
from auxol_core.errors import InvalidInputError, TaskFileVersionError
from auxol_core.options import PaperOptions, TaskOptions
from auxol_core.replay.methods import methods
from auxol_core.replay.options import ReplayOptions
from auxol_core.specialist import registry
from auxol_core.taskfile.schema import options_from_json, options_to_json
from auxol_core.types import IntensityWindow

OWN = TaskOptions(preset="shifting", own=ShiftOptions(rate=2.0))
COMPUTE = Compute("cpu", "as asked for", "float32", "as asked for", 1)


@pytest.fixture
def _shifting() -> Iterator[None]:
    with shifting():
        yield


pytestmark = pytest.mark.usefixtures("_shifting")


def bright_engine(folder: Path) -> Engine:
    """An engine beside a generalist with an encoder, its learners made as users have them made."""
    generalist = BrightGeneralist("bright", "ab" * 32, 0.5, "plain")
    return Engine(generalist, specialist_factory(COMPUTE, generalist), folder, MACHINE)


def specialist_of(engine: Engine) -> Shift:
    specialist = engine._sessions[TASK].specialist
    assert isinstance(specialist, Shift)
    return specialist


def test_it_learns_in_the_engine_is_rebuilt_from_the_journal_and_goes_on_when_reopened(tmp_path: Path) -> None:
    for folder in ("open", "closed"):
        engine = narrow_engine(tmp_path / folder)
        assert engine.create_task(TASK, OWN).preset == "shifting"
        before = look(engine)
        for number in range(5):
            teach(engine, number)
            if folder == "closed":
                engine.close()
                engine.open_task(TASK)
            engine.learn_now(TASK)
        assert engine.status(TASK).version == 5
        assert look(engine) != before
        engine.undo(TASK)
        engine.forget(TASK, "c1")
        engine.close()
    # ``weights`` compares what is stored with a replay of the journal from nothing.
    assert weights(tmp_path / "open") == weights(tmp_path / "closed")
    with session_of(tmp_path / "open") as session:
        assert session.options == replace(OWN, window=session.file.window)
        assert session.file.snapshot_versions()


def test_several_that_wait_are_learned_together_where_the_preset_allows_it(tmp_path: Path) -> None:
    for options, updates in ((OWN, 1), (PAPER, 3)):
        engine = narrow_engine(tmp_path / options.preset)
        engine.create_task(TASK, options)
        for number in range(3):
            teach(engine, number)
        for _ in engine.work(TASK):
            pass
        assert len(engine.versions(TASK)) == updates
        engine.close()


def test_its_own_guard_speaks(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, replace(OWN, own=ShiftOptions(limit=0.0)))
    teach(engine, 0)
    engine.learn_now(TASK)
    (version,) = engine.versions(TASK)
    assert not version.published and version.reason.startswith("the shift is ")
    engine.close()


def test_it_is_shown_the_embedding_when_it_predicts_teaches_and_refreshes_also_one_that_was_dropped(
    tmp_path: Path,
) -> None:
    engine = bright_engine(tmp_path)
    engine.create_task(TASK, OWN)
    waiting = propose(engine, 1)
    shift = specialist_of(engine)
    assert shift.setting.generalist is engine.generalist
    assert isinstance(engine.generalist, BrightGeneralist)
    engine._slices._embeddings.clear()  # as when many slices came since
    before = engine.generalist.encoded
    teach(engine, 0)
    engine.learn_now(TASK)
    engine.refresh(TASK)
    assert engine.proposal(waiting.proposal_id).version == 1
    assert engine.generalist.encoded == before + 2  # the new slice, and the one that was dropped
    assert len(shift.views) == 4  # two predictions, a lesson, a refresh
    for view in shift.views:
        assert view.embedding is not None and view.embedding.shape == disc(0)[0].shape
    engine.close()
    with closing(sqlite3.connect(tmp_path / f"{TASK}.auxol")) as connection:
        assert connection.execute("SELECT count(*) FROM lessons").fetchone() == (1,)


def test_no_embedding_is_shown_where_the_generalist_has_no_encoder_or_the_preset_did_not_ask(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    assert not engine.generalist.worth_storing
    engine.create_task(TASK, OWN)
    teach(engine, 0)
    assert [view.embedding for view in specialist_of(engine).views] == [None, None]
    engine.close()


def test_replay_has_it_taught_and_frozen_with_its_own_options() -> None:
    names = list(methods())
    assert names[:5] == ["shape", "generalist", "paper", "auxol", "auxol-frozen"]
    assert names[-2:] == ["shifting", "shifting-frozen"]
    told = ReplayOptions(seed=3, own={"shifting": ShiftOptions(rate=1.0)})
    for name, learning in (("shifting", True), ("shifting-frozen", False)):
        options = methods()[name].task_options(told)
        assert (options.preset, options.learning, options.seed) == ("shifting", learning, 3)
        assert options.own == ShiftOptions(rate=1.0)
    assert methods()["shifting"].task_options(ReplayOptions()).own == ShiftOptions()


# Its options


def test_a_task_file_keeps_every_option_of_it_also_those_that_nobody_chose(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, TaskOptions(preset="shifting"))
    engine.close()
    with session_of(tmp_path) as session:
        assert session.options.own == ShiftOptions()


def test_options_are_written_under_the_preset_s_name_and_read_back() -> None:
    told = json.loads(options_to_json(OWN))
    assert told["shifting"] == {"rate": 2.0, "limit": 100.0}
    assert "own" not in told and "window" not in told
    window = IntensityWindow(0.0, 1.0)
    assert options_from_json(options_to_json(OWN), window) == replace(OWN, window=window)


@pytest.mark.parametrize("options", [OPTIONS, PAPER, TaskOptions()])
def test_the_two_that_ship_are_written_as_ever(options: TaskOptions) -> None:
    told = json.loads(options_to_json(options))
    assert set(told) == {"preset", "seed", "learning", "paper", "auxol"}
    assert options_from_json(json.dumps(told), None) == options


def test_a_task_of_a_preset_that_is_not_here_is_refused_by_its_name_with_the_remedy(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, OWN)
    engine.close()
    said = r"The preset 'shifting' is not in this program, which has paper, auxol, .* install what brings that preset"
    registry.remove("shifting")
    try:
        with pytest.raises(TaskFileVersionError, match=said):
            engine.open_task(TASK)
        with pytest.raises(InvalidInputError, match=said):
            engine.create_task("another", OWN)
        assert engine.list_tasks() == [TASK]  # and no file is left of it
    finally:
        registry.register(SHIFTING)
    assert engine.open_task(TASK).preset == "shifting"
    engine.close()


def test_options_that_do_not_belong_to_it_are_refused_and_leave_no_file(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    with pytest.raises(InvalidInputError, match="shifting must be ShiftOptions, got PaperOptions"):
        engine.create_task(TASK, replace(OWN, own=PaperOptions()))
    with pytest.raises(TaskFileVersionError, match=r"rate must be in 0 \.\. 10"):
        options_from_json(options_to_json(OWN).replace('"rate": 2.0', '"rate": 20.0'), None)
    assert engine.list_tasks() == []


# What may be registered


@dataclass(frozen=True)
class Needy:
    """Options without a default."""

    rate: float


def test_a_preset_that_cannot_be_offered_is_refused() -> None:
    for name in ("auxol", "shifting", "seed", "own", "window", "", "x", "Two Words", "ä" * 3, "x" * 41):
        with pytest.raises(InvalidInputError, match="A preset's name must be 2 to 40 small letters"):
            registry.register(replace(SHIFTING, name=name))
    for options in (Needy, dict, int):
        with pytest.raises(InvalidInputError, match="options of the preset other must be a dataclass"):
            registry.register(replace(SHIFTING, name="other", options=options))  # type: ignore[arg-type]
    assert registry.presets() == (*registry.SHIPPED, SHIFTING)


def test_shipped_presets_are_made_by_their_names() -> None:
    generalist = tiny_generalist()
    make = specialist_factory(COMPUTE, generalist)
    ours, theirs = make(TaskOptions()), make(TaskOptions(preset="paper"))
    assert [type(each.specialist).__name__ for each in (ours, theirs)] == ["AuxolSpecialist", "PaperSpecialist"]
    assert (ours.guard is not None, ours.together) == (True, True)
    assert (theirs.guard, theirs.together) == (None, False)
    assert np.isfinite(ours.fusion.share([]))
