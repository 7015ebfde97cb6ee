"""The slices an engine holds: pixels by content, and what is derived from them, each kept within bounds in bytes."""

from __future__ import annotations

import threading
from collections.abc import Generator
from dataclasses import replace

from cachetools import LRUCache

from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.generalist.base import Embedding, EmbeddingStore, Generalist
from auxol_core.generalist.cache import EmbeddingCache
from auxol_core.imaging.square import SquareGrid
from auxol_core.types import FloatArray, IntensityWindow, SliceImage

UNIT_CACHE_BYTES = 256 * 2**20


class SliceStore:
    """Slices by id, their windowed images and the generalist's embeddings of those.

    Any thread may put slices and ask for them; what is derived from them is one thread's. A slice that is evicted is
    not an error: the caller is told by NotFoundError and puts it again. ``stored``: where embeddings outlive memory,
    asked before the encoder runs; None: nowhere.
    """

    def __init__(
        self,
        generalist: Generalist,
        *,
        slice_bytes: int,
        embedding_bytes: int,
        unit_bytes: int = UNIT_CACHE_BYTES,
        stored: EmbeddingStore | None = None,
    ) -> None:
        self._generalist = generalist
        self._stored = stored
        self._lock = threading.Lock()  # never held while anything is computed or copied
        self._slices: LRUCache[str, SliceImage] = LRUCache(slice_bytes, getsizeof=lambda s: int(s.pixels.nbytes))
        self._units: LRUCache[tuple[str, IntensityWindow, SquareGrid], FloatArray] = LRUCache(
            unit_bytes, getsizeof=lambda unit: int(unit.nbytes)
        )
        self._embeddings = EmbeddingCache(embedding_bytes)

    def put(self, image: SliceImage) -> str:
        """Keep ``image``; returns its id. InvalidInputError if it alone exceeds the bound."""
        slice_id = image.slice_id
        if slice_id in self:
            known = self[slice_id]
            image = replace(image, scale=image.scale or known.scale)
            if (known.spacing_mm, known.scale) == (image.spacing_mm, image.scale):
                return slice_id
        if image.pixels.nbytes > self._slices.maxsize:
            raise InvalidInputError(
                f"A slice may take {self._slices.maxsize / 2**20:.0f} MB of memory, this one takes "
                f"{image.pixels.nbytes / 2**20:.0f} MB. Crop it or resample it to a coarser spacing."
            )
        # A copy, because the caller may go on to change its array, and the id stands for these pixels.
        kept = replace(image, pixels=image.pixels.copy())
        with self._lock:
            self._slices[slice_id] = kept
        return slice_id

    def __contains__(self, slice_id: str) -> bool:
        with self._lock:
            return slice_id in self._slices

    def __getitem__(self, slice_id: str) -> SliceImage:
        with self._lock:
            found = self._slices.get(slice_id)
        if found is None:
            raise NotFoundError(
                f"Slice {slice_id[:12]} is not here: it was never put, or was evicted to make room. Put it again.",
                missing="slice",
            )
        return found

    def grid(self, slice_id: str) -> SquareGrid:
        """How the slice lies on the square pixels that the models see."""
        return SquareGrid.of(self[slice_id])

    def unit(self, slice_id: str, window: IntensityWindow) -> FloatArray:
        """The windowed image (H, W, 3) in 0..1, on square pixels."""
        key = (slice_id, window, self.grid(slice_id))
        unit = self._units.get(key)
        if unit is None:
            unit = self.grid(slice_id).image(window.apply(self[slice_id]))
            if unit.nbytes <= self._units.maxsize:
                self._units[key] = unit
        return unit

    def embedding(self, slice_id: str, window: IntensityWindow) -> Generator[None, None, Embedding]:
        """The generalist's embedding, from memory, from disk or made now; yields between the encoder's blocks."""
        grid = self.grid(slice_id)
        # The same pixels may come with another spacing.
        key = f"{slice_id} {window.low!r} {window.high!r}" + ("" if grid.same else f" {grid.square}")
        known = self._embeddings.get(key)
        if known is not None:
            return known
        known = None if self._stored is None else self._stored.get(key)
        if known is None:
            known = yield from self._generalist.encode(self.unit(slice_id, window))
            if self._stored is not None:
                self._stored.put(key, known)
        self._embeddings.put(key, known)
        return known
