"""Volumes of every kind of geometry, and where their voxels are by Slicer's own matrices, not by the module's code."""

import os
from pathlib import Path

import numpy as np
import slicer_setting  # noqa: F401 - starts the host, which makes slicer

import slicer  # isort: skip
import vtk  # isort: skip

# Real images with rotated, oblique and anisotropic voxels; not in the repository.
HERE = Path(__file__).resolve()
FILES = Path(os.environ.get("AUXOL_GEOMETRY_VOLUMES", HERE.parents[3] / "shared" / "data" / "geometry_volumes"))


def turned(degrees, axis):
    transform = vtk.vtkTransform()
    transform.RotateWXYZ(degrees, *axis)
    return slicer.util.arrayFromVTKMatrix(transform.GetMatrix())


def moved(x, y, z):
    matrix = np.identity(4)
    matrix[:3, 3] = x, y, z
    return matrix


def scaled(*factors):
    return np.diag([*factors, 1.0])


# name: ((slices, rows, columns), IJK to RAS, parent transform or None)
GEOMETRIES = {
    "anisotropic": ((9, 24, 31), moved(12, 9, -7) @ scaled(-0.8, -0.6, 2.5), None),
    "oblique": ((9, 24, 31), moved(40, 5, 3) @ turned(17, (1, 0.3, 0.2)) @ scaled(-0.7, -0.9, 3.0), None),
    "flipped": ((9, 24, 31), moved(-3, 2, 8) @ scaled(1.1, -0.6, -2.0), None),
    "permuted": ((9, 24, 31), moved(1, 2, 3) @ np.eye(4)[:, [1, 2, 0, 3]] @ scaled(0.5, 0.8, 1.7), None),
    "transformed": (
        (9, 24, 31),
        moved(4, 5, 6) @ scaled(-0.8, -0.6, 2.5),
        moved(20, -9, 4) @ turned(25, (0.2, 1, 0.4)) @ scaled(1.5, 1.5, 1.5),
    ),
    "single slice": ((1, 24, 31), moved(2, 3, 4) @ scaled(-0.8, -0.6, 5.0), None),
}


def place(volume, parent):
    """Put a node under a linear transform."""
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(parent))
    volume.SetAndObserveTransformNodeID(transform.GetID())
    return transform


def volume_of(values, lattice, parent=None):
    className = "vtkMRMLVectorVolumeNode" if values.ndim == 4 else "vtkMRMLScalarVolumeNode"
    volume = slicer.mrmlScene.AddNewNodeByClass(className, "Volume")
    slicer.util.updateVolumeFromArray(volume, values)
    volume.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(lattice))
    volume.CreateDefaultDisplayNodes()
    if parent is not None:
        place(volume, parent)
    return volume


def volume(name):
    """Every voxel has another value, some below zero."""
    shape, lattice, parent = GEOMETRIES[name]
    return volume_of(np.arange(np.prod(shape), dtype=np.int16).reshape(shape) - 1000, lattice, parent)


def ras_of_voxel(node, ijk):
    """World RAS of a voxel's middle."""
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    point = matrix.MultiplyPoint((*ijk, 1.0))[:3]
    if node.GetParentTransformNode() is not None:
        toWorld = vtk.vtkGeneralTransform()
        node.GetParentTransformNode().GetTransformToWorld(toWorld)
        point = toWorld.TransformPoint(point)
    return tuple(point)


def voxels_to_try(node):
    """Corners, the middle and a few at random, (i, j, k)."""
    size = np.array(node.GetImageData().GetDimensions())
    chosen = [np.zeros(3, int), size - 1, size // 2, *np.random.default_rng(3).integers(0, size, (4, 3))]
    return [tuple(int(value) for value in ijk) for ijk in chosen]


def on_slice(ijk, axis):
    """(index, row, col) of a voxel, written out by hand."""
    i, j, k = ijk
    return {0: (k, j, i), 1: (j, k, i), 2: (i, k, j)}[axis]


def segmentation_for(node, *names):
    segmentation = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Segmentation")
    segmentation.CreateDefaultDisplayNodes()
    if node is not None:
        segmentation.SetAndObserveTransformNodeID(node.GetTransformNodeID())
        segmentation.SetReferenceImageGeometryParameterFromVolumeNode(node)
    return segmentation, [segmentation.GetSegmentation().AddEmptySegment(name, name) for name in names]


def exported(segmentation, segmentID, node):
    """The segment on the volume's voxels as Slicer exports it, (k, j, i) bool."""
    return slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segmentID, node).astype(bool)


def imported(segmentation, segmentID, node, mask):
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask.astype(np.uint8), segmentation, segmentID, node)


def world_of_voxels(segmentation, segmentID):
    """World RAS of the middle of each voxel of a segment, in the order of memory."""
    image = segmentation.GetBinaryLabelmapInternalRepresentation(segmentID)
    value = segmentation.GetSegmentation().GetSegment(segmentID).GetLabelValue()
    first = image.GetExtent()[::2]
    matrix = vtk.vtkMatrix4x4()
    image.GetImageToWorldMatrix(matrix)
    toWorld = vtk.vtkGeneralTransform()
    if segmentation.GetParentTransformNode() is not None:
        segmentation.GetParentTransformNode().GetTransformToWorld(toWorld)
    labels = slicer.util.arrayFromSegmentInternalBinaryLabelmap(segmentation, segmentID)
    return [
        toWorld.TransformPoint(matrix.MultiplyPoint((i + first[0], j + first[1], k + first[2], 1.0))[:3])
        for k, j, i in np.argwhere(labels == value)
    ]
