"""Proposals that wait for the user: what was shown, and what both models said, so that nothing runs twice."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from auxol_core.errors import NotFoundError, ProposalChangedError
from auxol_core.promptable.simulate import jittered
from auxol_core.specialist.base import Opinion
from auxol_core.types import BoolArray, Box, FloatArray, IntensityWindow, Proposal, Segmentation, probability_of

# The box of a mask that was drawn by hand, moved by as much as a user's box would be.
DRAWN_JITTER = 0.05
PLACE_BYTES = 128  # a point or vertex, as Python keeps it
MAX_BYTES = 2**30  # some 300 proposals on slices of 512 x 512


@dataclass(eq=False)
class Pending:
    """A proposal with what it was made of, but for the image, which is the slice's own and large.

    ``generalist``: its answer to the proposal's prompt. ``fused``: logits (H, W) float32; ``told``: the mask that the
    caller knows; ``versions``: those under which the mask has been this one since it last changed;
    ``trust``: what the way from a seed leaves of the model's own quality estimate, 1 where nothing was propagated;
    ``estimate``: the Dice that the models expected, before the task's own offset (telling.py); ``window``: the greys
    that they saw."""

    proposal: Proposal
    generalist: Segmentation = field(repr=False)
    opinion: Opinion | None = field(repr=False)
    fused: FloatArray = field(repr=False)
    accepted: bool = False
    told: BoolArray | None = field(default=None, repr=False)
    versions: frozenset[int] = frozenset()
    trust: float = 1.0
    estimate: float = 0.0
    window: IntensityWindow | None = None

    @property
    def nbytes(self) -> int:
        """What it takes of memory."""
        held = [self.generalist.logits, self.generalist.low_resolution, self.fused, self.proposal.mask, self.told]
        held.append(self.proposal.prompt.mask)
        held.append(None if self.opinion is None else self.opinion.logits)
        places = len(self.proposal.prompt.points) + sum(len(each.vertices) for each in self.proposal.prompt.strokes)
        return PLACE_BYTES * places + sum({id(array): array.nbytes for array in held if array is not None}.values())

    def changed_since_told(self) -> bool:
        """Whether the mask is another one than the caller knows."""
        return self.told is not None and not np.array_equal(self.told, self.proposal.mask)

    @property
    def probability(self) -> FloatArray:
        """The fused probability (H, W) in 0..1: the mask so far of the next click."""
        return probability_of(self.fused)


class PendingProposals:
    """Pending proposals by id, in the order they were made, in ``max_bytes``: beyond them the oldest is forgotten.

    Any thread may call it, and none waits: the lock is never held while anything is computed. Whoever asks for one that
    was forgotten is told so; saved, its object counts as drawn by hand.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._lock = threading.Lock()
        self._items: dict[str, Pending] = {}
        self._max_bytes = max_bytes

    def add(self, pending: Pending) -> None:
        """Keep ``pending``, whose mask the caller is being told."""
        pending.told, pending.versions = pending.proposal.mask, frozenset([pending.proposal.version])
        with self._lock:
            self._items[pending.proposal.proposal_id] = pending
            self._make_room(pending)

    def _make_room(self, newest: Pending) -> None:
        total = sum(pending.nbytes for pending in self._items.values())
        # Those that the user has accepted are asked for next, when the slice is saved.
        for pending in sorted(self._items.values(), key=lambda each: each.accepted):
            if total <= self._max_bytes:
                return
            if pending is not newest:
                total -= pending.nbytes
                del self._items[pending.proposal.proposal_id]

    def renew(self, old: Pending, fresh: Pending) -> bool:
        """Keep ``fresh`` in place of ``old``, unless that is gone, accepted or renewed already; whether it was.

        The caller knows what it knew.
        """
        proposal_id = old.proposal.proposal_id
        same = np.array_equal(old.proposal.mask, fresh.proposal.mask)
        fresh.told, fresh.trust = old.told, old.trust
        fresh.versions = frozenset([fresh.proposal.version]) | (old.versions if same else frozenset())
        with self._lock:
            if self._items.get(proposal_id) is not old or old.accepted:
                return False
            self._items[proposal_id] = fresh
            return True

    def accept(self, proposal_id: str, in_use: int, seen: int | None) -> None:
        """It is the user's now. ``in_use``: the task's version; ``seen``: that of the proposal which the user saw.

        ProposalChangedError where it was not made under the version in use, or was another mask when it was seen.
        """
        with self._lock:
            pending = self._found(proposal_id)
            made = pending.proposal.version
            fits = made == in_use and (seen is None or seen in pending.versions)
            pending.accepted = fits or pending.accepted
        if not pending.accepted:
            raise ProposalChangedError(
                f"Proposal {proposal_id} was expected as version {made if seen is None else seen} made it, but version "
                f"{in_use} is in use now. Look at it again, then accept it."
            )

    def dismiss(self, proposal_id: str) -> None:
        """Forget one; NotFoundError where it is not here."""
        with self._lock:
            _ = self._found(proposal_id)
            del self._items[proposal_id]

    def __contains__(self, proposal_id: str) -> bool:
        with self._lock:
            return proposal_id in self._items

    def __getitem__(self, proposal_id: str) -> Pending:
        with self._lock:
            return self._found(proposal_id)

    def _found(self, proposal_id: str) -> Pending:
        try:
            return self._items[proposal_id]
        except KeyError:
            raise NotFoundError(
                f"Proposal {proposal_id} is not pending: it was saved, dismissed or replaced, or the engine was "
                "restarted. Prompt again.",
                missing="proposal",
            ) from None

    def those_of(self, proposal_ids: Iterable[str]) -> list[Pending]:
        """Those of these that are here, each once, in order."""
        with self._lock:
            return [self._items[each] for each in dict.fromkeys(proposal_ids) if each in self._items]

    def of_task(self, task: str) -> list[Pending]:
        """The pending proposals of ``task``."""
        with self._lock:
            return [pending for pending in self._items.values() if pending.proposal.task == task]

    def drop(self, proposal_ids: Iterable[str]) -> None:
        """Forget these; ids that are not here are passed over."""
        with self._lock:
            for proposal_id in proposal_ids:
                self._items.pop(proposal_id, None)


def drawn_box(component: BoolArray, slice_id: str) -> Box:
    """A box for a component (H, W) drawn without a prompt; its jitter depends on slice and component alone."""
    tight = Box.of_mask(component)
    if tight is None:
        raise ValueError("a component has pixels")
    digest = hashlib.sha256(slice_id.encode() + np.packbits(component).tobytes()).digest()
    box = jittered(tight, DRAWN_JITTER, np.random.default_rng(int.from_bytes(digest[:8], "big")))
    height, width = component.shape
    return Box(max(0.0, box.row0), max(0.0, box.col0), min(float(height), box.row1), min(float(width), box.col1))
