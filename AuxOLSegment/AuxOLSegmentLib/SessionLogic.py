"""The life of a slice, from prompt to lesson, without a widget: the panel and scripts use the same calls.

Nothing here waits: calls return at once, and listeners are told when something has changed. See docs/scripting.md.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import slicer
from slicer.i18n import tr as _

from auxol_core.errors import AuxolError, CancelledError, InvalidInputError, NotFoundError
from auxol_core.types import Event, Propagated, Receipt
from AuxOLSegmentLib.Async import Tasks
from AuxOLSegmentLib.EngineConnection import EngineConnection, EngineState
from AuxOLSegmentLib.Messages import sentence
from AuxOLSegmentLib.PromptReader import PromptReader
from AuxOLSegmentLib.ProposalLayer import ProposalLayer
from AuxOLSegmentLib.Proposals import Proposals, Shown
from AuxOLSegmentLib.SceneWatcher import SceneWatcher
from AuxOLSegmentLib.SegmentReader import maskDigest, maskOnSlice, occupiedSlices
from AuxOLSegmentLib.SegmentWriter import SegmentWriter
from AuxOLSegmentLib.SessionReport import diagnosticsText, writeSessionCsv
from AuxOLSegmentLib.SliceBook import WAITING, Books, SliceBook, SliceRecord, SliceState
from AuxOLSegmentLib.TaskDesk import TaskDesk
from AuxOLSegmentLib.TaskDoor import TaskDoor
from AuxOLSegmentLib.TaskWindow import windowOf
from AuxOLSegmentLib.Teacher import Lesson, Teacher
from AuxOLSegmentLib.ViewWatcher import ViewWatcher
from AuxOLSegmentLib.VolumeReader import (
    SliceKey,
    alignedSlice,
    displayedSlices,
    goTo,
    sliceCount,
    sliceImage,
    sliceStamp,
    volumeProblem,
)
from AuxOLSegmentLib.VolumeWalk import Progress, VolumeWalk

log = logging.getLogger(__name__)

NEIGHBOURS = 5  # slices each way that are proposed after an accepted one
PREFETCHED = 2  # slices each way whose embeddings are prepared after a click


@dataclass(frozen=True)
class ReviewItem:
    """A slice in the review list; ``quality``: the Dice that the engine expects, None where it said none."""

    key: SliceKey
    state: SliceState
    quality: float | None


class SessionLogic(TaskDoor):
    """One user's work on one segment at a time. ``parameters``: where the scene keeps what is to come back, or None."""

    def __init__(self, settings: Any, parameters: Any = None) -> None:
        self.settings, self.parameters = settings, parameters
        self.message: tuple[str, str] = ("", "info")
        self.volume: Any = None
        self.segmentation: Any = None
        self.segmentID = ""
        self._listeners: list[Callable[[str], None]] = []
        self._tasks = Tasks(self._failed)
        self._books = Books()
        self._asking: dict[str, int] = {}  # how often each object's prompt has changed
        self._parts: dict[str, int] = {}  # how many clicks and boxes its last answer was for
        self._sceneSavedAt = 0.0
        self.views = ViewWatcher()
        self.layer = ProposalLayer()
        self.proposals = Proposals(self.layer, slicer.mrmlScene.GetNodeByID)
        self.prompts = PromptReader(self._prompted, self._promptGone, self._refused, lambda _mode: self._tell("prompts"))
        self.writer = SegmentWriter(None, None)
        self.connection = EngineConnection(settings, lambda: self._engineChanged(), lambda: self._engineLost())
        self.desk = TaskDesk(
            self.connection,
            settings,
            self._tasks,
            self._tell,
            self.say,
            self._refreshed,
            self._askAgain,
            lambda: windowOf(self.volume),
        )
        self._teacher = Teacher(self._tasks, self._taught, self.say)
        self._walk = VolumeWalk(self._tasks, self._cameByWalk, lambda: self._tell("propagation"), self.say)
        self._scene = SceneWatcher(self)
        self._editorNode: Any = None
        self._closed = False
        self.restore()

    # Telling

    def listen(self, listener: Callable[[str], None]) -> None:
        """Have ``listener(kind)`` called with 'engine', 'tasks', 'task', 'prompts', 'slices', 'learning',
        'propagation' or 'message' whenever that has changed."""
        self._listeners.append(listener)

    def unlisten(self, listener: Callable[[str], None]) -> None:
        """No longer."""
        self._listeners = [each for each in self._listeners if each != listener]

    def _tell(self, kind: str) -> None:
        if not self._closed:
            for listener in list(self._listeners):
                listener(kind)

    def say(self, text: str, level: str = "info") -> None:
        """Put a sentence on the status line; ``level``: info, busy, warning or error."""
        self.message = (text, level)
        self._tell("message")

    def _failed(self, error: Exception) -> None:
        self.say(sentence(error), "error")
        self._tell("slices")

    def _refused(self, error: AuxolError) -> None:
        self.say(sentence(error), "warning")
        self._tell("prompts")

    # Engine

    @property
    def engineState(self) -> EngineState:
        """Whether there is an engine."""
        return self.connection.state

    @property
    def engineText(self) -> str:
        """Which engine it is, where it computes, and why there."""
        text, status = self.connection.text(), self.desk.status
        if self.engineState is EngineState.READY and status is not None:
            text += _(", computing on {device} ({precision})").format(device=status.device, precision=status.precision)
        return text

    def startEngine(self) -> None:
        """Start or reach it, and ask for the tasks."""
        self._tasks.start(self.desk.readNames())

    def stopEngine(self) -> None:
        """Let it go; what has a receipt is safe, the rest waits."""
        self._walk.cancel()
        self.desk.leave()
        self.connection.stop()

    def testServer(self, url: str, token: str, then: Callable[[bool, str], None]) -> None:
        """Ask the server at ``url`` who it is; ``then(ok, sentence)``."""
        self._tasks.start(self._tested(url, token, then))

    async def _tested(self, url: str, token: str, then: Callable[[bool, str], None]) -> None:
        try:
            about = await self.connection.test(url, token)
        except CancelledError:
            raise
        except AuxolError as error:
            then(False, sentence(error))
        else:
            then(True, _("The server answers: AuxOL {version}").format(version=about.get("version", "?")))

    def diagnostics(self) -> str:
        """What helps somebody else to see what is wrong; no image, no name, no token."""
        return diagnosticsText(self)

    def _engineChanged(self) -> None:
        self._tell("engine")
        if self.engineState is EngineState.READY:
            self._teacher.go()

    def _engineLost(self) -> None:
        if not self._closed:
            self._walk.cancel()
            self.say(_("The engine has ended; the next prompt starts it again. Nothing saved is lost"), "warning")

    # What is worked on

    def setEditor(self, editorNode: Any, saveStateForUndo: Callable[[], None] | None) -> None:
        """The Segment Editor whose masking and undo are obeyed: its node, and its widget's slot of that name."""
        self.writer = SegmentWriter(editorNode, saveStateForUndo)
        self._editorNode = editorNode
        self._scene.watchEditor(editorNode)

    def setInputs(self, volumeNode: Any, segmentationNode: Any, segmentID: str) -> None:
        """The volume that is looked at and the segment that is taught; None and '' where nothing is chosen."""
        if segmentationNode is None or segmentationNode.GetSegmentation().GetSegment(segmentID or "") is None:
            segmentID = ""
        ids = (volumeNode, segmentationNode, segmentID)
        if ids == (self.volume, self.segmentation, self.segmentID):
            return
        if volumeNode is not self.volume:
            self.prompts.setVolume(None if volumeNode is None or volumeProblem(volumeNode) else volumeNode)
        if segmentationNode is not self.segmentation:
            self._scene.watchSegmentation(segmentationNode)
        self.volume, self.segmentation, self.segmentID = ids
        problem = "" if volumeNode is None else volumeProblem(volumeNode)
        if problem:
            self.say(problem, "warning")
        self.desk.segmentChosen(self.segmentation, self.segmentID)
        self._tell("slices")

    @property
    def book(self) -> SliceBook:
        """The records of the chosen segment."""
        return self._books.of(self.segmentation.GetID() if self.segmentation is not None else "", self.segmentID)

    def whyNot(self) -> str:
        """Why no prompt can be answered now; '' where one can."""
        if self.volume is None:
            return _("Choose a volume in the Segment Editor below")
        if problem := volumeProblem(self.volume):
            return problem
        if self.segmentation is None or not self.segmentID:
            return _("Choose or add a segment in the Segment Editor below")
        return ""

    def displayKey(self) -> SliceKey:
        """The slice that the view in use shows; InvalidInputError, with the way out, where it shows none."""
        if self.whyNot():
            raise InvalidInputError(self.whyNot())
        sliceNode = self.views.sliceNode()
        if sliceNode is None:
            raise InvalidInputError(_("There is no slice view. Choose a layout with one."))
        return alignedSlice(sliceNode, self.volume)

    # Prompts and proposals

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
            while asked != self._asking.get(objectID, 0):
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

    def _stillAsked(self, objectID: str, key: SliceKey) -> bool:
        return any(each.objectID == objectID and each.key == key for each in self.prompts.objects())

    def _prefetch(self, link: Any, volume: Any, key: SliceKey) -> None:
        if self.desk.status is not None and self.desk.status.generalist == "builtin":
            return  # it has no encoder worth preparing for
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
        return _("{count}expected Dice {quality:.2f}; SAM {share:.0%}, specialist {own:.0%} (version {version})").format(
            count=count, quality=worst.quality, share=worst.share, own=1 - worst.share, version=worst.version
        )

    def accept(self) -> bool:
        """Write the proposals on display into the segment, as one undo step. False where there are none."""
        try:
            key = self.displayKey()
        except AuxolError as error:
            self._refused(error)  # type: ignore[arg-type]
            return False
        if not self.proposals.on(key):
            self.say(_("There is no proposal on this slice to accept"), "warning")
            return False
        self._write(key, undo=True)
        if self.settings.proposeNext:
            self.proposeNeighbours()
        return True

    def _write(self, key: SliceKey, undo: bool) -> None:
        shown = self.proposals.on(key)
        mask = np.logical_or.reduce([each.mask for each in shown])
        self.writer.addMask(mask, key, self.volume, self.segmentation, self.segmentID, undo=undo)
        self.proposals.take(key)
        now = maskOnSlice(self.segmentation, self.segmentID, self.volume, key.axis, key.index)
        self.book.of(key).accepted([each.proposalID for each in shown], maskDigest(now))
        for each in shown:
            self.desk.ifOpen(lambda link, each=each: link.accept(each.proposalID))
            self._parts.pop(each.objectID, None)
        self.prompts.removeOn(key)
        self._markProvenance(reviewed=False)
        self.say(_("Accepted; repair it if needed, then save"))
        self._tell("slices")

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
        for each in shown:
            self._dropShown(each)
        self.prompts.removeOn(key)
        self._tell("slices")
        return bool(shown)

    # Saving is teaching

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
        if not maskOnSlice(self.segmentation, self.segmentID, self.volume, key.axis, key.index).any():
            return False, _("Nothing is drawn on this slice")
        return True, ""

    def save(self) -> bool:
        """Save the slice on display: proposals on it are accepted, and the engine learns from it."""
        can, why = self.canSave()
        if not can:
            self.say(why, "warning")
            return False
        key = self.displayKey()
        if self.proposals.on(key):
            self._write(key, undo=True)
        self._teach(self.book.of(key))
        return True

    def saveAllReviewed(self) -> int:
        """Save every accepted and edited slice that was on display after its last change; how many."""
        if self.whyNot() or not self.desk.task:
            return 0
        self._look()
        records = [r for r in self.book if r.state in WAITING and self._digest(r.key) == r.digest]
        for record in records:
            self._teach(record)
        return len(records)

    def _digest(self, key: SliceKey) -> str:
        return maskDigest(maskOnSlice(self.segmentation, self.segmentID, self.volume, key.axis, key.index))

    def _teach(self, record: SliceRecord) -> None:
        key = record.key
        volume = slicer.mrmlScene.GetNodeByID(key.volumeID)
        mask = maskOnSlice(self.segmentation, self.segmentID, volume, key.axis, key.index)
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
        return record is None or not record.digest or record.digest != self._digest(key)

    def _axis(self) -> int:
        try:
            return self.displayKey().axis
        except AuxolError:
            return 0

    # What happens in the scene (SceneWatcher calls these)

    def segmentChanged(self) -> None:
        """Somebody changed a segment; a slice that waits for its receipt is no longer what was sent."""

    def segmentLooked(self) -> None:
        """A segment was changed a moment ago: the slices on display now are as the user has them."""
        if not self.whyNot() and not self.writer.writing:
            self._look()
            if self._isCompleted() and self.settings.saveOnCompleted:
                self.saveAllReviewed()
            self._tell("slices")

    def _look(self) -> None:
        try:
            key = self.displayKey()
        except AuxolError:
            return
        mask = maskOnSlice(self.segmentation, self.segmentID, self.volume, key.axis, key.index)
        record = self.book.get(key)
        if record is not None or mask.any():
            self.book.of(key).edited(maskDigest(mask), not mask.any())

    def _isCompleted(self) -> bool:
        segment = self.segmentation.GetSegmentation().GetSegment(self.segmentID)
        logic = slicer.vtkSlicerSegmentationsModuleLogic
        return segment is not None and logic.GetSegmentStatus(segment) == logic.Completed

    def effectBegun(self) -> None:
        """The user took up an editing effect: what is proposed on this slice is theirs now."""
        if self.settings.acceptOnEffect and self.hasProposalOnDisplay():
            self.accept()

    def nodeRemoved(self, nodeID: str) -> None:
        """A node is about to go."""
        if self.volume is not None and nodeID == self.volume.GetID():
            self.setInputs(None, self.segmentation, self.segmentID)
        if self.segmentation is not None and nodeID == self.segmentation.GetID():
            self.setInputs(self.volume, None, "")
        for shown in self.proposals.all():
            if shown.key.volumeID == nodeID:
                self.proposals.drop(shown.proposalID)
        for book in self._books.all():
            book.dropVolume(nodeID)
        self._books.dropSegmentation(nodeID)

    def sceneSaving(self) -> None:
        """The scene is being saved: save what was reviewed, and say what was not."""
        if self.settings.saveOnSceneSave:
            self.saveAllReviewed()
        self._keep()
        pending = len(self.proposals.slices())
        if pending:
            self.say(
                _("{count} slices have proposals that nobody has reviewed; they are not in the segment").format(
                    count=pending
                ),
                "warning",
            )

    def sceneClosed(self) -> None:
        """Everything of the scene goes."""
        self._walk.cancel()
        self._tasks.cancelAll()
        self.desk.leave()
        self._asking.clear()
        self._parts.clear()
        self.proposals.clear()
        self._books.clear()
        self.setInputs(None, None, "")

    def _keep(self) -> None:
        if self.parameters is not None:
            self.parameters.sessionState = self._books.toJson()

    def restore(self) -> None:
        """Take up what the scene says, after it was loaded."""
        if self.parameters is not None:
            self._books.readJson(self.parameters.sessionState)
        self.prompts.restore()
        self._tell("slices")

    # A whole volume

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
            place: maskOnSlice(self.segmentation, self.segmentID, self.volume, axis, key.index)
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
        self._show(Shown.of(item.proposal, key))

    def _isTaken(self, key: SliceKey) -> bool:
        return bool(maskOnSlice(self.segmentation, self.segmentID, self.volume, key.axis, key.index).any())

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
            self._tell("slices")

    def acceptAbove(self, quality: float) -> int:
        """Accept every slice whose proposals are all expected to be at least that good, as one undo step; how many."""
        if self.whyNot():
            self.say(self.whyNot(), "warning")
            return 0
        keys = [k for k in self.proposals.slices() if min(s.quality for s in self.proposals.on(k)) >= quality]
        keys = [key for key in keys if key.volumeID == self.volume.GetID()]
        for number, key in enumerate(keys):
            self._write(key, undo=number == 0)
        self.say(_("Accepted {count} slices; look at each of them before you save").format(count=len(keys)))
        return len(keys)

    # Files and the end

    def writeCsv(self, path: str | Path) -> None:
        """The session as a table: slices, states, edits, times."""
        writeSessionCsv(Path(path), self.book, self.desk.corrections)

    def displayed(self) -> list[SliceKey]:
        """The slices of the volume that are on display in any view."""
        return [] if self.volume is None else displayedSlices(self.volume)

    def close(self) -> None:
        """Let go of everything: observers, connections, the worker. Harmless twice."""
        if self._closed:
            return
        self._keep()
        self._closed = True
        self._listeners = []
        self._walk.cancel()
        self._tasks.close()
        self.desk.leave()
        self.views.stop()
        self._scene.close()
        self.prompts.cleanup()
        self.layer.cleanup()
        self.connection.stop()
