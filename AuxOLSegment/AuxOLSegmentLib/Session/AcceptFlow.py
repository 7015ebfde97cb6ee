"""From a proposal into the segment, or away. What is accepted is the user's; nothing of ours writes over it."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer
from slicer.i18n import tr as _

from auxol_core.errors import AuxolError, NotFoundError, ProposalChangedError
from auxol_core.types import BoolArray
from AuxOLSegmentLib.Engine.TaskLink import TaskLink
from AuxOLSegmentLib.Machine.GeneralistName import generalistName
from AuxOLSegmentLib.Machine.Messages import sentence
from AuxOLSegmentLib.Prompts.PromptReader import PromptReader
from AuxOLSegmentLib.Scene.SegmentWriter import SegmentWriter
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, sliceImage
from AuxOLSegmentLib.Session.Offers import Offers
from AuxOLSegmentLib.Session.Proposals import Proposals, Shown
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.SliceBook import SETTLED, SliceState
from AuxOLSegmentLib.Session.SliceInUse import SliceInUse
from AuxOLSegmentLib.Session.TaskDesk import TaskDesk
from AuxOLSegmentLib.Session.Teller import Teller


@dataclass(frozen=True)
class Written:
    """Whether a slice's proposals are in the segment; how many of their pixels masking has kept out, and on how many
    settled slices beside it they are, too; ``nothing``: not a pixel of them was left to be written."""

    done: bool
    keptOut: int = 0
    shared: int = 0
    nothing: bool = False

    def __bool__(self) -> bool:
        return self.done


def unwrittenText(written: Written) -> str:
    """Why nothing was written."""
    if written.nothing:
        return _("Nothing of the proposal is left to accept. Discard it, or press Nothing here if the slice is empty")
    return _("The Segment Editor's masking keeps the proposal out of the segment. Change it, then accept again")


class AcceptFlow:
    """What the user decides on the slice on display, and how a slice's proposals are written. ``foreign()``: prompts
    that are for another segment."""

    def __init__(
        self,
        selection: Selection,
        inUse: SliceInUse,
        proposals: Proposals,
        offers: Offers,
        prompts: PromptReader,
        writer: SegmentWriter,
        desk: TaskDesk,
        teller: Teller,
        foreign: Callable[[], set[str]],
    ) -> None:
        self._selection, self._inUse, self._proposals, self._offers = selection, inUse, proposals, offers
        self._prompts, self._writer, self._desk, self._teller = prompts, writer, desk, teller
        self._foreign = foreign

    def hasProposalOnDisplay(self) -> bool:
        """Whether the slice in use has one."""
        try:
            return bool(self._proposals.on(self._inUse.key()))
        except AuxolError:
            return False

    def proposalText(self) -> str:
        """What is known of the proposals on display."""
        try:
            shown = self._proposals.on(self._inUse.key())
        except AuxolError as error:
            return sentence(error)
        if not shown:
            return _("No proposal on this slice")
        worst = min(shown, key=lambda each: each.quality)
        told = _("expected Dice {quality:.2f}; {generalist} {share:.0%}, specialist {own:.0%}, version {version}")
        warning = next((f"\n{each.warning}" for each in shown if each.warning), "")
        text = told.format(
            quality=worst.quality,
            generalist=generalistName(self._desk.status),
            share=worst.share,
            own=1 - worst.share,
            version=worst.version,
        )
        if len(shown) > 1:
            text = _("{count} objects, {told}").format(count=len(shown), told=text)
        return text + warning

    def accept(self) -> bool:
        """Write the proposals on display into the segment, as one undo step. False where there are none, or where the
        editor's masking keeps all of them out."""
        key = self._inUse.keyOrWhy()
        if key is None:
            return False
        if not self._proposals.on(key):
            self._inUse.nothingDone(_("There is no proposal on this slice to accept"))
            return False
        self._inUse.useViewOf(key)
        written = self.write(key, undo=True)
        if written:
            self._teller.say(*self._told(written))
        else:
            self._inUse.nothingDone(unwrittenText(written))
        self._teller.tell("slices")
        return bool(written)

    @staticmethod
    def _told(written: Written) -> tuple[str, str]:
        if written.keptOut:
            text = _("Accepted, but for {count} pixels that the Segment Editor's masking keeps out")
            return text.format(count=written.keptOut), "warning"
        if written.shared:
            text = _(
                "Accepted. The segmentation's voxels are thicker than the slices, so it is on a slice beside this one, "
                "too. Give it the volume's geometry (Segment Editor, Specify geometry)"
            )
            return text, "warning"
        return _("Accepted; repair it if needed, then save"), "info"

    def isAskedFor(self, key: SliceKey) -> bool:
        """Whether something is proposed there that the user has asked for, not only what they accepted otherwise."""
        return any(not each.again for each in self._proposals.on(key))

    def isAskedForOnDisplay(self) -> bool:
        """The same of the slice in use."""
        try:
            return self.isAskedFor(self._inUse.key())
        except AuxolError:
            return False

    def write(self, key: SliceKey, undo: bool) -> Written:
        """Write a slice's proposals; a state for undo is saved before it where ``undo``. Nobody is told yet. False,
        and all is as it was, where the editor's masking keeps all of them out, or nothing is left of them (a point that
        was taken away, slices of another direction that cross there): a slice on which nothing was written would be
        taught as one without the structure."""
        shown, selection = self._proposals.on(key), self._selection
        mask = self._unprotected(np.logical_or.reduce([each.visible for each in shown]), key)
        if not mask.any():
            return Written(False, nothing=True)
        keptOut = self._writer.keptOut(mask, key, *selection.inputs)
        if keptOut.any() and not (mask & ~keptOut).any():
            return Written(False, int(keptOut.sum()))
        before, record = selection.markOn(key), selection.book.of(key)
        record.drawn(selection.maskOn(key))
        self._writer.addMask(mask, key, *selection.inputs, undo=undo)
        record.wrote(selection.maskOn(key))
        shared = self._alsoOn(key)
        self._proposals.take(key)
        record.accepted(
            [each.proposalID for each in shown],
            before.digest,
            selection.digestOn(key),
            seen=key in selection.displayed(),
            first=before.empty,
        )
        record.place = selection.placeOn(key)
        record.takenFrom = next((each.shownAs for each in shown if each.alone is not None), "")
        for each in shown:
            self._desk.ifOpen(self._agreement(each))
        self._prompts.removeOn(key, self._foreign())
        self.markProvenance(reviewed=False)
        return Written(True, int(keptOut.sum()), shared)

    def _alsoOn(self, key: SliceKey) -> int:
        """On how many settled slices beside ``key`` the write is seen, too, because the segmentation's voxels are
        thicker than the slices. It is not the user's edit: nothing of it is taught unseen."""
        changed, reach = 0, self._selection.sharedBeside(key.axis)
        for record in self._selection.book if reach else ():
            other, away = record.key, abs(record.key.index - key.index)
            beside = (other.volumeID, other.axis) == (key.volumeID, key.axis) and 0 < away <= reach
            if not beside or record.state not in SETTLED or not record.digest:
                continue
            now = self._selection.digestOn(record.key)
            if now != record.digest:
                record.digest = now if record.state is SliceState.SAVED else ""
                record.place = self._selection.placeOn(record.key)
                changed += 1
        return changed

    def _agreement(self, shown: Shown) -> Callable[[TaskLink], Coroutine[Any, Any, None]]:
        segment = self._selection.ids
        return lambda link: self._agreed(link, shown, segment)

    async def _agreed(self, link: TaskLink, shown: Shown, segment: tuple[str, str]) -> None:
        """Tell the engine what was accepted. Where it has another one by now, which nobody has seen, that is shown."""
        volume, key = slicer.mrmlScene.GetNodeByID(shown.key.volumeID), shown.key
        try:
            await link.accept(shown.proposalID, shown.version)
            return
        except ProposalChangedError:
            image = None if volume is None else sliceImage(volume, key.axis, key.index)
        try:
            fresh = await link.proposal(shown.proposalID, image)
        except NotFoundError:
            return
        if np.array_equal(fresh.mask, shown.mask):
            await link.accept(shown.proposalID, fresh.version)
        elif segment != self._selection.ids:
            return  # it is for another segment than the user works on now
        elif slicer.mrmlScene.GetNodeByID(key.volumeID) is not None and not self._isSaidEmpty(key):
            self._offers.show(Shown.of(fresh, key, again=True))
            self._teller.tell("slices")
            self._teller.say(
                _("The task has learned meanwhile and proposes more for this slice: accept that too, or discard it"),
                "warning",
            )

    def _isSaidEmpty(self, key: SliceKey) -> bool:
        record = self._selection.book.get(key)
        return record is not None and record.nothing

    def _unprotected(self, mask: BoolArray, key: SliceKey) -> BoolArray:
        """``mask`` without the lines where ``key`` crosses slices of another direction that a person has settled."""
        crossed = [r.key for r in self._selection.book if r.state in SETTLED and r.key.axis != key.axis]
        free: BoolArray = mask.copy()
        for other in crossed:
            if other.volumeID == key.volumeID:
                # Rows run along the first of the two other axes, columns along the second (VolumeReader.SliceKey).
                rows = other.axis == min({0, 1, 2} - {key.axis})
                free[(other.index, slice(None)) if rows else (slice(None), other.index)] = False
        return free

    def markProvenance(self, reviewed: bool) -> None:
        """Write on the segment which task and version it comes from."""
        status = self._desk.status
        if status is not None:
            self._writer.setProvenance(
                self._selection.segmentation,
                self._selection.segmentID,
                status.name,
                status.version,
                status.generalist_hash,
                reviewed,
            )

    def dismiss(self) -> bool:
        """Take the proposals on display away. False where there are none."""
        key = self._inUse.keyOrWhy()
        if key is None:
            return False
        shown, foreign = self._proposals.on(key), self._foreign()
        if not shown and not any(each.key == key and each.objectID not in foreign for each in self._prompts.objects()):
            self._inUse.nothingDone(_("There is no proposal on this slice to discard"))
            return False
        self._inUse.useViewOf(key)
        for each in shown:
            self._offers.drop(each)
        self._prompts.removeOn(key, foreign)
        self._teller.tell("slices")
        return bool(shown)
