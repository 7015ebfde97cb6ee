"""Embeddings of the slices seen last, bounded in bytes."""

from __future__ import annotations

from cachetools import LRUCache

from auxol_core.errors import InvalidInputError
from auxol_core.generalist.base import Embedding


class EmbeddingCache:
    """Keeps embeddings by key until ``max_bytes`` are full, then drops the least recently used.

    A key names all that the embedding depends on: slice, intensity window, generalist. For one thread.
    """

    def __init__(self, max_bytes: int) -> None:
        if max_bytes < 0:
            raise InvalidInputError(f"An embedding cache needs a size of 0 or more bytes, got {max_bytes}.")
        self._items: LRUCache[str, Embedding] = LRUCache(max_bytes, getsizeof=lambda embedding: embedding.nbytes)

    def get(self, key: str) -> Embedding | None:
        """The embedding of ``key``, now the most recently used; None if it is not here."""
        return self._items.get(key)

    def put(self, key: str, embedding: Embedding) -> None:
        """Keep ``embedding`` in place of what ``key`` had; one that is larger than the whole cache is not kept."""
        self._items.pop(key, None)
        if embedding.nbytes <= self._items.maxsize:
            self._items[key] = embedding

    def clear(self) -> None:
        """Forget all."""
        self._items.clear()

    @property
    def max_bytes(self) -> int:
        """The bound."""
        return int(self._items.maxsize)

    @property
    def nbytes(self) -> int:
        """Bytes in use."""
        return int(self._items.currsize)

    def __len__(self) -> int:
        return len(self._items)
