"""The application's part of the subject hierarchy that looks after segmentations, and what it prints.

The hierarchy node is Slicer's own. Copied from qSlicerSubjectHierarchyPluginLogic (which nodes get an item),
qSlicerSegmentationsModule (which events are observed) and qSlicerSubjectHierarchySegmentationsPlugin (Slicer
583e9b37d5): an item is made for a segmentation that is not hidden from editors, and a change of a segmentation
without an item is an error. Items of single segments and of other kinds of nodes are left out.
"""

from typing import Any

import slicer
import vtk

from ..log import log

PLUGIN = "qSlicerSubjectHierarchySegmentationsPlugin"
EARLY = 10.0  # before anybody else's observers of that event


class SegmentationItems:
    """Observes the scene for as long as the application runs."""

    def __init__(self, scene: Any) -> None:
        self._scene = scene
        kind = slicer.vtkMRMLScene
        scene.AddObserver(kind.NodeAddedEvent, self._node_added)
        scene.AddObserver(kind.NodeAboutToBeRemovedEvent, self._node_about_to_be_removed)
        scene.AddObserver(kind.NodeRemovedEvent, self._node_removed)
        scene.AddObserver(kind.EndImportEvent, self._resolve_and_add, EARLY)
        scene.AddObserver(kind.EndCloseEvent, lambda *_: self._resolve())
        scene.AddObserver(kind.EndRestoreEvent, lambda *_: self._resolve())
        scene.AddObserver(kind.EndBatchProcessEvent, lambda *_: self._add_missing(), EARLY)
        self._resolve()

    # Which nodes have an item

    def _hierarchy(self) -> Any:
        return self._scene.GetSubjectHierarchyNode()

    def _resolve(self) -> None:
        slicer.vtkMRMLSubjectHierarchyNode.ResolveSubjectHierarchy(self._scene)

    def _resolve_and_add(self, *_: Any) -> None:
        self._resolve()
        self._add_missing()

    def _add_missing(self) -> None:
        for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode", self._scene):
            self._add(node)

    def _add(self, node: Any) -> None:
        if not node.GetHideFromEditors() and not self._item(node):
            self._hierarchy().CreateItem(self._hierarchy().GetSceneItemID(), node)

    def _item(self, node: Any) -> int:
        return int(self._hierarchy().GetItemByDataNode(node))

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _node_added(self, scene: Any, _event: Any, node: Any) -> None:
        if node.IsA("vtkMRMLSubjectHierarchyNode"):
            self._resolve()
        if node.IsA("vtkMRMLSegmentationNode"):
            self._observe(node)
            if not scene.IsImporting():
                self._add(node)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _node_about_to_be_removed(self, scene: Any, _event: Any, node: Any) -> None:
        if not scene.IsClosing() and not node.IsA("vtkMRMLSubjectHierarchyNode") and self._item(node):
            self._hierarchy().RemoveItem(self._item(node), False, False)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _node_removed(self, scene: Any, _event: Any, node: Any) -> None:
        if node.IsA("vtkMRMLSubjectHierarchyNode") and not scene.IsClosing():
            self._resolve_and_add()

    # What a change of a node without an item prints

    def _observe(self, node: Any) -> None:
        kind = slicer.vtkSegmentation
        node.AddObserver(kind.SegmentAdded, self._segment_added)
        node.AddObserver(kind.SegmentRemoved, self._segment_removed)
        node.AddObserver(kind.SegmentModified, self._segment_modified)
        node.AddObserver(slicer.vtkMRMLDisplayableNode.DisplayModifiedEvent, self._display_modified)

    def _segment_added(self, node: Any, _event: Any) -> None:
        if not _importing(node) and not self._item(node):
            _print("onSegmentAdded", f"Failed to access subject hierarchy item for segmentation node {node.GetName()}")

    def _segment_removed(self, node: Any, _event: Any) -> None:
        if not self._item(node):
            name = node.GetName()
            _print("onSegmentRemoved", f"Subject hierarchy item cannot be found for segmentation node {name}")

    def _segment_modified(self, node: Any, _event: Any) -> None:
        self._cannot_find(node, "onSegmentModified")

    def _display_modified(self, node: Any, _event: Any) -> None:
        self._cannot_find(node, "updateAllSegmentsFromMRML")

    def _cannot_find(self, node: Any, function: str) -> None:
        if not _importing(node) and not self._item(node):
            _print(function, f"Unable to find subject hierarchy item for segmentation node {node.GetName()}")


def _importing(node: Any) -> bool:
    return node.GetScene() is not None and bool(node.GetScene().IsImporting())


def _print(function: str, text: str) -> None:
    log.critical(f"{PLUGIN}::{function}: {text}")
