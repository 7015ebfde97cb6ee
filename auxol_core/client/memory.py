"""What a client remembers, so that it can give a server back what that lost: slices, masks, open tasks.

A server evicts slices, closes tasks that nobody used for long, and may be restarted. Everything here is bounded;
threads may share it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import numpy as np

from auxol_core.errors import InvalidInputError
from auxol_core.types import BoolArray, ByteArray, Event, MaskPatch, Proposal, SliceImage

SLICE_BYTES = 256 * 2**20
MASK_BYTES = 32 * 2**20

Item = TypeVar("Item")


@dataclass(frozen=True, eq=False)
class ShownMask:
    """A pending proposal's mask as the user sees it, eight pixels a byte."""

    task: str
    slice_id: str
    shape: tuple[int, int]
    bits: ByteArray = field(repr=False)

    @staticmethod
    def of(task: str, slice_id: str, mask: BoolArray) -> ShownMask:
        """Of a mask (rows, columns) bool."""
        return ShownMask(task, slice_id, (int(mask.shape[0]), int(mask.shape[1])), np.packbits(mask))

    @property
    def mask(self) -> BoolArray:
        """(rows, columns) bool."""
        rows, cols = self.shape
        return np.unpackbits(self.bits, count=rows * cols).reshape(self.shape).astype(bool)


class _Bounded(Generic[Item]):
    """Items by id, the one used longest ago dropped first where they exceed a bound in bytes."""

    def __init__(self, most_bytes: int, size: Callable[[Item], int]) -> None:
        self._items: OrderedDict[str, Item] = OrderedDict()
        self._most, self._size, self._bytes = most_bytes, size, 0

    def put(self, key: str, item: Item) -> None:
        self.drop(key)
        if self._size(item) <= self._most:
            self._items[key] = item
            self._bytes += self._size(item)
        while self._bytes > self._most:
            _, oldest = self._items.popitem(last=False)
            self._bytes -= self._size(oldest)

    def get(self, key: str) -> Item | None:
        if key in self._items:
            self._items.move_to_end(key)
        return self._items.get(key)

    def drop(self, key: str) -> None:
        if key in self._items:
            self._bytes -= self._size(self._items.pop(key))

    def items(self) -> list[tuple[str, Item]]:
        return list(self._items.items())


class ClientMemory:
    """Slices that were put, masks of proposals that are pending, and tasks that are open."""

    def __init__(self, slice_bytes: int = SLICE_BYTES, mask_bytes: int = MASK_BYTES) -> None:
        self._mutex = threading.Lock()
        self._slices: _Bounded[SliceImage] = _Bounded(slice_bytes, lambda image: int(image.pixels.nbytes))
        self._masks: _Bounded[ShownMask] = _Bounded(mask_bytes, lambda shown: int(shown.bits.nbytes))
        self._open: dict[str, bool] = {}  # by name, whether learning is paused
        self._applied: dict[str, int] = {}

    # Slices

    def keep_slice(self, slice_id: str, image: SliceImage) -> None:
        """Keep a copy, because the caller may go on to change its array, and the id stands for these pixels."""
        with self._mutex:
            known = self._slices.get(slice_id)
            if known is None or (known.scale is None and image.scale is not None):
                pixels = image.pixels.copy()
                pixels.flags.writeable = False
                self._slices.put(slice_id, replace(image, pixels=pixels))

    def slice(self, slice_id: str) -> SliceImage | None:
        """The slice, None if it was never put or was dropped to make room."""
        with self._mutex:
            return self._slices.get(slice_id)

    # Masks

    def keep_masks(self, proposals: Iterable[Proposal]) -> None:
        """Remember what these show."""
        with self._mutex:
            for proposal in proposals:
                shown = ShownMask.of(proposal.task, proposal.slice_id, proposal.mask)
                self._masks.put(proposal.proposal_id, shown)

    def shown(self, proposal_id: str, task: str, slice_id: str) -> BoolArray | None:
        """The mask of a proposal of this task and slice; None if it is not remembered."""
        with self._mutex:
            known = self._masks.get(proposal_id)
        return known.mask if known is not None and (known.task, known.slice_id) == (task, slice_id) else None

    def drop_masks(self, proposal_ids: Iterable[str]) -> None:
        """Forget these; ids that are not here are passed over."""
        with self._mutex:
            for proposal_id in proposal_ids:
                self._masks.drop(proposal_id)

    def apply(self, events: Sequence[Event]) -> None:
        """Put the patches of refreshed proposals on the masks, those of each event once."""
        for event in events:
            with self._mutex:
                if event.sequence <= self._applied.get(event.task, 0):
                    continue
                self._applied[event.task] = event.sequence
                if event.kind == "refreshed":
                    self._patch(event)

    def _patch(self, event: Event) -> None:
        ids, patches = event.data.get("proposals"), event.data.get("patches")
        if not isinstance(ids, list) or not isinstance(patches, list):
            return
        for proposal_id, patch in zip(ids, patches, strict=False):
            known = self._masks.get(str(proposal_id))
            if known is not None and isinstance(patch, MaskPatch):
                try:
                    fresh = ShownMask.of(known.task, known.slice_id, patch.applied(known.mask))
                except InvalidInputError:
                    self._masks.drop(str(proposal_id))  # of another shape: what we remember is not what is there
                else:
                    self._masks.put(str(proposal_id), fresh)

    # Tasks

    def opened(self, task: str, *, paused: bool) -> None:
        """The task is open, and learns or does not."""
        with self._mutex:
            self._open[task] = paused

    def reopened(self, task: str) -> None:
        """A server has opened it anew, where its events count from the first again."""
        with self._mutex:
            self._applied.pop(task, None)

    def paused(self, task: str, paused: bool) -> None:
        """Note whether learning is paused, of a task that was opened here."""
        with self._mutex:
            if task in self._open:
                self._open[task] = paused

    def is_open(self, task: str) -> bool:
        """Whether it was opened here and not closed."""
        return task in self._open

    def is_paused(self, task: str) -> bool:
        """Whether its learning is paused, as far as is known here."""
        return self._open.get(task, False)

    def open_tasks(self) -> list[str]:
        """The tasks that were opened here and not closed."""
        with self._mutex:
            return list(self._open)

    def closed(self, task: str) -> None:
        """Forget the task and its proposals."""
        with self._mutex:
            self._open.pop(task, None)
            self._applied.pop(task, None)
            for proposal_id, shown in self._masks.items():
                if shown.task == task:
                    self._masks.drop(proposal_id)
