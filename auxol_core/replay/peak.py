"""What a replay cost the machine: peak of resident memory of the process that computes, and torch's threads, neither
of which is imported here."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil

_RESET = Path("/proc/self/clear_refs")


def reset_peak() -> None:
    """Start counting anew where the system can (Linux); elsewhere a peak is that of the process's whole life."""
    try:
        _RESET.write_text("5", encoding="ascii")
    except OSError:
        return  # no such file, or not allowed: the reading is then an upper bound, as documented


class PeakMemory:
    """The peak of resident memory in MB (10^6 bytes) of whichever process computes in one run.

    It counts from here on, or, of a process that was started for the run, from its start.
    """

    def __init__(self) -> None:
        reset_peak()
        self._elsewhere = False
        self._mb: float | None = None

    def read(self, pid: int | None) -> None:
        """``pid`` computed and is about to end: its peak is the run's. None: this process computed."""
        if pid is not None:
            self._elsewhere, self._mb = True, peak_rss_mb(pid)

    @property
    def mb(self) -> float | None:
        """None where the system does not tell."""
        return self._mb if self._elsewhere else peak_rss_mb()


def peak_rss_mb(pid: int | None = None) -> float | None:
    """Peak resident memory in MB (10^6 bytes) of process ``pid``, None: this one; None where nobody tells.

    Of another process Linux and Windows tell, of this one all do.
    """
    if sys.platform == "win32":
        return _told(pid, "peak_wset")
    told = _linux_peak_mb(pid)
    if told is not None or pid is not None:
        return told
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak * (1 if sys.platform == "darwin" else 1024) / 1e6, 1)


def rss_mb(pid: int | None = None) -> float | None:
    """Resident memory now, in MB (10^6 bytes), of process ``pid``, None: this one; None where it has ended."""
    return _told(pid, "rss")


def _told(pid: int | None, name: str) -> float | None:
    try:
        return round(int(getattr(psutil.Process(pid).memory_info(), name)) / 1e6, 1)
    except psutil.Error:
        return None  # it has ended, or is another user's


def _linux_peak_mb(pid: int | None) -> float | None:
    """VmHWM, which psutil does not tell, and which ``reset_peak`` sets back; None where it is not."""
    path = Path(f"/proc/{'self' if pid is None else pid}/status")
    try:
        lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None  # not Linux, or the process has ended
    found = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return round(int(found[0]) * 1024 / 1e6, 1) if found else None


def torch_threads() -> int | None:
    """Threads that torch computes with; None if the engine did not load it."""
    torch = sys.modules.get("torch")
    return None if torch is None else int(torch.get_num_threads())


def torch_version() -> str | None:
    """Version of the torch that the engine loaded; None if it did not."""
    torch = sys.modules.get("torch")
    return None if torch is None else str(torch.__version__)
