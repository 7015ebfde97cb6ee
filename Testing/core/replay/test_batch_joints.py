"""What a stranger found at the joints of the batch commands: nothing is done silently, and nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import cv2
import numpy as np
import pytest
import SimpleITK as sitk
from filelock import FileLock
from replay_fakes import FakeEngine
from test_batch_segment import lines_of, run

from auxol_core.errors import DataError, InvalidInputError
from auxol_core.imaging.files import file_hash
from auxol_core.replay import scratch as scratch_module
from auxol_core.replay.batch import BatchOptions, find_sources, segment_all
from auxol_core.replay.batch_find import find_all
from auxol_core.replay.batch_prompts import PlacedPrompt
from auxol_core.replay.scratch import TERMINATED, scratch
from auxol_core.types import Box, Prompt

BOX = Prompt(Box(5, 5, 30, 30))


@pytest.fixture
def task(tmp_path):
    path = tmp_path / "t.auxol"
    path.write_bytes(b"a task")
    return path


def volume(path, seed=0, nan=()):
    path.parent.mkdir(exist_ok=True, parents=True)
    voxels = np.random.default_rng(seed).normal(40, 15, (4, 64, 64)).astype(np.float32)
    for index in nan:
        voxels[index, 30, 30] = np.nan
    sitk.WriteImage(sitk.GetImageFromArray(voxels), str(path))
    return path


def find(folder, task, out, engine=None):
    return list(find_all(find_sources(folder), engine or FakeEngine(), task, out, BatchOptions()))


@pytest.mark.parametrize("name", ["v.mhd", "v.nrrd"])
def test_a_volume_whose_voxels_lie_beside_its_header_is_another_one_when_they_change(tmp_path, name):
    path = volume(tmp_path / "set" / "v.mhd")
    raw = path.with_suffix(".raw")
    if name == "v.nrrd":
        header = "NRRD0004\ntype: float\ndimension: 3\nsizes: 64 64 4\nencoding: raw\nendian: little\n"
        path = path.with_suffix(".nrrd")
        path.write_text(f"{header}data file: {raw.name}\n", encoding="utf-8")
    before = file_hash(path)
    data = bytearray(raw.read_bytes())
    data[100] ^= 1
    raw.write_bytes(bytes(data))
    assert file_hash(path) != before


def test_files_that_a_header_lists_or_counts_belong_to_it_too(tmp_path):
    for number in range(1, 4):
        (tmp_path / f"s{number}.raw").write_bytes(bytes([number]))
    head = "NDims = 3\nDimSize = 1 1 3\nElementType = MET_UCHAR\nElementDataFile = "
    listed, counted = tmp_path / "l.mhd", tmp_path / "c.mhd"
    listed.write_text(f"{head}LIST\ns1.raw\ns2.raw\ns3.raw\n", encoding="utf-8")
    counted.write_text(f"{head}s%d.raw 1 3 1\n", encoding="utf-8")
    before = file_hash(listed), file_hash(counted)
    (tmp_path / "s3.raw").write_bytes(b"x")
    assert file_hash(listed) != before[0] and file_hash(counted) != before[1]


def test_a_slice_that_holds_no_numbers_is_left_out_and_named_and_the_others_are_done(tmp_path, task):
    folder, out = tmp_path / "set", tmp_path / "out"
    volume(folder / "v.nrrd", nan=(1,))
    ((line, _),) = find(folder, task, out)
    assert line.status == "done" and "left out: 1." in line.warning
    told = (out / "v.csv").read_text(encoding="utf-8").splitlines()
    assert len(told) == 5 and "no numbers" in told[2]
    prompts = {"v": [PlacedPrompt(1, BOX), PlacedPrompt(2, BOX)]}
    run(find_sources(folder), prompts, task, tmp_path / "out2", FakeEngine())
    (row,) = lines_of(tmp_path / "out2")
    assert (row["status"], row["slices"]) == ("done", "1") and "left out: 1." in row["warning"]


def test_where_nothing_is_found_it_is_said_that_the_greys_are_others(tmp_path, task):
    class Blind(FakeEngine):
        def find(self, task, slices, **more):
            for item in super().find(task, slices, **more):
                yield replace(item, proposal=None, reason="nothing here")

        def predict(self, *arguments, **more):
            told = "99% of what surrounds the prompt lies above the task's grey window."
            return replace(super().predict(*arguments, **more), warning=told)

    volume(tmp_path / "set" / "v.nrrd")
    ((line, _),) = find(tmp_path / "set", task, tmp_path / "out", Blind())
    assert line.warning == "99% of its middle slice lies above the task's grey window."


def test_two_calls_do_not_write_one_table(tmp_path, task):
    volume(tmp_path / "set" / "v.nrrd")
    out = tmp_path / "out"
    out.mkdir()
    with FileLock(out / ".segments.csv.lock"), pytest.raises(InvalidInputError, match="Another call"):
        find(tmp_path / "set", task, out)
    assert len(find(tmp_path / "set", task, out)) == 1
    assert not list(out.glob(".*"))


def test_what_a_killed_call_left_half_made_goes_with_the_next(tmp_path, task):
    volume(tmp_path / "set" / "v.nrrd")
    out = tmp_path / "out"
    half = out / f".{'0' * 16}.partial"
    half.mkdir(parents=True)
    (half / "v.nrrd").write_bytes(b"half")
    find(tmp_path / "set", task, out)
    assert not half.exists()


def test_a_mask_of_an_earlier_call_is_named_where_its_prompts_are_gone(tmp_path, task):
    folder, out = tmp_path / "set", tmp_path / "out"
    folder.mkdir()
    for name in "ab":
        cv2.imwrite(str(folder / f"{name}.png"), np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8))
    both = {name: [PlacedPrompt(None, BOX)] for name in "ab"}
    run(find_sources(folder), both, task, out, FakeEngine())
    run(find_sources(folder), {"a": both["a"]}, task, out, FakeEngine())
    status = {row["name"]: row["status"] for row in lines_of(out)}
    assert status == {"a": "done", "b": "no prompts (b.png there: of an earlier call)"}
    assert (out / "b.png").exists()


def test_pieces_too_small_for_a_prompt_are_counted(tmp_path, task):
    folder = tmp_path / "set"
    path = volume(folder / "v.nrrd")
    truth = np.zeros((4, 64, 64), np.uint8)
    truth[1, 10:40, 10:40] = truth[1, 50:53, 50:53] = truth[2, 5:8, 5:8] = 1
    sitk.WriteImage(sitk.GetImageFromArray(truth), str(tmp_path / "l.nrrd"))
    (source,) = find_sources(folder)
    source = replace(source, labels=tmp_path / "l.nrrd", value=1)
    ((line, _),) = segment_all([source], None, FakeEngine(), task, tmp_path / "out", BatchOptions())
    assert line.slices == 1 and "got no prompt: " in line.warning and path.exists()
    truth[1] = 0
    sitk.WriteImage(sitk.GetImageFromArray(truth), str(tmp_path / "l.nrrd"))
    ((line, _),) = segment_all([source], None, FakeEngine(), task, tmp_path / "out2", BatchOptions())
    assert line.status.startswith("no prompts: Pieces")


def test_a_folder_that_is_not_there_is_said_to_be_so(tmp_path):
    with pytest.raises(DataError, match="is not there"):
        find_sources(tmp_path / "nix")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataError, match="is a file"):
        find_sources(tmp_path / "file")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
def test_sigterm_takes_the_copy_of_the_task_along(tmp_path):
    code = (
        "import time\nfrom auxol_core.replay.scratch import scratch\n"
        "with scratch('auxol-try-') as folder:\n    print(folder, flush=True)\n    time.sleep(60)\n"
    )
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=env, text=True) as process:
        assert process.stdout is not None
        folder = process.stdout.readline().strip()
        assert os.path.isdir(folder)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == TERMINATED
    assert not os.path.exists(folder)


def test_what_a_killed_process_left_is_swept_after_a_day_and_no_sooner(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch_module.tempfile, "tempdir", str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    owners = ((gone.pid, "old"), (gone.pid, "new"), (os.getpid(), "me"))
    old, young, living = (tmp_path / f"auxol-try-{pid}-{name}" for pid, name in owners)
    for folder in (old, young, living):
        folder.mkdir()
    for folder in (old, living):
        os.utime(folder, (time.time() - 2 * 86_400,) * 2)
    with scratch("auxol-try-"):
        pass
    assert (old.exists(), young.exists(), living.exists()) == (False, True, True)


def test_ctrl_c_while_the_program_is_still_coming_up_is_no_traceback():
    code = (
        "import builtins, sys\nreal = builtins.__import__\n"
        "def stopped(name, *more):\n"
        "    if name == 'auxol_core.cli.main':\n        raise KeyboardInterrupt\n"
        "    return real(name, *more)\n"
        "builtins.__import__ = stopped\nfrom auxol_core.cli.entry import run\nrun()\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr.strip()) == (130, "Stopped by Ctrl-C.")
