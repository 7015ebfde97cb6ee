"""The token file of readers who are started for a run."""

from __future__ import annotations

from collections.abc import Sequence

SHARED_TASK = "load"


def entries(tokens: Sequence[str], shared: bool) -> dict[str, object]:
    """A user for each token; ``shared``: all have the task SHARED_TASK."""
    names = [SHARED_TASK] if shared else []
    return {f"reader-{number}": {"token": token, "shared": names} for number, token in enumerate(tokens)}
