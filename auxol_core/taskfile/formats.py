"""Which file is a task file, of which format, and whether it is whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from auxol_core.errors import TaskFileVersionError
from auxol_core.taskfile.connections import durable_settings
from auxol_core.taskfile.migrations import SCHEMAS
from auxol_core.taskfile.schema import APPLICATION_ID, AUTHOR_TABLES, FORMAT_VERSION, SCHEMA
from auxol_core.taskfile.sentences import corrupt_error


def check_format(connection: sqlite3.Connection, path: Path, *, pages: bool = True) -> int:
    """The format of the task file; TaskFileCorruptError or TaskFileVersionError where this program reads no such file.

    ``pages`` False: the tables' declarations alone are checked, for somebody who reads every row anyway.
    """
    version = check_kind(connection, path)
    allowed = [SCHEMAS[version], *([(*SCHEMA, *AUTHOR_TABLES)] if version == FORMAT_VERSION else [])]
    if _declared(connection) not in map(_declarations, allowed):
        raise corrupt_error(path, "its tables are not those of a task file")
    problems = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")] if pages else ["ok"]
    if problems != ["ok"]:
        raise corrupt_error(path, "; ".join(problems)[:300])
    return version


def check_kind(connection: sqlite3.Connection, path: Path) -> int:
    """The format that the file says it has; raises as ``check_format``. Nothing but its header is read."""
    application = _number(connection, "PRAGMA application_id")
    if application != APPLICATION_ID:
        raise corrupt_error(path, f"its application id is {application:#x}, a task file's is {APPLICATION_ID:#x}")
    version = _number(connection, "PRAGMA user_version")
    if version not in SCHEMAS:
        raise TaskFileVersionError(
            f"Expected a task file of format {FORMAT_VERSION} or, at the oldest, {min(SCHEMAS)}, but {path.name} has "
            f"format {version}. "
            + ("Update this program." if version > FORMAT_VERSION else "Open it with the program that wrote it.")
        )
    return version


def make_schema(connection: sqlite3.Connection) -> None:
    """Give an empty database today's format. auto_vacuum lets forgetting give the room back in small steps."""
    connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
    durable_settings(connection)
    connection.execute("BEGIN IMMEDIATE")
    for statement in SCHEMA:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={FORMAT_VERSION}")
    connection.execute("COMMIT")


def _number(connection: sqlite3.Connection, sql: str) -> int:
    return int(connection.execute(sql).fetchone()[0])


def _declared(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    """Everything the file declares: tables, indexes, and whatever else somebody put there."""
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    return [tuple(row) for row in rows]


def _declarations(schema: Sequence[str]) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for statement in schema:
            connection.execute(statement)
        return _declared(connection)
    finally:
        connection.close()
