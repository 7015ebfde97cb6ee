"""Where voxels are: matrices between the slices of a volume, the lattice of a labelmap and the world (RAS, mm).

Conventions: ``axis`` is numpy's axis of ``slicer.util.arrayFromVolume`` (k, j, i), as in SliceKey. Matrices are 4x4
numpy arrays. A *lattice* is a matrix that takes voxel indices (i, j, k) to millimetres; a labelmap may store any box of
it (its extent).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import slicer
import vtk
from slicer.i18n import tr as _
from vtk.util.numpy_support import vtk_to_numpy

from auxol_core.errors import InvalidInputError

# For each axis: which of (i, j, k) counts the slices, the rows and the columns.
SLICE_ROW_COLUMN = {0: (2, 1, 0), 1: (1, 2, 0), 2: (0, 2, 1)}

# Two lattices are one when their voxels differ by less than this part of a voxel anywhere. Geometry is written to files
# and to the scene as decimal text, so equality bit for bit cannot be expected.
SAME_VOXEL = 0.02


def nearest(coordinate: float) -> int:
    """The index of the voxel that a coordinate lies in; the border belongs to the upper one, as in vtkImageReslice."""
    return int(np.floor(coordinate + 0.5))


def hasLinearTransform(node: slicer.vtkMRMLTransformableNode) -> bool:
    transform = node.GetParentTransformNode()
    return transform is None or bool(transform.IsTransformToWorldLinear())


def matrixBetween(
    source: slicer.vtkMRMLTransformableNode, target: slicer.vtkMRMLTransformableNode | None
) -> np.ndarray:
    """From the coordinates of ``source`` to those of ``target`` (None: the world).

    InvalidInputError where a non-linear transform lies between them.
    """
    matrix = vtk.vtkMatrix4x4()
    here = source.GetParentTransformNode()
    there = target.GetParentTransformNode() if target is not None else None
    if here is there:
        return np.identity(4)
    linear = slicer.vtkMRMLTransformNode.IsTransformToNodeLinear  # asked first: the other one writes into Slicer's log
    between = linear(here, there) if here is not None else linear(there, None)
    if not between or not slicer.vtkMRMLTransformNode.GetMatrixTransformBetweenNodes(here, there, matrix):
        raise InvalidInputError(
            _("{name} is under a non-linear transform. Harden the transform, or move the node out of it.").format(
                name=source.GetName() if target is None or not hasLinearTransform(source) else target.GetName()
            )
        )
    return slicer.util.arrayFromVTKMatrix(matrix)


def volumeLattice(
    volumeNode: slicer.vtkMRMLVolumeNode, target: slicer.vtkMRMLTransformableNode | None = None
) -> np.ndarray:
    """IJK of the volume to the coordinates of ``target`` (None: the world), parent transforms included."""
    matrix = vtk.vtkMatrix4x4()
    volumeNode.GetIJKToRASMatrix(matrix)
    lattice: np.ndarray = matrixBetween(volumeNode, target) @ slicer.util.arrayFromVTKMatrix(matrix)
    return lattice


def imageLattice(image: slicer.vtkOrientedImageData) -> np.ndarray:
    matrix = vtk.vtkMatrix4x4()
    image.GetImageToWorldMatrix(matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


def orientedImage(lattice: np.ndarray, extent: tuple[int, ...]) -> slicer.vtkOrientedImageData:
    """An image of this lattice and extent (i0, i1, j0, j1, k0, k1, both ends included), without voxels."""
    image = slicer.vtkOrientedImageData()
    image.SetGeometryFromImageToWorldMatrix(slicer.util.vtkMatrixFromArray(lattice))
    image.SetExtent(extent)
    return image


def integerShift(first: np.ndarray, second: np.ndarray, dimensions: Sequence[int]) -> tuple[int, int, int] | None:
    """What to add to an (i, j, k) of ``first`` for that of the same voxel in ``second``; None if the lattices differ.

    ``dimensions``: of the region (i, j, k) of ``first``, from its origin, over which they have to agree.
    """
    between = np.linalg.solve(second, first)
    drift = np.abs(between[:3, :3] - np.identity(3)) @ np.maximum(np.abs(np.asarray(dimensions, float)), 1.0)
    shift = np.rint(between[:3, 3])
    if max(drift.max(), np.abs(between[:3, 3] - shift).max()) > SAME_VOXEL:
        return None
    return int(shift[0]), int(shift[1]), int(shift[2])


def sliceExtent(axis: int, index: int, rows: tuple[int, int], cols: tuple[int, int]) -> tuple[int, ...]:
    """Extent in IJK, both ends included, of the half-open ``rows`` and ``cols`` on a slice."""
    sliceAt, rowAt, colAt = SLICE_ROW_COLUMN[axis]
    extent = [0] * 6
    for position, (first, last) in (
        (sliceAt, (index, index)),
        (rowAt, (rows[0], rows[1] - 1)),
        (colAt, (cols[0], cols[1] - 1)),
    ):
        extent[2 * position : 2 * position + 2] = [first, last]
    return tuple(extent)


def shifted(extent: tuple[int, ...], shift: tuple[int, int, int]) -> tuple[int, ...]:
    return tuple(value + shift[position // 2] for position, value in enumerate(extent))


def intersection(first: tuple[int, ...], second: tuple[int, ...]) -> tuple[int, ...] | None:
    """The box that two extents share; None if they share nothing (an empty extent has its end before its start)."""
    low = [max(first[at], second[at]) for at in (0, 2, 4)]
    high = [min(first[at], second[at]) for at in (1, 3, 5)]
    if any(end < start for start, end in zip(low, high, strict=True)):
        return None
    return low[0], high[0], low[1], high[1], low[2], high[2]


def inExtent(extent: tuple[int, ...], box: tuple[int, ...]) -> tuple[slice, slice, slice]:
    """Where ``box`` lies in the (k, j, i) array of an image that has ``extent``."""
    k, j, i = (slice(box[2 * p] - extent[2 * p], box[2 * p + 1] - extent[2 * p] + 1) for p in (2, 1, 0))
    return k, j, i


def voxels(image: slicer.vtkOrientedImageData | None) -> np.ndarray:
    """The voxels of a one-component image as (k, j, i), not copied; empty where it has none."""
    scalars = image.GetPointData().GetScalars() if image is not None else None
    shape = tuple(reversed(image.GetDimensions())) if image is not None else (0, 0, 0)
    if scalars is None or scalars.GetNumberOfTuples() != np.prod(shape):
        return np.zeros((0, 0, 0), dtype=np.uint8)
    return vtk_to_numpy(scalars).reshape(shape)


def apply(matrix: np.ndarray, point: Sequence[float]) -> np.ndarray:
    placed: np.ndarray = matrix @ np.array([*point, 1.0])
    return placed[:3]
