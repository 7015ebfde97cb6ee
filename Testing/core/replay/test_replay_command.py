"""The commands themselves: options, tables, exit codes, through typer with an engine without a model."""

from __future__ import annotations

import json

import numpy as np
import pytest
import SimpleITK as sitk
import typer
from replay_fakes import FakeFactory, image_set, volume_set
from shifting_preset import ShiftOptions, shifting
from typer.testing import CliRunner

from auxol_core.cli import batch_run, find_command, replay_command, segment_command
from auxol_core.errors import DataError, InvalidInputError


@pytest.fixture
def factory(monkeypatch):
    made = FakeFactory()
    monkeypatch.setattr(replay_command, "engine_factory", lambda *kind: made)
    monkeypatch.setattr(batch_run, "engine_factory", lambda *kind: made)
    return made


@pytest.fixture
def invoke():
    app = typer.Typer()
    app.command("replay")(replay_command.replay)
    app.command("segment")(segment_command.segment)
    app.command("find")(find_command.find)
    return lambda *arguments: CliRunner().invoke(app, [str(a) for a in arguments])


def test_replay_prints_the_table_and_where_the_picture_is(tmp_path, factory, invoke):
    folder = image_set(tmp_path / "discs_of_a_long_name", count=4)
    result = invoke("replay", folder, "--methods", "shape,generalist,auxol", "--limit", 3, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "discs_of_a_long_name" in result.output
    assert "auxol - generalist" in result.output
    assert str(tmp_path / "out" / "curve.png") in result.output
    assert "…" not in result.output
    assert len(json.loads((tmp_path / "out" / "summary.json").read_text())) == 3


def test_replay_finds_without_a_prompt_before_it_corrects(tmp_path, factory, invoke):
    folder = volume_set(tmp_path / "volumes", count=2)
    chosen = ("--methods", "shape,auxol,auxol-frozen", "--label", 1)
    result = invoke("replay", folder, "--find", *chosen, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    (entry,) = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (entry["method"], entry["prompt"]) == ("auxol-find", "find")
    assert (entry["n_images"], entry["n_corrections"]) == (20, 20), "4 of 24 slices have too small a piece alone"
    engine = factory.made[-1]
    assert [verb for verb, *_ in engine.log if verb in ("find", "correct")] == ["find", "correct"] * 20
    assert not engine.of("predict")
    saved = [mask for _, _, mask in engine.of("correct")]
    assert 0 < sum(mask.any() for mask in saved) < 20, "slices without the structure are among them"
    assert factory.machines[-1].locating
    result = invoke("replay", folder, "--find", "--methods", "shape", "--label", 1, "--out", tmp_path / "other")
    assert result.exit_code == 1 and "Only a method that learns" in str(result.exception)


def test_find_goes_through_every_file_and_says_what_failed(tmp_path, factory, invoke):
    folder = image_set(tmp_path / "data", count=2)
    (folder / "images" / "broken.png").write_bytes(b"no picture")
    (tmp_path / "task.auxol").write_bytes(b"a task")
    result = invoke("find", folder, "--task", tmp_path / "task.auxol", "--out", tmp_path / "out", "--several")
    assert result.exit_code == 1
    assert "2 done, 1 failed" in result.output or "1 failed, 2 done" in result.output
    assert "broken: failed" in result.output
    assert (tmp_path / "out" / "case00.png").exists() and (tmp_path / "out" / "case00.csv").exists()
    assert {several for _, _, several in factory.made[-1].of("find")} == {True}


def test_every_option_of_the_studies_reaches_the_replay(tmp_path, factory, invoke):
    folder = volume_set(tmp_path / "hippocampus", count=2)
    result = invoke(
        *("replay", folder, "--generalist", "builtin", "--methods", "paper,auxol", "--prompt", "box", "--jitter", 0.05),
        *("--shift", 0.05, "--feedback", 2, "--review-below", 0.99, "--noise", "either:0.1", "--label", "anterior"),
        *("--sequence", "hippocampus/anterior,hippocampus/anterior", "--limit", 3, "--seed", 4, "--axis", 1),
        *("--window", "volume", "--threads", 1, "--precision", "float32", "--paper-memory", "fifo"),
        *("--auxol", "steps=2", "--auxol", "use_proposal=false", "--progress", "--out", tmp_path / "out"),
    )
    assert result.exit_code == 0, result.output
    entry = json.loads((tmp_path / "out" / "summary.json").read_text())[0]
    assert entry["dataset"] == "hippocampus/anterior#1"
    expected = {"jitter": 0.05, "shift": 0.05, "feedback": 2, "review_below": 0.99, "noise": "either:0.1", "seed": 4}
    assert {name: entry[name] for name in expected} == expected
    options = factory.made[-1].options["replay"]
    assert (options.seed, options.paper.memory) == (4, "fifo")
    assert (options.auxol.steps, options.auxol.use_proposal) == (2, False)


def test_a_preset_that_was_registered_is_a_method_with_options_of_its_own(tmp_path, factory, invoke):
    folder = image_set(tmp_path / "discs", count=2)
    with shifting():
        for number, rate in enumerate((2.0, 3.0)):
            result = invoke(
                *("replay", folder, "--methods", "shifting,shifting-frozen", "--out", tmp_path / "out"),
                *("--preset-option", f"shifting.rate={rate}"),
            )
            assert result.exit_code == 0, result.output
            # Other options, other runs: nothing of the first is read back from the cache.
            assert len(factory.made) == (number + 1) * 3
            assert factory.made[-1].options["replay"].own == ShiftOptions(rate=rate)
        bad = [invoke("replay", folder, "--preset-option", text) for text in ("shifting.speed=3", "auxol.steps=3", "x")]
    bad.append(invoke("replay", folder, "--preset-option", "shifting.rate=3"))
    assert all(isinstance(each.exception, InvalidInputError) for each in bad)


def test_ctrl_c_ends_with_code_130_and_files_that_can_be_used(tmp_path, invoke, monkeypatch):
    monkeypatch.setattr(replay_command, "engine_factory", lambda kind: FakeFactory(stop_at=3))
    folder = image_set(tmp_path / "discs", count=4)
    result = invoke("replay", folder, "--methods", "generalist", "--out", tmp_path / "out")
    assert result.exit_code == 130
    assert "partial" in result.output
    assert json.loads((tmp_path / "out" / "summary.json").read_text())[0]["n_images"] == 2


def test_an_empty_folder_and_a_bad_option_are_errors_of_ours(tmp_path, factory, invoke):
    assert isinstance(invoke("replay", tmp_path, "--out", tmp_path / "out").exception, DataError)
    folder = image_set(tmp_path / "discs", count=1)
    for bad in (("--noise", "much"), ("--prompt", "polygon"), ("--methods", "magic"), ("--auxol", "speed=3")):
        assert isinstance(invoke("replay", folder, *bad, "--out", tmp_path / "out").exception, InvalidInputError)


def test_drawn_prompts_are_answered_by_every_method_but_plain_shapes(tmp_path, factory, invoke):
    folder = image_set(tmp_path / "discs", count=2)
    for kind in ("scribble", "lasso"):
        result = invoke("replay", folder, "--prompt", kind, "--methods", "shape,auxol", "--out", tmp_path / kind)
        assert result.exit_code == 0, result.output
        assert f"shape is skipped: it does not answer {kind} prompts." in result.output
        entries = json.loads((tmp_path / kind / "summary.json").read_text())
        assert [(entry["method"], entry["prompt"]) for entry in entries] == [("auxol", kind)]


def test_segment_writes_masks_and_says_what_failed(tmp_path, factory, invoke):
    folder = volume_set(tmp_path / "set", count=2)
    task = tmp_path / "task.auxol"
    task.write_bytes(b"a task")
    prompts = tmp_path / "prompts.json"
    boxes = [{"image": "vol0", "slice": 5, "box": [5, 5, 20, 20]}, {"image": "stranger", "box": [0, 0, 9, 9]}]
    prompts.write_text(json.dumps(boxes))
    result = invoke("segment", folder, "--task", task, "--prompts", prompts, "--out", tmp_path / "out")
    assert result.exit_code == 1, result.output
    assert "1 done, 1 no prompts" in result.output
    assert "stranger (prompts.json, line 1)" in result.output
    mask = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "out" / "vol0.nii.gz")))
    assert np.flatnonzero(mask.any(axis=(1, 2))).tolist() == [5]
    again = invoke("segment", folder, "--task", task, "--prompts", prompts, "--out", tmp_path / "out")
    assert "1 of them by an earlier call" in again.output


def test_segment_from_labels_ends_with_code_1_where_a_volume_fails(tmp_path, factory, invoke):
    folder = volume_set(tmp_path / "set", count=2)
    task = tmp_path / "task.auxol"
    task.write_bytes(b"a task")
    path = folder / "volumes" / "vol1.nii.gz"
    path.write_bytes(path.read_bytes()[:3000])
    arguments = ("--task", task, "--prompts", "auto-from-labels", "--label", "2", "--out", tmp_path / "out")
    result = invoke("segment", folder, *arguments)
    assert result.exit_code == 1
    assert "1 done" in result.output and "Left out: vol1" in result.output
    assert (tmp_path / "out" / "vol0.nii.gz").exists()
