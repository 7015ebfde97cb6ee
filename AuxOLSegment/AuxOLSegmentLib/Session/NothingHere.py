"""By "nothing here" the slice on display is saved as empty, which is a lesson, too: one key corrects a false find.

What is proposed there is refused by it. It takes back what was accepted and not touched since; it removes nothing else.
"""

from collections.abc import Callable

from slicer.i18n import tr as _

from auxol_core.errors import AuxolError
from AuxOLSegmentLib.Machine.Messages import sentence
from AuxOLSegmentLib.Prompts.PromptReader import PromptReader
from AuxOLSegmentLib.Scene.SegmentWriter import SegmentWriter
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey
from AuxOLSegmentLib.Session.Proposals import Proposals
from AuxOLSegmentLib.Session.SaveFlow import SaveFlow
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.SliceBook import WAITING, SliceState
from AuxOLSegmentLib.Session.SliceInUse import SliceInUse
from AuxOLSegmentLib.Session.TaskDesk import TaskDesk
from AuxOLSegmentLib.Session.Teller import Teller


class NothingHere:
    """The user's word that the structure is not on a slice. ``foreign()``: prompts that are for another segment."""

    def __init__(
        self,
        selection: Selection,
        inUse: SliceInUse,
        proposals: Proposals,
        prompts: PromptReader,
        writer: SegmentWriter,
        saving: SaveFlow,
        desk: TaskDesk,
        teller: Teller,
        foreign: Callable[[], set[str]],
    ) -> None:
        self._selection, self._inUse, self._proposals, self._prompts = selection, inUse, proposals, prompts
        self._writer, self._saving, self._desk, self._teller = writer, saving, desk, teller
        self._foreign = foreign

    def can(self) -> tuple[bool, str]:
        """Whether the slice on display can be saved as empty, and if not, why and what to do."""
        try:
            key = self._inUse.key()
        except AuxolError as error:
            return False, sentence(error)
        if not self._desk.task:
            return False, _("Choose or name a task first: what is being learned")
        if not self._selection.markOn(key).empty and not self._isOurs(key):
            return False, _("Your segment is on this slice. Erase it here first, then press Nothing here")
        if self._isSaid(key):
            return False, _("It is saved already that nothing is here")
        return True, ""

    def _isOurs(self, key: SliceKey) -> bool:
        """Whether all that the segment has there was accepted, not touched since, and not saved."""
        record = self._selection.book.get(key)
        if record is None or record.state not in WAITING or record.correctionID:
            return False
        return bool(record.ours) and record.ours == self._selection.digestOn(key)

    def _isSaid(self, key: SliceKey) -> bool:
        record = self._selection.book.get(key)
        if record is None or not record.nothing or self._proposals.on(key):
            return False
        waits = record.state is not SliceState.SAVED and bool(record.correctionID)
        return self._saving.isSaved(key) or waits

    def say(self) -> bool:
        """Save the slice on display as empty: the engine learns that the structure is not there."""
        self._saving.look()  # an undo of this moment counts, too
        can, why = self.can()
        if not can:
            self._inUse.nothingDone(why)
            return False
        key = self._inUse.key()
        self._inUse.useViewOf(key)
        if not self._selection.markOn(key).empty and not self._isTakenBack(key):
            why = _("The Segment Editor's masking keeps what is on this slice. Switch it off, then press Nothing here")
            self._inUse.nothingDone(why)
            return False
        # Not dismissed: what the engine is told is that they are wrong.
        refused = [shown.proposalID for shown in self._proposals.take(key)]
        record = self._selection.book.of(key)
        record.emptied(refused, self._selection.digestOn(key))
        self._prompts.removeOn(key, self._foreign())
        self._saving.teach(record)
        self._teller.tell("slices")
        return True

    def _isTakenBack(self, key: SliceKey) -> bool:
        """Take out of the segment what was accepted there, as one undo step; whether the slice is empty then."""
        removed = self._writer.removeMask(self._selection.maskOn(key), key, *self._selection.inputs)
        return removed and self._selection.markOn(key).empty
