"""A path that is as awkward as a user's, and a task on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from task_samples import new_task

from auxol_core.taskfile.task_file import TaskFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a task may be made: spaces, umlauts and what means something in a URI."""
    folder = tmp_path / "Größe a #1 %41?"
    folder.mkdir()
    return folder / "Leber, portäl 肝.auxol"


@pytest.fixture
def task(path: Path) -> Iterator[TaskFile]:
    """An empty open task at ``path``."""
    with new_task(path) as task:
        yield task
