"""The folder of task files: names a person can read, safe as file names on every system."""

from __future__ import annotations

from pathlib import Path

from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.taskfile.schema import check_name
from auxol_core.taskfile.task_file import TaskFile

SUFFIX = ".auxol"


class TaskFolder:
    """Task files of one user, ``<name>.auxol`` in ``root``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def names(self) -> list[str]:
        """Names of the task files here, sorted."""
        return sorted(path.name[: -len(SUFFIX)] for path in self.root.glob(f"*{SUFFIX}") if path.is_file())

    def new(self, name: str) -> Path:
        """The path for a new task; InvalidInputError if the name cannot be a file's or is taken."""
        path = self.root / f"{check_name(name)}{SUFFIX}"
        # Compared without case: on two of three systems Liver and liver are one file.
        if any(name.casefold() == known.casefold() for known in self.names()):
            raise InvalidInputError(f"A task named {name!r} exists already. Open it, or choose another name.")
        return path

    def existing(self, name: str) -> Path:
        """The path of a task that is here; NotFoundError otherwise."""
        if name not in self.names():
            raise NotFoundError(f"No task {name!r} in {self.root}; there are: {', '.join(self.names()) or 'none'}.")
        return self.root / f"{name}{SUFFIX}"

    def delete(self, name: str) -> None:
        """Remove the task's file and what lies beside it; TaskFileLockedError while anyone has it open."""
        TaskFile.delete(self.existing(name))
