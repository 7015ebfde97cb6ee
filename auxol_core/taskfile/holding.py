"""The lease of one opening of a task file: taken, renewed with every transaction, and lost (see lease.py)."""

from __future__ import annotations

import json
import logging
import math
import os
import secrets
import socket
import sqlite3
import threading
import time
from dataclasses import asdict
from functools import partial
from pathlib import Path

from auxol_core.errors import LeaseLostError
from auxol_core.taskfile.lease import ROW, Lease, LeaseOptions, drop, machine_id, read, texts

log = logging.getLogger(__name__)

# A clock that nobody sets and that goes on while the machine sleeps, where the system has one.
_now = partial(time.clock_gettime, time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic
_LONGEST_WAIT = 5.0  # seconds that a transaction waits for another's to end


class Holding:
    """The lease of one opening, from ``take`` on. Every method is called with the connection's mutex held."""

    def __init__(self, options: LeaseOptions, path: Path) -> None:
        self.options, self.path = options, path
        self._epoch = secrets.token_hex(16)
        self._deadline = math.inf  # by the monotonic clock; who has not taken it yet has SQLite's lock
        self._foreign = -1
        self._file = (0, 0)
        self._lost = ""

    @property
    def wait_ms(self) -> int:
        """How long SQLite is to wait for another connection's transaction."""
        return int(1000 * min(self.options.seconds / 3, _LONGEST_WAIT))

    @property
    def is_lost(self) -> bool:
        """Whether this opening may neither read nor write any more."""
        return bool(self._lost)

    def take(self, connection: sqlite3.Connection) -> None:
        """Put this lease in the place of whichever is there. One transaction; whether that may be was asked before."""
        connection.execute("BEGIN IMMEDIATE")
        try:
            drop(connection)
            deadline = _now() + self.options.seconds
            connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (ROW, self._text()))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._deadline, self._file = deadline, identity_of(self.path)

    def settle(self, connection: sqlite3.Connection) -> None:
        """The file is as this opening has found or made it: from here on nobody else changes it."""
        self._foreign = _foreign_changes(connection)

    @property
    def is_fresh(self) -> bool:
        """Whether it was renewed so lately that it need not be again."""
        return self._deadline - _now() > 0.8 * self.options.seconds

    def check(self, saved: str = "Nothing of this step was saved") -> None:
        """Raise LeaseLostError where the lease is lost, or has run out by this process's own clock.

        ``saved``: what became of what was to be saved.
        """
        if not self._lost and _now() >= self._deadline:
            self._lose(f"this program could not renew its lease for {self.options.seconds:g} s")
        if self._lost:
            raise LeaseLostError(
                f"Expected to have the task file {self.path.name} still, but {self._lost}. {saved}; "
                "open the task again and repeat it."
            )

    def begun(self, connection: sqlite3.Connection) -> float:
        """To be called first in a transaction: see that the file is still this opening's, and renew.

        Returns the new end by the monotonic clock, for ``ended``. Raises LeaseLostError.
        """
        found = texts(connection)
        if len(found) != 1 or _epoch(found[0]) != self._epoch:
            now = read(connection)
            self._lose("its lease is gone from the file" if now is None else f"{now} has taken it over")
        elif _foreign_changes(connection) != self._foreign:
            self._lose("a program that takes no leases has changed it meanwhile")
        else:
            self._see_place()
        self.check()
        deadline = _now() + self.options.seconds
        connection.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (self._text(), ROW))
        return deadline

    def ended(self, deadline: float) -> None:
        """To be called when a transaction is on the disk, before anybody hears of it. Raises LeaseLostError."""
        self._see_place()
        self.check("Whether this step was saved is not known")
        self._deadline = deadline

    def _see_place(self) -> None:
        if identity_of(self.path) != self._file:
            self._lose("another file has its place")

    def _text(self) -> str:
        options = self.options
        expires = time.time() + options.seconds  # after the monotonic one was asked: this process stops first
        here = (os.getpid(), socket.gethostname(), machine_id())
        return json.dumps(asdict(Lease(options.holder, self._epoch, expires, options.seconds, *here)))

    def _lose(self, why: str) -> None:
        if self._lost:
            return
        self._lost = why
        log.warning("The task file %s is no longer this program's: %s", self.path.name, why)
        if self.options.lost is not None:  # not here: it may want what the caller has locked
            threading.Thread(target=self.options.lost, args=(self.path,), name="lease-lost", daemon=True).start()


def _epoch(text: str) -> str:
    """The epoch of a row, empty where it has none."""
    try:
        return str(json.loads(text)["epoch"])
    except (ValueError, KeyError, TypeError):
        return ""


def identity_of(path: Path) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return (-1, -1)
    return status.st_dev, status.st_ino


def _foreign_changes(connection: sqlite3.Connection) -> int:
    """A number that changes when another connection than this has changed the file."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])
