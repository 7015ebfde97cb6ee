"""The durable task file: one task, one SQLite file, one owner.

    TaskDatabase        connection, lock, transactions, errors                    database.py
    CorrectionJournal   what the user taught: corrections and their lessons       journal.py
    VersionTree         what the specialist became: updates, snapshots, lineage   versions.py
    WeightsOrigin       who made the weights, and whether they are made again     origin.py
    SightShelf          what the task's locator sees and learns                   sights.py
    AuthorBook          who taught what, where several readers share the task     authors.py
    GreyShelf           the grey window, who set it, the scale of the images      greys.py
    TaskFile            the whole: made, opened, forgotten, given away            here, forgetting.py, exporting.py,
                                                                                  importing.py, migrations.py

The format is in schema.py, who has a file open in owner.py, and for machines that share a disk in lease.py. While a
file is open, nothing else in this process may open it, not even to copy it (see owner.py); use ``export``.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Generator
from pathlib import Path
from types import TracebackType

from auxol_core import __version__
from auxol_core.errors import InvalidInputError, NotFoundError, TaskFileCorruptError, TaskFileError
from auxol_core.options import TaskOptions
from auxol_core.steps import finish
from auxol_core.taskfile import forgetting, kept, lease
from auxol_core.taskfile.authors import AuthorBook
from auxol_core.taskfile.connections import connect
from auxol_core.taskfile.database import SIDE_FILES, TaskDatabase
from auxol_core.taskfile.exporting import copying, exporting
from auxol_core.taskfile.fault_points import reach
from auxol_core.taskfile.greys import GreyNotes, GreyShelf
from auxol_core.taskfile.importing import MAX_IMPORT_BYTES, importing
from auxol_core.taskfile.journal import CorrectionJournal
from auxol_core.taskfile.making import make_file
from auxol_core.taskfile.migrations import PROGRAM_OF
from auxol_core.taskfile.origin import WeightsOrigin
from auxol_core.taskfile.owner import claim, locked_error, owner_path, release, remove_quietly
from auxol_core.taskfile.schema import (
    UpdateRow,
    check_generalist,
    check_id,
    check_name,
    options_from_json,
    options_to_json,
)
from auxol_core.taskfile.sentences import check_beside, translate_errors
from auxol_core.taskfile.sights import SightShelf
from auxol_core.taskfile.versions import VersionTree
from auxol_core.types import IntensityWindow


class TaskFile:
    """An open task. Threads may share it; every public method is one transaction or one read."""

    def __init__(self, database: TaskDatabase) -> None:
        self.database = database
        self.journal = CorrectionJournal(database)
        self.versions = VersionTree(database, self.journal)
        self.origin = WeightsOrigin(database, self.journal)
        self.shelf = SightShelf(database)
        self.greys = GreyShelf(database)
        self.authors = AuthorBook(database)
        # The verbs of both parts, for whoever works with the whole task.
        self.add_correction = self.journal.add_correction
        self.corrections = self.journal.corrections
        self.correction = self.journal.correction
        self.has_correction_of = self.journal.has_correction_of
        self.queued = self.journal.queued
        self.set_states = self.journal.set_states
        self.lessons = self.journal.lessons
        self.lessons_of = self.journal.lessons_of
        self.expert_losses_in_order = self.journal.expert_losses_in_order
        self.estimates_in_order = self.journal.estimates_in_order
        self.counts = self.journal.counts
        self.updates = self.versions.updates
        self.outcomes = self.versions.outcomes
        self.lineage = self.versions.lineage
        self.record_update = self.versions.record_update
        self.set_current = self.versions.set_current
        self.snapshot = self.versions.snapshot
        self.snapshot_versions = self.versions.snapshot_versions
        self.nearest_snapshot = self.versions.nearest_snapshot

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        name: str,
        options: TaskOptions,
        generalist: str,
        generalist_hash: str,
        learner: str | None = None,
    ) -> TaskFile:
        """Make a task at ``path`` and open it.

        The file is written beside and put in place whole. ``generalist``: a name, never a path; ``generalist_hash``:
        SHA-256 of its weights; ``learner``: who makes the task's weights (origin.Maker). Raises InvalidInputError if
        ``path`` exists or a name is not allowed, StorageFullError.
        """
        path = Path(path)
        identity = (
            check_name(name),
            options_to_json(options),
            *check_generalist(generalist, generalist_hash),
            time.time(),
            __version__,
            None if learner is None else check_id("learner", learner),
        )
        window = options.window
        edges = (None, None) if window is None else (float(window.low), float(window.high))

        def fill(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO task (id, name, options, generalist, generalist_hash, created, program, learner, "
                "window_low, window_high) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*identity, *edges),
            )

            told = GreyNotes(origin="" if window is None else "given").to_json()
            connection.execute("INSERT INTO greys (id, told) VALUES (1, ?)", (told,))

        make_file(path, fill)
        return cls.open(path, generalist_hash=generalist_hash)

    @classmethod
    def open(
        cls, path: Path, *, generalist_hash: str, generalist: str = "the chosen one", relearn: bool = False
    ) -> TaskFile:
        """Open the task at ``path`` and own it until ``close``. A file of an earlier format is brought to today's.

        ``generalist`` is the name of the one in use now, ``generalist_hash`` of its weights. A task that was learned
        beside one of another name is refused unless it is to ``relearn``; see ``origin`` for whose weights it holds.
        Raises NotFoundError, TaskFileLockedError, TaskFileCorruptError, TaskFileVersionError, TaskFileGeneralistError;
        the file is then as it was.
        """
        used = None if relearn else (generalist, generalist_hash)
        return cls(TaskDatabase.open(Path(path), lambda found, version: _accept(found, version, Path(path), used)))

    @classmethod
    def look(cls, path: Path) -> TaskFile:
        """The task at ``path``, only to look at, whichever generalist it was learned beside.

        Changing it raises TaskFileError. It shares the file with others who look, leaves no note, and keeps an owner
        from opening the file: close it soon. Beside an owner by lease it is possible, too, and what it shows may change
        from read to read. Raises as ``open``, but for the generalist.
        """
        task = cls(TaskDatabase.look(Path(path)))
        try:
            _ = task.options
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

    def close(self) -> None:
        """Give the file back; closing twice is harmless. Everything that had a receipt is on the disk already."""
        self.database.close()

    @property
    def path(self) -> Path:
        """The file, absolute."""
        return self.database.path

    @property
    def current_version(self) -> int:
        """The version in use; 0: nothing learned."""
        return self.versions.current_version

    @property
    def next_version(self) -> int:
        """The number for the next published update: one more than any that was ever published."""
        return self.versions.next_version

    @property
    def name(self) -> str:
        """What the user called the task."""
        return str(self.database.rows("SELECT name FROM task")[0][0])

    @property
    def generalist(self) -> str:
        """Name of the generalist it is learned beside."""
        return str(self.database.rows("SELECT generalist FROM task")[0][0])

    @property
    def generalist_hash(self) -> str:
        """SHA-256 of that generalist's weights."""
        return str(self.database.rows("SELECT generalist_hash FROM task")[0][0])

    @property
    def options(self) -> TaskOptions:
        """The options the task was made with, with the window it has now. TaskFileVersionError as ``open``."""
        return _options(self.database.rows, self.database.format)

    @property
    def window(self) -> IntensityWindow | None:
        """The intensity window; None until it was given or taken from the first slice."""
        return self.greys.window

    @property
    def paused(self) -> bool:
        """Whether corrections are to stay queued until somebody asks; False in a new task."""
        return bool(self.database.rows("SELECT paused FROM task")[0][0])

    def set_paused(self, paused: bool) -> None:
        """Keep it for whoever opens the file next. One transaction."""
        with self.database.transaction() as connection:
            connection.execute("UPDATE task SET paused = ?", (int(paused),))

    def set_window(self, window: IntensityWindow | None, origin: str = "given") -> None:
        """Set the window, or none; ``origin``: who does. One transaction.

        InvalidInputError where lessons are kept through another one: they and the weights go with it, which is more
        than a transaction (engine/relearning.py).
        """
        if self.window not in (None, window) and window is not None and self.corrections(limit=1):
            raise InvalidInputError(
                f"Expected the window of the task's lessons, {self.window}, got {window}. Change it in an engine, "
                "which learns the lessons again."
            )
        if window is None or self.window != window:
            self.greys.change(window, origin)

    def forget(self, correction_id: str) -> list[UpdateRow]:
        """Delete a correction, its crops, sight and all that was learned from it. One transaction, then a tidying-up.

        Every version whose lineage learned from it goes, with snapshot and journal entry; the current version becomes
        the last one before. The other corrections of the current lineage's deleted updates are queued again, and
        those updates are returned in order, without ``correction_id``: the schedule for learning again (an update
        that had learned from it alone is left out). The deleted bytes are overwritten with zeros in the file. Raises
        NotFoundError.
        """
        schedule = forgetting.forget(self.database, self.journal, self.versions, correction_id)
        self._tidy_up()
        return schedule

    def reset(self) -> None:
        """Delete all corrections and versions; options, a window that was given or a volume's, and numbering stay. One
        transaction, then tidying up."""
        forgetting.forget_everything(self.database)
        self._tidy_up()

    def let_go(self, version: int) -> None:
        """Delete the stored state of ``version``, which can be rebuilt, and give the room back. Two transactions."""
        self.versions.let_go(version)
        forgetting.give_room_back(self.database)

    def export(self, path: Path, *, authors: bool = False) -> None:
        """Write a compact copy to ``path``, beside first and then in its place. It can be opened by ``import_``.

        It holds lessons, sights and the weights in use; other versions are rebuilt from these. It holds crops of
        images, and no patient's name, study id or file path; ``authors``: also the pseudonyms of who taught what, which
        are left out otherwise. Raises InvalidInputError if ``path`` is a task that is open here, TaskFileLockedError if
        it is open elsewhere, StorageFullError.
        """
        finish(self.exporting(path, authors=authors))

    def exporting(self, path: Path, *, authors: bool = False) -> Generator[None, None, None]:
        """``export`` in steps, between which the task may go on."""
        return exporting(self.database, self.versions, Path(path), authors=authors)

    def keeping_old_file(self) -> Generator[None, None, None]:
        """Keep the file as it is beside, in steps, unless an older one is kept there."""
        if not kept.kept_path(self.path).exists():
            yield from copying(self.database, self.versions, kept.kept_path(self.path), "all")

    def hand_over(self) -> None:
        """Make ready for ``close_as_it_was``: the old file has the corrections saved since, too. One transaction.

        Raises InvalidInputError where the old file went with a correction that was forgotten, StorageFullError.
        """
        if self.origin.old_file_kept:
            self.origin.hand_over()
            reach("relearning.cancelled")
        elif self.origin.begun:
            raise InvalidInputError(
                f"Expected the file of {self.path.name} as it was before it was learned again, but it is not kept any "
                "more: it went when a correction was forgotten, or the task was imported. Let it be learned again."
            )

    def close_as_it_was(self) -> None:
        """Close the task and put its old file in its place; where none is kept, this one is as it was. Raises
        TaskFileError where the system refuses; the task is closed then, too, and its file as it is now."""
        old_file_kept = self.origin.old_file_kept
        self.database.close(to_replace=old_file_kept)
        if old_file_kept:
            with translate_errors(self.path):
                kept.take_back(self.path)

    @staticmethod
    def import_(
        source: Path,
        dest: Path,
        name: str,
        *,
        generalist_hash: str | None = None,
        generalist: str = "the chosen one",
        max_bytes: int = MAX_IMPORT_BYTES,
    ) -> None:
        """Take ``source``, which nobody vouches for, in as a new task ``name`` at ``dest``; open it afterwards.

        Nothing of the source's file is used as it is: every row is read, checked and written into a file of our own.
        ``generalist_hash`` and ``generalist``, if given, are compared as by ``open``. Raises InvalidInputError (the
        name, ``dest`` exists), TaskFileCorruptError (also for more than ``max_bytes``), and as ``open``. ``dest`` then
        does not exist.
        """
        used = None if generalist_hash is None else (generalist, generalist_hash)
        finish(importing(Path(source), Path(dest), check_name(name), used, max_bytes))

    @staticmethod
    def importing(
        source: Path, dest: Path, name: str, *, generalist_hash: str, generalist: str
    ) -> Generator[None, None, None]:
        """``import_`` in steps."""
        return importing(Path(source), Path(dest), check_name(name), (generalist, generalist_hash), MAX_IMPORT_BYTES)

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
                lease.refuse_held(connection, path)
            except sqlite3.DatabaseError as error:  # a damaged file may be deleted, a file in use may not
                if "locked" in str(error):
                    raise locked_error(path) from error
            finally:
                connection.close()
            path.unlink()
            for suffix in SIDE_FILES:
                remove_quietly(path.with_name(path.name + suffix))
            remove_quietly(owner_path(path))
            kept.drop(path)
        except PermissionError as error:
            raise TaskFileError(
                f"Expected to delete {path.name}, but the system refused ({error.strerror})."
            ) from error
        finally:
            release(identity)

    def _tidy_up(self) -> None:
        """Drop decoded crops and the old file, and give the freed pages back, which hold zeros already."""
        self.journal.drop_cache()
        self.origin.drop_old_file()
        forgetting.give_room_back(self.database)


def _accept(connection: sqlite3.Connection, version: int, path: Path, used: tuple[str, str] | None) -> None:
    """Refuse a task with other options, or that was learned beside another generalist than ``used`` (name, hash)."""

    def rows(sql: str) -> list[tuple[object, ...]]:
        return connection.execute(sql).fetchall()

    _options(rows, version)
    stored = rows("SELECT generalist, generalist_hash FROM task")[0]
    if used is not None:
        check_beside(path, (str(stored[0]), str(stored[1])), used)


def _options(rows: Callable[[str], list[tuple[object, ...]]], version: int) -> TaskOptions:
    found = rows(f"SELECT options, window_low, window_high, {PROGRAM_OF[version]} FROM task")
    if not found:
        raise TaskFileCorruptError("A task file must hold its task, this one holds none. Restore a copy or an export.")
    text, low, high, program = found[0]
    return options_from_json(str(text), _window(low, high), str(program))


def _window(low: object, high: object) -> IntensityWindow | None:
    return None if low is None else IntensityWindow(float(str(low)), float(str(high)))
