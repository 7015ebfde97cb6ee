"""What a process beside Slicer sees of Slicer's environment.

Slicer's launcher points PYTHONHOME, PYTHONPATH, the paths of libraries and of Qt's plugins, and SSL_CERT_FILE into the
application. Slicer's own Python needs them; another one takes in the wrong standard library, and ends before it begins.
"""

import os
import shutil
import sys
from typing import Any

import qt
import slicer


def slicerPython() -> str:
    """The Python that runs beside Slicer with the packages installed into it."""
    return shutil.which("PythonSlicer") or sys.executable


def processEnvironment(python: str) -> Any:
    """For Slicer's own Python the live environment; for another one that of the time before Slicer was started, without
    what points into Slicer even so (where no launcher is used, on macOS, some of it is set earlier)."""
    home = str(slicer.app.slicerHome)
    if not python or python == slicerPython() or _within(shutil.which(python) or python, home):
        return qt.QProcessEnvironment.systemEnvironment()
    environment = slicer.app.startupEnvironment()
    for name in [str(name) for name in environment.keys() if name]:  # noqa: SIM118 - Qt's class is no dictionary
        parts = str(environment.value(name)).split(os.pathsep)
        kept = [part for part in parts if not _within(part, home)]
        if not kept:
            environment.remove(name)
        elif kept != parts:
            environment.insert(name, os.pathsep.join(kept))
    return environment


def _within(path: str, folder: str) -> bool:
    """Whether it is the folder, or lies in it; no file is looked at."""
    if not folder or not os.path.isabs(path):
        return False
    inner, outer = (os.path.normcase(os.path.normpath(each)) for each in (path, folder))
    return inner == outer or inner.startswith(outer.rstrip(os.sep) + os.sep)
