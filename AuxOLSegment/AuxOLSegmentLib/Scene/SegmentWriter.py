"""The only code that writes the user's segments.

A write adds a mask to one segment, or takes it back, in the box of the mask alone and on the segmentation's own
lattice, through Slicer's vtkSlicerSegmentEditorLogic. The editor's rules are applied here, in the same box, before the
logic is called: its own code makes them for the whole volume at every call (1 s on 512x512x300), and would resample
every other segment that is stored on another lattice. Segments that the overwrite mode names but that lie elsewhere
are not touched at all. Where a write only sets voxels inside the stored labelmap, they are set there (see
_modifyInPlace).

The state for undo is saved by the caller's function (the editor widget's slot), once before the first voxel changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import slicer
import vtk
from slicer.i18n import tr as _
from vtk.util.numpy_support import numpy_to_vtk

from auxol_core.errors import InvalidInputError
from auxol_core.types import BoolArray, Box
from AuxOLSegmentLib.Scene.EditRules import editableRegion, overwrittenSegments
from AuxOLSegmentLib.Scene.Geometry import inExtent, intersection, orientedImage, sliceExtent, volumeLattice, voxels
from AuxOLSegmentLib.Scene.MaskPlacement import Placement, tellWritten
from AuxOLSegmentLib.Scene.SegmentReader import labelmapOf, maskOnSlice, readRegion, segmentLattice, segmentOf
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, sliceShape

TAGS = {
    "task": "AuxOL.Task",
    "version": "AuxOL.Version",
    "generalist": "AuxOL.Generalist",
    "reviewed": "AuxOL.Reviewed",
}


class SegmentWriter:
    """``editorNode`` holds masking and overwrite mode; None: no masking, nothing is overwritten."""

    def __init__(
        self, editorNode: slicer.vtkMRMLSegmentEditorNode | None, saveStateForUndo: Callable[[], None] | None
    ) -> None:
        self.editorNode = editorNode
        self.saveStateForUndo = saveStateForUndo
        self._depth = 0
        # A parameter node of our own, outside the scene: what it allows has been decided before the logic is asked.
        self._free = slicer.vtkMRMLSegmentEditorNode()
        self._free.SetOverwriteMode(slicer.vtkMRMLSegmentEditorNode.OverwriteNone)
        self._free.SetMaskMode(slicer.vtkMRMLSegmentationNode.EditAllowedEverywhere)
        self._logic = slicer.vtkSlicerSegmentEditorLogic()
        self._logic.SetSegmentEditorNode(self._free)

    def obey(
        self, editorNode: slicer.vtkMRMLSegmentEditorNode | None, saveStateForUndo: Callable[[], None] | None
    ) -> None:
        """Another editor's rules and undo from now on."""
        self.editorNode, self.saveStateForUndo = editorNode, saveStateForUndo

    @property
    def writing(self) -> bool:
        """True while this object changes a segment, so that observers know who it was."""
        return self._depth > 0

    def addMask(
        self,
        mask: BoolArray,
        key: SliceKey,
        volumeNode: slicer.vtkMRMLVolumeNode,
        segmentationNode: slicer.vtkMRMLSegmentationNode,
        segmentID: str,
        *,
        undo: bool = True,
    ) -> BoolArray:
        """Add ``mask``, (rows, cols) bool of the slice ``key``, to a segment; one undo step if a voxel changes.

        Returns the part of ``mask`` that masking let through, so that now belongs to the segment, (rows, cols). Without
        ``undo`` no state is saved (for several writes of one step).
        """
        mask = np.asarray(mask, dtype=bool)
        shape = sliceShape(volumeNode, key.axis)
        if mask.shape != shape:
            raise InvalidInputError(
                _("The mask is {got}, the slice is {want} (rows, columns). Ask for the proposal again.").format(
                    got=mask.shape, want=shape
                )
            )
        segmentOf(segmentationNode, segmentID)
        with self._writing():
            volume = volumeLattice(volumeNode, segmentationNode)
            written = self._allowed(mask, key, volumeNode, segmentationNode, segmentID, volume)
            if not written.any():
                return written
            lattice = self._latticeToWriteOn(segmentationNode, segmentID, volumeNode)
            placement = Placement.of(written, key.axis, key.index, volume, lattice)
            if placement is not None and not placement.onSlice:
                placement = placement.restricted(
                    editableRegion(self.editorNode, segmentationNode, segmentID, volumeNode, lattice, placement.extent)
                )
            if placement is not None:
                self._write(
                    placement,
                    self._overwritten(written, key, volume, segmentationNode, segmentID),
                    segmentationNode,
                    segmentID,
                    undo,
                )
        if placement is not None and placement.onSlice:
            return written
        return written & maskOnSlice(segmentationNode, segmentID, volumeNode, key.axis, key.index)

    def keptOut(
        self,
        mask: BoolArray,
        key: SliceKey,
        volumeNode: slicer.vtkMRMLVolumeNode,
        segmentationNode: slicer.vtkMRMLSegmentationNode,
        segmentID: str,
    ) -> BoolArray:
        """The part of ``mask``, (rows, cols) bool of the slice ``key``, that the editor's masking would keep out of the
        segment, and that is not in it already."""
        volume = volumeLattice(volumeNode, segmentationNode)
        kept = mask & ~self._allowed(mask, key, volumeNode, segmentationNode, segmentID, volume)
        return kept & ~maskOnSlice(segmentationNode, segmentID, volumeNode, key.axis, key.index) if kept.any() else kept

    def removeMask(
        self,
        mask: BoolArray,
        key: SliceKey,
        volumeNode: slicer.vtkMRMLVolumeNode,
        segmentationNode: slicer.vtkMRMLSegmentationNode,
        segmentID: str,
    ) -> bool:
        """Take ``mask``, (rows, cols) bool of the slice ``key``, out of a segment, as one undo step; other segments
        stay. False, and nothing was done, where the editor's masking keeps a part of it."""
        segmentOf(segmentationNode, segmentID)
        with self._writing():
            volume, lattice = volumeLattice(volumeNode, segmentationNode), segmentLattice(segmentationNode, segmentID)
            if lattice is None or not mask.any():
                return True
            if (mask & ~self._allowed(mask, key, volumeNode, segmentationNode, segmentID, volume)).any():
                return False
            placement = Placement.of(mask, key.axis, key.index, volume, lattice)
            if placement is None:
                return False
            if self.saveStateForUndo is not None:
                self.saveStateForUndo()
            self._modify(segmentationNode, segmentID, placement, self._logic.ModificationModeRemove)
        return True

    def _allowed(
        self,
        mask: BoolArray,
        key: SliceKey,
        volumeNode: slicer.vtkMRMLVolumeNode,
        segmentationNode: slicer.vtkMRMLSegmentationNode,
        segmentID: str,
        volume: np.ndarray,
    ) -> BoolArray:
        """The part of ``mask`` where the editor lets this segment be edited."""
        allowed = np.zeros_like(mask)
        box = Box.of_mask(mask)
        if box is not None:
            rows, cols = (int(box.row0), int(box.row1)), (int(box.col0), int(box.col1))
            extent = sliceExtent(key.axis, key.index, rows, cols)
            region = editableRegion(self.editorNode, segmentationNode, segmentID, volumeNode, volume, extent)
            allowed[slice(*rows), slice(*cols)] = region.reshape(rows[1] - rows[0], cols[1] - cols[0])
        return mask & allowed

    def _overwritten(
        self,
        written: BoolArray,
        key: SliceKey,
        volume: np.ndarray,
        segmentationNode: slicer.vtkMRMLSegmentationNode,
        segmentID: str,
    ) -> dict[str, Placement]:
        """For each segment that has to give way: its voxels under ``written``, on its own lattice."""
        overlaps = {}
        for other in overwrittenSegments(self.editorNode, segmentationNode, segmentID):
            lattice = segmentLattice(segmentationNode, other)
            placement = Placement.of(written, key.axis, key.index, volume, lattice) if lattice is not None else None
            if lattice is None or placement is None:
                continue
            placement = placement.restricted(readRegion(segmentationNode, other, lattice, placement.extent))
            if placement.voxels.any():
                overlaps[other] = placement
        return overlaps

    def _write(
        self,
        placement: Placement,
        overlaps: dict[str, Placement],
        segmentationNode: slicer.vtkMRMLSegmentationNode,
        segmentID: str,
        undo: bool,
    ) -> None:
        before = readRegion(segmentationNode, segmentID, placement.lattice, placement.extent)
        if not overlaps and not (placement.voxels & ~before).any():
            return
        if undo and self.saveStateForUndo is not None:
            self.saveStateForUndo()
        # First make room: adding onto a segment of the same layer would split the layer instead of overwriting.
        for other, overlap in overlaps.items():
            self._modify(segmentationNode, other, overlap, self._logic.ModificationModeRemove)
        self._modify(segmentationNode, segmentID, placement, self._logic.ModificationModeAdd)

    def _modify(
        self, segmentationNode: slicer.vtkMRMLSegmentationNode, segmentID: str, placement: Placement, mode: int
    ) -> None:
        if _modifyInPlace(segmentationNode, segmentID, placement, mode == self._logic.ModificationModeAdd):
            return
        image = orientedImage(placement.lattice, placement.extent)
        scalars = numpy_to_vtk(placement.voxels.astype(np.uint8).ravel(), deep=True, array_type=vtk.VTK_UNSIGNED_CHAR)
        image.GetPointData().SetScalars(scalars)
        self._logic.ModifySegmentByLabelmap(segmentationNode, segmentID, image, mode, placement.extent, True, False)

    @staticmethod
    def _latticeToWriteOn(
        segmentationNode: slicer.vtkMRMLSegmentationNode, segmentID: str, volumeNode: slicer.vtkMRMLVolumeNode
    ) -> np.ndarray:
        lattice = segmentLattice(segmentationNode, segmentID)
        if lattice is None:
            segmentationNode.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
            lattice = segmentLattice(segmentationNode, segmentID)
        return volumeLattice(volumeNode, segmentationNode) if lattice is None else lattice

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    def setProvenance(
        self,
        segmentationNode: slicer.vtkMRMLSegmentationNode,
        segmentID: str,
        task: str,
        version: int,
        generalistHash: str,
        reviewed: bool,
    ) -> None:
        """Write on the segment where it comes from; the tags are saved with the scene and in .seg.nrrd files."""
        values = {
            "task": task,
            "version": str(version),
            "generalist": generalistHash,
            "reviewed": "yes" if reviewed else "no",
        }
        segment = segmentOf(segmentationNode, segmentID)
        with self._writing():
            for name, tag in TAGS.items():
                segment.SetTag(tag, values[name])

    @staticmethod
    def provenance(segmentationNode: slicer.vtkMRMLSegmentationNode, segmentID: str) -> dict[str, str | int | bool]:
        """``task``, ``version`` (int), ``generalist``, ``reviewed`` (bool) as they were set; empty if nothing was."""
        segment = segmentOf(segmentationNode, segmentID)
        values: dict[str, str | int | bool] = {}
        for name, tag in TAGS.items():
            value = vtk.reference("")
            if segment.GetTag(tag, value):
                values[name] = str(value)
        if "version" in values:
            values["version"] = int(values["version"])
        if "reviewed" in values:
            values["reviewed"] = values["reviewed"] == "yes"
        return values


def _modifyInPlace(
    segmentationNode: slicer.vtkMRMLSegmentationNode, segmentID: str, placement: Placement, add: bool
) -> bool:
    """Write into the stored labelmap where that is all there is to do; False: nothing was done, the logic has to.

    The logic looks for the borders of the whole labelmap after each write (50 ms where a segment spans 512x512x300).
    They cannot grow by a write inside, and they need not shrink. What else may have to follow a write is a new surface,
    a first write's status, a layer that has to be split or a wider type of voxels: then it is the logic's turn.
    """
    segmentation = segmentationNode.GetSegmentation()
    image, value = labelmapOf(segmentationNode, segmentID)
    status = slicer.vtkSlicerSegmentationsModuleLogic.GetSegmentStatus(segmentation.GetSegment(segmentID))
    if image is None or status == slicer.vtkSlicerSegmentationsModuleLogic.NotStarted:
        return False
    representations: list[str] = []
    segmentation.GetContainedRepresentationNames(representations)
    if len(representations) != 1 or intersection(image.GetExtent(), placement.extent) != placement.extent:
        return False
    region = voxels(image)[inExtent(image.GetExtent(), placement.extent)]
    if value > np.iinfo(region.dtype).max or (add and not np.isin(region[placement.voxels], (0, value)).all()):
        return False
    region[placement.voxels & ((region == 0) if add else (region == value))] = value if add else 0
    tellWritten(segmentation, segmentID, image)
    return True
