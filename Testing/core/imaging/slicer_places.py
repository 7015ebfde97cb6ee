"""Where Slicer places files; run as a program, as Slicer's libraries and SimpleITK's do not share a process.

Names on standard input, one a line; a JSON list on standard output: 16 numbers (IJK to RAS) of a volume, 3 (RAS of the
middle of its voxels) of a segment, null of what it cannot read.
"""

import json
import sys

import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy


def numbers(matrix):
    return [matrix.GetElement(row, column) for row in range(4) for column in range(4)]


def placed(path):
    scene, matrix = slicer.vtkMRMLScene(), vtk.vtkMatrix4x4()
    segmentation = path.endswith(".seg.nrrd")
    node = slicer.vtkMRMLSegmentationNode() if segmentation else slicer.vtkMRMLScalarVolumeNode()
    storage = slicer.vtkMRMLSegmentationStorageNode() if segmentation else slicer.vtkMRMLVolumeArchetypeStorageNode()
    scene.AddNode(node)
    scene.AddNode(storage)
    if not segmentation:  # Slicer turns left-handed grids over, voxels and matrix alike; here the file counts
        storage.SetForceRightHandedIJKCoordinateSystem(False)
    storage.SetFileName(path)
    if not storage.ReadData(node):
        return None
    if not segmentation:
        node.GetIJKToRASMatrix(matrix)
        return numbers(matrix)
    return middle(node.GetSegmentation().GetNthSegment(0).GetRepresentation("Binary labelmap"), matrix)


def middle(labelmap, matrix):
    labelmap.GetImageToWorldMatrix(matrix)
    low_i, _, low_j, _, low_k, _ = labelmap.GetExtent()
    columns, rows, slices = labelmap.GetDimensions()
    voxels = vtk_to_numpy(labelmap.GetPointData().GetScalars()).reshape(slices, rows, columns)
    k, j, i = (place.mean() for place in voxels.nonzero())
    return list(matrix.MultiplyPoint([i + low_i, j + low_j, k + low_k, 1.0]))[:3]


def main():
    vtk.vtkObject.GlobalWarningDisplayOff()
    answers = [placed(line.rstrip("\n")) for line in sys.stdin]
    sys.stdout.write("\nPLACES " + json.dumps(answers) + "\n")


main()
