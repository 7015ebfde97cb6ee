"""Task files of earlier formats become files of today's.

A migration changes one format into the next, within one transaction, and reads nothing that may change later: it says
itself what the tables were. It is added at the end of MIGRATIONS and never changed again. The old file is kept beside
(kept.py) before the first of them begins.

Whoever only looks at a file (``TaskFile.look``) reads it in the format that it has: what it reads is there since
format 2.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from auxol_core.errors import TaskFileCorruptError
from auxol_core.taskfile import kept, lesson_codec
from auxol_core.taskfile.fault_points import reach
from auxol_core.taskfile.schema import FORMAT_VERSION, SCHEMA


@dataclass(frozen=True)
class Migration:
    """From format ``old`` to the next. ``schema``: the SQL of format ``old``, as it was written then."""

    old: int
    schema: tuple[str, ...]
    change: Callable[[sqlite3.Connection], None]


def bring_up_to_date(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Change a checked file of format ``version`` into one of today's, all or nothing; the old one is kept beside."""
    if version < FORMAT_VERSION:
        kept.keep(connection, path)
        migrate(connection, version)


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Change a checked database of format ``version`` into one of today's. One transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for migration in MIGRATIONS:
            if migration.old >= version:
                migration.change(connection)
        connection.execute(f"PRAGMA user_version={FORMAT_VERSION}")
        reach("migration.before_commit")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


_TASK_2 = """CREATE TABLE task (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        name TEXT NOT NULL CHECK (typeof(name) = 'text'),
        options TEXT NOT NULL CHECK (typeof(options) = 'text'),
        generalist TEXT NOT NULL CHECK (typeof(generalist) = 'text'),
        generalist_hash TEXT NOT NULL CHECK (typeof(generalist_hash) = 'text'),
        created REAL NOT NULL CHECK (typeof(created) = 'real'),
        window_low REAL CHECK (typeof(window_low) IN ('real', 'null')),
        window_high REAL CHECK (typeof(window_high) IN ('real', 'null')),
        current_version INTEGER NOT NULL DEFAULT 0 CHECK (typeof(current_version) = 'integer'),
        last_version INTEGER NOT NULL DEFAULT 0 CHECK (typeof(last_version) = 'integer'),
        paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
        CHECK (current_version BETWEEN 0 AND last_version),
        CHECK ((window_low IS NULL) = (window_high IS NULL)),
        CHECK (window_low IS NULL OR window_low < window_high))"""
_TASK_3 = _TASK_2.replace(
    "CHECK (paused IN (0, 1)),",
    """CHECK (paused IN (0, 1)),
        program TEXT NOT NULL CHECK (typeof(program) = 'text'),
        learner TEXT CHECK (typeof(learner) IN ('text', 'null')),
        relearning INTEGER NOT NULL DEFAULT 0 CHECK (relearning IN (0, 1)),
        refitted INTEGER NOT NULL DEFAULT 0 CHECK (typeof(refitted) = 'integer'),
        refit_to INTEGER NOT NULL DEFAULT 0 CHECK (typeof(refit_to) = 'integer'),""",
)


def _from_2(connection: sqlite3.Connection) -> None:
    """The task's row learns which program made it and which learner its weights are of."""
    columns = "id, name, options, generalist, generalist_hash, created, window_low, window_high, current_version, "
    columns += "last_version, paused"
    row = connection.execute(f"SELECT {columns} FROM task").fetchone()
    if row is None:
        raise TaskFileCorruptError("A task file must hold its task, this one holds none. Restore a copy or an export.")
    learner = _learner_of_2(connection, str(row[2]))
    connection.execute("DROP TABLE task")
    connection.execute(_TASK_3)
    marks = ", ".join("?" * len(row))
    connection.execute(
        f"INSERT INTO task ({columns}, program, learner) VALUES ({marks}, '0.1.0', ?)", (*row, learner)
    )


def _learner_of_2(connection: sqlite3.Connection, options: str) -> str | None:
    """The learner of a file that does not say it: the preset, and for ``auxol`` the initial weights that its states
    are differences from; None where no state is stored."""
    try:
        preset = json.loads(options)["preset"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None  # whoever reads the options refuses them
    if preset != "auxol":
        return f"{preset} 1"
    parts = connection.execute(
        "SELECT data FROM snapshots WHERE version = (SELECT max(version) FROM snapshots) ORDER BY part"
    ).fetchall()
    origin = lesson_codec.decode(b"".join(part[0] for part in parts)).get("origin") if parts else None
    return None if origin is None else f"auxol 1 {origin.tobytes().hex()}"


# What format 4 added; the tables before it are still as they were in format 2, but for the task's own row. Who changes
# one writes down here what it was.
_SINCE_4 = 8
_SINCE_5 = len(SCHEMA) - 1  # format 5 added one table, greys


def _from_3(connection: sqlite3.Connection) -> None:
    """Room for what the task's locator keeps; there is nothing in it yet (engine/whereabouts.py fills it)."""
    for statement in SCHEMA[_SINCE_4:_SINCE_5]:
        connection.execute(statement)


def _from_4(connection: sqlite3.Connection) -> None:
    """Room for what the task knows of its greys; the scale is noted at its next slice, and who set the window is not
    known any more."""
    for statement in SCHEMA[_SINCE_5:]:
        connection.execute(statement)


MIGRATIONS: tuple[Migration, ...] = (
    Migration(2, (_TASK_2, *SCHEMA[1:_SINCE_4]), _from_2),
    Migration(3, (_TASK_3, *SCHEMA[1:_SINCE_4]), _from_3),
    Migration(4, SCHEMA[:_SINCE_5], _from_4),
)
SCHEMAS: dict[int, tuple[str, ...]] = {
    **{migration.old: migration.schema for migration in MIGRATIONS},
    FORMAT_VERSION: SCHEMA,
}
# Which SQL gives the version of the program that made a task, by format.
PROGRAM_OF = {2: "'0.1.0'", **dict.fromkeys(range(3, FORMAT_VERSION + 1), "program")}
