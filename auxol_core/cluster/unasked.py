"""Ends a process that everybody shares once nobody has asked it for long: whoever wants it then makes it anew.

So those that a version of before has left behind go by themselves, when its last tasks have gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Unasked:
    """``end`` is called once ``asked`` was not called for ``within_s``; for one event loop."""

    def __init__(self, end: Callable[[], None], within_s: float) -> None:
        self._end, self._within_s = end, within_s
        self._timer: asyncio.TimerHandle | None = None

    def asked(self) -> None:
        """Somebody asks."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._within_s, self._end)
