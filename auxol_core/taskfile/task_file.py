"""The durable task file: one task, one SQLite file, one owner.

    TaskDatabase        connection, lock, transactions, errors                    task_database.py
    CorrectionJournal   what the user taught: corrections and their lessons       task_journal.py
    VersionTree         what the specialist became: updates, snapshots, lineage   task_versions.py
    TaskFile            the whole: make, open, forget, reset, give away           here, task_transfer.py
    TaskView            the same, only to look at, beside whichever generalist    here

The format is in task_schema.py, who has a file open in task_owner.py. While a file is open, nothing else in this
process may open it, not even to copy it (see task_owner); use ``export``.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path
from types import TracebackType

from auxol_core.errors import InvalidInputError, NotFoundError, TaskFileError
from auxol_core.options import TaskOptions
from auxol_core.taskfile import transfer as task_transfer
from auxol_core.taskfile.database import (
    SIDE_FILES,
    check_format,
    check_length,
    connect,
    other_generalist_error,
    translate_errors,
)
from auxol_core.taskfile.journal import LessonCache
from auxol_core.taskfile.owner import claim, locked_error, owner_path, release, remove_quietly
from auxol_core.taskfile.schema import (
    LEARN_KINDS,
    UpdateRow,
    check_generalist,
    check_name,
    options_from_json,
    options_to_json,
)
from auxol_core.taskfile.versions import VersionTree, lineage_of
from auxol_core.types import IntensityWindow


class TaskFile(VersionTree):
    """An open task. Threads may share it; every public method is one transaction or one read."""

    @classmethod
    def create(cls, path: Path, *, name: str, options: TaskOptions, generalist: str, generalist_hash: str) -> TaskFile:
        """Make a task at ``path`` and open it.

        The file is written beside and put in place whole. ``generalist``: a name, never a path; ``generalist_hash``:
        SHA-256 of its weights. Raises InvalidInputError if ``path`` exists or a name is not allowed, StorageFullError.
        """
        path = Path(path)
        identity = (
            check_name(name),
            options_to_json(options),
            *check_generalist(generalist, generalist_hash),
            time.time(),
        )
        window = options.window
        edges = (None, None) if window is None else (float(window.low), float(window.high))

        def fill(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO task (id, name, options, generalist, generalist_hash, created, window_low, window_high) "
                "VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
                (*identity, *edges),
            )

        task_transfer.make_file(path, fill)
        return cls.open(path, generalist_hash=generalist_hash)

    @classmethod
    def open(cls, path: Path, *, generalist_hash: str, generalist: str = "the chosen one") -> TaskFile:
        """Open the task at ``path`` and own it until ``close``.

        ``generalist_hash``: of the weights in use now, ``generalist`` their name for the error's sentence. Raises
        NotFoundError, TaskFileLockedError, TaskFileCorruptError, TaskFileVersionError, TaskFileGeneralistError; the
        file is then as it was.
        """
        task = cls(Path(path))
        try:
            if task.generalist_hash != generalist_hash:
                stored = (task.generalist, task.generalist_hash)
                raise other_generalist_error(task.path, stored, (generalist, generalist_hash))
            _ = task.options  # so that other options are said now and not in the middle of the work
        except BaseException:
            task.close()
            raise
        return task

    def __enter__(self) -> TaskFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def name(self) -> str:
        """What the user called the task."""
        return str(self._rows("SELECT name FROM task")[0][0])

    @property
    def generalist(self) -> str:
        """Name of the generalist it is learned beside."""
        return str(self._rows("SELECT generalist FROM task")[0][0])

    @property
    def generalist_hash(self) -> str:
        """SHA-256 of that generalist's weights."""
        return str(self._rows("SELECT generalist_hash FROM task")[0][0])

    @property
    def options(self) -> TaskOptions:
        """The options the task was made with, with the window it has now."""
        return options_from_json(str(self._rows("SELECT options FROM task")[0][0]), self.window)

    @property
    def window(self) -> IntensityWindow | None:
        """The intensity window; None until it was given or taken from the first slice."""
        low, high = self._rows("SELECT window_low, window_high FROM task")[0]
        return None if low is None else IntensityWindow(float(str(low)), float(str(high)))

    @property
    def paused(self) -> bool:
        """Whether corrections are to stay queued until somebody asks; False in a new task."""
        return bool(self._rows("SELECT paused FROM task")[0][0])

    def set_paused(self, paused: bool) -> None:
        """Keep it for whoever opens the file next. One transaction."""
        with self._transaction() as connection:
            connection.execute("UPDATE task SET paused = ?", (int(paused),))

    def set_window(self, window: IntensityWindow) -> None:
        """Settle the window for the task's life. One transaction; InvalidInputError if another one is settled."""
        with self._transaction() as connection:
            if self.window not in (None, window):
                raise InvalidInputError(f"Expected the task's own window {self.window}, got {window}. Make a new task.")
            connection.execute(
                "UPDATE task SET window_low = ?, window_high = ?", (float(window.low), float(window.high))
            )

    def forget(self, correction_id: str) -> list[UpdateRow]:
        """Delete a correction, its crops and everything that was learned from it. One transaction, then a tidying-up.

        Every version whose lineage learned from it goes, with snapshot and journal entry; the current version becomes
        the last one before. The other corrections of the current lineage's deleted updates are queued again, and
        those updates are returned in order, without ``correction_id``: the schedule for learning again (an update
        that had learned from it alone is left out). The deleted bytes are overwritten with zeros in the file. Raises
        NotFoundError.
        """
        with self._transaction() as connection:
            sequence = self.correction(correction_id).sequence
            updates = self.updates()
            tainted = _tainted(updates, correction_id)
            path = lineage_of(updates, self.current_version)
            kept = [update.version for update in path if update.version not in tainted]
            lost = [update for update in path if update.version in tainted]
            for update in updates:
                if correction_id in update.correction_ids or tainted & _stands_on(update):
                    _delete_update(connection, update)
            connection.execute("UPDATE task SET current_version = ?", (kept[-1] if kept else 0,))
            again = {other for update in lost for other in update.correction_ids} - {correction_id}
            connection.executemany(
                "UPDATE corrections SET state = 'queued' WHERE correction_id = ? AND state = 'learned'",
                [(other,) for other in again],
            )
            connection.execute("DELETE FROM corrections WHERE sequence = ?", (sequence,))
        self._tidy_up()
        return _without(lost, correction_id)

    def reset(self) -> None:
        """Delete all corrections and versions; options, window and numbering stay. One transaction, then tidying up."""
        with self._transaction() as connection:
            for table in ("snapshots", "updates", "corrections"):
                connection.execute(f"DELETE FROM {table}")
            connection.execute("UPDATE task SET current_version = 0")
        self._tidy_up()

    def export(self, path: Path) -> None:
        """Write a compact copy to ``path``, beside first and then in its place. It can be opened by ``import_``.

        It holds crops of images, and no patient's name, study id or file path. Raises InvalidInputError if ``path``
        is a task that is open here, TaskFileLockedError if it is open elsewhere, StorageFullError.
        """
        with self._mutex, translate_errors(self._path):
            task_transfer.export(self._connection, Path(path))

    @staticmethod
    def import_(
        source: Path,
        dest: Path,
        name: str,
        *,
        generalist_hash: str | None = None,
        max_bytes: int = task_transfer.MAX_IMPORT_BYTES,
    ) -> None:
        """Take ``source``, which nobody vouches for, in as a new task ``name`` at ``dest``; open it afterwards.

        Nothing of the source's file is used as it is: every row is read, checked and written into a file of our own.
        ``generalist_hash``, if given, must be the source's. Raises InvalidInputError (the name, ``dest`` exists),
        TaskFileCorruptError (also for more than ``max_bytes``), and as ``open``. ``dest`` then does not exist.
        """
        task_transfer.import_(Path(source), Path(dest), check_name(name), generalist_hash, max_bytes)

    @staticmethod
    def delete(path: Path) -> None:
        """Delete a task's file for good, and what lies beside it. TaskFileLockedError while anyone has it open."""
        path = Path(path).resolve()
        if not path.is_file():
            raise NotFoundError(f"Expected a task file at {path}, found none.")
        identity = claim(path)
        try:
            connection = connect(path)
            try:
                connection.execute("BEGIN EXCLUSIVE")
            except sqlite3.DatabaseError as error:  # a damaged file may be deleted, a file in use may not
                if "locked" in str(error):
                    raise locked_error(path) from error
            finally:
                connection.close()
            path.unlink()
            for suffix in SIDE_FILES:
                remove_quietly(path.with_name(path.name + suffix))
            remove_quietly(owner_path(path))
        except PermissionError as error:
            raise TaskFileError(
                f"Expected to delete {path.name}, but the system refused ({error.strerror})."
            ) from error
        finally:
            release(identity)

    def _tidy_up(self) -> None:
        """Drop decoded crops and give the freed pages back; they hold zeros already, so a failure costs room only."""
        with self._mutex:
            self._cache.clear()
            task_transfer.give_room_back(self._connection)


class TaskView(TaskFile):
    """A task that is only looked at, whichever generalist it was learned beside; changing it raises TaskFileError.

    It shares the file with other views, leaves no note, and keeps an owner from opening the file: close it soon.
    """

    def __init__(self, path: Path) -> None:
        """Open ``path``, not as super does, which takes the file; raises as ``open``, but for the generalist."""
        if not path.is_file():
            raise NotFoundError(f"Expected a task file at {path}, found none.")
        self._path = path.resolve()
        check_length(self._path)
        self._mutex, self._cache = threading.RLock(), LessonCache()
        self._identity = claim(self._path)
        try:
            # "rw", because a reader is who rolls back what a killed owner left half done; a file that may only be read
            # is opened all the same.
            self._connection = connect(self._path, "rw")
            try:
                with translate_errors(self._path):
                    self._connection.execute("PRAGMA query_only=ON")
                    self._connection.execute("BEGIN")
                    check_format(self._connection, self._path)
                _ = self.options
            except BaseException:
                self._connection.close()
                raise
        except BaseException:
            release(self._identity)
            raise

    def close(self) -> None:
        """Let the file go; closing twice is harmless."""
        with self._mutex:
            if self._identity != (-1, -1):
                self._connection.close()
                release(self._identity)
                self._identity = (-1, -1)


def _tainted(updates: list[UpdateRow], correction_id: str) -> set[int]:
    """The versions with ``correction_id`` in their lineage; an update always comes after the one it stands on."""
    tainted: set[int] = set()
    for update in updates:
        if update.made_version and (correction_id in update.correction_ids or update.base_version in tainted):
            tainted.add(update.version)
    return tainted


def _stands_on(update: UpdateRow) -> set[int]:
    """The versions an entry means nothing without; a discarded update's own number is nobody's."""
    discarded = update.kind in LEARN_KINDS and not update.published
    return {update.base_version} if discarded else {update.base_version, update.version}


def _delete_update(connection: sqlite3.Connection, update: UpdateRow) -> None:
    if update.made_version:
        connection.execute("DELETE FROM snapshots WHERE version = ?", (update.version,))
    connection.execute("DELETE FROM updates WHERE id = ?", (update.id,))


def _without(updates: list[UpdateRow], correction_id: str) -> list[UpdateRow]:
    """The schedule without one correction; updates that had nothing else are left out."""
    remaining = [
        (update, tuple(other for other in update.correction_ids if other != correction_id)) for update in updates
    ]
    return [
        UpdateRow(ids, u.steps, u.seed, u.published, u.reason, u.seconds, u.base_version, u.version, u.kind)
        for u, ids in remaining
        if ids
    ]
