"""Makes one run: starts the target, lets the readers loose, watches what it costs, stops it."""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from auxol_core import __version__
from auxol_core.engine.worker import Spent
from tools.bench.load.crowd import crowd_of
from tools.bench.load.measured import Asked, Load, Measured
from tools.bench.load.targets import Target, Wanted

LOOK_EVERY_S = 0.5


class Watch:
    """Memory and processor time of a target's processes, from ``begin`` on, looked at in a thread of its own."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="what the server takes", daemon=True)
        self.begin_bytes: int | None = None
        self.most_bytes: int | None = None

    def begin(self) -> None:
        """The readers begin now."""
        self._cpu, self._all = self._cpu_s(), _busy_s()
        self.begin_bytes, self._spent = self._bytes(), self._target.spent()
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(LOOK_EVERY_S):
            self._note()

    def _note(self) -> None:
        now = self._bytes()
        self.most_bytes = now if self.most_bytes is None else max(self.most_bytes, now or 0)

    def end(self, readers_cpu_s: float) -> Load:
        """They have ended; the target still runs."""
        self._over.set()
        self._thread.join()
        self._note()
        server = None if self._cpu is None else max(0.0, (self._cpu_s() or 0.0) - self._cpu)
        others = max(0.0, _busy_s() - self._all - (server or 0.0) - readers_cpu_s)
        return Load(
            server,
            readers_cpu_s,
            self.begin_bytes,
            self.most_bytes,
            self._target.kept_bytes(),
            others,
            os.cpu_count() or 1,
            spent_between(self._spent, self._target.spent()),
        )

    def _cpu_s(self) -> float | None:
        processes = self._target.processes()
        return sum(sum(_times(each)) for each in processes) if processes else None

    def _bytes(self) -> int | None:
        processes = self._target.processes()
        return sum(_resident(each) for each in processes) if processes else None


def spent_between(before: Mapping[str, Spent] | None, after: Mapping[str, Spent] | None) -> dict[str, Spent] | None:
    """What was spent from one moment to another; None where either is unknown."""
    if before is None or after is None:
        return None
    return {
        urgency: Spent(now.steps - then.steps, now.seconds - then.seconds, now.squares - then.squares)
        for urgency, now in after.items()
        for then in [before.get(urgency, Spent())]
    }


def _times(process: psutil.Process) -> tuple[float, float]:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0, 0.0
    return times.user, times.system


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _busy_s() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.system + times.nice)


def measure(target: Target, asked: Asked, threads: int = 0) -> Measured:
    """One run; the target is stopped however it ends."""
    wanted = Wanted(asked.readers, asked.generalist, asked.learner, asked.shared, threads)
    try:
        entrance = target.start(wanted)
        crowd = crowd_of(
            entrance,
            wanted,
            asked.habits,
            lasts_s=asked.warm_up_s + asked.counted_s,
            most_processes=asked.processes,
            seed=asked.seed,
        )
        watch = Watch(target)
        seen = crowd.read(watch.begin)
        return Measured(asked, seen.samples, seen.update_s, watch.end(seen.cpu_s), facts())
    finally:
        target.stop()


def facts() -> dict[str, str]:
    """What it was made with and on."""
    return {
        "program": f"auxol {__version__}, Python {platform.python_version()}",
        "machine": f"{_processor()}, {os.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB",
        "made": time.strftime("%Y-%m-%d %H:%M"),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8", errors="replace").splitlines() if info.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or "unknown processor"
