"""Where a task's weights come from: the learner and the generalist that made them, and whether they have to be made
again.

A task goes on from its stored weights only beside the generalist and with the learner that made them. Where a newer
program brings others, the lessons stay and the weights are made again from them (engine/relearning.py): ``begin`` lets
the old weights go, with the old file kept beside, ``done`` ends it, and in between every step is durable.
``hand_over`` prepares the other end (TaskFile.close_as_it_was): the old file is the task's again.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from auxol_core.specialist.base import Arrays
from auxol_core.taskfile import greys, kept, lesson_codec
from auxol_core.taskfile.database import TaskDatabase
from auxol_core.taskfile.journal import CorrectionJournal
from auxol_core.taskfile.schema import MAX_LESSON_BYTES, check_generalist, check_id
from auxol_core.types import IntensityWindow

# The format that tells of all this; whoever only looks at an older file finds nothing.
_TOLD_SINCE = 3


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
        column = "learner" if self._is_told else "NULL"
        ((learner, name, weights_hash),) = self._database.rows(
            f"SELECT {column}, generalist, generalist_hash FROM task"
        )
        return Maker(None if learner is None else str(learner), str(name), str(weights_hash))

    @property
    def begun(self) -> bool:
        """Whether the weights are being made again. One read."""
        return self._is_told and bool(self._database.rows("SELECT relearning FROM task")[0][0])

    @property
    def _is_told(self) -> bool:
        return self._database.format >= _TOLD_SINCE

    def is_of(self, maker: Maker) -> bool:
        """Whether it says that ``maker`` makes its weights, whatever the generalist's file is called. One read."""
        own = self.maker
        return (own.learner, own.generalist_hash) == (maker.learner, maker.generalist_hash)

    def adopt(self, maker: Maker) -> None:
        """Name the maker of a task whose weights are those that it makes, or that has none yet. One transaction."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE task SET learner = ?, generalist = ?, generalist_hash = ?, relearning = 0, refit_to = 0",
                _checked(maker),
            )

    def begin(self, maker: Maker, rewindow: tuple[IntensityWindow, str] | None = None) -> None:
        """Let the weights go that another one made; corrections and history stay. One transaction.

        Where ``maker``'s generalist has other weights, all lessons are ``to_refit``, and so they are where the task is
        to see through another window, ``rewindow``: it and who set it. To be called with the old file kept beside.
        """
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM snapshots")
            connection.execute("UPDATE updates SET state_digest = NULL")
            connection.execute("DELETE FROM estimates")  # another one is right or wrong in other places
            if rewindow is not None:
                greys.change(connection, *rewindow)
            if rewindow is not None or maker.generalist_hash != self.maker.generalist_hash:
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

    def refits(self) -> tuple[int, int]:
        """How many corrections are refitted or passed over, of how many that were ``to_refit``. One read."""
        ((done, total),) = self._database.rows(
            "SELECT total(sequence <= refitted), count(*) FROM corrections, task WHERE sequence <= refit_to"
        )
        return int(cast(float, done)), cast(int, total)

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

    @property
    def old_file_kept(self) -> bool:
        """Whether the file as it was lies beside."""
        return kept.kept_path(self._database.path).is_file()

    def hand_over(self) -> None:
        """Put the corrections that were saved since into the old file, too, before that takes this one's place.

        They wait there to be learned, without losses: another generalist was there when they were saved, and the
        fusion learned beside the old one. One transaction of the old file; harmless where it is done twice.
        """
        with self._database.transaction() as connection:  # nobody else has the file meanwhile
            kept.hand_over(connection, self._database.path)

    def drop_old_file(self) -> None:
        """Nobody needs the file as it was any more."""
        kept.drop(self._database.path)


def _checked(maker: Maker) -> tuple[str, str, str]:
    return (check_id("learner", cast(str, maker.learner)), *check_generalist(maker.generalist, maker.generalist_hash))
