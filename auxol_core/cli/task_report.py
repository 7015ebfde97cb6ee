"""What `auxol task` says of a task file: read without an engine, and nothing in it tells of a patient.

Counts, scores, options and the verdicts of updates; of a slice at most the hash of its pixels is stored, and that is
left out. A correction is named by its id, because that is what `auxol task forget` takes.
"""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

import numpy as np

from auxol_core.errors import AuxolError, TaskFileLockedError
from auxol_core.generalist import registry
from auxol_core.generalist.checkpoints import file_sha256
from auxol_core.options import by_name
from auxol_core.specialist.registry import find_preset
from auxol_core.taskfile.schema import CorrectionRow, UpdateRow
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import Scores


@dataclass(frozen=True)
class TaskSummary:
    """One line of the list. ``problem``: why the file could not be read, in a sentence; then only name and size are
    known. ``saved_last``: when the last correction was saved, ISO 8601, UTC; None where none was."""

    name: str
    state: Literal["ok", "in use", "unreadable"]
    bytes: int
    problem: str | None = None
    preset: str | None = None
    generalist: str | None = None
    corrections: int | None = None
    confirmations: int | None = None
    queued: int | None = None
    version: int | None = None
    saved_last: str | None = None

    @property
    def contents(self) -> str:
        """What is in it and would be lost with it."""
        if self.state != "ok":
            return "nobody knows how many corrections (the file cannot be read)"
        return (
            f"{_counted(self.corrections or 0, 'correction')}, {_counted(self.confirmations or 0, 'confirmation')}, "
            f"version {self.version}"
        )


def summary_of(name: str, path: Path) -> TaskSummary:
    """The task's line in the list; a file that cannot be read has one too."""
    try:
        with TaskFile.look(path) as view:
            return summary_of_task(name, view)
    except (AuxolError, OSError, sqlite3.Error) as error:
        state: Literal["in use", "unreadable"] = "in use" if isinstance(error, TaskFileLockedError) else "unreadable"
        return TaskSummary(name, state, _size(path), problem=str(error))


def summary_of_task(name: str, task: TaskFile) -> TaskSummary:
    """The line of an open task; raises as the file does."""
    known, options = task.corrections(), task.options
    return TaskSummary(
        name=name,
        state="ok",
        bytes=_size(task.path),
        preset=options.preset,
        generalist=task.generalist,
        corrections=sum(not row.confirmation for row in known),
        confirmations=sum(row.confirmation for row in known),
        queued=len(task.queued()) if options.learning else 0,
        version=task.current_version,
        saved_last=_moment(max(row.saved_at for row in known)) if known else None,
    )


def info_of(name: str, path: Path) -> dict[str, Any]:
    """Everything about one task, as JSON takes it; raises as ``TaskFile.look`` does."""
    with TaskFile.look(path) as view:
        known, current = view.corrections(), view.current_version
        return dataclasses.asdict(summary_of_task(name, view)) | {
            "generalist_hash": view.generalist_hash,
            "relearning": relearning_of(view),
            "window": None if view.window is None else dataclasses.asdict(view.window),
            "options": by_name(view.options),
            "learning_curve": learning_curve([row.scores for row in known]),
            "versions": [_version(row, current) for row in view.updates()],
            "saved": [_correction(row) for row in known],
        }


def relearning_of(view: TaskFile) -> str | None:
    """Whether the task's weights are made again, in a sentence; None where they are not, as far as can be told.

    No network is loaded here: of a preset its version is compared, of the generalist that ships its file.
    """
    maker, preset = view.origin.maker, find_preset(view.options.preset)
    if view.origin.begun:
        done, total = view.origin.refits()
        left = f", {total - done} of {total} corrections still with another generalist's answers" if total else ""
        return f"under way: it is learned again beside {maker.generalist}{left}; it goes on when the task is opened"
    if not view.corrections(limit=1):
        return None
    if maker.generalist in registry.names():
        shipped = registry.find_row(maker.generalist).shipped
        if shipped is not None and file_sha256(shipped) != maker.generalist_hash:
            return f"to be learned again when it is opened: {maker.generalist} has other weights in this version"
    if maker.learner is not None and maker.learner.split()[:2] != [preset.name, str(preset.version)]:
        return f"to be learned again when it is opened: it was learned by {' '.join(maker.learner.split()[:2])}"
    return None


def learning_curve(scores: Sequence[Sequence[Scores]]) -> dict[str, dict[str, float | int | None] | None]:
    """Mean Dice over the objects of the first and of the last half of the scored corrections, taken before learning.

    The middle one of an odd number is in neither half; a half is None where fewer than two corrections are scored.
    """
    scored = [objects for objects in scores if objects]
    half = len(scored) // 2
    return {"first_half": _means(scored[:half]), "last_half": _means(scored[len(scored) - half :])}


def _means(part: Sequence[Sequence[Scores]]) -> dict[str, float | int | None] | None:
    if not part:
        return None
    objects = [each for correction in part for each in correction]
    means = {name: _mean([getattr(each, name) for each in objects]) for name in ("generalist", "specialist", "fused")}
    return {"corrections": len(part), "objects": len(objects), **means}


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _version(row: UpdateRow, current: int) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "version": row.version,
        "base_version": row.base_version,
        "published": row.published,
        "current": row.made_version and row.version == current,
        "verdict": row.reason,
        "corrections": list(row.correction_ids),
        "steps": row.steps,
        "seconds": row.seconds,
        "made": _moment(row.created),
    }


def _correction(row: CorrectionRow) -> dict[str, Any]:
    return {
        "correction_id": row.correction_id,
        "sequence": row.sequence,
        "confirmation": row.confirmation,
        "state": row.state,
        "saved": _moment(row.saved_at),
        "objects": len(row.lessons),
        "fused": _mean([each.fused for each in row.scores]),
    }


def _moment(seconds: float) -> str | None:
    """Seconds since 1970 as ISO 8601, UTC; None for a number that a damaged clock wrote and no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds")
    except (OverflowError, OSError, ValueError):
        return None


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _size(path: Path) -> int:
    """Bytes of the file; 0 where it went away meanwhile."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
