"""Segments that are made or renamed here get the codes of their name, so that DICOM SEG says what they are.

What the user chose in Slicer's terminology selector is never touched, and a name that is no structure's leaves things
as they are. Codes that came from a name follow the name.
"""

from __future__ import annotations

from typing import Any

import slicer

from AuxOLSegmentLib.Scene.Observing import Observing
from AuxOLSegmentLib.Scene.SegmentTag import tagOf
from AuxOLSegmentLib.Scene.Terminology import isDefault, structureNamed

OURS = "AuxOL.Terminology"  # tag of a segment: the entry that was written here


class SegmentCodes(Observing):
    """Follows the segments of one segmentation; ``close`` ends it."""

    def __init__(self) -> None:
        Observing.__init__(self)
        self._segmentation: Any = None
        self._names: dict[str, str] = {}

    def follow(self, segmentationNode: Any) -> None:
        """This one's, or none. Those in it are somebody's, but for the empty ones, which are being made."""
        self.removeObservers()
        self._segmentation = None if segmentationNode is None else segmentationNode.GetSegmentation()
        self._names = {}
        if self._segmentation is None:
            return
        kind = slicer.vtkSegmentation
        for event in (kind.SegmentAdded, kind.SegmentModified):
            self.addObserver(self._segmentation, event, self._changed)
        self._names = self._namesNow()
        for segment in map(self._segmentation.GetSegment, self._names):
            if _isEmpty(self._segmentation, segment):
                giveCodes(segment)

    def _changed(self, _caller: Any, _event: Any) -> None:
        before, self._names = self._names, self._namesNow()
        for segmentID, name in self._names.items():
            if before.get(segmentID) != name:
                giveCodes(self._segmentation.GetSegment(segmentID))

    def _namesNow(self) -> dict[str, str]:
        names = {}
        for at in range(self._segmentation.GetNumberOfSegments()):
            segment = self._segmentation.GetNthSegment(at)
            names[self._segmentation.GetNthSegmentID(at)] = segment.GetName() or ""
        return names

    def close(self) -> None:
        """Follow none any more."""
        self.follow(None)


def giveCodes(segment: Any) -> None:
    """The codes of its name, unless somebody else has said what it is."""
    entry, ours = segment.GetTerminology(), tagOf(segment, OURS)
    if not isDefault(entry) and entry != ours:
        return
    structure = structureNamed(segment.GetName() or "")
    if structure is not None:
        wanted = structure.entry
    else:
        wanted = slicer.vtkSegment().GetTerminology() if entry == ours else entry
    if wanted != entry:
        segment.SetTag(OURS, wanted if structure is not None else "")
        segment.SetTerminology(wanted)


def _isEmpty(segmentation: Any, segment: Any) -> bool:
    stored = segment.GetRepresentation(segmentation.GetSourceRepresentationName())
    return stored is None or stored.GetNumberOfPoints() == 0
