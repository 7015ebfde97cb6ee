"""Connections to a task file: how SQLite is told to be durable, to forget what is deleted, and to trust nothing.

Durability: a transaction is committed when the rollback journal's header is gone *and that is on the disk*. SQLite
keeps the journal's file in exclusive locking mode and truncates it (journal_size_limit=0) with a sync, so that FULL
would do there; EXTRA also syncs the folder in the moments when the journal is unlinked (the making of a file, the
last transaction before closing) and costs nothing otherwise. Without it a power cut just after a receipt could bring
the unlinked journal back, and that would roll the correction back.

Where a process takes leases (lease.py) the lock is not kept, and so the journal is truncated with a sync through the
handle that wrote it, never unlinked by its name: that may be another's by then. A network file system knows no more.

Forgetting: secure_delete writes zeros over what is deleted within the same transaction; the journal, which holds the
old pages until then, has no bytes left after it; temp_store=MEMORY keeps crops out of temporary files.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path, PurePath
from typing import Literal

from auxol_core.taskfile.sentences import corrupt_error

_BUSY_SECONDS = 0.2
_SHORTEST = 512  # bytes, SQLite's smallest page


def connect(path: Path, mode: str = "rw") -> sqlite3.Connection:
    """A connection to an existing file that makes nothing and trusts nothing in it. Touches the file only when used.

    ``mode``: SQLite's, and more of its parameters behind it.
    """
    connection = sqlite3.connect(
        f"{uri_of(path.resolve())}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=_BUSY_SECONDS,
    )
    for setting in ("trusted_schema=OFF", "cell_size_check=ON", "temp_store=MEMORY", "mmap_size=0"):
        connection.execute(f"PRAGMA {setting}").fetchall()
    return connection


def uri_of(path: PurePath) -> str:
    r"""An absolute path as SQLite takes it. Of a Windows share (``\\server\share``, also behind a drive's letter)
    Python makes ``file://server/share``, whose server SQLite refuses; with two slashes more it is a path again."""
    uri = path.as_uri()
    return uri if uri.startswith("file:///") else uri.replace("file://", "file:////", 1)


def check_length(path: Path) -> None:
    """Refuse what is too short for a database before SQLite is asked, which would take it for an empty one."""
    length = path.stat().st_size
    if length < _SHORTEST:
        raise corrupt_error(path, f"it has {length} bytes")


def durable_settings(connection: sqlite3.Connection, journal: Literal["DELETE", "TRUNCATE"] = "DELETE") -> None:
    """Whatever makes commits durable and deletions real, see the top of this file."""
    # fullfsync: on a Mac fsync alone leaves it to the drive's own cache.
    durable = (f"journal_mode={journal}", "journal_size_limit=0", "synchronous=EXTRA", "fullfsync=ON")
    for setting in (*durable, "secure_delete=ON"):
        connection.execute(f"PRAGMA {setting}").fetchall()
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA cache_size=-16000")
