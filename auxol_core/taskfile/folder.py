"""The folder of task files: names a person can read, safe as file names on every system."""

from __future__ import annotations

import os
import re
import time
import unicodedata
from contextlib import suppress
from pathlib import Path

from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.private_files import make_folder, tighten, tighten_folder
from auxol_core.taskfile.schema import check_name
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.whole_files import UNFINISHED

SUFFIX = ".auxol"
# What this program, a server and the module for Slicer put into a folder of tasks, and what file managers do.
_FILES = re.compile(
    r".+\.auxol(\.owner(\.\d+)?|\.before(-journal)?|-journal|-wal|-shm)?|\.[0-9a-f]{16}\.partial(-journal)?|worker\.json"
    r"|\.DS_Store|desktop\.ini|Thumbs\.db"
)
_HALF_MADE = re.compile(rf"{UNFINISHED.pattern}(-journal)?")
OLD_S = 3600.0
_FOLDERS = re.compile(r"\.transfer-.*|users|shared|outbox")


class TaskFolder:
    """Task files of one user, ``<name>.auxol`` in ``root``, for that user alone: see private_files."""

    def __init__(self, root: Path) -> None:
        """Make ``root``, or take from others what they could see there: its files, and itself if nothing else is in."""
        self.root = root
        make_folder(root)
        tighten_folder(root, _is_ours)
        tighten(*(path for path in root.iterdir() if _FILES.fullmatch(path.name)))
        self._sweep()

    def _sweep(self) -> None:
        """Remove what a crash left of a copy half made, which holds parts of images; nobody makes one for an hour."""
        for path in self.root.glob(".*.partial*"):
            with suppress(OSError):
                if _HALF_MADE.fullmatch(path.name) and time.time() - path.stat().st_mtime > OLD_S:
                    path.unlink()

    def names(self) -> list[str]:
        """Names of the task files here, sorted."""
        return sorted(self._paths())

    def _paths(self) -> dict[str, Path]:
        """The files by their tasks' names, in composed letters: Macs and what synchronises them write others. What a
        Mac puts beside files on foreign disks (._name) is no task."""
        paths: dict[str, Path] = {}
        for path in sorted(self.root.glob(f"*{SUFFIX}")):
            name = unicodedata.normalize("NFC", path.name[: -len(SUFFIX)])
            if not path.name.startswith(".") and path.is_file():
                paths.setdefault(name, path)
        return paths

    def new(self, name: str) -> Path:
        """The path for a new task; InvalidInputError if the name cannot be a file's or is taken."""
        path = self.root / f"{unicodedata.normalize('NFC', check_name(name))}{SUFFIX}"
        # Compared without case: on two of three systems Liver and liver are one file.
        if any(path.name[: -len(SUFFIX)].casefold() == known.casefold() for known in self.names()):
            raise InvalidInputError(f"A task named {name!r} exists already. Open it, or choose another name.")
        return path

    def existing(self, name: str) -> Path:
        """The path of a task that is here; NotFoundError otherwise."""
        paths = self._paths()
        path = paths.get(unicodedata.normalize("NFC", name))
        if path is None:
            raise NotFoundError(f"No task {name!r} in {self.root}; there are: {', '.join(sorted(paths)) or 'none'}.")
        return path

    def delete(self, name: str) -> None:
        """Remove the task's file and what lies beside it; TaskFileLockedError while anyone has it open."""
        TaskFile.delete(self.existing(name))


def _is_ours(entry: os.DirEntry[str]) -> bool:
    return (_FOLDERS if entry.is_dir(follow_symlinks=False) else _FILES).fullmatch(entry.name) is not None
