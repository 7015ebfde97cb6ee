"""Leases within one process: what the row says, who is refused, what opening, looking and giving away make of it."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from threading import Event

import pytest
from lease_processes import until
from task_samples import HASH, lesson, new_task, publish, reopened, run_lines, teach

from auxol_core import protocol
from auxol_core.errors import (
    InvalidInputError,
    LeaseLostError,
    StorageFullError,
    TaskFileError,
    TaskFileLockedError,
    UnavailableError,
)
from auxol_core.taskfile import lease
from auxol_core.taskfile.lease import ROW, Lease, LeaseOptions
from auxol_core.taskfile.owner import owner_path, read_owner
from auxol_core.taskfile.task_file import TaskFile

LOOK = """
import sys
from pathlib import Path
from auxol_core.taskfile.task_file import TaskFile
with TaskFile.look(Path(sys.argv[1])) as view:
    print(view.name, len(view.corrections()), view.current_version)
    view.export(Path(sys.argv[2]))
"""


@pytest.fixture(autouse=True)
def leases() -> Iterator[None]:
    lease.use(LeaseOptions("reading room", 30.0))
    yield
    lease.use(None)


def rows(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (ROW,))]


def put(path: Path, row: Lease | str) -> None:
    """Write a lease as its holder would, or whatever else."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (ROW,))
        text = row if isinstance(row, str) else json.dumps(asdict(row))
        connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (ROW, text))


def foreign(left: float = 20.0, seconds: float = 30.0) -> Lease:
    """A lease of another machine."""
    return Lease("ward 3", "e" * 32, time.time() + left, seconds, 4711, "elsewhere", "another")


def test_a_leased_task_is_taught_and_reopened_and_nothing_of_the_lease_stays(path: Path) -> None:
    with new_task(path) as task:
        teach(task, "a")
        publish(task, "a")
        row = json.loads(rows(path)[0])
        assert (row["holder"], row["pid"], row["seconds"]) == ("reading room", os.getpid(), 30.0)
        assert 25 < row["expires"] - time.time() <= 30
        assert read_owner(path) is not None
    assert rows(path) == []
    assert not owner_path(path).exists()
    with reopened(path) as task:
        assert (len(task.corrections()), task.current_version) == (1, 1)
    lease.use(None)
    with reopened(path) as task:
        teach(task, "b")


def test_another_connection_reads_beside_it_and_cannot_write_unseen(path: Path) -> None:
    with new_task(path) as task:
        teach(task, "a")
        with closing(sqlite3.connect(path)) as other, other:  # a program that knows no leases
            assert other.execute("SELECT count(*) FROM corrections").fetchone() == (1,)
            other.execute("UPDATE task SET paused = 1")
        for _ in range(2):
            with pytest.raises(LeaseLostError, match=r"takes no leases has changed it.*open the task again"):
                teach(task, "b")
        with pytest.raises(LeaseLostError):
            task.corrections()
    with reopened(path) as task:
        assert [row.correction_id for row in task.corrections()] == ["a"]


def test_the_sentence_says_who_has_it_until_when(path: Path) -> None:
    new_task(path).close()
    put(path, foreign())
    before = path.read_bytes()
    for options in (LeaseOptions("reading room"), None):  # who takes no leases respects them
        lease.use(options)
        with pytest.raises(TaskFileLockedError, match=r"ward 3 \(process 4711 on elsewhere\) has it until 20.* \d+ s"):
            reopened(path)
        with pytest.raises(TaskFileLockedError, match="ward 3"):
            TaskFile.delete(path)
        with pytest.raises(TaskFileLockedError, match="ward 3"):
            TaskFile.import_(path, path.with_name("copy.auxol"), "copy")
    assert path.read_bytes() == before


@pytest.mark.parametrize("leased", [True, False])
def test_a_lease_that_ran_out_is_taken_over(leased: bool, path: Path) -> None:
    with new_task(path) as task:
        teach(task, "a")
    put(path, foreign(left=-0.1))
    lease.use(LeaseOptions("reading room") if leased else None)
    with reopened(path) as task:
        teach(task, "b")
        assert len(task.corrections()) == 2
    assert rows(path) == []
    assert [each.name for each in path.parent.iterdir() if each.stat().st_size] == [path.name]


def test_a_process_started_again_under_its_number_does_not_wait(path: Path) -> None:
    new_task(path).close()
    with reopened(path) as task:
        mine = json.loads(rows(path)[0])
        task.database._connection.close()  # as a kill leaves it
    task.database.close()
    put(path, json.dumps(mine))
    with reopened(path) as task:
        assert json.loads(rows(path)[0])["epoch"] != mine["epoch"]
    put(path, json.dumps({**mine, "machine": "a container of this name"}))
    with pytest.raises(TaskFileLockedError):
        reopened(path)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"expires": NaN, "seconds": 1}', "{" * 10_000])
def test_a_lease_that_nobody_can_read_is_none(text: str, path: Path) -> None:
    new_task(path).close()
    put(path, text)
    reopened(path).close()
    assert rows(path) == []


def test_a_taken_over_opening_neither_reads_nor_writes(path: Path) -> None:
    heard, told = Event(), []

    def lost(file: Path) -> None:
        told.append(file)
        heard.set()

    lease.use(LeaseOptions("reading room", 30.0, lost))
    with new_task(path) as task:
        teach(task, "a")
        put(path, foreign())
        with pytest.raises(LeaseLostError, match=r"ward 3.* has taken it over\. Nothing of this step was saved"):
            teach(task, "b")
        for read in (task.corrections, lambda: task.name, task.updates):
            with pytest.raises(LeaseLostError):
                read()
        assert heard.wait(10)
        assert told == [path.resolve()]
        owner_path(path).write_text("the next one's")
    assert json.loads(rows(path)[0])["holder"] == "ward 3", "closing gave another's lease back"
    assert owner_path(path).read_text() == "the next one's"


def test_a_holder_that_cannot_renew_stops_by_its_own_clock(path: Path) -> None:
    lost = Event()
    lease.use(LeaseOptions("reading room", 0.3, lambda _: lost.set()))
    with new_task(path) as task:
        teach(task, "a")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")  # nobody can renew now
            assert lost.wait(30)
        with pytest.raises(LeaseLostError, match=r"could not renew its lease for 0\.3 s"):
            teach(task, "b")


def test_a_transaction_that_took_too_long_is_rolled_back(path: Path) -> None:
    lease.use(LeaseOptions("reading room", 0.3))

    def too_slow(task: TaskFile) -> None:
        with task.database.transaction() as connection:
            connection.execute("UPDATE task SET paused = 1")
            end = time.monotonic() + 0.35
            until(lambda: time.monotonic() > end, "the lease ran out")

    with new_task(path) as task, pytest.raises(LeaseLostError):
        too_slow(task)
    with reopened(path) as task:
        assert not task.paused


def test_an_idle_holder_renews(path: Path) -> None:
    lease.use(LeaseOptions("reading room", 1.0))
    with new_task(path) as task:
        first = json.loads(rows(path)[0])["expires"]
        until(lambda: json.loads(rows(path)[0])["expires"] > first + 1.2, "it renews four times")
        teach(task, "a")


def test_a_clock_that_jumped_keeps_nobody_out_for_longer_than_a_lease(path: Path) -> None:
    new_task(path).close()
    put(path, foreign(left=1e6, seconds=0.4))
    with pytest.raises(TaskFileLockedError, match="try again in 1 s"):
        reopened(path)

    def free() -> bool:
        try:
            reopened(path).close()
        except TaskFileLockedError:
            return False
        return True

    until(free, "it was watched for its length")


def test_a_renewed_lease_of_a_wrong_clock_is_alive(path: Path) -> None:
    row = foreign(left=1e6, seconds=0.2)
    assert 0 < row.left <= 0.2
    until(lambda: row.left == 0, "it was watched for its length")
    assert replace(row, expires=row.expires + 0.1).left > 0


def test_looking_beside_a_holder_works_and_hinders_nobody(path: Path, tmp_path: Path) -> None:
    with new_task(path) as task:
        teach(task, "a")
        publish(task, "a")
        done = run_lines(LOOK, path, tmp_path / "export")
        assert (done.stdout, done.returncode) == ("Leber, portal 1 1\n", 0), done.stderr
        teach(task, "b")
    with closing(sqlite3.connect(tmp_path / "export")) as copy:
        assert copy.execute("SELECT count(*) FROM sqlite_sequence WHERE name = ?", (ROW,)).fetchone() == (0,)
    TaskFile.import_(tmp_path / "export", tmp_path / "imported", "imported", generalist_hash=HASH)
    # A view that stays open: as a process of another machine's lease sees it.
    put(path, foreign())
    with TaskFile.look(path) as view, closing(sqlite3.connect(path, timeout=0)) as holder:
        assert len(view.corrections()) == 2
        with holder:
            holder.execute("UPDATE task SET paused = 1")
        assert view.paused
        with pytest.raises(TaskFileError):
            view.set_paused(False)


def test_forgetting_gives_the_room_back_and_leaves_no_byte(path: Path) -> None:
    with new_task(path) as task:
        for name in ("a", "b"):
            task.add_correction(name, f"slice of {name}", False, [])
        publish(task, "a")
        task.forget("a")
        assert task.database.rows("PRAGMA freelist_count") == [(0,)]
        journal = path.with_name(path.name + "-journal")
        assert b"slice of a" not in path.read_bytes() + (journal.read_bytes() if journal.exists() else b"")
        teach(task, "c")
    with reopened(path) as task:
        task.reset()
        assert task.corrections() == []


def test_the_old_file_takes_the_place_of_a_leased_one(path: Path) -> None:
    with new_task(path) as task:
        teach(task, "a")
        for _ in task.keeping_old_file():
            pass
        teach(task, "b")
        task.hand_over()
        task.close_as_it_was()
    with reopened(path) as task:
        assert [row.correction_id for row in task.corrections()] == ["a", "b"]


def test_a_file_put_in_its_place_is_noticed(path: Path) -> None:
    with new_task(path) as task:
        teach(task, "a")
        copy = path.with_name("copy")
        run_lines("import shutil, sys; shutil.copy(*sys.argv[1:])", path, copy)  # not here, for the locks' sake
        os.replace(copy, path)
        with pytest.raises(LeaseLostError, match="another file has its place"):
            teach(task, "b")


def test_a_full_disk_costs_the_correction_and_not_the_lease(path: Path) -> None:
    with new_task(path) as task:
        pages = task.database.rows("PRAGMA page_count")[0][0]
        task.database.rows(f"PRAGMA max_page_count={pages}")
        with pytest.raises(StorageFullError):
            task.add_correction("large", "s", False, [lesson()] * 500)
        task.database.rows("PRAGMA max_page_count=1000000")
        teach(task, "again")
        assert [row.correction_id for row in task.corrections()] == ["again"]


def test_the_same_process_cannot_open_it_twice(path: Path) -> None:
    with new_task(path), pytest.raises(TaskFileLockedError, match="this program"):
        reopened(path)


def test_a_client_hears_that_the_lease_is_lost() -> None:
    status, body = protocol.error_answer(LeaseLostError("taken over"))
    told = protocol.error_of(status, json.dumps(body).encode())
    assert (status, type(told), isinstance(told, UnavailableError)) == (503, LeaseLostError, True)


@pytest.mark.parametrize(("holder", "seconds"), [("", 1), ("a\nb", 1), ("x" * 201, 1), ("a", 0), ("a", 1e9)])
def test_a_lease_needs_a_name_and_a_length(holder: str, seconds: float) -> None:
    with pytest.raises(InvalidInputError):
        LeaseOptions(holder, seconds)
