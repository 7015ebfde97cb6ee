"""A whole volume: propagation from what is filled, and the list of what waits to be seen. FindFlow finds."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import qt
from slicer.i18n import tr as _

from auxol_core.client.streams import Stream
from auxol_core.types import BoolArray, Propagated
from AuxOLSegmentLib.Engine.Async import Breath, Task, Tasks
from AuxOLSegmentLib.Engine.TaskLink import TaskLink
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, goTo, sliceCount, sliceName
from AuxOLSegmentLib.Session.AcceptFlow import AcceptFlow
from AuxOLSegmentLib.Session.Offers import Offers
from AuxOLSegmentLib.Session.Proposals import Proposals, Shown
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.SliceBook import SETTLED, WAITING, SliceState
from AuxOLSegmentLib.Session.SliceInUse import SliceInUse
from AuxOLSegmentLib.Session.TaskDesk import TaskDesk
from AuxOLSegmentLib.Session.Teller import Teller
from AuxOLSegmentLib.Session.VolumeWalk import Ask, Errand, Progress, VolumeWalk, among
from AuxOLSegmentLib.Session.WalkEnd import WalkEnd

NEIGHBOURS = 5  # slices each way that are proposed after an accepted one
LIST_MS = 500  # while slices are propagated the list of them is read anew so often, and not with each of them


@dataclass(frozen=True)
class ReviewItem:
    """A slice in the review list; ``quality``: the Dice that the engine expects, ``confidence``: that what was found is
    there at all, each None where it said none; ``worth``: what it is ordered and accepted by; ``nothing``: a person has
    said that nothing is there; ``shownAs``: the model whose mask alone is shown or was accepted, '' for the fusion."""

    key: SliceKey
    state: SliceState
    quality: float | None
    confidence: float | None = None
    worth: float = 0.0
    nothing: bool = False
    shownAs: str = ""


def propagation(masks: Mapping[int, BoolArray], taken: Collection[int]) -> Ask:
    """What an errand asks that goes on from ``masks``; the keys of these and ``taken`` are places in its keys."""

    def ask(link: TaskLink, ids: list[str], places: list[int]) -> Awaitable[Stream]:
        there = {at: masks[place] for at, place in enumerate(places) if place in masks}
        return link.propagate(ids, there, among(places, taken))

    return ask


class VolumeFlow:
    """From one slice to the others. ``accepted(key)``: a person has accepted what was proposed there, and nothing else
    is done about its neighbours; ``marked(key)``: whether a person has marked something on a slice."""

    def __init__(
        self,
        settings: Any,
        selection: Selection,
        inUse: SliceInUse,
        proposals: Proposals,
        offers: Offers,
        accepting: AcceptFlow,
        desk: TaskDesk,
        tasks: Tasks,
        teller: Teller,
        accepted: Callable[[SliceKey], None],
        marked: Callable[[SliceKey], bool],
    ) -> None:
        self._selection, self._inUse, self._proposals, self._offers = selection, inUse, proposals, offers
        self._accepting, self._desk, self._tasks, self._teller = accepting, desk, tasks, teller
        self._settings, self._accepted, self._marked = settings, accepted, marked
        self._acceptingAll: Task | None = None
        self._walk = VolumeWalk(tasks, self._came, self._walked, teller.say)
        self._listing = qt.QTimer()
        self._listing.setSingleShot(True)
        self._listing.interval = LIST_MS
        self._listing.connect("timeout()", lambda: teller.tell("slices"))

    # Propagation

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return self._walk.progress

    @property
    def end(self) -> WalkEnd:
        """How the last one ended."""
        return self._walk.end

    def cancel(self) -> None:
        """End it; what came stays."""
        self._walk.cancel()

    def close(self) -> None:
        """End it, and tell nobody any more."""
        self._listing.stop()
        self._walk.cancel()

    def proposeNeighbours(self) -> None:
        """Propose the slices next to the one on display."""
        key = self._inUse.keyOrWhy()
        if key is not None:
            self._propagate(key.axis, key.index - NEIGHBOURS, key.index + NEIGHBOURS)

    def propagate(self, first: int, last: int) -> None:
        """From the filled slices in ``first`` .. ``last`` (slice indices of the view in use) to the others."""
        key = self._inUse.keyOrWhy()
        if key is not None:
            self._propagate(key.axis, min(first, last), max(first, last))

    def _propagate(self, axis: int, first: int, last: int) -> None:
        keys, filled = self.range(axis, first, last)
        masks = {place: self._selection.maskOn(keys[place]) for place in filled}
        if not masks:
            self._teller.say(_("Accept or draw the structure on one slice of this range first"), "warning")
            return
        prompted = {place for place, key in enumerate(keys) if self._proposals.isPrompted(key)}
        taken = frozenset(filled | prompted)
        if len(taken) == len(keys):
            self._teller.say(_("Every slice is filled, settled or prompted already"), "warning")
            return
        self.begin(Errand(self._selection.volume, keys, taken, propagation(masks, taken)))

    def range(self, axis: int, first: int, last: int) -> tuple[list[SliceKey], set[int]]:
        """The slices of the volume in that range, and the places among them where the segment is filled."""
        volume, occupied = self._selection.volume, set(self._selection.occupied(axis))
        first, last = max(0, first), min(sliceCount(volume, axis) - 1, last)
        keys = [SliceKey(volume.GetID(), axis, index) for index in range(first, last + 1)]
        return keys, {place for place, key in enumerate(keys) if key.index in occupied}

    def begin(self, errand: Errand) -> None:
        """Go on an errand; what an earlier one proposed where it goes is asked for anew, but for one that goes by
        itself."""
        for key in () if errand.byItself else errand.keys:
            for shown in [s for s in self._proposals.on(key) if not s.objectID]:
                self._offers.drop(shown)
        self._tasks.start(self._begun(errand, self._selection.inputs))

    @property
    def isBusy(self) -> bool:
        """Whether an errand is under way that a person has asked for."""
        return self.progress.running and not self._walk.byItself

    def giveWay(self) -> None:
        """A person asks for something: end what nobody has asked for."""
        if self.progress.running and self._walk.byItself:
            self._walk.cancel()

    async def _begun(self, errand: Errand, inputs: tuple[Any, Any, str]) -> None:
        link = await self._desk.link()
        if inputs == self._selection.inputs:
            self._walk.begin(link, errand)

    def _came(self, key: SliceKey, item: Propagated) -> None:
        volume = self._selection.volume
        if item.proposal is None or volume is None or key.volumeID != volume.GetID():
            return
        record = self._selection.book.get(key)
        settled = record is not None and record.state in SETTLED
        prompted = self._marked(key) or self._proposals.isPrompted(key)
        if settled or prompted or not self._selection.markOn(key).empty:  # a person was there meanwhile
            self._offers.forgetInEngine(item.proposal.proposal_id)
            return
        # Told with the next progress, not for each slice: whoever lists them reads them all.
        self._offers.show(Shown.of(item.proposal, key, confidence=item.confidence if self._walk.finds else None))

    def _walked(self) -> None:
        self._teller.tell("propagation")
        if not self.progress.running:
            self._teller.tell("slices")
        elif not self._listing.active:
            self._listing.start()

    # Accepting, and on to the next

    def accept(self) -> bool:
        """Accept what is on display; its neighbours are proposed next, where the user wants that."""
        accepted = self._accepting.accept()
        if accepted and self._settings.proposeNext:
            self.proposeNeighbours()
        elif accepted:
            self._accepted(self._inUse.key())
        return accepted

    def acceptWhatIsShown(self) -> None:
        """The same where something is proposed that the user has asked for; else nothing, without a word."""
        if self._accepting.isAskedForOnDisplay():
            self.accept()

    def acceptAbove(self, quality: float) -> int:
        """Accept every slice whose proposals are all expected to be at least that good (and, where they were found, to
        be there as surely), as one undo step; how many.

        They are written one after another, and the window stays alive meanwhile.
        """
        if why := self._selection.whyNot():
            self._teller.say(why, "warning")
            return 0
        keys = [k for k in self._proposals.slices() if min(s.worth for s in self._proposals.on(k)) >= quality]
        keys = [key for key in keys if key.volumeID == self._selection.volume.GetID()]
        if self._acceptingAll is not None and not self._acceptingAll.done:
            return 0  # pressed twice
        self._acceptingAll = self._tasks.start(self._acceptedAll(keys))
        return len(keys)

    async def _acceptedAll(self, keys: list[SliceKey]) -> None:
        chosen, breath, count, masked = self._selection.inputs, Breath(), 0, 0
        for key in keys:
            if chosen != self._selection.inputs:
                break  # the user has gone on to something else
            if self._proposals.on(key):
                written = self._accepting.write(key, undo=count == 0)
                count += written.done
                masked += written.keptOut > 0
            await breath.take()
        self._teller.tell("slices")
        told = _("Accepted {count} slices; look at each of them before you save").format(count=count)
        if masked:
            told = _("{told}. On {masked} the Segment Editor's masking keeps a part out").format(
                told=told, masked=masked
            )
        self._teller.say(told, "warning" if masked else "info")

    # Review

    def review(self) -> list[ReviewItem]:
        """Slices of the chosen volume with proposals, the worst first, then accepted and edited ones that wait to be
        saved, then those of which a person has said that nothing is there."""
        items, volume = [], self._selection.volume
        volumeID = "" if volume is None else volume.GetID()
        for key in [each for each in self._proposals.slices() if each.volumeID == volumeID]:
            worst = min(self._proposals.on(key), key=lambda shown: shown.worth)
            alone = "" if worst.alone is None else worst.shownAs
            made = (worst.quality, worst.confidence, worst.worth)
            items.append(ReviewItem(key, SliceState.PROPOSED, *made, shownAs=alone))
        items.sort(key=lambda item: item.worth)
        known = {item.key for item in items}
        mine = (r for r in self._selection.book if r.key.volumeID == volumeID and r.key not in known)
        others = sorted(mine, key=lambda r: (r.nothing, r.key.index))
        listed = [r for r in others if r.state in WAITING or (r.nothing and r.state is SliceState.SAVED)]
        return items + [
            ReviewItem(r.key, r.state, None if r.nothing else r.quality, nothing=r.nothing, shownAs=r.takenFrom)
            for r in listed
        ]

    def goTo(self, key: SliceKey) -> None:
        """Show that slice, in every view of its direction; where there is none, say so."""
        volume = self._selection.volume
        if volume is None or key.volumeID != volume.GetID():
            return
        if not goTo(volume, key):
            why = _("No slice view on display shows {slice}. Choose a layout with a view of that direction")
            self._teller.say(why.format(slice=sliceName(key)), "warning")
            return
        self._inUse.useViewOf(key)
        self._teller.tell("slices")
