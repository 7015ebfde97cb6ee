"""What goes wrong with a task file, in sentences: SQLite's errors and the system's as errors of this package."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auxol_core.errors import (
    StorageFullError,
    TaskFileCorruptError,
    TaskFileError,
    TaskFileGeneralistError,
    UnavailableError,
)
from auxol_core.taskfile.owner import locked_error

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) if hasattr(errno, "EDQUOT") else (errno.ENOSPC, errno.EFBIG)


def corrupt_error(path: Path, what: str) -> TaskFileCorruptError:
    """The sentence for a file that is damaged or no task file."""
    return TaskFileCorruptError(
        f"Expected a whole task file, but {path.name} is damaged or is another kind of file: {what}. "
        "It was left as it is; restore a copy or import an export of the task."
    )


def check_beside(path: Path, stored: tuple[str, str], used: tuple[str, str]) -> None:
    """Raise TaskFileGeneralistError where a task was learned beside another generalist than the one in use.

    Both are (name, hash of the weights). Weights are stored as differences from those that a learner begins with, so
    that beside others they would be noise.
    """
    if stored[1] != used[1]:
        raise TaskFileGeneralistError(
            f"The task {path.name} was learned beside the generalist {stored[0]} (weights {stored[1][:12]}), but "
            f"{used[0]} (weights {used[1][:12]}) is in use. Choose {stored[0]}, or make a new task."
        )


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """SQLite's and the system's errors as errors of this package; those that mean a bug of ours pass."""
    try:
        yield
    except sqlite3.Error as error:
        known = _known_error(error, path)
        if known is None:
            raise
        raise known from error
    except OSError as error:
        if error.errno in _FULL:
            raise _full_error(path, error) from error
        if isinstance(error, PermissionError | FileNotFoundError | NotADirectoryError):
            raise _refused_error(path, error.strerror or str(error)) from error
        raise


def _known_error(error: sqlite3.Error, path: Path) -> Exception | None:
    text = str(error)  # the texts are older than the error codes, which Python gives only from 3.11 on
    if "locked" in text or "locking protocol" in text:
        return locked_error(path)
    if "is full" in text or "disk I/O error" in text:
        return _full_error(path, error)
    if "not a database" in text or "malformed" in text or "corrupt" in text or "decode" in text:
        return corrupt_error(path, text)
    if "unable to open" in text or "readonly" in text:
        return TaskFileError(
            f"Expected to read and write {path.name} and its folder, but the system refused ({text}). "
            "Check the folder's permissions and free space."
        )
    if "too big" in text:
        return corrupt_error(path, "a value in it is larger than any that this program writes")
    if "closed database" in text:
        return UnavailableError(f"The task file {path.name} is closed. Open the task again.")
    return None


def _refused_error(path: Path, text: str) -> TaskFileError:
    return TaskFileError(
        f"Expected to read and write {path.name} and its folder, but the system refused ({text}). "
        "Check the folder's permissions and free space."
    )


def _full_error(path: Path, error: Exception) -> StorageFullError:
    # SQLite has one sentence for a disk that is full and for a network disk that was away for a moment.
    away = " If there is room, its disk was away: start the engine again." if "disk I/O error" in str(error) else ""
    return StorageFullError(
        f"Expected room to write {path.name}, but the disk is full or failing ({error}). Nothing of this step was "
        f"saved and the task is as it was before. Free some space and send it again.{away}"
    )
