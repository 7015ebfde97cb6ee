"""The models of a cluster under load: those of ``auxol serve``, and the stand-ins where CHECKPOINT names their file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from auxol_core.cluster.options import ClusterOptions
from auxol_core.cluster.parts import built
from tools.bench.load.stand_in import register

if TYPE_CHECKING:
    from auxol_core.build import EngineParts

CHECKPOINT = "AUXOL_LOAD_STAND_IN"


def made(options: ClusterOptions) -> EngineParts:
    """See ClusterOptions.parts."""
    if checkpoint := os.environ.get(CHECKPOINT):
        register(Path(checkpoint))
    return built(options)
