"""Slices of the segment that were changed and not on display since; they are not taught, and the panel counts them."""

import logging
from collections import Counter

from auxol_core.errors import AuxolError, CancelledError
from AuxOLSegmentLib.Engine.Async import Breath, Task, Tasks
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.SliceBook import WAITING, SliceState
from AuxOLSegmentLib.Session.SliceInUse import SliceInUse
from AuxOLSegmentLib.Session.Teller import Teller

log = logging.getLogger(__name__)


class Unreviewed:
    """``count`` is kept up as slices change: each slice is read once for a change, a few at a time, and 'unreviewed' is
    told where the count came later than the change."""

    def __init__(self, selection: Selection, inUse: SliceInUse, tasks: Tasks, teller: Teller) -> None:
        self._selection, self._inUse, self._tasks, self._teller = selection, inUse, tasks, teller
        self.count = 0
        self._counting: Task | None = None
        self._again = False

    def slices(self) -> list[SliceKey]:
        """Which they are, along the direction in which most slices were worked on (none yet: that of the view in use),
        and those of other directions that were worked on. Reads at once whatever was not read since it changed."""
        return [key for key in self._candidates() if self._isUnreviewed(key)]

    def onChange(self, kind: str) -> None:
        """A listener of Teller: slices may have changed."""
        if kind != "slices":
            return
        self._again = True
        if self._counting is None or self._counting.done:
            self._counting = self._tasks.start(self._counted())

    async def _counted(self) -> None:
        try:
            await self._read()
        except CancelledError:
            raise
        except AuxolError as error:
            # Not told: whoever hears that something went wrong asks for the count again.
            log.info("Slices that nobody has looked at are not counted: %s", error)

    async def _read(self) -> None:
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
        volumeID, axis = selection.volume.GetID(), self._axis()
        found = {SliceKey(volumeID, axis, index): None for index in selection.occupied(axis)}
        worked = (r.key for r in selection.book if r.state in (*WAITING, SliceState.SAVED))
        found.update((key, None) for key in worked if selection.holds(key))
        return list(found)

    def _axis(self) -> int:
        """A segment that was drawn axially is not unseen because the mouse is over the sagittal view."""
        volumeID = self._selection.volume.GetID()
        worked = Counter(r.key.axis for r in self._selection.book if r.digest and r.key.volumeID == volumeID)
        return worked.most_common(1)[0][0] if worked else self._inUse.axis()

    def _hasToBeRead(self, key: SliceKey) -> bool:
        """A slice that nobody has looked at is unreviewed whatever is on it."""
        record = self._selection.book.get(key)
        return record is not None and bool(record.digest) and not self._selection.isMarked(key)

    def _isUnreviewed(self, key: SliceKey) -> bool:
        record = self._selection.book.get(key)
        if record is None or not record.digest:
            return True
        here = record.isAt(self._selection.placeOn(key))  # else that the mask is another one is nobody's change
        return here and record.digest != self._selection.digestOn(key)
