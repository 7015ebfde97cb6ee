"""``auxol task window``: shown, set, taken from a volume, set free."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from tiny_network import MACHINE, tiny_generalist, tiny_learner
from typer.testing import CliRunner, Result

from auxol_core.cli import task_command
from auxol_core.cli.main import app
from auxol_core.engine.engine import Engine
from auxol_core.options import AuxolOptions, TaskOptions
from auxol_core.types import Box, Prompt, SliceImage

OPTIONS = TaskOptions(auxol=AuxolOptions(steps=1, guard_last=0, budget_s=600.0))


def call(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["task", "window", *arguments, "--data-dir", str(folder)])


def told(folder: Path, *arguments: str) -> dict[str, Any]:
    result = call(folder, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def engine_in(folder: Path) -> Engine:
    return Engine(tiny_generalist(), tiny_learner, folder, MACHINE)


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the tasks ``new`` and ``taught`` (one slice, in the window 0..255)."""
    monkeypatch.setattr(task_command, "engine_factory", lambda: lambda data_dir, **_unused: engine_in(data_dir))
    engine = engine_in(tmp_path)
    engine.create_task("new", OPTIONS)
    engine.create_task("taught", OPTIONS)
    pixels = np.random.default_rng(0).normal(70, 15, (64, 64))
    pixels[20:40, 20:40] += 90
    slice_id = engine.put_slice(SliceImage(np.clip(pixels, 0, 255).astype(np.uint8)))
    shown = engine.predict("taught", slice_id, Prompt(Box(19, 19, 41, 41)))
    mask = np.zeros((64, 64), bool)
    mask[20:40, 20:40] = True
    engine.correct("taught", slice_id, mask, correction_id="c", proposals=[shown.proposal_id])
    engine.learn_now("taught")
    engine.close()
    return tmp_path


def test_it_says_what_a_task_sees(tasks: Path) -> None:
    assert "no window yet" in call(tasks, "new").stdout
    assert "8-bit pictures, 0 to 255, taken from a slice" in call(tasks, "taught").stdout


def test_a_window_is_set_and_set_free(tasks: Path) -> None:
    facts = told(tasks, "new", "--set", "-110", "240")
    assert (facts["window"], facts["origin"]) == ({"low": -110.0, "high": 240.0}, "given")
    assert told(tasks, "new", "--reset")["window"] is None


def test_a_volume_gives_its_range_without_padding(tasks: Path) -> None:
    voxels = np.random.default_rng(1).normal(40, 20, (5, 40, 40)).astype(np.int16)
    voxels[:, :6] = -32768
    sitk.WriteImage(sitk.GetImageFromArray(voxels), str(tasks / "v.nii.gz"))
    facts = told(tasks, "new", "--from", str(tasks / "v.nii.gz"))
    assert -40 < facts["window"]["low"] < facts["window"]["high"] < 120 and facts["origin"] == "volume"
    sitk.WriteImage(sitk.GetImageFromArray(np.full((5, 40, 40), 7, np.int16)), str(tasks / "flat.nii.gz"))
    refused = call(tasks, "new", "--from", str(tasks / "flat.nii.gz"))
    assert refused.exit_code == 2 and "says nothing of other images" in refused.stderr


def test_a_taught_task_is_asked_for_and_learned_again(tasks: Path) -> None:
    assert call(tasks, "taught", "--set", "0", "510").exit_code == 1  # nobody answered
    facts = told(tasks, "taught", "--set", "60", "100", "--yes")
    assert facts["window"] == {"low": 60.0, "high": 100.0}
    facts = told(tasks, "taught", "--set", "0", "255", "--yes")
    assert facts["lost"] > 0.1
    assert "not known any more" in call(tasks, "taught").stdout
    engine = engine_in(tasks)
    assert (engine.open_task("taught").relearning, engine.status("taught").version) == (None, 1)
    engine.close()


def test_one_thing_at_a_time(tasks: Path) -> None:
    result = call(tasks, "new", "--set", "0", "1", "--reset")
    assert result.exit_code == 2 and "got several" in result.stderr
    assert call(tasks, "new", "--set", "5", "1").exit_code == 2
    assert told(tasks, "new")["window"] is None
