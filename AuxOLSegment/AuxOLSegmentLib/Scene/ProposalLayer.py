"""Shows proposals beside the user's segments, visibly different, until they are accepted.

One segmentation node per volume, hidden from the editors, with one segment for each of the three directions, so that
a sagittal proposal may cross axial ones and each can be cleared alone. It is saved with the scene; what is proposed
where is read from the node itself, so nothing is lost by a reload. The user's segments and the editor's undo history
are never touched.
"""

from __future__ import annotations

import json

import numpy as np
import slicer
import vtk
from slicer.i18n import tr as _
from vtk.util.numpy_support import numpy_to_vtk

from auxol_core.errors import InvalidInputError
from auxol_core.types import BoolArray
from AuxOLSegmentLib.Scene.Geometry import (
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
from AuxOLSegmentLib.Scene.MaskPlacement import tellWritten
from AuxOLSegmentLib.Scene.Observing import Observing
from AuxOLSegmentLib.Scene.SegmentReader import labelmapOf, readRegion
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, sliceCount, sliceShape

ROLE = "AuxOL.Role"
PROPOSALS = "proposals"
SLICES = "AuxOL.Slices"
VOLUME = "AuxOL.Volume"

# Two colours far from each other; the one farther from the user's segment is taken.
COLOURS = ((0.0, 0.9, 1.0), (1.0, 0.35, 0.9))
FILL_OPACITY = 0.25

AFTER_HIERARCHY = 5.0  # an observer's priority: after the subject hierarchy took up a scene (10), before others (0)


class ProposalLayer(Observing):
    """What is proposed on each slice. Masks are (rows, cols) bool as SliceKey says."""

    def __init__(self) -> None:
        super().__init__()
        self._visible = True
        self._colour = COLOURS[0]
        self._volumeID = ""
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.NodeRemovedEvent, self._onNodeRemoved)
        for event in (scene.EndImportEvent, scene.EndBatchProcessEvent):
            self.addObserver(scene, event, self._onNodesCame, priority=AFTER_HIERARCHY)
        _giveItems()

    def show(self, key: SliceKey, volumeNode: slicer.vtkMRMLVolumeNode, mask: BoolArray) -> None:
        """Show ``mask`` on the slice in place of what is shown there. Only that slice is written."""
        mask = np.asarray(mask, dtype=bool)
        shape = sliceShape(volumeNode, key.axis)
        if mask.shape != shape or not 0 <= key.index < sliceCount(volumeNode, key.axis):
            raise InvalidInputError(
                _("The proposal is {got} on slice {index}, the volume has {want}. Ask for the proposal again.").format(
                    got=mask.shape, index=key.index, want=shape
                )
            )
        node = self._nodeToWrite(volumeNode)
        segmentID = _segmentID(key.axis)
        image = _wholeLabelmap(node, volumeNode, key.axis)
        _image, value = labelmapOf(node, segmentID)
        extent = sliceExtent(key.axis, key.index, (0, shape[0]), (0, shape[1]))
        voxels(image)[inExtent(image.GetExtent(), extent)] = np.expand_dims(mask * np.uint8(value), key.axis)
        _remember(node, sorted({*_remembered(node), (key.axis, key.index)}))
        tellWritten(node.GetSegmentation(), segmentID, image)

    def clear(self, key: SliceKey) -> None:
        """Take away what is shown on a slice, if anything."""
        node = self._nodeOf(key.volumeID)
        if node is None or (key.axis, key.index) not in _remembered(node):
            return
        _remember(node, [place for place in _remembered(node) if place != (key.axis, key.index)])
        segmentID, volumeNode = _segmentID(key.axis), node.GetNodeReference(VOLUME)
        if node.GetSegmentation().GetSegment(segmentID) is None or volumeNode is None:
            return
        rows, cols = sliceShape(volumeNode, key.axis)
        image, value = labelmapOf(node, segmentID)
        extent = _extentIn(image, node, volumeNode, sliceExtent(key.axis, key.index, (0, rows), (0, cols)))
        if image is not None and extent is not None:
            region = voxels(image)[inExtent(image.GetExtent(), extent)]
            region[region == value] = 0
            tellWritten(node.GetSegmentation(), segmentID, image)

    def startAnew(self, volumeID: str) -> None:
        """The volume's voxels lie elsewhere: what is shown on it is taken away, to be shown again where they are."""
        node = self._nodeOf(volumeID)
        if node is not None:
            _remember(node, [])
            node.GetSegmentation().RemoveAllSegments()
            node.SetReferenceImageGeometryParameterFromVolumeNode(node.GetNodeReference(VOLUME))

    def clearAll(self) -> None:
        for node in _nodes():
            _remember(node, [])
            node.GetSegmentation().RemoveAllSegments()

    @property
    def visible(self) -> bool:
        """Whether proposals are shown."""
        return self._visible

    def setVisible(self, visible: bool) -> None:
        self._visible = visible
        self._updateVisibility()

    def setColourBeside(self, segmentColour: tuple[float, float, float]) -> None:
        """Take the proposals' colour that is farther from that of the user's segment (red, green, blue in 0..1)."""
        self._colour = max(
            COLOURS, key=lambda colour: sum((a - b) ** 2 for a, b in zip(colour, segmentColour, strict=True))
        )
        for node in _nodes():
            for axis in SLICE_ROW_COLUMN:
                segment = node.GetSegmentation().GetSegment(_segmentID(axis))
                if segment is not None:
                    segment.SetColor(self._colour)

    def node(self) -> slicer.vtkMRMLSegmentationNode | None:
        """The segmentation that shows the proposals of the volume that was shown last; None before the first."""
        return self._nodeOf(self._volumeID)

    def slices(self) -> list[SliceKey]:
        """Where something is proposed, also where the proposal is an empty mask."""
        return [
            SliceKey(volumeNode.GetID(), axis, index)
            for node in _nodes()
            if (volumeNode := node.GetNodeReference(VOLUME)) is not None
            for axis, index in _remembered(node)
        ]

    def mask(self, key: SliceKey) -> BoolArray | None:
        """A copy of what is proposed on a slice; None if nothing is."""
        node = self._nodeOf(key.volumeID)
        if node is None or (key.axis, key.index) not in _remembered(node):
            return None
        volumeNode, segmentID = node.GetNodeReference(VOLUME), _segmentID(key.axis)
        rows, cols = sliceShape(volumeNode, key.axis)
        if node.GetSegmentation().GetSegment(segmentID) is None:
            return None
        extent = sliceExtent(key.axis, key.index, (0, rows), (0, cols))
        return readRegion(node, segmentID, volumeLattice(volumeNode, node), extent).reshape(rows, cols)

    def cleanup(self) -> None:
        """Remove all observers; the proposals stay in the scene."""
        self.removeObservers()

    def _nodeOf(self, volumeID: str) -> slicer.vtkMRMLSegmentationNode | None:
        for node in _nodes():
            volumeNode = node.GetNodeReference(VOLUME)
            if volumeNode is not None and volumeNode.GetID() == volumeID:
                return node
        return None

    def _nodeToWrite(self, volumeNode: slicer.vtkMRMLVolumeNode) -> slicer.vtkMRMLSegmentationNode:
        node = self._nodeOf(volumeNode.GetID())
        if node is None:
            node = _newNode(volumeNode)
        _follow(node, volumeNode)
        if not self.hasObserver(
            volumeNode, slicer.vtkMRMLTransformableNode.TransformModifiedEvent, self._onVolumeMoved
        ):
            self.addObserver(volumeNode, slicer.vtkMRMLTransformableNode.TransformModifiedEvent, self._onVolumeMoved)
        for axis in SLICE_ROW_COLUMN:
            if node.GetSegmentation().GetSegment(_segmentID(axis)) is None:
                _addSegment(node, volumeNode, axis, self._colour)
        if self._volumeID != volumeNode.GetID():
            self._volumeID = volumeNode.GetID()
            self._updateVisibility()
        return node

    def _updateVisibility(self) -> None:
        """Only the proposals of one volume are on display: those of another would lie over its image."""
        current = self.node()
        for node in _nodes():
            if node.GetDisplayNode() is not None:
                node.GetDisplayNode().SetVisibility(self._visible and (current is None or node is current))

    def _onVolumeMoved(self, volumeNode: slicer.vtkMRMLVolumeNode, event: int | str) -> None:
        node = self._nodeOf(volumeNode.GetID())
        if node is not None:
            _follow(node, volumeNode)

    def _onNodesCame(self, scene: slicer.vtkMRMLScene, _event: int | str) -> None:
        """A scene may come without items."""
        if not scene.IsBatchProcessing():  # or those that it brings are not in the tree yet
            _giveItems()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeRemoved(self, scene: slicer.vtkMRMLScene, event: int | str, removed: slicer.vtkMRMLNode) -> None:
        """A volume that goes takes its proposals along."""
        if self.hasObserver(removed, slicer.vtkMRMLTransformableNode.TransformModifiedEvent, self._onVolumeMoved):
            self.removeObserver(removed, slicer.vtkMRMLTransformableNode.TransformModifiedEvent, self._onVolumeMoved)
        if scene.IsClosing() or not removed.IsA("vtkMRMLVolumeNode"):
            return
        for node in _nodes():
            if node.GetNodeReference(VOLUME) is None:
                scene.RemoveNode(node)


def _segmentID(axis: int) -> str:
    return f"AuxOL.axis{axis}"


def _nodes() -> list[slicer.vtkMRMLSegmentationNode]:
    return [
        node for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode") if node.GetAttribute(ROLE) == PROPOSALS
    ]


def _newNode(volumeNode: slicer.vtkMRMLVolumeNode) -> slicer.vtkMRMLSegmentationNode:
    made = slicer.vtkMRMLSegmentationNode()
    made.SetName(_("AuxOL proposals"))
    made.SetHideFromEditors(True)
    made.SetAttribute(ROLE, PROPOSALS)
    node: slicer.vtkMRMLSegmentationNode = slicer.mrmlScene.AddNode(made)
    _giveItems()
    node.SetNodeReferenceID(VOLUME, volumeNode.GetID())
    node.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetVisibility3D(False)
    display.SetOpacity2DFill(FILL_OPACITY)
    return node


def _giveItems() -> None:
    """Every node of ours has an item in the subject hierarchy; no tree shows it, because the node is hidden.

    Slicer makes none for a hidden node, and then prints an error at each change of it.
    """
    # Not the scene's GetSubjectHierarchyNode, which may not have taken up yet what a scene file brought.
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.ResolveSubjectHierarchy(slicer.mrmlScene)
    for node in _nodes():
        if not hierarchy.GetItemByDataNode(node):
            hierarchy.CreateItem(hierarchy.GetSceneItemID(), node)


def _follow(node: slicer.vtkMRMLSegmentationNode, volumeNode: slicer.vtkMRMLVolumeNode) -> None:
    if node.GetTransformNodeID() != volumeNode.GetTransformNodeID():
        node.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())


def _addSegment(
    node: slicer.vtkMRMLSegmentationNode, volumeNode: slicer.vtkMRMLVolumeNode, axis: int, colour: tuple[float, ...]
) -> None:
    segment = slicer.vtkSegment()
    segment.SetName((_("Proposals"), _("Proposals, second direction"), _("Proposals, third direction"))[axis])
    segment.SetColor(colour)
    name = slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
    image = orientedImage(volumeLattice(volumeNode, node), (0, -1, 0, -1, 0, -1))
    image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    segment.AddRepresentation(name, image)
    node.GetSegmentation().AddSegment(segment, _segmentID(axis))


def _extentIn(
    image: slicer.vtkOrientedImageData | None,
    node: slicer.vtkMRMLSegmentationNode,
    volumeNode: slicer.vtkMRMLVolumeNode,
    extent: tuple[int, ...],
) -> tuple[int, ...] | None:
    """The part of a box of the volume that ``image`` stores, in the image's own indices; None: nothing of it."""
    if image is None:
        return None
    shift = integerShift(
        volumeLattice(volumeNode, node), imageLattice(image), volumeNode.GetImageData().GetDimensions()
    )
    return None if shift is None else intersection(shifted(extent, shift), image.GetExtent())


def _wholeLabelmap(
    node: slicer.vtkMRMLSegmentationNode, volumeNode: slicer.vtkMRMLVolumeNode, axis: int
) -> slicer.vtkOrientedImageData:
    """The labelmap of one direction, on the volume's lattice and as large as the volume."""
    segmentation, segmentID = node.GetSegmentation(), _segmentID(axis)
    sharing: list[str] = []
    segmentation.GetSegmentIDsSharingBinaryLabelmapRepresentation(segmentID, sharing, False)
    if sharing:
        # Slicer puts segments that do not overlap into one labelmap when it saves them. (IsSharedBinaryLabelmap would
        # be the question to ask, but it answers the opposite.)
        segmentation.SeparateSegmentLabelmap(segmentID)
    image, _value = labelmapOf(node, segmentID)
    lattice, whole = volumeLattice(volumeNode, node), volumeNode.GetImageData().GetExtent()
    if (
        image is not None
        and image.GetExtent() == whole
        and np.allclose(imageLattice(image), lattice, rtol=0, atol=1e-6)
    ):
        return image
    larger = orientedImage(lattice, whole)
    # Zeros from numpy are pages that the system hands out when they are written: 0.2 ms for 512x512x300, and axial
    # slices take only the memory that they need. numpy_to_vtk keeps the array alive with the VTK object.
    size = int(np.prod(larger.GetDimensions()))
    larger.GetPointData().SetScalars(numpy_to_vtk(np.zeros(size, dtype=np.uint8), deep=False))
    kept = _extentIn(image, node, volumeNode, whole)
    shift = (
        None if image is None else integerShift(imageLattice(image), lattice, volumeNode.GetImageData().GetDimensions())
    )
    if image is None or kept is None or shift is None:
        _remember(node, [place for place in _remembered(node) if place[0] != axis])
    else:
        # A labelmap that was read from a file holds only what was marked, and may count from its own corner.
        voxels(larger)[inExtent(whole, shifted(kept, shift))] = voxels(image)[inExtent(image.GetExtent(), kept)]
    name = slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
    segmentation.GetSegment(segmentID).AddRepresentation(name, larger)
    return larger


def _remembered(node: slicer.vtkMRMLSegmentationNode) -> list[tuple[int, int]]:
    """(axis, index) of the slices with a proposal, in order."""
    return [(axis, index) for axis, index in json.loads(node.GetAttribute(SLICES) or "[]")]


def _remember(node: slicer.vtkMRMLSegmentationNode, places: list[tuple[int, int]]) -> None:
    # Without an event: the node's Modified makes every view rebuild its pipelines; the written labelmap is told anyway.
    node.DisableModifiedEventOn()
    node.SetAttribute(SLICES, json.dumps(places))
    node.DisableModifiedEventOff()
