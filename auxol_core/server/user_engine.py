"""A user's engine: what it keeps is bounded in bytes; generalist and factory of specialists are everybody's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from weakref import WeakSet

from auxol_core.build import EngineParts
from auxol_core.engine.engine import Engine
from auxol_core.engine.open_task import Listener
from auxol_core.engine.pending import PendingProposals
from auxol_core.engine.slices import SliceStore
from auxol_core.generalist.base import EmbeddingStore

# What a user may take is shared out: an embedding of the built-in generalist takes about twice the memory of a slice of
# 16 bits; a windowed image six times that of its slice, and is made anew in milliseconds; a proposal seven times.
SLICE_SHARE, UNIT_SHARE, PENDING_SHARE = 1 / 4, 1 / 8, 1 / 4

UserEngineFactory = Callable[[Path, Listener], Engine]


class UserEngines:
    """Makes the engine of a folder around a store of its own, and knows what all these stores keep."""

    def __init__(
        self, make_store: Callable[[], SliceStore], make: Callable[[Path, Listener, SliceStore], Engine]
    ) -> None:
        self._make_store, self._make = make_store, make
        self._stores: WeakSet[SliceStore] = WeakSet()  # an engine that was closed takes its store along

    def __call__(self, data_dir: Path, listener: Listener) -> Engine:
        store = self._make_store()
        self._stores.add(store)
        return self._make(data_dir, listener, store)

    def kept_bytes(self) -> dict[str, int]:
        """Bytes in use in all engines by kind, as in SliceStore."""
        total: Counter[str] = Counter()
        for store in list(self._stores):
            total.update(store.kept_bytes())
        return dict(total)


def user_engines(
    parts: EngineParts,
    memory_bytes: int,
    stored: EmbeddingStore | None = None,
    kind: type[Engine] = Engine,
    encoded: Callable[[float], None] | None = None,
) -> UserEngines:
    """Makes a folder's engine, with ``memory_bytes`` for what it keeps of slices; ``stored``, ``encoded`` as in
    SliceStore."""
    slice_bytes, unit_bytes, pending_bytes = (
        int(memory_bytes * share) for share in (SLICE_SHARE, UNIT_SHARE, PENDING_SHARE)
    )

    def make_store() -> SliceStore:
        return SliceStore(
            parts.generalist,
            slice_bytes=slice_bytes,
            embedding_bytes=memory_bytes - slice_bytes - unit_bytes - pending_bytes,
            unit_bytes=unit_bytes,
            stored=stored,
            encoded=encoded,
        )

    def make(data_dir: Path, listener: Listener, slices: SliceStore) -> Engine:
        return kind(
            parts.generalist,
            parts.make_specialist,
            data_dir,
            parts.machine,
            device=parts.compute.device,
            precision=parts.compute.precision,
            slices=slices,
            pending=PendingProposals(pending_bytes),
            listener=listener,
            make_locator=parts.make_locator,
        )

    return UserEngines(make_store, make)
