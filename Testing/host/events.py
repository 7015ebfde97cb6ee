"""The event loop for tests, and the mode in which background threads starve as they do in the application.

The application enters Qt's event loop from C++ and keeps the interpreter lock meanwhile: a background Python thread
runs only while the main thread runs Python code (a slot, an observer) and hands the lock over. PySide6 lets the lock go
around exec() and processEvents(). In the holding mode the loop is entered through ctypes.PyDLL, which keeps the lock.
"""

import contextlib
import ctypes
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import PySide6
import shiboken6
from PySide6 import QtCore

EXEC = "_ZN10QEventLoop4execE6QFlagsINS_17ProcessEventsFlagEE"  # int QEventLoop::exec(ProcessEventsFlags)
HELD_SLICE = 250  # ms between looks at the predicate in the holding mode; each look is Python code on the main thread

_held = False


def process_until(predicate: Callable[[], Any], timeout: float) -> None:
    """Run the event loop until the predicate is true. TimeoutError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not predicate():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout} s: {getattr(predicate, '__qualname__', predicate)}")
        if _held:
            _run_holding(HELD_SLICE)
        else:
            QtCore.QCoreApplication.processEvents(QtCore.QEventLoop.ProcessEventsFlag.AllEvents, 10)
            time.sleep(0.001)
        QtCore.QCoreApplication.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete)


def _run_holding(milliseconds: int) -> None:
    """QEventLoop::exec without letting the interpreter lock go; a timer of Qt's own ends it."""
    if sys.platform != "linux":
        raise NotImplementedError("holding the interpreter lock is written for Linux")
    library = ctypes.PyDLL(str(Path(PySide6.__file__).parent / "Qt" / "lib" / "libQt6Core.so.6"))
    loop, timer = QtCore.QEventLoop(), QtCore.QTimer()
    timer.setSingleShot(True)
    timer.timeout.connect(loop.quit)
    timer.start(milliseconds)
    execute = library[EXEC]
    execute.argtypes, execute.restype = [ctypes.c_void_p, ctypes.c_int], ctypes.c_int
    execute(shiboken6.getCppPointer(loop)[0], 0)


@contextlib.contextmanager
def hold_interpreter_lock() -> Iterator[None]:
    """Within, process_until keeps the interpreter lock."""
    global _held
    before, _held = _held, True
    try:
        yield
    finally:
        _held = before
