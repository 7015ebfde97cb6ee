"""How much memory this machine, or the container this runs in, has and has left."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil

# Control groups, version 2 and 1: (limit, in use). psutil tells of the machine and knows no container.
CGROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


@dataclass(frozen=True)
class Memory:
    """Bytes; ``available``: what programs may take without swapping."""

    total: int
    available: int
    limited_by: str = "the machine's"


def memory_of_machine(cgroups: tuple[tuple[str, str], ...] = CGROUPS) -> Memory | None:
    """The memory; None where this system cannot be asked."""
    try:
        told = psutil.virtual_memory()
    except (OSError, RuntimeError, psutil.Error):  # /proc is not there, or is not what psutil knows
        return None
    whole = Memory(int(told.total), int(told.available))
    for limit_file, used_file in cgroups:
        limit, used = _number(Path(limit_file)), _number(Path(used_file))
        if limit is not None and limit < whole.total:
            left = limit - (used or 0)  # pages of files count as used here, so that it is less than what can be had
            return Memory(limit, max(0, min(left, whole.available)), "the container's")
    return whole


def _number(path: Path) -> int | None:
    """What a control group's file says; None for "max" and where there is none."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
