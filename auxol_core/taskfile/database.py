"""The SQLite database of a task file: lock, transactions and reads.

Concurrency: one process owns the file (see owner.py), from open to close: by SQLite's exclusive lock, or where the
process takes leases by a row in the file (see lease.py). Within it one connection is shared by all threads under one
mutex; every public method of the task file is one transaction or one read under that mutex.
"""

from __future__ import annotations

import logging
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from auxol_core.errors import AuxolError, LeaseLostError, NotFoundError
from auxol_core.private_files import tighten
from auxol_core.taskfile import lease, renewing
from auxol_core.taskfile.connections import check_length, connect, durable_settings
from auxol_core.taskfile.formats import check_format
from auxol_core.taskfile.holding import Holding, identity_of
from auxol_core.taskfile.kept import copy_pages
from auxol_core.taskfile.migrations import bring_up_to_date
from auxol_core.taskfile.owner import claim, release, remove_owner, remove_quietly, write_owner
from auxol_core.taskfile.schema import FORMAT_VERSION
from auxol_core.taskfile.sentences import translate_errors

log = logging.getLogger(__name__)

SIDE_FILES = ("-journal", "-wal", "-shm")  # SQLite gives them the mode that the file has when they are made
_LOOKER_WAIT_MS = 2000  # for the transaction of a holder of a lease, beside whom somebody looks


@dataclass(frozen=True)
class Opened:
    """A file with its connection, its place in this process's list of open files, and its format."""

    path: Path
    connection: sqlite3.Connection
    identity: tuple[int, int]
    format: int


class _MovedError(Exception):
    """The file was copied away from a holder who may go on, and is to be opened anew."""


class TaskDatabase:
    """A checked connection to a task file, shared by the parts that give its tables their meaning.

    ``owned``: this process has the file to itself, and a note beside it says so; by a lease where ``held`` is one.
    ``format``: the file's.
    """

    def __init__(self, opened: Opened, *, owned: bool, held: Holding | None = None) -> None:
        """Take over what ``open`` or ``look`` has opened and claimed."""
        self.format = opened.format
        self._path, self._connection, self._identity = opened.path, opened.connection, opened.identity
        self._owned, self._held = owned, held
        self.mutex = threading.RLock()
        if held is not None:
            renewing.renewals.add(self)

    @classmethod
    def open(cls, path: Path, accept: Callable[[sqlite3.Connection, int], None]) -> TaskDatabase:
        """Open ``path``, take its lock, check it and bring it to today's format; see ``TaskFile.open`` for errors.

        ``accept`` is asked, with the connection and the file's format, before anything is changed; it raises to refuse.
        """
        options = lease.wanted()
        held = None if options is None else Holding(options, path.resolve())

        def lock(connection: sqlite3.Connection, file: Path) -> int:
            tighten(file, *(file.with_name(file.name + suffix) for suffix in SIDE_FILES))
            if held is not None:
                connection.execute(f"PRAGMA busy_timeout={held.wait_ms}").fetchall()
            version, before = check_and_lock(connection, file)
            accept(connection, version)
            durable_settings(connection, "DELETE" if held is None else "TRUNCATE")
            if held is None:
                lease.drop_old(connection)
                bring_up_to_date(connection, file, version)
                write_owner(file)
                return FORMAT_VERSION
            held.take(connection)
            if before is not None and before.may_go_on:
                copy_pages(connection, file)
                raise _MovedError
            with _given_up_where_it_fails(connection):
                bring_up_to_date(connection, file, version)
                write_owner(file)
                _let_lock_go(connection, held)
            return FORMAT_VERSION

        try:
            opened = _opened(path, lock)
        except _MovedError:
            file = path.resolve()
            remove_quietly(file.with_name(file.name + "-journal"))  # empty, and the other may have it open, too
            opened = _opened(path, lock)
        return cls(opened, owned=True, held=held)

    @classmethod
    def look(cls, path: Path) -> TaskDatabase:
        """Open ``path`` for reading alone, beside others who read, in the format it has; raises as ``open``.

        Beside the holder of a lease each read is a transaction of its own, so that the holder can write in between.
        """

        def share(connection: sqlite3.Connection, file: Path) -> int:
            connection.execute("PRAGMA query_only=ON")
            connection.execute("BEGIN")
            version = check_format(connection, file)
            held = lease.read(connection)
            if held is not None and held.left:
                connection.execute("COMMIT")
                connection.execute(f"PRAGMA busy_timeout={_LOOKER_WAIT_MS}").fetchall()
            return version

        return cls(_opened(path, share), owned=False)

    @property
    def path(self) -> Path:
        """The file, absolute."""
        return self._path

    def close(self, *, to_replace: bool = False) -> None:
        """Give the file back; closing twice is harmless. Everything that had a receipt is on the disk already.

        ``to_replace``: another file takes its place at once; a lease stays in this one until then.
        """
        with self.mutex:
            if self._identity == (-1, -1):
                return
            if self._held is not None:
                renewing.renewals.remove(self)
                self._give_lease_back(to_replace)
            elif self._owned:
                remove_owner(self._path)
            self._connection.close()
            release(self._identity)
            self._identity = (-1, -1)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of the block or nothing; on the disk when the block is left. LeaseLostError if another has the file."""
        with self.reading() as connection:
            held, deadline = self._held, 0.0
            connection.execute("BEGIN IMMEDIATE")
            try:
                if held is not None:
                    deadline = held.begun(connection)
                yield connection
                if held is not None:
                    held.check()
                elif self._owned:
                    self._check_place()
                connection.execute("COMMIT")
            except BaseException:
                _roll_back(connection)
                raise
            if held is not None:
                held.ended(deadline)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, with nobody else using it, and its errors as ours. LeaseLostError as ``transaction``."""
        with self.mutex, translate_errors(self._path):
            if self._held is not None:
                self._held.check()
            if self._owned or self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN")  # beside the holder of a lease
            try:
                yield self._connection
            finally:
                _roll_back(self._connection)

    def _check_place(self) -> None:
        """SQLite writes on into a file whose name another one has, as where a copy was restored over it or a disk was
        synchronised: nobody would find what is saved there. Windows lets nobody take an open file's place."""
        if sys.platform != "win32" and identity_of(self._path) != self._identity:
            raise LeaseLostError(
                f"Expected {self._path.name} as it was opened, but another file has its place. Nothing of this step "
                "was saved. Start the engine again; it opens the file that is there now."
            )

    @property
    def renew_every(self) -> float:
        """Seconds between two renewals of the lease."""
        assert self._held is not None, "who has no lease renews none"
        return self._held.options.seconds / 3

    def renew(self) -> None:
        """Renew the lease, where nothing else does that at this moment; what prevents it is logged."""
        assert self._held is not None, "who has no lease renews none"
        if not self.mutex.acquire(timeout=self.renew_every / 10):
            return  # somebody is at work, in a transaction or soon done
        try:
            if self._identity == (-1, -1) or self._held.is_lost or self._held.is_fresh:
                return
            with self.transaction():
                pass
        except LeaseLostError:
            pass  # it is logged, and everybody is told who asks
        except (AuxolError, OSError, sqlite3.Error) as error:
            log.warning("The lease on %s could not be renewed yet: %s", self._path.name, error)
        finally:
            self.mutex.release()

    def _give_lease_back(self, to_replace: bool) -> None:
        try:
            with self.transaction() as connection:
                remove_owner(self._path)  # the note is another's once the lease is
                if not to_replace:
                    lease.drop(connection)
        except (AuxolError, OSError, sqlite3.Error) as error:
            log.warning("The lease on %s was not given back, it runs out by itself: %s", self._path.name, error)

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


def check_and_lock(connection: sqlite3.Connection, path: Path) -> tuple[int, lease.Lease | None]:
    """Take the exclusive lock for as long as the connection lives, then check schema and pages; the file's format, and
    the lease in it that has run out.

    The lock comes first, so that nothing changes under the checks, and the checks before any setting that could write
    into a file that is not ours. Before it, whether somebody holds a lease is asked: he must not wait for our checks.
    """
    lease.refuse_seen(path)
    held = lease.refuse_held(connection, path)
    connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if held is not None and "locked" in str(error):
            raise lease.stuck_error(held, path) from error
        raise
    connection.execute("COMMIT")
    return check_format(connection, path), lease.refuse_held(connection, path)


@contextmanager
def _given_up_where_it_fails(connection: sqlite3.Connection) -> Iterator[None]:
    """The lease that was taken, where an opening comes to nothing."""
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):  # it runs out by itself
            lease.drop_old(connection)
        raise


def _let_lock_go(connection: sqlite3.Connection, held: Holding) -> None:
    """From here on the lock is taken for each transaction, and the first sees that the file is still ours."""
    held.settle(connection)
    connection.execute("PRAGMA locking_mode=NORMAL").fetchall()
    connection.execute("BEGIN IMMEDIATE")
    deadline = held.begun(connection)
    connection.execute("COMMIT")
    held.ended(deadline)
