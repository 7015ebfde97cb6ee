"""Where these tests run: in Slicer itself (ctest), or in the headless host (pytest). Only this file knows which.

The module comes from the tree that `cmake --install` makes, so that a file missing from a list fails a test.
"""

import atexit
import importlib.util
import os
import re
import shutil
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULE = "AuxOLSegment"
LIBRARY = "AuxOLSegmentLib"
PLUGIN = "qSlicerSubjectHierarchySegmentationsPlugin"  # prints an error at each change of what has no item in the tree
OURS = rf"(?i)auxol|{PLUGIN}|qMRMLSegmentEditorWidget|QProcess|Traceback"
_logBegan = 0


def _in_slicer():
    if importlib.util.find_spec("slicer") is None:
        return False
    import slicer

    return hasattr(slicer, "app")


IN_SLICER = _in_slicer()
HOST = None
if not IN_SLICER:
    sys.path.insert(0, str(HERE.parent))
    import host as headless

    # A space and letters beyond ASCII, as in many users' folders.
    _TREE = Path(tempfile.mkdtemp(prefix="Slicer äö "))
    headless.install(HERE.parent.parent, _TREE)
    HOST = headless.start(_TREE)
    atexit.register(HOST.quit)  # as Slicer does: what the open module still has would be dropped in mid-work

import slicer  # noqa: E402 - the host makes it

# The engine's Python: Slicer's own in Slicer, this one where the tests run under pytest.
PYTHON = "" if IN_SLICER else os.environ.get("AUXOL_TEST_PYTHON", sys.executable)
# The same by name, for scripts that start it.
NAMED_PYTHON = PYTHON or shutil.which("PythonSlicer") or sys.executable


def until(true, within=60.0):
    """Run the real event loop until ``true()``; AssertionError after ``within`` seconds."""
    if HOST is not None:
        try:
            HOST.process_until(true, within)
        except TimeoutError as error:
            raise AssertionError(f"it did not happen within {within:g} s") from error
        return
    ends = time.monotonic() + within
    while not true():
        if time.monotonic() > ends:
            raise AssertionError(f"it did not happen within {within:g} s")
        slicer.app.processEvents()


def quiet(seconds=0.4):
    """Run the event loop for so long: what was started by a timer has happened."""
    ends = time.monotonic() + seconds
    until(lambda: time.monotonic() > ends, seconds + 30)


def resultOf(coroutine):
    """What it returns or raises, while the event loop runs."""
    from AuxOLSegmentLib.Engine.Async import Task

    task = Task(coroutine)
    until(lambda: task.done)
    return task.result()


def shellProgram(path, script):
    """``path``, made a program of the user's own that runs ``script`` in a shell; its path as text."""
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o700)
    return str(path)


def hand(view="Red"):
    """The user's mouse in a slice view."""
    if HOST is not None:
        from host.hand import Hand

        return Hand(HOST.view(view))
    return _SlicerHand(slicer.app.layoutManager().sliceWidget(view).sliceView())


class _SlicerHand:
    """The same in Slicer, with events to the view's interactor. Positions are the view's pixels, y up."""

    def __init__(self, view):
        self._view, self._interactor = view, view.interactor()
        self._at = (0, 0)

    def position(self, ras):
        x, y, _z = self._view.convertRASToXYZ(ras)
        return round(x), round(y)

    def _event(self, name, at, modifiers=(), key=""):
        control, shift = int("ctrl" in modifiers), int("shift" in modifiers)
        self._interactor.SetEventInformation(*at, control, shift, "\0", 0, key)
        self._interactor.InvokeEvent(name)
        self._at = at

    def move(self, to, modifiers=()):
        self._event("MouseMoveEvent", to, modifiers)

    def click(self, at, button="Left", modifiers=()):
        for name in ("EnterEvent", "MouseMoveEvent", f"{button}ButtonPressEvent", f"{button}ButtonReleaseEvent"):
            self._event(name, at, modifiers)

    def press(self, at, button="Left", modifiers=()):
        self._event(f"{button}ButtonPressEvent", at, modifiers)

    def release(self, at, button="Left", modifiers=()):
        self._event(f"{button}ButtonReleaseEvent", at, modifiers)

    def double_click(self, at):
        """Two clicks at once, as Qt tells them to VTK."""
        self.click(at)
        self._event("LeftButtonDoubleClickEvent", at)
        self.release(at)

    def wheel(self, forward=True):
        self._event("MouseWheelForwardEvent" if forward else "MouseWheelBackwardEvent", self._at)

    def ras(self, position):
        x, y, z = self._view.convertXYZToRAS([*position, 0])
        return x, y, z

    def key(self, symbol, modifiers=()):
        for name in ("KeyPressEvent", "CharEvent", "KeyReleaseEvent"):
            self._event(name, self._at, modifiers, symbol)

    def leave(self):
        self._event("LeaveEvent", (0, 0))

    def drag(self, start, end, button="Left", modifiers=(), steps=8):
        for name in ("EnterEvent", "MouseMoveEvent", f"{button}ButtonPressEvent"):
            self._event(name, start, modifiers)
        for step in range(1, steps + 1):
            self._event(
                "MouseMoveEvent",
                tuple(round(a + (b - a) * step / steps) for a, b in zip(start, end, strict=True)),
                modifiers,
            )
        self._event(f"{button}ButtonReleaseEvent", end, modifiers)


def logged():
    """Lines of the log from warnings up, since the test began; in Slicer only what may be ours."""
    if HOST is not None:
        return [f"[{line.level.upper()}][{line.source}] {line.text}" for line in HOST.log.lines]
    lines = Path(slicer.app.errorLogModel().filePath).read_text(encoding="utf-8", errors="replace").splitlines()
    grave = [line for line in lines[_logBegan:] if re.match(r"\[(WARNING|ERROR|CRITICAL|FATAL)\]", line)]
    return [line for line in grave if re.search(OURS, line)]


def loggedErrors():
    """Those of them that the application prints about segmentations, and Qt about processes that were dropped."""
    return [line for line in logged() if PLUGIN in line or "QProcess" in line]


def allGone():
    """Until every process of ours that was let go has ended: one that Qt drops before it prints an error."""
    leaving = sys.modules.get("AuxOLSegmentLib.Engine.Leaving")
    if leaving is not None:
        until(lambda: not leaving.stillLeaving(), 20)


def beginLog():
    """What was logged before does not count."""
    global _logBegan
    if HOST is not None:
        HOST.log.clear()
    else:
        path = Path(slicer.app.errorLogModel().filePath)
        _logBegan = len(path.read_text(encoding="utf-8", errors="replace").splitlines())


def save_picture(what, path):
    """A PNG of a slice view (by name) or a widget."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if HOST is not None:
        HOST.save_picture(what, path)
    elif isinstance(what, str):
        slicer.app.layoutManager().sliceWidget(what).grab().save(str(path))
    else:
        what.grab().save(str(path))


def _library():
    """The modules of the library that are there, by name."""
    return {name: module for name, module in sys.modules.items() if name.split(".")[0] == LIBRARY}


def _library_as(before):
    """After a test that reloaded the module: it would be made of other classes than the files of later tests have."""
    if LIBRARY not in before or sys.modules.get(LIBRARY) is before[LIBRARY]:
        return
    for name in _library():
        del sys.modules[name]
    sys.modules.update(before)
    slicer.util.reloadScriptedModule(MODULE)


class SlicerCase(unittest.TestCase):
    """An empty scene, a folder of its own, and no exception in any callback."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        self.addCleanup(_library_as, _library())
        self.folder = Path(tempfile.mkdtemp(prefix="auxol tests é "))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        if HOST is not None:
            HOST.journal.exceptions.clear()
            self.addCleanup(HOST.reset)
            self.addCleanup(HOST.check)
        beginLog()
        self.addCleanup(lambda: self.assertEqual(loggedErrors(), []))
        self.addCleanup(allGone)


def main():
    """ctest runs the files one by one."""
    unittest.main()


os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
