"""Saving a slice is teaching: what may be saved, what is sent, and what a receipt changes."""

from collections.abc import Callable

import slicer
from slicer.i18n import tr as _

from auxol_core.errors import AuxolError
from auxol_core.types import BoolArray, Receipt, SliceImage
from AuxOLSegmentLib.Engine.Async import Tasks
from AuxOLSegmentLib.Machine.Messages import sentence
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, sliceImage
from AuxOLSegmentLib.Session.AcceptFlow import AcceptFlow
from AuxOLSegmentLib.Session.Proposals import Proposals
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.SliceBook import WAITING, SliceRecord, SliceState
from AuxOLSegmentLib.Session.SliceInUse import SliceInUse
from AuxOLSegmentLib.Session.TaskDesk import TaskDesk
from AuxOLSegmentLib.Session.Teacher import Lesson, Teacher
from AuxOLSegmentLib.Session.Teller import Teller


class SaveFlow:
    """``keep()`` writes into the scene what is known of the slices; called when a receipt has come."""

    def __init__(
        self,
        selection: Selection,
        inUse: SliceInUse,
        proposals: Proposals,
        accepting: AcceptFlow,
        desk: TaskDesk,
        tasks: Tasks,
        teller: Teller,
        keep: Callable[[], None],
    ) -> None:
        self._selection, self._inUse, self._proposals, self._accepting = selection, inUse, proposals, accepting
        self._desk, self._tasks, self._teller, self._keep = desk, tasks, teller, keep
        self._teacher = Teacher(tasks, self._taught, teller.say)
        self._lastSeen: tuple[tuple[str, SliceKey], str] | None = None

    def canSave(self) -> tuple[bool, str]:
        """Whether the slice on display can be saved, and if not, why."""
        try:
            key = self._inUse.key()
        except AuxolError as error:
            return False, sentence(error)
        if not self._desk.task:
            return False, _("Choose or name a task first: what is being learned")
        record = self._selection.book.get(key)
        if self._proposals.on(key) or (record is not None and record.state in WAITING):
            return True, ""
        if record is not None and record.state is SliceState.SAVED:
            return False, _("This slice is saved already")
        if self._selection.markOn(key).empty:
            return False, _("Nothing is drawn on this slice")
        return True, ""

    def save(self) -> bool:
        """Save the slice on display: proposals on it are accepted, and the engine learns from it."""
        self.look()  # an undo of this moment counts, too
        can, why = self.canSave()
        if not can:
            self._inUse.nothingDone(why)
            return False
        key = self._inUse.key()
        self._inUse.useViewOf(key)
        if self._proposals.on(key):
            self._accepting.write(key, undo=True)
            self._teller.tell("slices")
        self._teach(self._selection.book.of(key))
        return True

    def saveAllReviewed(self) -> int:
        """Save every accepted and edited slice that was on display after its last change; how many."""
        selection = self._selection
        if selection.whyNot() or not self._desk.task:
            return 0
        self.look()
        records = [r for r in selection.book if r.state in WAITING and selection.digestOn(r.key) == r.digest]
        for record in records:
            self._teach(record)
        return len(records)

    def look(self) -> None:
        """Take note of the slice on display as it is. One that nobody of us knows counts as edited only if it changed
        while it was on display: a segment that was loaded is not the user's lesson because they scroll through it."""
        try:
            key = self._inUse.key()
        except AuxolError:
            self._lastSeen = None
            return
        selection = self._selection
        mark, record, place = selection.markOn(key), selection.book.get(key), (selection.segmentID, key)
        seenBefore, digestBefore = self._lastSeen or (None, "")
        if record is not None or (seenBefore == place and digestBefore != mark.digest):
            selection.book.of(key).edited(mark.digest, mark.empty)
        self._lastSeen = (place, mark.digest)

    def _teach(self, record: SliceRecord) -> None:
        key = record.key
        image = sliceImage(slicer.mrmlScene.GetNodeByID(key.volumeID), key.axis, key.index)
        record.digest = self._selection.digestOn(key)
        self._teller.say(_("Saving ..."), "busy")
        self._tasks.start(self._handedOver(record, image, self._selection.maskOn(key)))

    async def _handedOver(self, record: SliceRecord, image: SliceImage, mask: BoolArray) -> None:
        link = await self._desk.link()
        self._teacher.add(link, record, image, mask)

    def sendWaiting(self) -> None:
        """Send what has no receipt yet, unless that is going on."""
        self._teacher.go()

    def _taught(self, lesson: Lesson, receipt: Receipt) -> None:
        if lesson.record.correctionID == lesson.correctionID:  # it was not changed meanwhile
            lesson.record.saved()
        if not self._selection.whyNot():
            self._accepting.markProvenance(reviewed=True)
        what = _("confirmed as proposed") if receipt.confirmation else _("with your changes")
        self._teller.say(_("Saved {what}").format(what=what))
        self._desk.saved()
        self._teller.tell("slices")
        self._keep()
