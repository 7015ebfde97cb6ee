"""From a prompt to a proposal, and from there into the segment or away."""

import time
from typing import Any

import numpy as np
import slicer
from slicer.i18n import tr as _

from auxol_core.errors import AuxolError, InvalidInputError, NotFoundError
from auxol_core.types import Box, Event
from AuxOLSegmentLib.Machine.GeneralistName import generalistName
from AuxOLSegmentLib.Machine.Messages import sentence
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, sliceCount, sliceImage, sliceStamp
from AuxOLSegmentLib.Session.Proposals import Shown
from AuxOLSegmentLib.Session.SessionBase import SessionBase
from AuxOLSegmentLib.Session.SliceBook import SETTLED, SliceState

PREFETCHED = 2  # slices each way whose embeddings are prepared after a click


class PromptWork(SessionBase):
    """``_asking``: how often each object's prompt has changed; ``_parts``: of how many clicks and boxes its last answer
    was."""

    _asking: dict[str, int]
    _parts: dict[str, int]

    def _prompted(self, objectID: str) -> None:
        self._tell("prompts")
        if self.whyNot():
            self.say(self.whyNot(), "warning")
            return
        self._asking[objectID] = self._asking.get(objectID, 0) + 1
        if self._asking[objectID] == 1:
            self._tasks.start(self._answered(objectID))

    async def _answered(self, objectID: str) -> None:
        """Ask until the answer is to the prompt as it is now: clicks that come meanwhile are answered together."""
        self.say(_("Segmenting ..."), "busy")
        try:
            asked = 0
            while asked != self._asking.get(objectID, asked):  # not there: the object was taken away meanwhile
                asked = self._asking[objectID]
                await self._ask(objectID)
        finally:
            self._asking.pop(objectID, None)
            self._tell("prompts")

    async def _ask(self, objectID: str) -> None:
        key, prompt = self.prompts.key(objectID), self.prompts.prompt(objectID)
        volume, segment = slicer.mrmlScene.GetNodeByID(key.volumeID), (self.segmentation, self.segmentID)
        image, stamp = sliceImage(volume, key.axis, key.index), sliceStamp(volume, key)
        link = await self.desk.link()
        earlier, parts = self.proposals.ofObject(objectID), len(prompt.points) + (prompt.box is not None)
        # One more click repairs what is shown; with one taken away, what is shown is no longer what was asked for.
        grown = earlier is not None and earlier.key == key and parts > self._parts.get(objectID, 0)
        began = time.perf_counter()
        proposal = await link.predict(image, prompt, earlier.proposalID if earlier is not None and grown else None)
        gone = slicer.mrmlScene.GetNodeByID(key.volumeID) is None or segment != (self.segmentation, self.segmentID)
        if gone or not self._stillAsked(objectID, key) or sliceStamp(volume, key) != stamp:
            await link.dismiss(proposal.proposal_id)
            return
        if earlier is not None and not grown:
            self._tasks.start(link.dismiss(earlier.proposalID))
        self._parts[objectID] = parts
        self._show(Shown.of(proposal, key, objectID))
        self.say(
            _("Proposed in {seconds:.1f} s: accept it, add a point, or edit it").format(
                seconds=time.perf_counter() - began
            )
        )
        self._prefetch(link, volume, key)

    def promptBox(self, key: SliceKey, box: Box) -> None:
        """For scripts: as if ``box`` (rows, columns of the slice, half-open) were dragged; it begins a new object."""
        self._checkKey(key)
        self.prompts.addBox(key, box)

    def promptPoint(self, key: SliceKey, row: float, col: float, positive: bool = True) -> None:
        """For scripts: as if that pixel were clicked; on the active object's slice it refines that object."""
        self._checkKey(key)
        self.prompts.addPoint(key, row, col, positive)

    def _checkKey(self, key: SliceKey) -> None:
        why = self.whyNot()
        if not why and (key.volumeID != self.volume.GetID() or not 0 <= key.index < sliceCount(self.volume, key.axis)):
            why = _("The slice is none of the chosen volume. Take its id, an axis 0 to 2 and an index of it.")
        if why:
            raise InvalidInputError(why)

    def _stillAsked(self, objectID: str, key: SliceKey) -> bool:
        return any(each.objectID == objectID and each.key == key for each in self.prompts.objects())

    def _prefetch(self, link: Any, volume: Any, key: SliceKey) -> None:
        if not self.connection.told.get("prefetch", True):
            return  # its generalist has no encoder worth preparing for
        near = [i for d in range(1, PREFETCHED + 1) for i in (key.index + d, key.index - d)]
        near = [i for i in near if 0 <= i < sliceCount(volume, key.axis)]
        self._tasks.start(link.prefetch([sliceImage(volume, key.axis, i) for i in near]))

    def _show(self, shown: Shown) -> None:
        self.proposals.put(shown)
        self.book.of(shown.key).proposed(shown.quality)
        self._tell("slices")

    def _promptGone(self, objectID: str, key: SliceKey) -> None:
        self._asking.pop(objectID, None)
        self._parts.pop(objectID, None)
        shown = self.proposals.ofObject(objectID)
        if shown is not None:
            self._dropShown(shown)
        self._tell("prompts")
        self._tell("slices")

    def _dropShown(self, shown: Shown) -> None:
        self.proposals.drop(shown.proposalID)
        record = self.book.get(shown.key)
        if record is not None and record.state is SliceState.PROPOSED and not self.proposals.on(shown.key):
            record.state = SliceState.EMPTY
        self.desk.ifOpen(lambda link: link.dismiss(shown.proposalID))

    def _refreshed(self, event: Event) -> None:
        for proposalID in self.proposals.refreshed(event):
            self._tasks.start(self._fetched(proposalID))
        for proposalID in event.data.get("proposals", []):  # type: ignore[attr-defined]
            shown = self.proposals.get(proposalID)
            if shown is not None:
                self.book.of(shown.key).quality = shown.quality
        self._tell("slices")

    async def _fetched(self, proposalID: str) -> None:
        link = await self.desk.link()
        try:
            proposal = await link.proposal(proposalID)
        except NotFoundError:
            return
        shown = self.proposals.get(proposalID)
        if shown is not None:
            self._show(Shown.of(proposal, shown.key, shown.objectID))

    def _askAgain(self) -> None:
        """The engine was restarted and has forgotten what is pending: prompts are answered anew."""
        for each in self.prompts.objects():
            if self.proposals.ofObject(each.objectID) is not None:
                self._parts.pop(each.objectID, None)
                self._prompted(each.objectID)

    def hasProposalOnDisplay(self) -> bool:
        """Whether the slice in use has one."""
        try:
            return bool(self.proposals.on(self.displayKey()))
        except AuxolError:
            return False

    def proposalText(self) -> str:
        """What is known of the proposals on display."""
        try:
            shown = self.proposals.on(self.displayKey())
        except AuxolError as error:
            return sentence(error)
        if not shown:
            return _("No proposal on this slice")
        worst = min(shown, key=lambda each: each.quality)
        count = "" if len(shown) == 1 else _("{count} objects, ").format(count=len(shown))
        told = _(
            "{count}expected Dice {quality:.2f}; {generalist} {share:.0%}, specialist {own:.0%}, version {version}"
        )
        return told.format(
            count=count,
            quality=worst.quality,
            generalist=generalistName(self.desk.status),
            share=worst.share,
            own=1 - worst.share,
            version=worst.version,
        )

    def accept(self) -> bool:
        """Write the proposals on display into the segment, as one undo step. False where there are none."""
        try:
            key = self.displayKey()
        except AuxolError as error:
            self._refused(error)  # type: ignore[arg-type]
            return False
        if not self.proposals.on(key):
            self._nothingDone(_("There is no proposal on this slice to accept"))
            return False
        self._useViewOf(key)
        self._write(key, undo=True)
        if self.settings.proposeNext:
            self.proposeNeighbours()
        return True

    def _write(self, key: SliceKey, undo: bool, tell: bool = True) -> None:
        shown = self.proposals.on(key)
        mask = self._unprotected(np.logical_or.reduce([each.mask for each in shown]), key)
        self.writer.addMask(mask, key, self.volume, self.segmentation, self.segmentID, undo=undo)
        self.proposals.take(key)
        seen = self.digestOn(key) if key in self.displayed() else ""
        self.book.of(key).accepted([each.proposalID for each in shown], seen)
        for each in shown:
            self.desk.ifOpen(lambda link, each=each: link.accept(each.proposalID))
            self._parts.pop(each.objectID, None)
        self.prompts.removeOn(key)
        self._markProvenance(reviewed=False)
        if tell:
            self.say(_("Accepted; repair it if needed, then save"))
            self._tell("slices")

    def _unprotected(self, mask: np.ndarray, key: SliceKey) -> np.ndarray:
        """``mask`` without the lines where ``key`` crosses slices of another direction that a person has settled."""
        crossed = [r.key for r in self.book if r.state in SETTLED and r.key.axis != key.axis]
        free = mask.copy()
        for other in crossed:
            if other.volumeID == key.volumeID:
                # Rows run along the first of the two other axes, columns along the second (VolumeReader.SliceKey).
                rows = other.axis == min({0, 1, 2} - {key.axis})
                free[(other.index, slice(None)) if rows else (slice(None), other.index)] = False
        return free

    def _markProvenance(self, reviewed: bool) -> None:
        status = self.desk.status
        if status is not None:
            self.writer.setProvenance(
                self.segmentation, self.segmentID, status.name, status.version, status.generalist_hash, reviewed
            )

    def dismiss(self) -> bool:
        """Take the proposals on display away. False where there are none."""
        try:
            key = self.displayKey()
        except AuxolError as error:
            self._refused(error)  # type: ignore[arg-type]
            return False
        shown = self.proposals.on(key)
        if not shown and not any(each.key == key for each in self.prompts.objects()):
            self._nothingDone(_("There is no proposal on this slice to discard"))
            return False
        self._useViewOf(key)
        for each in shown:
            self._dropShown(each)
        self.prompts.removeOn(key)
        self._tell("slices")
        return bool(shown)
