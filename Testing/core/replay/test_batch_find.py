"""The batch command without prompts: masks with their source's geometry, a line for each slice, resume, a real task."""

from __future__ import annotations

import csv
from contextlib import closing

import numpy as np
import pytest
import SimpleITK as sitk
from replay_fakes import FakeEngine, write_image
from tiny_locator import tiny_locator
from tiny_network import MACHINE, tiny_generalist, tiny_learner

from auxol_core.engine.engine import Engine
from auxol_core.errors import DataError, InvalidInputError
from auxol_core.options import AuxolOptions, TaskOptions
from auxol_core.replay import batch_find
from auxol_core.replay.batch import BatchOptions, find_sources
from auxol_core.replay.batch_find import find_all
from auxol_core.types import Box, Prompt, SliceImage


@pytest.fixture
def task(tmp_path):
    path = tmp_path / "liver.auxol"
    path.write_bytes(b"a task")
    return path


def run(folder, task, out, engine=None, several=False, **options):
    sources = find_sources(folder)
    return list(find_all(sources, engine or FakeEngine(), task, out, BatchOptions(**options), several=several))


def slices_of(path):
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def volume(folder, bright=(2, 3), ending=".nrrd"):
    """Five slices of 40 x 256, two of them bright, that lie askew."""
    voxels = np.full((5, 40, 256), 20, np.uint8)
    voxels[list(bright)] = 200
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing((0.5, 0.75, 3.0))
    image.SetOrigin((1.0, -2.0, 3.0))
    image.SetDirection((0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, -1.0))
    folder.mkdir(parents=True)
    sitk.WriteImage(image, str(folder / f"vol{ending}"))
    return folder


@pytest.mark.parametrize("ending", [".nii.gz", ".nrrd"])
def test_a_volumes_mask_has_its_sources_geometry_and_its_table_a_line_for_each_slice(tmp_path, task, ending):
    folder, engine = volume(tmp_path / "set", ending=ending), FakeEngine()
    ((line, known),) = run(folder, task, tmp_path / "out", engine)
    assert (line.status, line.slices, line.objects, line.quality, known) == ("done", 5, 2, 0.75, False)
    source, mask = (sitk.ReadImage(str(f / f"vol{ending}")) for f in (folder, tmp_path / "out"))
    assert mask.GetDirection() == pytest.approx(source.GetDirection())
    assert (mask.GetSpacing(), mask.GetOrigin()) == (source.GetSpacing(), source.GetOrigin())
    expected = np.zeros((5, 40, 256), np.uint8)
    expected[2:4, 10:30, 64:192] = 1
    assert np.array_equal(sitk.GetArrayFromImage(mask), expected)
    lines = slices_of(tmp_path / "out" / "vol.csv")
    assert [each["found"] for each in lines] == ["0", "0", "1", "1", "0"]
    assert lines[0] == {
        **{"slice": "0", "found": "0", "presence": "0.125", "confidence": "0.1", "reason": "nothing there"},
        **dict.fromkeys(("row0", "col0", "row1", "col1"), ""),
    }
    assert [lines[2][name] for name in ("row0", "col0", "row1", "col1")] == ["10", "64", "30", "192"]
    assert lines[2]["presence"] == "0.875"
    assert not engine.proposals, "nothing stays pending"


def test_a_small_picture_is_found_enlarged_and_told_at_its_own_size(tmp_path, task):
    write_image(tmp_path / "set" / "a.png", np.full((64, 128), 200, np.uint8))
    engine = FakeEngine()
    run(tmp_path / "set", task, tmp_path / "out", engine)
    assert engine.of("put_slice")[0][1].shape == (128, 256)
    (line,) = slices_of(tmp_path / "out" / "a.csv")
    assert [line[name] for name in ("row0", "col0", "row1", "col1")] == ["16", "32", "48", "96"]
    assert sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "out" / "a.png"))).sum() == 32 * 64


def test_where_nothing_is_found_the_mask_is_empty_and_that_is_done(tmp_path, task):
    write_image(tmp_path / "set" / "a.png", np.zeros((256, 256), np.uint8))
    ((line, _),) = run(tmp_path / "set", task, tmp_path / "out")
    assert (line.status, line.objects, line.quality) == ("done", 0, None)
    assert not sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "out" / "a.png"))).any()


def test_a_second_call_leaves_out_what_is_done_and_another_question_does_not(tmp_path, task):
    folder = volume(tmp_path / "set")
    known = [run(folder, task, tmp_path / "out", several=several)[0][1] for several in (False, False, True)]
    assert known == [False, True, False]


def test_a_volume_that_the_engine_cannot_hold_is_looked_at_in_parts(tmp_path, task, monkeypatch):
    folder = volume(tmp_path / "set")
    monkeypatch.setattr(batch_find, "TOGETHER_BYTES", 2 * 40 * 256)
    run(folder, task, tmp_path / "out")
    lines = slices_of(tmp_path / "out" / "vol.csv")
    assert [(each["slice"], each["found"]) for each in lines] == list(zip("01234", "00110", strict=True))


def test_a_task_that_was_taught_nothing_is_a_sentence_for_each_file(tmp_path, task):
    write_image(tmp_path / "set" / "a.png", np.zeros((256, 256), np.uint8))

    class Untaught(FakeEngine):
        def find(self, task, slices, **_):
            raise InvalidInputError("Save something first.")

    ((line, _),) = run(tmp_path / "set", task, tmp_path / "out", Untaught())
    assert line.status == "failed: Save something first."


def test_no_task_and_results_among_the_sources_are_refused(tmp_path, task):
    folder = volume(tmp_path / "set")
    with pytest.raises(DataError, match="no task file"):
        run(folder, tmp_path / "none.auxol", tmp_path / "out")
    with pytest.raises(InvalidInputError, match="among the sources"):
        run(folder, task, folder)


def test_a_real_task_finds_with_what_its_locator_has_learned(tmp_path):
    """From lessons to a mask through export, import and the engine, on the tiny network."""
    rng = np.random.default_rng(0)
    rows, cols = np.mgrid[:256, :256]
    disc = (rows - 120) ** 2 + (cols - 130) ** 2 <= 45**2
    grey = rng.normal(60, 10, (256, 256)).clip(0, 120)
    bright, dark = (grey + 120 * disc).astype(np.uint8), grey.astype(np.uint8)
    write_image(tmp_path / "set" / "bright.png", bright)
    write_image(tmp_path / "set" / "dark.png", dark)
    options = TaskOptions(auxol=AuxolOptions(steps=1, batch=2, guard_last=0))
    with closing(Engine(tiny_generalist(), tiny_learner, tmp_path / "a", MACHINE, make_locator=tiny_locator)) as engine:
        engine.create_task("t", options)
        shown = engine.predict("t", engine.put_slice(SliceImage(bright)), Prompt(box=Box(75, 85, 166, 176)))
        engine.correct("t", shown.slice_id, disc, correction_id="c", proposals=[shown.proposal_id])
        engine.correct("t", engine.put_slice(SliceImage(dark)), np.zeros_like(disc), correction_id="e")
        engine.learn_now("t")
        engine.export_task("t", tmp_path / "t.auxol")
    with closing(Engine(tiny_generalist(), tiny_learner, tmp_path / "b", MACHINE, make_locator=tiny_locator)) as engine:
        lines = run(tmp_path / "set", tmp_path / "t.auxol", tmp_path / "out", engine)
    assert [line.status for line, _ in lines] == ["done", "done"]
    presence = [float(slices_of(tmp_path / "out" / f"{name}.csv")[0]["presence"]) for name in ("bright", "dark")]
    assert presence[0] > presence[1]
