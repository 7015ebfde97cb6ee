"""Named places where a test may kill this process, so that what must survive a crash is tested with a real one.

``AUXOL_CRASH_AT=name`` kills at the first arrival at ``name``, ``AUXOL_CRASH_AT=name:3`` at the third. The kill is
SIGKILL: no handler runs, no buffer is flushed, no lock is given back politely. Without the variable a point costs one
look into the environment.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter

from auxol_core.errors import InvalidInputError

CRASH_VARIABLE = "AUXOL_CRASH_AT"

# Those that every correction passes.
TEACHING_POINTS: tuple[str, ...] = (
    "correction.before_commit",
    "correction.after_commit",
    "update.mid_step",
    "update.before_record",
    "snapshot.mid_write",
    "update.after_record",
    "publish.mid",
)
# Those that a task passes which is learned again: the old file is kept; a version's old weights are let go; all are;
# after each durable step; all is there again; and where it is cancelled, when the old file has what was saved since.
RELEARNING_POINTS: tuple[str, ...] = (
    "relearning.kept",
    "relearning.let_go",
    "relearning.begun",
    "relearning.mid",
    "relearning.before_done",
    "relearning.cancelled",
)
# Those that the locator's lesson passes, which follows the update.
LOCATING_POINTS: tuple[str, ...] = ("locator.mid_step", "locator.before_record", "locator.after_record")
FAULT_POINTS: tuple[str, ...] = (
    *TEACHING_POINTS,
    *LOCATING_POINTS,
    "migration.before_commit",
    *RELEARNING_POINTS,
)

_arrivals: Counter[str] = Counter()


def reach(name: str) -> None:
    """Say that the place ``name`` is reached; kills the process if the environment asks for it.

    Raises InvalidInputError if ``name``, or the name in the variable, is not one of ``FAULT_POINTS``: a crash test
    with a typing error would pass without having crashed anything.
    """
    if name not in FAULT_POINTS:
        raise InvalidInputError(f"A fault point must be one of {', '.join(FAULT_POINTS)}, got {name!r}.")
    wanted = os.environ.get(CRASH_VARIABLE)
    if wanted:
        _kill_if_due(name, wanted)


def _kill_if_due(name: str, wanted: str) -> None:
    wanted_name, _, count = wanted.partition(":")
    if wanted_name not in FAULT_POINTS or (count and (not count.isdecimal() or int(count) < 1)):
        raise InvalidInputError(
            f"{CRASH_VARIABLE} must be a fault point, or one and the number of its arrival as in publish.mid:2, "
            f"got {wanted!r}. Known points: {', '.join(FAULT_POINTS)}."
        )
    if name != wanted_name:
        return
    _arrivals[name] += 1
    if _arrivals[name] == int(count or 1):
        _die()


def _die() -> None:
    if sys.platform == "win32":
        os._exit(137)
    else:
        os.kill(os.getpid(), signal.SIGKILL)
