"""Saving a slice is teaching: what may be saved, what is sent, and what a receipt changes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import slicer
from slicer.i18n import tr as _

from auxol_core.errors import AuxolError
from auxol_core.options import TaskOptions
from auxol_core.types import Receipt
from AuxOLSegmentLib.Engine.Async import Breath, Tasks
from AuxOLSegmentLib.Engine.EngineConnection import EngineConnection
from AuxOLSegmentLib.Machine.Messages import sentence
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, sliceImage
from AuxOLSegmentLib.Session.AcceptFlow import AcceptFlow, maskedText
from AuxOLSegmentLib.Session.Proposals import Proposals
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.SliceBook import WAITING, SliceRecord, SliceState
from AuxOLSegmentLib.Session.SliceInUse import SliceInUse
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
        self._lastSeen: tuple[tuple[tuple[str, str], SliceKey], str] | None = None
        self._reviewed: _Reviewed | None = None

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
            if not self._accepting.write(key, undo=True):
                self._inUse.nothingDone(maskedText())
                return False
            self._teller.tell("slices")
        self.teach(self._selection.book.of(key))
        return True

    def teach(self, record: SliceRecord) -> None:
        """Save that slice as it is, after all that was saved before it."""
        self.finish()
        self._teach(record, self._desk.task, self._desk.optionsIfNew())

    def saveAllReviewed(self) -> int:
        """Save every accepted and edited slice that was on display after its last change; how many. They are read one
        after another, and the window stays alive meanwhile."""
        self.finish()
        selection = self._selection
        if selection.whyNot() or not self._desk.task:
            return 0
        self.look()
        return self._save([r for r in selection.book if r.state in WAITING and selection.digestOn(r.key) == r.digest])

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
        if record.state in (*WAITING, SliceState.SAVED) and self._selection.digestOn(record.key) == record.digest:
            self._teach(record, reviewed.task, reviewed.options)
        elif self._reviewed is None:
            self._teacher.noMore()

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
        mark, record, place = selection.markOn(key), selection.book.get(key), (selection.ids, key)
        seenBefore, digestBefore = self._lastSeen or (None, "")
        if record is not None or (seenBefore == place and digestBefore != mark.digest):
            selection.book.of(key).edited(mark.digest, mark.empty)
        self._lastSeen = (place, mark.digest)

    def _teach(self, record: SliceRecord, task: str, options: TaskOptions | None) -> None:
        key = record.key
        image = sliceImage(slicer.mrmlScene.GetNodeByID(key.volumeID), key.axis, key.index)
        record.digest, record.pixels = self._selection.digestOn(key), self._selection.pixelsOn(key)
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
            self._teller.say(_("Saved {what}").format(what=what))
        if lesson.kept.task == self._desk.task:
            self._desk.saved()
        self._teller.tell("slices")
        self._keep()
        if here and self._teacher.isNewest(lesson) and lesson.kept.task == self._desk.task:
            self._then(lesson.record.key)
