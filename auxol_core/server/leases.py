"""Open tasks on loan: each goes back when nobody has used it for long, or when all who hold it have gone.

Two clocks: *idle*, since the last request that used the task, and *liveness*, since the last sign of life of a user,
where a long poll is one. Time comes from outside, so that tests need not wait for it. For the event loop's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

Key = tuple[str, str]  # the folder's owner, the task


@dataclass
class Lease:
    """An open task. ``holders``: names of the users who opened it; ``used``: when one of them last did something."""

    used: float
    holders: set[str] = field(default_factory=set)


class Leases:
    """``idle_s`` and ``liveness_s``: None switches that clock off."""

    def __init__(self, clock: Callable[[], float], idle_s: float | None, liveness_s: float | None) -> None:
        self._clock = clock
        self._idle_s, self._liveness_s = idle_s, liveness_s
        self._leases: dict[Key, Lease] = {}
        self._alive: dict[str, float] = {}

    def seen(self, user: str) -> None:
        """A sign of life of ``user``."""
        self._alive[user] = self._clock()

    @property
    def users_seen(self) -> int:
        """How many different users gave a sign of life since the server started."""
        return len(self._alive)

    @property
    def open_tasks(self) -> int:
        """How many tasks are open."""
        return len(self._leases)

    def gone(self, user: str) -> bool:
        """Whether there was no sign of life for longer than the liveness clock allows."""
        seen = self._alive.get(user)
        return self._liveness_s is not None and (seen is None or self._clock() - seen > self._liveness_s)

    def opened(self, key: Key, user: str) -> None:
        """``user`` opened the task."""
        lease = self._leases.setdefault(key, Lease(self._clock()))
        lease.holders.add(user)
        lease.used = self._clock()

    def used(self, key: Key) -> None:
        """The task was used."""
        if key in self._leases:
            self._leases[key].used = self._clock()

    def holds(self, key: Key, user: str) -> bool:
        """Whether ``user`` has the task open."""
        return key in self._leases and user in self._leases[key].holders

    def held_by_others(self, key: Key, user: str) -> bool:
        """Whether somebody but ``user`` has the task open."""
        return key in self._leases and bool(self._leases[key].holders - {user})

    def given_back(self, key: Key, user: str) -> bool:
        """``user`` closed the task; True when nobody holds it any more, so that it is to be closed."""
        lease = self._leases.get(key)
        if lease is None:
            return True
        lease.holders.discard(user)
        return not lease.holders

    def closed(self, key: Key) -> None:
        """The task is no longer open."""
        self._leases.pop(key, None)

    def of_owner(self, owner: str) -> list[Key]:
        """The open tasks in the folder of ``owner``."""
        return [key for key in self._leases if key[0] == owner]

    def due(self) -> list[Key]:
        """The tasks whose time has run out."""
        now = self._clock()
        return [key for key, lease in self._leases.items() if self._run_out(lease, now)]

    def _run_out(self, lease: Lease, now: float) -> bool:
        idle = self._idle_s is not None and now - lease.used > self._idle_s
        return idle or all(self.gone(user) for user in lease.holders)
