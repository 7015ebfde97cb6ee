"""Saving a slice is teaching: what may be saved, what is sent, and what a receipt changes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import slicer
from slicer.i18n import tr as _

from auxol_core.errors import AuxolError, InvalidInputError
from auxol_core.options import TaskOptions
from auxol_core.types import Receipt
from AuxOLSegmentLib.Engine.Async import Breath, Tasks
from AuxOLSegmentLib.Engine.EngineConnection import EngineConnection
from AuxOLSegmentLib.Machine.Messages import sentence
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, sliceImage, sliceName
from AuxOLSegmentLib.Session.AcceptFlow import AcceptFlow, unwrittenText
from AuxOLSegmentLib.Session.Proposals import Proposals
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.SliceBook import WAITING, SliceRecord, SliceState
from AuxOLSegmentLib.Session.SliceInUse import SliceInUse
from AuxOLSegmentLib.Session.SliceMarks import SliceMark
from AuxOLSegmentLib.Session.TaskDesk import TaskDesk
from AuxOLSegmentLib.Session.Teacher import Lesson, Teacher
from AuxOLSegmentLib.Session.Teller import Teller


@dataclass(frozen=True)
class _Reviewed:
    """Slices that the user has saved at once and that are still to be read, and what was chosen when they did."""

    records: list[SliceRecord]
    inputs: tuple[Any, Any, str]
    task: str
    options: TaskOptions | None


class SaveFlow:
    """``keep()`` writes into the scene what is known of the slices, ``taught(key)`` goes on from the slice that was
    saved last; both are called when a receipt has come."""

    def __init__(
        self,
        connection: EngineConnection,
        selection: Selection,
        inUse: SliceInUse,
        proposals: Proposals,
        accepting: AcceptFlow,
        desk: TaskDesk,
        tasks: Tasks,
        teller: Teller,
        keep: Callable[[], None],
        taught: Callable[[SliceKey], None],
    ) -> None:
        self._selection, self._inUse, self._proposals, self._accepting = selection, inUse, proposals, accepting
        self._desk, self._tasks, self._teller, self._keep = desk, tasks, teller, keep
        self._then = taught
        self._teacher = Teacher(connection, desk.settled, self._taught, teller.say)
        self._lastSeen: tuple[tuple[tuple[str, str], SliceKey, object], str] | None = None
        self._reviewed: _Reviewed | None = None
        self._unsaved: list[str] = []  # slices that could not be read, and why, until the user is told

    def canSave(self) -> tuple[bool, str]:
        """Whether the slice on display can be saved, and if not, why."""
        try:
            key = self._inUse.key()
        except AuxolError as error:
            return False, sentence(error)
        if not self._desk.task:
            return False, _("Choose or name a task first: what is being learned")
        record = self._selection.book.get(key)
        if self._accepting.isAskedFor(key) or (record is not None and record.state in WAITING):
            return True, ""
        if self.isSaved(key):
            return False, _("This slice is saved already")
        if self._selection.markOn(key).empty and not (record is not None and record.nothing):
            return False, _("Nothing is drawn on this slice. If that is right, press Nothing here")
        return True, ""

    def isSaved(self, key: SliceKey) -> bool:
        """Whether the slice is saved as it is, in the chosen task."""
        record = self._selection.book.get(key)
        return record is not None and record.isSaved(self._desk.task, self._selection.pixelsOn(key))

    def save(self) -> bool:
        """Save the slice on display: proposals on it are accepted, and the engine learns from it."""
        self.look()  # an undo of this moment counts, too
        can, why = self.canSave()
        if not can:
            self._inUse.nothingDone(why)
            return False
        key = self._inUse.key()
        self._inUse.useViewOf(key)
        for again in [shown for shown in self._proposals.on(key) if shown.again]:
            # What the user accepted and repaired is what they save. The engine keeps it: the correction is about it.
            self._proposals.drop(again.proposalID)
        if self._proposals.on(key):
            written = self._accepting.write(key, undo=True)
            if not written:
                self._inUse.nothingDone(unwrittenText(written))
                return False
            self._teller.tell("slices")
        self.teach(self._selection.book.of(key))
        return True

    def teach(self, record: SliceRecord) -> None:
        """Save that slice as it is, after all that was saved before it."""
        self.finish()
        self._teach(record, self._desk.task, self._desk.optionsIfNew())

    def saveAllReviewed(self, tell: bool = False) -> int:
        """Save every accepted and edited slice that was on display after its last change; how many. They are read one
        after another, and the window stays alive meanwhile. ``tell``: say it where others wait."""
        self.finish()
        selection = self._selection
        if selection.whyNot() or not self._desk.task:
            return 0
        self.look()
        waiting = [record for record in selection.book if record.state in WAITING]
        seen = [record for record in waiting if self._isAsSeen(record)]
        if tell and not seen:
            unseen = _(
                "Nothing is saved: {count} slices wait that were not looked at as they are now. Show each, press S"
            )
            nothing = _("Nothing is saved: no accepted or edited slice waits")
            self._teller.say(unseen.format(count=len(waiting)) if waiting else nothing, "warning")
        return self._save(seen)

    def _isAsSeen(self, record: SliceRecord) -> bool:
        """Whether image and mask are those that the user has seen there."""
        key = record.key
        if not self._selection.holds(key):
            return False
        try:
            return record.isAt(self._selection.placeOn(key)) and self._selection.digestOn(key) == record.digest
        except InvalidInputError:  # of a volume that is not the chosen one, and was deformed meanwhile
            return False

    def saveThese(self, keys: Sequence[SliceKey]) -> int:
        """Save these slices as they are, because the user says so, but for those that are saved already; how many."""
        self.finish()
        selection = self._selection
        if selection.whyNot() or not self._desk.task:
            return 0
        records = [selection.book.of(key) for key in keys]
        for record in records:
            mark = selection.markOn(record.key)
            record.edited(mark.digest, mark.empty)
            record.place = selection.placeOn(record.key)
        wanted = [r for r in records if r.state in WAITING or (r.state is SliceState.SAVED and not self.isSaved(r.key))]
        return self._save(wanted)

    def _save(self, records: list[SliceRecord]) -> int:
        if records:
            chosen, options = self._selection.inputs, self._desk.optionsIfNew()
            self._reviewed = _Reviewed(list(records), chosen, self._desk.task, options)
            self._tasks.start(self._saveReviewed())
        return len(records)

    async def _saveReviewed(self) -> None:
        breath = Breath()
        while self._reviewed is not None:
            self._saveNext(self._reviewed)
            await breath.take()

    def _saveNext(self, reviewed: _Reviewed) -> None:
        if reviewed.inputs != self._selection.inputs or self._selection.whyNot():
            self._reviewed = None
            self._teacher.noMore()
            gone = _("{count} slices could not be saved: their segment is gone")
            self._teller.say(gone.format(count=len(reviewed.records)), "error")
            return
        record = reviewed.records.pop(0)
        self._teacher.more = bool(reviewed.records)
        if not reviewed.records:
            self._reviewed = None
        # One that was changed since is not what the user saved; it waits like any other that was edited.
        wanted = record.state in (*WAITING, SliceState.SAVED) and self._isAsSeen(record)
        try:
            if wanted:
                self._teach(record, reviewed.task, reviewed.options)
        except AuxolError as error:  # of this slice alone; the others are saved
            wanted = False
            self._unsaved.append(f"{sliceName(record.key)}: {sentence(error)}")
        if self._reviewed is None and not wanted:
            self._teacher.noMore()
        if self._reviewed is None and self._unsaved and not self._teacher.waiting:
            self._teller.say(self._unsavedText(), "error")

    def _unsavedText(self) -> str:
        """Which slices could not be saved, said once."""
        told, self._unsaved = self._unsaved, []
        more = len(told) - 1
        text = _("Not saved: {slice}") if not more else _("Not saved: {slice} (and {more} more slices)")
        return text.format(slice=told[0], more=more)

    def finish(self) -> None:
        """What was saved is read at once where that is not done yet: call it before something else is chosen."""
        while self._reviewed is not None:
            self._saveNext(self._reviewed)

    def look(self) -> None:
        """Take note of the slice on display as it is. One that nobody of us knows counts as edited only if it changed
        while it was on display: a segment that was loaded is not the user's lesson because they scroll through it."""
        try:
            key = self._inUse.key()
        except AuxolError:
            self._lastSeen = None
            return
        selection = self._selection
        mark, record, place = selection.markOn(key), selection.book.get(key), selection.placeOn(key)
        here, (seenBefore, digestBefore) = (selection.ids, key, place), self._lastSeen or (None, "")
        changed = seenBefore == here and digestBefore != mark.digest
        if record is not None and not record.isAt(place):
            self._meet(record, mark, place, digestBefore if changed else None)
        elif record is not None or changed:
            record = selection.book.of(key)
            record.edited(mark.digest, mark.empty)
            record.place = place
        self._lastSeen = (here, mark.digest)

    @staticmethod
    def _meet(record: SliceRecord, mark: SliceMark, place: object, before: str | None) -> None:
        """The image, where it lies, or the segment itself are other ones than those that the record is of: that the
        mask is another one, too, is nobody's edit. What waits to be saved waits for what it was drawn on. ``before``:
        the digest before a change that was seen here; that is an edit."""
        if before is not None:
            record.digest, record.place = before, place
            record.edited(mark.digest, mark.empty)
        elif record.state not in WAITING:
            record.digest, record.place = mark.digest, place

    def _teach(self, record: SliceRecord, task: str, options: TaskOptions | None) -> None:
        key = record.key
        image = sliceImage(slicer.mrmlScene.GetNodeByID(key.volumeID), key.axis, key.index)
        record.digest, record.pixels = self._selection.digestOn(key), self._selection.pixelsOn(key)
        record.place = self._selection.placeOn(key)
        self._teller.say(_("Saving ..."), "busy")
        mask = self._selection.maskOn(key)
        record.nothing = not mask.any()
        record.drawn(mask)
        if self._desk.status is None:
            self._tasks.start(self._desk.link())  # so that it is followed; the save does not depend on it
        self._desk.willLearn(task)
        try:
            self._teacher.add(task, record, image, mask, options)
        except AuxolError as error:
            self._teller.failed(error)

    def sendWaiting(self) -> None:
        """Send what has no receipt yet, also of sessions before this one, unless that is going on."""
        self._teacher.go()

    def forget(self, task: str) -> None:
        """The task was deleted or reset: what waits for it is not wanted any more."""
        self._teacher.forget(task)

    def rest(self) -> None:
        """Send nothing until an engine is there again; what waits stays in the outbox."""
        self._teacher.rest()

    def close(self) -> None:
        """The session ends: the outbox has what has no receipt."""
        self.finish()
        self._teacher.close()

    def _taught(self, lesson: Lesson, receipt: Receipt) -> None:
        if lesson.record.correctionID == receipt.correction_id:  # it was not changed meanwhile
            lesson.record.saved(lesson.kept.task, lesson.kept.slice_id)
        here = self._selection.book.get(lesson.record.key) is lesson.record  # another segment may be chosen by now
        if here and lesson.kept.task == self._desk.task and not self._selection.whyNot():
            self._accepting.markProvenance(reviewed=True)
        if self._teacher.isNewest(lesson):
            what = _("confirmed as proposed") if receipt.confirmation else _("with your changes")
            what = _("as a slice with nothing on it") if lesson.record.nothing else what
            saved = _("Saved {what}").format(what=what)
            if self._unsaved:
                self._teller.say(f"{saved}. {self._unsavedText()}", "warning")
            else:
                self._teller.say(saved)
        if lesson.kept.task == self._desk.task:
            self._desk.saved()
        self._teller.tell("slices")
        self._keep()
        if here and self._teacher.isNewest(lesson) and lesson.kept.task == self._desk.task:
            self._then(lesson.record.key)
