"""Where this user's tasks and cached files lie; known without torch, so that any command can tell."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def data_folder() -> Path:
    """Where tasks live: AUXOL_DATA_DIR, or ``tasks`` in the user's data folder."""
    given = os.environ.get("AUXOL_DATA_DIR")
    return Path(given) if given else Path(platformdirs.user_data_dir("auxol", appauthor=False)) / "tasks"


def cache_folder() -> Path:
    """Where what can be made anew is kept: AUXOL_CACHE_DIR, or the user's cache folder."""
    given = os.environ.get("AUXOL_CACHE_DIR")
    return Path(given) if given else Path(platformdirs.user_cache_dir("auxol", appauthor=False))
