"""What happens in the scene that a session has to know of: segments edited, effects begun, nodes deleted, scenes saved.

It owns its observers. Changes that we make ourselves are told apart by who asks (SegmentWriter.writing).
"""

from collections.abc import Callable
from typing import Any, Protocol

import qt
import slicer
import vtk

from AuxOLSegmentLib.Scene.Observing import Observing
from AuxOLSegmentLib.Scene.VolumeReader import gridStamp, imageStamp

SAVED = "fileSaved(qSlicerIO::IOProperties)"
LOOK_MS = 150  # after the last change of a segment: a brush stroke changes it many times a second


class SceneHandler(Protocol):
    """Who is told."""

    def segmentLooked(self) -> None:
        """Segments and views have been quiet for a moment after a change."""

    def effectBegun(self) -> None:
        """The user took up an effect of the Segment Editor."""

    def imageChanged(self, sameGrid: bool) -> None:
        """The watched volume has other pixels; ``sameGrid``: where the ones before were."""

    def volumeMoved(self) -> None:
        """It has the same pixels, and lies elsewhere (but not by its parent transform alone)."""

    def volumeChanged(self) -> None:
        """Something about it has changed, be it what was wrong with it."""

    def segmentationReplaced(self) -> None:
        """The watched segmentation has other segments under the same names, such as the next frame of a sequence."""

    def nodeRemoved(self, nodeID: str) -> None:
        """A node is about to go."""

    def sceneSaved(self) -> None:
        """The scene was written to a file."""

    def sceneClosed(self) -> None:
        """Everything is about to go."""


class SceneWatcher(Observing):
    """It owns its observers; ``close`` ends them."""

    def __init__(self, handler: SceneHandler) -> None:
        Observing.__init__(self)
        self._handler = handler
        self._segmentationNode: Any = None
        self._segmentation: Any = None
        self._volume: Any = None
        self._pixels, self._grid = 0, b""
        self._editorNode: Any = None
        self._effect = ""
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.interval = LOOK_MS
        self._timer.connect("timeout()", handler.segmentLooked)
        # Not in the middle of the change: whoever makes it may have set the size and not yet the voxels.
        self._volumeTimer = qt.QTimer()
        self._volumeTimer.setSingleShot(True)
        self._volumeTimer.interval = 0
        self._volumeTimer.connect("timeout()", self._volumeLooked)
        scene = slicer.mrmlScene
        self.addObserver(scene, slicer.vtkMRMLScene.NodeAboutToBeRemovedEvent, self._nodeRemoved)
        self.addObserver(scene, slicer.vtkMRMLScene.StartCloseEvent, self._call(handler.sceneClosed))
        # The scene itself sends no event when it is saved (StartSaveEvent is declared, and nothing sends it).
        slicer.app.coreIOManager().connect(SAVED, self._fileSaved)

    def _call(self, function: Callable[[], None]) -> Callable[[Any, Any], None]:
        return lambda _caller, _event: function()

    def looked(self) -> None:
        """A view shows another slice, or another view is used."""
        self._timer.start()

    def watchSegmentation(self, segmentationNode: Any) -> None:
        """This one's segments, or none."""
        self.removeObservers(self._segmentationChanged)
        self._segmentationNode = segmentationNode
        if segmentationNode is not None:
            self.addObserver(segmentationNode, segmentationNode.SegmentationChangedEvent, self._segmentationChanged)
        self._watchSegments()

    def _watchSegments(self) -> None:
        node = self._segmentationNode
        self.removeObservers(self._segmentChanged)
        self._segmentation = None if node is None else node.GetSegmentation()
        if self._segmentation is not None:
            for event in _SEGMENT_EVENTS():
                self.addObserver(self._segmentation, event, self._segmentChanged)

    def _segmentationChanged(self, _caller: Any, _event: Any) -> None:
        self._watchSegments()
        self._handler.segmentationReplaced()
        self._timer.start()

    def watchVolume(self, volumeNode: Any) -> None:
        """This one's pixels, or none."""
        self.removeObservers(self._volumeModified)
        self._volumeTimer.stop()
        self._volume, self._pixels, self._grid = volumeNode, imageStamp(volumeNode), gridStamp(volumeNode)
        if volumeNode is not None:
            # arrayFromVolumeModified says it of the node alone, whoever sets an image of the image alone.
            image = slicer.vtkMRMLVolumeNode.ImageDataModifiedEvent
            for event in (image, vtk.vtkCommand.ModifiedEvent, volumeNode.TransformModifiedEvent):
                self.addObserver(volumeNode, event, self._volumeModified)

    def _volumeModified(self, _caller: Any, _event: Any) -> None:
        self._volumeTimer.start()

    def _volumeLooked(self) -> None:
        before = self._pixels, self._grid
        self._pixels, self._grid = imageStamp(self._volume), gridStamp(self._volume)
        self._handler.volumeChanged()
        if before[0] != self._pixels:
            self._handler.imageChanged(before[1] == self._grid)
        elif before[1] != self._grid:
            self._handler.volumeMoved()
        self._timer.start()  # what is on display now was seen before anybody edits it

    def watchEditor(self, editorNode: Any) -> None:
        """The Segment Editor's node, whose effects a user begins; or none."""
        if self._editorNode is not None:
            self.removeObserver(self._editorNode, vtk.vtkCommand.ModifiedEvent, self._editorChanged)
        self._editorNode = editorNode
        if editorNode is not None:
            self._effect = activeEffect(editorNode)
            self.addObserver(editorNode, vtk.vtkCommand.ModifiedEvent, self._editorChanged)

    def _segmentChanged(self, _caller: Any, _event: Any) -> None:
        self._timer.start()

    def _editorChanged(self, _caller: Any, _event: Any) -> None:
        effect = activeEffect(self._editorNode)
        begun, self._effect = effect and effect != self._effect, effect
        if begun:
            self._handler.effectBegun()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _nodeRemoved(self, _caller: Any, _event: Any, node: Any) -> None:
        if node is not None and node.GetID():
            self._handler.nodeRemoved(node.GetID())

    def _fileSaved(self, properties: Any = None) -> None:
        """Slicer says it of every file: of a node's by naming the node."""
        told = properties if isinstance(properties, dict) else {}
        if "nodeID" not in told and told.get("fileType", "SceneFile") == "SceneFile":
            self._handler.sceneSaved()

    def close(self) -> None:
        """Watch nothing any more."""
        slicer.app.coreIOManager().disconnect(SAVED, self._fileSaved)
        self._timer.stop()
        self._volumeTimer.stop()
        self.removeObservers()
        self._segmentationNode = self._segmentation = self._editorNode = self._volume = None


def activeEffect(editorNode: Any) -> str:
    """The effect that a Segment Editor's node has active, '' for none."""
    name = editorNode.GetActiveEffectName() or ""
    return "" if name in ("None", "NULL") else name


def _SEGMENT_EVENTS() -> tuple[int, ...]:
    kind = slicer.vtkSegmentation
    return (kind.SourceRepresentationModified, kind.SegmentModified, kind.SegmentRemoved)
