"""Slicer is closed in the middle of a session: nothing is printed, and nothing of ours goes on running."""

import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

from slicer_setting import HERE, IN_SLICER, SlicerCase, main, until
from walk_case import alive


@unittest.skipIf(IN_SLICER, "ends Slicer; the headless host is ended instead")
@unittest.skipUnless(os.name == "posix", "asks the system for processes as POSIX has them")
class TestEndOfSlicer(SlicerCase):
    """In a process of its own, whose last words are read."""

    def test_it_ends_without_a_word_and_without_an_orphan(self):
        ended = subprocess.run(
            [sys.executable, str(HERE / "ended_host.py"), str(Path(self.folder) / "tasks"), sys.executable],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        self.assertEqual(ended.returncode, 0, ended.stderr)
        last = ended.stderr.splitlines()
        self.assertEqual([line for line in last if "QProcess" in line or "Traceback" in line or "Error" in line], [])
        pids = json.loads(next(line for line in ended.stdout.splitlines() if line.startswith("[")))
        self.assertEqual(len(pids), 2)
        until(lambda: not any(alive(pid) for pid in pids), 20)


if __name__ == "__main__":
    main()
