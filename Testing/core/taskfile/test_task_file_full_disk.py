"""A disk that refuses to write: the system's own limit on the size of files, so that the failures are real ones."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest
from task_samples import lesson, new_task, publish, reopened, state, teach

from auxol_core.errors import StorageFullError
from auxol_core.taskfile import making
from auxol_core.taskfile.schema import LessonRow, UpdateRow
from auxol_core.taskfile.task_file import TaskFile

resource = pytest.importorskip("resource", reason="no limits on the size of files there")


@contextmanager
def no_file_over(size: int) -> Iterator[None]:
    """Writing past ``size`` bytes fails in every file; Python ignores the signal that comes with it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _big_lesson() -> LessonRow:
    return LessonRow({"crop": np.random.default_rng(0).integers(0, 256, 300_000, dtype=np.uint8)})


def _assert_whole(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


# 0: nothing can be written, not even the way back; 4096: the journal can be begun; the rest: ever later in the file.
@pytest.mark.parametrize("room", [-1_000_000, -74_000, -66_000, -4096, 0, 1, 4096, 40_000, 290_000])
def test_a_correction_on_a_full_disk_is_refused_and_saved_when_there_is_room(room: int, path: Path) -> None:
    with new_task(path) as task:
        teach(task, "a")
        publish(task, "a")
        size = path.stat().st_size
        with no_file_over(max(0, size + room)):
            with pytest.raises(StorageFullError, match=r"Free some space and send it again"):
                task.add_correction("b", "s", False, [_big_lesson()])
            with pytest.raises(StorageFullError):
                task.add_correction("b", "s", False, [_big_lesson()])
            assert [row.correction_id for row in task.corrections()] == ["a"]
        assert [row.correction_id for row in task.corrections()] == ["a"]
        assert task.lessons()["a#0"].arrays["image"].max() == 7
        assert task.add_correction("b", "s", False, [_big_lesson()]) == (2, False)
    with reopened(path) as task:
        assert task.queued() == ["b"]
    _assert_whole(path)


def test_a_snapshot_on_a_full_disk_leaves_the_version_before(task: TaskFile, path: Path) -> None:
    teach(task, "a")
    publish(task, "a")
    row = UpdateRow(("a",), 1, 1, True, "", 0.0, 1, 2)
    with no_file_over(path.stat().st_size + 200_000), pytest.raises(StorageFullError):
        task.record_update(row, {"w": np.random.default_rng(0).random(900_000)}, {})
    assert (task.current_version, task.snapshot_versions(), len(task.updates())) == (1, [1], 1)
    task.record_update(row, state(2), {})
    assert task.current_version == 2


def test_sqlite_saying_full_is_the_same(task: TaskFile) -> None:
    pages = task.database.rows("PRAGMA page_count")[0][0]
    task.database.rows(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StorageFullError):
        task.add_correction("a", "s", False, [_big_lesson()])
    task.database.rows("PRAGMA max_page_count=1000000")
    assert task.add_correction("a", "s", False, [_big_lesson()]) == (1, False)


def test_no_room_for_a_new_task_leaves_nothing(path: Path) -> None:
    with no_file_over(10_000), pytest.raises(StorageFullError):
        new_task(path)
    assert list(path.parent.iterdir()) == []
    new_task(path).close()


def test_no_room_for_an_export_keeps_the_old_one(task: TaskFile, path: Path) -> None:
    target = path.parent / "export"
    target.write_bytes(b"the old export")
    task.add_correction("a", "s", False, [_big_lesson()])
    with no_file_over(100_000), pytest.raises(StorageFullError):
        task.export(target)
    assert target.read_bytes() == b"the old export"
    assert not [entry for entry in path.parent.iterdir() if entry.name.endswith(".partial")]
    teach(task, "b")


def test_a_full_disk_met_by_the_system_call_itself_is_the_same(
    task: TaskFile, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(making, "sync", full)
    with pytest.raises(StorageFullError):
        task.export(path.parent / "export")


def test_a_full_disk_does_not_keep_a_task_from_being_opened_and_read(path: Path) -> None:
    with new_task(path) as task:
        task.add_correction("a", "s", False, [lesson()])
    with no_file_over(0), reopened(path) as task:
        assert task.queued() == ["a"]
        assert task.lessons()["a#0"].arrays["image"].max() == 7
