"""Processes on their way out. A QProcess that is dropped kills its child in the middle of a write, and complains."""

from typing import Any

import qt
import slicer

KILL_MS = 1_000


class _Leaving:
    """What is on its way out, for the whole application."""

    def __init__(self) -> None:
        self._processes: list[Any] = []
        self._quitting = False
        # At once, and not with the first process: modules clean up at this signal, too, and Slicer's own slot may come
        # first. In either order each process is ended.
        slicer.app.connect("aboutToQuit()", self.endNow)

    def add(self, process: Any) -> None:
        self._processes = [*self.running(), process]
        if self._quitting:
            self.end()

    def running(self) -> list[Any]:
        return [each for each in self._processes if each.state() != qt.QProcess.NotRunning]

    def endNow(self) -> None:
        self._quitting = True
        self.end()

    def end(self) -> None:
        for process in self.running():
            process.kill()
            process.waitForFinished(KILL_MS)
        self._processes = []


_LEAVING = _Leaving()


def keepUntilGone(process: Any) -> None:
    """Hold on to a QProcess until it has ended; nobody waits for it.

    Where Slicer ends, it is ended: what it was to keep is in the system's hands by then, and a worker behind a launcher
    leaves because its input is closed.
    """
    _LEAVING.add(process)


def stillLeaving() -> int:
    """How many have not ended yet."""
    return len(_LEAVING.running())
