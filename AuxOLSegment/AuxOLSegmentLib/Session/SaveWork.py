"""Saving a slice is teaching: what may be saved, what is sent, and what a receipt changes."""

from typing import Any

import numpy as np
import slicer
from slicer.i18n import tr as _

from auxol_core.errors import AuxolError
from auxol_core.types import Receipt
from AuxOLSegmentLib.Machine.Messages import sentence
from AuxOLSegmentLib.Scene.SegmentReader import maskDigest, maskOnSlice, occupiedSlices
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, sliceImage
from AuxOLSegmentLib.Session.PromptWork import PromptWork
from AuxOLSegmentLib.Session.SliceBook import WAITING, SliceRecord, SliceState
from AuxOLSegmentLib.Session.Teacher import Lesson


class SaveWork(PromptWork):
    """The second half of a slice's life."""

    parameters: Any
    _lastSeen: tuple[tuple[str, SliceKey], str] | None

    def canSave(self) -> tuple[bool, str]:
        """Whether the slice on display can be saved, and if not, why."""
        try:
            key = self.displayKey()
        except AuxolError as error:
            return False, sentence(error)
        if not self.desk.task:
            return False, _("Choose or name a task first: what is being learned")
        record = self.book.get(key)
        if self.proposals.on(key) or (record is not None and record.state in WAITING):
            return True, ""
        if record is not None and record.state is SliceState.SAVED:
            return False, _("This slice is saved already")
        if not self.maskOn(key).any():
            return False, _("Nothing is drawn on this slice")
        return True, ""

    def save(self) -> bool:
        """Save the slice on display: proposals on it are accepted, and the engine learns from it."""
        can, why = self.canSave()
        if not can:
            self._nothingDone(why)
            return False
        key = self.displayKey()
        self._useViewOf(key)
        if self.proposals.on(key):
            self._write(key, undo=True)
        self._teach(self.book.of(key))
        return True

    def saveAllReviewed(self) -> int:
        """Save every accepted and edited slice that was on display after its last change; how many."""
        if self.whyNot() or not self.desk.task:
            return 0
        self._look()
        records = [r for r in self.book if r.state in WAITING and self.digestOn(r.key) == r.digest]
        for record in records:
            self._teach(record)
        return len(records)

    def _look(self) -> None:
        """Take note of the slice on display as it is. One that nobody of us knows counts as edited only if it changed
        while it was on display: a segment that was loaded is not the user's lesson because they scroll through it."""
        try:
            key = self.displayKey()
        except AuxolError:
            self._lastSeen = None
            return
        mask = self.maskOn(key)
        digest, record = maskDigest(mask), self.book.get(key)
        place = (self.segmentID, key)
        seenBefore, digestBefore = self._lastSeen or (None, "")
        if record is not None or (seenBefore == place and digestBefore != digest):
            self.book.of(key).edited(digest, not mask.any())
        self._lastSeen = (place, digest)

    def _teach(self, record: SliceRecord) -> None:
        key = record.key
        volume = slicer.mrmlScene.GetNodeByID(key.volumeID)
        mask = maskOnSlice(self.segmentation, self.segmentID, volume, key.axis, key.index)  # of the record's volume
        image = sliceImage(volume, key.axis, key.index)
        record.digest = maskDigest(mask)
        self.say(_("Saving ..."), "busy")
        self._tasks.start(self._handedOver(record, image, mask))

    async def _handedOver(self, record: SliceRecord, image: Any, mask: np.ndarray) -> None:
        link = await self.desk.link()
        self._teacher.add(link, record, image, mask)

    def _taught(self, lesson: Lesson, receipt: Receipt) -> None:
        if lesson.record.correctionID == lesson.correctionID:  # it was not changed meanwhile
            lesson.record.saved()
        if self.segmentation is not None and not self.whyNot():
            self._markProvenance(reviewed=True)
        what = _("confirmed as proposed") if receipt.confirmation else _("with your changes")
        self.say(_("Saved {what}").format(what=what))
        self.desk.saved()
        self._tell("slices")
        self._keep()

    def sliceCounts(self) -> dict[SliceState, int]:
        """How many slices are in each state."""
        return self.book.counts()

    def unreviewed(self) -> list[SliceKey]:
        """Slices of the segment that were changed and not on display since; they are not taught."""
        if self.whyNot():
            return []
        axis = self._axis()
        found = [
            SliceKey(self.volume.GetID(), axis, index)
            for index in occupiedSlices(self.segmentation, self.segmentID, self.volume, axis)
        ]
        found += [r.key for r in self.book if r.state in (*WAITING, SliceState.SAVED) and r.key not in found]
        return [key for key in found if self._isUnreviewed(key)]

    def _isUnreviewed(self, key: SliceKey) -> bool:
        record = self.book.get(key)
        return record is None or not record.digest or record.digest != self.digestOn(key)

    def _axis(self) -> int:
        try:
            return self.displayKey().axis
        except AuxolError:
            return 0

    def _keep(self) -> None:
        if self.parameters is not None:
            self.parameters.sessionState = self._books.toJson()
            self.parameters.proposals = self.proposals.toJson()
