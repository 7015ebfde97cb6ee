"""Slice after slice with one hand: what is right is accepted, saved and left for the next slice by one action."""

from typing import Any

from slicer.i18n import tr as _

from auxol_core.errors import AuxolError
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, sliceCount
from AuxOLSegmentLib.Session.AcceptFlow import AcceptFlow
from AuxOLSegmentLib.Session.SaveFlow import SaveFlow
from AuxOLSegmentLib.Session.Seeds import Seeds
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.SliceBook import SliceState
from AuxOLSegmentLib.Session.SliceInUse import SliceInUse
from AuxOLSegmentLib.Session.Teller import Teller
from AuxOLSegmentLib.Session.VolumeFlow import VolumeFlow


class Onward:
    """The next slice is on the view in use, along its own direction: the mouse stays there, and keys mean that view."""

    def __init__(
        self,
        settings: Any,
        selection: Selection,
        inUse: SliceInUse,
        accepting: AcceptFlow,
        saving: SaveFlow,
        volumes: VolumeFlow,
        seeds: Seeds,
        teller: Teller,
    ) -> None:
        self._settings, self._selection, self._inUse = settings, selection, inUse
        self._accepting, self._saving, self._volumes = accepting, saving, volumes
        self._seeds, self._teller = seeds, teller

    def acceptAndNext(self) -> bool:
        """Accept what is proposed on the slice in use, save it, and go on; False, and nothing is done, where there is
        nothing to accept or it cannot be saved."""
        if self._inUse.keyOrWhy() is None:
            return False
        if not self._accepting.hasProposalOnDisplay():
            self._inUse.nothingDone(_("There is no proposal on this slice to accept"))
            return False
        can, why = self._saving.canSave()
        if not can:  # what was accepted only would look as if it was done
            self._inUse.nothingDone(why)
            return False
        return self._accepting.accept() and self.saveAndNext()

    def saveAndNext(self) -> bool:
        """Save the slice in use, with what is proposed there, and go on; one that is saved already is left as it is."""
        try:
            key = self._inUse.key()
        except AuxolError as error:
            self._teller.refused(error)
            return False
        self._saving.look()  # an edit of this moment counts
        if not self._isSaved(key) and not self._saving.save():
            return False
        self._goOn(key)
        self._seeds.ahead(key, bothWays=self._byQuality)
        return True

    def canGoOn(self) -> bool:
        """Whether the slice in use is saved already, so that there is only to go on."""
        try:
            return self._isSaved(self._inUse.key())
        except AuxolError:
            return False

    @property
    def _byQuality(self) -> bool:
        return bool(self._settings.nextBy == "quality")

    def _isSaved(self, key: SliceKey) -> bool:
        return self._saving.isSaved(key) and not self._accepting.isAskedFor(key)

    def _goOn(self, key: SliceKey) -> None:
        following = (self._worst(key) if self._byQuality else None) or self._towardsTheEnd(key)
        if following is not None:
            self._volumes.goTo(following)
        else:
            self._teller.say(_("That was the last open slice towards the end"))

    def _worst(self, key: SliceKey) -> SliceKey | None:
        """The slice whose proposal is expected to be the worst."""
        open_ = [item for item in self._volumes.review() if item.state is SliceState.PROPOSED and item.key != key]
        here = [item.key for item in open_ if (item.key.volumeID, item.key.axis) == (key.volumeID, key.axis)]
        return next(iter(here), None)  # the list begins with it

    def _towardsTheEnd(self, key: SliceKey) -> SliceKey | None:
        """The next slice that is not saved."""
        behind = range(key.index + 1, sliceCount(self._selection.volume, key.axis))
        keys = (SliceKey(key.volumeID, key.axis, index) for index in behind)
        return next((each for each in keys if not self._isSaved(each)), None)
