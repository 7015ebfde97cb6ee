"""In a task that several users share, each still has what is theirs: proposals show slices, so they stay with whoever
prompted. This remembers whose a proposal is, and what of a user's was refreshed when another one asked."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import replace

from cachetools import LRUCache

from auxol_core.types import Event

# As many proposals as may wait in all shared tasks; an older one is then nobody's, and is prompted again.
MOST = 100_000


class Proposals:
    """Whose each proposal in the shared tasks is. Any thread may call it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owners: LRUCache[str, tuple[str, str]] = LRUCache(MOST)
        self._owed: dict[str, set[str]] = {}

    def add(self, proposal_id: str, user: str, task: str) -> None:
        """``user`` made it in ``task``."""
        with self._lock:
            self._owners[proposal_id] = (user, task)

    def is_of(self, proposal_id: str, user: str) -> bool:
        """Whether it is in a shared task and ``user`` made it."""
        with self._lock:
            return self._owners.get(proposal_id, ("", ""))[0] == user

    def of(self, user: str, task: str) -> list[str]:
        """The proposals that ``user`` made in ``task``; some may have been saved since."""
        with self._lock:
            return [key for key, owner in self._owners.items() if owner == (user, task)]

    def drop(self, proposal_ids: Collection[str]) -> None:
        """Forget whose these are."""
        with self._lock:
            for proposal_id in proposal_ids:
                self._owners.pop(proposal_id, None)

    def owe(self, proposal_ids: Sequence[str]) -> None:
        """These were made anew when another user asked; their own are yet to be told."""
        with self._lock:
            for proposal_id in proposal_ids:
                user, _ = self._owners.get(proposal_id, ("", ""))
                self._owed.setdefault(user, set()).add(proposal_id)

    def owed(self, user: str, task: str) -> list[str]:
        """What ``user`` is yet to be told of in ``task``; it is told now."""
        mine = set(self.of(user, task))
        with self._lock:
            waiting = self._owed.get(user, set())
            told = waiting & mine
            waiting -= told
            return sorted(told)

    def seen_by(self, user: str, events: Sequence[Event]) -> list[Event]:
        """``events`` without what they say of other users' proposals."""
        return [kept for event in events if (kept := self._seen(user, event)) is not None]

    def _seen(self, user: str, event: Event) -> Event | None:
        ids = event.data.get("proposals")
        if not isinstance(ids, list):
            return event
        mine = [self.is_of(each, user) for each in ids]
        if not any(mine):
            return None
        # What else is told of each proposal stands in lists of the same order.
        data = {name: _only(value, mine) if isinstance(value, list) else value for name, value in event.data.items()}
        return replace(event, data=data)


def _only(values: Sequence[object], chosen: Sequence[bool]) -> list[object]:
    return [value for value, kept in zip(values, chosen, strict=True) if kept]
