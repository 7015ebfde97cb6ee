"""The old file of a task, kept beside it while a newer program changes its format or learns it again.

``<file>.before`` is the file as the older program left it: that program opens it under its own name. It goes when the
task knows again what it knew, and with every correction that is forgotten, because it still holds it. Where somebody
would rather have the task as it was, it takes the place of the newer file, with what was saved since.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from auxol_core.private_files import make_empty
from auxol_core.taskfile import authorship
from auxol_core.taskfile.connections import connect, durable_settings
from auxol_core.taskfile.owner import remove_quietly
from auxol_core.taskfile.places import beside, put_in_place, sync, sync_folder
from auxol_core.taskfile.schema import FORMAT_VERSION

# What is handed over is in these tables since format 2.
_CORRECTION = "correction_id, slice_id, confirmation, saved_at"
_SIGHT, _SIGHTS_SINCE = "locator, present, checksum, sight", 4
_LESSON = "key, position, version, generalist, specialist, fused, checksum, arrays"


def kept_path(path: Path) -> Path:
    """Where the old file of ``path`` lies, if there is one."""
    return path.with_name(path.name + ".before")


def keep(connection: sqlite3.Connection, path: Path) -> None:
    """Copy the open file ``path`` page by page to its kept one, on the disk on return. One that is there stays: it is
    from before something that has not ended yet."""
    if not kept_path(path).exists():
        copy_pages(connection, kept_path(path))


def copy_pages(connection: sqlite3.Connection, path: Path) -> None:
    """Copy the open file page by page to ``path``, in place of what is there; on the disk on return."""
    partial = beside(path)
    try:
        make_empty(partial)
        with closing(connect(partial)) as copy:
            connection.backup(copy)
        sync(partial)
        os.replace(partial, path)
        sync_folder(path)
    finally:
        remove_quietly(partial)


def hand_over(connection: sqlite3.Connection, path: Path) -> None:
    """Add the corrections of the open file ``path`` that its old one lacks to that, queued and without losses."""
    with closing(connect(kept_path(path))) as old:
        durable_settings(old)
        sights = old.execute("PRAGMA user_version").fetchone()[0] >= _SIGHTS_SINCE
        there = {row[0] for row in old.execute("SELECT correction_id FROM corrections")}
        rows = connection.execute(f"SELECT sequence, {_CORRECTION} FROM corrections ORDER BY sequence").fetchall()
        old.execute("BEGIN IMMEDIATE")
        for sequence, correction_id, *rest in rows:
            if correction_id not in there:
                _add(old, (correction_id, *rest), connection, sequence, sights=sights)
        if old.execute("PRAGMA user_version").fetchone()[0] == FORMAT_VERSION:
            # One of an earlier format goes back to a program that knows no authors and would refuse it.
            authorship.put_all(old, authorship.read_all(connection))
        old.execute("COMMIT")


def _add(
    old: sqlite3.Connection, correction: tuple[object, ...], new: sqlite3.Connection, sequence: int, *, sights: bool
) -> None:
    marks = ", ".join("?" * len(correction))
    added = old.execute(
        f"INSERT INTO corrections ({_CORRECTION}, state) VALUES ({marks}, 'queued')", correction
    ).lastrowid
    for lesson in new.execute(f"SELECT {_LESSON} FROM lessons WHERE sequence = ? ORDER BY position", (sequence,)):
        marks = ", ".join("?" * len(lesson))
        old.execute(f"INSERT INTO lessons ({_LESSON}, sequence) VALUES ({marks}, ?)", (*lesson, added))
    for sight in new.execute(f"SELECT {_SIGHT} FROM sights WHERE sequence = ?", (sequence,)) if sights else ():
        old.execute(f"INSERT INTO sights ({_SIGHT}, sequence) VALUES (?, ?, ?, ?, ?)", (*sight, added))


def take_back(path: Path) -> None:
    """The old file of the closed file ``path`` takes its place; on the disk on return."""
    put_in_place(kept_path(path), path, replace=True)


def drop(path: Path) -> None:
    """The old file of ``path`` is needed no longer; harmless where there is none."""
    remove_quietly(kept_path(path))
    remove_quietly(path.with_name(kept_path(path).name + "-journal"))
