"""Forgetting a correction: what else goes with it, and what has to be learned again.

Every version whose lineage learned from the correction goes, with snapshot and journal entry, and so do the moves that
led to or from one, its sight, and every state of the locator that saw it. What stays is a whole task that has never
seen it.
"""

from __future__ import annotations

import dataclasses
import logging
import sqlite3
from collections.abc import Collection, Sequence

from auxol_core.errors import AuxolError, LeaseLostError
from auxol_core.taskfile import authorship, greys
from auxol_core.taskfile.database import TaskDatabase
from auxol_core.taskfile.journal import CorrectionJournal
from auxol_core.taskfile.schema import LEARN_KINDS, UpdateRow
from auxol_core.taskfile.sights import forget_seen
from auxol_core.taskfile.versions import VersionTree, drop_snapshot, lineage_of

log = logging.getLogger(__name__)


def forget(
    database: TaskDatabase, journal: CorrectionJournal, versions: VersionTree, correction_id: str
) -> list[UpdateRow]:
    """See ``TaskFile.forget``. One transaction; the room is given back afterwards."""
    with database.transaction() as connection:
        sequence = journal.correction(correction_id).sequence
        updates = versions.updates()
        tainted = _tainted(updates, correction_id)
        path = lineage_of(updates, versions.current_version)
        kept = [update.version for update in path if update.version not in tainted]
        lost = [update for update in path if update.version in tainted]
        for update in updates:
            if correction_id in update.correction_ids or tainted & _stands_on(update):
                _delete_update(connection, update)
        connection.execute("UPDATE task SET current_version = ?", (kept[-1] if kept else 0,))
        again = {other for update in lost for other in update.correction_ids} - {correction_id}
        connection.executemany(
            "UPDATE corrections SET state = 'queued' WHERE correction_id = ? AND state = 'learned'",
            [(other,) for other in again],
        )
        forget_seen(connection, correction_id)
        connection.execute("DELETE FROM corrections WHERE sequence = ?", (sequence,))
        authorship.drop_strays(connection)
    return without(lost, {correction_id})


def forget_everything(database: TaskDatabase) -> None:
    """Delete all corrections and versions. One transaction."""
    with database.transaction() as connection:
        for table in ("snapshots", "updates", "locator_states", "corrections"):
            connection.execute(f"DELETE FROM {table}")
        connection.execute("UPDATE task SET current_version = 0, relearning = 0, refitted = 0, refit_to = 0")
        authorship.drop_strays(connection)
        greys.forget(connection)


def give_room_back(database: TaskDatabase) -> None:
    """Shorten the file by its free pages. They are zeros already, so a failure costs room and is only logged."""
    try:
        with database.transaction() as connection:
            for _ in range(connection.execute("PRAGMA freelist_count").fetchone()[0]):
                connection.execute("PRAGMA incremental_vacuum(1)")  # execute() stops after one page
    except LeaseLostError:
        raise
    except (AuxolError, sqlite3.Error) as error:  # also of beginning and ending: the deletion itself is on the disk
        log.warning("The task file could not be shortened after a deletion: %s", error)


def _tainted(updates: list[UpdateRow], correction_id: str) -> set[int]:
    """The versions with ``correction_id`` in their lineage; an update always comes after the one it stands on."""
    tainted: set[int] = set()
    for update in updates:
        if update.made_version and (correction_id in update.correction_ids or update.base_version in tainted):
            tainted.add(update.version)
    return tainted


def _stands_on(update: UpdateRow) -> set[int]:
    """The versions an entry means nothing without; a discarded update's own number is nobody's."""
    discarded = update.kind in LEARN_KINDS and not update.published
    return {update.base_version} if discarded else {update.base_version, update.version}


def _delete_update(connection: sqlite3.Connection, update: UpdateRow) -> None:
    if update.made_version:
        drop_snapshot(connection, update.version)
    connection.execute("DELETE FROM updates WHERE id = ?", (update.id,))


def without(updates: Sequence[UpdateRow], gone: Collection[str]) -> list[UpdateRow]:
    """The schedule of ``updates`` without some corrections; updates that had nothing else are left out."""
    remaining = [(update, tuple(other for other in update.correction_ids if other not in gone)) for update in updates]
    return [
        dataclasses.replace(update, correction_ids=ids, id=0, created=0.0, state_digest=None)
        for update, ids in remaining
        if ids
    ]
