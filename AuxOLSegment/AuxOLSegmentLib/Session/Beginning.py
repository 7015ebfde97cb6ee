"""What a first prompt makes where nothing was chosen: a segmentation of the volume, and a segment in it."""

from collections.abc import Callable
from typing import Any

from AuxOLSegmentLib.Scene.FirstNodes import newSegment, newSegmentation, segmentationOf
from AuxOLSegmentLib.Scene.SegmentWriter import SegmentWriter
from AuxOLSegmentLib.Scene.VolumeReader import volumeProblem
from AuxOLSegmentLib.Session.Selection import Selection


class Beginning:
    """``choose(volume, segmentation, segmentID)`` has a session work on them."""

    def __init__(
        self, selection: Selection, writer: SegmentWriter, choose: Callable[[Any, Any, str], None]
    ) -> None:
        self._selection, self._writer, self._choose = selection, writer, choose

    def make(self) -> None:
        """Make what is missing for a proposal to have a place; nothing where there is no volume for it."""
        selection = self._selection
        volume, segmentation = selection.volume, selection.segmentation
        if selection.segment is not None or volumeProblem(volume):
            return
        if segmentation is None:
            segmentation = segmentationOf(volume, strictly=True) or newSegmentation(volume)
        elif self._writer.saveStateForUndo is not None:
            self._writer.saveStateForUndo()  # as the editor's own Add does
        segmentID = newSegment(segmentation)
        self._tellEditor(volume, segmentation, segmentID)
        self._choose(volume, segmentation, segmentID)

    def _tellEditor(self, volume: Any, segmentation: Any, segmentID: str) -> None:
        """The Segment Editor works on it, too; the panel follows its node."""
        node = self._writer.editorNode
        if node is None:
            return
        wasModified = node.StartModify()
        node.SetAndObserveSegmentationNode(segmentation)
        node.SetAndObserveSourceVolumeNode(volume)
        node.SetSelectedSegmentID(segmentID)
        node.EndModify(wasModified)
        if node.GetSelectedSegmentID() != segmentID:  # its widget chooses the first segment of another segmentation
            node.SetSelectedSegmentID(segmentID)
