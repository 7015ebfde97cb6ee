"""The tree of versions inside a task file: updates, snapshots, the current version, and what is kept of them.

Version 0 is the learner's initial state, made from the generalist's weights and never stored. Every published update
makes a new version out of the one that was current, its base; undo and rollback only move the pointer, so the versions
form a tree and the *lineage* of a version is its path from 0. A version's number is never given twice, not even after
it was forgotten.

Retention (declared in design.md): the last 5 snapshots, every 20th version's, and, if it has one, the current
version's. What lies between is rebuilt by replaying the journal from the nearest snapshot before it; a published
update may also come without a snapshot, where replaying it is cheaper than storing it.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, cast

from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError, NotFoundError, TaskFileCorruptError
from auxol_core.specialist.base import Arrays
from auxol_core.taskfile import lesson_codec
from auxol_core.taskfile.database import TaskDatabase
from auxol_core.taskfile.fault_points import reach
from auxol_core.taskfile.journal import CorrectionJournal, page, set_states
from auxol_core.taskfile.schema import (
    LEARN_KINDS,
    MAX_STATE_BYTES,
    MOVE_KINDS,
    PART_BYTES,
    CorrectionState,
    UpdateKind,
    UpdateRow,
)

KEEP_LAST = 5
KEEP_EVERY = 20

log = logging.getLogger(__name__)


class VersionTree:
    """The part of a task file that keeps what the specialist became from what is in ``journal``."""

    def __init__(self, database: TaskDatabase, journal: CorrectionJournal) -> None:
        self._database, self._journal = database, journal

    @property
    def current_version(self) -> int:
        """The version in use; 0: nothing learned."""
        return cast(int, self._database.rows("SELECT current_version FROM task")[0][0])

    @property
    def next_version(self) -> int:
        """The number for the next published update: one more than any that was ever published."""
        return cast(int, self._database.rows("SELECT last_version FROM task")[0][0]) + 1

    def updates(self) -> list[UpdateRow]:
        """The whole journal of updates and moves, in order. One read."""
        with self._database.reading() as connection:
            return read_updates(connection)

    def outcomes(self, after: int = 0, limit: int | None = None) -> list[UpdateRow]:
        """The updates without the moves, in order; not the first ``after``, at most ``limit``. One read."""
        size, first = page(after, limit)
        with self._database.reading() as connection:
            return read_updates(
                connection, "WHERE kind IN (?, ?) ORDER BY id LIMIT ? OFFSET ?", (*LEARN_KINDS, size, first)
            )

    def lineage(self, version: int) -> list[UpdateRow]:
        """The published updates from 0 to ``version``, in order; NotFoundError if there is no such version."""
        return lineage_of(self.updates(), version)

    def record_update(
        self,
        update: UpdateRow,
        snapshot: Arrays | None,
        states: Mapping[str, CorrectionState],
        instead_of: int | None = None,
    ) -> UpdateRow:
        """Journal an update and its verdict; a published one becomes current. One transaction, durable on return.

        ``snapshot`` is the state of the published version (its digest stays in the journal when retention lets the
        snapshot go); None for a discarded one, or where the version shall be rebuilt by replay. ``states`` are the
        new states of corrections, by id. Old snapshots go by retention. ``instead_of``: the current version, rehearsed
        from the same base in fewer steps, whose snapshot goes; the base then is no longer current. Returns the row as
        journaled. Raises InvalidInputError where a published update stands neither on the current version nor instead
        of it, or takes a number below ``next_version``.
        """
        if update.kind not in LEARN_KINDS or (snapshot is not None and not update.published):
            raise InvalidInputError(
                f"Expected an update of kind {' or '.join(LEARN_KINDS)} and a snapshot only with a published one, got "
                f"kind {update.kind!r}, published {update.published}. Move the pointer with set_current."
            )
        data = None if snapshot is None else lesson_codec.encode(snapshot, max_bytes=MAX_STATE_BYTES)
        digest = None if data is None else hashlib.sha256(data).hexdigest()
        with self._database.transaction() as connection:
            self._check_place(update, instead_of)
            identity = _insert_update(connection, update, digest)
            set_states(connection, states)
            if update.published:
                if data is not None:
                    _write_snapshot(connection, update.version, data)
                connection.execute(
                    "UPDATE task SET current_version = ?, last_version = ?", (update.version, update.version)
                )
                if instead_of is not None:
                    drop_snapshot(connection, instead_of)
                _prune(connection)
        return next(row for row in self.updates() if row.id == identity)

    def set_current(
        self,
        version: int,
        kind: UpdateKind,
        reason: str,
        *,
        snapshot: Arrays | None = None,
        states: Mapping[str, CorrectionState] | None = None,
    ) -> None:
        """Make an earlier (or another branch's) version current and journal the move. One transaction.

        ``states`` None: corrections that were learned and are not in the lineage of ``version`` are set aside, set
        aside ones that are in it are learned again; queued and quarantined ones stay. ``snapshot``: the version's
        rebuilt state where retention had let it go, kept as long as the version is current; the journal takes over
        its digest, because on another machine than the one it was learned on it is a little different. Raises
        NotFoundError if there is no such version.
        """
        if kind not in MOVE_KINDS:
            raise InvalidInputError(f"A move must be one of {', '.join(MOVE_KINDS)}, got {kind!r}.")
        with self._database.transaction() as connection:
            path = self.lineage(version)
            before = self.current_version
            move = UpdateRow((), 0, 0, True, reason, 0.0, before, version, kind)
            _insert_update(connection, move, None)
            connection.execute("UPDATE task SET current_version = ?", (version,))
            set_states(connection, self._states_after(path) if states is None else states)
            if snapshot is not None:
                _restore_snapshot(connection, version, snapshot)
            _prune(connection)

    def store_state(self, version: int, state: Arrays) -> None:
        """Keep the state of a published version that was rebuilt, as retention allows. One transaction."""
        with self._database.transaction() as connection:
            _restore_snapshot(connection, version, state)
            _prune(connection)

    def let_go(self, version: int) -> None:
        """Delete the stored state of ``version``, which can be rebuilt. One transaction; harmless where none is."""
        with self._database.transaction() as connection:
            drop_snapshot(connection, version)

    def snapshot(self, version: int) -> dict[str, NDArray[Any]] | None:
        """The stored state of ``version``, None where it is not stored (0, and what retention let go). One read.

        Raises NotFoundError if there is no such version, TaskFileCorruptError if its bytes are not those of the
        journal's digest.
        """
        path = self.lineage(version)
        parts = self._database.rows("SELECT data FROM snapshots WHERE version = ? ORDER BY part", (version,))
        if not parts:
            return None
        return unpack_state(version, b"".join(cast(bytes, part[0]) for part in parts), path[-1].state_digest)

    def snapshot_versions(self) -> list[int]:
        """The versions whose state is stored, in order. One read."""
        rows = self._database.rows("SELECT DISTINCT version FROM snapshots ORDER BY version")
        return [cast(int, row[0]) for row in rows]

    def nearest_snapshot(self, version: int) -> tuple[int, dict[str, NDArray[Any]] | None]:
        """The last version at or before ``version`` on its lineage whose state is stored, and that state.

        One whose bytes have changed is passed over. (0, None): none is, begin with the initial state. The updates of
        ``lineage(version)`` after it, replayed, give ``version``. Raises NotFoundError if there is no such version.
        """
        with self._database.mutex:
            for nearest in self._stored_before(version):
                try:
                    return nearest, self.snapshot(nearest)
                except TaskFileCorruptError as error:  # an older one and the journal make it again
                    log.error("A stored state is passed over: %s", error)
            return 0, None

    def nearest_stored(self, version: int) -> int:
        """The last version at or before ``version`` on its lineage whose state is stored, 0 where none is."""
        with self._database.mutex:
            return next(iter(self._stored_before(version)), 0)

    def _stored_before(self, version: int) -> list[int]:
        """All of them, the last one first."""
        stored = set(self.snapshot_versions())
        return [update.version for update in reversed(self.lineage(version)) if update.version in stored]

    def _check_place(self, update: UpdateRow, instead_of: int | None) -> None:
        if not update.published:
            lineage_of(self.updates(), update.base_version)
            return
        current, free = self.current_version, self.next_version
        base: int | None = current
        if instead_of is not None:
            replaced = self.lineage(current)[-1] if instead_of == current != 0 else None
            base = replaced.base_version if replaced and replaced.rehearsed and update.rehearsed else None
        if update.base_version != base or update.version < free:
            raise InvalidInputError(
                f"Expected an update from the current version {current} to version {free} or later, got one from "
                f"{update.base_version} to {update.version}. Learn again from the current version."
            )

    def _states_after(self, path: list[UpdateRow]) -> dict[str, CorrectionState]:
        inside = {correction_id for update in path for correction_id in update.correction_ids}
        states: dict[str, CorrectionState] = {}
        for row in self._journal.corrections():
            if row.state == "learned" and row.correction_id not in inside:
                states[row.correction_id] = "set_aside"
            elif row.state == "set_aside" and row.correction_id in inside:
                states[row.correction_id] = "learned"
        return states


def read_updates(connection: sqlite3.Connection, which: str = "", values: Sequence[object] = ()) -> list[UpdateRow]:
    """The journal of updates and moves, in order; ``which``: the end of a SELECT that chooses some, with ``values``."""
    rows = connection.execute(
        "SELECT u.id, u.kind, u.version, u.base_version, u.steps, u.seed, u.published, u.reason, u.seconds, "
        "u.created, u.state_digest, c.correction_id "
        f"FROM (SELECT * FROM updates {which}) u "
        "LEFT JOIN update_corrections k ON k.update_id = u.id LEFT JOIN corrections c ON c.sequence = k.sequence "
        "ORDER BY u.id, k.position",
        tuple(values),
    )
    grouped: dict[object, list[tuple[Any, ...]]] = {}
    for row in rows:
        grouped.setdefault(row[0], []).append(row)
    return [_update_row(group) for group in grouped.values()]


def lineage_of(updates: Iterable[UpdateRow], version: int) -> list[UpdateRow]:
    """The updates that made ``version``, from 0 on; NotFoundError if one is missing."""
    made = {update.version: update for update in updates if update.made_version}
    path: list[UpdateRow] = []
    while version != 0:
        if version not in made:
            known = ", ".join(str(v) for v in sorted({0, *made})[-8:])
            raise NotFoundError(f"Expected a version of this task (the last are {known}), got {version}.")
        path.append(made[version])
        version = made[version].base_version
    return path[::-1]


def kept_snapshots(stored: Collection[int], current: int) -> set[int]:
    """Which of the ``stored`` versions' snapshots are kept: the last 5, every 20th, and the current version's."""
    last = sorted(stored)[-KEEP_LAST:]
    return {version for version in stored if version in last or version % KEEP_EVERY == 0 or version == current}


def unpack_state(version: int, data: bytes, state_digest: str | None) -> dict[str, NDArray[Any]]:
    """The arrays of a stored state; TaskFileCorruptError where its bytes are not those of the journal's digest."""
    if hashlib.sha256(data).hexdigest() != state_digest:
        raise TaskFileCorruptError(
            f"Expected the weights of version {version} as they were saved, but their bytes have changed. Roll back to "
            "another version, or restore a copy or an export of the task."
        )
    return lesson_codec.decode(data, max_bytes=MAX_STATE_BYTES)


def _update_row(group: list[tuple[Any, ...]]) -> UpdateRow:
    identity, kind, version, base, steps, seed, published, reason, seconds, created, state_digest = group[0][:11]
    ids = tuple(row[11] for row in group if row[11] is not None)
    return UpdateRow(
        ids, steps, seed, bool(published), reason, seconds, base, version, kind, identity, created, state_digest
    )


def _insert_update(connection: sqlite3.Connection, update: UpdateRow, state_digest: str | None) -> int:
    values = (
        *(update.kind, int(update.version), int(update.base_version), int(update.steps), int(update.seed)),
        *(int(update.published), update.reason, float(update.seconds), time.time(), state_digest),
    )
    identity = connection.execute(
        "INSERT INTO updates (kind, version, base_version, steps, seed, published, reason, seconds, created, "
        "state_digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        values,
    ).lastrowid
    for position, correction_id in enumerate(update.correction_ids):
        done = connection.execute(
            "INSERT INTO update_corrections (update_id, position, sequence) "
            "SELECT ?, ?, sequence FROM corrections WHERE correction_id = ?",
            (identity, position, correction_id),
        ).rowcount
        if not done:
            raise NotFoundError(f"Expected the id of a saved correction, got {correction_id!r}, which is not here.")
    return cast(int, identity)


def drop_snapshot(connection: sqlite3.Connection, version: int) -> None:
    """Delete the stored state of ``version`` inside a transaction; harmless where none is."""
    connection.execute("DELETE FROM snapshots WHERE version = ?", (version,))


def _write_snapshot(connection: sqlite3.Connection, version: int, data: bytes) -> None:
    view = memoryview(data)
    for part, start in enumerate(range(0, len(data), PART_BYTES)):
        connection.execute(
            "INSERT INTO snapshots (version, part, data) VALUES (?, ?, ?)",
            (version, part, view[start : start + PART_BYTES]),
        )
        reach("snapshot.mid_write")


def _restore_snapshot(connection: sqlite3.Connection, version: int, snapshot: Arrays) -> None:
    if version == 0 or connection.execute("SELECT 1 FROM snapshots WHERE version = ?", (version,)).fetchone():
        return
    data = lesson_codec.encode(snapshot, max_bytes=MAX_STATE_BYTES)
    _write_snapshot(connection, version, data)
    connection.execute(
        "UPDATE updates SET state_digest = ? WHERE version = ? AND published = 1 AND kind IN ('learn', 'relearn')",
        (hashlib.sha256(data).hexdigest(), version),
    )


def _prune(connection: sqlite3.Connection) -> None:
    current = connection.execute("SELECT current_version FROM task").fetchone()[0]
    stored = {row[0] for row in connection.execute("SELECT DISTINCT version FROM snapshots")}
    for version in stored - kept_snapshots(stored, current):
        drop_snapshot(connection, version)
