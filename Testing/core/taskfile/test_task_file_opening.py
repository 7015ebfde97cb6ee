from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from task_samples import HASH, lesson, new_task, process_environment, publish, reopened, run_lines, teach

from auxol_core import __version__
from auxol_core.errors import (
    InvalidInputError,
    NotFoundError,
    TaskFileCorruptError,
    TaskFileError,
    TaskFileGeneralistError,
    TaskFileLockedError,
    TaskFileVersionError,
    UnavailableError,
)
from auxol_core.options import AuxolOptions, PaperOptions, TaskOptions
from auxol_core.taskfile import schema
from auxol_core.taskfile.owner import owner_path, read_owner
from auxol_core.taskfile.schema import FORMAT_VERSION
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import IntensityWindow

OPEN_AND_SAY = """
import sys
from pathlib import Path
from task_samples import reopened
try:
    reopened(Path(sys.argv[1])).close()
    print("opened")
except Exception as error:
    print(type(error).__name__, error)
"""

HOLD = """
import sys, time
from pathlib import Path
from task_samples import reopened
task = reopened(Path(sys.argv[1]))
print("open", flush=True)
time.sleep(60)
"""


def _full_task(path: Path) -> None:
    with new_task(path) as task:
        teach(task, "a")
        publish(task, "a")


def _run_sql(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(sql)
        connection.commit()


def test_a_task_is_reopened_as_it_was_made(path: Path) -> None:
    options = TaskOptions(
        preset="paper",
        window=IntensityWindow(-160.0, 240.0),
        seed=3,
        paper=PaperOptions(memory="fifo"),
        auxol=AuxolOptions(steps=2, budget_s=1),
    )
    new_task(path, options).close()
    with reopened(path) as task:
        assert (task.name, task.generalist, task.generalist_hash) == ("Leber, portal", "builtin", HASH)
        assert task.options == options
        assert (task.current_version, task.corrections(), task.updates()) == (0, [], [])


def test_only_the_file_itself_is_left_when_it_is_closed(path: Path) -> None:
    _full_task(path)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_the_window_is_that_of_the_lessons_once_there_are_any(task: TaskFile, path: Path) -> None:
    window = IntensityWindow(0.0, 255.0)
    assert task.window is None
    task.set_window(IntensityWindow(0.0, 1.0))
    task.set_window(window)
    task.add_correction("a", "slice", False, [lesson(1)])
    task.set_window(window)
    with pytest.raises(InvalidInputError, match="window of the task's lessons"):
        task.set_window(IntensityWindow(0.0, 1.0))
    task.close()
    with reopened(path) as again:
        assert again.options.window == window


def test_a_file_that_exists_is_never_made_over(path: Path) -> None:
    path.write_bytes(b"somebody's letters")
    with pytest.raises(InvalidInputError, match="exists"):
        new_task(path)
    assert path.read_bytes() == b"somebody's letters"


@pytest.mark.parametrize("name", ["", "a/b", "..", "a\\b", "C:", "con", "x" * 101, "肝" * 70, "a\nb", " a", "a."])
def test_a_name_that_cannot_be_a_files_is_refused(name: str, path: Path) -> None:
    with pytest.raises(InvalidInputError, match="name"):
        TaskFile.create(path, name=name, options=TaskOptions(), generalist="builtin", generalist_hash=HASH)
    assert not path.exists()


def test_a_generalists_path_is_never_stored(path: Path) -> None:
    with pytest.raises(InvalidInputError, match="never by path"):
        TaskFile.create(path, name="a", options=TaskOptions(), generalist="/home/me/sam.pth", generalist_hash=HASH)


def test_a_missing_file_and_a_missing_folder_are_said(path: Path) -> None:
    with pytest.raises(NotFoundError, match="found none"):
        reopened(path)
    with pytest.raises(TaskFileError, match="permissions"):
        new_task(path.parent / "nowhere" / "a")


def test_a_closed_task_says_so(task: TaskFile) -> None:
    task.close()
    task.close()
    with pytest.raises(UnavailableError, match="Open the task again"):
        task.corrections()
    with pytest.raises(UnavailableError, match="Open the task again"):
        teach(task, "a")


def test_the_same_process_cannot_open_it_twice(task: TaskFile, path: Path) -> None:
    link = path.parent / "link"
    link.symlink_to(path)
    for name in (path, link):
        with pytest.raises(TaskFileLockedError, match="this program"):
            reopened(name)
    assert run_lines(OPEN_AND_SAY, path).stdout.startswith("TaskFileLockedError"), "the refused opening freed the lock"
    task.close()
    reopened(path).close()


def test_a_second_process_is_told_who_has_it(task: TaskFile, path: Path) -> None:
    owner = read_owner(path)
    assert owner is not None
    said = run_lines(OPEN_AND_SAY, path).stdout
    assert said.startswith("TaskFileLockedError")
    assert f"process {os.getpid()} on {owner.host}, since {owner.since}" in said
    assert "stale" not in said
    teach(task, "a")
    task.close()
    assert run_lines(OPEN_AND_SAY, path).stdout == "opened\n"


@pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
def test_a_killed_owner_blocks_nobody_and_its_note_is_overwritten(path: Path) -> None:
    new_task(path).close()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], env=process_environment(), stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(TaskFileLockedError, match=f"process {holder.pid} on"):
            reopened(path)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    stale = read_owner(path)
    assert stale is not None
    assert stale.gone
    assert "stale" in str(stale)
    with reopened(path):
        now = read_owner(path)
        assert now is not None
        assert (now.pid, now.gone) == (os.getpid(), False)


@pytest.mark.parametrize("note", ["", "{}", "[1]", '{"pid": "x", "host": "h", "since": "s"}'])
def test_a_note_that_cannot_be_read_hinders_nobody(note: str, path: Path) -> None:
    new_task(path).close()
    owner_path(path).write_text(note)
    assert read_owner(path) is None
    with reopened(path):
        assert json.loads(owner_path(path).read_text())["pid"] == os.getpid()


@pytest.mark.parametrize("length", [0, 1, 50, 100, 4096, 5000, 4096 * 3, -4096, -1])
def test_a_truncated_file_is_refused_and_left_as_it_is(length: int, path: Path) -> None:
    _full_task(path)
    rest = path.read_bytes()[:length]
    path.write_bytes(rest)
    with pytest.raises(TaskFileCorruptError, match=r"Leber, portäl 肝\.auxol .*restore a copy"):
        reopened(path)
    assert path.read_bytes() == rest


def test_random_bytes_are_refused_and_left_as_they_are(path: Path) -> None:
    noise = bytes(range(256)) * 40
    path.write_bytes(noise)
    with pytest.raises(TaskFileCorruptError, match="not a database"):
        reopened(path)
    assert path.read_bytes() == noise


def test_a_page_of_noise_in_the_middle_is_noticed(path: Path) -> None:
    with new_task(path) as task:
        for number in range(40):
            teach(task, f"correction {number}")
    data = bytearray(path.read_bytes())
    for page in range(1, len(data) // 4096):
        data[page * 4096 : page * 4096 + 200] = bytes(200 * [0xA5])
    path.write_bytes(data)
    with pytest.raises(TaskFileCorruptError):
        reopened(path)


def test_a_changed_byte_of_a_crop_or_of_weights_is_noticed_when_it_is_read(path: Path) -> None:
    with new_task(path) as task:
        task.add_correction("a", "slice", False, [lesson(201)])
        publish(task, "a")
    data = bytearray(path.read_bytes())
    at = data.index(b'{"__metadata__"')
    while at >= 0:
        data[at + 80] ^= 1
        at = data.find(b'{"__metadata__"', at + 1)
    path.write_bytes(data)
    with reopened(path) as task:
        with pytest.raises(TaskFileCorruptError, match="lesson 'a#0'"):
            task.lessons()["a#0"]
        with pytest.raises(TaskFileCorruptError, match="version 1"):
            task.snapshot(1)


def test_another_database_is_refused_and_left_as_it_is(path: Path) -> None:
    _run_sql(path, "CREATE TABLE bookmarks (url TEXT)")
    before = path.read_bytes()
    with pytest.raises(TaskFileCorruptError, match="application id"):
        reopened(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(("version", "remedy"), [(FORMAT_VERSION + 1, "Update this program"), (0, "that wrote it")])
def test_another_format_names_both_and_the_remedy(version: int, remedy: str, path: Path) -> None:
    new_task(path).close()
    _run_sql(path, f"PRAGMA user_version={version}")
    with pytest.raises(TaskFileVersionError, match=f"format {FORMAT_VERSION}.* format {version}.*{remedy}"):
        reopened(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("json_set(options, '$.auxol.sparkle', 1)", r"option auxol\.sparkle.*version .*version .*Update this program"),
        ("json_set(options, '$.sparkle', 1)", r"option sparkle"),
        ("json_set(options, '$.learning', 'yes')", "learning"),
        ("json_set(options, '$.auxol.steps', 0)", "steps"),
        ("'{'", "options"),
    ],
)
def test_options_of_another_program_are_not_guessed(change: str, said: str, path: Path) -> None:
    new_task(path).close()
    _run_sql(path, f"UPDATE task SET options = {change}")
    with pytest.raises(TaskFileVersionError, match=said):
        reopened(path)
    path.unlink()  # nothing holds it


def test_an_option_that_the_file_does_not_know_has_its_default(path: Path) -> None:
    new_task(path, TaskOptions(seed=3, auxol=AuxolOptions(steps=7))).close()
    for option in ("'$.auxol.batch'", "'$.paper'", "'$.learning'"):
        _run_sql(path, f"UPDATE task SET options = json_remove(options, {option})")
    with reopened(path) as task:
        assert task.options == TaskOptions(seed=3, auxol=AuxolOptions(steps=7))


def test_a_task_opens_in_a_program_that_has_an_option_more(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass(frozen=True)
    class LaterOptions(AuxolOptions):
        sparkle: float = 0.25

    @dataclass(frozen=True)
    class LaterTaskOptions(TaskOptions):
        auxol: LaterOptions = field(default_factory=LaterOptions)
        spacing: str = "pixels"

    new_task(path, TaskOptions(auxol=AuxolOptions(steps=7))).close()
    monkeypatch.setattr(schema, "AuxolOptions", LaterOptions)
    monkeypatch.setattr(schema, "TaskOptions", LaterTaskOptions)
    with reopened(path) as task:
        assert task.options == LaterTaskOptions(auxol=LaterOptions(steps=7, sparkle=0.25), spacing="pixels")
    later = path.with_name("later")
    new_task(later, LaterTaskOptions()).close()
    monkeypatch.undo()
    with pytest.raises(TaskFileVersionError, match=r"auxol.sparkle, which .* does not know") as refused:
        reopened(later)
    assert f"version {__version__}" in str(refused.value)


def test_another_generalist_is_refused_naming_both(path: Path) -> None:
    _full_task(path)
    before = path.read_bytes()
    with pytest.raises(TaskFileGeneralistError) as refused:
        TaskFile.open(path, generalist_hash="cd" * 32, generalist="vit_b")
    for part in ("builtin", HASH[:12], "vit_b", "cdcdcdcdcdcd", "Choose builtin"):
        assert part in str(refused.value)
    with pytest.raises(TaskFileGeneralistError, match="cdcdcdcdcdcd"):  # its own name, and other weights
        TaskFile.open(path, generalist_hash="cd" * 32, generalist="builtin")
    assert path.read_bytes() == before
    reopened(path).close()


def test_a_task_in_use_cannot_be_deleted_and_a_damaged_one_can(path: Path) -> None:
    with new_task(path), pytest.raises(TaskFileLockedError):
        TaskFile.delete(path)
    path.write_bytes(b"noise" * 1000)
    owner_path(path).write_text("{}")
    TaskFile.delete(path)
    assert list(path.parent.iterdir()) == []
    with pytest.raises(NotFoundError):
        TaskFile.delete(path)
