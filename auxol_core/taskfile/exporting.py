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
from auxol_core.taskfile.authorship import put_all, read_all
from auxol_core.taskfile.database import TaskDatabase
from auxol_core.taskfile.making import COLUMNS, STEP_BYTES, insert, making_file, size_of
from auxol_core.taskfile.owner import is_open_here, locked_error, read_owner
from auxol_core.taskfile.schema import LocatorRow
from auxol_core.taskfile.sights import SightShelf, fitting
from auxol_core.taskfile.versions import VersionTree

_SMALL = ("corrections", "updates", "update_corrections", "locator_states", "locator_lessons", "estimates", "greys")
# Weights of the locator are copied apart from its journal.
_WITHOUT_WEIGHTS = {"locator_states": COLUMNS["locator_states"].replace("weights", "NULL")}
_TASK = (
    "id, name, options, generalist, generalist_hash, created, window_low, window_high, current_version, last_version, "
    "paused, program, learner, relearning, refitted, refit_to"
)
Snapshots = Literal["current", "all"]


class _OvertakenError(Exception):
    """What was to be copied is no longer what it was."""


def exporting(
    database: TaskDatabase, versions: VersionTree, path: Path, *, authors: bool = False
) -> Generator[None, None, None]:
    """Write a copy with all lessons, sights and current weights to ``path``, beside first and then in its place.

    ``authors``: and who taught what; a copy goes to others, who need not know. Raises InvalidInputError if that is a
    task open here, TaskFileLockedError if another process has it open: its file would be replaced under it, and with
    it every receipt it gives from then on.
    """
    owner = read_owner(path)
    if is_open_here(path):
        raise InvalidInputError(
            f"Expected a new file to export to, got the open task {path.name}. Choose another name."
        )
    if owner is not None and not owner.gone:
        raise locked_error(path)
    yield from copying(database, versions, path, "current", authors=authors)


def copying(
    database: TaskDatabase, versions: VersionTree, path: Path, snapshots: Snapshots, *, authors: bool = False
) -> Generator[None, None, None]:
    """Write a copy to ``path``, in place of what is there; of the ``current`` weights or of ``all`` that are stored.

    ``current``: where these are not stored, the nearest ones that they are rebuilt from. So it is with the states of
    the locator: the one in use, or all.
    """

    def fill(new: sqlite3.Connection) -> Generator[None, None, None]:
        wanted = versions.snapshot_versions()
        if snapshots == "current":
            nearest = versions.nearest_stored(versions.current_version)
            wanted = [nearest] if nearest else []
        _copy_small(database, new, authors=authors)
        keys = [str(row[0]) for row in database.rows("SELECT key FROM lessons ORDER BY sequence, position")]
        sights = [row[0] for row in database.rows("SELECT sequence FROM sights ORDER BY sequence")]
        states = [row.id for row in _states(database, versions, snapshots)]
        yield
        copied = 0
        for table, row in _large_rows(database, keys, wanted, sights, states):
            if table == "locator_states":
                new.execute("UPDATE locator_states SET weights = ? WHERE id = ?", row)
            else:
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


def _copy_small(database: TaskDatabase, new: sqlite3.Connection, *, authors: bool) -> None:
    # Read first and written afterwards: what goes wrong while reading is told of the task, and a full disk of the copy.
    with database.reading() as connection:
        row = connection.execute(f"SELECT {_TASK} FROM task").fetchone()
        columns = {table: _WITHOUT_WEIGHTS.get(table, COLUMNS[table]) for table in _SMALL}
        rows = {
            table: connection.execute(f"SELECT {names} FROM {table} ORDER BY rowid").fetchall()
            for table, names in columns.items()
        }
        who = read_all(connection) if authors else []
    new.execute(f"INSERT INTO task ({_TASK}) VALUES ({', '.join('?' * len(row))})", row)
    for table in _SMALL:
        insert(new, table, rows[table])
    put_all(new, who)


def _states(database: TaskDatabase, versions: VersionTree, which: Snapshots) -> list[LocatorRow]:
    """The locator's updates whose stored states are copied."""
    rows = SightShelf(database).states()
    if which == "all" or not rows:
        return [row for row in rows if row.stored]
    known = [key for update in versions.lineage(versions.current_version) for key in update.correction_ids]
    return fitting([row for row in rows if row.locator == rows[-1].locator], known)[:1]


def _large_rows(
    database: TaskDatabase,
    keys: Sequence[str],
    versions: Sequence[int],
    sights: Sequence[object],
    states: Sequence[int],
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """(table, row) of each lesson, of each of the ``sights`` and of each part of these versions' weights, read when it
    is asked for; of the locator's ``states`` (weights, id), but for those that retention let go meanwhile."""
    for key in keys:
        yield "lessons", _one(database, f"SELECT {COLUMNS['lessons']} FROM lessons WHERE key = ?", key)
    for version in versions:
        for (part,) in database.rows("SELECT part FROM snapshots WHERE version = ? ORDER BY part", (version,)):
            select = f"SELECT {COLUMNS['snapshots']} FROM snapshots WHERE version = ? AND part = ?"
            yield "snapshots", _one(database, select, version, part)
    for sequence in sights:
        yield "sights", _one(database, f"SELECT {COLUMNS['sights']} FROM sights WHERE sequence = ?", sequence)
    for state in states:
        select = "SELECT weights, id FROM locator_states WHERE id = ? AND weights IS NOT NULL"
        yield from (("locator_states", row) for row in database.rows(select, (state,)))


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
