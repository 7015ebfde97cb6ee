"""Nobody but the owner can read a task, nor what lies beside it, also where both were open before."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from task_samples import HASH, lesson, new_task, teach

from auxol_core.errors import TaskFileError
from auxol_core.taskfile.folder import TaskFolder
from auxol_core.taskfile.task_file import TaskFile

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    """Of every file in ``folder``, by what follows the first dot of its name."""
    return {path.name.partition(".")[2]: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def test_task_journal_note_and_export_are_the_owners_alone(tmp_path: Path) -> None:
    with new_task(tmp_path / "a.auxol") as task:
        teach(task, "c")
        task.export(tmp_path / "b.copy")
        assert modes(tmp_path) == dict.fromkeys(("auxol", "auxol-journal", "auxol.owner", "copy"), 0o600)


def test_an_export_that_was_open_to_others_is_not_any_more(tmp_path: Path) -> None:
    (tmp_path / "b.copy").touch(0o644)
    with new_task(tmp_path / "a.auxol") as task:
        task.export(tmp_path / "b.copy")
    assert modes(tmp_path)["copy"] == 0o600


def test_an_imported_task_is_the_owners_alone_and_the_source_stays_as_it_is(tmp_path: Path) -> None:
    with new_task(tmp_path / "a.auxol") as task:
        task.export(tmp_path / "b.copy")
    (tmp_path / "b.copy").chmod(0o644)
    TaskFile.import_(tmp_path / "b.copy", tmp_path / "c.taken", "taken")
    assert modes(tmp_path) == {"auxol": 0o600, "copy": 0o644, "taken": 0o600}


def test_while_it_is_being_made_it_is_already_the_owners_alone(tmp_path: Path) -> None:
    from auxol_core.taskfile import making

    seen: list[set[int]] = []
    making.make_file(tmp_path / "a.auxol", lambda _connection: seen.append(set(modes(tmp_path).values())))
    assert seen == [{0o600}]


def test_a_task_of_an_earlier_version_is_tightened_when_it_is_opened_with_its_journal(tmp_path: Path) -> None:
    path = tmp_path / "a.auxol"
    new_task(path).close()
    path.chmod(0o644)
    path.with_name("a.auxol-journal").touch(0o644)
    with TaskFile.open(path, generalist_hash=HASH) as task:
        task.add_correction("c", "slice", False, [lesson()])
        assert modes(tmp_path) == dict.fromkeys(("auxol", "auxol-journal", "auxol.owner"), 0o600)


def test_a_folder_of_tasks_is_tightened_with_all_that_is_in_it(tmp_path: Path) -> None:
    root = tmp_path / "tasks"
    root.mkdir()
    left = ("a.auxol", "a.auxol.owner", "a.auxol-journal", ".0123456789abcdef.partial", "worker.json")
    for name in left:
        (root / name).touch()
    (root / ".transfer-x").mkdir()
    (root / "outbox").mkdir()  # the client's
    TaskFolder(root)
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert {stat.S_IMODE((root / name).stat().st_mode) for name in left} == {0o600}


def test_a_users_own_folder_is_left_and_the_tasks_in_it_are_not(tmp_path: Path, caplog) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "letter.txt").touch()
    (tmp_path / "a.auxol").touch()
    TaskFolder(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert modes(tmp_path) == {"auxol": 0o600, "txt": 0o644}
    assert "chmod 700" in caplog.text


def test_a_new_folder_is_made_for_its_owner_alone_with_those_above_it(tmp_path: Path) -> None:
    TaskFolder(tmp_path / "auxol" / "tasks")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "auxol", tmp_path / "auxol/tasks")] == [0o700] * 2


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TaskFileError, match="refused"):
        new_task(tmp_path / "nowhere" / "a.auxol")
