"""The folder of task files: names a person can read, safe as file names on every system."""

from __future__ import annotations

import os
import re
from pathlib import Path

from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.private_files import make_folder, tighten, tighten_folder
from auxol_core.taskfile.schema import check_name
from auxol_core.taskfile.task_file import TaskFile

SUFFIX = ".auxol"
# What this program, a server and the module for Slicer put into a folder of tasks, and what file managers do.
_FILES = re.compile(
    r".+\.auxol(\.owner(\.\d+)?|\.before(-journal)?|-journal|-wal|-shm)?|\.[0-9a-f]{16}\.partial(-journal)?|worker\.json"
    r"|\.DS_Store|desktop\.ini|Thumbs\.db"
)
_FOLDERS = re.compile(r"\.transfer-.*|users|shared|outbox")


class TaskFolder:
    """Task files of one user, ``<name>.auxol`` in ``root``, for that user alone: see private_files."""

    def __init__(self, root: Path) -> None:
        """Make ``root``, or take from others what they could see there: its files, and itself if nothing else is in."""
        self.root = root
        make_folder(root)
        tighten_folder(root, _is_ours)
        tighten(*(path for path in root.iterdir() if _FILES.fullmatch(path.name)))

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


def _is_ours(entry: os.DirEntry[str]) -> bool:
    return (_FOLDERS if entry.is_dir(follow_symlinks=False) else _FILES).fullmatch(entry.name) is not None
