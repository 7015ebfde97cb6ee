"""A Python with what an installed extension may count on, and nothing else: no pytest, no matplotlib, no auxol_core.

It is a virtual environment without pip, whose packages are links to those of the Python that runs the tests: what
Resources/requirements.txt asks for, torch, what Slicer brings for the worker, and what all these need themselves.
"""

import importlib.metadata
import os
import subprocess
import venv
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

BROUGHT_BY_SLICER = ("numpy", "requests", "scipy", "SimpleITK")


def distributions(requirements):
    """Those that the requirements name, and all that they need in turn, by canonical names."""
    found, waiting = {}, [Requirement(str(each)) for each in requirements]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        key = (name, tuple(sorted(wanted.extras)))
        if key in found:
            continue
        found[key] = importlib.metadata.distribution(wanted.name)
        for line in found[key].requires or ():
            needed = Requirement(line)
            marks = [{"extra": extra} for extra in ("", *wanted.extras)]
            if needed.marker is None or any(needed.marker.evaluate(mark) for mark in marks):
                waiting.append(needed)
    return {name: found[name, extras] for name, extras in found}


def barePython(folder, requirements):
    """The executable of a new one in ``folder``."""
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    asked = [python, "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())
    for distribution in distributions([*requirements, "torch", *BROUGHT_BY_SLICER]).values():
        for part in {file.parts[0] for file in distribution.files or () if file.parts[0] not in ("..", "__pycache__")}:
            link = site / part
            if not link.exists():
                link.symlink_to(Path(distribution.locate_file(part)).resolve())
    return python
