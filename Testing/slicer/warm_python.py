"""A Python for the engine of most tests that has imported torch and the server before it is started. Not a test.

The engine is started a hundred times here, and each start would import for three seconds of a processor. What runs is
the worker's own code, of the same installed files and with the weights that ship, from the arguments on; tests of the
start itself have PYTHON. What asks for another tree than that of the module, or for options of Python's, gets Python.
"""

import atexit
import sys
import tempfile
from pathlib import Path

from slicer_setting import HERE, IN_SLICER, PYTHON

FORKING = HERE.parent / "core" / "endurance"
sys.path.append(str(FORKING))
USABLE = not IN_SLICER and sys.platform == "linux" and sys.executable == PYTHON  # a fork is not as safe elsewhere
UNLESS = (
    "not (sys.argv[1:2] == ['-m'] or sys.argv[1:] and sys.argv[1].endswith('.py')) "
    "or os.environ.get('PYTHONPATH', '').split(os.pathsep)[0] != {tree!r}"
)
_warm = {}


def warmPython():
    """Its path; Python's own where there is none. The first who asks starts it, for all tests of this process."""
    if not USABLE:
        return PYTHON
    if not _warm:
        from forking import Forks

        from AuxOLSegmentLib.Engine.EngineProcess import packageFolder

        folder = tempfile.TemporaryDirectory(prefix="auxol warm ")
        tree = str(packageFolder())
        forks = Forks(Path(folder.name), HERE / "warm_process.py", [tree, str(FORKING)], UNLESS.format(tree=tree))
        atexit.register(folder.cleanup)
        atexit.register(forks.close)
        _warm["program"] = str(forks.program)
    return _warm["program"]
