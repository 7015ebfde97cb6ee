"""From the compute thread to handlers that wait: no thread waits, and none is lost between looking and waiting.

A handler looks, finds nothing and waits, all in the event loop's thread; whoever changes something does so first and
then rings, and the ring is carried out in the event loop's thread: after the look, so it finds the one who waits.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress


class Bell:
    """Rung by any thread, heard in the event loop that it was made in."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}

    def ring(self, topic: str) -> None:
        """Wake who waits for ``topic``. Harmless once the loop is closed."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._wake, topic)

    def _wake(self, topic: str) -> None:
        for future in self._waiting.pop(topic, set()):
            if not future.done():
                future.set_result(None)

    def wake_all(self) -> None:
        """Wake everybody. In the event loop's thread."""
        for topic in list(self._waiting):
            self._wake(topic)

    async def heard(self, topic: str, timeout_s: float) -> None:
        """Return when ``topic`` is rung, or after ``timeout_s``."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._waiting.setdefault(topic, set()).add(future)
        try:
            await asyncio.wait({future}, timeout=timeout_s)
        finally:
            waiting = self._waiting.get(topic, set())
            waiting.discard(future)
            if not waiting:
                self._waiting.pop(topic, None)
