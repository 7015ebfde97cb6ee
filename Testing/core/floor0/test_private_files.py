"""Files and folders that only their owner can read, whatever the umask says and whatever was there before."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

import pytest

from auxol_core import private_files
from auxol_core.private_files import make_empty, make_folder, opener, tighten, tighten_folder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


@pytest.fixture(autouse=True)
def _open_umask():
    """A umask that closes nothing."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def is_task(entry: os.DirEntry[str]) -> bool:
    return entry.name.endswith(".auxol")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An open folder with one open task in it."""
    folder = tmp_path / "tasks"
    folder.mkdir(mode=0o755)
    (folder / "a.auxol").touch(0o644)
    return folder


def test_new_files_and_folders_are_the_owners_alone(tmp_path):
    inner = tmp_path / "auxol" / "tasks"
    make_folder(inner)
    make_folder(inner)
    make_empty(inner / "a")
    with open(inner / "b", "xb", opener=opener) as file:
        file.write(b"crops")
    assert [mode(path) for path in (inner.parent, inner, inner / "a", inner / "b")] == [0o700, 0o700, 0o600, 0o600]


def test_a_new_file_takes_no_other_ones_place(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        make_empty(tmp_path / "a")


def test_a_file_that_was_there_is_tightened_and_one_that_is_not_there_is_none(folder):
    tighten(folder / "a.auxol", folder / "b.auxol")
    assert mode(folder / "a.auxol") == 0o600


def test_a_link_is_not_followed_out_of_the_folder(folder, tmp_path):
    (tmp_path / "elsewhere").touch(0o644)
    (folder / "b.auxol").symlink_to(tmp_path / "elsewhere")
    tighten(folder / "b.auxol")
    assert mode(tmp_path / "elsewhere") == 0o644


def test_a_folder_of_our_files_alone_is_tightened_without_a_word(folder, caplog):
    tighten_folder(folder, is_task)
    assert (mode(folder), caplog.text) == (0o700, "")


def test_a_folder_that_holds_other_things_is_left_and_the_remedy_is_said(folder, caplog):
    (folder / "Mrs Miller.txt").touch()
    tighten_folder(folder, is_task)
    assert mode(folder) == 0o755
    assert "holds other things, too" in caplog.text and f"chmod 700 {folder}" in caplog.text
    assert "Miller" not in caplog.text


def test_the_home_folder_is_left_though_it_is_empty(tmp_path, monkeypatch, caplog):
    tmp_path.chmod(0o755)
    monkeypatch.setenv("HOME", str(tmp_path))
    tighten_folder(tmp_path, is_task)
    assert (mode(tmp_path), "home folder" in caplog.text) == (0o755, True)


@pytest.mark.parametrize("shared", [0o2770, 0o1777])
def test_a_folder_that_is_marked_as_shared_is_left(folder, caplog, shared):
    folder.chmod(shared)
    tighten_folder(folder, is_task)
    assert (mode(folder), "shared" in caplog.text) == (shared, True)


def test_what_belongs_to_another_user_is_left(folder, caplog, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    tighten_folder(folder, is_task)
    tighten(folder / "a.auxol")
    assert (mode(folder), mode(folder / "a.auxol")) == (0o755, 0o644)
    assert caplog.text.count("belongs to another user") == 2


def test_a_disk_that_knows_no_modes_is_a_warning_and_no_failure(folder, caplog, monkeypatch):
    def refuse(*_unused: object, **_more: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", refuse)
    tighten_folder(folder, is_task)
    tighten(folder / "a.auxol")
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2


def test_where_modes_mean_nothing_nothing_is_looked_at(folder, caplog, monkeypatch):
    monkeypatch.setattr(private_files, "MODES", False)
    (folder / "other").touch()
    tighten_folder(folder, is_task)
    tighten(folder / "a.auxol")
    assert (mode(folder), mode(folder / "a.auxol"), caplog.text) == (0o755, 0o644, "")
