"""Copies of an open task, in steps: to give away, or to keep beside.

While the steps are made the task goes on. What is small is copied in the first step, so that it fits together; lessons
and weights do not change, and follow one by one. Where one of them goes meanwhile (somebody forgot a correction), the
copy begins anew: it must not hold what was forgotten.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Literal

from auxol_core.errors import InvalidInputError
from auxol_core.taskfile.database import TaskDatabase
from auxol_core.taskfile.making import COLUMNS, STEP_BYTES, insert, making_file, size_of
from auxol_core.taskfile.owner import is_open_here, locked_error, read_owner
from auxol_core.taskfile.versions import VersionTree

_SMALL = ("corrections", "updates", "update_corrections")
_TASK = (
    "id, name, options, generalist, generalist_hash, created, window_low, window_high, current_version, last_version, "
    "paused, program, learner, relearning, refitted, refit_to"
)
Snapshots = Literal["current", "all"]


class _OvertakenError(Exception):
    """What was to be copied is no longer what it was."""


def exporting(database: TaskDatabase, versions: VersionTree, path: Path) -> Generator[None, None, None]:
    """Write a copy with all lessons and the current weights to ``path``, beside first and then in its place.

    Raises InvalidInputError if that is a task open here, TaskFileLockedError if another process has it open: its file
    would be replaced under it, and with it every receipt it gives from then on.
    """
    owner = read_owner(path)
    if is_open_here(path):
        raise InvalidInputError(
            f"Expected a new file to export to, got the open task {path.name}. Choose another name."
        )
    if owner is not None and not owner.gone:
        raise locked_error(path)
    yield from copying(database, versions, path, "current")


def copying(
    database: TaskDatabase, versions: VersionTree, path: Path, snapshots: Snapshots
) -> Generator[None, None, None]:
    """Write a copy to ``path``, in place of what is there; of the ``current`` weights or of ``all`` that are stored.

    ``current``: where these are not stored, the nearest ones that they are rebuilt from.
    """

    def fill(new: sqlite3.Connection) -> Generator[None, None, None]:
        wanted = versions.snapshot_versions()
        if snapshots == "current":
            nearest = versions.nearest_stored(versions.current_version)
            wanted = [nearest] if nearest else []
        _copy_small(database, new)
        keys = [str(row[0]) for row in database.rows("SELECT key FROM lessons ORDER BY sequence, position")]
        yield
        copied = 0
        for table, row in _large_rows(database, keys, wanted):
            insert(new, table, [row])
            copied += size_of(row)
            if copied >= STEP_BYTES:
                copied = 0
                yield
        if not set(_facts(new, wanted)) <= set(_facts(database, wanted)):
            raise _OvertakenError

    while True:
        try:
            yield from making_file(path, fill, replace=True)
        except _OvertakenError:
            continue
        return


def _copy_small(database: TaskDatabase, new: sqlite3.Connection) -> None:
    with database.reading() as connection:
        row = connection.execute(f"SELECT {_TASK} FROM task").fetchone()
        new.execute(f"INSERT INTO task ({_TASK}) VALUES ({', '.join('?' * len(row))})", row)
        for table in _SMALL:
            insert(new, table, connection.execute(f"SELECT {COLUMNS[table]} FROM {table} ORDER BY rowid"))


def _large_rows(
    database: TaskDatabase, keys: Sequence[str], versions: Sequence[int]
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """(table, row) of each lesson and of each part of these versions' weights, read when it is asked for."""
    for key in keys:
        yield "lessons", _one(database, f"SELECT {COLUMNS['lessons']} FROM lessons WHERE key = ?", key)
    for version in versions:
        for (part,) in database.rows("SELECT part FROM snapshots WHERE version = ? ORDER BY part", (version,)):
            select = f"SELECT {COLUMNS['snapshots']} FROM snapshots WHERE version = ? AND part = ?"
            yield "snapshots", _one(database, select, version, part)


def _one(database: TaskDatabase, sql: str, *values: object) -> tuple[object, ...]:
    rows = database.rows(sql, values)
    if not rows:
        raise _OvertakenError
    return rows[0]


def _facts(source: TaskDatabase | sqlite3.Connection, versions: Sequence[int]) -> Iterator[tuple[object, ...]]:
    """What must still be so when the copy is whole: which corrections there are, and which weights are stored."""
    read = source.rows if isinstance(source, TaskDatabase) else source.execute
    yield from read("SELECT correction_id FROM corrections")
    for version in versions:
        yield from read(
            "SELECT s.version, count(*), max(u.state_digest) FROM snapshots s JOIN updates u ON u.version = s.version "
            "AND u.published = 1 AND u.kind IN ('learn', 'relearn') WHERE s.version = ?",
            (version,),
        )
