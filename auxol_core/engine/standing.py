"""How a task stands at one moment: what its file says, in memory, so that any thread may read it at any time.

The file itself may be in the middle of a transaction or of an export, and the thread that has it in a model's step.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from auxol_core.engine.whereabouts import Whereabouts
from auxol_core.errors import InvalidInputError
from auxol_core.taskfile.schema import LEARN_KINDS, CorrectionRow, UpdateRow
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import IntensityWindow, VersionInfo

Row = TypeVar("Row")


@dataclass(frozen=True)
class Standing:
    """``version``: the current one; ``in_use``: the one that answers, 0 while the current one's weights are made again.
    ``share``: weight of the generalist; ``offset``: what is added to the models' estimates (telling.py). ``saves``: all
    corrections, in order. ``sights``: on how many slices that the locator knows the structure is, and on how many it is
    not."""

    version: int
    in_use: int
    share: float
    window: IntensityWindow | None
    saves: tuple[CorrectionRow, ...]
    versions: tuple[VersionInfo, ...]
    sights: tuple[int, int] = (0, 0)
    offset: float = 0.0

    @staticmethod
    def of(
        file: TaskFile,
        share: float,
        *,
        relearning: bool = False,
        whereabouts: Whereabouts | None = None,
        offset: float = 0.0,
    ) -> Standing:
        """As ``file`` has it now. A few reads."""
        version = file.current_version
        in_use = 0 if relearning else version
        saves, versions = tuple(file.corrections()), _versions(file.updates(), version)
        sights = (0, 0) if whereabouts is None else whereabouts.counts(saves)
        return Standing(version, in_use, share, file.window, saves, versions, sights, offset)

    @property
    def queued(self) -> int:
        """How many corrections wait to be learned."""
        return sum(row.state == "queued" for row in self.saves)

    @property
    def confirmations(self) -> int:
        """How many of the saves were confirmations."""
        return sum(row.confirmation for row in self.saves)


def page(rows: Sequence[Row], after: int, limit: int | None) -> Sequence[Row]:
    """Those behind the first ``after``, at most ``limit``; InvalidInputError where either is below 0."""
    if after < 0 or (limit is not None and limit < 0):
        raise InvalidInputError(f"A list is asked for from row 0 on, got after {after} and limit {limit}. Ask anew.")
    return rows[after : None if limit is None else after + limit]


def _versions(updates: Iterable[UpdateRow], current: int) -> tuple[VersionInfo, ...]:
    return tuple(
        VersionInfo(
            version=row.version,
            corrections=row.correction_ids,
            steps=row.steps,
            seed=row.seed,
            published=row.published,
            reason=row.reason,
            seconds=row.seconds,
            current=row.published and row.version == current,
        )
        for row in updates
        if row.kind in LEARN_KINDS
    )
