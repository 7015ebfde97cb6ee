"""What is encoded already, by content, so that no two replicas encode one slice: references, bounded in bytes.

Who finds that something is not there is told to make it; everybody who asks meanwhile waits for that one. A maker who
fails, or is not heard of for ``patience_s``, is passed over: the next who waits makes it.
"""

from __future__ import annotations

import asyncio
from typing import Any

from cachetools import LRUCache

from auxol_core.cluster.unasked import Unasked


class Embeddings:
    """For one event loop. ``most_bytes``: of what is referred to; what had to go is made again when it is asked for."""

    def __init__(self, most_bytes: int, patience_s: float = 60.0) -> None:
        self._kept: LRUCache[str, tuple[Any, int]] = LRUCache(most_bytes, getsizeof=lambda kept: kept[1])
        self._patience_s = patience_s
        self._made: dict[str, asyncio.Event] = {}
        self.hits = self.makes = 0

    async def claim(self, key: str) -> Any:
        """The reference kept for ``key``; None: whoever asked is to make it, and to say ``keep`` or ``give_up``."""
        while key not in self._kept:
            if key not in self._made:
                self._made[key] = asyncio.Event()
                self.makes += 1
                return None
            made = self._made[key]
            try:
                await asyncio.wait_for(made.wait(), self._patience_s)
            except asyncio.TimeoutError:
                if self._made.get(key) is made:
                    self.give_up(key)
        self.hits += 1
        return self._kept[key][0]

    def keep(self, key: str, reference: Any, nbytes: int) -> None:
        """``reference`` is the embedding of ``key``."""
        if nbytes <= self._kept.maxsize:
            self._kept[key] = (reference, nbytes)
        self.give_up(key)

    def lost(self, key: str) -> None:
        """What is referred to is no longer there."""
        self._kept.pop(key, None)

    def give_up(self, key: str) -> None:
        """Whoever was to make it does not."""
        if (made := self._made.pop(key, None)) is not None:
            made.set()


class EmbeddingsActor:
    """An Embeddings as other processes ask it. ``unasked``: hears of each question."""

    def __init__(self, most_bytes: int, unasked: Unasked) -> None:
        self.list, self._unasked = Embeddings(most_bytes), unasked

    async def claim(self, key: str) -> Any:
        return await self._asked().claim(key)

    async def keep(self, key: str, reference: Any, nbytes: int) -> None:
        self._asked().keep(key, reference, nbytes)

    async def lost(self, key: str) -> None:
        self._asked().lost(key)

    async def give_up(self, key: str) -> None:
        self._asked().give_up(key)

    def _asked(self) -> Embeddings:
        self._unasked.asked()
        return self.list
