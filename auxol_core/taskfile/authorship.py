"""The rows of who taught what (authors.py), inside transactions of whoever writes or copies corrections."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import cast

from auxol_core.errors import InvalidInputError
from auxol_core.taskfile.schema import AUTHOR_TABLES, check_id

MAX_AUTHOR = 60  # characters of a pseudonym
# (correction id, what the token file calls its author, the author's pseudonym)
Authorship = tuple[str, str, str]
_ALL = (
    "SELECT c.correction_id, a.reader, a.pseudonym FROM authorship s JOIN authors a ON a.id = s.author "
    "JOIN corrections c ON c.sequence = s.sequence ORDER BY c.sequence"
)


def check_author(pseudonym: str) -> str:
    """``pseudonym`` if it may be one; InvalidInputError otherwise."""
    if len(check_id("pseudonym", pseudonym)) > MAX_AUTHOR or pseudonym in (".", "..") or pseudonym.strip() != pseudonym:
        raise InvalidInputError(
            f"A pseudonym must have 1 to {MAX_AUTHOR} printable characters, no space at either end, got "
            f"{pseudonym[:MAX_AUTHOR]!r}. Choose another."
        )
    return pseudonym


def there(connection: sqlite3.Connection) -> bool:
    """Whether the file has the tables."""
    return bool(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'authorship'").fetchone())


def read_all(connection: sqlite3.Connection) -> list[Authorship]:
    """Who saved what, in order of saving."""
    return [tuple(map(str, row)) for row in connection.execute(_ALL)] if there(connection) else []  # type: ignore[misc]


def put(connection: sqlite3.Connection, sequence: int, reader: str) -> None:
    """The correction of ``sequence`` was saved by ``reader``, as the server's token file calls them."""
    _put(connection, sequence, reader, reader)


def put_all(connection: sqlite3.Connection, rows: Iterable[Authorship]) -> None:
    """Give these authors to the corrections of their ids; one that is not here, or has one, is passed over."""
    for correction_id, reader, pseudonym in rows:
        found = connection.execute(
            "SELECT sequence FROM corrections WHERE correction_id = ?", (correction_id,)
        ).fetchone()
        if found:
            _put(connection, int(found[0]), reader, pseudonym)


def drop_strays(connection: sqlite3.Connection) -> None:
    """Delete the names of those of whom no correction is left."""
    if there(connection):
        connection.execute("DELETE FROM authors WHERE id NOT IN (SELECT author FROM authorship)")


def _put(connection: sqlite3.Connection, sequence: int, reader: str, pseudonym: str) -> None:
    if not there(connection):
        for statement in AUTHOR_TABLES:
            connection.execute(statement)
    found = connection.execute("SELECT id FROM authors WHERE reader = ?", (reader,)).fetchone()
    if found is None:
        name = _free(check_author(pseudonym), pseudonyms(connection))
        found = (_added(connection, check_author(reader), name),)
    connection.execute("INSERT OR IGNORE INTO authorship (sequence, author) VALUES (?, ?)", (sequence, found[0]))


def pseudonyms(connection: sqlite3.Connection) -> set[str]:
    """What all authors are called; none where the file has no tables of them."""
    if not there(connection):
        return set()
    return {str(row[0]) for row in connection.execute("SELECT pseudonym FROM authors")}


def _added(connection: sqlite3.Connection, reader: str, pseudonym: str) -> int:
    row = (reader, pseudonym)
    return cast(int, connection.execute("INSERT INTO authors (reader, pseudonym) VALUES (?, ?)", row).lastrowid)


def _free(pseudonym: str, taken: set[str]) -> str:
    """``pseudonym``, with a number where the owner has given it to somebody else."""
    number, name = 2, pseudonym
    while name in taken:
        name, number = f"{pseudonym[: MAX_AUTHOR - 10]} ({number})", number + 1
    return name
