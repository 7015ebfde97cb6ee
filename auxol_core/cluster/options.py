"""What a cluster is told: plain values, as a Serve config file holds them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from auxol_core import __version__
from auxol_core.errors import InvalidInputError
from auxol_core.options import DEFAULT_GENERALIST, MachineOptions
from auxol_core.protocol import made

NAMESPACE = "auxol"
APPLICATION = "auxol"
MADE_BY_BUILD = "auxol_core.cluster.parts:built"


@dataclass(frozen=True)
class ClusterOptions:
    """``data_dir``: on storage that every node sees. ``token_file``: as of ``auxol serve``, on it, too; with ``only``
    it holds the token of one user, and ``data_dir`` is that user's own. ``metrics_token_file``: holds the token that
    opens /metrics; None: nothing is told.

    ``ingresses``: replicas of the ingress. ``fewest``, ``most``: replicas of the generalist, between which Serve
    chooses by load; ``gpus``: of each, a part of one if it is below 1. ``in_tasks``: whether each task's process
    has the generalist itself and asks no replica; None: where it has no encoder whose work could be shared (the
    built-in one). ``lease_s``: so long after a task's process has stopped answering another may open its file (0:
    no leases, on a disk of this machine alone). ``answer_s``: a request waits so long for a task's process that
    starts again. ``linger_s``: a task's process stays so long after the task was closed. ``unasked_s``: the
    processes that have slices and know embeddings stay so long unasked; whoever asks then makes them anew.
    ``embeddings_mb``: of embeddings in the object store. ``parts``: what makes the models, ``module:function``.
    ``loopback``: whether only this machine may ask.
    """

    data_dir: str
    token_file: str
    only: bool = False
    metrics_token_file: str | None = None
    generalist: str = DEFAULT_GENERALIST
    machine: MachineOptions = field(default_factory=MachineOptions)
    user_memory_mb: int = 1536
    idle_s: float | None = 3600.0
    liveness_s: float | None = 600.0
    ingresses: int = 2
    fewest: int = 1
    most: int = 4
    gpus: float = 0.0
    in_tasks: bool | None = None
    lease_s: float = 10.0
    answer_s: float = 30.0
    linger_s: float = 60.0
    unasked_s: float = 3600.0
    embeddings_mb: int = 2048
    loopback: bool = True
    parts: str = MADE_BY_BUILD

    def __post_init__(self) -> None:
        if not 1 <= self.fewest <= self.most or self.ingresses < 1:
            raise InvalidInputError(
                f"At least one ingress and 1 <= fewest <= most replicas were expected, got {self.ingresses} ingresses "
                f"and {self.fewest} to {self.most}. Correct them."
            )
        for name in ("lease_s", "answer_s", "gpus", "linger_s", "unasked_s"):
            if getattr(self, name) < 0:
                raise InvalidInputError(f"{name} must not be negative, got {getattr(self, name)}. Correct it.")

    @property
    def revision(self) -> str:
        """What tells this program with these options from another: processes of another revision give way."""
        told = json.dumps(self.told(), sort_keys=True, default=str)
        return f"{__version__} {hashlib.sha256(told.encode()).hexdigest()[:16]}"

    def told(self) -> dict[str, Any]:
        """As plain values; ``options_from`` reads them."""
        return asdict(self)


def options_from(told: Mapping[str, Any]) -> ClusterOptions:
    """The options of a config file's ``args``; InvalidInputError where something is missing or does not fit."""
    return made(ClusterOptions, told)
