"""The generalist alone, the specialist alone, both: which mask of a proposal is shown. What is accepted is what is
shown."""

from collections.abc import Mapping

from slicer.i18n import tr as _

from auxol_core.errors import AuxolError, NotFoundError
from auxol_core.parts import Parts
from AuxOLSegmentLib.Engine.Async import Tasks
from AuxOLSegmentLib.Machine.GeneralistName import generalistName
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, sliceImage
from AuxOLSegmentLib.Session.Proposals import FUSED, GENERALIST, SPECIALIST, Proposals
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.SliceInUse import SliceInUse
from AuxOLSegmentLib.Session.TaskDesk import TaskDesk
from AuxOLSegmentLib.Session.Teller import Teller

NEXT = {FUSED: GENERALIST, GENERALIST: SPECIALIST, SPECIALIST: FUSED}


class Comparing:
    """All proposals of a slice are shown by the same model. The engine is asked each time: it may have learned."""

    def __init__(
        self,
        selection: Selection,
        inUse: SliceInUse,
        proposals: Proposals,
        desk: TaskDesk,
        tasks: Tasks,
        teller: Teller,
    ) -> None:
        self._selection, self._inUse, self._proposals = selection, inUse, proposals
        self._desk, self._tasks, self._teller = desk, tasks, teller

    def cycle(self) -> None:
        """Show the slice in use by the next one."""
        key = self._inUse.keyOrWhy()
        if key is None:
            return
        shown = self._proposals.on(key)
        if not shown:
            self._inUse.nothingDone(_("There is no proposal on this slice to compare"))
            return
        self._tasks.start(self._cycled(key, NEXT[shown[0].shownAs]))

    def shownName(self) -> str:
        """Whose mask is shown on the slice in use; '' where nothing is."""
        try:
            shown = self._proposals.on(self._inUse.key())
        except AuxolError:
            return ""
        return self._name(shown[0].shownAs) if shown else ""

    def _name(self, shownAs: str) -> str:
        if shownAs == SPECIALIST:
            return _("The specialist alone")
        generalist = generalistName(self._desk.status)
        if shownAs == GENERALIST:
            return _("The generalist alone: {generalist}").format(generalist=generalist)
        return _("Generalist and specialist together")

    async def _cycled(self, key: SliceKey, shownAs: str) -> None:
        try:
            parts = await self._parts(key)
        except NotFoundError:
            self._teller.say(_("The engine has this proposal no more. Prompt again to compare"), "warning")
            return
        there = [shown for shown in self._proposals.on(key) if shown.proposalID in parts]
        silent = shownAs == SPECIALIST and all(parts[shown.proposalID].specialist is None for shown in there)
        for shown in there:
            self._proposals.showAs(shown.proposalID, parts[shown.proposalID], FUSED if silent else shownAs)
        self._teller.tell("slices")
        told = self._name(FUSED if silent else shownAs)
        if silent:
            told = _("{shown}. The specialist says nothing of its own yet").format(shown=told)
        self._teller.say(told)

    async def _parts(self, key: SliceKey) -> Mapping[str, Parts]:
        link, volume = await self._desk.link(), self._selection.volume
        image = None
        if volume is not None and volume.GetID() == key.volumeID:
            image = sliceImage(volume, key.axis, key.index)
        return {
            shown.proposalID: await link.parts(shown.proposalID, image) for shown in list(self._proposals.on(key))
        }

