"""A file is there whole or as it was, and one module alone sees to that."""

from __future__ import annotations

import ast
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from auxol_core.whole_files import UNFINISHED, beside, put_in_place, replaced, write_whole, written_beside

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ("auxol_core", "AuxOLSegment", "pretrain", "tools")

# Who else may give a file another name, and why.
MAY_RENAME = {
    "auxol_core/whole_files.py": "here it stands",
    "auxol_core/client/keeper.py": "runs by its path, without this package",
    "auxol_core/client/outbox.py": "sets what is damaged or refused aside under another ending; nothing is written",
    "auxol_core/taskfile/places.py": "SQLite writes the file, and it is linked, so that it never replaces another",
    "auxol_core/taskfile/kept.py": "SQLite writes the file",
}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_content_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a.json"]


def test_where_the_block_fails_the_old_file_stays_and_the_half_one_goes(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"old")
    block = replaced(path)
    block.__enter__().write(b"ne")
    assert len(names(tmp_path)) == 2
    assert not block.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.json"]


def test_a_disk_that_cannot_sync_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "a.json"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new")
    assert (path.read_bytes(), names(tmp_path)) == (b"old", ["a.json"])
    write_whole(path, b"new", sync=False)
    assert path.read_bytes() == b"new"


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_private_file_is_its_owners_alone_also_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.auxol"
    path.write_bytes(b"old")
    path.chmod(0o644)
    with replaced(path, private=True) as file:
        file.write(b"new")
        assert stat.S_IMODE(os.fstat(file.fileno()).st_mode) == 0o600
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="Windows syncs no folders")
def test_content_and_name_are_synced_and_a_disk_that_syncs_no_folders_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bool] = []

    def sync(handle: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(handle).st_mode))
        if synced[-1]:
            raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", sync)
    write_whole(tmp_path / "a.json", b"new")
    assert synced == [False, True]
    assert names(tmp_path) == ["a.json"]


def test_a_library_that_opens_files_itself_is_given_a_name_with_the_ending_it_asks_for(tmp_path: Path) -> None:
    path = tmp_path / "a.nii.gz"
    with written_beside(path, ".nii.gz") as partial:
        assert partial.parent == tmp_path and partial.name.endswith(".partial.nii.gz")
        partial.write_bytes(b"new")
    assert path.read_bytes() == b"new"
    with pytest.raises(FileNotFoundError), written_beside(path):
        pass  # it wrote nothing
    assert path.read_bytes() == b"new"


def test_what_a_crash_leaves_is_known_by_its_name(tmp_path: Path) -> None:
    assert UNFINISHED.fullmatch(beside(tmp_path / "a.json").name)
    assert not UNFINISHED.fullmatch("a.partial")
    whole = tmp_path / "download.part"
    whole.write_bytes(b"all of it")
    put_in_place(whole, tmp_path / "b")
    assert names(tmp_path) == ["b"]


# Nobody else does it


def renames(tree: ast.Module) -> Iterator[int]:
    """Lines that give a file another name: os.replace and its kin, and what can only be Path.replace or Path.rename."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("os", "shutil"):
            if {alias.name for alias in node.names} & {"replace", "rename", "renames", "link", "move"}:
                yield node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of, verb = ast.unparse(node.func.value), node.func.attr
            by_module = f"{of}.{verb}" in ("os.replace", "os.rename", "os.renames", "os.link", "shutil.move")
            # str.replace takes two arguments, dataclasses.replace the changes by name.
            by_path = verb in ("replace", "rename", "hardlink_to") and len(node.args) == 1 and not node.keywords
            if by_module or by_path:
                yield node.lineno


def test_files_are_put_in_place_by_one_module_alone() -> None:
    found = [
        f"{name}:{line}"
        for room in SOURCES
        for path in sorted((ROOT / room).rglob("*.py"))
        if (name := path.relative_to(ROOT).as_posix()) not in MAY_RENAME
        for line in renames(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == [], "Use auxol_core.whole_files there, or say in MAY_RENAME why not."


def test_whoever_does_it_by_hand_is_found() -> None:
    text = "os.replace(a, b)\nPath(a).replace(b)\npart.rename(b)\nshutil.move(a, b)\nfrom os import replace"
    assert sorted(renames(ast.parse(text))) == [1, 2, 3, 4, 5]
    assert not list(renames(ast.parse('"a".replace("b", "c")\nreplace(x, y=1)\ndataclasses.replace(x, y=1)')))
