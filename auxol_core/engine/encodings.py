"""Encodings under way: one for each slice, which everybody who waits for it drives together.

A click on a slice that is being prefetched goes on from the block that the prefetch has reached, and the prefetch finds
it done. Who gives up (a cancelled click) leaves it to the others; where nobody is left it is dropped, with what the
encoder holds. All of it is one thread's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator

from auxol_core.generalist.base import Embedding

# ``told(done, total)``: so many of the encoder's steps are made; total None where it does not say how many there are.
Told = Callable[[int, "int | None"], None]
# Seconds between two events; what is done sooner needs none.
TOLD_S = 0.25


class Encoding:
    """One of them. ``done``: steps made; ``took``: seconds spent in them, whatever went on in between."""

    def __init__(self, steps: Generator[None, None, Embedding], total: int | None) -> None:
        self._steps, self.total = steps, total
        self.done, self.took, self.waiting = 0, 0.0, 0
        self.result: Embedding | None = None
        self._failed: BaseException | None = None

    def step(self) -> None:
        """Make the next step; ``result`` is there after the last. What it raised once it raises for everybody."""
        if self._failed is not None:
            raise self._failed
        began = time.perf_counter()
        try:
            next(self._steps)
        except StopIteration as end:
            self.result = end.value
        except BaseException as error:
            self._failed = error
            raise
        self.done += 1
        self.took += time.perf_counter() - began

    def close(self) -> None:
        """Nobody waits for it any more."""
        self._steps.close()


class Encodings:
    """By key. ``ended(encoding)`` is called when one has its result."""

    def __init__(self, ended: Callable[[Encoding], None] | None = None) -> None:
        self._under_way: dict[str, Encoding] = {}
        self._ended = ended

    def __len__(self) -> int:
        return len(self._under_way)

    def run(
        self, key: str, begin: Callable[[], Encoding], told: Told | None = None
    ) -> Generator[None, None, Embedding]:
        """The embedding of ``key``, begun now unless it is under way; yields between the encoder's blocks."""
        if key not in self._under_way:
            self._under_way[key] = begin()
        encoding = self._under_way[key]
        encoding.waiting += 1
        try:
            while encoding.result is None:
                encoding.step()
                if encoding.result is not None:
                    self._under_way.pop(key, None)
                    if self._ended is not None:
                        self._ended(encoding)
                    break
                if told is not None:
                    told(encoding.done, encoding.total)
                yield
            return encoding.result
        finally:
            encoding.waiting -= 1
            if encoding.result is None and not encoding.waiting and self._under_way.get(key) is encoding:
                del self._under_way[key]
                encoding.close()


def telling(
    tell: Callable[..., None], slice_id: str, clock: Callable[[], float] = time.monotonic
) -> Told:
    """Tells ``encoding`` events of a slice somebody waits for: not of quick ones, and not more than a person sees."""
    last = clock()

    def told(done: int, total: int | None) -> None:
        nonlocal last
        if clock() - last >= TOLD_S:
            last = clock()
            tell("encoding", slice_id=slice_id, done=done, total=total)

    return told
