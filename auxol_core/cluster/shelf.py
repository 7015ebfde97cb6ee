"""The slices that users have put, for every task of theirs: bounded in bytes for each user, the oldest goes first.

What went is asked for again (NotFoundError, ``slice``), and the client sends it again by itself, as it does with one
server. So nothing is lost when the process that holds this ends.
"""

from __future__ import annotations

from collections.abc import Sequence

from cachetools import LRUCache

from auxol_core.cluster.unasked import Unasked
from auxol_core.errors import InvalidInputError
from auxol_core.types import SliceImage


def _bytes(image: SliceImage) -> int:
    return int(image.pixels.nbytes)


class Shelf:
    """``most_bytes``: of one user's slices."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._of: dict[str, LRUCache[str, SliceImage]] = {}

    def put(self, user: str, slice_id: str, image: SliceImage) -> None:
        """Keep it for ``user``; InvalidInputError for one that is larger than all that may be kept."""
        shelf = self._of.setdefault(user, LRUCache(self._most_bytes, getsizeof=_bytes))
        if _bytes(image) > self._most_bytes:
            raise InvalidInputError(
                f"A slice of at most {self._most_bytes / 2**20:.0f} MB was expected, got "
                f"{_bytes(image) / 2**20:.0f} MB. Crop it or resample it to a coarser spacing."
            )
        shelf[slice_id] = image

    def missing(self, user: str, ids: Sequence[str]) -> list[str]:
        """Those of ``ids`` that ``user`` has not here."""
        shelf = self._of.get(user)
        return [each for each in dict.fromkeys(ids) if shelf is None or each not in shelf]

    def take(self, user: str, ids: Sequence[str]) -> dict[str, SliceImage]:
        """Those of ``ids`` that are here."""
        shelf = self._of.get(user)
        return {} if shelf is None else {each: shelf[each] for each in dict.fromkeys(ids) if each in shelf}


class ShelfActor:
    """A Shelf as other processes ask it. ``unasked``: hears of each question."""

    def __init__(self, most_bytes: int, unasked: Unasked) -> None:
        self._shelf, self._unasked = Shelf(most_bytes), unasked

    async def put(self, user: str, slice_id: str, image: SliceImage) -> None:
        self._asked().put(user, slice_id, image)

    async def missing(self, user: str, ids: Sequence[str]) -> list[str]:
        return self._asked().missing(user, ids)

    async def take(self, user: str, ids: Sequence[str]) -> dict[str, SliceImage]:
        return self._asked().take(user, ids)

    def _asked(self) -> Shelf:
        self._unasked.asked()
        return self._shelf
