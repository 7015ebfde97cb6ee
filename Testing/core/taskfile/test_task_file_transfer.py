from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from task_samples import HASH, discard, lesson, locate, new_task, publish, reopened, run_lines, sight, teach

from auxol_core.errors import (
    InvalidInputError,
    NotFoundError,
    TaskFileCorruptError,
    TaskFileGeneralistError,
    TaskFileLockedError,
    TaskFileVersionError,
)
from auxol_core.options import TaskOptions
from auxol_core.taskfile.owner import owner_path
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import IntensityWindow

COLUMNS = {
    "task": "id name options generalist generalist_hash created window_low window_high current_version last_version "
    "paused program learner relearning refitted refit_to",
    "corrections": "sequence correction_id slice_id confirmation state saved_at",
    "lessons": "key sequence position version generalist specialist fused expert_losses checksum arrays",
    "updates": "id kind version base_version steps seed published reason seconds created state_digest",
    "update_corrections": "update_id position sequence",
    "snapshots": "version part data",
    "sights": "sequence locator present checksum sight",
    "locator_states": "id kind locator base steps seed seconds created digest weights",
    "locator_lessons": "state_id sequence",
    "estimates": "sequence position quality",
    "greys": "id told",
    "sqlite_sequence": "name seq",
}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed task with four corrections, two branches and a discarded update; its export lies beside it."""
    path = tmp_path_factory.mktemp("original") / "task"
    with new_task(path, TaskOptions(seed=5, window=IntensityWindow(-100.0, 200.0))) as task:
        for name in "abcd":
            lessons = [lesson(ord(name)), lesson(losses=None)]
            task.add_correction(name, "slice", name == "b", lessons, sight(ord(name), present=name != "c"))
        publish(task, "a")
        publish(task, "b")
        task.set_current(1, "undo", "a slip")
        discard(task, "c")
        publish(task, "c")
        locate(task, "a")
        locate(task, "b", base=1)
        locate(task, "c", base=1)
        locate(task, base=3)
        task.export(path.with_name("export"))
    return path


@pytest.fixture
def exported(original: Path, path: Path) -> Path:
    """A copy of the export, to be used up."""
    target = path.parent / "für die Kollegin.auxol"
    target.write_bytes(original.with_name("export").read_bytes())
    return target


def _damage(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA ignore_check_constraints=ON")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def _contents(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        rows: list[tuple[object, ...]] = []
        for table, columns in COLUMNS.items():
            kept = ", ".join(column for column in columns.split() if (table, column) != ("task", "name"))
            rows += connection.execute(f"SELECT '{table}', {kept} FROM {table} ORDER BY 2, 3").fetchall()
        return rows


def test_what_is_exported_and_imported_is_the_same_task(exported: Path, original: Path, path: Path) -> None:
    dest = path.parent / "neu.auxol"
    TaskFile.import_(exported, dest, "Neu", generalist_hash=HASH)
    current = [row for row in _contents(original) if row[0] != "snapshots" or row[1] == 3]
    # Of the locator, too, the state in use alone: the one that saw a and c last.
    current = [(*row[:-1], None) if row[0] == "locator_states" and row[1] != 4 else row for row in current]
    assert _contents(dest) == current
    with reopened(dest) as task:
        assert task.name == "Neu"
        assert task.options == TaskOptions(seed=5, window=IntensityWindow(-100.0, 200.0))
        assert [row.version for row in task.lineage(task.current_version)] == [1, 3]
        assert task.queued() == ["d"]
        assert task.lessons()["c#0"].arrays["image"].max() == ord("c")
        assert publish(task, "d") == 4
        assert [row.stored for row in task.shelf.states()] == [False, False, False, True]
        assert task.shelf.state(4) is not None and task.shelf.keys("tiny 1")["c"] is False


def test_an_export_is_compact_and_the_task_goes_on(task: TaskFile, path: Path) -> None:
    for number in range(20):
        teach(task, str(number))
    target = path.parent / "export"
    task.export(target)
    first = target.stat().st_size
    teach(task, "more")
    task.export(target)
    assert target.stat().st_size >= first
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM corrections").fetchone() == (21,)
    assert not [entry.name for entry in path.parent.iterdir() if entry.name.endswith((".partial", "export-journal"))]


def test_an_export_holds_the_declared_columns_and_no_path(exported: Path, original: Path) -> None:
    with closing(sqlite3.connect(exported)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")] for table in tables}
    assert found == {table: columns.split() for table, columns in COLUMNS.items()}
    data = exported.read_bytes()
    assert str(original.parent).encode() not in data
    assert not re.search(rb"(/home/|/tmp/|/Users/|/work/|[A-Za-z]:\\[A-Za-z])", data)


def test_an_open_task_is_no_place_to_export_to(task: TaskFile, path: Path) -> None:
    with pytest.raises(InvalidInputError, match="open task"):
        task.export(path)
    teach(task, "a")


def test_a_task_open_elsewhere_is_no_place_to_export_to(task: TaskFile, path: Path) -> None:
    target = path.parent / "theirs"
    target.write_bytes(b"theirs")
    owner_path(target).write_text('{"pid": 12, "host": "another machine", "since": "today"}')
    with pytest.raises(TaskFileLockedError, match="process 12 on another machine"):
        task.export(target)
    assert target.read_bytes() == b"theirs"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("CREATE TRIGGER t AFTER INSERT ON corrections BEGIN DELETE FROM lessons; END", "tables"),
        ("CREATE VIEW v AS SELECT * FROM task", "tables"),
        ("CREATE TABLE more (a)", "tables"),
        ("ALTER TABLE corrections ADD COLUMN patient TEXT", "tables"),
        ("DROP INDEX updates_of_correction", "tables"),
        ("PRAGMA application_id=7", "application id"),
        ("DELETE FROM task", "task's row"),
        (
            "INSERT INTO task SELECT 2, name, options, generalist, generalist_hash, created, 1, 2, 0, 0, 0, '', '', 0, "
            "0, 0 FROM task",
            "rows of task",
        ),
        ("UPDATE task SET generalist = '/home/me/sam.pth'", "path"),
        ("UPDATE task SET current_version = 9", "rule"),
        ("UPDATE task SET current_version = 4, last_version = 4", "current version"),
        ("UPDATE task SET window_low = 500.0", "window"),
        ("UPDATE task SET window_low = x'00'", "window"),
        ("UPDATE greys SET told = '{}, x'", "greys"),
        ('UPDATE greys SET told = \'{"origin": "elsewhere"}\'', "greys"),
        ('UPDATE greys SET told = \'{"first": [3, 1]}\'', "greys"),
        ("UPDATE greys SET told = replace(hex(zeroblob(2000)), '0', 'x')", "allowed"),
        ("UPDATE corrections SET state = 'x' WHERE sequence = 2", "rule"),
        ("UPDATE corrections SET saved_at = 9e999 WHERE sequence = 2", "finite"),
        ("UPDATE corrections SET correction_id = '/etc/passwd' WHERE sequence = 2", "correction id"),
        ("UPDATE corrections SET slice_id = x'ff' WHERE sequence = 2", "slice id"),
        ("UPDATE corrections SET correction_id = 'other' WHERE sequence = 2", "named after"),
        ("UPDATE lessons SET sequence = 99 WHERE key = 'a#0'", "rule"),
        ("UPDATE lessons SET arrays = zeroblob(100) WHERE key = 'a#0'", "a#0"),
        ("UPDATE lessons SET arrays = 'text' WHERE key = 'a#0'", "a#0"),
        ("UPDATE lessons SET arrays = x'', checksum = 0 WHERE key = 'a#0'", "arrays"),
        ("UPDATE lessons SET expert_losses = x'01' WHERE key = 'a#0'", "losses"),
        ("UPDATE lessons SET expert_losses = x'000000000000f87f' WHERE key = 'a#0'", "losses"),
        ("UPDATE lessons SET fused = 'good' WHERE key = 'a#0'", "rule"),
        ("UPDATE updates SET base_version = 2 WHERE version = 1", "rule"),
        ("UPDATE updates SET base_version = 2, version = 9 WHERE version = 3 AND published = 1", "version"),
        ("DELETE FROM updates WHERE version = 1", "stands on|rule"),
        ("UPDATE updates SET state_digest = 'x'", "entry"),
        ("UPDATE updates SET reason = char(7)", "entry"),
        ("UPDATE updates SET reason = replace(hex(zeroblob(2000)), '0', 'x')", "allowed"),
        ("UPDATE updates SET steps = -1", "rule"),
        ("UPDATE update_corrections SET sequence = 77", "rule"),
        ("UPDATE sights SET sight = zeroblob(9) WHERE sequence = 1", "sight of '1'"),
        ("UPDATE sights SET sight = 'text'", "no sight"),
        ("UPDATE sights SET present = 2", "rule"),
        ("UPDATE sights SET locator = '/home/me/locator'", "fingerprint"),
        ("UPDATE sights SET sequence = 99 WHERE sequence = 4", "rule"),
        ("UPDATE locator_states SET base = 9 WHERE id = 1", "not readable"),
        ("UPDATE locator_states SET base = 2, id = 9 WHERE id = 3", "stands on|rule"),
        ("UPDATE locator_states SET weights = zeroblob(50) WHERE id = 4", "state 4"),
        ("UPDATE locator_states SET digest = 'x'", "not readable"),
        ("UPDATE locator_states SET seconds = 9e999", "finite"),
        ("UPDATE locator_lessons SET sequence = 77 WHERE state_id = 1", "rule"),
        ("UPDATE snapshots SET part = 1", "not whole"),
        ("UPDATE snapshots SET version = 17", "not whole"),
        ("UPDATE snapshots SET data = zeroblob(50)", "arrays"),
        ("UPDATE snapshots SET data = zeroblob(0)", "arrays"),
    ],
)
def test_a_file_that_was_tampered_with_is_refused(damage: str, said: str, exported: Path) -> None:
    _damage(exported, damage)
    dest = exported.parent / "new"
    with pytest.raises(TaskFileCorruptError, match=said):
        TaskFile.import_(exported, dest, "New")
    assert not dest.exists()
    assert not [entry.name for entry in exported.parent.iterdir() if entry.name.endswith(".partial")]


def test_names_that_are_paths_or_taken_are_refused(exported: Path) -> None:
    dest = exported.parent / "new"
    for name in ("../../etc/cron", "a/b", "C:\\x", ".."):
        with pytest.raises(InvalidInputError, match="name"):
            TaskFile.import_(exported, dest, name)
    dest.write_bytes(b"somebody's")
    with pytest.raises(InvalidInputError, match="exists"):
        TaskFile.import_(exported, dest, "New")
    assert dest.read_bytes() == b"somebody's"


def test_another_format_generalist_size_or_no_file_at_all(exported: Path) -> None:
    dest = exported.parent / "new"
    with pytest.raises(TaskFileGeneralistError, match="builtin"):
        TaskFile.import_(exported, dest, "New", generalist_hash="cd" * 32)
    with pytest.raises(TaskFileCorruptError, match="at most 10,000 bytes"):
        TaskFile.import_(exported, dest, "New", max_bytes=10_000)
    with pytest.raises(NotFoundError):
        TaskFile.import_(exported.parent / "nothing", dest, "New")
    _damage(exported, "UPDATE task SET options = '[]'")
    with pytest.raises(TaskFileVersionError, match="options"):
        TaskFile.import_(exported, dest, "New")
    _damage(exported, "PRAGMA user_version=99")
    with pytest.raises(TaskFileVersionError, match="99"):
        TaskFile.import_(exported, dest, "New")
    for noise in (b"", b"noise" * 1000, exported.read_bytes()[:9000]):
        exported.write_bytes(noise)
        with pytest.raises(TaskFileCorruptError):
            TaskFile.import_(exported, dest, "New")
        assert exported.read_bytes() == noise
    assert not dest.exists()


def test_a_task_in_use_is_not_imported_from(task: TaskFile, path: Path) -> None:
    dest = path.parent / "new"
    with pytest.raises(TaskFileLockedError):
        TaskFile.import_(path, dest, "New")
    lines = "import sys; from pathlib import Path; from auxol_core.taskfile.task_file import TaskFile\n"
    lines += "TaskFile.import_(Path(sys.argv[1]), Path(sys.argv[2]), 'New')"
    assert "TaskFileLockedError" in run_lines(lines, path, dest).stderr
    teach(task, "a")


def test_what_was_put_into_another_journal_mode_comes_back_in_ours(exported: Path) -> None:
    with closing(sqlite3.connect(exported)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    dest = exported.parent / "new"
    TaskFile.import_(exported, dest, "New")
    assert dest.read_bytes()[18:20] == b"\x01\x01"  # the header's way of saying rollback journal; 2 is WAL
    reopened(exported).close()
    assert exported.read_bytes()[18:20] == b"\x01\x01"
