"""What the batch commands say of a source whose greys the task does not see, or that holds what is no number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from replay_fakes import FakeEngine
from rich.console import Console
from test_batch_segment import lines_of, run

from auxol_core.cli.batch_run import Lines, report
from auxol_core.replay.batch import find_sources
from auxol_core.replay.batch_prompts import PlacedPrompt
from auxol_core.replay.batch_table import BatchTable, Line
from auxol_core.types import Box, Prompt

PROMPTS = {"v": [PlacedPrompt(1, Prompt(Box(5, 5, 20, 20))), PlacedPrompt(2, Prompt(Box(5, 5, 20, 20)))]}


class Doubting(FakeEngine):
    def predict(self, *arguments, **more):
        number = self.predictions
        return replace(super().predict(*arguments, **more), outside=1.0, warning=f"Slice {number} is white.")


@pytest.fixture
def volume(tmp_path):
    """(folder, path) of a volume with padding and one NaN."""
    folder = tmp_path / "set"
    folder.mkdir()
    voxels = np.random.default_rng(0).normal(40, 15, (4, 64, 64)).astype(np.float32)
    voxels[:, :10] = -3024
    voxels[0, 30, 30] = np.nan
    sitk.WriteImage(sitk.GetImageFromArray(voxels), str(folder / "v.nrrd"))
    task = tmp_path / "t.auxol"
    task.write_bytes(b"a task")
    return folder, task, tmp_path / "out"


def test_a_warning_stands_in_the_table_and_on_the_screen(volume):
    folder, task, out = volume
    lines = run(find_sources(folder), PROMPTS, task, out, Doubting())
    (line,) = lines_of(out)
    assert (line["status"], line["warning"]) == ("done", "Slice 0 is white. (1 more)")
    console = Console(record=True, width=200)
    report(console, Lines(lines), out)
    assert "v: Slice 0 is white. (1 more)" in console.export_text()


def test_each_slice_comes_with_the_scale_of_its_volume(volume):
    folder, task, out = volume
    engine = FakeEngine()
    run(find_sources(folder), PROMPTS, task, out, engine)
    scales = {image.scale for verb, image in (each for each in engine.log if each[0] == "put_slice")}
    (scale,) = scales
    assert scale.whole and scale.fair and -30 < scale.low < scale.high < 110


def test_nan_is_left_out_of_a_volume_s_own_window_and_said(volume):
    folder, task, out = volume
    engine = FakeEngine()
    run(find_sources(folder), PROMPTS, task, out, engine, window="volume")
    assert "1 of its 16,384 voxels are NaN" in lines_of(out)[0]["warning"]
    shown = [image.pixels for verb, image in (each for each in engine.log if each[0] == "put_slice")]
    assert all(pixels.dtype == np.uint8 and len(np.unique(pixels)) > 200 for pixels in shown)


def test_a_table_of_an_earlier_version_still_counts_as_done(tmp_path):
    path = tmp_path / "segments.csv"
    path.write_text("name,file,output,slices,objects,quality,dice,seconds,status,key\nv,v.nrrd,v.nrrd,1,1,0.9,,1.0,done,k\n")
    assert BatchTable(path).lines["v"] == Line("v", "v.nrrd", "v.nrrd", 1, 1, 0.9, None, 1.0, "done", "k")
