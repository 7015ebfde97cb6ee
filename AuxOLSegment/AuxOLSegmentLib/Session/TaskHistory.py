"""Corrections and versions of an open task as the panel has them: a thousand rows, of which few are new at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from auxol_core.types import CorrectionInfo, VersionInfo
from AuxOLSegmentLib.Engine.Async import Promise


class Rows(Protocol):
    """Who is asked: the rows in order, behind the first ``after``."""

    async def corrections(self, after: int = 0) -> list[CorrectionInfo]: ...

    async def versions(self, after: int = 0) -> list[VersionInfo]: ...


class TaskHistory:
    """Lists are replaced, never changed; rows that stay what they were stay the same objects."""

    def __init__(self, rows: Rows) -> None:
        self.corrections: list[CorrectionInfo] = []
        self.versions: list[VersionInfo] = []
        self._rows = rows
        self._reading = False
        self._queue: list[Promise] = []

    async def readAnew(self) -> None:
        """Ask for every row: history was changed, or nothing is known of it."""
        await self._myTurn()
        with self._turn():
            versions = await self._rows.versions()
            self.versions, self.corrections = versions, await self._rows.corrections()

    async def readNew(self) -> None:
        """Ask for the rows that were added, and for those that an update since may have changed."""
        await self._myTurn()
        with self._turn():
            after = self._fromCurrent()
            versions = await self._rows.versions(after)
            first = self._firstDecidedIn(versions)
            corrections = await self._rows.corrections(first)
            self.versions = self.versions[:after] + versions
            self.corrections = self.corrections[:first] + corrections

    def _fromCurrent(self) -> int:
        """The row of the version in use: it may be in use no longer. Those before it are what they were."""
        current = [at for at, row in enumerate(self.versions) if row.current]
        return current[-1] if current else len(self.versions)

    def _firstDecidedIn(self, versions: list[VersionInfo]) -> int:
        """The first row known as not learned that one of ``versions`` has learned; else behind the last one."""
        learned = {name for row in versions if row.published for name in row.corrections}
        changed = (at for at, row in enumerate(self.corrections) if not row.learned and row.correction_id in learned)
        return next(changed, len(self.corrections))

    # One at a time: what two answers say of which rows would not fit together.

    async def _myTurn(self) -> None:
        if self._reading:
            mine = Promise()  # one for each who waits: whoever is cancelled takes its own along
            self._queue.append(mine)
            await mine
        self._reading = True

    @contextmanager
    def _turn(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._next()

    def _next(self) -> None:
        self._queue = [promise for promise in self._queue if not promise.done]
        if self._queue:
            self._queue.pop(0).resolve()
        else:
            self._reading = False
