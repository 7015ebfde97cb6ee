"""Reads segments in regions: one slice costs one slice, however large the segmentation is.

A labelmap may be cropped to what is in it, shared by several segments, or lie on a lattice other than the volume's;
then the nearest voxel counts, as everywhere in Slicer.
"""

from __future__ import annotations

import hashlib

import numpy as np
import slicer
from slicer.i18n import tr as _

from auxol_core.errors import InvalidInputError
from auxol_core.types import BoolArray
from AuxOLSegmentLib.Scene.Geometry import (
    SAME_VOXEL,
    SLICE_ROW_COLUMN,
    imageLattice,
    inExtent,
    integerShift,
    intersection,
    orientedImage,
    shifted,
    sliceExtent,
    volumeLattice,
    voxels,
)
from AuxOLSegmentLib.Scene.MaskPlacement import halfThickness
from AuxOLSegmentLib.Scene.VolumeReader import sliceCount, sliceShape


def idsOf(segmentationNode: slicer.vtkMRMLSegmentationNode | None, segmentID: str) -> tuple[str, str]:
    """What a segment is kept under: who keeps the node instead keeps its voxels after it was removed."""
    return "" if segmentationNode is None else str(segmentationNode.GetID()), segmentID


def segmentOf(segmentationNode: slicer.vtkMRMLSegmentationNode, segmentID: str) -> slicer.vtkSegment:
    """The segment, whose voxels can be read and written; InvalidInputError if there is none such."""
    segmentation = segmentationNode.GetSegmentation() if segmentationNode is not None else None
    segment: slicer.vtkSegment | None = (
        segmentation.GetSegment(segmentID) if segmentation is not None and segmentID else None
    )
    if segment is None:
        raise InvalidInputError(_("The segment is no longer there. Choose or add a segment."))
    if problem := segmentationProblem(segmentationNode):
        raise InvalidInputError(problem)
    return segment


def segmentationProblem(segmentationNode: slicer.vtkMRMLSegmentationNode) -> str:
    """Why its segments cannot be read and written, as one sentence for the user; '' if they can. A structure set of
    radiotherapy comes as surfaces."""
    stored = segmentationNode.GetSegmentation().GetSourceRepresentationName()
    if stored == slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName():
        return ""
    text = _("The segmentation {name} is stored as {kind}. Convert it to binary labelmap in module Segmentations.")
    return text.format(name=segmentationNode.GetName(), kind=stored)


def labelmapOf(
    segmentationNode: slicer.vtkMRMLSegmentationNode, segmentID: str
) -> tuple[slicer.vtkOrientedImageData | None, int]:
    """The labelmap that holds a segment, not copied (None: nothing in it yet), and the segment's value there."""
    segment = segmentOf(segmentationNode, segmentID)
    name = slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
    image = segment.GetRepresentation(name)
    return (image if image is not None and voxels(image).size else None), segment.GetLabelValue()


def segmentLattice(segmentationNode: slicer.vtkMRMLSegmentationNode, segmentID: str) -> np.ndarray | None:
    """IJK to the segmentation's coordinates of the lattice that a segment is stored on.

    For an empty segment the one that the editor would use: the reference geometry, else that of another segment;
    None: there is none yet.
    """
    image, _value = labelmapOf(segmentationNode, segmentID)
    if image is not None:
        return imageLattice(image)
    geometry = slicer.vtkSlicerSegmentEditorLogic.GetReferenceImageGeometryStringFromSegmentation(
        segmentationNode.GetSegmentation()
    )
    reference = slicer.vtkOrientedImageData()
    if not geometry or not slicer.vtkSegmentationConverter.DeserializeImageGeometry(geometry, reference, False):
        return None
    return imageLattice(reference)


def slicesShared(
    segmentationNode: slicer.vtkMRMLSegmentationNode,
    segmentID: str,
    volumeNode: slicer.vtkMRMLVolumeNode,
    axis: int,
) -> int:
    """How many slices away one voxel of the segment may still be seen; 0 where voxels are no thicker than slices."""
    lattice = segmentLattice(segmentationNode, segmentID)
    if lattice is None:
        return 0
    half = halfThickness(np.linalg.solve(volumeLattice(volumeNode, segmentationNode), lattice), axis)
    return 0 if half < 0.5 + 1e-6 else int(np.ceil(2 * half))


def readRegion(
    segmentationNode: slicer.vtkMRMLSegmentationNode, segmentID: str, lattice: np.ndarray, extent: tuple[int, ...]
) -> BoolArray:
    """The segment in a box of a lattice (IJK to the segmentation's own coordinates): (k, j, i) of ``extent``."""
    image, value = labelmapOf(segmentationNode, segmentID)
    region = np.zeros([extent[2 * p + 1] - extent[2 * p] + 1 for p in (2, 1, 0)], dtype=bool)
    if image is None:
        return region
    shift = integerShift(
        lattice, imageLattice(image), [max(abs(extent[2 * p]), abs(extent[2 * p + 1])) for p in range(3)]
    )
    if shift is None:
        resampled: BoolArray = _resampled(image, lattice, extent) == value
        return resampled
    wanted = shifted(extent, shift)
    shared = intersection(wanted, image.GetExtent())
    if shared is not None:
        region[inExtent(wanted, shared)] = voxels(image)[inExtent(image.GetExtent(), shared)] == value
    return region


def _resampled(image: slicer.vtkOrientedImageData, lattice: np.ndarray, extent: tuple[int, ...]) -> np.ndarray:
    """The nearest voxels of ``image`` in a box of another lattice; 0 outside."""
    result = slicer.vtkOrientedImageData()
    slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(
        image, orientedImage(lattice, extent), result, False
    )
    return voxels(result)


def maskOnSlice(
    segmentationNode: slicer.vtkMRMLSegmentationNode,
    segmentID: str,
    volumeNode: slicer.vtkMRMLVolumeNode,
    axis: int,
    index: int,
) -> BoolArray:
    """The segment on one slice of the volume, (rows, cols) of SliceKey; zeros where nothing is. Errors as segmentOf."""
    rows, cols = sliceShape(volumeNode, axis)
    extent = sliceExtent(axis, index, (0, rows), (0, cols))
    return readRegion(segmentationNode, segmentID, volumeLattice(volumeNode, segmentationNode), extent).reshape(
        rows, cols
    )


def occupiedSlices(
    segmentationNode: slicer.vtkMRMLSegmentationNode, segmentID: str, volumeNode: slicer.vtkMRMLVolumeNode, axis: int
) -> list[int]:
    """Indices of the volume's slices that have a voxel of the segment, in order."""
    image, value = labelmapOf(segmentationNode, segmentID)
    if image is None:
        return []
    lattice, stored = volumeLattice(volumeNode, segmentationNode), imageLattice(image)
    shift = integerShift(stored, lattice, volumeNode.GetImageData().GetDimensions())
    if shift is None:
        return _occupiedElsewhere(image, value, np.linalg.solve(lattice, stored), axis, sliceCount(volumeNode, axis))
    extent = shifted(image.GetExtent(), shift)
    shared = intersection(extent, volumeNode.GetImageData().GetExtent())
    if shared is None:
        return []
    labels = voxels(image)[inExtent(extent, shared)]
    first = shared[2 * SLICE_ROW_COLUMN[axis][0]]
    return [int(index) for index in _occupiedPlanes(labels, value, axis) + first]


def _occupiedPlanes(labels: np.ndarray, value: int, axis: int) -> np.ndarray:
    """Where along ``axis`` of ``labels`` (k, j, i) the value is.

    Plane by plane in the order of memory: a whole comparison needs as much memory again, columns across planes 40
    times the time.
    """
    occupied = np.zeros(labels.shape[axis], dtype=bool)
    for k, plane in enumerate(labels):
        here = plane == value
        if axis == 0:
            occupied[k] = here.any()
        else:
            occupied |= here.any(axis=2 - axis)
    return np.flatnonzero(occupied)


def _occupiedElsewhere(
    image: slicer.vtkOrientedImageData, value: int, toVolume: np.ndarray, axis: int, count: int
) -> list[int]:
    labels, extent = voxels(image), image.GetExtent()
    row = toVolume[SLICE_ROW_COLUMN[axis][0]]
    along = int(np.argmax(np.abs(row[:3])))
    far = [max(abs(extent[2 * at]), abs(extent[2 * at + 1])) for at in range(3)]
    drift = sum(abs(row[at]) * far[at] for at in range(3) if at != along)
    if drift < SAME_VOXEL:  # as of a PET beside its CT: of twenty million voxels the planes say enough
        middle = row[along] * (_occupiedPlanes(labels, value, 2 - along) + extent[2 * along]) + row[3]
    else:
        k, j, i = np.nonzero(labels == value)
        middle = row[0] * (i + extent[0]) + row[1] * (j + extent[2]) + row[2] * (k + extent[4]) + row[3]
    half = halfThickness(toVolume, axis)
    # +1 where a voxel's reach begins, -1 behind its end, summed up: how many voxels reach into each slice.
    begins = np.clip(np.ceil(middle - half), 0, count).astype(int)
    ends = np.clip(np.ceil(middle + half), 0, count).astype(int)
    change = np.bincount(begins, minlength=count + 1) - np.bincount(ends, minlength=count + 1)
    return [int(index) for index in np.flatnonzero(np.cumsum(change)[:count])]


def maskDigest(mask: BoolArray) -> str:
    """SHA-256 of a mask's shape and content."""
    pixels = np.asarray(mask, dtype=bool)
    return hashlib.sha256(str(pixels.shape).encode() + np.packbits(pixels).tobytes()).hexdigest()
