"""A session that is in the middle of everything when Slicer ends: an engine, the keeper of saves, a slice being saved.

``python ended_host.py FOLDER PYTHON``; it prints the process ids of what it has started. Not a test.
"""

import json
import sys
from pathlib import Path

from session_case import ball, volume_with
from slicer_setting import quiet, until
from walk_case import WalkCase, runAlone


class EndedHost(WalkCase):
    """Slicer is left while the module is open: nobody stops the engine, nobody waits."""

    def taskFolder(self):
        return Path(sys.argv[1])

    def python(self):
        return sys.argv[2]

    def leaveForGood(self):
        pass

    def runTest(self):
        self.volume = volume_with(ball())
        self.ui.volumeSelector.setCurrentNode(self.volume)
        self.session.startEngine()
        until(lambda: self.session.engineState.value == "ready")
        keeper = self.session.connection.keeper
        keeper.start()
        until(lambda: keeper._process.processId())
        quiet(0.2)
        print(json.dumps([*self.workers(), int(keeper._process.processId())]))  # noqa: T201 - for who started it


if __name__ == "__main__":
    sys.exit(runAlone(EndedHost()))
