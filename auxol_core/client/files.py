"""Task files on the client's side: written beside and then put in place, read where nobody has them open.

The engine's own rules for these files (task_owner) are above this floor; of them only the note ``<file>.owner`` is
known here, which every engine leaves beside a task file that it has open.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from auxol_core.errors import AuxolError, NotFoundError, StorageFullError, TaskFileError, TaskFileLockedError
from auxol_core.whole_files import replaced

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new file, its owner's alone, that takes the place of ``path`` when the block ends well; else that stays.

    Raises TaskFileLockedError where ``path`` is a task file that some engine has open, StorageFullError, TaskFileError.
    """
    _check_free(path, "Choose another name for the export.")
    try:
        with replaced(path, private=True) as file:
            yield file
    except OSError as error:
        raise _refused(path, error) from error


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """``path``, opened to be sent. Raises NotFoundError, TaskFileLockedError, TaskFileError."""
    if not path.is_file():
        raise NotFoundError(f"Expected a task file at {path}, found none. Choose the file again.")
    _check_free(path, "Close the task there, or import an export of it.")
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise _refused(path, error) from error


def _check_free(path: Path, advice: str) -> None:
    note = path.with_name(f"{path.name}.owner")
    if note.exists():
        raise TaskFileLockedError(
            f"Expected {path.name} to be a file that no engine has open, but {note.name} says that one has. {advice}"
        )


def _refused(path: Path, error: OSError) -> AuxolError:
    if error.errno in _FULL:
        return StorageFullError(f"{path.name} needs more room than its disk has. Free disk space, then try again.")
    return TaskFileError(
        f"Expected to use {path.name} and its folder, but the system refused ({error.strerror or error}). "
        "Check the folder and its permissions."
    )
