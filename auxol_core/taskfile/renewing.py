"""The thread that renews the leases of this process's open task files (see lease.py)."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Protocol


class Renewable(Protocol):
    """What holds a lease."""

    @property
    def renew_every(self) -> float:
        """Seconds."""
        ...

    def renew(self) -> None:
        """Renew it if that is possible now; raises nothing that is to be expected."""
        ...


class Renewals:
    """Everything that is to be renewed, and one thread for it as long as there is something."""

    def __init__(self) -> None:
        self._held: weakref.WeakSet[Renewable] = weakref.WeakSet()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, held: Renewable) -> None:
        """Renew it from now on, until it is removed or nobody has it any more."""
        with self._changed:
            self._held.add(held)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="leases", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def remove(self, held: Renewable) -> None:
        """Renew it no more."""
        with self._changed:
            self._held.discard(held)
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._held:
                    self._thread = None
                    return
                self._changed.wait(min(held.renew_every for held in self._held))
                due = list(self._held)
            while due:  # what nobody else has must not live on in here
                due.pop().renew()


renewals = Renewals()


def _anew() -> None:
    """A child of this process has none of its threads."""
    global renewals
    renewals = Renewals()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_anew)
