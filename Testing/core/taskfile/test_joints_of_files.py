"""Task files where a system, a synchronising program or a crash had its hand in: shares, replaced files, flipped bits,
half-made copies, names as Macs write them."""

from __future__ import annotations

import os
import sqlite3
import sys
import unicodedata
from contextlib import closing
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from task_samples import new_task, publish, reopened, teach

from auxol_core.errors import InvalidInputError, LeaseLostError, NotFoundError, StorageFullError
from auxol_core.taskfile.connections import connect, uri_of
from auxol_core.taskfile.folder import TaskFolder
from auxol_core.taskfile.sentences import translate_errors
from auxol_core.taskfile.task_file import TaskFile


def test_a_path_on_a_windows_share_is_a_path_for_sqlite() -> None:
    share = uri_of(PureWindowsPath(r"\\server\share\ä b\x.auxol"))
    assert share == "file:////server/share/%C3%A4%20b/x.auxol"
    assert uri_of(PureWindowsPath(r"C:\a b\x.auxol")) == "file:///C:/a%20b/x.auxol"
    assert uri_of(PurePosixPath("/a b/x.auxol")) == "file:///a%20b/x.auxol"
    with pytest.raises(sqlite3.OperationalError, match="authority"):
        sqlite3.connect(PureWindowsPath(r"\\server\share\x.auxol").as_uri(), uri=True)
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):  # a path, and nothing is there
        sqlite3.connect(f"{share}?mode=ro", uri=True).execute("SELECT 1 FROM sqlite_master")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody take an open file's place")
def test_nothing_is_said_to_be_saved_in_a_file_that_lost_its_place(task: TaskFile, path: Path) -> None:
    teach(task, "a")
    backup = path.with_name("backup")
    with closing(sqlite3.connect(path.with_name("other"))) as other:
        other.execute("CREATE TABLE t (x)")
    os.replace(path.with_name("other"), path)
    with pytest.raises(LeaseLostError, match="another file has its place"):
        teach(task, "b")
    assert not backup.exists()


def test_a_flipped_bit_in_the_newest_weights_costs_nothing_that_can_be_made_again(task: TaskFile, path: Path) -> None:
    for name in "abc":
        teach(task, name)
        publish(task, name)
    task.close()
    with closing(connect(path)) as connection:
        (data,) = connection.execute("SELECT data FROM snapshots WHERE version = 3").fetchone()
        connection.execute("UPDATE snapshots SET data = ? WHERE version = 3", (bytes([data[0] ^ 1]) + data[1:],))
    with reopened(path) as again:
        nearest, stored = again.versions.nearest_snapshot(3)
        assert nearest == 2 and stored is not None
        assert again.current_version == 3


def test_what_a_crash_left_of_a_copy_goes_after_an_hour(tmp_path: Path) -> None:
    left, fresh, foreign = (tmp_path / name for name in (f".{'0' * 16}.partial", f".{'1' * 16}.partial", ".x.partial"))
    for each in (left, fresh, foreign):
        each.write_bytes(b"crops")
    for each in (left, foreign):
        os.utime(each, (0, 0))
    TaskFolder(tmp_path)
    assert [each.exists() for each in (left, fresh, foreign)] == [False, True, True]


def test_a_name_is_one_however_its_letters_are_written(tmp_path: Path) -> None:
    folder, name = TaskFolder(tmp_path), "Lésion"
    new_task(tmp_path / f"{unicodedata.normalize('NFD', name)}.auxol").close()
    assert folder.names() == [name]
    assert folder.existing(name).exists() and folder.existing(unicodedata.normalize("NFD", name)).exists()
    with pytest.raises(InvalidInputError, match="exists already"):
        folder.new(name)
    with pytest.raises(NotFoundError):
        folder.existing("Lesion")


def test_what_a_mac_puts_beside_a_file_is_no_task(tmp_path: Path) -> None:
    folder = TaskFolder(tmp_path)
    (tmp_path / "._liver.auxol").write_bytes(b"Mac OS X")
    assert folder.names() == []


def test_a_disk_that_may_have_been_away_is_not_told_to_be_full_alone(path: Path) -> None:
    with pytest.raises(StorageFullError, match=r"Free some space.* start the engine again"), translate_errors(path):
        raise sqlite3.OperationalError("disk I/O error")
    with pytest.raises(StorageFullError, match=r"Free some space and send it again.$"), translate_errors(path):
        raise sqlite3.OperationalError("database or disk is full")


def test_a_commit_is_on_the_disk_on_a_mac_too(task: TaskFile) -> None:
    assert task.versions._database.rows("PRAGMA fullfsync") == [(1,)]
