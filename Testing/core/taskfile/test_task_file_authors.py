"""Who taught what is in the task file: with the correction or not at all, gone with it, and not given away unasked."""

from __future__ import annotations

import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from task_samples import HASH, discard, lesson, new_task, publish, reopened, run_lines, teach

from auxol_core.errors import InvalidInputError, NotFoundError, TaskFileCorruptError
from auxol_core.taskfile import formats
from auxol_core.taskfile.authors import curve, shares
from auxol_core.taskfile.authorship import MAX_AUTHOR
from auxol_core.taskfile.fault_points import CRASH_VARIABLE
from auxol_core.taskfile.kept import kept_path
from auxol_core.taskfile.origin import Maker
from auxol_core.taskfile.schema import LessonRow
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import Scores

TEACH_IN_NAMES = """
import sys
from pathlib import Path
from task_samples import reopened, teach
task = reopened(Path(sys.argv[1]))
for reader, name in (("reader 1", "b"), ("reader 2", "c")):
    with task.journal.saved_by(reader):
        teach(task, name)
    print("receipt", name, flush=True)
"""


def teach_as(task: TaskFile, reader: str, *correction_ids: str) -> None:
    for correction_id in correction_ids:
        with task.journal.saved_by(reader):
            teach(task, correction_id)


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_each_correction_is_its_authors_and_one_without_an_author_is_nobodys(task: TaskFile, path: Path) -> None:
    teach(task, "a")
    assert task.authors.of_corrections() == {}
    teach_as(task, "reader 1", "b", "d")
    teach_as(task, "reader 2", "c")
    teach(task, "e")
    expected = {"b": "reader 1", "d": "reader 1", "c": "reader 2"}
    assert task.authors.of_corrections() == expected
    teach_as(task, "reader 2", "b")  # sent again, by whomever: it stays whose it was
    task.close()
    with reopened(path) as again:
        assert again.authors.of_corrections() == expected
        assert again.authors.corrections_of("reader 1") == ["b", "d"]
        with pytest.raises(NotFoundError, match="reader 1, reader 2"):
            again.authors.corrections_of("reader 3")


def test_a_task_of_one_reader_has_no_tables_of_authors(task: TaskFile, path: Path) -> None:
    teach(task, "a")
    task.forget("a")
    task.reset()
    task.close()
    assert not {"authors", "authorship"} & tables(path)


@pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
@pytest.mark.parametrize(
    ("point", "receipts", "whose"),
    [
        ("correction.before_commit:2", ["b"], {"b": "reader 1"}),
        ("correction.after_commit:2", ["b"], {"b": "reader 1", "c": "reader 2"}),
        ("correction.before_commit:1", [], {}),
    ],
)
def test_killed_between_author_and_correction_both_are_there_or_neither(
    point: str, receipts: list[str], whose: dict[str, str], path: Path
) -> None:
    with new_task(path) as task:
        teach(task, "a")
    done = run_lines(TEACH_IN_NAMES, path, **{CRASH_VARIABLE: point})
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert done.stdout.split() == [word for name in receipts for word in ("receipt", name)]
    with reopened(path) as task:
        assert [row.correction_id for row in task.corrections()] == ["a", *whose]
        assert task.authors.of_corrections() == whose
        teach_as(task, "reader 2", "c")  # the client that got no receipt sends it again
        assert task.authors.of_corrections()["c"] == "reader 2"


def test_a_renamed_author_is_called_so_in_what_comes_later_and_no_two_have_one_name(task: TaskFile) -> None:
    teach_as(task, "reader 1", "a")
    teach_as(task, "reader 2", "b")
    task.authors.rename("reader 1", "first reading")
    teach_as(task, "reader 1", "c")
    assert task.authors.corrections_of("first reading") == ["a", "c"]
    assert task.authors.pseudonym_of("reader 1") == "first reading"
    assert task.authors.pseudonym_of("reader 9") == "reader 9"
    with pytest.raises(InvalidInputError, match="another pseudonym"):
        task.authors.rename("reader 2", "first reading")
    with pytest.raises(NotFoundError, match="first reading, reader 2"):
        task.authors.rename("reader 1", "x")
    for bad in ("", " x", "x" * (MAX_AUTHOR + 1), "a\nb", "/home/somebody", ".."):
        with pytest.raises(InvalidInputError):
            task.authors.rename("reader 2", bad)
    teach_as(task, "first reading", "d")  # the token file may hold a name that the owner gave to somebody else
    assert task.authors.of_corrections()["d"] == "first reading (2)"


def test_an_author_goes_with_the_corrections_and_not_a_byte_of_the_name_stays(task: TaskFile, path: Path) -> None:
    teach_as(task, "a very telling name", "a", "b")
    teach_as(task, "reader 2", "c")
    publish(task, "a")
    discard(task, "b")
    task.forget("a")
    assert task.authors.corrections_of("a very telling name") == ["b"]
    task.forget("b")
    assert task.authors.of_corrections() == {"c": "reader 2"}
    task.reset()
    assert task.authors.of_corrections() == {}
    task.close()
    data = path.read_bytes()
    assert b"very telling" not in data and b"reader 2" not in data


def test_an_export_holds_authors_only_where_that_was_asked_for(task: TaskFile, path: Path) -> None:
    teach_as(task, "reader 1", "a")
    teach(task, "b")
    task.authors.rename("reader 1", "first reading")
    plain, full = path.with_name("plain.auxol"), path.with_name("full.auxol")
    task.export(plain)
    task.export(full, authors=True)
    assert b"reading" not in plain.read_bytes() and "authors" not in tables(plain)
    for source, expected in ((plain, {}), (full, {"a": "first reading"})):
        taken = source.with_name(f"taken {source.name}")
        TaskFile.import_(source, taken, "taken in")
        with reopened(taken) as again:
            assert again.authors.of_corrections() == expected
            teach_as(again, "reader 1", "c")
            assert again.authors.of_corrections()["c"] == ("first reading" if expected else "reader 1")


@pytest.mark.parametrize(
    "damage",
    [
        "DROP TABLE authors",
        "ALTER TABLE authors ADD COLUMN more TEXT",
        "UPDATE authors SET pseudonym = '/home/somebody'",
        "UPDATE authors SET pseudonym = hex(zeroblob(3000))",
        "CREATE TRIGGER t AFTER INSERT ON authors BEGIN DELETE FROM corrections; END",
    ],
)
def test_authors_that_were_tampered_with_are_not_taken_in(damage: str, task: TaskFile, path: Path) -> None:
    teach_as(task, "reader 1", "a")
    full = path.with_name("full.auxol")
    task.export(full, authors=True)
    with closing(sqlite3.connect(full)) as connection:
        connection.execute(damage)
        connection.commit()
    with pytest.raises(TaskFileCorruptError):
        TaskFile.import_(full, path.with_name("taken.auxol"), "taken in")


def test_a_program_from_before_refuses_the_file_leaves_it_as_it_is_and_takes_an_export(
    task: TaskFile, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    teach_as(task, "reader 1", "a")
    task.export(path.with_name("plain.auxol"))
    task.close()
    before = path.read_bytes()
    monkeypatch.setattr(formats, "AUTHOR_TABLES", ())  # the schema that such a program knows
    with pytest.raises(TaskFileCorruptError, match="tables"):
        reopened(path)
    assert path.read_bytes() == before
    reopened(path.with_name("plain.auxol")).close()


def test_learning_again_and_taking_it_back_keep_who_saved_what(task: TaskFile, path: Path) -> None:
    teach_as(task, "reader 1", "a")
    publish(task, "a")
    for _ in task.keeping_old_file():
        pass
    assert "authors" not in tables(kept_path(path)), "the program of before opens the old file"
    task.origin.begin(Maker("another 1", "builtin", HASH))
    teach_as(task, "reader 2", "b")
    assert task.authors.of_corrections() == {"a": "reader 1", "b": "reader 2"}
    task.hand_over()
    task.close_as_it_was()
    with reopened(path) as again:
        assert again.authors.of_corrections() == {"a": "reader 1", "b": "reader 2"}
        assert again.queued() == ["b"]


def test_a_readers_share_is_what_they_were_shown_before_they_corrected_it(task: TaskFile) -> None:
    saves = (("a", "reader 1", 0.25), ("b", "reader 2", 0.5), ("c", "reader 1", 0.75), ("d", "reader 1", None))
    for name, reader, shown in saves:
        scores = None if shown is None else Scores(0.125, None, shown)
        with task.journal.saved_by(reader):
            task.add_correction(name, "slice", name == "c", [LessonRow(lesson().arrays, scores)])
    teach(task, "e")
    first, second = shares(task.corrections(), task.authors.of_corrections())
    assert (first.author, first.corrections, first.confirmations, first.scored) == ("reader 1", 3, 1, 2)
    assert (first.generalist, first.shown, first.first_half, first.last_half) == (0.125, 0.5, 0.25, 0.75)
    assert (second.author, second.shown, second.first_half) == ("reader 2", 0.5, None)
    points = curve(task.corrections(), task.authors.of_corrections(), "reader 1")
    assert [(point.correction_id, point.shown) for point in points] == [("a", 0.25), ("c", 0.75), ("d", None)]
