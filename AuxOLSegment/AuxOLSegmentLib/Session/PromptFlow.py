"""From a prompt to a proposal."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import slicer
from slicer.i18n import tr as _

from auxol_core.errors import AuxolError, CancelledError, InvalidInputError, NotFoundError
from auxol_core.strokes import Lasso, Scribble, Vertices
from auxol_core.types import Box, Event, Prompt
from AuxOLSegmentLib.Engine.Async import Task, Tasks
from AuxOLSegmentLib.Machine.Messages import sentence
from AuxOLSegmentLib.Prompts.PromptReader import PromptReader
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, sliceCount, sliceImage, sliceStamp
from AuxOLSegmentLib.Session.Offers import Offers
from AuxOLSegmentLib.Session.Proposals import Owner, Proposals, Shown
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.TaskDesk import TaskDesk
from AuxOLSegmentLib.Session.Teller import Teller

PREFETCHED = 2  # slices each way whose embeddings are prepared after a click


class PromptFlow:
    """``prompts`` reads what the user marks; ``modeChanged(mode)``: the mouse has another tool of ours;
    ``prompted()``: the user has marked something, and nothing else is as urgent; ``replaced(shown)``: what a refresh
    has put another mask in place of; ``begin()``: make the segment that its proposal is for, where none is chosen."""

    def __init__(
        self,
        selection: Selection,
        proposals: Proposals,
        offers: Offers,
        desk: TaskDesk,
        tasks: Tasks,
        teller: Teller,
        modeChanged: Callable[[str], None],
        prompted: Callable[[], None],
        replaced: Callable[[Shown], None],
        begin: Callable[[], None],
    ) -> None:
        self._selection, self._proposals, self._offers = selection, proposals, offers
        self._desk, self._tasks, self._teller, self._onPrompt, self._begin = desk, tasks, teller, prompted, begin
        self._replaced = replaced
        self._asking: dict[str, int] = {}  # how often each object's prompt has changed
        self._answering: dict[str, Task] = {}
        self._waiting: set[str] = set()  # marked, and neither answered nor cancelled yet
        self._owners: dict[str, Owner] = {}  # the segment that was chosen when the object was begun
        self._preparing: tuple[int, int] | None = None
        self._parts: dict[str, int] = {}  # how many clicks, boxes and strokes its last answer was for
        self.prompts = PromptReader(self._marked, self._gone, teller.refused, modeChanged)

    # For scripts

    def promptBox(self, key: SliceKey, box: Box) -> None:
        """As if ``box`` (rows, columns of the slice, half-open) were dragged; it begins a new object."""
        self._checkKey(key)
        self.prompts.addBox(key, box)

    def promptPoint(self, key: SliceKey, row: float, col: float, positive: bool = True) -> None:
        """As if that pixel were clicked; on the active object's slice it refines that object."""
        self._checkKey(key)
        self.prompts.addPoint(key, row, col, positive)

    def promptScribble(self, key: SliceKey, vertices: Vertices, positive: bool = True, width: float = 1.0) -> None:
        """As if a line through ``vertices`` ((row, col), ...) were drawn, ``width`` pixels wide; on the active object's
        slice it refines that object."""
        self._checkKey(key)
        self.prompts.addStroke(key, Scribble(vertices, width, positive))

    def promptLasso(self, key: SliceKey, vertices: Vertices) -> None:
        """As if a closed line through ``vertices`` ((row, col), ...) were drawn; it begins an object."""
        self._checkKey(key)
        self.prompts.addStroke(key, Lasso(vertices))

    def _checkKey(self, key: SliceKey) -> None:
        why, volume = self._selection.whyNotMark(), self._selection.volume
        if not why and (key.volumeID != volume.GetID() or not 0 <= key.index < sliceCount(volume, key.axis)):
            why = _("The slice is none of the chosen volume. Take its id, an axis 0 to 2 and an index of it.")
        if why:
            raise InvalidInputError(why)

    # Asking

    def _marked(self, objectID: str) -> None:
        self._onPrompt()
        self._desk.wanted()
        self._begin()
        self._prompted(objectID)

    def _prompted(self, objectID: str) -> None:
        self._teller.tell("prompts")
        if why := self._selection.whyNot():
            self._teller.say(why, "warning")
            return
        self._waiting.add(objectID)
        self._owners[objectID] = self._ownerOf(objectID)
        if self._owners[objectID] != self._selection.ids:
            self._teller.say(_("This mark is for another segment: it is answered when that one is chosen"), "warning")
            return
        self._asking[objectID] = self._asking.get(objectID, 0) + 1
        if self._asking[objectID] == 1:
            self._answering[objectID] = self._tasks.start(self._answered(objectID))

    async def _answered(self, objectID: str) -> None:
        """Ask until the answer is to the prompt as it is now: clicks that come meanwhile are answered together."""
        self._sayBusy()
        asked, answered = 0, True
        try:
            while asked != self._asking.get(objectID, asked):  # not there: the object was taken away meanwhile
                asked = self._asking[objectID]
                answered = await self._ask(objectID)
            if answered:
                self._waiting.discard(objectID)
        except CancelledError:
            raise
        except AuxolError as error:
            if self._desk.engineThere:
                self._waiting.discard(objectID)
                raise
            kept = _("What you marked stays, and is answered as soon as an engine is there. {reason}")
            self._teller.say(kept.format(reason=sentence(error)), "error")
            self._teller.tell("slices")
        finally:
            self._asking.pop(objectID, None)
            self._answering.pop(objectID, None)
            self._preparing = None
            self._teller.tell("prompts")
        if not answered and self._waitsHere(objectID):
            self._prompted(objectID)  # its segment was chosen again while the answer was sent away

    def _ownerOf(self, objectID: str) -> Owner:
        """The segment that an object is for; the chosen one where nobody knows, or where that is gone."""
        here = self._selection.ids
        owner = self._owners.get(objectID) or self._proposals.ownerOf(objectID) or here
        node = slicer.mrmlScene.GetNodeByID(owner[0])
        return owner if node is not None and node.GetSegmentation().GetSegment(owner[1]) is not None else here

    def _waitsHere(self, objectID: str) -> bool:
        """Whether it waits for its answer, and its segment is chosen."""
        return objectID in self._waiting and self._ownerOf(objectID) == self._selection.ids

    def foreign(self) -> set[str]:
        """Objects that were begun for another segment than the chosen one."""
        here = self._selection.ids
        return {each.objectID for each in self.prompts.objects() if self._ownerOf(each.objectID) != here}

    def marksOn(self, key: SliceKey) -> bool:
        """Whether something is marked on a slice for the chosen segment."""
        here = (each for each in self.prompts.objects() if each.key == key)
        return any(self._ownerOf(each.objectID) == self._selection.ids for each in here)

    def _sayBusy(self) -> None:
        here = self._desk.engineThere
        later = _("The engine is starting; what you marked is answered as soon as it is there")
        self._teller.say(_("Segmenting ...") if here else later, "busy")

    def askWaiting(self) -> None:
        """An engine is there: ask what was marked for this segment, and is not being asked already."""
        for each in self.prompts.objects():
            if self._waitsHere(each.objectID) and each.objectID not in self._asking:
                self._prompted(each.objectID)

    @property
    def preparing(self) -> tuple[int, int] | None:
        """How far the encoder is with the slice that a prompt waits for: (done, total), total 0 where that is not
        known; None where nothing is worth telling."""
        return self._preparing

    def cancel(self) -> None:
        """Wait for no answer any more; the engine stops at its next block. Marks stay, and the next one asks again."""
        for task in list(self._answering.values()):
            task.cancel()
        self._answering.clear()
        self._waiting.clear()
        self._teller.say(_("Cancelled. Your marks stay; one more asks again"))

    def _isPreparing(self, event: Event) -> None:
        if not self._asking:
            return  # it was cancelled, or another Slicer waits for it
        done, total = (int(event.data.get(name) or 0) for name in ("done", "total"))  # type: ignore[call-overload]
        self._preparing = (done, total)
        share = f" {100 * done // total} %" if total else ""
        self._teller.say(_("Preparing this slice, once for all clicks on it:{share}").format(share=share), "busy")
        self._teller.tell("prompts")

    async def _ask(self, objectID: str) -> bool:
        """Ask once. False where another segment than its own is chosen: it waits until that one is again."""
        key, prompt = self.prompts.key(objectID), self.prompts.prompt(objectID)
        volume, segment = slicer.mrmlScene.GetNodeByID(key.volumeID), self._selection.ids
        if not self._waitsHere(objectID):
            return False
        image, stamp = sliceImage(volume, key.axis, key.index), sliceStamp(volume, key)
        waited = not self._desk.engineThere
        link = await self._desk.link()
        if waited:
            self._sayBusy()
        earlier, parts = self._proposals.ofObject(objectID), partsOf(prompt)
        # One more click repairs what is shown; with one taken away, what is shown is no longer what was asked for.
        grown = earlier is not None and earlier.key == key and parts > self._parts.get(objectID, 0)
        began = time.perf_counter()
        proposal = await link.predict(image, prompt, earlier.proposalID if earlier is not None and grown else None)
        elsewhere = segment != self._selection.ids
        gone = slicer.mrmlScene.GetNodeByID(key.volumeID) is None or not self._stillAsked(objectID, key)
        if elsewhere or gone or sliceStamp(volume, key) != stamp:
            await link.dismiss(proposal.proposal_id)
            if elsewhere or gone:
                return not elsewhere
            return await self._ask(objectID)  # the volume has other pixels by now
        if earlier is not None and not grown:
            self._tasks.start(link.dismiss(earlier.proposalID))
        self._parts[objectID] = parts
        self._selection.book.of(key).prompts += 1
        self._show(Shown.of(proposal, key, objectID))
        told = _("Proposed in {seconds:.1f} s: accept it, add a point, or edit it").format(
            seconds=time.perf_counter() - began
        )
        text = " \u00b7 ".join(each for each in (proposal.warning or told, self._desk.takeNews()) if each)
        self._teller.say(text, "warning" if proposal.warning else "info")
        self.prepare(link, volume, key)
        return True

    def _stillAsked(self, objectID: str, key: SliceKey) -> bool:
        return any(each.objectID == objectID and each.key == key for each in self.prompts.objects())

    def prepare(self, link: Any, volume: Any, key: SliceKey) -> None:
        """Have the slices beside ``key`` prepared, where the generalist has an encoder worth it."""
        if not self._desk.worthPreparing:
            return
        near = [i for d in range(1, PREFETCHED + 1) for i in (key.index + d, key.index - d)]
        near = [i for i in near if 0 <= i < sliceCount(volume, key.axis)]
        self._tasks.start(link.prefetch([sliceImage(volume, key.axis, i) for i in near]))

    def _show(self, shown: Shown) -> None:
        self._offers.show(shown)
        self._teller.tell("slices")

    def _gone(self, objectID: str, _key: SliceKey) -> None:
        self._asking.pop(objectID, None)
        self._waiting.discard(objectID)
        self._owners.pop(objectID, None)
        self._parts.pop(objectID, None)
        shown = self._proposals.ofObject(objectID)
        if shown is not None:
            self._offers.drop(shown)
        self._teller.tell("prompts")
        self._teller.tell("slices")

    def forgetAll(self) -> None:
        """The scene is closed: nobody waits for an answer."""
        self._asking.clear()
        self._waiting.clear()
        self._owners.clear()
        self._parts.clear()

    # What the engine says later

    def happened(self, event: Event) -> None:
        """The encoder is so far, or what is shown was made anew."""
        (self._isPreparing if event.kind == "encoding" else self.refreshed)(event)

    def refreshed(self, event: Event) -> None:
        """The task has learned, and what is shown was computed anew."""
        ids = list(event.data.get("proposals", []))  # type: ignore[call-overload]
        before = {proposalID: self._proposals.get(proposalID) for proposalID in ids}
        for proposalID in self._proposals.refreshed(event):
            self._tasks.start(self._fetched(proposalID))
        for proposalID in ids:
            shown = self._proposals.get(proposalID)
            if shown is not None:
                self._selection.book.of(shown.key).quality = shown.quality
                self._tellReplaced(before[proposalID], shown)
        self._teller.tell("slices")

    def _tellReplaced(self, before: Shown | None, now: Shown) -> None:
        if before is not None and not np.array_equal(before.visible, now.visible):
            self._replaced(before)

    def fetchAll(self) -> None:
        """What was refreshed meanwhile was not heard of: ask for all that is shown as it is now."""
        for shown in self._proposals.all():
            self._tasks.start(self._fetched(shown.proposalID))

    async def _fetched(self, proposalID: str) -> None:
        link = await self._desk.link()
        while (shown := self._proposals.get(proposalID)) is not None:
            volume, key = slicer.mrmlScene.GetNodeByID(shown.key.volumeID), shown.key
            try:
                image = None if volume is None else sliceImage(volume, key.axis, key.index)
                proposal = await link.proposal(proposalID, image)
            except NotFoundError:
                return
            before, shown = shown, self._proposals.get(proposalID)
            if shown is None or shown is before or proposal.version >= shown.version:
                break  # else a refresh was heard of meanwhile that this answer is older than
        if shown is not None:
            now = Shown.of(proposal, shown.key, shown.objectID, shown.confidence, shown.again)
            self._show(now)
            self._tellReplaced(shown, now)

    def imageChanged(self, volumeID: str, sameGrid: bool) -> None:
        """The volume has other pixels: what was proposed was of the ones before, and prompts are answered anew, where
        they are where the pixels before were."""
        aside = self._proposals.objectsAside()
        self._owners |= {name: self._ownerOf(name) for name in aside}
        self._waiting |= aside  # until their segment is chosen
        stale = [shown for shown in self._proposals.all() if shown.key.volumeID == volumeID]
        for shown in stale:
            self._offers.drop(shown)
        self._proposals.dropVolume(volumeID)
        if not sameGrid:
            self.prompts.removeAll()
            self._proposals.redraw(volumeID)
        if not stale:
            return
        anew = _("The image has changed: what was proposed on it is asked for anew")
        gone = _("The image has another size or place: what was marked and proposed on it is taken away")
        self._teller.say(anew if sameGrid else gone, "warning")
        self._teller.tell("slices")
        answered = {shown.objectID for shown in stale}
        for each in [each for each in self.prompts.objects() if each.objectID in answered]:
            self._parts.pop(each.objectID, None)
            self._prompted(each.objectID)

    # Whose they are

    def segmentChosen(self, another: bool) -> None:
        """What is proposed for the chosen segment is shown, as it is now, and what was marked for it is answered; what
        is for another one is put aside. ``another``: one was chosen before; a click does not go on with its object."""
        back = self._proposals.choose(self._selection.ids)
        if another:
            self.prompts.activate(None)
        if self._desk.engineThere:
            for shown in back:
                self._tasks.start(self._fetched(shown.proposalID))
            self.askWaiting()

    def taskLeft(self) -> None:
        """What is shown was asked of another task, and says nothing about the chosen one: it is taken away. Marks stay,
        and are asked of the chosen one when it is there."""
        for shown in self._proposals.all():
            if shown.objectID and self._desk.task:
                self._waiting.add(shown.objectID)
                self._parts.pop(shown.objectID, None)
            self._offers.drop(shown)
        self._teller.tell("slices")

    def askAgain(self) -> None:
        """The engine was restarted and has forgotten what is pending, or the task is another one: prompts are answered
        anew."""
        for each in self.prompts.objects():
            if self._proposals.ofObject(each.objectID) is not None:
                self._parts.pop(each.objectID, None)
                self._prompted(each.objectID)
        self.askWaiting()


def partsOf(prompt: Prompt) -> int:
    """How many clicks, boxes and strokes it is made of."""
    return len(prompt.points) + len(prompt.strokes) + (prompt.box is not None)
