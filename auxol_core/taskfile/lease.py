"""Leases on task files: one writer at a time, also where several machines share the disk and one of them is stopped.

``use`` switches them on for every task file that this process opens afterwards. An opening then holds SQLite's lock
during its transactions alone. What makes it the owner is a row in the file: who holds it, a random epoch, and when it
runs out. The row lies in ``sqlite_sequence``, a table that every task file has and no copy takes over, so that older
programs open the file as ever. A thread renews it every third of its length, and every transaction does.

Guaranteed where locks of the file system work (a local disk, NFS 4 with its lock service, SMB): every transaction looks
at the row first, with SQLite's lock in its hand. Whoever was stopped and goes on after another has taken over finds
another epoch, and is refused by the file itself, whatever any clock says. A holder stopped in the middle of a
transaction keeps that lock: the file is unavailable until it goes on or ends, and is never changed by two.

Where locks do nothing (NFS mounted ``nolock``, some FUSE mounts), time and names are left. A holder that could not
renew for the length of its lease stops by its own monotonic clock, and looks again before and after each commit.
Whoever takes over from a process that may go on does so in a copy, put in the file's place: what the other still writes
goes into the old file, which has no name any more, and it gives no receipt for it. So two writers need clocks that
differ by more than is left of a lease, or two processes that open a free file within the same milliseconds, where the
later row wins and the other is refused from then on. Whoever only looks (TaskFile.look) needs locks. The journal is
SQLite's rollback journal (connections.durable_settings), never a write-ahead log, which needs memory that machines do
not share.

Clocks: whoever comes judges by its own wall clock against the stored one. A clock that runs ahead takes over early; the
old holder's next transaction is refused. A stored end further away than the lease is long tells of a clock that jumped:
then a lease that was not renewed while one watched it for its length has run out.
"""

from __future__ import annotations

import json
import math
import os
import socket
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache
from pathlib import Path

from auxol_core.errors import InvalidInputError, TaskFileLockedError
from auxol_core.taskfile.connections import connect
from auxol_core.taskfile.owner import Owner

ROW = "auxol lease"
_LONGEST = 3600.0  # seconds
_MOST_WATCHED = 1000

_options: LeaseOptions | None = None
_watched: dict[tuple[str, float], float] = {}


@dataclass(frozen=True)
class LeaseOptions:
    """``holder``: whom others are told of, a word or two. ``seconds``: how long a lease holds that is not renewed, 0.1
    to 3600; longer than a machine may be slow, shorter than a person would wait. ``lost``: called with the file when an
    opening has lost it, once, in a thread of its own. Raises InvalidInputError.
    """

    holder: str
    seconds: float = 15.0
    lost: Callable[[Path], None] | None = None

    def __post_init__(self) -> None:
        if not (self.holder.isprintable() and 0 < len(self.holder) <= 200):
            raise InvalidInputError(f"A lease's holder must be 1 to 200 printable characters, got {self.holder!r}.")
        if not 0.1 <= self.seconds <= _LONGEST:
            raise InvalidInputError(f"A lease must last 0.1 to {_LONGEST:g} seconds, got {self.seconds}.")


def use(options: LeaseOptions | None) -> None:
    """Take leases on all task files opened from now on, or with None the exclusive lock again. For this process."""
    global _options  # as owner.py's list: the engine opens files and need not know
    _options = options


def wanted() -> LeaseOptions | None:
    """What ``use`` was told."""
    return _options


@dataclass(frozen=True)
class Lease:
    """What a file says of who has it. ``expires``: POSIX time by its holder's clock; ``machine``: see machine_id."""

    holder: str
    epoch: str
    expires: float
    seconds: float
    pid: int
    host: str
    machine: str

    @property
    def left(self) -> float:
        """Seconds until somebody else may have the file; 0: now."""
        if self._gone:
            return 0.0
        left = self.expires - time.time()
        if left > self.seconds:  # by no clock that is right
            if len(_watched) >= _MOST_WATCHED:
                _watched.clear()
            begun = _watched.setdefault((self.epoch, self.expires), time.monotonic())
            left = begun + self.seconds - time.monotonic()
        return max(0.0, left)

    @property
    def may_go_on(self) -> bool:
        """Whether its process may still have the file open; on Windows an open file cannot be replaced, nor need be."""
        return sys.platform != "win32" and not self._gone

    @property
    def _gone(self) -> bool:
        """Whether its process certainly runs no more. One of this process's number is not this one, which would know
        the file as open (owner.claim): it was started again."""
        here = (self.host, self.machine) == (socket.gethostname(), machine_id())
        return here and (self.pid == os.getpid() or Owner(self.pid, self.host, "").gone)

    def __str__(self) -> str:
        return f"{self.holder} (process {self.pid} on {self.host})"


def read(connection: sqlite3.Connection) -> Lease | None:
    """The lease in a file, None where it has none or one that cannot be read. Raises sqlite3.Error."""
    try:
        found = texts(connection)
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):  # of no task file; that is for others to say
            return None
        raise
    try:
        values = json.loads(found[-1])
        expires, seconds = float(values["expires"]), float(values["seconds"])
        if not (math.isfinite(expires) and 0 < seconds <= _LONGEST):
            return None
        words = [str(values[name])[:200] for name in ("holder", "epoch", "host", "machine")]
        holder, epoch, host, machine = ("".join(c for c in word if c.isprintable()) for word in words)
        return Lease(holder, epoch, expires, seconds, int(values["pid"]), host, machine)
    except (IndexError, ValueError, KeyError, TypeError, OverflowError):
        return None


def refuse_held(connection: sqlite3.Connection, path: Path) -> Lease | None:
    """TaskFileLockedError where somebody else's lease has not run out; the one that has, if there is one."""
    held = read(connection)
    if held is not None and held.left:
        raise _held_error(held, path)
    return held


def refuse_seen(path: Path) -> None:
    """``refuse_held`` before SQLite is let near the file: where locks do nothing it would take the journal of a
    transaction that is going on for a dead program's, and roll it back. Nothing is locked or written here."""
    try:
        with closing(connect(path, "ro&immutable=1")) as connection:
            held = read(connection)
    except sqlite3.Error:  # damaged, or read while it was written: whoever locks it will see
        return
    if held is not None and held.left:
        raise _held_error(held, path)


def _held_error(held: Lease, path: Path) -> TaskFileLockedError:
    left = held.left
    until = datetime.fromtimestamp(time.time() + left, timezone.utc).isoformat(timespec="seconds")
    return TaskFileLockedError(
        f"Expected the task file {path.name} to be free, but {held} has it until {until} and may renew that. Close the "
        f"task there, or try again in {math.ceil(left)} s."
    )


def stuck_error(held: Lease, path: Path) -> TaskFileLockedError:
    """The sentence for a lease that ran out while its holder is in the middle of a transaction."""
    return TaskFileLockedError(
        f"Expected the task file {path.name} to be free, because the lease of {held} ran out, but the file is locked: "
        "that process was stopped in the middle of writing, or another one is opening the task. It is unavailable "
        "until the lock is gone. Try again in a moment; if that does not help, end the process."
    )


def drop(connection: sqlite3.Connection) -> None:
    """Take the lease out of the file. Inside a transaction."""
    connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (ROW,))


def drop_old(connection: sqlite3.Connection) -> None:
    """Take a lease that has run out out of the file; where there is none nothing is written. One transaction."""
    if texts(connection):
        connection.execute("BEGIN IMMEDIATE")
        drop(connection)
        connection.execute("COMMIT")


def texts(connection: sqlite3.Connection) -> list[str]:
    """What the file says, one text; more only where locks do nothing. Raises sqlite3.Error."""
    return [str(row[0]) for row in connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (ROW,))]


@cache
def machine_id() -> str:
    """What tells machines of one name apart, and containers that number their processes for themselves."""
    try:
        booted = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{booted} {os.readlink('/proc/self/ns/pid')}"
    except OSError:  # no Linux
        return ""
