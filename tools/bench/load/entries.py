"""The token file of readers who are started for a run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

SHARED_TASK = "load"


def write_entries(path: Path, tokens: Sequence[str], shared: bool) -> None:
    """A user for each token; ``shared``: all have the task SHARED_TASK. The file is private from the beginning."""
    names = [SHARED_TASK] if shared else []
    told = {f"reader-{number}": {"token": token, "shared": names} for number, token in enumerate(tokens)}
    path.touch(mode=0o600)
    path.write_text(json.dumps(told), encoding="utf-8")
