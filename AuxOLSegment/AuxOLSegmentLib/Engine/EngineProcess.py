"""The worker as a child process: `auxol serve` on loopback, started by QProcess, ended when Slicer ends.

The token goes through standard input, where no other user of the machine can read it. The worker leaves when that
closes, also where PythonSlicer, a launcher, is killed and the real process stays. Its log is kept for diagnostics.
"""

import logging
import os
import secrets
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
from slicer.i18n import tr as _

from auxol_core.errors import AuxolError, UnavailableError
from auxol_core.protocol import Ready, read_ready_line
from AuxOLSegmentLib.Engine.Async import Promise
from AuxOLSegmentLib.Engine.Leaving import keepUntilGone
from AuxOLSegmentLib.Engine.ProcessEnvironment import processEnvironment, slicerPython

log = logging.getLogger(__name__)

LOG_LINES = 200
TOLD_LINES = 8
ARGUMENTS = ("-m", "auxol_core.cli.main", "serve", "--token-from", "stdin", "--until-stdin-closes")


def packageFolder() -> Path:
    """The folder that holds auxol_core, for the worker's PYTHONPATH."""
    import auxol_core

    return Path(auxol_core.__file__).resolve().parent.parent


def _gone(folder: Path) -> UnavailableError:
    told = _(
        "The engine's files were expected in {folder}, but they are gone: the extension was updated or removed while "
        "Slicer ran. Save your scene and restart Slicer."
    )
    return UnavailableError(told.format(folder=folder))


class EngineProcess:
    """One worker. ``ended(tail)`` is called when it has ended without having been asked to."""

    def __init__(self, python: str, arguments: list[str], ended: Callable[[str], None]) -> None:
        self.token = secrets.token_urlsafe(32)
        self.ready: Ready | None = None
        self._python, self._arguments = python or slicerPython(), [*ARGUMENTS, *arguments]
        self._told = ended
        self._lines: deque[str] = deque(maxlen=LOG_LINES)
        self._rest = ""
        self._begun: Promise | None = None
        self._stopped = False
        self._process: Any = None

    def start(self) -> Promise:
        """Promise of the ready line; UnavailableError, with the last lines of the log, where there will be none."""
        self._begun = Promise()
        if not (packageFolder() / "auxol_core" / "cli" / "main.py").is_file():
            self._giveUp(_gone(packageFolder()))
            return self._begun
        process = self._process = qt.QProcess()
        process.setProcessEnvironment(self._environment())
        process.connect("readyReadStandardOutput()", self._readOutput)
        process.connect("readyReadStandardError()", self._readLog)
        process.connect("finished(int,QProcess::ExitStatus)", lambda code, status: self._finished())
        process.connect("errorOccurred(QProcess::ProcessError)", lambda error: self._failed(error))
        process.start(self._python, self._arguments)
        process.write(qt.QByteArray(f"{self.token}\n".encode()))
        return self._begun

    def _environment(self) -> Any:
        environment = processEnvironment(self._python)
        paths = [str(packageFolder()), environment.value("PYTHONPATH", "")]
        environment.insert("PYTHONPATH", os.pathsep.join(path for path in paths if path))
        environment.insert("PYTHONUNBUFFERED", "1")
        environment.insert("PYTHONIOENCODING", "utf-8")
        # Idle compute threads otherwise spin on cores that Slicer needs.
        environment.insert("OMP_WAIT_POLICY", "PASSIVE")
        return environment

    @property
    def pid(self) -> int:
        """The id of the process that was started; the worker's own, behind a launcher, is that of ``ready``."""
        return int(self._process.processId()) if self._process is not None else 0

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.state() != qt.QProcess.NotRunning

    @property
    def tail(self) -> str:
        """The last lines of its log."""
        return "\n".join(list(self._lines)[-TOLD_LINES:])

    def logText(self) -> str:
        """What is kept of its log."""
        return "\n".join(self._lines)

    def _readOutput(self) -> None:
        text = self._rest + bytes(self._process.readAllStandardOutput().data()).decode("utf-8", "replace")
        *lines, self._rest = text.split("\n")
        for line in lines:
            self._line(line.rstrip("\r"))

    def _line(self, line: str) -> None:
        try:
            ready = read_ready_line(line)
        except AuxolError as error:
            self._giveUp(error)
            return
        if ready is None:
            self._lines.append(line)
        elif self._begun is not None:
            self.ready = ready
            self._begun.resolve(ready)

    def _readLog(self) -> None:
        if self._stopped:
            return
        text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        self._lines.extend(line for line in text.splitlines() if line.strip())

    def _finished(self) -> None:
        if self._stopped:
            return  # nobody is to be told, and at the end of the application the process is no more
        self._readLog()
        self._ended(
            UnavailableError(
                _(
                    "The engine was to be started with {python}, but it ended at once:\n{log}\n"
                    "See Set-up for what is missing."
                ).format(python=self._python, log=self.tail)
            )
        )

    def _failed(self, error: Any) -> None:
        if error == qt.QProcess.FailedToStart:
            self._ended(
                UnavailableError(
                    _(
                        "The engine was to be started with {python}, but the system refused ({reason}). Name another "
                        "Python in the settings."
                    ).format(python=self._python, reason=self._process.errorString())
                )
            )

    def _ended(self, error: UnavailableError) -> None:
        if self.ready is None:
            self._giveUp(error)
        else:
            self._stopped = True
            self._told(self.tail)

    def _giveUp(self, error: AuxolError) -> None:
        if self._begun is not None:
            self._begun.reject(error)

    def stop(self) -> None:
        """Ask it to leave by closing its input; it does so by itself, nobody waits. Harmless twice."""
        self._stopped = True
        if self.running:
            self._process.closeWriteChannel()
        self._giveUp(UnavailableError(_("The engine was stopped before it was ready.")))

    def kill(self) -> None:
        """End it at once, without telling; for one that does not answer any more."""
        self._stopped = True
        if self.running:
            self._process.kill()

    def keepUntilGone(self) -> None:
        """Nobody holds on to this object any more, and the process may still run."""
        if self._process is not None:
            self._stopped = True
            keepUntilGone(self._process)
