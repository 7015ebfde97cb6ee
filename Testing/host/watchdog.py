"""Measures how long Python code of the module keeps the main thread, whoever called it: slot, observer or timer.

It uses sys.setprofile and times the outermost function whose file lies in the watched folders. The profiler itself
costs about a microsecond per Python call, so code of many small calls looks slower than it is.
"""

import contextlib
import gc
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any


@dataclass(frozen=True)
class Stall:
    """One entry into the module's code that lasted longer than the limit. ``computed``: seconds of it in which the
    thread had a processor; the rest it waited, for a disk or for other programs. ``collected``: seconds that Python's
    garbage collector took meanwhile, which falls on whatever runs when it is due."""

    function: str
    file: str
    line: int
    seconds: float
    computed: float
    collected: float


@dataclass
class Watch:
    """What was seen: every entry counted, the slow ones kept, the longest of all."""

    limit: float
    folders: tuple[str, ...]
    stalls: list[Stall] = field(default_factory=list)
    entries: int = 0
    longest: float = 0.0
    _outermost: FrameType | None = None
    _start: float = 0.0
    _computed: float = 0.0
    _collected: float = 0.0
    _collecting: float = 0.0

    def profile(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and self._outermost is None and frame.f_code.co_filename.startswith(self.folders):
            self._outermost, self._start, self._computed = frame, time.perf_counter(), time.thread_time()
            self._collected = 0.0
        elif event == "return" and frame is self._outermost:
            self._outermost = None
            self._leave(frame, time.perf_counter() - self._start, time.thread_time() - self._computed)

    def _leave(self, frame: FrameType, seconds: float, computed: float) -> None:
        self.entries += 1
        self.longest = max(self.longest, seconds)
        if seconds > self.limit:
            code = frame.f_code
            name = getattr(code, "co_qualname", code.co_name)
            self.stalls.append(Stall(name, code.co_filename, code.co_firstlineno, seconds, computed, self._collected))

    def collect(self, phase: str, _: object) -> None:
        """As gc.callbacks has it."""
        if phase == "start":
            self._collecting = time.perf_counter()
        else:
            self._collected += time.perf_counter() - self._collecting


@contextlib.contextmanager
def watch(limit: float, folders: list[Path]) -> Iterator[Watch]:
    """Within, entries into code below `folders` that last longer than `limit` seconds are kept."""
    seen = Watch(limit, tuple(str(folder) for folder in folders))
    before = sys.getprofile()
    sys.setprofile(seen.profile)
    gc.callbacks.append(seen.collect)
    try:
        yield seen
    finally:
        gc.callbacks.remove(seen.collect)
        sys.setprofile(before)
