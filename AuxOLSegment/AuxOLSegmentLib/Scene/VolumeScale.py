"""What is known of a volume's greys: its modality and the range of what was measured, sent along with its slices."""

from __future__ import annotations

import slicer

from auxol_core.errors import InvalidInputError
from auxol_core.scales import SAMPLED, GreyScale

MODALITY = "DICOM.Modality"  # vtkMRMLSubjectHierarchyConstants::GetDICOMModalityAttributeName()
_known: dict[str, tuple[int, GreyScale | None]] = {}


def volumeScale(volumeNode: slicer.vtkMRMLVolumeNode) -> GreyScale | None:
    """The scale of a volume that has an image; None where its numbers tell none. Read anew when its voxels change: a
    sample of them, which takes some 20 ms however large the volume is."""
    image, nodeID = volumeNode.GetImageData(), volumeNode.GetID()
    if nodeID in _known and _known[nodeID][0] == image.GetMTime():
        return _known[nodeID][1]
    scale: GreyScale | None
    try:
        voxels = slicer.util.arrayFromVolume(volumeNode)
        scale = GreyScale.of(voxels, modalityOf(volumeNode), whole=True, most=SAMPLED)
    except InvalidInputError:  # of numbers beyond all that is measured
        scale = None
    _known.clear()  # of the one that is worked on
    _known[nodeID] = (image.GetMTime(), scale)
    return scale


def modalityOf(volumeNode: slicer.vtkMRMLVolumeNode) -> str:
    """The modality as DICOM has it (CT, MR), from the volume's own item or the series that it lies in; '' where nobody
    says."""
    hierarchy = slicer.mrmlScene.GetSubjectHierarchyNode()
    item = 0 if hierarchy is None else hierarchy.GetItemByDataNode(volumeNode)
    return str(hierarchy.GetAttributeFromItemAncestor(item, MODALITY) or "").strip() if item else ""
