"""A whole volume: propagation from what is filled, and the list of what waits for the user's eyes."""

from dataclasses import dataclass

import numpy as np
from slicer.i18n import tr as _

from auxol_core.errors import AuxolError
from auxol_core.types import Propagated
from AuxOLSegmentLib.Engine.Async import Breath
from AuxOLSegmentLib.Scene.SegmentReader import occupiedSlices
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, goTo, sliceCount
from AuxOLSegmentLib.Session.Proposals import Shown
from AuxOLSegmentLib.Session.SaveWork import SaveWork
from AuxOLSegmentLib.Session.SliceBook import WAITING, SliceState
from AuxOLSegmentLib.Session.VolumeWalk import Progress

NEIGHBOURS = 5  # slices each way that are proposed after an accepted one


@dataclass(frozen=True)
class ReviewItem:
    """A slice in the review list; ``quality``: the Dice that the engine expects, None where it said none."""

    key: SliceKey
    state: SliceState
    quality: float | None


class VolumeWork(SaveWork):
    """From one slice to the others."""

    def proposeNeighbours(self) -> None:
        """Propose the slices next to the one on display."""
        try:
            index = self.displayKey().index
        except AuxolError as error:
            self._refused(error)  # type: ignore[arg-type]
            return
        self.propagate(index - NEIGHBOURS, index + NEIGHBOURS)

    def propagate(self, first: int, last: int) -> None:
        """From the filled slices in ``first`` .. ``last`` (slice indices of the view in use) to the others."""
        try:
            axis = self.displayKey().axis
        except AuxolError as error:
            self._refused(error)  # type: ignore[arg-type]
            return
        first, last = max(0, min(first, last)), min(sliceCount(self.volume, axis) - 1, max(first, last))
        keys = [SliceKey(self.volume.GetID(), axis, index) for index in range(first, last + 1)]
        filled = set(occupiedSlices(self.segmentation, self.segmentID, self.volume, axis))
        masks = {
            place: self.maskOn(key)
            for place, key in enumerate(keys)
            if key.index in filled
        }
        if not masks:
            self.say(_("Accept or draw the structure on one slice of this range first"), "warning")
            return
        for key in keys:
            for shown in [s for s in self.proposals.on(key) if not s.objectID]:
                self._dropShown(shown)
        self._tasks.start(self._propagated(keys, masks))

    async def _propagated(self, keys: list[SliceKey], masks: dict[int, np.ndarray]) -> None:
        volume, link = self.volume, await self.desk.link()
        if volume is self.volume and volume is not None:
            self._walk.begin(link, volume, keys, masks, list(masks))

    def _cameByWalk(self, key: SliceKey, item: Propagated) -> None:
        if item.proposal is None or self.volume is None or key.volumeID != self.volume.GetID():
            return
        if self._isTaken(key):  # a person was there meanwhile
            self.desk.ifOpen(lambda link: link.dismiss(item.proposal.proposal_id))  # type: ignore[union-attr]
            return
        # Told with the next progress, not for each slice: whoever lists them reads them all.
        self.proposals.put(Shown.of(item.proposal, key))
        self.book.of(key).proposed(item.proposal.quality)

    def _isTaken(self, key: SliceKey) -> bool:
        return bool(self.maskOn(key).any())

    def cancelPropagation(self) -> None:
        """End it; what came stays."""
        self._walk.cancel()

    @property
    def propagation(self) -> Progress:
        """How far it is."""
        return self._walk.progress

    def review(self) -> list[ReviewItem]:
        """Slices with proposals, the worst first, then accepted and edited ones that wait to be saved."""
        items = []
        for key in self.proposals.slices():
            quality = min(shown.quality for shown in self.proposals.on(key))
            items.append(ReviewItem(key, SliceState.PROPOSED, quality))
        items.sort(key=lambda item: item.quality or 0.0)
        known = {item.key for item in items}
        waiting = [r for r in self.book if r.state in WAITING and r.key not in known]
        return items + [ReviewItem(r.key, r.state, r.quality) for r in sorted(waiting, key=lambda r: r.key.index)]

    def goTo(self, key: SliceKey) -> None:
        """Show that slice."""
        if self.volume is not None and key.volumeID == self.volume.GetID():
            goTo(self.volume, key)
            self._useViewOf(key)
            self._tell("slices")

    def acceptAbove(self, quality: float) -> int:
        """Accept every slice whose proposals are all expected to be at least that good, as one undo step; how many.

        They are written one after another, and the window stays alive meanwhile.
        """
        if self.whyNot():
            self.say(self.whyNot(), "warning")
            return 0
        keys = [k for k in self.proposals.slices() if min(s.quality for s in self.proposals.on(k)) >= quality]
        keys = [key for key in keys if key.volumeID == self.volume.GetID()]
        self._tasks.start(self._acceptedAll(keys))
        return len(keys)

    async def _acceptedAll(self, keys: list[SliceKey]) -> None:
        chosen, breath, count = (self.volume, self.segmentation, self.segmentID), Breath(), 0
        for key in keys:
            if chosen != (self.volume, self.segmentation, self.segmentID):
                break  # the user has gone on to something else
            if self.proposals.on(key):
                self._write(key, undo=count == 0, tell=False)
                count += 1
            await breath.take()
        self._tell("slices")
        self.say(_("Accepted {count} slices; look at each of them before you save").format(count=count))
