"""What is worked on: the chosen volume and segment, the segment's records, and its masks slice by slice."""

from typing import Any

import slicer
from slicer.i18n import tr as _

from auxol_core.errors import InvalidInputError
from auxol_core.types import BoolArray
from AuxOLSegmentLib.Machine.Messages import sentence
from AuxOLSegmentLib.Scene.Geometry import volumeLattice
from AuxOLSegmentLib.Scene.SegmentReader import idsOf, maskOnSlice, segmentationProblem, slicesShared
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, displayedSlices, sliceCount, sliceStamp, volumeProblem
from AuxOLSegmentLib.Session.SliceBook import Books, SliceBook
from AuxOLSegmentLib.Session.SliceMarks import SliceMark, SliceMarks


class Selection:
    """``volume`` and ``segmentation`` are nodes, None where nothing is chosen; ``segmentID`` is '' then."""

    def __init__(self, books: Books) -> None:
        self.volume: Any = None
        self.segmentation: Any = None
        self.segmentID = ""
        self._books = books
        self._marks = SliceMarks()

    def choose(self, volume: Any, segmentation: Any, segmentID: str) -> None:
        """Work on these from now on."""
        self.volume, self.segmentation, self.segmentID = volume, segmentation, segmentID

    @property
    def inputs(self) -> tuple[Any, Any, str]:
        """Volume, segmentation and segment; to see later whether the user went on to something else."""
        return self.volume, self.segmentation, self.segmentID

    @property
    def ids(self) -> tuple[str, str]:
        """Those of the segmentation and of the segment in it, '' where there is none."""
        return idsOf(self.segmentation, self.segmentID)

    @property
    def segment(self) -> Any:
        """The chosen vtkSegment; None where none is chosen or it is gone."""
        return None if self.segmentation is None else self.segmentation.GetSegmentation().GetSegment(self.segmentID)

    @property
    def book(self) -> SliceBook:
        """The records of the chosen segment."""
        return self._books.of(*self.ids)

    def whyNotMark(self) -> str:
        """Why nothing can be marked on the volume; '' where it can. A segment is made for the first mark."""
        return _("Choose a volume first") if self.volume is None else volumeProblem(self.volume)

    def whyNot(self) -> str:
        """Why no prompt can be answered now; '' where one can."""
        if problem := self.whyNotMark():
            return problem
        if self.segment is None:
            return _("No segment is chosen: the first prompt makes one")
        if problem := segmentationProblem(self.segmentation):
            return problem
        try:
            volumeLattice(self.volume, self.segmentation)
        except InvalidInputError as error:  # a non-linear transform lies between the two
            return sentence(error)
        return ""

    def displayed(self) -> list[SliceKey]:
        """The slices of the volume that are on display in any view."""
        return [] if self.volume is None else displayedSlices(self.volume)

    def holds(self, key: SliceKey) -> bool:
        """Whether the volume has that slice; one that was cropped in place may not."""
        volume = _volumeOf(key)
        return volume is not None and key.index < sliceCount(volume, key.axis)

    def pixelsOn(self, key: SliceKey) -> object:
        """A stamp of the image on a slice: equal ones, equal pixels."""
        volume = _volumeOf(key)
        return None if volume is None else sliceStamp(volume, key)

    def placeOn(self, key: SliceKey) -> object:
        """A stamp of what a mask on a slice is drawn over: equal ones, and another mask there is somebody's edit.
        Other ones: another frame of a sequence, a moved or cropped volume, a segment in the place of another."""
        lattice = volumeLattice(_volumeOf(key), self.segmentation).round(6).tobytes()
        return self.pixelsOn(key), lattice, str(self.segment.__this__)

    # The segment on a slice

    def maskOn(self, key: SliceKey) -> BoolArray:
        """The chosen segment's mask on a slice, (rows, columns) bool."""
        return maskOnSlice(self.segmentation, self.segmentID, _volumeOf(key), key.axis, key.index)

    def markOn(self, key: SliceKey) -> SliceMark:
        """What tells that mask from another; it is read where it was changed since it was last asked for."""
        return self._marks.of(self.segmentation, self.segmentID, _volumeOf(key), key)

    def digestOn(self, key: SliceKey) -> str:
        """A mark of that mask: equal marks, equal masks."""
        return self.markOn(key).digest

    def isMarked(self, key: SliceKey) -> bool:
        """Whether that mark is known without reading."""
        return self._marks.has(self.segmentation, self.segmentID, _volumeOf(key), key)

    def sharedBeside(self, axis: int) -> int:
        """As SegmentReader.slicesShared."""
        return slicesShared(self.segmentation, self.segmentID, self.volume, axis)

    def occupied(self, axis: int) -> list[int]:
        """Indices of the chosen volume's slices along ``axis`` that have a voxel of the segment."""
        return self._marks.occupied(self.segmentation, self.segmentID, self.volume, axis)


def _volumeOf(key: SliceKey) -> Any:
    return slicer.mrmlScene.GetNodeByID(key.volumeID)
