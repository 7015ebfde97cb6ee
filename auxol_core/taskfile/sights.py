"""What a task file keeps for the task's locator: sights of the saved slices, and the states that it learned from them.

A *sight* belongs to its correction and goes with it. A *state* has seen the sights of the corrections that it and its
bases learned from; ``seen_by`` says which. No row says which state is in use: that follows from what the task knows now
(``fitting``), so that undo, roll back, forget and reset take it back, and forth again, without a word to the locator.

Every update stays journaled as long as no correction that it saw is forgotten, so any state can be made again; the
states themselves are kept of the last few of those that saw different corrections, and of the one in use.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from numpy.typing import NDArray

from auxol_core.errors import NotFoundError, TaskFileCorruptError
from auxol_core.specialist.base import Arrays
from auxol_core.taskfile import lesson_codec
from auxol_core.taskfile.database import TaskDatabase
from auxol_core.taskfile.schema import MAX_LOCATOR_BYTES, MAX_SIGHT_BYTES, LocatorRow, SightRow, check_id

# States of under 1 MB each: enough for as many undos as anybody makes in a row, without learning anew.
KEEP_STATES = 8
# The format that has room for all this; whoever only looks at an older file finds nothing.
_SINCE = 4
Seen = Mapping[int, frozenset[str]]


class SightShelf:
    """The part of a task file that keeps what the locator sees and learns."""

    def __init__(self, database: TaskDatabase) -> None:
        self._database = database

    @property
    def _is_there(self) -> bool:
        return self._database.format >= _SINCE

    def keys(self, locator: str) -> dict[str, bool]:
        """The corrections with a sight that ``locator`` (its fingerprint) made, in order of saving, and whether the
        structure is on it. One read."""
        if not self._is_there:
            return {}
        rows = self._database.rows(
            "SELECT c.correction_id, s.present FROM sights s JOIN corrections c ON c.sequence = s.sequence "
            "WHERE s.locator = ? ORDER BY s.sequence",
            (locator,),
        )
        return {str(key): bool(present) for key, present in rows}

    def sight(self, correction_id: str) -> dict[str, NDArray[Any]]:
        """The arrays of one sight. NotFoundError where there is none, TaskFileCorruptError where its bytes have
        changed. One read."""
        rows = self._database.rows(
            "SELECT s.sight, s.checksum FROM sights s JOIN corrections c ON c.sequence = s.sequence "
            "WHERE c.correction_id = ?",
            (correction_id,),
        )
        if not rows:
            raise NotFoundError(f"Expected a sight of the correction {correction_id!r}, but none is kept.")
        return unpack_sight(correction_id, cast(bytes, rows[0][0]), cast(int, rows[0][1]))

    def put(self, correction_id: str, sight: SightRow) -> None:
        """Keep a sight of a saved correction that had none, or another locator's. One transaction; one that was
        forgotten meanwhile is passed over."""
        packed = packed_sight(sight)
        with self._database.transaction() as connection:
            found = connection.execute(
                "SELECT sequence FROM corrections WHERE correction_id = ?", (correction_id,)
            ).fetchone()
            if found:
                connection.execute("DELETE FROM sights WHERE sequence = ?", found)
                insert_sight(connection, found[0], packed)

    def states(self, locator: str | None = None) -> list[LocatorRow]:
        """The journal of the locator's updates, in order; of one fingerprint, or of all. One read."""
        if not self._is_there:
            return []
        with self._database.reading() as connection:
            return read_states(connection, locator)

    def state(self, identity: int) -> dict[str, NDArray[Any]] | None:
        """The stored state of this row, None where retention let it go; TaskFileCorruptError where its bytes are not
        those of the journal's digest. One read."""
        rows = self._database.rows("SELECT weights, digest FROM locator_states WHERE id = ?", (identity,))
        if not rows or rows[0][0] is None:
            return None
        return unpack_locator(identity, cast(bytes, rows[0][0]), str(rows[0][1]))

    def record(self, row: LocatorRow, state: Arrays, in_use: int = 0) -> LocatorRow:
        """Journal an update and keep its state; old ones go by retention, but never that of the row ``in_use``. One
        transaction, durable on return. Returns the row as journaled; NotFoundError where a correction is gone."""
        data = lesson_codec.encode(state, max_bytes=MAX_LOCATOR_BYTES)
        done = replace(row, created=time.time(), digest=hashlib.sha256(data).hexdigest(), stored=True)
        check_id("locator's fingerprint", row.locator)
        with self._database.transaction() as connection:
            identity = connection.execute(
                "INSERT INTO locator_states (kind, locator, base, steps, seed, seconds, created, digest, weights) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(row.kind, row.locator, int(row.base), int(row.steps), int(row.seed), float(row.seconds)),
                    *(done.created, done.digest, data),
                ),
            ).lastrowid
            for correction_id in row.correction_ids:
                added = connection.execute(
                    "INSERT INTO locator_lessons (state_id, sequence) SELECT ?, sequence FROM corrections "
                    "WHERE correction_id = ?",
                    (identity, correction_id),
                ).rowcount
                if not added:
                    raise NotFoundError(f"Expected the id of a saved correction, got {correction_id!r}: it is gone.")
            _prune(connection, in_use)
        return replace(done, id=cast(int, identity))


def read_states(connection: sqlite3.Connection, locator: str | None = None) -> list[LocatorRow]:
    """See ``SightShelf.states``."""
    new: dict[int, list[str]] = {}
    for state_id, correction_id in connection.execute(
        "SELECT l.state_id, c.correction_id FROM locator_lessons l JOIN corrections c ON c.sequence = l.sequence "
        "ORDER BY l.state_id, l.sequence"
    ):
        new.setdefault(state_id, []).append(str(correction_id))
    rows = connection.execute(
        "SELECT id, kind, locator, base, seed, steps, seconds, created, digest, weights IS NOT NULL "
        "FROM locator_states ORDER BY id"
    )
    return [
        LocatorRow(kind, of, base, tuple(new.get(identity, ())), seed, steps, took, identity, created, sha, bool(there))
        for identity, kind, of, base, seed, steps, took, created, sha, there in rows
        if locator in (None, of)
    ]


def seen_by(rows: Sequence[LocatorRow], *, stored: bool = True) -> Seen:
    """Which corrections each state has seen, by its row's id: those that are new in it, and its base's. Of all rows, or
    of those whose state is ``stored``; of 0, which has seen none, too."""
    by_id = {row.id: row for row in rows}
    seen: dict[int, frozenset[str]] = {0: frozenset()}
    for row in rows:
        if row.stored or not stored:
            seen[row.id] = frozenset(key for each in chain_of(by_id, row.id) for key in each.correction_ids)
    return seen


def chain_of(by_id: Mapping[int, LocatorRow], identity: int) -> list[LocatorRow]:
    """The updates that made the state of this row, the first one first."""
    chain: list[LocatorRow] = []
    while identity:
        chain.append(by_id[identity])
        identity = chain[-1].base
    return chain[::-1]


def fitting(rows: Sequence[LocatorRow], known: Collection[str]) -> list[LocatorRow]:
    """The stored states that have seen nothing but what is ``known``, the best first: the one that saw the most, of
    those that saw the same the newest."""
    seen, all_known = seen_by(rows), frozenset(known)
    fit = [row for row in rows if row.stored and seen[row.id] <= all_known]
    return sorted(fit, key=lambda row: (len(seen[row.id]), row.id), reverse=True)


def insert_sight(connection: sqlite3.Connection, sequence: int, packed: tuple[object, ...]) -> None:
    """Add a ``packed_sight`` inside a transaction."""
    connection.execute(
        "INSERT INTO sights (sequence, locator, present, checksum, sight) VALUES (?, ?, ?, ?, ?)", (sequence, *packed)
    )


def packed_sight(sight: SightRow) -> tuple[object, ...]:
    """(locator, present, checksum, sight) as the table has them. InvalidInputError where it is too large."""
    data = lesson_codec.encode(sight.arrays, max_bytes=MAX_SIGHT_BYTES)
    return check_id("locator's fingerprint", sight.locator), int(sight.present), zlib.crc32(data), data


def forget_seen(connection: sqlite3.Connection, correction_id: str) -> None:
    """Delete every update of the locator that saw this correction, itself or through its base, with its state."""
    tainted: set[int] = set()
    for row in read_states(connection):  # a base comes before what stands on it
        if correction_id in row.correction_ids or row.base in tainted:
            tainted.add(row.id)
    connection.executemany("DELETE FROM locator_states WHERE id = ?", [(identity,) for identity in tainted])


def unpack_sight(key: str, data: bytes, checksum: int) -> dict[str, NDArray[Any]]:
    """The arrays of a stored sight; TaskFileCorruptError where its bytes are not the ones that were saved."""
    if zlib.crc32(data) != checksum:
        raise TaskFileCorruptError(
            f"Expected the sight of {key!r} as it was saved, but its bytes have changed. Restore a copy or an export "
            "of the task, or forget this correction."
        )
    return lesson_codec.decode(data, max_bytes=MAX_SIGHT_BYTES)


def unpack_locator(identity: int, data: bytes, digest: str) -> dict[str, NDArray[Any]]:
    """The arrays of a stored state; TaskFileCorruptError where its bytes are not those of the journal's digest."""
    if hashlib.sha256(data).hexdigest() != digest:
        raise TaskFileCorruptError(
            f"Expected the state {identity} of the task's locator as it was saved, but its bytes have changed."
        )
    return lesson_codec.decode(data, max_bytes=MAX_LOCATOR_BYTES)


def _prune(connection: sqlite3.Connection, in_use: int) -> None:
    """Let go of the states that retention does not keep; their rows stay."""
    rows = read_states(connection)
    seen, kept = seen_by(rows), set[frozenset[str]]()
    for row in reversed([row for row in rows if row.stored]):
        if seen[row.id] not in kept and len(kept) < KEEP_STATES:
            kept.add(seen[row.id])
        elif row.id != in_use:
            connection.execute("UPDATE locator_states SET weights = NULL WHERE id = ?", (row.id,))
