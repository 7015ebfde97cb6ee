"""The journal of corrections inside a task file: saved slices in order, and one lesson for each of their objects."""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError, NotFoundError, TaskFileCorruptError
from auxol_core.specialist.base import Lesson
from auxol_core.taskfile import authorship, lesson_codec
from auxol_core.taskfile.database import TaskDatabase
from auxol_core.taskfile.fault_points import reach
from auxol_core.taskfile.schema import (
    MAX_LESSON_BYTES,
    STATES,
    CorrectionRow,
    CorrectionState,
    LessonRow,
    SightRow,
    check_id,
    losses_of,
)
from auxol_core.taskfile.sights import insert_sight, packed_sight
from auxol_core.types import Scores

CACHE_BYTES = 256 << 20
_LARGEST = 2**63 - 1  # SQLite's


class LessonCache:
    """The lessons decoded last, at most ``max_bytes`` of their arrays. Not for several threads by itself."""

    def __init__(self, max_bytes: int = CACHE_BYTES) -> None:
        self._lessons: LRUCache[str, Lesson] = LRUCache(max_bytes, getsizeof=_size)

    def get(self, key: str) -> Lesson | None:
        """The lesson, which becomes the youngest; None if it is not here."""
        return self._lessons.get(key)

    def put(self, lesson: Lesson) -> None:
        """Keep ``lesson`` and let the oldest go. One that is larger than the whole cache is not kept."""
        if lesson.key not in self._lessons and _size(lesson) <= self._lessons.maxsize:
            self._lessons[lesson.key] = lesson

    def clear(self) -> None:
        """Forget everything."""
        self._lessons.clear()


class LessonStore(Mapping[str, Lesson]):
    """Lessons by key, in the order they were saved; each is read and decoded when it is asked for.

    Which keys there are is settled when the store is made, so that an update draws from the same lessons from its
    first step to its last. A lesson forgotten since then raises NotFoundError. Arrays are shared with the cache: do
    not write into them.
    """

    def __init__(self, keys: Sequence[str], read: Callable[[str], Lesson]) -> None:
        self._keys = dict.fromkeys(keys)
        self._read = read

    def __getitem__(self, key: str) -> Lesson:
        if key not in self._keys:
            raise KeyError(key)
        return self._read(key)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


class CorrectionJournal:
    """The part of a task file that keeps what the user taught."""

    def __init__(self, database: TaskDatabase) -> None:
        self._database = database
        self._cache = LessonCache()
        self._author: str | None = None

    @contextmanager
    def saved_by(self, author: str) -> Iterator[None]:
        """What is saved within the block is ``author``'s; for the one thread that saves. See authors.py."""
        before, self._author = self._author, author
        try:
            yield
        finally:
            self._author = before

    def add_correction(
        self,
        correction_id: str,
        slice_id: str,
        confirmation: bool,
        lessons: Sequence[LessonRow],
        sight: SightRow | None = None,
    ) -> tuple[int, bool]:
        """Save a correction with its objects and its sight; state queued. One transaction, durable when it returns.

        Returns (sequence, duplicate). A ``correction_id`` that is here already changes nothing and gives the first
        one's sequence. The k-th lesson's key is ``f"{correction_id}#{k}"``. Raises InvalidInputError, or
        StorageFullError: then nothing was saved and the same call may be made again.
        """
        check_id("correction id", correction_id)
        check_id("slice id", slice_id)
        packed = [_packed(lesson) for lesson in lessons]
        seen = None if sight is None else packed_sight(sight)
        with self._database.transaction() as connection:
            found = connection.execute(
                "SELECT sequence FROM corrections WHERE correction_id = ?", (correction_id,)
            ).fetchone()
            if found:
                return int(found[0]), True
            sequence = connection.execute(
                "INSERT INTO corrections (correction_id, slice_id, confirmation, state, saved_at) "
                "VALUES (?, ?, ?, 'queued', ?)",
                (correction_id, slice_id, int(confirmation), time.time()),
            ).lastrowid
            for position, values in enumerate(packed):
                connection.execute(
                    "INSERT INTO lessons (key, sequence, position, version, generalist, specialist, fused, "
                    "expert_losses, checksum, arrays) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (f"{correction_id}#{position}", sequence, position, *values),
                )
            for position, estimate in enumerate(row.estimate for row in lessons):
                if estimate is not None:
                    row = (sequence, position, float(estimate))
                    connection.execute("INSERT INTO estimates (sequence, position, quality) VALUES (?, ?, ?)", row)
            if seen is not None:
                insert_sight(connection, cast(int, sequence), seen)
            if self._author is not None:
                authorship.put(connection, cast(int, sequence), self._author)
            reach("correction.before_commit")
        reach("correction.after_commit")
        return cast(int, sequence), False

    def corrections(self, after: int = 0, limit: int | None = None) -> list[CorrectionRow]:
        """The saved corrections in order, without their crops; not the first ``after``, at most ``limit``. One read."""
        return self._corrections("ORDER BY sequence LIMIT ? OFFSET ?", page(after, limit))

    def counts(self) -> tuple[int, int]:
        """How many corrections and how many confirmations are saved. One read."""
        (row,) = self._database.rows("SELECT count(*) - total(confirmation), total(confirmation) FROM corrections")
        return int(cast(float, row[0])), int(cast(float, row[1]))

    def correction(self, correction_id: str) -> CorrectionRow:
        """One correction; NotFoundError if it was never saved or is forgotten. One read."""
        rows = self._corrections("WHERE correction_id = ?", (correction_id,))
        if not rows:
            raise NotFoundError(f"Expected the id of a saved correction, got {correction_id!r}, which is not here.")
        return rows[0]

    def has_correction_of(self, slice_id: str) -> bool:
        """Whether a correction of this slice is saved. One read."""
        return bool(self._database.rows("SELECT 1 FROM corrections WHERE slice_id = ? LIMIT 1", (slice_id,)))

    def queued(self) -> list[str]:
        """Ids of the corrections that are saved and not yet learned, in order. One read."""
        rows = self._database.rows("SELECT correction_id FROM corrections WHERE state = 'queued' ORDER BY sequence")
        return [str(row[0]) for row in rows]

    def set_states(self, states: Mapping[str, CorrectionState]) -> None:
        """Change corrections' states. One transaction; NotFoundError, and nothing changed, if one is unknown."""
        with self._database.transaction() as connection:
            set_states(connection, states)

    def lessons(self, states: Collection[CorrectionState] = STATES) -> LessonStore:
        """The lessons of all corrections in ``states``, in order of saving. One read; arrays come when asked for."""
        marks = ", ".join("?" * len(states))
        return self._store(f"WHERE c.state IN ({marks})", tuple(states))

    def lessons_of(self, correction_ids: Sequence[str]) -> LessonStore:
        """The lessons of these corrections, in order of saving; NotFoundError if one is unknown."""
        wanted = set(correction_ids)
        keys: list[str] = []
        for row in self.corrections():
            if row.correction_id in wanted:
                wanted.discard(row.correction_id)
                keys.extend(row.lessons)
        if wanted:
            raise NotFoundError(f"Expected ids of saved corrections, but {sorted(wanted)[0]!r} is not here.")
        return LessonStore(keys, self._lesson)

    def expert_losses_in_order(self) -> list[NDArray[np.float64]]:
        """What the fusion learned from: the losses (experts,) of every object that has any, in order of saving.

        Corrections that an undo or a roll back set aside are left out; queued and discarded ones count. One read.
        """
        rows = self._database.rows(
            "SELECT l.expert_losses FROM lessons l JOIN corrections c ON c.sequence = l.sequence "
            "WHERE l.expert_losses IS NOT NULL AND c.state != 'set_aside' ORDER BY l.sequence, l.position"
        )
        return [np.frombuffer(cast(bytes, row[0]), dtype="<f8").astype(np.float64) for row in rows]

    def estimates_in_order(self) -> list[tuple[float, float]]:
        """(estimate, true Dice) of every object that has both, in order of saving; those set aside are left out."""
        rows = self._database.rows(
            "SELECT e.quality, l.fused FROM estimates e JOIN lessons l USING (sequence, position) "
            "JOIN corrections c USING (sequence) "
            "WHERE l.fused IS NOT NULL AND c.state != 'set_aside' ORDER BY e.sequence, e.position"
        )
        return [(float(cast(float, row[0])), float(cast(float, row[1]))) for row in rows]

    def scored(self) -> list[tuple[str, int]]:
        """(key, version) of every lesson with losses: the version whose answer they are of. One read."""
        rows = self._database.rows(
            "SELECT key, version FROM lessons WHERE expert_losses IS NOT NULL ORDER BY sequence, position"
        )
        return [(str(key), cast(int, version)) for key, version in rows]

    def set_losses(self, losses: Mapping[str, NDArray[Any]]) -> None:
        """Put other losses (experts,) in place of those of these lessons; the scores stay. One transaction.

        A lesson that was forgotten meanwhile is passed over. InvalidInputError where losses are no finite numbers.
        """
        packed = [(losses_of(each), key) for key, each in losses.items()]
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE lessons SET expert_losses = ? WHERE key = ?",
                [(None if each is None else each.astype("<f8").tobytes(), key) for each, key in packed],
            )

    def drop_cache(self) -> None:
        """Let go of the decoded lessons."""
        with self._database.mutex:
            self._cache.clear()

    def _store(self, where: str, values: Sequence[object]) -> LessonStore:
        rows = self._database.rows(
            "SELECT l.key FROM lessons l JOIN corrections c ON c.sequence = l.sequence "
            f"{where} ORDER BY l.sequence, l.position",
            values,
        )
        return LessonStore([str(row[0]) for row in rows], self._lesson)

    def _lesson(self, key: str) -> Lesson:
        with self._database.mutex:
            lesson = self._cache.get(key)
            if lesson is None:
                rows = self._database.rows("SELECT arrays, checksum, fused FROM lessons WHERE key = ?", (key,))
                if not rows:
                    raise NotFoundError(f"Expected the lesson {key!r}, but its correction was forgotten meanwhile.")
                arrays = unpack_lesson(key, cast(bytes, rows[0][0]), cast(int, rows[0][1]))
                lesson = Lesson(key, arrays, cast("float | None", rows[0][2]))
                self._cache.put(lesson)
            return lesson

    def _corrections(self, which: str, values: Sequence[object]) -> list[CorrectionRow]:
        rows = self._database.rows(
            "SELECT c.correction_id, c.sequence, c.slice_id, c.confirmation, c.state, c.saved_at, "
            "l.key, l.generalist, l.specialist, l.fused "
            f"FROM (SELECT * FROM corrections {which}) c LEFT JOIN lessons l ON l.sequence = c.sequence "
            "ORDER BY c.sequence, l.position",
            values,
        )
        grouped: dict[str, list[tuple[Any, ...]]] = {}
        for row in rows:
            grouped.setdefault(str(row[0]), []).append(row)
        return [_correction_row(group) for group in grouped.values()]


def page(after: int, limit: int | None) -> tuple[int, int]:
    """(LIMIT, OFFSET) of the rows behind the first ``after``; InvalidInputError below 0."""
    if after < 0 or (limit is not None and limit < 0):
        raise InvalidInputError(f"Rows are asked for from 0 on, got after={after}, limit={limit}. Leave both out.")
    return _LARGEST if limit is None else min(limit, _LARGEST), min(after, _LARGEST)


def set_states(connection: sqlite3.Connection, states: Mapping[str, CorrectionState]) -> None:
    """Change corrections' states inside a transaction; NotFoundError if one is unknown."""
    for correction_id, state in states.items():
        done = connection.execute(
            "UPDATE corrections SET state = ? WHERE correction_id = ?", (state, correction_id)
        ).rowcount
        if not done:
            raise NotFoundError(f"Expected the id of a saved correction, got {correction_id!r}, which is not here.")


def unpack_lesson(key: str, data: bytes, checksum: int) -> dict[str, NDArray[Any]]:
    """The arrays of a stored lesson; TaskFileCorruptError where its bytes are not the ones that were saved."""
    if zlib.crc32(data) != checksum:
        raise TaskFileCorruptError(
            f"Expected lesson {key!r} as it was saved, but its bytes have changed. Restore a copy or an export of the "
            "task, or forget this correction."
        )
    return lesson_codec.decode(data, max_bytes=MAX_LESSON_BYTES)


def _packed(lesson: LessonRow) -> tuple[object, ...]:
    """(version, generalist, specialist, fused, expert_losses, checksum, arrays) as the table has them."""
    data = lesson_codec.encode(lesson.arrays, max_bytes=MAX_LESSON_BYTES)
    losses = losses_of(lesson.expert_losses)
    scores = lesson.scores
    dice = (None, None, None) if scores is None else (scores.generalist, scores.specialist, scores.fused)
    return (
        int(lesson.version),
        *(None if value is None else float(value) for value in dice),
        None if losses is None else losses.astype("<f8").tobytes(),
        zlib.crc32(data),
        data,
    )


def _correction_row(group: list[tuple[Any, ...]]) -> CorrectionRow:
    correction_id, sequence, slice_id, confirmation, state, saved_at = group[0][:6]
    lessons = tuple(row[6] for row in group if row[6] is not None)
    scores = tuple(Scores(row[7], row[8], row[9]) for row in group if row[7] is not None and row[9] is not None)
    return CorrectionRow(correction_id, sequence, slice_id, bool(confirmation), state, saved_at, lessons, scores)


def _size(lesson: Lesson) -> int:
    return sum(int(array.nbytes) for array in lesson.arrays.values())
