"""One replica of the generalist: it encodes and decodes for every task, and knows none of them.

A click goes before what is prepared for later, between the encoder's blocks, as in the one server: it is the same
compute thread. What it has encoded is handed to the object store and told to the list (embeddings.py); what another
replica has encoded is fetched from there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from auxol_core.build import EngineParts
from auxol_core.engine.worker import Job, Urgency, Worker
from auxol_core.generalist.base import Embedding, EncodesBatches
from auxol_core.types import FloatArray, Prompt, Segmentation

Arrays = Mapping[str, NDArray[Any]]
UNPACKED = 64  # embeddings of this process that need no fetching


class EmbeddingList(Protocol):
    """The cluster's Embeddings, wherever it lives."""

    async def claim(self, key: str) -> Any: ...
    async def keep(self, key: str, reference: Any, nbytes: int) -> None: ...
    async def give_up(self, key: str) -> None: ...
    async def lost(self, key: str) -> None: ...


class LostError(Exception):
    """A replica ended, or what it had put into the object store is gone."""


@dataclass(frozen=True)
class Encoded:
    """An embedding in the object store. ``reference``: what fetches its arrays."""

    key: str
    shape: tuple[int, int]
    nbytes: int
    reference: Any


class Replica:
    """``store`` puts arrays into the object store and gives their reference, ``fetch`` brings them back (LostError)."""

    def __init__(
        self,
        parts: EngineParts,
        worker: Worker,
        known: EmbeddingList,
        store: Callable[[Arrays], Any],
        fetch: Callable[[Any], Awaitable[Arrays]],
    ) -> None:
        self._generalist, self._worker, self._known = parts.generalist, worker, known
        self._store, self._fetch = store, fetch
        self._unpacked: LRUCache[str, Embedding] = LRUCache(UNPACKED)

    async def encode(self, key: str, image: FloatArray, *, urgent: bool = True) -> Encoded:
        """The embedding of ``image`` (H, W, 3) in 0..1, whose content ``key`` names; made once in the cluster."""
        shape = (int(image.shape[0]), int(image.shape[1]))
        return (await self._encoded([(key, shape, image)], urgent))[0]

    async def prepare(self, wanted: Sequence[tuple[str, FloatArray]]) -> list[Encoded]:
        """Embeddings that somebody may ask for later, several at a time where the encoder can do that."""
        images = [(key, (int(image.shape[0]), int(image.shape[1])), image) for key, image in wanted]
        return await self._encoded(images, False)

    async def _encoded(
        self, wanted: Sequence[tuple[str, tuple[int, int], FloatArray]], urgent: bool
    ) -> list[Encoded]:
        # One claim after the other would wait for another's work before its own is begun.
        first = {key: (shape, image) for key, shape, image in reversed(wanted)}
        claims = dict(zip(first, await asyncio.gather(*map(self._claim, first)), strict=True))
        made = {key: first[key][1] for key, found in claims.items() if found is None}
        try:
            if made:
                urgency = Urgency.PROMPT if urgent else Urgency.IDLE
                job: Job[list[Embedding]] = self._worker.submit(lambda: self._making(list(made.values())), urgency)
                packed = await asyncio.wrap_future(job.future)
                for key, embedding in zip(made, packed, strict=True):
                    self._unpacked[key] = embedding
                    encoded = Encoded(
                        key, embedding.shape, embedding.nbytes, self._store(self._generalist.pack(embedding))
                    )
                    await self._known.keep(key, encoded, embedding.nbytes)
                    claims[key] = encoded
        except BaseException:
            for key in made:
                if claims[key] is None:
                    await self._known.give_up(key)
            raise
        found = [claims[key] for key, _, _ in wanted]
        return [encoded for encoded in found if encoded is not None]

    async def _claim(self, key: str) -> Encoded | None:
        found: Encoded | None = await self._known.claim(key)
        return found

    def _making(self, images: Sequence[FloatArray]) -> Generator[None, None, list[Embedding]]:
        if len(images) > 1 and isinstance(self._generalist, EncodesBatches):
            return (yield from self._generalist.encode_batch(images))
        made = []
        for image in images:
            made.append((yield from self._generalist.encode(np.asarray(image))))
        return made

    async def decode(self, encoded: Encoded, prompt: Prompt) -> Segmentation:
        """Segment the prompted object on a slice encoded before; a click goes first."""
        embedding = self._unpacked.get(encoded.key)
        if embedding is None:
            try:
                arrays = await self._fetch(encoded.reference)
            except LostError:
                await self._known.lost(encoded.key)
                raise
            embedding = self._generalist.unpack(arrays, encoded.shape)
            self._unpacked[encoded.key] = embedding
        known = embedding
        job = self._worker.submit(lambda: self._generalist.decode(known, prompt), Urgency.PROMPT)
        return await asyncio.wrap_future(job.future)
