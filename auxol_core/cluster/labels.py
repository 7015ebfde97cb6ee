"""How one process is told from another in what Prometheus reads, without saying what it does."""

from __future__ import annotations

import secrets

LABEL = "process"


def new_label() -> str:
    """The value of ``process`` for one process's life, drawn at random."""
    return secrets.token_hex(4)
