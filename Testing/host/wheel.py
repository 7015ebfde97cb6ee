"""Imports the `slicer` package of the wheel, and nothing that only looks like it.

The wheel's package takes in every folder named `slicer` on sys.path and runs all files in it (pkgutil.extend_path).
Testing/slicer is such a folder as soon as Testing is on the path.
"""

import importlib
import sys
from pathlib import Path
from types import ModuleType


def import_slicer() -> ModuleType:
    """The wheel's package. RuntimeError if `slicer` was imported before and took in other folders."""
    before = sys.path.copy()
    if "slicer" not in sys.modules:
        sys.path[:] = [entry for entry in before if not _misleading(Path(entry or "."))]
        try:
            importlib.import_module("slicer")
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(f"{error}: the host needs the extra `host` of pyproject.toml") from error
        finally:
            sys.path[:] = before
    slicer = sys.modules["slicer"]
    foreign = [entry for entry in getattr(slicer, "__path__", []) if not (Path(entry) / "slicer_core.py").exists()]
    if foreign:
        raise RuntimeError(f"`slicer` was imported before the host and took in {foreign}: import host first")
    return slicer


def _misleading(folder: Path) -> bool:
    return (folder / "slicer").is_dir() and not (folder / "slicer" / "slicer_core.py").exists()
