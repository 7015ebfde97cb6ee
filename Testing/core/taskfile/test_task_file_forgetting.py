from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from task_samples import discard, lesson, publish, reopened, teach

from auxol_core.errors import NotFoundError
from auxol_core.options import TaskOptions
from auxol_core.taskfile.schema import LessonRow, UpdateRow
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import IntensityWindow

MARK = b"THE-PATIENT-WHO-WISHED-IT"


def _marked_lesson() -> LessonRow:
    """A lesson of some pages whose uncompressed pixels repeat the mark."""
    pixels = np.frombuffer(MARK * 2000, dtype=np.uint8).reshape(-1, 25)
    return LessonRow({"crop": pixels})


def _marks(folder: Path) -> int:
    return sum(entry.read_bytes().count(MARK[4:11]) for entry in folder.iterdir())


def _with_many_neighbours(path: Path, task: TaskFile) -> None:
    """A marked correction between others, learned from, and its snapshot marked too."""
    for number in range(6):
        teach(task, f"before {number}")
    task.add_correction("marked", "slice", False, [_marked_lesson(), lesson(), _marked_lesson()])
    for number in range(6):
        teach(task, f"after {number}")
    publish(task, "before 0")
    row = UpdateRow(("marked", "after 0"), 6, 5, True, "", 0.0, 1, 2)
    task.record_update(row, {"w": _marked_lesson().arrays["crop"]}, {"marked": "learned", "after 0": "learned"})
    publish(task, "after 1")


def test_the_bytes_of_a_forgotten_crop_are_gone_from_the_disk(task: TaskFile, path: Path) -> None:
    _with_many_neighbours(path, task)
    task.close()
    assert _marks(path.parent) > 5900, "the test looks for the wrong bytes"  # 6000, less what lies on two pages
    size = path.stat().st_size
    with reopened(path) as again:
        again.forget("marked")
    assert _marks(path.parent) == 0
    assert b"marked" not in path.read_bytes()
    assert path.stat().st_size < size - 4096 * 30


def test_no_journal_keeps_the_forgotten_bytes_while_the_task_stays_open(task: TaskFile, path: Path) -> None:
    _with_many_neighbours(path, task)
    task.forget("marked")
    # Only the journal: reading the open database itself in this process would drop its lock.
    journal = path.with_name(path.name + "-journal")
    assert not journal.exists() or MARK not in journal.read_bytes()


def test_a_reset_leaves_no_bytes_but_options_and_window(path: Path) -> None:
    options = TaskOptions(seed=4, window=IntensityWindow(0.0, 9.0))
    with TaskFile.create(path, name="a", options=options, generalist="builtin", generalist_hash="ab") as task:
        _with_many_neighbours(path, task)
        task.reset()
        assert (task.corrections(), task.updates(), task.snapshot_versions()) == ([], [], [])
        assert (task.current_version, task.next_version, task.options) == (0, 4, options)
        assert len(task.lessons()) == 0
    assert _marks(path.parent) == 0
    with TaskFile.open(path, generalist_hash="ab") as task:
        teach(task, "before 0")
        assert publish(task, "before 0") == 4


def test_forgetting_gives_the_schedule_of_what_is_to_be_learned_again(task: TaskFile) -> None:
    for name in "abcde":
        teach(task, name)
    publish(task, "a")
    publish(task, "b", steps=3)
    publish(task, "c", "b", "d", steps=4)
    publish(task, "e", steps=5)
    schedule = task.forget("b")
    assert [(row.correction_ids, row.steps, row.seed) for row in schedule] == [(("c", "d"), 4, 103), (("e",), 5, 104)]
    assert (task.current_version, task.next_version) == (1, 5)
    assert [row.version for row in task.updates()] == [1]
    assert task.snapshot_versions() == [1]
    assert [(row.correction_id, row.state) for row in task.corrections()] == [
        ("a", "learned"),
        ("c", "queued"),
        ("d", "queued"),
        ("e", "queued"),
    ]
    assert publish(task, "c") == 5


def test_forgetting_what_was_never_learned_takes_nothing_back(task: TaskFile) -> None:
    for name in "abc":
        teach(task, name)
    publish(task, "a")
    discard(task, "b")
    assert task.forget("b") == []
    assert task.forget("c") == []
    assert (task.current_version, task.snapshot_versions()) == (1, [1])
    assert [(row.correction_ids, row.published) for row in task.updates()] == [(("a",), True)]


def test_other_branches_and_what_stands_on_them_are_judged_by_their_own_lineage(task: TaskFile) -> None:
    for name in "abcdx":
        teach(task, name)
    publish(task, "a")  # 1
    discard(task, "x")  # on 1; its number, 2, is given to the next
    publish(task, "b")  # 2
    publish(task, "c")  # 3, on b
    discard(task, "x")  # on 3
    task.set_current(1, "rollback", "")
    publish(task, "d")  # 4, on 1
    assert task.forget("b") == []
    assert task.current_version == 4
    assert [(row.kind, row.base_version, row.version, row.published) for row in task.updates()] == [
        ("learn", 0, 1, True),
        ("learn", 1, 2, False),
        ("learn", 1, 4, True),
    ]
    assert [row.state for row in task.corrections()] == ["learned", "set_aside", "learned", "quarantined"]
    assert [row.version for row in task.lineage(4)] == [1, 4]


def test_forgetting_the_first_leads_back_to_nothing_learned(task: TaskFile) -> None:
    for name in "ab":
        teach(task, name)
    publish(task, "a")
    publish(task, "b")
    (again,) = task.forget("a")
    assert again.correction_ids == ("b",)
    assert (task.current_version, task.updates(), task.queued()) == (0, [], ["b"])
    assert task.nearest_snapshot(0) == (0, None)


def test_the_losses_of_a_forgotten_correction_no_longer_count(task: TaskFile) -> None:
    for name, losses in (("a", (0.1,)), ("b", (0.2,))):
        task.add_correction(name, "s", False, [lesson(losses=losses)])
    task.forget("a")
    assert [row.tolist() for row in task.expert_losses_in_order()] == [[0.2]]


def test_an_unknown_correction_cannot_be_forgotten(task: TaskFile) -> None:
    teach(task, "a")
    with pytest.raises(NotFoundError, match="'z'"):
        task.forget("z")
    assert len(task.corrections()) == 1


def test_the_file_is_whole_after_forgetting(task: TaskFile, path: Path) -> None:
    _with_many_neighbours(path, task)
    task.forget("before 3")
    task.forget("marked")
    task.close()
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        connection.close()
