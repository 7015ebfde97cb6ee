"""Configure and install an extension with the stand-ins of cmake/, as `cmake --install` would into Slicer's tree."""

import re
import subprocess
import tempfile
from pathlib import Path

CMAKE_FOLDER = Path(__file__).parent / "cmake"
SCRIPTED_MODULES = Path("lib/Slicer-5.12/qt-scripted-modules")


class InstallError(RuntimeError):
    """CMake refused; the message is what it said."""


def install(source: Path, destination: Path) -> Path:
    """Install the extension at `source` under `destination`; the folder of its scripted modules.

    A file that no list names is not there afterwards, as in Slicer. Raises InstallError with CMake's words.
    """
    with tempfile.TemporaryDirectory(prefix="host_build_") as build:
        _cmake("-S", str(source), "-B", build, f"-DSlicer_DIR={CMAKE_FOLDER}")
        _cmake("--install", build, "--prefix", str(destination))
    return destination / SCRIPTED_MODULES


def registered_tests(source: Path) -> list[str]:
    """Names of the tests that the extension registers with ctest."""
    with tempfile.TemporaryDirectory(prefix="host_build_") as build:
        _cmake("-S", str(source), "-B", build, f"-DSlicer_DIR={CMAKE_FOLDER}")
        listing = subprocess.run(["ctest", "-N"], cwd=build, capture_output=True, text=True, check=True).stdout
    return [line.split(": ", 1)[1].strip() for line in listing.splitlines() if re.match(r"\s*Test\s+#", line)]


def _cmake(*arguments: str) -> None:
    done = subprocess.run(["cmake", *arguments], capture_output=True, text=True)
    if done.returncode:
        raise InstallError(f"cmake {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
