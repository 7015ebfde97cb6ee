"""From slices that are filled to those that are not: what is there already goes on, gaps are filled, and the next
slices are proposed while the user looks. All are propagations; they propose, and write nothing."""

from itertools import pairwise
from typing import Any

from slicer.i18n import tr as _

from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, sliceCount
from AuxOLSegmentLib.Session.Proposals import Proposals
from AuxOLSegmentLib.Session.SaveFlow import SaveFlow
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.SliceBook import SETTLED
from AuxOLSegmentLib.Session.SliceInUse import SliceInUse
from AuxOLSegmentLib.Session.TaskDesk import TaskDesk
from AuxOLSegmentLib.Session.Teller import Teller
from AuxOLSegmentLib.Session.VolumeFlow import VolumeFlow, propagation
from AuxOLSegmentLib.Session.VolumeWalk import Errand

AHEAD = 4  # slices that are proposed behind the one that was accepted; a look at each takes longer than making it
LESSONS = 12  # of a segment that was there already: neighbouring slices teach the same, and each takes seconds


class Seeds:
    """A seed is a slice that the segment fills. Nothing is proposed where a person has settled or prompted a slice."""

    def __init__(
        self,
        settings: Any,
        selection: Selection,
        inUse: SliceInUse,
        proposals: Proposals,
        volumes: VolumeFlow,
        saving: SaveFlow,
        desk: TaskDesk,
        teller: Teller,
    ) -> None:
        self._settings, self._selection, self._inUse, self._proposals = settings, selection, inUse, proposals
        self._volumes, self._saving, self._desk, self._teller = volumes, saving, desk, teller

    def useAsSeeds(self, teach: bool) -> int:
        """Go on from what the segment holds along the view in use; ``teach``: some of its slices, spread over it, are
        saved as lessons, too. How many these are."""
        key = self._inUse.keyOrWhy()
        if key is None:
            return 0
        filled = self._selection.occupied(key.axis)
        if not filled:
            self._teller.say(_("The segment is empty: choose one that holds the structure on some slices"), "warning")
            return 0
        if teach and not self._desk.task:
            self._teller.say(_("Choose or name a task first: what is being learned"), "warning")
            return 0
        taught = self._teach(key.axis, filled) if teach else 0
        self._propagate(key.axis, 0, sliceCount(self._selection.volume, key.axis) - 1)
        return taught

    def _teach(self, axis: int, filled: list[int]) -> int:
        volumeID = self._selection.volume.GetID()
        return self._saving.saveThese([SliceKey(volumeID, axis, index) for index in spread(filled, LESSONS)])

    def fillBetween(self) -> None:
        """Propose on the slices that lie between two filled ones along the view in use."""
        key = self._inUse.keyOrWhy()
        if key is None:
            return
        filled = self._selection.occupied(key.axis)
        gaps = [(one, other) for one, other in pairwise(filled) if other - one > 1]
        if gaps:
            self._propagate(key.axis, gaps[0][0], gaps[-1][1])
        else:
            why = _("There is no gap to fill: fill a slice on both sides of the empty ones first")
            self._teller.say(why, "warning")

    def ahead(self, key: SliceKey, bothWays: bool) -> None:
        """Propose on the next slices by itself, without a word, where the user wants that; not while something is under
        way that a person has asked for. Find does it instead where it is to look by itself and was taught where."""
        finds = self._settings.findNext and self._desk.corrections
        if finds or not self._settings.proposeAhead or self._volumes.isBusy:
            return
        self._propagate(key.axis, key.index - AHEAD if bothWays else key.index, key.index + AHEAD, byItself=True)

    def _propagate(self, axis: int, first: int, last: int, byItself: bool = False) -> None:
        keys, filled = self._volumes.range(axis, first, last)
        # A filled slice among filled ones leads nowhere.
        edges = {place for place in filled if not {place - 1, place + 1} <= filled}
        masks = {place: self._selection.maskOn(keys[place]) for place in edges}
        taken = filled | {place for place, at in enumerate(keys) if self._isTaken(at, byItself)}
        if not masks or len(taken) == len(keys):
            if not byItself:
                self._teller.say(_("Every slice is filled, settled or prompted already"), "warning")
            return
        self._volumes.begin(
            Errand(
                self._selection.volume,
                keys,
                frozenset(taken),
                propagation(masks, taken),
                summary=(lambda: "") if byItself else None,
                byItself=byItself,
            )
        )

    def _isTaken(self, key: SliceKey, byItself: bool) -> bool:
        """Whether nothing is to be proposed there; what goes by itself makes nothing anew that is shown."""
        record = self._selection.book.get(key)
        shown = self._proposals.on(key)
        settled = record is not None and record.state in SETTLED
        return settled or any(each.objectID or byItself for each in shown)


def spread(indices: list[int], most: int) -> list[int]:
    """At most ``most`` of them, first and last among them, evenly."""
    if len(indices) <= most:
        return indices
    return [indices[round(at * (len(indices) - 1) / (most - 1))] for at in range(most)]
