"""New task files: filled in steps under a name of their own, and put in place when they are whole and on the disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from pathlib import Path

from auxol_core.private_files import make_empty
from auxol_core.steps import finish
from auxol_core.taskfile.connections import connect
from auxol_core.taskfile.formats import make_schema
from auxol_core.taskfile.owner import remove_quietly
from auxol_core.taskfile.places import beside, put_in_place, refuse_existing, sync
from auxol_core.taskfile.sentences import translate_errors

# Of every table but the task's own one, in an order in which each row finds what it refers to.
COLUMNS = {
    "corrections": "sequence, correction_id, slice_id, confirmation, state, saved_at",
    "lessons": "key, sequence, position, version, generalist, specialist, fused, expert_losses, checksum, arrays",
    "updates": "id, kind, version, base_version, steps, seed, published, reason, seconds, created, state_digest",
    "update_corrections": "update_id, position, sequence",
    "snapshots": "version, part, data",
    "sights": "sequence, locator, present, checksum, sight",
    "locator_states": "id, kind, locator, base, steps, seed, seconds, created, digest, weights",
    "locator_lessons": "state_id, sequence",
    "estimates": "sequence, position, quality",
    "greys": "id, told",
}

# A step writes about so much; the disk takes some 10 ms for it.
STEP_BYTES = 1 << 20
_STEPS_A_SYNC = 4

# Puts rows into the new file; yields where something more urgent may go first.
Filling = Callable[[sqlite3.Connection], Generator[None, None, None]]


def making_file(path: Path, fill: Filling, *, replace: bool = False) -> Generator[None, None, None]:
    """Make a task file at ``path``, in the steps of ``fill``.

    Raises InvalidInputError if ``path`` exists, also where it came to be meanwhile, unless it is to ``replace`` it;
    whatever happens, ``path`` is then either a whole task file or as it was.
    """
    if not replace:
        refuse_existing(path)
    partial = beside(path)
    try:
        with translate_errors(path):
            make_empty(partial)  # SQLite would make it with the umask's mode
            with closing(connect(partial)) as connection:
                make_schema(connection)
                yield from _filling(connection, fill, partial)
            put_in_place(partial, path, replace=replace)
    finally:
        remove_quietly(partial)
        remove_quietly(partial.with_name(partial.name + "-journal"))


def make_file(path: Path, fill: Callable[[sqlite3.Connection], None]) -> None:
    """``making_file`` in one go."""

    def at_once(connection: sqlite3.Connection) -> Generator[None, None, None]:
        fill(connection)
        yield

    finish(making_file(path, at_once))


def insert(connection: sqlite3.Connection, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    """Add rows of all COLUMNS of ``table``."""
    columns = COLUMNS[table]
    marks = ", ".join("?" * len(columns.split(", ")))
    connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)


def size_of(row: Iterable[object]) -> int:
    """About the bytes that a row takes."""
    return 32 + sum(len(value) for value in row if isinstance(value, bytes | str))


def _filling(connection: sqlite3.Connection, fill: Filling, partial: Path) -> Generator[None, None, None]:
    # Nobody knows this file before it is whole, so it needs no journal; it goes to the disk a few steps at a time, not
    # all of it at the end.
    connection.execute("PRAGMA journal_mode=MEMORY").fetchall()
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("BEGIN IMMEDIATE")
    for count, _ in enumerate(fill(connection), start=1):
        if count % _STEPS_A_SYNC == 0:
            connection.execute("COMMIT")
            sync(partial)
            connection.execute("BEGIN IMMEDIATE")
        yield
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=DELETE").fetchall()
    sync(partial)
