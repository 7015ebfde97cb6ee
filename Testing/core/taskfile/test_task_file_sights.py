"""What a task file keeps for the task's locator: sights, states, which of them fit, and what goes with a correction."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from task_samples import lesson, locate, new_task, publish, reopened, sight, teach

from auxol_core.errors import InvalidInputError, NotFoundError, TaskFileCorruptError
from auxol_core.taskfile import kept
from auxol_core.taskfile.schema import MAX_SIGHT_BYTES, SightRow
from auxol_core.taskfile.sights import KEEP_STATES, fitting, seen_by
from auxol_core.taskfile.task_file import TaskFile


def see(task: TaskFile, correction_id: str, *, present: bool = True, locator: str = "tiny 1") -> None:
    kept_of_it = sight(ord(correction_id[0]), present=present, locator=locator)
    task.add_correction(correction_id, "slice", False, [lesson()], kept_of_it)


def fit(task: TaskFile, *known: str) -> list[int]:
    return [row.id for row in fitting(task.shelf.states(), known)]


def test_a_sight_is_saved_with_its_correction_and_read_back_whole(path: Path) -> None:
    with new_task(path) as task:
        see(task, "a")
        see(task, "b", present=False)
        teach(task, "c")
        see(task, "d", locator="another")
    with reopened(path) as task:
        assert task.shelf.keys("tiny 1") == {"a": True, "b": False}
        assert task.shelf.sight("a")["image"].max() == ord("a") and task.shelf.sight("b")["truth"].sum() == 0
        with pytest.raises(NotFoundError, match="'c'"):
            task.shelf.sight("c")


def test_a_correction_whose_sight_cannot_be_kept_is_not_saved(task: TaskFile) -> None:
    huge = SightRow("tiny 1", True, {"image": np.zeros(MAX_SIGHT_BYTES + 1, np.uint8)})
    with pytest.raises(InvalidInputError):
        task.add_correction("a", "slice", False, [lesson()], huge)
    with pytest.raises(InvalidInputError, match="fingerprint"):
        task.add_correction("a", "slice", False, [lesson()], sight(locator="/home/me"))
    assert task.corrections() == []


def test_a_sight_whose_bytes_changed_is_refused(task: TaskFile) -> None:
    see(task, "a")
    with task.database.transaction() as connection:
        connection.execute("UPDATE sights SET sight = zeroblob(9)")
    with pytest.raises(TaskFileCorruptError, match="sight of 'a'"):
        task.shelf.sight("a")


def test_a_sight_may_come_later_and_take_the_place_of_another_locators(task: TaskFile) -> None:
    teach(task, "a")
    task.shelf.put("a", sight(1, locator="old"))
    task.shelf.put("a", sight(2))
    task.shelf.put("gone", sight(3))
    assert (task.shelf.keys("old"), task.shelf.keys("tiny 1")) == ({}, {"a": True})
    assert task.shelf.sight("a")["image"].max() == 2


def test_a_state_has_seen_what_its_bases_saw_and_fits_where_all_of_that_is_known(task: TaskFile) -> None:
    for name in "abc":
        see(task, name)
    first = locate(task, "a")
    second = locate(task, "b", base=first)
    other = locate(task, "c", base=first)
    again = locate(task, base=first)
    seen = seen_by(task.shelf.states(), stored=False)
    assert (seen[second], seen[other], seen[again]) == ({"a", "b"}, {"a", "c"}, {"a"})
    assert fit(task, "a") == [again], "the newer of two that saw the same is the one that is kept"
    assert fit(task, "a", "c") == [other, again] and fit(task, "b") == []
    assert fit(task, "a", "b", "c")[0] == other, "of those that saw as much the newest"


def test_the_states_of_the_last_few_are_kept_and_the_one_in_use_and_every_row(task: TaskFile) -> None:
    base = 0
    for number in range(KEEP_STATES + 4):
        see(task, f"{number}")
        base = locate(task, f"{number}", base=base, in_use=2)
    rows = task.shelf.states()
    stored = [row.id for row in rows if row.stored]
    assert stored == [2, *range(5, KEEP_STATES + 5)] and len(rows) == KEEP_STATES + 4
    assert task.shelf.state(1) is None and task.shelf.state(base) is not None


def test_a_state_whose_bytes_changed_is_refused(task: TaskFile) -> None:
    see(task, "a")
    locate(task, "a")
    with task.database.transaction() as connection:
        connection.execute("UPDATE locator_states SET weights = x'00'")
    with pytest.raises(TaskFileCorruptError, match="state 1"):
        task.shelf.state(1)


def test_an_update_of_a_correction_that_is_gone_is_not_journaled(task: TaskFile) -> None:
    with pytest.raises(NotFoundError, match="'a'"):
        locate(task, "a")
    assert task.shelf.states() == []


def test_forgetting_takes_the_sight_and_every_state_that_saw_it_directly_or_through_its_base(task: TaskFile) -> None:
    for name in "abc":
        see(task, name)
        publish(task, name)
    first = locate(task, "a")
    second = locate(task, "b", base=first)
    locate(task, "c", base=second)
    locate(task, base=second)
    apart = locate(task, "c", base=first)
    task.forget("b")
    assert [row.id for row in task.shelf.states()] == [first, apart]
    assert list(task.shelf.keys("tiny 1")) == ["a", "c"]
    with task.database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM locator_lessons").fetchone() == (2,)


def test_a_file_of_format_3_gets_room_for_them_and_the_old_one_is_kept(path: Path) -> None:
    with new_task(path) as task:
        see(task, "a")
        publish(task, "a")
    with closing(sqlite3.connect(path)) as connection:  # as a program of then wrote it
        for table in ("greys", "estimates", "locator_lessons", "locator_states", "sights"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("PRAGMA user_version=3")
        connection.commit()
    with closing(TaskFile.look(path)) as looked:
        assert (looked.shelf.keys("tiny 1"), looked.shelf.states()) == ({}, [])
    with reopened(path) as task:
        assert kept.kept_path(path).is_file()
        assert [row.correction_id for row in task.corrections()] == ["a"] and task.current_version == 1
        assert task.shelf.keys("tiny 1") == {}
        task.shelf.put("a", sight())
        assert locate(task, "a") == 1
        see(task, "b")
        kept.hand_over(task.database._connection, path)  # the older file has no room for b's sight
    path.with_name("copy").write_bytes(kept.kept_path(path).read_bytes())
    TaskFile.import_(path.with_name("copy"), path.with_name("imported"), "Imported")
    with reopened(path.with_name("imported")) as task:
        assert [row.correction_id for row in task.corrections()] == ["a", "b"]


def test_what_is_handed_over_to_a_kept_file_of_today_has_its_sight(path: Path) -> None:
    with new_task(path) as task:
        see(task, "a")
        for _ in task.keeping_old_file():
            pass
        see(task, "b")
        with task.database.reading() as connection:
            kept.hand_over(connection, path)
    path.unlink()
    kept.take_back(path)
    with reopened(path) as task:
        assert list(task.shelf.keys("tiny 1")) == ["a", "b"]


def test_an_export_in_steps_has_no_sight_of_what_is_saved_meanwhile(task: TaskFile, path: Path) -> None:
    see(task, "a")
    steps = task.exporting(path.with_name("export"))
    next(steps)
    see(task, "b")
    for _ in steps:
        pass
    TaskFile.import_(path.with_name("export"), path.with_name("new"), "New")
    with reopened(path.with_name("new")) as new:
        assert list(new.shelf.keys("tiny 1")) == ["a"]
