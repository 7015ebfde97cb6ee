"""Task files as wholes: made, given away, and taken in from strangers.

A new file is written under a name of its own beside the wanted one, and linked into place when it is whole and on the
disk: a crash leaves a ``.partial`` file, never half a task.

Import trusts nothing. The source is opened read-only, with untrusted-schema settings; its format, its SQL (exactly
ours: no trigger, no view, no column more) and its pages are checked; then every row is read, checked and inserted into
a new file made by this program, whose constraints check it again. No byte is carried over that is not part of a row.
"""

from __future__ import annotations

import logging
import math
import os
import re
import secrets
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from auxol_core.errors import InvalidInputError, NotFoundError, TaskFileCorruptError
from auxol_core.private_files import make_empty
from auxol_core.taskfile.database import (
    check_format,
    check_length,
    connect,
    corrupt_error,
    make_schema,
    other_generalist_error,
    translate_errors,
)
from auxol_core.taskfile.journal import unpack_lesson
from auxol_core.taskfile.owner import claim, is_open_here, locked_error, read_owner, release, remove_quietly
from auxol_core.taskfile.schema import (
    MAX_LESSON_BYTES,
    MAX_STATE_BYTES,
    check_generalist,
    check_id,
    losses_of,
    options_from_json,
)
from auxol_core.taskfile.versions import lineage_of, read_updates, unpack_state
from auxol_core.types import IntensityWindow

MAX_IMPORT_BYTES = 2 << 30
_MAX_REASON = 2000

_log = logging.getLogger(__name__)

_COLUMNS = {
    "corrections": "sequence, correction_id, slice_id, confirmation, state, saved_at",
    "lessons": "key, sequence, position, version, generalist, specialist, fused, expert_losses, checksum, arrays",
    "updates": "id, kind, version, base_version, steps, seed, published, reason, seconds, created, state_digest",
    "update_corrections": "update_id, position, sequence",
    "snapshots": "version, part, data",
}


def make_file(path: Path, fill: Callable[[sqlite3.Connection], None]) -> None:
    """Make a task file at ``path``; ``fill`` puts the rows in, within one transaction.

    Raises InvalidInputError if ``path`` exists, also where it came to be meanwhile; whatever happens, ``path`` is then
    either a whole task file or as it was.
    """
    _refuse_existing(path)
    partial = _beside(path)
    try:
        with translate_errors(path):
            make_empty(partial)  # SQLite would make it with the umask's mode
        with translate_errors(path), closing(connect(partial)) as connection:
            make_schema(connection)
            connection.execute("BEGIN IMMEDIATE")
            fill(connection)
            connection.execute("COMMIT")
        with translate_errors(path):
            _put_in_place(partial, path)
    finally:
        remove_quietly(partial)
        remove_quietly(partial.with_name(partial.name + "-journal"))


def export(connection: sqlite3.Connection, path: Path) -> None:
    """Write a compact copy of the open task to ``path``.

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
    partial = _beside(path)
    try:
        make_empty(partial)
        connection.execute("VACUUM INTO ?", (str(partial),))
        _sync(partial)
        os.replace(partial, path)
        _sync_folder(path)
    finally:
        remove_quietly(partial)


def give_room_back(connection: sqlite3.Connection) -> None:
    """Shorten the file by its free pages. They are zeros already, so a failure costs room and is only logged."""
    try:
        connection.executescript("PRAGMA incremental_vacuum")  # execute() would stop after one page
    except sqlite3.Error as error:
        _log.warning("The task file could not be shortened after a deletion: %s", error)


def import_(source: Path, dest: Path, name: str, generalist_hash: str | None, max_bytes: int) -> None:
    """See ``TaskFile.import_``."""
    _refuse_existing(dest)
    if not source.is_file():
        raise NotFoundError(f"Expected a task file at {source}, found none. Choose the file again.")
    check_length(source)
    if source.stat().st_size > max_bytes:
        raise TaskFileCorruptError(
            f"Expected a task file of at most {max_bytes:,} bytes, but {source.name} has {source.stat().st_size:,}. "
            "Import it with a larger limit if you trust where it comes from."
        )
    identity = claim(source)
    try:
        with translate_errors(source), closing(connect(source, "ro")) as connection:
            connection.execute("PRAGMA query_only=ON")
            connection.execute("BEGIN")
            check_format(connection, source)
            reader = _Reader(connection, source)
            make_file(dest, lambda new: _copy(reader, new, name, generalist_hash))
    finally:
        release(identity)


class _Reader:
    """Rows of the file that nobody vouches for."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows one by one; every float is finite."""
        with translate_errors(self.path):
            for row in self._connection.execute(sql):
                if any(isinstance(value, float) and not math.isfinite(value) for value in row):
                    raise corrupt_error(self.path, "a number is not finite")
                yield row

    def require(self, true: bool, what: str) -> None:
        """Raise TaskFileCorruptError, saying ``what`` is wrong, unless ``true``."""
        if not true:
            raise corrupt_error(self.path, what)


def _copy(reader: _Reader, new: sqlite3.Connection, name: str, generalist_hash: str | None) -> None:
    try:
        _copy_task(reader, new, name, generalist_hash)
        _check_sizes(reader)
        for table, columns in _COLUMNS.items():
            marks = ", ".join("?" * len(columns.split(", ")))
            for row in reader.rows(f"SELECT {columns} FROM {table} ORDER BY rowid"):
                _check_row(reader, table, row)
                new.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", row)
        _check_whole(reader, new)
    except (InvalidInputError, sqlite3.IntegrityError) as error:
        raise corrupt_error(reader.path, f"a row breaks a rule ({error})") from error


def _copy_task(reader: _Reader, new: sqlite3.Connection, name: str, generalist_hash: str | None) -> None:
    columns = "options, generalist, generalist_hash, created, window_low, window_high, current_version, last_version"
    rows = list(reader.rows(f"SELECT id, {columns} FROM task LIMIT 2"))
    reader.require(len(rows) == 1 and all(isinstance(value, str) for value in rows[0][1:4]), "it has no task's row")
    _, options, generalist, stored_hash, _, low, high, *_ = rows[0]
    check_generalist(generalist, stored_hash)
    if generalist_hash not in (None, stored_hash):
        raise other_generalist_error(reader.path, (generalist, stored_hash), ("the chosen one", str(generalist_hash)))
    numbers = all(isinstance(edge, float) for edge in (low, high))
    reader.require(numbers or (low is None and high is None), "its window is no range of numbers")
    options_from_json(options, IntensityWindow(low, high) if numbers else None)
    new.execute(f"INSERT INTO task (id, name, {columns}) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (name, *rows[0][1:]))


def _check_sizes(reader: _Reader) -> None:
    """Lengths are read without the values, before any value is."""
    for sql, limit in (
        ("SELECT max(length(arrays)) FROM lessons", MAX_LESSON_BYTES),
        ("SELECT max(length(expert_losses)) FROM lessons", 1 << 20),
        ("SELECT max(total) FROM (SELECT sum(length(data)) AS total FROM snapshots GROUP BY version)", MAX_STATE_BYTES),
        ("SELECT max(length(reason)) FROM updates", _MAX_REASON),
    ):
        (longest,) = next(reader.rows(sql))
        reader.require(longest is None or longest <= limit, f"a value has {longest} bytes where {limit:,} are allowed")


def _check_row(reader: _Reader, table: str, row: tuple[Any, ...]) -> None:
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
        digest = row[10]
        fine = digest is None or (isinstance(digest, str) and re.fullmatch("[0-9a-f]{64}", digest) is not None)
        reader.require(fine and isinstance(row[7], str) and row[7].isprintable(), "an update's entry is not readable")


def _check_whole(reader: _Reader, new: sqlite3.Connection) -> None:
    """What no row can say alone: keys, the tree of versions, and snapshots against the journal."""
    wrong = new.execute(
        "SELECT count(*) FROM lessons l JOIN corrections c ON c.sequence = l.sequence "
        "WHERE l.key <> c.correction_id || '#' || l.position"
    ).fetchone()[0]
    reader.require(wrong == 0, "lessons are not named after their corrections")
    updates = read_updates(new)
    made = {update.version: update for update in updates if update.made_version}
    current, last = new.execute("SELECT current_version, last_version FROM task").fetchone()
    reader.require(current in (0, *made) and max((0, *made)) <= last, "its current version was never made")
    for update in made.values():
        reader.require(update.base_version in (0, *made), f"version {update.version} stands on nothing")
    lineage_of(updates, current)
    stored = new.execute("SELECT version, count(*), max(part) FROM snapshots GROUP BY version").fetchall()
    for version, parts, last_part in stored:
        reader.require(version in made and parts == last_part + 1, f"the snapshot of version {version} is not whole")
        data = new.execute("SELECT data FROM snapshots WHERE version = ? ORDER BY part", (version,)).fetchall()
        unpack_state(version, b"".join(part[0] for part in data), made[version].state_digest)


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise InvalidInputError(f"Expected a new file, but {path.name} exists. Choose another name for the task.")


def _beside(path: Path) -> Path:
    return path.resolve().with_name(f".{secrets.token_hex(8)}.partial")


def _put_in_place(partial: Path, path: Path) -> None:
    """Give the whole file its name, never over another file."""
    try:
        os.link(partial, path)
    except FileExistsError:
        _refuse_existing(path)
        raise
    except OSError:  # no hard links there (exFAT, some network shares)
        _refuse_existing(path)
        os.replace(partial, path)
    _sync_folder(path)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    """Put the name on the disk too; Windows does that by itself and knows no such call."""
    if sys.platform == "win32":
        return
    folder = os.open(path.resolve().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
