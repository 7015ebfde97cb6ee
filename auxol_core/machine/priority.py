"""At which priority the worker runs, and how it leaves the lowest one that Slicer hands on to it.

On Linux and macOS Slicer means to put its background thread at the lowest priority and puts the whole process there
(vtkSlicerApplicationLogic::SetCurrentThreadPriorityToBackground): ``setpriority(PRIO_PROCESS, getpid(), n)`` with n
from ``SLICER_BACKGROUND_THREAD_PRIORITY``, or 20 where that is not set. A child inherits it, and beside any busy
program a worker at nice 19 computes next to nothing.

Two ways out, as far as an ordinary user may:

- nice: raised to 0 where the system permits (root, or RLIMIT_NICE), and only where the value is the one that Slicer
  sets: who starts everything with ``nice -n 10`` has meant it.
- a session of its own: where autogroup scheduling is on (``kernel.sched_autogroup_enabled``), Linux shares processor
  time between sessions first, and nice counts only within one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SLICER_SETTING = "SLICER_BACKGROUND_THREAD_PRIORITY"
SLICER_DEFAULT = 20
LOWEST = 19  # what the kernel makes of anything larger
AUTOGROUP = Path("/proc/sys/kernel/sched_autogroup_enabled")


@dataclass(frozen=True)
class Priority:
    """``inherited``, ``now``: nice values, -20 (first) to 19 (last), None where the system knows none. ``own_session``:
    whether this process leads a session. ``autogroup``: whether Linux shares time between sessions."""

    inherited: int | None
    now: int | None
    own_session: bool
    autogroup: bool

    @property
    def starved(self) -> bool:
        """Whether another busy program may leave next to nothing for this one."""
        return self.now is not None and self.now >= 10 and not (self.own_session and self.autogroup)

    def __str__(self) -> str:
        if self.now is None:
            return "the system's own"
        came = "" if self.inherited == self.now else f", raised from {self.inherited}"
        shared = "in a session of its own" if self.own_session else "in the session it was started in"
        counted = "sessions share the processor" if self.autogroup else "nice alone counts"
        advice = f"; set {SLICER_SETTING}=0 before Slicer is started if it is slow" if self.starved else ""
        return f"nice {self.now}{came}, {shared}, {counted}{advice}"


def leave_background(environment: Mapping[str, str] = os.environ) -> Priority:
    """Leave the priority and the session that a host gave this process, as far as may be; never fails.

    For a process that a host has started for itself alone: in a session of its own no Ctrl-C of a terminal reaches it.
    """
    if sys.platform == "win32":
        return Priority(None, None, False, False)
    with suppress(OSError):  # it leads a process group: then whoever started it has put it apart already
        os.setsid()
    inherited = os.getpriority(os.PRIO_PROCESS, 0)
    if inherited > 0 and inherited == slicers_own(environment):
        _raise(inherited)
    return _priority(inherited)


def _raise(inherited: int) -> None:
    """The best nice value that the system permits; for every thread there is, because Linux counts each for itself."""
    try:
        threads = [int(name) for name in os.listdir("/proc/self/task")]
    except OSError:
        threads = [0]  # macOS: the process as a whole
    for wanted in range(inherited):
        try:
            for thread in threads:
                os.setpriority(os.PRIO_PROCESS, thread, wanted)
        except OSError:
            continue
        return


def priority() -> Priority:
    """At which priority this process runs; nothing is changed."""
    if sys.platform == "win32":
        return Priority(None, None, False, False)
    return _priority(os.getpriority(os.PRIO_PROCESS, 0))


def slicers_own(environment: Mapping[str, str]) -> int:
    """The nice value at which Slicer puts itself."""
    try:
        wanted = int(environment.get(SLICER_SETTING, ""))
    except ValueError:
        wanted = SLICER_DEFAULT
    return min(wanted, LOWEST)


def _priority(inherited: int) -> Priority:
    if sys.platform == "win32":
        raise AssertionError("Windows has no nice values")
    own = os.getsid(0) == os.getpid()
    return Priority(inherited, os.getpriority(os.PRIO_PROCESS, 0), own, _autogroup())


def _autogroup() -> bool:
    try:
        return AUTOGROUP.read_text(encoding="utf-8").strip() == "1"
    except (OSError, UnicodeDecodeError):
        return False  # macOS, or a kernel without it
