"""A segment's tags, which travel with it in the scene."""

from typing import Any

import slicer
import vtk


def tagOf(segment: Any, tag: str) -> str:
    """A tag of the segment; '' where it has none."""
    found = vtk.reference("")
    return str(found) if segment.GetTag(tag, found) else ""


def removeTag(tag: str, value: str) -> None:
    """Take a tag away from every segment of the scene that has this value there."""
    for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
        segmentation = node.GetSegmentation()
        for segmentID in segmentation.GetSegmentIDs():
            segment = segmentation.GetSegment(segmentID)
            if tagOf(segment, tag) == value:
                segment.RemoveTag(tag)
