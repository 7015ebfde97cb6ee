"""An engine whose slices are bounded in bytes, and may be handed on to another engine of the same process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from auxol_core.build import EngineParts
from auxol_core.engine.engine import Engine
from auxol_core.engine.open_task import Listener
from auxol_core.engine.pending import PendingProposals
from auxol_core.engine.slices import SliceStore
from auxol_core.generalist.base import EmbeddingStore
from auxol_core.types import SliceImage

# What a user may take is shared out: an embedding of the built-in generalist takes about twice the memory of a slice of
# 16 bits; a windowed image six times that of its slice, and is made anew in milliseconds; a proposal seven times.
SLICE_SHARE, UNIT_SHARE, PENDING_SHARE = 1 / 4, 1 / 8, 1 / 4

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
        slice_bytes, unit_bytes, pending_bytes = (
            int(memory_bytes * share) for share in (SLICE_SHARE, UNIT_SHARE, PENDING_SHARE)
        )
        self._slices = SliceStore(
            parts.generalist,
            slice_bytes=slice_bytes,
            embedding_bytes=memory_bytes - slice_bytes - unit_bytes - pending_bytes,
            unit_bytes=unit_bytes,
            stored=stored,
        )
        self._pending = PendingProposals(pending_bytes)

    def slice_image(self, slice_id: str) -> SliceImage:
        """The slice itself; NotFoundError where it was never put or was evicted."""
        return self._slices[slice_id]


def user_engines(parts: EngineParts, memory_bytes: int, stored: EmbeddingStore | None = None) -> UserEngineFactory:
    """Makes a folder's engine, with ``memory_bytes`` for its slices and embeddings; ``stored`` as in SliceStore."""
    return lambda data_dir, listener: UserEngine(parts, data_dir, listener, memory_bytes, stored)
