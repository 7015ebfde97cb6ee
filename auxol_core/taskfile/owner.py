"""Who has a task file open: a note beside it for people, and a list of this process's own.

The lock of SQLite on the file is the truth, or a lease in it (lease.py). ``<file>.owner`` only says whose it is,
readable without the lock:
{"pid": 4711, "host": "reading-room-2", "since": "2026-01-31T08:15:00+00:00"}. It stays behind when a process is
killed; the next owner writes over it.

The list of this process matters for more than politeness: on POSIX systems *closing any handle* of a file drops all
locks the process holds on it, so a file that is open here must not be opened a second time, by anything.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path

import psutil

from auxol_core.errors import TaskFileLockedError
from auxol_core.whole_files import write_whole

_log = logging.getLogger(__name__)

_open_here: set[tuple[int, int]] = set()
_open_here_mutex = threading.Lock()


@dataclass(frozen=True)
class Owner:
    """The process that opened a task file. ``since``: ISO 8601, UTC."""

    pid: int
    host: str
    since: str

    @property
    def gone(self) -> bool:
        """Whether it certainly runs no more: it was on this machine and its process number is free."""
        return self.host == socket.gethostname() and not _runs(self.pid)

    def __str__(self) -> str:
        text = f"process {self.pid} on {self.host}, since {self.since}"
        return f"{text} (stale: that process no longer runs)" if self.gone else text


def owner_path(path: Path) -> Path:
    """Where the note about ``path`` lies."""
    return path.with_name(path.name + ".owner")


def read_owner(path: Path) -> Owner | None:
    """What the note says, None where there is none or it cannot be read. Needs no lock."""
    try:
        values = json.loads(owner_path(path).read_text(encoding="utf-8"))
        return Owner(int(values["pid"]), str(values["host"]), str(values["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_owner(path: Path) -> None:
    """Note this process as the owner. A disk too full for the note is no reason not to open the task: logged only."""
    owner = Owner(os.getpid(), socket.gethostname(), datetime.now(timezone.utc).isoformat(timespec="seconds"))
    try:
        write_whole(owner_path(path), json.dumps(asdict(owner)).encode(), private=True, sync=False)
    except OSError as error:
        _log.warning("The note on who has %s open could not be written: %s", path.name, error)


def remove_owner(path: Path) -> None:
    """Take the note away; to be called while the lock is still held, or the next owner's note would go."""
    remove_quietly(owner_path(path))


def remove_quietly(path: Path) -> None:
    """Remove a helper file; one that cannot be removed is harmless and only logged."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("%s could not be removed: %s", path.name, error)


def locked_error(path: Path) -> TaskFileLockedError:
    """The sentence for whoever comes second; names the owner as far as the note knows."""
    owner = read_owner(path)
    if owner and (owner.pid, owner.host) == (os.getpid(), socket.gethostname()):
        owner = None  # whoever keeps us from our own file is not us
    who = str(owner) if owner else "another program (it left no note of who it is)"
    return TaskFileLockedError(
        f"Expected the task file {path.name} to be free, but {who} has it open. "
        "Close the task there, or attach to the engine that is running."
    )


def claim(path: Path) -> tuple[int, int]:
    """Enter ``path`` in this process's list; TaskFileLockedError if it is there already. Returns its identity."""
    status = os.stat(path)
    identity = (status.st_dev, status.st_ino)
    with _open_here_mutex:
        if identity in _open_here:
            raise TaskFileLockedError(
                f"Expected the task file {path.name} to be free, but this program (process {os.getpid()}) has it open "
                "already. Use the open one, or close it first."
            )
        _open_here.add(identity)
    return identity


def is_open_here(path: Path) -> bool:
    """Whether this process has ``path`` open as a task file."""
    try:
        status = os.stat(path)
    except OSError:
        return False
    return (status.st_dev, status.st_ino) in _open_here


def release(identity: tuple[int, int]) -> None:
    """Strike a file from this process's list."""
    with _open_here_mutex:
        _open_here.discard(identity)


def _runs(pid: int) -> bool:
    try:
        return pid <= 0 or bool(psutil.pid_exists(pid))
    except OverflowError:
        return True  # no process number of this system: nobody can say
