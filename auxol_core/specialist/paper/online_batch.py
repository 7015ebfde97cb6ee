"""The online batch of the published method: which corrected objects are trained on (Huang et al. 2025, algorithm 1).

A batch is an immutable tuple of entries, oldest first; a policy makes the next batch out of one and a new entry. So
an update that is discarded leaves nothing to undo, and a snapshot stores keys and losses and no more.
"""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from auxol_core.errors import InvalidInputError


@dataclass(frozen=True)
class Entry:
    """A lesson in the batch, by its key, and its loss when that was last computed."""

    key: str
    loss: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.loss):
            raise InvalidInputError(
                f"A sample's loss must be finite, got {self.loss} for {self.key}. Undo the update before this one."
            )


Batch = tuple[Entry, ...]


class BatchPolicy(Protocol):
    """Decides what stays when the batch is full."""

    @property
    def size(self) -> int:
        """The most entries a batch holds."""

    @property
    def ranks_losses(self) -> bool:
        """Whether losses decide, so that they must be kept up to date after every step."""

    def insert(self, batch: Batch, new: Entry) -> Batch:
        """The batch with ``new`` in it, or without, as the policy says. InvalidInputError if its key is in already."""


@dataclass(frozen=True)
class LossRanked:
    """The paper's pseudocode: a full batch drops its smallest loss, if the new sample's is at least as large.

    Of equally small losses the oldest sample goes.
    """

    size: int

    @property
    def ranks_losses(self) -> bool:
        return True

    def insert(self, batch: Batch, new: Entry) -> Batch:
        _check_new(batch, new)
        if len(batch) < self.size:
            return (*batch, new)
        easiest = min(range(len(batch)), key=lambda i: batch[i].loss)
        if new.loss < batch[easiest].loss:
            return batch
        return (*batch[:easiest], *batch[easiest + 1 :], new)


@dataclass(frozen=True)
class Fifo:
    """The reference code: first in, first out."""

    size: int

    @property
    def ranks_losses(self) -> bool:
        return False

    def insert(self, batch: Batch, new: Entry) -> Batch:
        _check_new(batch, new)
        return (*batch[max(0, len(batch) + 1 - self.size) :], new)


def batch_policy(name: Literal["loss_ranked", "fifo"], size: int) -> BatchPolicy:
    """The policy of option ``memory``."""
    return LossRanked(size) if name == "loss_ranked" else Fifo(size)


def only(batch: Batch, known: Container[str]) -> Batch:
    """The batch without entries whose key is not in ``known``: corrections that the user had forgotten."""
    return tuple(entry for entry in batch if entry.key in known)


def with_losses(batch: Batch, losses: Sequence[float]) -> Batch:
    """The batch with every loss replaced, in the batch's order."""
    return tuple(replace(entry, loss=float(loss)) for entry, loss in zip(batch, losses, strict=True))


def _check_new(batch: Batch, new: Entry) -> None:
    if any(entry.key == new.key for entry in batch):
        raise InvalidInputError(f"The batch holds {new.key} already. Learn every correction once.")
