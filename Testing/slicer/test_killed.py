"""Invariant 11 through the panel: what the status line called saved is there, whatever was killed.

docs/endurance.md has the figures and says what is done.
"""

import os
import shutil
import tempfile
import unittest
from collections import Counter
from pathlib import Path

from slicer_setting import IN_SLICER, main

if not IN_SLICER:
    from kill_campaign import Nursery, campaign, pythonOf

TASKS, WORKERS, SLICERS = (10, 10, 2) if os.environ.get("AUXOL_LONG") else (1, 4, 2)  # kills are those of one task
WRONG = ("lost", "twice", "foreign", "out of order", "never said", "not learned in time")


@unittest.skipIf(IN_SLICER, "kills Slicer; the headless host is killed instead")
@unittest.skipUnless(os.name == "posix", "no fork and no SIGKILL there")
class TestKilledAtAnyMoment(unittest.TestCase):
    """AUXOL_LONG=1: a hundred kills of the worker and twenty of Slicer; else a few of each."""

    def test_what_the_status_line_called_saved_is_in_the_task_once_whatever_was_killed(self):
        folder = Path(tempfile.mkdtemp(prefix="auxol killed "))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        found, slowest = Counter(), 0.0
        with Nursery(folder) as nursery:
            python = pythonOf(nursery, folder)
            for seed in range(TASKS):
                figures, saves = campaign(folder / str(seed), python, WORKERS, SLICERS, seed)
                found.update(figures)
                slowest = max(slowest, saves.slowest)
                print(f"{dict(found)}; said saved after {slowest:.2f} s at most")  # noqa: T201 - for whoever runs it with -s
                self.assertEqual({name: found[name] for name in WRONG}, dict.fromkeys(WRONG, 0))
        self.assertEqual((found["kills of the worker"], found["kills of Slicer"]), (TASKS * WORKERS, TASKS * SLICERS))
        self.assertGreater(found["said saved"], TASKS * (WORKERS + SLICERS))


if __name__ == "__main__":
    main()
