"""Tiny tasks for the tests of the task file, and a way to run lines in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auxol_core.options import TaskOptions
from auxol_core.taskfile.schema import CorrectionState, LessonRow, LocatorRow, SightRow, UpdateRow
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import Scores

REPOSITORY = Path(__file__).resolve().parents[3]
HASH = "ab" * 32
SCORES = Scores(generalist=0.5, specialist=None, fused=0.625)


def new_task(path: Path, options: TaskOptions | None = None) -> TaskFile:
    """An empty open task at ``path``."""
    return TaskFile.create(
        path, name="Leber, portal", options=options or TaskOptions(), generalist="builtin", generalist_hash=HASH
    )


def reopened(path: Path) -> TaskFile:
    """The task at ``path``, opened beside the generalist of ``new_task``."""
    return TaskFile.open(path, generalist_hash=HASH)


def lesson(value: int = 7, *, losses: tuple[float, ...] | None = (0.5, 0.25)) -> LessonRow:
    """A lesson of a few pixels that hold ``value``."""
    arrays = {"image": np.full((4, 5, 3), value, np.uint8), "truth": np.eye(4, 5, dtype=bool)}
    return LessonRow(arrays, SCORES, None if losses is None else np.array(losses), version=0)


def state(value: float) -> dict[str, NDArray[np.float32]]:
    """Weights that are told apart by ``value``."""
    return {"weight": np.full((3, 2), value, np.float32), "bias": np.zeros(2, np.float32)}


def sight(value: int = 7, *, present: bool = True, locator: str = "tiny 1") -> SightRow:
    """A sight of a few pixels that hold ``value``."""
    truth = np.eye(4, dtype=bool) if present else np.zeros((4, 4), bool)
    return SightRow(locator, present, {"image": np.full((4, 4), value, np.uint8), "truth": truth})


def locate(task: TaskFile, *correction_ids: str, base: int = 0, locator: str = "tiny 1", in_use: int = 0) -> int:
    """Record an update of the locator that saw these for the first time, or a rehearsal; its row's id."""
    row = LocatorRow("learn" if correction_ids else "rehearse", locator, base, correction_ids, 5, 3, 0.25)
    row = task.shelf.record(row, {"w": np.array([base, len(correction_ids)], np.float16)}, in_use)
    return row.id


def teach(task: TaskFile, correction_id: str) -> None:
    """Save one correction with one lesson."""
    task.add_correction(correction_id, "slice", False, [lesson()])


def publish(task: TaskFile, *correction_ids: str, snapshot: bool = True, steps: int = 6) -> int:
    """Record a published update on the current version; returns the new version."""
    version = task.next_version
    row = UpdateRow(correction_ids, steps, 100 + version, True, "better", 0.5, task.current_version, version)
    task.record_update(row, state(version) if snapshot else None, dict.fromkeys(correction_ids, "learned"))
    return version


def discard(task: TaskFile, correction_id: str) -> None:
    """Record an update that the guard refused."""
    states: dict[str, CorrectionState] = {correction_id: "quarantined"}
    row = UpdateRow((correction_id,), 6, 1, False, "worse", 0.5, task.current_version, task.next_version)
    task.record_update(row, None, states)


def run_lines(lines: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python ``lines`` in a process of their own, with this folder and the package importable."""
    return subprocess.run(
        [sys.executable, "-c", lines, *map(str, arguments)],
        env=process_environment(**environment),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def process_environment(**more: str) -> dict[str, str]:
    """This process's environment with the package and this folder on Python's path."""
    path = os.pathsep.join((str(REPOSITORY), str(Path(__file__).parent)))
    return {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", **more}
