"""From a mask on a slice of the volume to voxels of a labelmap, whose lattice may be another one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import slicer

from auxol_core.types import BoolArray, Box
from AuxOLSegmentLib.Scene.Geometry import SLICE_ROW_COLUMN, integerShift, shifted, sliceExtent


def halfThickness(toVolume: np.ndarray, axis: int) -> float:
    """How far from the middle of a slice, in slices, the centre of a voxel of another lattice may be to count as on it.

    ``toVolume``: IJK of that lattice to IJK of the volume. Half a slice, or half a voxel where voxels are the larger.
    """
    sliceAt = SLICE_ROW_COLUMN[axis][0]
    return max(0.5, 0.5 * float(np.abs(toVolume[sliceAt, :3]).max()))


@dataclass(frozen=True, eq=False)
class Placement:
    """``voxels`` (k, j, i) bool, in the box ``extent`` (IJK, both ends included) of ``lattice``.

    ``onSlice``: each of them is one pixel of the slice, because volume and labelmap have the same lattice; ``box`` then
    says which.
    """

    voxels: BoolArray
    lattice: np.ndarray
    extent: tuple[int, ...]
    onSlice: bool
    axis: int
    box: tuple[int, int, int, int]

    @staticmethod
    def of(mask: BoolArray, axis: int, index: int, volume: np.ndarray, lattice: np.ndarray) -> Placement | None:
        """Where ``mask``, (rows, cols) of a slice, goes; None if no voxel of ``lattice`` lies in it.

        ``volume`` and ``lattice``: IJK of the volume and of the labelmap to the segmentation's coordinates.
        """
        tight = Box.of_mask(mask)
        if tight is None:
            return None
        box = (int(tight.row0), int(tight.row1), int(tight.col0), int(tight.col1))
        extent = sliceExtent(axis, index, box[:2], box[2:])
        part = mask[box[0] : box[1], box[2] : box[3]]
        shift = integerShift(volume, lattice, tuple(max(extent[2 * p], extent[2 * p + 1]) for p in range(3)))
        if shift is not None:
            return Placement(np.expand_dims(part, axis), lattice, shifted(extent, shift), True, axis, box)
        return _onOtherLattice(part, box, axis, index, volume, lattice)

    def restricted(self, allowed: BoolArray) -> Placement:
        return replace(self, voxels=self.voxels & allowed)


def _onOtherLattice(
    part: BoolArray, box: tuple[int, int, int, int], axis: int, index: int, volume: np.ndarray, lattice: np.ndarray
) -> Placement | None:
    """The voxels of ``lattice`` whose centre lies in a marked pixel, no further from the slice than halfThickness."""
    toVolume = np.linalg.solve(volume, lattice)
    half = halfThickness(toVolume, axis)
    extent = _extentAround(box, axis, index, half, np.linalg.inv(toVolume))
    across, rows, cols = (_coordinate(toVolume[p], extent) for p in SLICE_ROW_COLUMN[axis])
    near = np.nonzero((across >= index - half) & (across < index + half))
    row = np.floor(rows[near] + 0.5).astype(int) - box[0]
    col = np.floor(cols[near] + 0.5).astype(int) - box[2]
    inside = (row >= 0) & (row < part.shape[0]) & (col >= 0) & (col < part.shape[1])
    marked = np.zeros(inside.shape, dtype=bool)
    marked[inside] = part[row[inside], col[inside]]
    found = [at[marked] for at in near]
    if found[0].size == 0:
        return None
    return _tight(found, extent, lattice, axis, box)


def _coordinate(row: np.ndarray, extent: tuple[int, ...]) -> np.ndarray:
    """One coordinate of all voxels of an extent as (k, j, i); ``row``: of the matrix that gives it."""
    i, j, k = (np.arange(extent[2 * p], extent[2 * p + 1] + 1) * row[p] for p in range(3))
    coordinate: np.ndarray = (k + row[3])[:, None, None] + j[None, :, None] + i[None, None, :]
    return coordinate


def _extentAround(
    box: tuple[int, int, int, int], axis: int, index: int, half: float, toLattice: np.ndarray
) -> tuple[int, ...]:
    corners = []
    for across in (index - half, index + half):
        for row in (box[0] - 0.5, box[1] - 0.5):
            for col in (box[2] - 0.5, box[3] - 0.5):
                ijk = [0.0, 0.0, 0.0, 1.0]
                for position, value in zip(SLICE_ROW_COLUMN[axis], (across, row, col), strict=True):
                    ijk[position] = value
                corners.append((toLattice @ ijk)[:3])
    low, high = np.floor(np.min(corners, axis=0)).astype(int), np.ceil(np.max(corners, axis=0)).astype(int)
    return tuple(int(edge) for pair in zip(low, high, strict=True) for edge in pair)


def _tight(
    found: list[np.ndarray], extent: tuple[int, ...], lattice: np.ndarray, axis: int, box: tuple[int, int, int, int]
) -> Placement:
    """``found``: indices k, j, i in ``extent``."""
    low = [int(at.min()) for at in found]
    voxels = np.zeros([int(at.max()) - first + 1 for at, first in zip(found, low, strict=True)], dtype=bool)
    voxels[tuple(at - first for at, first in zip(found, low, strict=True))] = True
    tight = []
    for position in range(3):
        start = extent[2 * position] + low[2 - position]
        tight += [start, start + voxels.shape[2 - position] - 1]
    return Placement(voxels, lattice, tuple(tight), False, axis, box)


def tellWritten(segmentation: slicer.vtkSegmentation, segmentID: str, image: slicer.vtkOrientedImageData) -> None:
    """After voxels of a stored labelmap were written in place: what Slicer's own code tells the views and the history.

    The array's time stamp is what they compare; the image's own would report changed representations as well.
    """
    image.GetPointData().GetScalars().Modified()
    segmentation.InvokeEvent(slicer.vtkSegmentation.SourceRepresentationModified, segmentID)
    segmentation.InvokeEvent(slicer.vtkSegmentation.RepresentationModified, segmentID)
