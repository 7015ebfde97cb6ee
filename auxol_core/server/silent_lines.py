"""Connections on which no request comes: closed after a while, or they would take the places of those who ask.

uvicorn closes a connection whose last request was answered and that stays still. One that never sent a whole head, or
that sends the next one byte by byte, it keeps for ever; a thousand of these are as many as a process may have open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


class SilentLines:
    """``patience_s``: so many seconds a connection may be without a request. For the event loop's thread."""

    def __init__(self, clock: Callable[[], float], patience_s: float) -> None:
        self._clock, self._patience_s = clock, patience_s
        self._since: dict[Any, tuple[Any, float]] = {}  # by connection: its last request, and since when that is over

    def sweep(self, connections: Iterable[Any]) -> None:
        """Look at uvicorn's connections and close those whose time is over; to be called every now and then."""
        now, before = self._clock(), self._since
        self._since = {}
        for connection in connections:
            last = connection.cycle  # the request and its answer, None before the first
            if last is not None and not last.response_complete:
                continue
            known, since = before.get(connection, (last, now))
            since = since if known is last else now
            self._since[connection] = (last, since)
            if now - since > self._patience_s:
                connection.transport.close()
