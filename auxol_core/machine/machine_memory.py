"""How much memory this machine, or the container this runs in, has and has left; stdlib alone."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

# Control groups, version 2 and 1: (limit, in use).
CGROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


@dataclass(frozen=True)
class Memory:
    """Bytes; ``available``: what programs may take without swapping, None where the system does not say."""

    total: int
    available: int | None
    limited_by: str = "the machine's"


def memory_of_machine() -> Memory | None:
    """The memory; None where this system cannot be asked."""
    if sys.platform == "win32":
        return _windows()
    if sys.platform == "linux":
        return _linux()
    try:
        return Memory(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), None)
    except (ValueError, OSError):
        return None


def _linux(meminfo: Path = Path("/proc/meminfo"), cgroups: tuple[tuple[str, str], ...] = CGROUPS) -> Memory | None:
    try:
        lines = (line.split() for line in meminfo.read_text(encoding="ascii").splitlines())
        kilobytes = {words[0].rstrip(":"): int(words[1]) for words in lines}
        whole = Memory(kilobytes["MemTotal"] * 1024, kilobytes["MemAvailable"] * 1024)
    except (OSError, KeyError, ValueError, IndexError):
        return None
    for limit_file, used_file in cgroups:
        limit, used = _number(Path(limit_file)), _number(Path(used_file))
        if limit is not None and limit < whole.total:
            left = limit - (used or 0)  # pages of files count as used here, so that it is less than what can be had
            return Memory(limit, max(0, min(left, whole.available or left)), "the container's")
    return whole


def _number(path: Path) -> int | None:
    """What a control group's file says; None for "max" and where there is none."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _windows() -> Memory | None:
    if sys.platform != "win32":  # says to the type checker what the caller knows
        return None
    import ctypes

    class Status(ctypes.Structure):
        """MEMORYSTATUSEX of the Windows API."""

        _fields_ = [
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("total", "available", "a", "b", "c", "d", "e")),
        ]

    status = Status()
    status.length = ctypes.sizeof(Status)
    if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    return Memory(int(status.total), int(status.available))
