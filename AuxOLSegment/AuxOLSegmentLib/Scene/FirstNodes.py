"""What work begins with: the volume that is on display, the segmentation that belongs to it, or new ones."""

from __future__ import annotations

from typing import Any

import slicer
from slicer.i18n import tr as _

from AuxOLSegmentLib.Scene.VolumeReader import volumeProblem

# Of no use here, and not in the panel's selector.
_OTHER_VOLUMES = (
    "vtkMRMLLabelMapVolumeNode",
    "vtkMRMLDiffusionWeightedVolumeNode",
    "vtkMRMLDiffusionTensorVolumeNode",
)
BEGUN = "AuxOLSegment.Begun"  # a node attribute: this segmentation was made here, for its reference volume


def volumeToBegin() -> Any:
    """The volume on display in the slice views, one that can be segmented before others; where none is on display, the
    scene's only one; else None: the user has to say which."""
    shown = [volume for volume in _onDisplay() if _isImage(volume)]
    if shown:
        return next((volume for volume in shown if not volumeProblem(volume)), shown[0])
    volumes = [volume for volume in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode") if _isImage(volume)]
    return volumes[0] if len(volumes) == 1 else None


def _onDisplay() -> list[Any]:
    """Background volumes of the slice views; those of views in the layout first."""
    views = slicer.util.getNodesByClass("vtkMRMLSliceNode")
    found = []
    for view in sorted(views, key=lambda view: not view.IsViewVisibleInLayout()):
        composite = slicer.vtkMRMLSliceLogic.GetSliceCompositeNode(view)
        volume = None if composite is None else slicer.mrmlScene.GetNodeByID(composite.GetBackgroundVolumeID() or "")
        if volume is not None and volume not in found:
            found.append(volume)
    return found


def _isImage(volume: Any) -> bool:
    isImage = volume.IsA("vtkMRMLScalarVolumeNode") and not volume.GetHideFromEditors()
    return isImage and not any(volume.IsA(kind) for kind in _OTHER_VOLUMES)


def segmentationOf(volume: Any, strictly: bool = False) -> Any:
    """The first segmentation that a person made of this volume or, unless ``strictly``, of none; None where there is
    no such."""
    role = slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
    nodes = [node for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode") if not node.GetHideFromEditors()]
    for wanted in (volume,) if strictly else (volume, None):
        for node in nodes:
            if node.GetNodeReference(role) is wanted:
                return node
    return None


def newSegmentation(volume: Any) -> Any:
    """A segmentation of this volume, without a segment."""
    name = _("{volume} segmentation").format(volume=volume.GetName())
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    node.SetAttribute(BEGUN, "1")
    return node


def newSegment(segmentation: Any) -> str:
    """Add an empty segment; its ID. No two that are made so have one name: a task is suggested from it."""
    segments = segmentation.GetSegmentation()
    known = {segments.GetSegment(segmentID).GetName() for segmentID in segments.GetSegmentIDs()}
    first = _("Segment")
    names = (first if number == 1 else f"{first}_{number}" for number in range(1, len(known) + 2))
    return str(segments.AddEmptySegment("", next(name for name in names if name not in known)))


def belongsElsewhere(segmentation: Any, volume: Any) -> bool:
    """Whether it was made here for another volume, and nothing is in it: nobody means that one when they go to
    ``volume``."""
    if segmentation is None or volume is None or segmentation.GetAttribute(BEGUN) is None:
        return False
    role = slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
    other = segmentation.GetNodeReference(role)
    return other is not None and other is not volume and not _hasVoxels(segmentation)


def _hasVoxels(segmentation: Any) -> bool:
    for segmentID in segmentation.GetSegmentation().GetSegmentIDs():
        labelmap = segmentation.GetBinaryLabelmapInternalRepresentation(segmentID)
        if labelmap is not None and not labelmap.IsEmpty():
            return True
    return False
