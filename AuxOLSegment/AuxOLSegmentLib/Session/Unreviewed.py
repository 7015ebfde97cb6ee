"""Slices of the segment that were changed and not on display since; they are not taught, and the panel counts them."""

from AuxOLSegmentLib.Engine.Async import Breath, Task, Tasks
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.SliceBook import WAITING, SliceState
from AuxOLSegmentLib.Session.SliceInUse import SliceInUse
from AuxOLSegmentLib.Session.Teller import Teller


class Unreviewed:
    """``count`` is kept up as slices change: each slice is read once for a change, a few at a time, and 'unreviewed' is
    told where the count came later than the change."""

    def __init__(self, selection: Selection, inUse: SliceInUse, tasks: Tasks, teller: Teller) -> None:
        self._selection, self._inUse, self._tasks, self._teller = selection, inUse, tasks, teller
        self.count = 0
        self._counting: Task | None = None
        self._again = False

    def slices(self) -> list[SliceKey]:
        """Which they are, along the direction of the view in use, and those of other directions that were worked on.
        Reads at once whatever was not read since it changed."""
        return [key for key in self._candidates() if self._isUnreviewed(key)]

    def onChange(self, kind: str) -> None:
        """A listener of Teller: slices may have changed."""
        if kind != "slices":
            return
        self._again = True
        if self._counting is None or self._counting.done:
            self._counting = self._tasks.start(self._counted())

    async def _counted(self) -> None:
        """Where everything was read before, this ends without a pause."""
        breath, paused = Breath(), False
        while self._again:
            self._again = False
            for key in self._candidates():
                if self._hasToBeRead(key):
                    self._selection.markOn(key)
                    paused |= await breath.take()
                if self._again or self._selection.whyNot():
                    break  # something has changed meanwhile
            else:
                self.count = len(self.slices())
        if paused:
            self._teller.tell("unreviewed")

    def _candidates(self) -> list[SliceKey]:
        selection = self._selection
        if selection.whyNot():
            return []
        volumeID, axis = selection.volume.GetID(), self._inUse.axis()
        found = {SliceKey(volumeID, axis, index): None for index in selection.occupied(axis)}
        found.update((r.key, None) for r in selection.book if r.state in (*WAITING, SliceState.SAVED))
        return list(found)

    def _hasToBeRead(self, key: SliceKey) -> bool:
        """A slice that nobody has looked at is unreviewed whatever is on it."""
        record = self._selection.book.get(key)
        return record is not None and bool(record.digest) and not self._selection.isMarked(key)

    def _isUnreviewed(self, key: SliceKey) -> bool:
        record = self._selection.book.get(key)
        return record is None or not record.digest or record.digest != self._selection.digestOn(key)
