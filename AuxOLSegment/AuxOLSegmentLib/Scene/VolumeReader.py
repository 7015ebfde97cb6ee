"""Volume node -> slice image, its place, and the way back: which slice a view shows, which pixel a click hit.

RAS is always the world's, so a linear parent transform of the volume is part of every conversion. Pixels are (row, col)
with the centre of the first one at (0, 0), as in auxol_core.types.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import slicer
import vtk
from slicer.i18n import tr as _

from auxol_core.errors import InvalidInputError
from auxol_core.types import MIN_SIDE, SliceImage
from AuxOLSegmentLib.Scene.Geometry import SLICE_ROW_COLUMN, apply, hasLinearTransform, nearest, volumeLattice
from AuxOLSegmentLib.Scene.VolumeScale import volumeScale

# A view counts as aligned while its plane leaves the middle of the slice by less than this part of a slice anywhere in
# the volume: then every pixel on display is of that one slice.
MAX_DRIFT = 0.25


@dataclass(frozen=True)
class SliceKey:
    """One slice of a volume. With ``array = slicer.util.arrayFromVolume(volume)``:

    axis 0: array[index] (rows j, columns i); axis 1: array[:, index] (rows k, columns i);
    axis 2: array[:, :, index] (rows k, columns j).
    """

    volumeID: str
    axis: int
    index: int


class ViewRefused(InvalidInputError):
    """What a slice view shows is not a slice of the volume. ``canRotate``: ``rotateToVolume`` mends it."""

    def __init__(self, message: str, viewName: str, canRotate: bool) -> None:
        super().__init__(message)
        self.viewName = viewName
        self.canRotate = canRotate


def volumeProblem(volumeNode: slicer.vtkMRMLVolumeNode | None) -> str:
    """Why this volume cannot be segmented, as one sentence for the user; '' if it can."""
    image = volumeNode.GetImageData() if volumeNode is not None else None
    if volumeNode is None or image is None or image.GetPointData().GetScalars() is None:
        return _("Choose a volume that has an image.")
    components = image.GetNumberOfScalarComponents()
    if components == 4:
        return _(
            "The volume has four components (colour with transparency). Load it again without transparency, as RGB."
        )
    if components not in (1, 3):
        return _("The volume has {count} components; choose a grey (1) or RGB (3) volume.").format(count=components)
    if sum(size >= MIN_SIDE for size in image.GetDimensions()) < 2:
        return _("The volume is only {size} voxels large; a slice needs at least {side} pixels a side.").format(
            size=" x ".join(str(size) for size in image.GetDimensions()), side=MIN_SIDE
        )
    if not hasLinearTransform(volumeNode):
        return _("The volume is under a non-linear transform. Harden the transform in the module Transforms.")
    return ""


def _array(volumeNode: slicer.vtkMRMLVolumeNode) -> np.ndarray:
    """The voxels (k, j, i[, components]), not copied."""
    if volumeNode is None or volumeNode.GetImageData() is None:
        raise InvalidInputError(_("The volume has no image. Choose another one."))
    return slicer.util.arrayFromVolume(volumeNode)


def sliceImage(volumeNode: slicer.vtkMRMLVolumeNode, axis: int, index: int) -> SliceImage:
    """A copy of one slice's pixels with their size in mm; InvalidInputError as SliceImage and volumeProblem say."""
    problem = volumeProblem(volumeNode)
    if problem:
        raise InvalidInputError(problem)
    if not 0 <= index < sliceCount(volumeNode, axis):
        raise InvalidInputError(
            _("The volume has the slices 0 to {last}, not {index}.").format(
                last=sliceCount(volumeNode, axis) - 1, index=index
            )
        )
    pixels = np.take(_array(volumeNode), index, axis=axis)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    _sliceAt, rowAt, colAt = SLICE_ROW_COLUMN[axis]
    lengths = np.linalg.norm(volumeLattice(volumeNode)[:3, :3], axis=0)
    spacing = (float(lengths[rowAt]), float(lengths[colAt]))
    return SliceImage(np.ascontiguousarray(pixels), spacing, volumeScale(volumeNode))


def sliceShape(volumeNode: slicer.vtkMRMLVolumeNode, axis: int) -> tuple[int, int]:
    """(rows, columns) of the slices along ``axis``."""
    dimensions = volumeNode.GetImageData().GetDimensions()
    _sliceAt, rowAt, colAt = SLICE_ROW_COLUMN[axis]
    return dimensions[rowAt], dimensions[colAt]


def sliceCount(volumeNode: slicer.vtkMRMLVolumeNode, axis: int) -> int:
    return int(volumeNode.GetImageData().GetDimensions()[SLICE_ROW_COLUMN[axis][0]])


def sliceStamp(volumeNode: slicer.vtkMRMLVolumeNode, key: SliceKey) -> tuple[str, int, int, int]:
    """Changes when the slice's pixels may have changed; equal stamps mean equal pixels."""
    return volumeNode.GetID(), imageStamp(volumeNode), key.axis, key.index


def imageStamp(volumeNode: slicer.vtkMRMLVolumeNode | None) -> int:
    """The same of all of its pixels; 0 where there are none."""
    image = None if volumeNode is None else volumeNode.GetImageData()
    return 0 if image is None else int(image.GetMTime())


def gridStamp(volumeNode: slicer.vtkMRMLVolumeNode | None) -> bytes:
    """The same of its size and of where its voxels lie, without its parent transform."""
    if volumeNode is None or volumeNode.GetImageData() is None:
        return b""
    matrix = vtk.vtkMatrix4x4()
    volumeNode.GetIJKToRASMatrix(matrix)
    placed = slicer.util.arrayFromVTKMatrix(matrix).round(9) + 0.0  # -0.0 is 0.0
    return bytes(placed.tobytes()) + repr(volumeNode.GetImageData().GetDimensions()).encode()


def pixelOfRas(
    volumeNode: slicer.vtkMRMLVolumeNode, axis: int, ras: tuple[float, float, float]
) -> tuple[float, float, float]:
    """(row, col, index) of a place, as fractions; it may lie outside the volume."""
    ijk = apply(np.linalg.inv(volumeLattice(volumeNode)), ras)
    sliceAt, rowAt, colAt = SLICE_ROW_COLUMN[axis]
    return float(ijk[rowAt]), float(ijk[colAt]), float(ijk[sliceAt])


def rasOfPixel(
    volumeNode: slicer.vtkMRMLVolumeNode, axis: int, index: float, row: float, col: float
) -> tuple[float, float, float]:
    """World RAS in mm of a pixel; fractions are places between the centres."""
    ijk = [0.0, 0.0, 0.0]
    for position, value in zip(SLICE_ROW_COLUMN[axis], (index, row, col), strict=True):
        ijk[position] = value
    right, anterior, superior = apply(volumeLattice(volumeNode), ijk)
    return float(right), float(anterior), float(superior)


def planeName(volumeID: str, axis: int) -> str:
    """How a reader calls the slices along ``axis``, by the volume's own direction."""
    volume = slicer.mrmlScene.GetNodeByID(volumeID)
    if volume is None or volumeProblem(volume):
        return _("Slice")
    here, next_ = (rasOfPixel(volume, axis, at, 0, 0) for at in (0, 1))
    steps = [abs(after - before) for before, after in zip(here, next_, strict=True)]
    return (_("Sagittal"), _("Coronal"), _("Axial"))[steps.index(max(steps))]


def sliceName(key: SliceKey) -> str:
    """As the review list calls it."""
    return f"{planeName(key.volumeID, key.axis)} {key.index}"


def _alignedAxis(sliceNode: slicer.vtkMRMLSliceNode, volumeNode: slicer.vtkMRMLVolumeNode) -> int | None:
    """The axis whose slices are parallel to the view's plane; None if there is none."""
    sliceToRas = slicer.util.arrayFromVTKMatrix(sliceNode.GetSliceToRAS())
    # How far one voxel's step along i, j and k goes through the view's plane.
    normal = np.cross(sliceToRas[:3, 0], sliceToRas[:3, 1])
    through = np.abs(normal @ volumeLattice(volumeNode)[:3, :3])
    dimensions = volumeNode.GetImageData().GetDimensions()
    for axis, (sliceAt, rowAt, colAt) in SLICE_ROW_COLUMN.items():
        drift = (through[rowAt] * (dimensions[rowAt] - 1) + through[colAt] * (dimensions[colAt] - 1)) / 2
        if through[sliceAt] > 0 and drift <= MAX_DRIFT * through[sliceAt]:
            return axis
    return None


def alignedSlice(sliceNode: slicer.vtkMRMLSliceNode, volumeNode: slicer.vtkMRMLVolumeNode) -> SliceKey:
    """The voxel slice that a view shows. ViewRefused if it is oblique to the voxels or beside the volume."""
    problem = volumeProblem(volumeNode)
    if problem:
        raise InvalidInputError(problem)
    name = _viewName(sliceNode)
    axis = _alignedAxis(sliceNode, volumeNode)
    if axis is None:
        raise ViewRefused(
            _("The view {name} is not aligned with the voxels of the volume. Rotate it to the volume plane.").format(
                name=name
            ),
            name,
            True,
        )
    if min(sliceShape(volumeNode, axis)) < MIN_SIDE:
        raise ViewRefused(
            _(
                "The view {name} shows the volume edge-on, where it is one voxel thin. Rotate it to the volume plane."
            ).format(name=name),
            name,
            True,
        )
    # The plane may leave the slice's middle by MAX_DRIFT at the border, so measure in the volume's own middle.
    index = _indexAtCentre(sliceNode, volumeNode, axis)
    if not 0 <= index < sliceCount(volumeNode, axis):
        raise ViewRefused(
            _("The view {name} shows a plane beside the volume. Scroll it back.").format(name=name), name, False
        )
    return SliceKey(volumeNode.GetID(), axis, index)


def _viewName(sliceNode: slicer.vtkMRMLSliceNode) -> str:
    return sliceNode.GetLayoutName() or sliceNode.GetName() or ""


def sliceOnDisplay(sliceNode: slicer.vtkMRMLSliceNode, volumeNode: slicer.vtkMRMLVolumeNode) -> SliceKey:
    """The voxel slice that a view shows to the user. ViewRefused as ``alignedSlice``, and where the view shows another
    volume, or a slab of many slices: who works there looks at other pixels than those that would be taught."""
    key = alignedSlice(sliceNode, volumeNode)
    name = _viewName(sliceNode)
    if sliceNode.GetSlabReconstructionEnabled():
        text = _("The view {name} shows a thick slab of many slices. Switch its slab reconstruction off.")
        raise ViewRefused(text.format(name=name), name, False)
    if not _shows(sliceNode, volumeNode):
        text = _("The view {name} does not show {volume}, the chosen volume. Show it there, or choose what it shows.")
        raise ViewRefused(text.format(name=name, volume=volumeNode.GetName()), name, False)
    return key


def _indexAtCentre(sliceNode: slicer.vtkMRMLSliceNode, volumeNode: slicer.vtkMRMLVolumeNode, axis: int) -> int:
    """Index of the slice that the view's plane meets on the line through the middle of all slices."""
    rows, cols = sliceShape(volumeNode, axis)
    first, second = (np.array(rasOfPixel(volumeNode, axis, at, (rows - 1) / 2, (cols - 1) / 2)) for at in (0, 1))
    sliceToRas = slicer.util.arrayFromVTKMatrix(sliceNode.GetSliceToRAS())
    normal = np.cross(sliceToRas[:3, 0], sliceToRas[:3, 1])
    return nearest(float(normal @ (sliceToRas[:3, 3] - first) / (normal @ (second - first))))


def rotateToVolume(sliceNode: slicer.vtkMRMLSliceNode, volumeNode: slicer.vtkMRMLVolumeNode) -> None:
    """Turn a view to the nearest plane of voxels, in the middle of a slice, so that ``alignedSlice`` accepts it."""
    problem = volumeProblem(volumeNode)
    if problem:
        raise InvalidInputError(problem)
    wasModified = sliceNode.StartModify()
    sliceNode.RotateToVolumePlane(volumeNode)
    axis = _alignedAxis(sliceNode, volumeNode)
    if axis is not None:
        index = _indexAtCentre(sliceNode, volumeNode, axis)
        index = min(max(index, 0), sliceCount(volumeNode, axis) - 1)
        rows, cols = sliceShape(volumeNode, axis)
        sliceNode.JumpSliceByOffsetting(*rasOfPixel(volumeNode, axis, index, (rows - 1) / 2, (cols - 1) / 2))
    sliceNode.EndModify(wasModified)


def placesInView(
    sliceNode: slicer.vtkMRMLSliceNode, volumeNode: slicer.vtkMRMLVolumeNode, key: SliceKey, places: np.ndarray
) -> np.ndarray:
    """(n, 2) pixels of the slice, row and col -> (n, 2) pixels of the view, x and y: three places tell the way, which
    is affine."""
    toView = vtk.vtkMatrix4x4()
    vtk.vtkMatrix4x4.Invert(sliceNode.GetXYToRAS(), toView)
    origin, down, right = (
        np.array(toView.MultiplyPoint((*rasOfPixel(volumeNode, key.axis, key.index, *at), 1.0))[:2])
        for at in ((0, 0), (1, 0), (0, 1))
    )
    return np.asarray(origin + places @ np.stack([down - origin, right - origin]))


def goTo(volumeNode: slicer.vtkMRMLVolumeNode, key: SliceKey) -> bool:
    """Every slice view whose orientation fits shows that slice; whether one of them is on display."""
    seen = False
    rows, cols = sliceShape(volumeNode, key.axis)
    centre = rasOfPixel(volumeNode, key.axis, key.index, (rows - 1) / 2, (cols - 1) / 2)
    for sliceNode in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
        if _alignedAxis(sliceNode, volumeNode) == key.axis:
            sliceNode.JumpSliceByOffsetting(*centre)
            seen |= bool(sliceNode.IsViewVisibleInLayout())
    return seen


def displayedSlices(volumeNode: slicer.vtkMRMLVolumeNode) -> list[SliceKey]:
    """The slices of this volume that visible slice views show, each once; oblique views show none."""
    if volumeProblem(volumeNode):
        return []
    keys = []
    for sliceNode in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
        if not sliceNode.IsViewVisibleInLayout():
            continue
        try:
            keys.append(sliceOnDisplay(sliceNode, volumeNode))
        except ViewRefused:
            continue
    return list(dict.fromkeys(keys))


def _shows(sliceNode: slicer.vtkMRMLSliceNode, volumeNode: slicer.vtkMRMLVolumeNode) -> bool:
    composite = slicer.vtkMRMLSliceLogic.GetSliceCompositeNode(sliceNode)
    if composite is None:
        return False
    if composite.GetForegroundVolumeID() == volumeNode.GetID() and composite.GetForegroundOpacity() > 0:
        return True
    return bool(composite.GetBackgroundVolumeID() == volumeNode.GetID())
