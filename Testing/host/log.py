"""What the application would have in its log from warnings up: of Qt, of VTK, of Python, and of its own parts.

Qt's and VTK's are taken at the source and printed all the same. Tracebacks of callbacks come through the journal.
"""

import atexit
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass

import vtk
from PySide6 import QtCore

WARNING, ERROR = "warning", "error"
_QT_LEVELS = {
    QtCore.QtMsgType.QtWarningMsg: WARNING,
    QtCore.QtMsgType.QtCriticalMsg: ERROR,
    QtCore.QtMsgType.QtFatalMsg: ERROR,
}
_OF_THE_OFFSCREEN_PLATFORM = "This plugin does not support"  # a window without a display; no user has that


@dataclass(frozen=True)
class Line:
    """``source``: Qt, VTK, Python (a logger, or a traceback) or Slicer (a stand-in of the application's own code)."""

    level: str
    source: str
    text: str


class Log:
    """The lines, oldest first."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def add(self, level: str, source: str, text: str) -> None:
        self.lines.append(Line(level, source, text))

    def critical(self, text: str) -> None:
        """As qCritical() in the application's own code."""
        self.add(ERROR, "Slicer", text)
        sys.stderr.write(f"[CRITICAL] {text}\n")

    def of(self, source: str) -> list[Line]:
        return [line for line in self.lines if line.source == source]

    def clear(self) -> None:
        self.lines.clear()

    def listen(self) -> None:
        """Take what Qt, VTK and Python say from now on."""
        logging.getLogger().addHandler(_Handler(self))
        output = vtk.vtkOutputWindow.GetInstance()
        for event, level in (("WarningEvent", WARNING), ("ErrorEvent", ERROR)):
            output.AddObserver(event, self._vtk(level))
        QtCore.qInstallMessageHandler(self._qt)
        atexit.register(QtCore.qInstallMessageHandler, None)  # Qt may speak after Python has ended

    def _vtk(self, level: str) -> Callable[[object, str, str], None]:
        @vtk.calldata_type(vtk.VTK_STRING)
        def said(_output: object, _event: str, text: str) -> None:
            self.add(level, "VTK", text)

        return said

    def _qt(self, kind: QtCore.QtMsgType, _context: object, text: str) -> None:
        sys.stderr.write(f"{text}\n")
        if kind in _QT_LEVELS and not text.startswith(_OF_THE_OFFSCREEN_PLATFORM):
            self.add(_QT_LEVELS[kind], "Qt", text)


class _Handler(logging.Handler):
    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        level = ERROR if record.levelno >= logging.ERROR else WARNING
        self._log.add(level, "Python", f"{record.name}: {record.getMessage()}")


log = Log()
