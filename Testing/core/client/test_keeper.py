"""The keeper: a program of its own that puts corrections on the disk, whole or not at all."""

from __future__ import annotations

import errno
import io
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from auxol_core.client import keeper
from auxol_core.client.keeper import frame
from auxol_core.client.kept import KeptCorrection, bytes_of
from auxol_core.client.outbox import Outbox

POSIX = pytest.mark.skipif(os.name != "posix", reason="file modes and signals are POSIX's")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "Aufgaben é" / "outbox"


@pytest.fixture
def program(folder: Path, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """By its path, in a folder and with a path where nothing of ours can be imported."""
    command = [sys.executable, "-I", keeper.__file__, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path) as process:
        yield process
        process.kill()


def tell(program: subprocess.Popen[bytes], data: bytes) -> None:
    assert program.stdin is not None
    program.stdin.write(data)
    program.stdin.flush()


def answer(program: subprocess.Popen[bytes]) -> str:
    assert program.stdout is not None
    return program.stdout.readline().decode().rstrip("\n")


def correction(number: int) -> KeptCorrection:
    return KeptCorrection("this machine", "liver", f"c{number}", "a slice", np.eye(64, dtype=bool))


def test_what_it_says_it_kept_is_in_the_outbox(program: subprocess.Popen[bytes], folder: Path) -> None:
    for number in (1, 2):
        kept = correction(number)
        tell(program, frame(kept.file_name, bytes_of(kept)))
        assert answer(program) == f"kept {kept.file_name}"
        found = Outbox(folder).read(kept.file_name)
        assert found is not None and found.correction_id == kept.correction_id
    assert Outbox(folder).names() == [correction(1).file_name, correction(2).file_name]


@POSIX
def test_nobody_else_may_read_what_it_writes(program: subprocess.Popen[bytes], folder: Path) -> None:
    tell(program, frame("a.correction", b"of a patient"))
    assert answer(program) == "kept a.correction"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "a.correction").stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_is_told_and_the_next_is_tried(
    program: subprocess.Popen[bytes], folder: Path
) -> None:
    folder.parent.mkdir()
    folder.write_text("a file where the folder should be")
    tell(program, frame("a.correction", b"one"))
    assert answer(program).startswith("failed a.correction ")
    folder.unlink()
    tell(program, frame("a.correction", b"one"))
    assert answer(program) == "kept a.correction"


def test_when_its_input_ends_it_finishes_what_came_whole_and_drops_the_rest(
    program: subprocess.Popen[bytes], folder: Path
) -> None:
    tell(program, frame("a.correction", b"whole") + frame("b.correction", b"half of it")[:-3])
    assert program.stdin is not None
    program.stdin.close()
    assert program.wait(20) == 0
    assert [path.name for path in folder.iterdir()] == ["a.correction"]


@POSIX
@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP"])
def test_what_stops_slicer_does_not_stop_it(program: subprocess.Popen[bytes], name: str) -> None:
    tell(program, frame("a.correction", b"one"))
    answer(program)
    program.send_signal(getattr(signal, name))
    tell(program, frame("b.correction", b"two"))
    assert answer(program) == "kept b.correction"


@pytest.mark.parametrize("name", ["../a.correction", "/a", "", "a" * 300])
def test_a_name_that_leads_elsewhere_is_written_nowhere(
    program: subprocess.Popen[bytes], folder: Path, name: str
) -> None:
    tell(program, frame(name, b"one"))
    assert answer(program) == ""  # it has left
    assert program.wait(20) != 0
    assert not list(folder.parent.rglob("*.correction"))


def write(program: subprocess.Popen[bytes], wanted: list[KeptCorrection]) -> None:
    """More than a pipe holds, until nobody reads it any more."""
    with suppress(BrokenPipeError):
        for kept in wanted:
            tell(program, frame(kept.file_name, bytes_of(kept)))


@pytest.mark.parametrize("pause_s", [0.0, 0.001, 0.003, 0.01, 0.03])
def test_killed_in_the_middle_nothing_half_is_taken(
    program: subprocess.Popen[bytes], folder: Path, pause_s: float
) -> None:
    first = correction(0)
    tell(program, frame(first.file_name, bytes_of(first)))
    answer(program)
    wanted = [KeptCorrection("this machine", "liver", f"k{n}", "s", np.ones((2048, 2048), bool)) for n in range(20)]
    writing = threading.Thread(target=write, args=(program, wanted))
    writing.start()
    time.sleep(pause_s)
    program.kill()
    program.wait(20)
    writing.join(20)
    for name in Outbox(folder).names():
        assert Outbox(folder).read(name) is not None, f"{name} is not whole"
    assert not list(folder.glob("*.damaged"))
    assert first.file_name in Outbox(folder).names()


@POSIX
def test_a_disk_that_cannot_sync_a_folder_keeps_what_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As some network disks: the file's own sync works, the folder's is an invalid argument."""
    real = os.fsync

    def fsync(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    answers = io.BytesIO()
    keeper.keep(tmp_path, io.BytesIO(keeper.frame("a.correction", b"x")), answers)
    assert answers.getvalue() == b"kept a.correction\n"
