"""What a task file knows of the greys that its task sees: the window, who set it, and the scale it was taught on.

The window stands in the task's own row, the rest in the one row of ``greys``, as JSON. A lesson may name the window
that its pictures were kept through (engine/lesson_window.py); one that does not was kept through ``first``, which was
the task's before it was changed for the first time.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from auxol_core.errors import AuxolError, InvalidInputError
from auxol_core.imaging.rewindow import rewindowed
from auxol_core.protocol import made
from auxol_core.scales import EIGHT_BIT, GreyScale
from auxol_core.taskfile.database import TaskDatabase
from auxol_core.taskfile.schema import MAX_GREYS, SightRow
from auxol_core.taskfile.sights import insert_sight, packed_sight, unpack_sight
from auxol_core.types import IntensityWindow, WindowInfo

log = logging.getLogger(__name__)

ORIGINS = ("", "given", "volume", "slice")
# The format that has the row; whoever only looks at an older file finds the default.
_SINCE = 5


@dataclass(frozen=True)
class GreyNotes:
    """``origin``, ``lost``, ``unchanged``: see WindowInfo. ``scale``: that of the task's first slice that told one;
    ``first``: low and high of the window of lessons that do not name theirs, None: the window never changed."""

    origin: str = ""
    scale: GreyScale | None = None
    first: tuple[float, float] | None = None
    lost: float = 0.0
    unchanged: int = 0

    def info(self, window: IntensityWindow | None) -> WindowInfo:
        """What to tell of a task with this ``window``."""
        words = "" if window is None else f"{window.low:g} to {window.high:g}"
        if self.scale is not None:
            words = self.scale.words() if window is None else self.scale.words(window.low, window.high)
        return WindowInfo(window, self.origin, words, self.lost, self.unchanged)

    def to_json(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self), sort_keys=True)

    @staticmethod
    def from_json(text: str) -> GreyNotes:
        """The other way; InvalidInputError for anything else, whoever wrote it."""
        try:
            notes = made(GreyNotes, json.loads(text))
            sound = notes.origin in ORIGINS and 0.0 <= notes.lost <= 1.0 and notes.unchanged >= 0
            _ = None if notes.first is None else IntensityWindow(*notes.first)
        except (ValueError, RecursionError, InvalidInputError) as error:
            raise InvalidInputError(f"Expected what a task knows of its greys, got {text[:80]!r} ({error}).") from error
        if not sound:
            raise InvalidInputError(f"Expected what a task knows of its greys, got {text[:80]!r}.")
        return notes


class GreyShelf:
    """The part of a task file that keeps the window and the notes on it."""

    def __init__(self, database: TaskDatabase) -> None:
        self._database = database

    @property
    def window(self) -> IntensityWindow | None:
        """The task's window; None until it was given or taken from a slice or volume. One read."""
        with self._database.reading() as connection:
            return _window(connection)

    @property
    def notes(self) -> GreyNotes:
        """What is noted beside it. One read."""
        if self._database.format < _SINCE:
            return GreyNotes()
        with self._database.reading() as connection:
            return _notes(connection)

    @property
    def info(self) -> WindowInfo:
        """What to tell of both. Two reads."""
        return self.notes.info(self.window)

    def note(self, **changes: Any) -> GreyNotes:
        """Replace some of the notes; all of them as they are now. One transaction."""
        with self._database.transaction() as connection:
            notes = replace(_notes(connection), **changes)
            _write(connection, notes)
        return notes

    def change(self, window: IntensityWindow | None, origin: str) -> None:
        """Set the window of a task without lessons, or none. One transaction."""
        with self._database.transaction() as connection:
            change(connection, window, origin)


def change(connection: sqlite3.Connection, window: IntensityWindow | None, origin: str) -> None:
    """Set the window inside a transaction. Sights are brought to it where it is known what they were kept through;
    lessons are brought one by one (engine/relearning.py)."""
    old, notes = _window(connection), _notes(connection)
    before = notes.first if old is None else notes.first or (old.low, old.high)
    low, high = (None, None) if window is None else (float(window.low), float(window.high))
    connection.execute("UPDATE task SET window_low = ?, window_high = ?", (low, high))
    _write(connection, replace(notes, origin=origin if window is not None else "", first=before))
    if window is None:
        return
    seen = old if old is not None else (None if before is None else IntensityWindow(*before))
    if seen is not None and seen != window:
        _bring_sights(connection, seen, window)


def forget(connection: sqlite3.Connection) -> None:
    """Inside the transaction that deletes all that was taught: a window that was taken from a slice goes, too; one that
    was given or is a volume's stays, and that of 8-bit pictures, which is the same for all. A task without lessons has
    none that were kept through another one."""
    notes = _notes(connection)
    if notes.origin == "slice" and (notes.scale is None or notes.scale.kind != EIGHT_BIT):
        connection.execute("UPDATE task SET window_low = NULL, window_high = NULL")
        notes = GreyNotes()
    _write(connection, replace(notes, first=None, lost=0.0, unchanged=0))


def _bring_sights(connection: sqlite3.Connection, old: IntensityWindow, new: IntensityWindow) -> None:
    """The locator's pictures, seen through ``new``; its states, which learned from the others, go."""
    rows = connection.execute(
        "SELECT s.sequence, s.locator, s.present, s.checksum, s.sight, c.correction_id FROM sights s "
        "JOIN corrections c ON c.sequence = s.sequence"
    ).fetchall()
    connection.execute("DELETE FROM locator_states")
    for sequence, locator, present, checksum, data, key in rows:
        connection.execute("DELETE FROM sights WHERE sequence = ?", (sequence,))
        try:
            arrays = dict(unpack_sight(str(key), data, checksum))
        except AuxolError as error:
            log.warning("A sight is made again from its lesson: %s", error)
            continue
        for name, array in arrays.items():
            if name.startswith("image") and array.dtype == np.uint8:
                arrays[name] = rewindowed(array, old, new)[0]
        insert_sight(connection, sequence, packed_sight(SightRow(str(locator), bool(present), arrays)))


def _window(connection: sqlite3.Connection) -> IntensityWindow | None:
    low, high = connection.execute("SELECT window_low, window_high FROM task").fetchone()
    return None if low is None else IntensityWindow(float(low), float(high))


def _notes(connection: sqlite3.Connection) -> GreyNotes:
    row = connection.execute("SELECT told FROM greys").fetchone()
    return GreyNotes() if row is None else GreyNotes.from_json(str(row[0]))


def _write(connection: sqlite3.Connection, notes: GreyNotes) -> None:
    text = notes.to_json()
    if len(text) > MAX_GREYS:
        raise InvalidInputError(f"What is noted of a task's greys may take {MAX_GREYS} characters, got {len(text)}.")
    connection.execute("INSERT OR REPLACE INTO greys (id, told) VALUES (1, ?)", (text,))
