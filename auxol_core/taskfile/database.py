"""The SQLite database of a task file: lock, transactions and reads.

Concurrency: one process owns the file (see owner.py), from open to close. Within it one connection is shared by all
threads under one mutex; every public method of the task file is one transaction or one read under that mutex.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from auxol_core.errors import NotFoundError
from auxol_core.private_files import tighten
from auxol_core.taskfile.connections import check_length, connect, durable_settings
from auxol_core.taskfile.formats import check_format
from auxol_core.taskfile.migrations import bring_up_to_date
from auxol_core.taskfile.owner import claim, release, remove_owner, write_owner
from auxol_core.taskfile.schema import FORMAT_VERSION
from auxol_core.taskfile.sentences import translate_errors

SIDE_FILES = ("-journal", "-wal", "-shm")  # SQLite gives them the mode that the file has when they are made


@dataclass(frozen=True)
class Opened:
    """A file with its connection, its place in this process's list of open files, and its format."""

    path: Path
    connection: sqlite3.Connection
    identity: tuple[int, int]
    format: int


class TaskDatabase:
    """A checked connection to a task file, shared by the parts that give its tables their meaning.

    ``owned``: this process has the file to itself, and a note beside it says so. ``format``: the file's.
    """

    def __init__(self, opened: Opened, *, owned: bool) -> None:
        """Take over what ``open`` or ``look`` has opened and claimed."""
        self.format = opened.format
        self._path, self._connection, self._identity = opened.path, opened.connection, opened.identity
        self._owned = owned
        self.mutex = threading.RLock()

    @classmethod
    def open(cls, path: Path, accept: Callable[[sqlite3.Connection, int], None]) -> TaskDatabase:
        """Open ``path``, take its lock, check it and bring it to today's format; see ``TaskFile.open`` for errors.

        ``accept`` is asked, with the connection and the file's format, before anything is changed; it raises to refuse.
        """

        def lock(connection: sqlite3.Connection, file: Path) -> int:
            tighten(file, *(file.with_name(file.name + suffix) for suffix in SIDE_FILES))
            version = check_and_lock(connection, file)
            accept(connection, version)
            durable_settings(connection)
            bring_up_to_date(connection, file, version)
            write_owner(file)
            return FORMAT_VERSION

        return cls(_opened(path, lock), owned=True)

    @classmethod
    def look(cls, path: Path) -> TaskDatabase:
        """Open ``path`` for reading alone, beside others who read, in the format it has; raises as ``open``."""

        def share(connection: sqlite3.Connection, file: Path) -> int:
            connection.execute("PRAGMA query_only=ON")
            connection.execute("BEGIN")
            return check_format(connection, file)

        return cls(_opened(path, share), owned=False)

    @property
    def path(self) -> Path:
        """The file, absolute."""
        return self._path

    def close(self) -> None:
        """Give the file back; closing twice is harmless. Everything that had a receipt is on the disk already."""
        with self.mutex:
            if self._identity == (-1, -1):
                return
            if self._owned:
                remove_owner(self._path)
            self._connection.close()
            release(self._identity)
            self._identity = (-1, -1)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of the block or nothing; on the disk when the block is left."""
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                _roll_back(connection)
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, with nobody else using it, and its errors as ours."""
        with self.mutex, translate_errors(self._path):
            yield self._connection

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """All rows of one SELECT."""
        with self.reading() as connection:
            return connection.execute(sql, tuple(values)).fetchall()


def _opened(path: Path, begin: Callable[[sqlite3.Connection, Path], int]) -> Opened:
    """``path`` with a connection on which ``begin`` was called, which says the format."""
    if not path.is_file():
        raise NotFoundError(f"Expected a task file at {path}, found none. Create the task or import it first.")
    path = path.resolve()
    check_length(path)
    identity = claim(path)
    try:
        with translate_errors(path):
            connection = connect(path)
        try:
            with translate_errors(path):
                return Opened(path, connection, identity, begin(connection, path))
        except BaseException:
            connection.close()
            raise
    except BaseException:
        release(identity)
        raise


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        # A disk that refused the write may refuse the way back too; the journal is still there then, and SQLite
        # plays it back before the next access.
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")


def check_and_lock(connection: sqlite3.Connection, path: Path) -> int:
    """Take the exclusive lock for as long as the connection lives, then check schema and pages; the file's format.

    The lock comes first, so that nothing changes under the checks, and the checks before any setting that could write
    into a file that is not ours.
    """
    connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("COMMIT")
    return check_format(connection, path)
