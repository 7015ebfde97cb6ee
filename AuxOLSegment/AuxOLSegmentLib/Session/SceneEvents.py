"""What the scene does to a session: segments edited, effects begun, nodes deleted, scenes saved and closed."""

from typing import Any

import slicer
from slicer.i18n import tr as _

from AuxOLSegmentLib.Engine.Async import Tasks
from AuxOLSegmentLib.Scene.SegmentWriter import SegmentWriter
from AuxOLSegmentLib.Session.Inputs import Inputs
from AuxOLSegmentLib.Session.Keeper import Keeper
from AuxOLSegmentLib.Session.PromptFlow import PromptFlow
from AuxOLSegmentLib.Session.Proposals import Proposals
from AuxOLSegmentLib.Session.SaveFlow import SaveFlow
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.SliceBook import Books
from AuxOLSegmentLib.Session.TaskDesk import TaskDesk
from AuxOLSegmentLib.Session.Teller import Teller
from AuxOLSegmentLib.Session.VolumeFlow import VolumeFlow


class SceneEvents:
    """SceneWatcher's handler."""

    def __init__(
        self,
        settings: Any,
        selection: Selection,
        books: Books,
        proposals: Proposals,
        writer: SegmentWriter,
        prompting: PromptFlow,
        saving: SaveFlow,
        volumes: VolumeFlow,
        inputs: Inputs,
        keeper: Keeper,
        desk: TaskDesk,
        tasks: Tasks,
        teller: Teller,
    ) -> None:
        self._settings, self._selection, self._books, self._proposals = settings, selection, books, proposals
        self._writer, self._prompting, self._saving, self._volumes = writer, prompting, saving, volumes
        self._inputs, self._keeper, self._desk, self._tasks, self._teller = inputs, keeper, desk, tasks, teller

    def segmentLooked(self) -> None:
        """A segment was changed or a view was scrolled a moment ago: what is on display now was seen."""
        self._inputs.followSegment()
        if self._selection.whyNot() or self._writer.writing:
            return
        self._saving.look()
        if self._isCompleted() and self._settings.saveOnCompleted:
            self._saving.saveAllReviewed()
        self._teller.tell("slices")

    def _isCompleted(self) -> bool:
        segment, logic = self._selection.segment, slicer.vtkSlicerSegmentationsModuleLogic
        return segment is not None and logic.GetSegmentStatus(segment) == logic.Completed

    def effectBegun(self) -> None:
        """The user took up an editing effect: what is proposed on this slice is theirs now."""
        self._prompting.prompts.stop()  # or a drag would draw a box where the user means to paint
        if self._settings.acceptOnEffect:
            self._volumes.acceptWhatIsShown()

    def imageChanged(self, sameGrid: bool) -> None:
        """The chosen volume has other pixels, such as the next frame of a sequence. Where they lie elsewhere, as after
        it was cropped, prompts are of pixels that are not there."""
        if self._selection.volume is not None:
            self._volumes.cancel()  # what is on its way is of the pixels before
            self._prompting.imageChanged(self._selection.volume.GetID(), sameGrid)

    def volumeMoved(self) -> None:
        """The chosen volume's voxels lie elsewhere: what is marked and proposed on them goes along."""
        if not self._selection.whyNotMark():
            self._prompting.prompts.volumeMoved()
            self._proposals.redraw(self._selection.volume.GetID())
            self._teller.tell("slices")

    def volumeChanged(self) -> None:
        """What was wrong with the chosen volume may be mended, or something may be wrong now."""
        self._inputs.followVolume()

    def segmentationReplaced(self) -> None:
        """The chosen segment may be another one under the same name."""
        self._inputs.followSegment()

    def nodeRemoved(self, nodeID: str) -> None:
        """A node is about to go."""
        self._saving.finish()
        volume, segmentation, segmentID = self._selection.inputs
        if volume is not None and nodeID == volume.GetID():
            volume = None
        if segmentation is not None and nodeID == segmentation.GetID():
            segmentation, segmentID = None, ""
        self._inputs.choose(volume, segmentation, segmentID)
        self._inputs.forget(nodeID)
        self._proposals.dropVolume(nodeID)
        self._proposals.dropSegmentation(nodeID)
        for book in self._books.all():
            book.dropVolume(nodeID)
        self._books.dropSegmentation(nodeID)

    def sceneSaved(self) -> None:
        """The scene was saved: save what was reviewed, and say what was not."""
        if self._settings.saveOnSceneSave:
            self._saving.saveAllReviewed()
        pending = len(self._proposals.slices())
        if pending:
            self._teller.say(
                _("{count} slices have proposals that nobody has reviewed; they are not in the segment").format(
                    count=pending
                ),
                "warning",
            )

    def sceneClosed(self) -> None:
        """Everything of the scene goes."""
        self._saving.finish()
        self._keeper.parameters = None
        self._volumes.cancel()
        self._tasks.cancelAll()
        self._desk.choose("")
        self._prompting.forgetAll()
        self._proposals.clear()
        self._books.clear()
        self._inputs.choose(None, None, "")
        self._inputs.forget()
        self._teller.say("")  # what was said was about this scene; what the user saved goes on its way all the same
