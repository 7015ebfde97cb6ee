"""Where a task's weights come from: the learner and the generalist that made them, and whether they have to be made
again.

A task goes on from its stored weights only beside the generalist and with the learner that made them. Where a newer
program brings others, the lessons stay and the weights can be made again from them: ``begin`` lets the old weights go
and keeps the old file beside, ``done`` ends it, and in between every step is durable. The engine does not do so yet: it
refuses a task of other weights (sentences.check_beside).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from auxol_core.specialist.base import Arrays
from auxol_core.taskfile import kept, lesson_codec
from auxol_core.taskfile.database import TaskDatabase
from auxol_core.taskfile.journal import CorrectionJournal
from auxol_core.taskfile.schema import MAX_LESSON_BYTES, check_generalist, check_id


@dataclass(frozen=True)
class Maker:
    """Who makes weights. ``learner``: its name, its version and its initial weights in a word; None: not known.

    ``generalist``: its name; ``generalist_hash``: SHA-256 of its weights.
    """

    learner: str | None
    generalist: str
    generalist_hash: str


class WeightsOrigin:
    """The part of a task file that knows who made its weights."""

    def __init__(self, database: TaskDatabase, journal: CorrectionJournal) -> None:
        self._database, self._journal = database, journal

    @property
    def maker(self) -> Maker:
        """Who made the weights, or is making them again. One read."""
        learner, name, weights_hash = self._database.rows("SELECT learner, generalist, generalist_hash FROM task")[0]
        return Maker(None if learner is None else str(learner), str(name), str(weights_hash))

    @property
    def begun(self) -> bool:
        """Whether the weights are being made again. One read."""
        return bool(self._database.rows("SELECT relearning FROM task")[0][0])

    def adopt(self, maker: Maker) -> None:
        """Name the maker of a task that has no weights yet. One transaction."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE task SET learner = ?, generalist = ?, generalist_hash = ?, relearning = 0, refit_to = 0",
                _checked(maker),
            )

    def begin(self, maker: Maker) -> None:
        """Let the weights go that another one made; corrections and history stay. One transaction.

        Where ``maker``'s generalist has other weights, all lessons are ``to_refit``. To be called with the old file
        kept beside.
        """
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM snapshots")
            connection.execute("UPDATE updates SET state_digest = NULL")
            if maker.generalist_hash != self.maker.generalist_hash:
                connection.execute(
                    "UPDATE task SET refitted = 0, refit_to = (SELECT coalesce(max(sequence), 0) FROM corrections)"
                )
            connection.execute(
                "UPDATE task SET learner = ?, generalist = ?, generalist_hash = ?, relearning = 1", _checked(maker)
            )

    def to_refit(self) -> list[str]:
        """Ids of the corrections whose lessons still hold another generalist's answers, in order. One read."""
        rows = self._database.rows(
            "SELECT correction_id FROM corrections, task WHERE sequence > refitted AND sequence <= refit_to "
            "ORDER BY sequence"
        )
        return [str(row[0]) for row in rows]

    def refit(self, correction_id: str, lessons: Mapping[str, Arrays]) -> None:
        """Store the lessons of one correction, by key, as they are beside the new generalist. One transaction.

        One that was forgotten meanwhile is left alone.
        """
        packed = [(key, lesson_codec.encode(arrays, max_bytes=MAX_LESSON_BYTES)) for key, arrays in lessons.items()]
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE lessons SET arrays = ?, checksum = ? WHERE key = ?",
                [(data, zlib.crc32(data), key) for key, data in packed],
            )
            sequence = "SELECT sequence FROM corrections WHERE correction_id = ?"
            connection.execute(f"UPDATE task SET refitted = coalesce(({sequence}), refitted)", (correction_id,))
        self._journal.drop_cache()

    def done(self) -> None:
        """The current version's weights are there again. One transaction; then the old file goes."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE task SET relearning = 0, refitted = 0, refit_to = 0")
        self.drop_old_file()

    def drop_old_file(self) -> None:
        """Nobody needs the file as it was any more."""
        kept.drop(self._database.path)


def _checked(maker: Maker) -> tuple[str, str, str]:
    return (check_id("learner", cast(str, maker.learner)), *check_generalist(maker.generalist, maker.generalist_hash))
