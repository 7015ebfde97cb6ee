"""A task file from somebody else, taken in: sizes first, then row by row, in steps.

Import trusts nothing. The source is opened read-only, with untrusted-schema settings. Before any value of it is read,
its SQL must be exactly ours (no trigger, no view, no column more), and what it holds must lie within the limits below;
SQLite hands out no longer value. Then every row is read in order, checked, and inserted into a new file made by this
program, whose constraints check it again: that checks its pages too, because each that matters is read. No byte is
carried over that is not part of a row.

A file of an earlier format is copied first, and the copy is brought to today's.
"""

from __future__ import annotations

import hashlib
import math
import re
import sqlite3
import sys
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from auxol_core.errors import InvalidInputError, NotFoundError, TaskFileCorruptError
from auxol_core.taskfile import authorship, lease, lesson_codec
from auxol_core.taskfile.connections import check_length, connect
from auxol_core.taskfile.formats import check_format
from auxol_core.taskfile.greys import GreyNotes
from auxol_core.taskfile.journal import unpack_lesson
from auxol_core.taskfile.making import COLUMNS, STEP_BYTES, insert, making_file, size_of
from auxol_core.taskfile.migrations import migrate
from auxol_core.taskfile.owner import claim, release, remove_quietly
from auxol_core.taskfile.places import beside, refuse_existing
from auxol_core.taskfile.schema import (
    FORMAT_VERSION,
    MAX_GREYS,
    MAX_LESSON_BYTES,
    MAX_LOCATOR_BYTES,
    MAX_OPTIONS_TEXT,
    MAX_SIGHT_BYTES,
    MAX_STATE_BYTES,
    PART_BYTES,
    check_generalist,
    check_id,
    losses_of,
    options_from_json,
)
from auxol_core.taskfile.sentences import check_beside, corrupt_error, translate_errors
from auxol_core.taskfile.sights import read_states, unpack_locator, unpack_sight
from auxol_core.taskfile.versions import lineage_of, read_updates
from auxol_core.types import IntensityWindow

# What an import may hold: ten times what anybody teaches in years.
MAX_IMPORT_BYTES = 2 << 30
MAX_ROWS = {
    "task": 1,
    "corrections": 50_000,
    "lessons": 200_000,
    "updates": 100_000,
    "update_corrections": 200_000,
    "snapshots": 10_000,
    "sights": 50_000,
    "locator_states": 200_000,
    "locator_lessons": 200_000,
    "estimates": 200_000,
    "greys": 1,
}
MAX_TEXT = 2000
MAX_VALUE = {
    "options": MAX_OPTIONS_TEXT,
    "arrays": MAX_LESSON_BYTES,
    "expert_losses": 1 << 16,
    "data": PART_BYTES,
    "sight": MAX_SIGHT_BYTES,
    "weights": MAX_LOCATOR_BYTES,
    "told": MAX_GREYS,
}

_OWN = "options, generalist, generalist_hash, created, window_low, window_high, current_version, last_version"
_SINCE_3 = "program, learner, relearning, refitted, refit_to"
_ROWS_A_STEP = 500
Steps = Generator[None, None, None]


def importing(source: Path, dest: Path, name: str, used: tuple[str, str] | None, max_bytes: int) -> Steps:
    """See ``TaskFile.import_``. ``used``: name and hash of the generalist in use, None: whichever it is."""
    refuse_existing(dest)
    if not source.is_file():
        raise NotFoundError(f"Expected a task file at {source}, found none. Choose the file again.")
    check_length(source)
    if source.stat().st_size > max_bytes:
        raise TaskFileCorruptError(
            f"Expected a task file of at most {max_bytes:,} bytes, but {source.name} has {source.stat().st_size:,}. "
            "Import it with a larger limit if you trust where it comes from."
        )
    identity = claim(source)
    copy = beside(dest)
    try:
        with translate_errors(source):
            with closing(_opened(source, "ro")) as connection:
                version = check_format(connection, source, pages=False)
                lease.refuse_held(connection, source)
                if version == FORMAT_VERSION:
                    yield from _taking_in(_Reader(connection, source), dest, name, used)
                    return
                yield from _copying(source, copy)
            with closing(_opened(copy, "rw")) as connection:
                reader = _Reader(connection, source)
                check_format(connection, source, pages=False)
                yield from reader.checking_sizes(_OWN)
                connection.execute("COMMIT")
                migrate(connection, version)
                yield from _taking_in(reader, dest, name, used)
    finally:
        for leftover in (copy, copy.with_name(copy.name + "-journal")):
            remove_quietly(leftover)
        release(identity)


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    """A connection with a read begun, which hands out nothing longer than a text may be."""
    connection = connect(path, mode)
    try:
        if mode == "ro":
            connection.execute("PRAGMA query_only=ON")
        _allow(connection, MAX_OPTIONS_TEXT)
        connection.execute("BEGIN")
    except BaseException:
        connection.close()
        raise
    return connection


def _allow(connection: sqlite3.Connection, length: int) -> None:
    """Have SQLite refuse longer values before it makes room for them (Python 3.10 cannot ask for that)."""
    if sys.version_info >= (3, 11):
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, length + (1 << 16))


def _copying(source: Path, copy: Path) -> Steps:
    with source.open("rb") as old, copy.open("xb") as new:
        while chunk := old.read(STEP_BYTES):
            new.write(chunk)
            yield


class _Reader:
    """Rows of a file that nobody vouches for."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows one by one; every float is finite."""
        for row in self.connection.execute(sql):
            if any(isinstance(value, float) and not math.isfinite(value) for value in row):
                raise corrupt_error(self.path, "a number is not finite")
            yield row

    def require(self, true: bool, what: str) -> None:
        """Raise TaskFileCorruptError, saying ``what`` is wrong, unless ``true``."""
        if not true:
            raise corrupt_error(self.path, what)

    def checking_sizes(self, columns_of_task: str) -> Steps:
        """How many rows there are and how long their values; a blob's length is read without the blob."""
        there = {row[0] for row in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
        tables = {table: columns for table, columns in COLUMNS.items() if table in there}  # older formats have fewer
        for table, columns in {"task": columns_of_task, **tables}.items():
            most = MAX_ROWS[table]
            (count,) = next(self.rows(f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT {most + 1})"))
            self.require(count <= most, f"it has over {most:,} rows of {table}")
            for column in columns.split(", "):
                (longest,) = next(self.rows(f"SELECT max(length({column})) FROM {table}"))
                allowed = MAX_VALUE.get(column, MAX_TEXT)
                self.require(
                    longest is None or longest <= allowed,
                    f"a value of {column} has {longest} bytes where {allowed:,} are allowed",
                )
            yield
        totals = self.rows("SELECT max(total) FROM (SELECT sum(length(data)) AS total FROM snapshots GROUP BY version)")
        (longest,) = next(totals)
        self.require(
            longest is None or longest <= MAX_STATE_BYTES,
            f"weights of a version have {longest} bytes where {MAX_STATE_BYTES:,} are allowed",
        )


def _taking_in(reader: _Reader, dest: Path, name: str, used: tuple[str, str] | None) -> Steps:
    """Make ``dest`` of the rows."""
    yield from reader.checking_sizes(f"{_OWN}, {_SINCE_3}")

    def fill(new: sqlite3.Connection) -> Steps:
        try:
            _copy_task(reader, new, name, used)
            _allow(reader.connection, MAX_LESSON_BYTES)
            for table in COLUMNS:
                yield from _copying_rows(reader, new, table)
            _copy_authors(reader, new)
            yield from _checking_whole(reader, new)
        except (InvalidInputError, sqlite3.IntegrityError) as error:
            raise corrupt_error(reader.path, f"a row breaks a rule ({error})") from error

    yield from making_file(dest, fill)


def _copy_task(reader: _Reader, new: sqlite3.Connection, name: str, used: tuple[str, str] | None) -> None:
    rows = list(reader.rows(f"SELECT id, {_OWN}, {_SINCE_3} FROM task LIMIT 2"))
    texts = len(rows) == 1 and all(isinstance(value, str) for value in (*rows[0][1:4], rows[0][9]))
    reader.require(texts, "it has no task's row")
    _, options, generalist, weights_hash, _, low, high, _, _, program, learner, *_ = rows[0]
    check_generalist(generalist, weights_hash)
    check_id("program's version", program)
    if learner is not None:
        check_id("learner", learner)
    if used is not None:
        check_beside(reader.path, (generalist, weights_hash), used)
    numbers = all(isinstance(edge, float) for edge in (low, high))
    reader.require(numbers or (low is None and high is None), "its window is no range of numbers")
    options_from_json(options, IntensityWindow(low, high) if numbers else None, program)
    marks = ", ".join("?" * len(rows[0]))
    new.execute(f"INSERT INTO task (id, name, {_OWN}, {_SINCE_3}) VALUES (1, ?, {marks[3:]})", (name, *rows[0][1:]))


def _copying_rows(reader: _Reader, new: sqlite3.Connection, table: str) -> Steps:
    last, copied, count = -math.inf, 0, 0
    for rowid, *row in reader.rows(f"SELECT rowid, {COLUMNS[table]} FROM {table} ORDER BY rowid"):
        reader.require(rowid > last, f"its rows of {table} are out of order")
        _check_row(reader, table, row)
        insert(new, table, [tuple(row)])
        last, copied, count = rowid, copied + size_of(row), count + 1
        if copied >= STEP_BYTES or count >= _ROWS_A_STEP:
            copied = count = 0
            yield
    yield


def _copy_authors(reader: _Reader, new: sqlite3.Connection) -> None:
    """Who taught what, where the file says it: it was asked for when the file was made."""
    if not authorship.there(reader.connection):
        return
    for table, column in (("authors", "reader"), ("authors", "pseudonym"), ("authorship", "author")):
        count, longest = next(reader.rows(f"SELECT count(*), max(length({column})) FROM {table}"))
        fine = count <= MAX_ROWS["corrections"] and (longest or 0) <= MAX_TEXT
        reader.require(fine, f"it has more or longer rows of {table} than a task has")
    authorship.put_all(new, authorship.read_all(reader.connection))


def _check_row(reader: _Reader, table: str, row: list[Any]) -> None:
    if table == "corrections":
        check_id("correction id", row[1])
        check_id("slice id", row[2])
    elif table == "lessons":
        losses, checksum, arrays = row[7:]
        reader.require(isinstance(arrays, bytes) and isinstance(checksum, int), f"lesson {row[0]!r} is no lesson")
        unpack_lesson(str(row[0]), arrays, checksum)
        if losses is not None:
            reader.require(isinstance(losses, bytes) and len(losses) % 8 == 0, "expert losses are no numbers")
            losses_of(np.frombuffer(losses, dtype="<f8"))
    elif table == "updates":
        fine = row[10] is None or _is_digest(row[10])
        reader.require(fine and isinstance(row[7], str) and row[7].isprintable(), "an update's entry is not readable")
    elif table == "sights":
        check_id("locator's fingerprint", row[1])
        reader.require(isinstance(row[4], bytes) and isinstance(row[3], int), "a sight is no sight")
        unpack_sight(str(row[0]), row[4], row[3])
    elif table == "locator_states":
        identity, _, locator, base, *_, digest, weights = row
        check_id("locator's fingerprint", locator)
        fine = _is_digest(digest) and isinstance(base, int) and base < identity
        reader.require(fine and isinstance(weights, bytes | None), "an update of the locator is not readable")
        if weights is not None:
            unpack_locator(identity, weights, digest)
    elif table == "greys":
        reader.require(isinstance(row[1], str), "what it knows of its greys is not readable")
        GreyNotes.from_json(row[1])


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def _checking_whole(reader: _Reader, new: sqlite3.Connection) -> Steps:
    """What no row can say alone: keys, the tree of versions, and snapshots against the journal."""
    wrong = new.execute(
        "SELECT count(*) FROM lessons l JOIN corrections c ON c.sequence = l.sequence "
        "WHERE l.key <> c.correction_id || '#' || l.position"
    ).fetchone()[0]
    reader.require(wrong == 0, "lessons are not named after their corrections")
    yield
    updates = read_updates(new)
    made = {update.version: update for update in updates if update.made_version}
    current, last = new.execute("SELECT current_version, last_version FROM task").fetchone()
    reader.require(current in (0, *made) and max((0, *made)) <= last, "its current version was never made")
    for update in made.values():
        reader.require(update.base_version in (0, *made), f"version {update.version} stands on nothing")
    lineage_of(updates, current)
    yield
    states = read_states(new)
    bases = {0, *(row.id for row in states)}
    reader.require(all(row.base in bases for row in states), "an update of the locator stands on nothing")
    yield
    stored = new.execute("SELECT version, count(*), max(part) FROM snapshots GROUP BY version").fetchall()
    for version, parts, last_part in stored:
        reader.require(version in made and parts == last_part + 1, f"the snapshot of version {version} is not whole")
        yield from _checking_weights(reader, new, version, parts, made[version].state_digest)


def _checking_weights(
    reader: _Reader, new: sqlite3.Connection, version: int, parts: int, digest: str | None
) -> Steps:
    """The weights' bytes are those of the journal, and say of themselves that they are arrays within the limits."""
    found = hashlib.sha256()
    for part in range(parts):
        (data,) = new.execute("SELECT data FROM snapshots WHERE version = ? AND part = ?", (version, part)).fetchone()
        found.update(data)
        if part == 0:
            lesson_codec.check_head(data, max_bytes=MAX_STATE_BYTES)
        yield
    reader.require(found.hexdigest() == digest, f"the weights of version {version} are not those of its journal")
