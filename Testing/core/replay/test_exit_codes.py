"""How commands end: their codes, sentences instead of tracebacks for what a user can cause, and any terminal."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
import typer
from replay_fakes import FakeFactory, image_set, write_image
from typer.testing import CliRunner

from auxol_core.cli import batch_run, replay_command
from auxol_core.cli.exit_codes import EPILOG
from auxol_core.cli.main import SentenceGroup, app
from auxol_core.errors import StorageFullError
from auxol_core.options import TaskOptions
from auxol_core.taskfile import making
from auxol_core.taskfile.task_file import TaskFile

HASH = "0" * 64
Call = Callable[..., Any]


@pytest.fixture
def factory(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A stand-in for every engine that a command makes; its settings can be changed."""
    made = FakeFactory()
    monkeypatch.setattr(batch_run, "engine_factory", lambda *_: made)
    monkeypatch.setattr(replay_command, "engine_factory", lambda *_: made)
    return made


def call(*arguments: object, charset: str = "utf-8") -> Any:
    return CliRunner(charset=charset).invoke(app, [str(each) for each in arguments])


@pytest.fixture
def setting(tmp_path: Path, factory: Any) -> tuple[Path, list[object]]:
    """A folder of three pictures, and the arguments that segment them."""
    folder = tmp_path / "set"
    for name in ("a", "b", "c"):
        write_image(folder / f"{name}.png", np.zeros((256, 256), np.uint8))
    (tmp_path / "task.auxol").write_bytes(b"a task")
    boxes = [{"image": name, "box": [10, 10, 50, 50]} for name in ("a", "b", "c")]
    (tmp_path / "p.json").write_text(json.dumps(boxes))
    task, prompts = tmp_path / "task.auxol", tmp_path / "p.json"
    return tmp_path, ["segment", folder, "--task", task, "--prompts", prompts, "--out", tmp_path / "out"]


# Codes


def test_done_is_0_and_something_left_out_is_1_and_listed(setting: tuple[Path, list[object]]) -> None:
    folder, arguments = setting
    assert call(*arguments).exit_code == 0
    (folder / "set" / "d.png").write_bytes(b"no picture")
    result = call(*arguments)
    assert result.exit_code == 1
    assert "d: failed: d.png " in result.output and "3 of them by an earlier call" in result.output
    entries = [{"image": "a", "box": [10, 10, 50, 50]}, {"image": "stranger", "box": [1, 1, 9, 9]}]
    (folder / "p.json").write_text(json.dumps(entries))
    result = call(*arguments)
    assert result.exit_code == 1 and "stranger (p.json, line 1)" in result.output


def test_a_replay_of_which_a_file_is_left_out_ends_with_1(tmp_path: Path, factory: Any) -> None:
    folder = image_set(tmp_path / "discs", count=3)
    assert call("replay", folder, "--methods", "shape", "--out", tmp_path / "out").exit_code == 0
    write_image(folder / "images" / "alone.png", np.zeros((256, 256), np.uint8))
    result = call("replay", folder, "--methods", "shape", "--out", tmp_path / "other")
    assert result.exit_code == 1 and "alone.png: no partner in masks/" in result.output


@pytest.mark.parametrize("command", ["segment", "find"])
def test_ctrl_c_ends_with_130_keeps_what_is_done_and_says_so(
    setting: tuple[Path, list[object]], factory: Any, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, arguments = setting
    factory.settings["stop_at"] = 3
    if command == "find":
        arguments = ["find", *arguments[1:4], *arguments[6:]]
        count = iter(range(10))
        find = FakeFactory()(generalist="", data_dir=folder, machine=None).__class__.find

        def stopped(self: Any, task: str, slices: Any, **more: Any) -> Any:
            if next(count) == 2:
                raise KeyboardInterrupt
            return find(self, task, slices, **more)

        monkeypatch.setattr("replay_fakes.FakeEngine.find", stopped)
    result = call(*arguments)
    assert result.exit_code == 130
    assert "Stopped by Ctrl-C: 2 done; see" in result.output
    assert "What is done is kept, and the same command goes on from there" in result.output
    assert sorted(path.name for path in (folder / "out").glob("*.png")) == ["a.png", "b.png"]
    assert not list((folder / "out").glob(".*"))
    assert factory.made[-1].closed
    factory.settings["stop_at"] = None
    again = call(*arguments)
    assert (again.exit_code, "3 done (2 of them by an earlier call)" in again.output) == (0, True)


def test_ctrl_c_at_a_question_is_130_and_no_answer_is_1(monkeypatch: pytest.MonkeyPatch) -> None:
    program = typer.Typer(cls=SentenceGroup, pretty_exceptions_enable=False)
    program.callback()(lambda: None)
    program.command("ask")(lambda: typer.confirm("Really?", abort=True) and None)
    assert CliRunner().invoke(program, ["ask"], input="n\n").exit_code == 1
    assert CliRunner().invoke(program, ["ask"], input="").exit_code == 1

    def stopped(*_: object, **__: object) -> bool:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            raise typer.Abort from None

    monkeypatch.setattr(typer, "confirm", stopped)
    assert CliRunner().invoke(program, ["ask"]).exit_code == 130


def test_every_help_ends_with_the_exit_codes() -> None:
    for command in (
        [],
        ["segment"],
        ["find"],
        ["replay"],
        ["serve"],
        ["doctor"],
        ["task"],
        ["task", "export"],
        ["cache"],
    ):
        result = CliRunner().invoke(app, [*command, "--help"], terminal_width=400)
        assert result.exit_code == 0
        assert "Exit codes: 0 done; 1 nothing wrong" in " ".join(result.output.split()), command
    assert "130 stopped by Ctrl-C" in EPILOG


# Sentences


OPTIONS = [
    (["--window", "Volume"], "window must be task or volume, got 'Volume'"),
    (["--axis", "3"], "axis must be 0 (slices), 1 (rows) or 2 (columns), got 3"),
    (["--axis", "-1"], "axis must be 0 (slices), 1 (rows) or 2 (columns), got -1"),
    (["--threads", "-1"], "threads must be a whole number in 0 .. 1,024, got -1"),
    (["--device", "gpu"], "device must be one of auto, cpu, cuda, got 'gpu'"),
    (["--precision", "half"], "precision must be one of auto, float32, bfloat16, got 'half'"),
]
OF_SEGMENT = [
    (["--seed", "-1"], "seed must be a whole number in 0 .. 2,147,483,647, got -1"),
    (["--jitter", "0.5"], "jitter must be a share of the box in 0 .. 0.5, got 0.5"),
    (["--jitter", "nan"], "jitter must be a share of the box in 0 .. 0.5, got nan"),
    (["--prompt", "polygon"], "The prompt must be one of box, point, scribble, lasso, got 'polygon'"),
]
BATCH = [
    (["--as", "nifti"], "--as labelmap, seg.nrrd, dicom-seg, got 'nifti'"),
]


def _cases() -> list[tuple[str, list[str], str]]:
    of_all = [(command, *each) for command in ("segment", "find", "replay") for each in OPTIONS]
    of_two = [(command, *each) for command in ("segment", "replay") for each in OF_SEGMENT]
    return of_all + of_two + [(command, *each) for command in ("segment", "find") for each in BATCH]


@pytest.mark.parametrize(("command", "options", "words"), _cases())
def test_every_option_is_checked_in_every_command_before_anything_runs(
    tmp_path: Path, factory: Any, command: str, options: list[str], words: str
) -> None:
    folder = image_set(tmp_path / "set", count=1)
    task = ["--task", tmp_path / "t.auxol"] if command != "replay" else []
    prompts = ["--prompts", "auto-from-labels"] if command == "segment" else []
    result = call(command, folder, *task, *prompts, *options, "--out", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
    assert not factory.made and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--format", "yolo"], "--format must be one of auxol, coco, medsam, got 'yolo'"),
        (["--label", "2"], "--label says how prompts are drawn from labels"),
        (["--jitter", "0.1", "--prompt", "point"], "--prompt, --jitter says how prompts are drawn"),
    ],
)
def test_options_that_would_have_no_effect_are_refused(
    setting: tuple[Path, list[object]], options: list[str], words: str
) -> None:
    result = call(*setting[1], *options)
    assert result.exit_code == 2 and words in result.stderr


def test_a_switch_of_a_preset_takes_no_word_that_means_neither(tmp_path: Path, factory: Any) -> None:
    result = call(
        "replay", image_set(tmp_path / "set", count=1), "--auxol", "use_proposal=falsch", "--out", tmp_path / "o"
    )
    assert result.exit_code == 2 and "--auxol use_proposal takes true or false, got 'falsch'" in result.stderr


def test_an_out_that_cannot_be_a_folder_is_a_sentence_in_every_command(
    setting: tuple[Path, list[object]], factory: Any
) -> None:
    folder, arguments = setting
    (folder / "file").write_bytes(b"mine")
    replayed = image_set(folder / "discs", count=1)
    for out in (folder / "file", folder / "file" / "below"):
        for command in (
            arguments[:-1],
            ["find", *arguments[1:4], "--out"],
            ["replay", replayed, "--methods", "shape", "--out"],
        ):
            result = call(*command, out)
            assert (result.exit_code, result.exception.__class__) == (2, SystemExit), result.output
            assert f"--out {out} is no folder, or a file is in its way" in result.stderr
    cache = call("replay", replayed, "--methods", "shape", "--out", folder / "o", "--cache", folder / "file")
    assert cache.exit_code == 2 and "file: the system refused" in cache.stderr
    assert (folder / "file").read_bytes() == b"mine" and not factory.made


def test_what_the_system_refuses_is_a_sentence_with_the_file_and_a_broken_pipe_is_quiet() -> None:
    program = typer.Typer(cls=SentenceGroup, pretty_exceptions_enable=False)
    program.callback()(lambda: None)

    @program.command()
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/data/x.csv")

    @program.command()
    def head() -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    result = CliRunner().invoke(program, ["full"])
    assert result.exit_code == 2
    assert result.stderr.startswith("/data/x.csv: the system refused (No space left on device). Check the path")
    quiet = CliRunner().invoke(program, ["head"])
    assert (quiet.exit_code, quiet.output) == (1, "")


# Terminals that are not UTF-8


@pytest.mark.parametrize("charset", ["ascii", "cp1252", "utf-8"])
def test_names_that_a_terminal_cannot_show_end_no_command(setting: tuple[Path, list[object]], charset: str) -> None:
    folder, arguments = setting
    (folder / "set" / "a.png").rename(folder / "set" / "\u65e5\u672c \u00fc.png")
    result = call(*arguments, charset=charset)
    assert result.exit_code == 1, result.stdout_bytes
    assert b"2 done, 1 no prompts" in result.stdout_bytes
    name = "\u65e5\u672c \u00fc: no prompts".encode(charset, "replace")
    assert name in result.stdout_bytes


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
@pytest.mark.parametrize("command", [["list"], ["list", "--json"], ["info", "\u65e5\u672c"]])
def test_a_task_named_in_another_script_is_listed_on_every_terminal(
    tmp_path: Path, encoding: str, command: list[str]
) -> None:
    path = tmp_path / "\u65e5\u672c.auxol"
    TaskFile.create(
        path, name="\u65e5\u672c", options=TaskOptions(), generalist="builtin", generalist_hash=HASH
    ).close()
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    arguments = [sys.executable, "-m", "auxol_core.cli.main", "task", *command, "--data-dir", str(tmp_path)]
    result = subprocess.run(arguments, env=environment, capture_output=True, check=False, timeout=120)
    assert (result.returncode, result.stderr) == (0, b""), result.stderr.decode()
    assert b"builtin" in result.stdout


# Full disks


def test_a_full_temporary_folder_is_named(
    setting: tuple[Path, list[object]], factory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, arguments = setting
    monkeypatch.setattr("tempfile.tempdir", str(folder))

    def full(*_: object) -> None:
        raise StorageFullError("Expected room to write segment.auxol")

    monkeypatch.setattr("replay_fakes.FakeEngine.import_task", full)
    result = call(*arguments)
    assert result.exit_code == 2
    assert f"The temporary folder {folder / 'auxol-batch-'}" in result.stderr and "TMPDIR" in result.stderr
    monkeypatch.setattr("tempfile.tempdir", str(folder / "none"))
    result = call(*arguments)
    assert result.exit_code == 2 and f"The folder {folder / 'none'} cannot be used" in result.stderr


@pytest.mark.parametrize("room", [0, 512, 5000, 20_000, 40_000])
def test_an_export_to_a_full_disk_names_the_copy_and_leaves_nothing(
    tmp_path: Path, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = pytest.importorskip("resource", reason="no limits on the size of files there")
    monkeypatch.setattr(making, "STEP_BYTES", 4096)
    path = tmp_path / "tasks" / "liver.auxol"
    path.parent.mkdir()
    TaskFile.create(path, name="liver", options=TaskOptions(), generalist="builtin", generalist_hash=HASH).close()
    before = path.read_bytes()
    assert room < len(before), "the copy would fit"
    target = tmp_path / "full"
    target.mkdir()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        result = call("task", "export", "liver", target / "x.auxol", "--data-dir", path.parent)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert result.exit_code == 2
    assert f"{target / 'x.auxol'} could not be written: the disk of {target} is full or failing" in result.stderr
    assert "liver.auxol" not in result.stderr
    assert list(target.iterdir()) == []
    assert path.read_bytes() == before


def test_the_mask_of_a_picture_can_be_read_after_all_this(setting: tuple[Path, list[object]]) -> None:
    folder, arguments = setting
    call(*arguments)
    mask = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / "out" / "a.png")))
    assert (mask.shape, int(mask.sum())) == ((256, 256), 1600)
