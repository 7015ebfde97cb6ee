"""What the Segment Editor allows, asked for one box: editable area, editable intensity range, overwrite mode.

The same rules as vtkMRMLSegmentationNode::GenerateEditMask and vtkSlicerSegmentEditorLogic::ModifySegmentByLabelmap
apply, which make them for the whole volume; a test compares the two.
"""

from __future__ import annotations

import numpy as np
import slicer
from slicer.i18n import tr as _

from auxol_core.errors import InvalidInputError
from auxol_core.types import BoolArray
from AuxOLSegmentLib.Scene.Geometry import (
    inExtent,
    integerShift,
    intersection,
    orientedImage,
    shifted,
    volumeLattice,
    voxels,
)
from AuxOLSegmentLib.Scene.SegmentReader import readRegion


def editableRegion(
    editorNode: slicer.vtkMRMLSegmentEditorNode | None,
    segmentationNode: slicer.vtkMRMLSegmentationNode,
    segmentID: str,
    volumeNode: slicer.vtkMRMLVolumeNode,
    lattice: np.ndarray,
    extent: tuple[int, ...],
) -> BoolArray:
    """Where ``segmentID`` may be edited, (k, j, i) of ``extent``.

    ``volumeNode`` stands in where the editor has no source volume.
    """
    allowed = np.ones([extent[2 * p + 1] - extent[2 * p] + 1 for p in (2, 1, 0)], dtype=bool)
    if editorNode is None:
        return allowed
    area = _editableArea(editorNode, segmentationNode, segmentID)
    if area is not None:
        inside, segmentIDs = area
        covered = np.zeros_like(allowed)
        for other in segmentIDs:
            covered |= readRegion(segmentationNode, other, lattice, extent)
        allowed = covered if inside else ~covered
    if editorNode.GetSourceVolumeIntensityMask():
        low, high = editorNode.GetSourceVolumeIntensityMaskRange()
        values = _intensities(editorNode.GetSourceVolumeNode() or volumeNode, segmentationNode, lattice, extent)
        allowed &= (values >= low) & (values <= high)
    return allowed


def _editableArea(
    editorNode: slicer.vtkMRMLSegmentEditorNode, segmentationNode: slicer.vtkMRMLSegmentationNode, segmentID: str
) -> tuple[bool, list[str]] | None:
    """(inside or outside, of which segments); None: everywhere."""
    modes = slicer.vtkMRMLSegmentationNode
    mode = editorNode.GetMaskMode()
    if mode == modes.EditAllowedEverywhere:
        return None
    everyone, visible = segmentIDs(segmentationNode), visibleSegments(segmentationNode)
    if mode == modes.EditAllowedInsideSingleSegment:
        return True, [other for other in everyone if other == editorNode.GetMaskSegmentID()]
    if mode == modes.EditAllowedInsideAllSegments:
        return True, everyone
    if mode == modes.EditAllowedInsideVisibleSegments:
        return True, visible
    if mode == modes.EditAllowedOutsideAllSegments:
        return False, [other for other in everyone if other != segmentID]
    if mode == modes.EditAllowedOutsideVisibleSegments:
        return False, [other for other in visible if other != segmentID]
    raise InvalidInputError(
        _("This version of the module does not know the editor's editable area ({mode}). Choose another area.").format(
            mode=mode
        )
    )


def overwrittenSegments(
    editorNode: slicer.vtkMRMLSegmentEditorNode | None, segmentationNode: slicer.vtkMRMLSegmentationNode, segmentID: str
) -> list[str]:
    """The segments that give way where ``segmentID`` grows."""
    if editorNode is None or editorNode.GetOverwriteMode() == editorNode.OverwriteNone:
        return []
    visibleOnly = editorNode.GetOverwriteMode() == editorNode.OverwriteVisibleSegments
    candidates = visibleSegments(segmentationNode) if visibleOnly else segmentIDs(segmentationNode)
    return [other for other in candidates if other != segmentID]


def segmentIDs(segmentationNode: slicer.vtkMRMLSegmentationNode) -> list[str]:
    return list(segmentationNode.GetSegmentation().GetSegmentIDs())


def visibleSegments(segmentationNode: slicer.vtkMRMLSegmentationNode) -> list[str]:
    display = segmentationNode.GetDisplayNode()
    if display is None:
        return []
    return [segmentID for segmentID in segmentIDs(segmentationNode) if display.GetSegmentVisibility(segmentID)]


def _intensities(
    volumeNode: slicer.vtkMRMLVolumeNode,
    segmentationNode: slicer.vtkMRMLSegmentationNode,
    lattice: np.ndarray,
    extent: tuple[int, ...],
) -> np.ndarray:
    """The volume (first component) in a box of the segmentation's lattice as the editor sees it: linear in between."""
    image, stored = volumeNode.GetImageData(), volumeLattice(volumeNode, segmentationNode)
    background = volumeNode.GetImageBackgroundScalarComponentAsDouble(0)
    shift = integerShift(lattice, stored, [max(abs(extent[2 * p]), abs(extent[2 * p + 1])) for p in range(3)])
    if shift is not None:
        values = np.full([extent[2 * p + 1] - extent[2 * p] + 1 for p in (2, 1, 0)], background)
        wanted = shifted(extent, shift)
        shared = intersection(wanted, image.GetExtent())
        if shared is not None:
            part = slicer.util.arrayFromVolume(volumeNode)[inExtent(image.GetExtent(), shared)]
            values[inExtent(wanted, shared)] = part[..., 0] if part.ndim == 4 else part
        return values
    source, result = orientedImage(stored, image.GetExtent()), slicer.vtkOrientedImageData()
    source.GetPointData().ShallowCopy(image.GetPointData())
    reference = orientedImage(lattice, extent)
    slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(
        source, reference, result, True, False, None, background
    )
    values = voxels(result)
    return values[..., 0] if values.ndim == 4 else values
