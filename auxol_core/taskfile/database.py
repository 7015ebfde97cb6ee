"""The SQLite connection under a task file: settings, lock, transactions, and SQLite's errors as our sentences.

Concurrency: one process owns the file (see owner.py), from open to close. Within it one connection is shared by all
threads under one mutex; every public method of the task file is one transaction or one read under that mutex.

Durability: a transaction is committed when the rollback journal's header is gone *and that is on the disk*. SQLite
keeps the journal's file in exclusive locking mode and truncates it (journal_size_limit=0) with a sync, so that FULL
would do there; EXTRA also syncs the folder in the moments when the journal is unlinked (the making of a file, the
last transaction before closing) and costs nothing otherwise. Without it a power cut just after a receipt could bring
the unlinked journal back, and that would roll the correction back.

Forgetting: secure_delete writes zeros over what is deleted within the same transaction; the journal, which holds the
old pages until then, has no bytes left after it; temp_store=MEMORY keeps crops out of temporary files.
"""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from auxol_core.errors import (
    NotFoundError,
    StorageFullError,
    TaskFileCorruptError,
    TaskFileError,
    TaskFileGeneralistError,
    TaskFileVersionError,
    UnavailableError,
)
from auxol_core.private_files import tighten
from auxol_core.taskfile.owner import claim, locked_error, release, remove_owner, write_owner
from auxol_core.taskfile.schema import APPLICATION_ID, FORMAT_VERSION, SCHEMA

SIDE_FILES = ("-journal", "-wal", "-shm")  # SQLite gives them the mode that the file has when they are made
_BUSY_SECONDS = 0.2
_SHORTEST = 512  # bytes, SQLite's smallest page
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) if hasattr(errno, "EDQUOT") else (errno.ENOSPC, errno.EFBIG)


class TaskDatabase:
    """A checked connection to a task file, shared by the parts that give its tables their meaning.

    ``owned``: this process has the file to itself, and a note beside it says so.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, identity: tuple[int, int], *, owned: bool) -> None:
        """Take over what ``open`` or ``look`` has opened and claimed."""
        self._path, self._connection, self._identity, self._owned = path, connection, identity, owned
        self.mutex = threading.RLock()

    @classmethod
    def open(cls, path: Path) -> TaskDatabase:
        """Open ``path``, take its lock and check it; see ``TaskFile.open`` for what is raised."""

        def lock(connection: sqlite3.Connection, file: Path) -> None:
            tighten(file, *(file.with_name(file.name + suffix) for suffix in SIDE_FILES))
            check_and_lock(connection, file)
            write_owner(file)

        return cls(*_opened(path, lock), owned=True)

    @classmethod
    def look(cls, path: Path) -> TaskDatabase:
        """Open ``path`` for reading alone, beside others who read; raises as ``open``."""

        def share(connection: sqlite3.Connection, file: Path) -> None:
            connection.execute("PRAGMA query_only=ON")
            connection.execute("BEGIN")
            check_format(connection, file)

        return cls(*_opened(path, share), owned=False)

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


def _opened(
    path: Path, begin: Callable[[sqlite3.Connection, Path], None]
) -> tuple[Path, sqlite3.Connection, tuple[int, int]]:
    """The file, absolute, its connection, on which ``begin`` was called, and its place in this process's list."""
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
                begin(connection, path)
        except BaseException:
            connection.close()
            raise
    except BaseException:
        release(identity)
        raise
    return path, connection, identity


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        # A disk that refused the write may refuse the way back too; the journal is still there then, and SQLite
        # plays it back before the next access.
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")


def connect(path: Path, mode: str = "rw") -> sqlite3.Connection:
    """A connection to an existing file that makes nothing and trusts nothing in it. Touches the file only when used."""
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=_BUSY_SECONDS,
    )
    for setting in ("trusted_schema=OFF", "cell_size_check=ON", "temp_store=MEMORY", "mmap_size=0"):
        connection.execute(f"PRAGMA {setting}").fetchall()
    return connection


def check_length(path: Path) -> None:
    """Refuse what is too short for a database before SQLite is asked, which would take it for an empty one."""
    length = path.stat().st_size
    if length < _SHORTEST:
        raise corrupt_error(path, f"it has {length} bytes")


def check_and_lock(connection: sqlite3.Connection, path: Path) -> None:
    """Take the exclusive lock for as long as the connection lives, then check format, schema and pages.

    The lock comes first, so that nothing changes under the checks, and the checks before any setting that could write
    into a file that is not ours.
    """
    connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("COMMIT")
    check_format(connection, path)
    durable_settings(connection)


def durable_settings(connection: sqlite3.Connection) -> None:
    """Whatever makes commits durable and deletions real, see the top of this file."""
    for setting in ("journal_mode=DELETE", "journal_size_limit=0", "synchronous=EXTRA", "secure_delete=ON"):
        connection.execute(f"PRAGMA {setting}").fetchall()
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA cache_size=-16000")


def check_format(connection: sqlite3.Connection, path: Path) -> None:
    """Raise TaskFileCorruptError or TaskFileVersionError unless this is a whole task file of today's format."""
    application = _number(connection, "PRAGMA application_id")
    if application != APPLICATION_ID:
        raise corrupt_error(path, f"its application id is {application:#x}, a task file's is {APPLICATION_ID:#x}")
    version = _number(connection, "PRAGMA user_version")
    if version != FORMAT_VERSION:
        raise TaskFileVersionError(
            f"Expected a task file of format {FORMAT_VERSION}, but {path.name} has format {version}. "
            + ("Update this program." if version > FORMAT_VERSION else "Open it with the program that wrote it.")
        )
    if _declared(connection) != _expected_schema():
        raise corrupt_error(path, "its tables are not those of a task file")
    problems = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
    if problems != ["ok"]:
        raise corrupt_error(path, "; ".join(problems)[:300])


def make_schema(connection: sqlite3.Connection) -> None:
    """Give an empty database the task file's format. auto_vacuum lets forgetting give the room back in small steps."""
    connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
    durable_settings(connection)
    connection.execute("BEGIN IMMEDIATE")
    for statement in SCHEMA:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={FORMAT_VERSION}")
    connection.execute("COMMIT")


def corrupt_error(path: Path, what: str) -> TaskFileCorruptError:
    """The sentence for a file that is damaged or no task file."""
    return TaskFileCorruptError(
        f"Expected a whole task file, but {path.name} is damaged or is another kind of file: {what}. "
        "It was left as it is; restore a copy or import an export of the task."
    )


def other_generalist_error(path: Path, stored: tuple[str, str], used: tuple[str, str]) -> TaskFileGeneralistError:
    """The sentence for a task of another generalist; both sides are (name, hash of the weights)."""
    return TaskFileGeneralistError(
        f"The task {path.name} was learned beside the generalist {stored[0]} (weights {stored[1][:12]}), but {used[0]} "
        f"(weights {used[1][:12]}) is in use. Choose {stored[0]}, or make a new task."
    )


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """SQLite's and the system's errors as errors of this package; those that mean a bug of ours pass."""
    try:
        yield
    except sqlite3.Error as error:
        known = _known_error(error, path)
        if known is None:
            raise
        raise known from error
    except OSError as error:
        if error.errno in _FULL:
            raise _full_error(path, error) from error
        if isinstance(error, PermissionError | FileNotFoundError | NotADirectoryError):
            raise _refused_error(path, error.strerror or str(error)) from error
        raise


def _known_error(error: sqlite3.Error, path: Path) -> Exception | None:
    text = str(error)  # the texts are older than the error codes, which Python gives only from 3.11 on
    if "locked" in text or "locking protocol" in text:
        return locked_error(path)
    if "is full" in text or "disk I/O error" in text:
        return _full_error(path, error)
    if "not a database" in text or "malformed" in text or "corrupt" in text or "decode" in text:
        return corrupt_error(path, text)
    if "unable to open" in text or "readonly" in text:
        return _refused_error(path, text)
    if "closed database" in text:
        return UnavailableError(f"The task file {path.name} is closed. Open the task again.")
    return None


def _refused_error(path: Path, text: str) -> TaskFileError:
    return TaskFileError(
        f"Expected to read and write {path.name} and its folder, but the system refused ({text}). "
        "Check the folder's permissions and free space."
    )


def _full_error(path: Path, error: Exception) -> StorageFullError:
    return StorageFullError(
        f"Expected room to write {path.name}, but the disk is full or failing ({error}). Nothing of this step was "
        "saved and the task is as it was before. Free some space and send it again."
    )


def _number(connection: sqlite3.Connection, sql: str) -> int:
    return int(connection.execute(sql).fetchone()[0])


def _declared(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    """Everything the file declares: tables, indexes, and whatever else somebody put there."""
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    return [tuple(row) for row in rows]


def _expected_schema() -> list[tuple[object, ...]]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for statement in SCHEMA:
            connection.execute(statement)
        return _declared(connection)
    finally:
        connection.close()
