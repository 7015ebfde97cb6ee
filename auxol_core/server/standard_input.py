"""Standard input as a leash: a program that was started with one ends when whoever started it does."""

from __future__ import annotations

import os
from contextlib import suppress


def wait_until_closed() -> None:
    """Return when standard input is closed. Reads the descriptor itself: a lock of sys.stdin would be held at the end.
    """
    with suppress(OSError):
        while os.read(0, 4096):
            pass
