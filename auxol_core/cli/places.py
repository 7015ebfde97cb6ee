"""Where this user's tasks and cached files lie, known without torch."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def data_folder() -> Path:
    """The same as ``build.default_data_dir`` (a test compares them), which cannot be asked without loading torch."""
    given = os.environ.get("AUXOL_DATA_DIR")
    return Path(given) if given else Path(platformdirs.user_data_dir("auxol", appauthor=False)) / "tasks"


def cache_folder() -> Path:
    """Where what can be made anew is kept: the folder that holds disk_cache's, or AUXOL_CACHE_DIR."""
    given = os.environ.get("AUXOL_CACHE_DIR")
    return Path(given) if given else Path(platformdirs.user_cache_dir("auxol", appauthor=False))
