"""Finding: the structure is looked for where nobody prompted, and never where a person has been."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from slicer.i18n import tr as _

from auxol_core.errors import AuxolError
from auxol_core.types import TAKEN, Propagated
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, sliceCount
from AuxOLSegmentLib.Session.Presence import UNLIKELY, Place, PresenceCurve, Seen
from AuxOLSegmentLib.Session.Proposals import Proposals
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.SliceBook import SETTLED
from AuxOLSegmentLib.Session.SliceInUse import SliceInUse
from AuxOLSegmentLib.Session.TaskDesk import TaskDesk
from AuxOLSegmentLib.Session.Teller import Teller
from AuxOLSegmentLib.Session.VolumeFlow import VolumeFlow
from AuxOLSegmentLib.Session.VolumeWalk import Errand, among

NEXT = 3  # slices each way that are looked at by itself after an accepted or saved one


@dataclass
class _Tally:
    """How many slices of one find are which. ``untold``: nothing is proposed, and the locator does not say that the
    structure is not there, or there is none."""

    found: int = 0
    without: int = 0
    untold: int = 0

    def count(self, item: Propagated) -> None:
        """One more; a slice where the engine knows of a person is none of them."""
        if item.proposal is not None:
            self.found += 1
        elif item.reason == TAKEN:
            return
        elif item.presence is not None and item.presence < UNLIKELY:
            self.without += 1
        else:
            self.untold += 1

    def text(self) -> str:
        """The sentence at the end."""
        looked = self.found + self.without + self.untold
        if not looked:
            return allTaken()
        told = [_("Found on {count} slices, look at them under Review").format(count=self.found)]
        if not self.found:
            told = [_("Nothing was found on the {count} slices that were looked at").format(count=looked)]
        if self.without:
            told.append(_("{count} are without it").format(count=self.without))
        if self.untold:
            told.append(_("of {count} it cannot be told").format(count=self.untold))
        return "; ".join(told)


class FindFlow:
    """Asks for it, counts what comes of it, and keeps what was seen along the volume."""

    def __init__(
        self,
        settings: Any,
        selection: Selection,
        inUse: SliceInUse,
        proposals: Proposals,
        volumes: VolumeFlow,
        desk: TaskDesk,
        teller: Teller,
    ) -> None:
        self._settings, self._selection, self._inUse, self._proposals = settings, selection, inUse, proposals
        self._volumes, self._desk, self._teller = volumes, desk, teller
        self._seen = Seen()

    def find(self, first: int, last: int | None) -> None:
        """Look for the structure on ``first`` .. ``last`` (slice indices of the view in use; None: to the volume's
        end); slices that a person has filled, saved or prompted are passed over."""
        key = self._inUse.keyOrWhy()
        if key is None:
            return
        end = sliceCount(self._selection.volume, key.axis) - 1 if last is None else last
        keys, filled = self._volumes.range(key.axis, min(first, end), max(first, end))
        taken = filled | {place for place, at in enumerate(keys) if self._isTaken(at)}
        if len(taken) == len(keys):
            self._teller.say(allTaken(), "warning")
            return
        self._teller.say(_("Looking for it ..."), "busy")
        tally = _Tally()
        self._volumes.begin(self._errand(keys, taken, tally))

    def findNext(self, key: SliceKey) -> None:
        """Look on the next slices each way that nobody has settled, where the user wants that; without a word, and not
        while something is under way that a person has asked for."""
        if not self._settings.findNext or self._volumes.isBusy or not self._desk.corrections:
            return
        keys, filled = self._volumes.range(key.axis, 0, sliceCount(self._selection.volume, key.axis) - 1)
        free = [at for at in keys if at.index not in filled and not self._isTaken(at)]
        near = [at.index for at in free if at.index < key.index][-NEXT:]
        near += [at.index for at in free if at.index > key.index][:NEXT]
        # What is proposed already is refreshed when the task has learned.
        wanted = {index for index in near if not self._proposals.on(keys[index])}
        if wanted:
            keys = keys[min(wanted) : max(wanted) + 1]
            taken = {place for place, at in enumerate(keys) if at.index not in wanted}
            self._volumes.begin(self._errand(keys, taken, None))

    def _isTaken(self, key: SliceKey) -> bool:
        """Whether a person has settled the slice (also: said that nothing is there) or prompted on it."""
        record = self._selection.book.get(key)
        settled = record is not None and record.state in SETTLED
        return settled or self._proposals.isPrompted(key)

    def _errand(self, keys: list[SliceKey], taken: set[int], tally: _Tally | None) -> Errand:
        """``tally`` None: it goes by itself."""
        place = self._place(keys[0].axis)
        self._seen.begin(place)

        def heard(key: SliceKey, item: Propagated) -> None:
            looked = item.index not in taken
            if self._seen.place == place and (looked or item.presence is not None):
                self._seen.values[key.index] = item.presence
            if self._seen.place == place and item.proposal is None and item.reason == TAKEN:
                self._seen.settled.add(key.index)
            if tally is not None and looked:
                tally.count(item)

        return Errand(
            self._selection.volume,
            keys,
            frozenset(taken),
            lambda link, ids, places: link.find(ids, among(places, taken)),
            looksAtAll=True,
            heard=heard,
            summary=lambda: "" if tally is None else tally.text(),
            byItself=tally is None,
        )

    def unsettle(self) -> None:
        """The engine may know of no person on a slice any more: a lesson was forgotten."""
        self._seen.settled.clear()

    def _place(self, axis: int) -> Place:
        volume, segmentation, segmentID = self._selection.inputs
        return Place(volume.GetID(), axis, segmentation.GetID(), segmentID, self._desk.task)

    def curve(self) -> PresenceCurve | None:
        """What was seen along the volume, and how its slices stand now; None where nothing was looked at yet."""
        place, selection = self._seen.place, self._selection
        if place is None or selection.whyNot() or place != self._place(place.axis):
            return None
        settled = {r.key for r in selection.book if r.state in SETTLED}
        return self._seen.curve(
            sliceCount(selection.volume, place.axis),
            _indices(settled, place) | set(selection.occupied(place.axis)),
            _indices(self._proposals.slices(), place),
            next(iter(_indices(self._onDisplay(), place)), None),
        )

    def _onDisplay(self) -> list[SliceKey]:
        try:
            return [self._inUse.key()]
        except AuxolError:
            return []


def allTaken() -> str:
    return _("Every slice of this range is filled, saved or prompted already")


def _indices(keys: Iterable[SliceKey], place: Place) -> set[int]:
    """Of those along the place's direction."""
    return {key.index for key in keys if (key.volumeID, key.axis) == (place.volumeID, place.axis)}
