"""An engine whose slices are bounded in bytes, and may be handed on to another engine of the same process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from auxol_core.build import EngineParts
from auxol_core.engine import Engine
from auxol_core.generalist.base import EmbeddingStore
from auxol_core.session import Listener
from auxol_core.slices import SliceStore
from auxol_core.types import SliceImage

# An embedding of the built-in generalist takes about twice the memory of a slice of 16 bits.
SLICE_SHARE = 1 / 3

UserEngineFactory = Callable[[Path, Listener], "UserEngine"]


class UserEngine(Engine):
    """One user's engine; generalist and factory of specialists are everybody's. For the compute thread."""

    def __init__(
        self,
        parts: EngineParts,
        data_dir: Path,
        listener: Listener,
        memory_bytes: int,
        stored: EmbeddingStore | None = None,
    ) -> None:
        super().__init__(
            parts.generalist,
            parts.make_specialist,
            data_dir,
            parts.machine,
            device=parts.compute.device,
            precision=parts.compute.precision,
            listener=listener,
        )
        slice_bytes = int(memory_bytes * SLICE_SHARE)
        self._slices = SliceStore(
            parts.generalist, slice_bytes=slice_bytes, embedding_bytes=memory_bytes - slice_bytes, stored=stored
        )

    def slice_image(self, slice_id: str) -> SliceImage:
        """The slice itself; NotFoundError where it was never put or was evicted."""
        return self._slices[slice_id]


def user_engines(parts: EngineParts, memory_bytes: int, stored: EmbeddingStore | None = None) -> UserEngineFactory:
    """Makes a folder's engine, with ``memory_bytes`` for its slices and embeddings; ``stored`` as in SliceStore."""
    return lambda data_dir, listener: UserEngine(parts, data_dir, listener, memory_bytes, stored)
