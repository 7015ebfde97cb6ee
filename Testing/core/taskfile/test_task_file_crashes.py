"""kill -9 in real processes, then the file is opened again."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from task_samples import new_task, process_environment, publish, reopened, run_lines, state, teach

from auxol_core.taskfile.fault_points import CRASH_VARIABLE
from auxol_core.taskfile.lesson_codec import digest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no signals there")

TEACH_THREE = """
import sys
from pathlib import Path
from task_samples import reopened, teach
task = reopened(Path(sys.argv[1]))
for name in "bcd":
    teach(task, name)
    print("receipt", name, flush=True)
"""

PUBLISH_THREE = """
import sys
from pathlib import Path
from task_samples import publish, reopened
task = reopened(Path(sys.argv[1]))
for _ in range(3):
    print("version", publish(task, "a"), flush=True)
"""

TEACH_AND_FORGET_FOR_EVER = """
import itertools, sys
from pathlib import Path
import numpy as np
from auxol_core.taskfile.schema import LessonRow
from task_samples import publish, reopened
task = reopened(Path(sys.argv[1]))
crop = np.random.default_rng(0).integers(0, 256, 300_000, dtype=np.uint8)
for number in itertools.count():
    task.add_correction(f"c{number}", "s", False, [LessonRow({"crop": crop})])
    print("saved", f"c{number}", flush=True)
    publish(task, f"c{number}")
    print("version", task.current_version, flush=True)
    if number % 3 == 2:
        task.forget(f"c{number}")
        print("forgot", f"c{number}", flush=True)
"""


def _assert_whole(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize(
    ("point", "receipts", "saved"),
    [
        ("correction.before_commit:2", ["b"], ["a", "b"]),
        ("correction.after_commit:2", ["b"], ["a", "b", "c"]),
    ],
)
def test_a_receipt_survives_a_crash_in_the_next_correction(
    point: str, receipts: list[str], saved: list[str], path: Path
) -> None:
    with new_task(path) as task:
        teach(task, "a")
    done = run_lines(TEACH_THREE, path, **{CRASH_VARIABLE: point})
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert done.stdout.split() == [word for name in receipts for word in ("receipt", name)]
    with reopened(path) as task:
        assert [row.correction_id for row in task.corrections()] == saved
        assert task.queued() == saved
        assert all(len(task.lessons()[f"{name}#0"].arrays) == 2 for name in saved)
        # The client that got no receipt sends it again.
        assert task.add_correction("c", "s", False, [])[1] == ("c" in saved)
    _assert_whole(path)


def test_a_crash_within_a_snapshot_leaves_the_version_before(path: Path) -> None:
    with new_task(path) as task:
        teach(task, "a")
        publish(task, "a")
    done = run_lines(PUBLISH_THREE, path, **{CRASH_VARIABLE: "snapshot.mid_write:2"})
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert done.stdout == "version 2\n"
    with reopened(path) as task:
        assert (task.current_version, task.snapshot_versions()) == (2, [1, 2])
        assert [row.version for row in task.updates()] == [1, 2]
        stored = task.snapshot(2)
        assert stored is not None
        assert digest(stored) == digest(state(2))
        assert publish(task, "a") == 3
    _assert_whole(path)


def test_kills_at_any_moment_lose_nothing_that_was_said_to_be_saved(path: Path) -> None:
    for round_number, lines in enumerate((1, 5, 9, 14)):
        file = path.with_name(f"task {round_number}")
        new_task(file).close()
        said = _killed_after(lines, file)
        with reopened(file) as task:
            there = {row.correction_id for row in task.corrections()}
            forgotten = {name for what, name in said if what == "forgot"}
            for name in {name for what, name in said if what == "saved"} - forgotten:
                last = max(int(n[1:]) for what, n in said if what == "saved")
                assert name in there or (name == f"c{last}" and last % 3 == 2), f"{name} had a receipt and is lost"
            assert not forgotten & there
            versions = [int(name) for what, name in said if what == "version"]
            assert task.next_version > max(versions, default=0)
            assert len(task.lineage(task.current_version)) <= task.next_version
            assert all(task.lessons()[key].arrays["crop"].size == 300_000 for key in task.lessons())
        _assert_whole(file)


def _killed_after(lines: int, file: Path) -> list[tuple[str, str]]:
    """What the process said until it was killed, ``lines`` lines and whatever came before the kill arrived."""
    with subprocess.Popen(
        [sys.executable, "-c", TEACH_AND_FORGET_FOR_EVER, str(file)],
        env=process_environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        said += process.stdout.readlines()
    return [(what, name) for what, name in (line.split() for line in said if line.endswith("\n"))]
