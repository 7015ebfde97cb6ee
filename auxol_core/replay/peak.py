"""What a replay cost the machine: the process's peak of resident memory, and torch's threads, neither imported here."""

from __future__ import annotations

import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")
_RESET = Path("/proc/self/clear_refs")


def reset_peak() -> None:
    """Start counting anew where the system can (Linux); elsewhere a peak is that of the process's whole life."""
    try:
        _RESET.write_text("5", encoding="ascii")
    except OSError:
        return  # no such file, or not allowed: the reading is then an upper bound, as documented


def peak_rss_mb() -> float | None:
    """Peak resident memory in MB (10^6 bytes); None where the system does not tell (Windows)."""
    try:
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return round(int(line.split()[1]) * 1024 / 1e6, 1)
    except OSError:
        pass  # not Linux
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak * (1 if sys.platform == "darwin" else 1024) / 1e6, 1)


def torch_threads() -> int | None:
    """Threads that torch computes with; None if the engine did not load it."""
    torch = sys.modules.get("torch")
    return None if torch is None else int(torch.get_num_threads())


def torch_version() -> str | None:
    """Version of the torch that the engine loaded; None if it did not."""
    torch = sys.modules.get("torch")
    return None if torch is None else str(torch.__version__)
