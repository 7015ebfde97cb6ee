"""What a file from somebody else may cost: memory, and time between two steps."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from task_samples import HASH, lesson, locate, new_task, publish, reopened, run_lines, sight, state, teach

from auxol_core.errors import NotFoundError, TaskFileCorruptError
from auxol_core.taskfile import importing
from auxol_core.taskfile.lesson_codec import digest
from auxol_core.taskfile.schema import LessonRow, UpdateRow
from auxol_core.taskfile.task_file import TaskFile

IMPORT_WITHIN = """
import resource, sys
from pathlib import Path
from auxol_core.taskfile.task_file import TaskFile
pages = int(Path("/proc/self/statm").read_text().split()[0])
most = pages * resource.getpagesize() + int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_AS, (most, most))
try:
    TaskFile.import_(Path(sys.argv[1]), Path(sys.argv[2]), "New")
except BaseException as error:
    print(type(error).__name__, error)
"""


def _export(path: Path, lessons: int = 1, side: int = 8) -> Path:
    """An export of a task with one correction of so many lessons of noise, and four versions."""
    rng = np.random.default_rng(0)
    crops = [rng.integers(0, 256, (side, side), dtype=np.uint8) for _ in range(lessons)]
    noise = [LessonRow({"crop": crop}, estimate=0.5) for crop in crops]
    with new_task(path) as task:
        task.add_correction("a", "slice", False, noise, sight())
        locate(task, "a")
        for _ in range(4):
            publish(task, "a")
        task.export(path.with_name("export"))
    return path.with_name("export")


def _change(path: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA ignore_check_constraints=ON")
        connection.execute(sql, values)
        connection.commit()


@pytest.mark.skipif(sys.platform != "linux", reason="no way there to tell what a process may take")
@pytest.mark.skipif(sys.version_info < (3, 11), reason="SQLite cannot be told there how long a value may be")
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE task SET options = ?",
        "UPDATE task SET created = ?",
        "UPDATE corrections SET slice_id = ?",
        "UPDATE lessons SET arrays = ?",
        "UPDATE updates SET reason = ?",
        "UPDATE sights SET locator = ?",
        "UPDATE sights SET sight = ?",
        "UPDATE locator_states SET digest = ?",
    ],
)
def test_a_huge_value_is_refused_before_it_is_read(sql: str, path: Path) -> None:
    exported = _export(path)
    _change(exported, sql, '{"' + 100_000_000 * "x")
    done = run_lines(IMPORT_WITHIN, exported, path.with_name("new"), 40_000_000)
    assert done.stdout.startswith("TaskFileCorruptError"), done.stdout + done.stderr


def test_a_huge_blob_is_refused_by_its_length(path: Path) -> None:
    exported = _export(path)
    _change(exported, "UPDATE lessons SET arrays = zeroblob(70000000)")
    with pytest.raises(TaskFileCorruptError, match=r"70000000 bytes where 67,108,864 are allowed"):
        TaskFile.import_(exported, path.with_name("new"), "New")


@pytest.mark.parametrize("table", [name for name in importing.MAX_ROWS if name != "task"])
def test_more_rows_than_anybody_teaches_are_refused(table: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exported = _export(path, lessons=2)
    TaskFile.import_(exported, path.with_name("first"), "New")
    monkeypatch.setitem(importing.MAX_ROWS, table, 0)
    with pytest.raises(TaskFileCorruptError, match=f"over 0 rows of {table}"):
        TaskFile.import_(exported, path.with_name("new"), "New")


def test_an_import_yields_after_every_megabyte(path: Path) -> None:
    exported = _export(path, lessons=24, side=1024)
    steps = TaskFile.importing(exported, path.with_name("new"), "New", generalist_hash=HASH, generalist="builtin")
    assert sum(1 for _ in steps) >= 24
    with reopened(path.with_name("new")) as task:
        assert len(task.lessons()) == 24


def test_an_import_that_is_given_up_leaves_nothing(path: Path) -> None:
    exported = _export(path, lessons=8, side=1024)
    before = sorted(path.parent.iterdir())
    steps = TaskFile.importing(exported, path.with_name("new"), "New", generalist_hash=HASH, generalist="builtin")
    for _ in range(12):
        next(steps)
    assert sorted(path.parent.iterdir()) != before
    steps.close()
    assert sorted(path.parent.iterdir()) == before
    TaskFile.import_(exported, path.with_name("new"), "New")  # nothing holds it


# What an export weighs, and what goes on meanwhile


def test_an_export_holds_the_current_weights_alone(task: TaskFile, path: Path) -> None:
    weights = np.random.default_rng(0).random(200_000)
    for version in range(1, 6):
        teach(task, f"c{version}")
        row = UpdateRow((f"c{version}",), 1, 1, True, "", 0.0, version - 1, version)
        task.record_update(row, {"w": weights + version}, {f"c{version}": "learned"})
    exported, dest = path.with_name("export"), path.with_name("new")
    task.export(exported)
    assert path.stat().st_size > 5 * weights.nbytes
    assert exported.stat().st_size < 1.2 * weights.nbytes
    TaskFile.import_(exported, dest, "New")
    with reopened(dest) as taken:
        assert (taken.current_version, taken.snapshot_versions()) == (5, [5])
        stored = taken.snapshot(5)
        assert stored is not None
        assert digest(stored) == digest({"w": weights + 5})
        assert [row.version for row in taken.lineage(5)] == [1, 2, 3, 4, 5]
        assert len(taken.lessons()) == 5


def test_an_export_between_two_snapshots_holds_the_one_before(task: TaskFile, path: Path) -> None:
    for name in "abc":
        teach(task, name)
        publish(task, name, snapshot=name == "b")
    task.export(path.with_name("export"))
    TaskFile.import_(path.with_name("export"), path.with_name("new"), "New")
    with reopened(path.with_name("new")) as taken:
        assert (taken.current_version, taken.snapshot_versions()) == (3, [2])
        assert taken.nearest_snapshot(3)[0] == 2


def _taught_much(task: TaskFile) -> None:
    for number in range(6):
        crop = np.random.default_rng(number).integers(0, 256, (1024, 1024), dtype=np.uint8)
        task.add_correction(f"c{number}", "slice", False, [LessonRow({"crop": crop})])
        publish(task, f"c{number}")


def test_a_task_goes_on_while_it_is_exported(task: TaskFile, path: Path) -> None:
    _taught_much(task)
    exported = path.with_name("export")
    for step, _ in enumerate(task.exporting(exported)):
        teach(task, f"meanwhile {step}")
        publish(task, f"meanwhile {step}")
    assert step >= 6
    TaskFile.import_(exported, path.with_name("new"), "New")
    with reopened(path.with_name("new")) as taken:
        assert [row.correction_id for row in taken.corrections()] == [f"c{number}" for number in range(6)]
        assert taken.queued() == []


@pytest.mark.parametrize("after", [1, 4])
def test_what_is_forgotten_while_a_task_is_exported_is_not_in_the_export(
    task: TaskFile, path: Path, after: int
) -> None:
    _taught_much(task)
    exported = path.with_name("export")
    for step, _ in enumerate(task.exporting(exported), start=1):
        if step == after:
            task.forget("c1")
    TaskFile.import_(exported, path.with_name("new"), "New")
    with reopened(path.with_name("new")) as taken:
        assert [row.correction_id for row in taken.corrections()] == ["c0", "c2", "c3", "c4", "c5"]
        with pytest.raises(NotFoundError):
            taken.correction("c1")
        assert taken.current_version == 1
    assert np.random.default_rng(1).integers(0, 256, 64, dtype=np.uint8).tobytes() not in exported.read_bytes()


def test_a_snapshot_that_is_not_the_journals_is_refused(path: Path) -> None:
    exported = _export(path)
    with closing(sqlite3.connect(exported)) as connection:
        (data,) = connection.execute("SELECT data FROM snapshots").fetchone()
    _change(exported, "UPDATE snapshots SET data = ?", data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(TaskFileCorruptError, match="version 4 are not those of its journal"):
        TaskFile.import_(exported, path.with_name("new"), "New")


def test_lessons_out_of_order_are_refused(path: Path) -> None:
    with new_task(path) as task:
        for name in "ab":
            task.add_correction(name, "slice", False, [lesson()])
            publish(task, name)
        assert digest(state(2)) == digest(task.snapshot(2) or {})
        task.export(path.with_name("export"))
    exported = path.with_name("export")
    data = bytearray(exported.read_bytes())
    with closing(sqlite3.connect(exported)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'corrections'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    start = (page - 1) * size
    first, second = start + 8, start + 10  # the leaf's pointers to its two cells
    data[first : first + 2], data[second : second + 2] = data[second : second + 2], data[first : first + 2]
    exported.write_bytes(data)
    with pytest.raises(TaskFileCorruptError, match="out of order"):
        TaskFile.import_(exported, path.with_name("new"), "New")
