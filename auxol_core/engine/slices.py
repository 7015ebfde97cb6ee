"""The slices an engine holds: pixels by content, and what is derived from them, each kept within bounds in bytes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace

from cachetools import LRUCache

from auxol_core.engine.encodings import Encoding, Encodings, Told
from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.generalist.base import CountsSteps, Embedding, EmbeddingStore, EncodesBatches, Generalist
from auxol_core.generalist.cache import EmbeddingCache
from auxol_core.imaging.square import SquareGrid
from auxol_core.types import FloatArray, IntensityWindow, SliceImage

UNIT_CACHE_BYTES = 256 * 2**20


class SliceStore:
    """Slices by id, their windowed images and the generalist's embeddings of those.

    Any thread may put slices and ask for them; what is derived from them is one thread's. A slice that is evicted is
    not an error: the caller is told by NotFoundError and puts it again. ``stored``: where embeddings outlive memory,
    asked before the encoder runs; None: nowhere. ``encoded(seconds)``: told what the encoder took for a slice.
    """

    def __init__(
        self,
        generalist: Generalist,
        *,
        slice_bytes: int,
        embedding_bytes: int,
        unit_bytes: int = UNIT_CACHE_BYTES,
        stored: EmbeddingStore | None = None,
        encoded: Callable[[float], None] | None = None,
    ) -> None:
        self._generalist = generalist
        self._stored = stored
        self._encodings = Encodings(None if encoded is None else lambda encoding: encoded(encoding.took))
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

    def kept_bytes(self) -> dict[str, int]:
        """Bytes in use by kind: slices, images (windowed slices), embeddings. Any thread may ask."""
        return {
            "slices": int(self._slices.currsize),
            "images": int(self._units.currsize),
            "embeddings": self._embeddings.nbytes,
        }

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

    def embedding(
        self, slice_id: str, window: IntensityWindow, told: Told | None = None
    ) -> Generator[None, None, Embedding]:
        """The generalist's embedding, from memory, from disk or made now; yields between the encoder's blocks, and
        tells after each how many there are. One that is being made already is gone on with."""
        key = self._key(slice_id, window)
        known = self._known(key)
        if known is None:
            known = yield from self._encodings.run(key, lambda: self._begun(slice_id, window), told)
            self._keep(key, known)
        return known

    def prefetching(
        self, ids: Sequence[str], window: IntensityWindow, still: Callable[[], bool], batch: int = 1
    ) -> Generator[None, None, None]:
        """Prepare the embeddings of ``ids``, most urgent first, while ``still()``; yields between the encoder's blocks.

        No more than fill half the bound in bytes, so that what is in use stays. ``batch``: so many slices go through
        the encoder at a time, where the generalist can do that. A slice that was evicted is passed over.
        """
        room = self._embeddings.max_bytes // 2
        waiting = list(ids)
        while waiting and still():
            taken, waiting = waiting[:batch], waiting[batch:]
            made = yield from self._prepared([each for each in taken if each in self], window)
            room -= sum(made)
            if made:
                batch = min(batch, room // max(*made, 1))
                if batch < 1:
                    return
            yield

    def _prepared(self, ids: Sequence[str], window: IntensityWindow) -> Generator[None, None, list[int]]:
        """See to it that ``ids`` have their embeddings; the bytes of each."""
        known = {each: self._known(self._key(each, window)) for each in ids}
        missing = [each for each, embedding in known.items() if embedding is None]
        if len(missing) > 1 and isinstance(self._generalist, EncodesBatches):
            made = yield from self._generalist.encode_batch([self.unit(each, window) for each in missing])
            for each, embedding in zip(missing, made, strict=True):
                self._keep(self._key(each, window), embedding)
        else:
            made = []
            for each in missing:
                if each in self:  # it may have been evicted while another one was made
                    made.append((yield from self.embedding(each, window)))
        return [embedding.nbytes for embedding in (*known.values(), *made) if embedding is not None]

    def _key(self, slice_id: str, window: IntensityWindow) -> str:
        grid = self.grid(slice_id)
        # The same pixels may come with another spacing.
        return f"{slice_id} {window.low!r} {window.high!r}" + ("" if grid.same else f" {grid.square}")

    def _known(self, key: str) -> Embedding | None:
        known = self._embeddings.get(key)
        if known is None and self._stored is not None:
            known = self._stored.get(key)
            if known is not None:
                self._embeddings.put(key, known)
        return known

    def _begun(self, slice_id: str, window: IntensityWindow) -> Encoding:
        total = self._generalist.encode_steps if isinstance(self._generalist, CountsSteps) else None
        return Encoding(self._generalist.encode(self.unit(slice_id, window)), total)

    def _keep(self, key: str, embedding: Embedding) -> None:
        """In memory and on disk, unless somebody who waited for it too has kept it."""
        if self._embeddings.get(key) is not embedding:
            if self._stored is not None:
                self._stored.put(key, embedding)
            self._embeddings.put(key, embedding)
