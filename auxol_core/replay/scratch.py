"""Temporary folders of engines that compute for one command, and what is said where their disk is full."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from types import FrameType

import psutil

from auxol_core.errors import DataError, StorageFullError

REMEDY = "Free some space there, or set the variable TMPDIR to a folder on another disk"


DAY_S = 86_400
TERMINATED = 128 + signal.SIGTERM


@contextmanager
def scratch(prefix: str) -> Iterator[Path]:
    """A folder that goes when the block ends, also by the system's word (SIGTERM, as of ``timeout`` or a scheduler);
    what a process left that was killed goes after a day, with the next call: a copy of the task lies in it, with parts
    of images. DataError where none can be made, StorageFullError where what an engine
    keeps in it finds no room; both name the temporary folder, which nobody thinks of."""
    _sweep(prefix)
    try:
        made = tempfile.TemporaryDirectory(prefix=f"{prefix}{os.getpid()}-", ignore_cleanup_errors=True)
    except OSError as error:
        where = tempfile.tempdir or "for temporary files"
        raise DataError(f"The folder {where} cannot be used ({error.strerror or error}). {REMEDY}.") from error
    with made as folder, _told_to_end():
        try:
            yield Path(folder)
        except StorageFullError as error:
            raise StorageFullError(
                f"The temporary folder {folder} has no room for a copy of the task: its disk is full or failing. "
                f"{REMEDY}."
            ) from error


def _sweep(prefix: str) -> None:
    """Remove folders of processes that are gone. Not those of this day: where machines or containers share the folder,
    a process that is not seen from here may live."""
    with suppress(OSError):
        for path in Path(tempfile.gettempdir()).glob(f"{prefix}[0-9]*-*"):
            number = path.name[len(prefix) :].split("-")[0]
            with suppress(OSError, ValueError):
                if not psutil.pid_exists(int(number)) and time.time() - path.stat().st_mtime > DAY_S:
                    rmtree(path, ignore_errors=True)


@contextmanager
def _told_to_end() -> Iterator[None]:
    """SIGTERM ends the block as an exception does, so that what has to go goes."""
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
