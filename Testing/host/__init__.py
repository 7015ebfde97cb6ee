"""A headless stand-in for the 3D Slicer application, for tests only. See README.md.

Import it before anything imports `slicer`. Where the packages of the extra `host` are missing the import works, and
start() fails.
"""

import importlib.util
from typing import Any

from .install import install
from .wheel import import_slicer

if importlib.util.find_spec("slicer_core") is not None:
    import_slicer()  # now, so that no other folder named slicer is taken in

__all__ = ["Host", "install", "start"]


def __getattr__(name: str) -> Any:
    """Host and start, which need Qt, when they are asked for."""
    if name in ("Host", "start"):
        import_slicer()
        from . import application

        return getattr(application, name)
    raise AttributeError(name)
