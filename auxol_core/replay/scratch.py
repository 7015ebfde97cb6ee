"""Temporary folders of engines that compute for one command, and what is said where their disk is full."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auxol_core.errors import DataError, StorageFullError

REMEDY = "Free some space there, or set the variable TMPDIR to a folder on another disk"


@contextmanager
def scratch(prefix: str) -> Iterator[Path]:
    """A folder that goes when the block ends. DataError where none can be made, StorageFullError where what an engine
    keeps in it finds no room; both name the temporary folder, which nobody thinks of."""
    try:
        made = tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)
    except OSError as error:
        where = tempfile.tempdir or "for temporary files"
        raise DataError(f"The folder {where} cannot be used ({error.strerror or error}). {REMEDY}.") from error
    with made as folder:
        try:
            yield Path(folder)
        except StorageFullError as error:
            raise StorageFullError(
                f"The temporary folder {folder} has no room for a copy of the task: its disk is full or failing. "
                f"{REMEDY}."
            ) from error
