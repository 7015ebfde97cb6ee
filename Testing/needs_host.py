"""Whether this machine can run the headless Slicer, and if not, why; for the conftest files of host/ and slicer/."""

import ctypes.util
import importlib.util
import os
import shutil
import sys

PACKAGES = {
    "slicer_core": "slicer-core",
    "trame_slicer": "trame-slicer",
    "LayerDMLib": "slicer-layer-dm",
    "PySide6": "PySide6-Essentials",
}
LIBRARIES = {"EGL": "libegl1", "GL": "libgl1", "OSMesa": "libosmesa6"}


def lacking():
    """'' where everything is there, else one sentence with the remedy."""
    missing = [package for module, package in PACKAGES.items() if importlib.util.find_spec(module) is None]
    if missing:
        return f"The headless Slicer needs {', '.join(missing)}: pip install -e '.[dev,host]' (Python 3.10 to 3.13)."
    libraries = LIBRARIES if sys.platform == "linux" else {}  # elsewhere they belong to the system
    system = [package for library, package in libraries.items() if ctypes.util.find_library(library) is None]
    system += [] if shutil.which("cmake") else ["cmake"]
    if system:
        return f"The headless Slicer needs Debian's packages {', '.join(system)}: apt-get install {' '.join(system)}."
    return ""


def check():
    """Tests without a host are left out with the reason, but never where AUXOL_NEED_HOST says that none may be."""
    why = lacking()
    if why and os.environ.get("AUXOL_NEED_HOST"):
        raise RuntimeError(why)
    return why


if __name__ == "__main__":  # exit code 0 where there can be no host, with the reason: for `make test`
    reason = check()
    sys.stdout.write(f"SKIPPED Testing/host: {reason}\n" if reason else "")
    sys.exit(0 if reason else 1)
