"""What holds parts of images is its owner's alone: files 0600 in folders 0700, whatever the umask says.

Modes are POSIX's. On Windows the user's profile protects what lies in it, and what is here looks at nothing.

Files are tightened by their path and never opened for it: to close a second handle would drop a task file's lock (see
task_owner).
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)

MODES = os.name == "posix"
_OTHERS = 0o077


def opener(path: str, flags: int) -> int:
    """For ``open(path, "xb", opener=opener)``: a file that is made is its owner's alone from the first moment."""
    return os.open(path, flags, 0o600)


def make_empty(path: Path) -> None:
    """A new file without content, its owner's alone. Raises OSError, FileExistsError where something has the name."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def make_folder(folder: Path) -> None:
    """Make ``folder`` and what is missing above it, its owner's alone; one that is there stays as it is. OSError."""
    if not folder.is_dir():
        if folder.parent != folder:
            make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def tighten(*paths: Path) -> None:
    """Take the others' rights from those of ``paths`` that are files. What fails is logged: no work stops for it."""
    for path in paths:
        try:
            about = os.lstat(path)
            if MODES and stat.S_ISREG(about.st_mode) and about.st_mode & _OTHERS:
                _take_from_others(path, about)
        except FileNotFoundError:
            continue
        except OSError as error:
            log.warning("%s can be read by others on this machine (%s). Run: chmod 600 %s", path, _reason(error), path)


def tighten_folder(folder: Path, is_ours: Callable[[os.DirEntry[str]], bool]) -> None:
    """Take the others' rights from ``folder``, if it is for us alone; else it is left, and the log says what to do.

    For us alone: this user's, not the home folder, not marked as shared (set-group-id or sticky bit), and every entry
    ``is_ours``; names that are not are no part of the log.
    """
    try:
        about = os.stat(folder)
        if not MODES or not about.st_mode & _OTHERS:
            return
        why_not = _why_not(folder, about, is_ours)
        if not why_not:
            _take_from_others(folder, about)
            return
    except OSError as error:
        why_not = _reason(error)
    log.warning(
        "The folder %s can be looked into by others on this machine and stays so: %s. What this program "
        "writes into it is its owner's alone. To hide the names too, run: chmod 700 %s, or choose a folder of its own.",
        folder, why_not, folder,
    )  # fmt: skip


def _why_not(folder: Path, about: os.stat_result, is_ours: Callable[[os.DirEntry[str]], bool]) -> str:
    """Why the folder's mode is not ours to change; empty if it is."""
    if about.st_uid != os.geteuid():
        return "it belongs to another user"
    if os.path.realpath(folder) == os.path.realpath(os.path.expanduser("~")):
        return "it is the home folder"
    if about.st_mode & (stat.S_ISGID | stat.S_ISVTX):
        return "it is marked as shared"
    with os.scandir(folder) as entries:
        return "" if all(is_ours(entry) for entry in entries) else "it holds other things, too"


def _take_from_others(path: Path, about: os.stat_result) -> None:
    if about.st_uid != os.geteuid():
        raise PermissionError("it belongs to another user")
    os.chmod(path, stat.S_IMODE(about.st_mode) & ~_OTHERS)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
