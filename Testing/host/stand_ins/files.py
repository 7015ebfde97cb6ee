"""slicer.app.coreIOManager(): loads and saves nodes and scenes with the real logics and storage nodes of the wheel.

The scene sends no event when it is saved, here as in Slicer (StartSaveEvent is declared there, and nothing sends it):
fileSaved of this object tells of it, after the file is written.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import slicer
from PySide6 import QtCore

from .stored import stored

# Longest match first: .seg.nrrd is a segmentation, .nrrd a volume.
FILE_TYPES = {
    ".seg.nrrd": "SegmentationFile", ".seg.nhdr": "SegmentationFile", ".seq.nrrd": "SequenceFile",
    ".mrk.json": "MarkupsFile", ".fcsv": "MarkupsFile", ".nii.gz": "VolumeFile", ".nrrd": "VolumeFile",
    ".nhdr": "VolumeFile", ".nii": "VolumeFile", ".mha": "VolumeFile", ".mhd": "VolumeFile", ".png": "VolumeFile",
    ".jpg": "VolumeFile", ".tif": "VolumeFile", ".h5": "TransformFile", ".tfm": "TransformFile", ".vtk": "ModelFile",
    ".vtp": "ModelFile", ".stl": "ModelFile", ".txt": "TextFile", ".csv": "TableFile", ".mrml": "SceneFile",
    ".mrb": "SceneFile",
}  # fmt: skip


class qSlicerCoreIOManager(QtCore.QObject):
    newFileLoaded = QtCore.Signal(object)
    fileSaved = QtCore.Signal(object)
    defaultSceneFileType = stored("defaultSceneFileType", str, "MRML Scene (.mrml)")

    core: Any  # scene.Core
    slow = False  # a load that takes over a second: Slicer's progress dialog has events handled at each node it adds

    def fileType(self, path: Any) -> str:
        name = str(path).lower()
        return next((kind for ending, kind in FILE_TYPES.items() if name.endswith(ending)), "NoFile")

    def fileWriterFileType(self, node: Any, _: str = "") -> str:
        return node.GetClassName()

    def loadNodes(self, kind: str, properties: dict[str, Any], loaded: Any = None, messages: Any = None) -> bool:
        path = str(properties["fileName"])
        if kind == "SceneFile":
            return self.loadScene(path, bool(properties.get("clear", False)))
        node = self._load(kind, path, properties)
        if node is None:
            return False
        if loaded is not None:
            loaded.AddItem(node)
        self.newFileLoaded.emit(dict(properties))
        return True

    def _load(self, kind: str, path: str, properties: dict[str, Any]) -> Any:
        name = properties.get("name") or slicer.mrmlScene.GenerateUniqueName(Path(path).name.split(".")[0])
        logics = self.core.logics
        if kind == "VolumeFile":
            volumes = logics["Volumes"]
            options = (1 if properties.get("labelmap") else 0) | (4 if properties.get("singleFile") else 0)
            with self._events_handled():
                node = volumes.AddArchetypeVolume(path, name, options)
            if node is not None and self.slow and properties.get("show", True):  # the reader does it after all else
                slicer.util.setSliceViewerLayers(background=node, fit=True)
            return node
        if kind == "SegmentationFile":
            return logics["Segmentations"].LoadSegmentationFromFile(path, False, name)
        if kind == "MarkupsFile":
            return slicer.mrmlScene.GetNodeByID(logics["Markups"].LoadMarkups(path, name))
        if kind == "ModelFile":
            return logics["Models"].AddModel(path)
        if kind == "TransformFile":
            return logics["Transforms"].AddTransform(path, slicer.mrmlScene)
        if kind == "SequenceFile":
            return logics["Sequences"].AddSequence(path)
        if kind == "TextFile":
            return self._with_storage("vtkMRMLTextNode", path, name)
        if kind == "TableFile":
            return self._with_storage("vtkMRMLTableNode", path, name)
        raise NotImplementedError(f"loading a {kind} is not in Testing/host")

    @contextmanager
    def _events_handled(self) -> Iterator[None]:
        handle = lambda _caller, _event: QtCore.QCoreApplication.processEvents()  # noqa: E731
        tag = slicer.mrmlScene.AddObserver(slicer.mrmlScene.NodeAddedEvent, handle) if self.slow else None
        try:
            yield
        finally:
            if tag is not None:
                slicer.mrmlScene.RemoveObserver(tag)

    def _with_storage(self, class_name: str, path: str, name: str) -> Any:
        node = slicer.mrmlScene.AddNewNodeByClass(class_name, name)
        node.AddDefaultStorageNode(path)
        if node.GetStorageNode().ReadData(node):
            return node
        slicer.mrmlScene.RemoveNode(node)
        return None

    def loadScene(self, path: str, clear: bool = True) -> bool:
        """As the application: .mrb and .mrml, into an empty scene or added to this one; the scene tells its events.
        (slicer.util.loadScene adds, unless its properties say "clear".)"""
        scene = slicer.mrmlScene
        if path.lower().endswith(".mrb"):
            return bool(scene.ReadFromMRB(path, clear))
        scene.SetURL(path)
        return bool(scene.Connect() if clear else scene.Import())

    def saveNodes(self, kind: str, properties: dict[str, Any], messages: Any = None) -> bool:
        path = str(properties["fileName"])
        if kind == "SceneFile":
            saved = self.saveScene(path)
            if saved:
                self.fileSaved.emit(dict(properties))
            return saved
        node = slicer.mrmlScene.GetNodeByID(properties["nodeID"])
        storage = node.GetStorageNode()
        if storage is None:
            node.AddDefaultStorageNode(path)
            storage = node.GetStorageNode()
        storage.SetFileName(path)
        saved = bool(storage.WriteData(node))
        if saved:
            self.fileSaved.emit(dict(properties))
        return saved

    def saveScene(self, path: str, _: Any = None) -> bool:
        """.mrb: scene and data in one file; .mrml: the scene alone; anything else: a folder of both."""
        scene = slicer.mrmlScene
        if path.lower().endswith(".mrb"):
            return bool(scene.WriteToMRB(path, None))
        if path.lower().endswith(".mrml"):
            scene.SetURL(path)
            scene.SetRootDirectory(str(Path(path).parent))
            return bool(scene.Commit())
        Path(path).mkdir(parents=True, exist_ok=True)
        return bool(self.core.app_logic.SaveSceneToSlicerDataBundleDirectory(path, None))

    def addDefaultStorageNodes(self) -> None:
        for index in range(slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLStorableNode")):
            node = slicer.mrmlScene.GetNthNodeByClass(index, "vtkMRMLStorableNode")
            if node.GetStorageNode() is None:
                node.AddDefaultStorageNode()


class qSlicerIOManager(qSlicerCoreIOManager):
    pass
