"""qMRML widgets that choose nodes and numbers."""

from typing import Any

import slicer
from PySide6 import QtCore, QtWidgets

from .ctk_widgets import ctkDoubleSpinBox, ctkRangeWidget, ctkSliderWidget
from .observing import Observers
from .stored import stored

NODE_EVENTS = (slicer.vtkMRMLScene.NodeAddedEvent, slicer.vtkMRMLScene.NodeRemovedEvent,
               slicer.vtkMRMLScene.EndBatchProcessEvent, slicer.vtkMRMLScene.EndCloseEvent)  # fmt: skip


class qMRMLNodeComboBox(QtWidgets.QWidget):
    """Chooses a node. Does not select a node that a script adds (measured in the application).

    Without noneEnabled the first node is selected when the scene is set, and a neighbour when the current one goes.
    """

    currentNodeChanged = QtCore.Signal(object)
    currentNodeIDChanged = QtCore.Signal(str)
    nodeAdded = QtCore.Signal(object)
    nodeAddedByUser = QtCore.Signal(object)
    nodeActivated = QtCore.Signal(object)
    nodeAboutToBeRemoved = QtCore.Signal(object)

    nodeTypes = stored("nodeTypes", "QStringList", [], lambda self: self.refresh())
    noneEnabled = stored("noneEnabled", bool, False, lambda self: self.refresh())
    noneDisplay = stored("noneDisplay", str, "None", lambda self: self.refresh())
    addEnabled = stored("addEnabled", bool, True)
    removeEnabled = stored("removeEnabled", bool, True)
    editEnabled = stored("editEnabled", bool, False)
    renameEnabled = stored("renameEnabled", bool, False)
    showHidden = stored("showHidden", bool, False, lambda self: self.refresh())
    showChildNodeTypes = stored("showChildNodeTypes", bool, True, lambda self: self.refresh())
    hideChildNodeTypes = stored("hideChildNodeTypes", "QStringList", [], lambda self: self.refresh())
    baseName = stored("baseName", str, "")
    selectNodeUponCreation = stored("selectNodeUponCreation", bool, True)
    interactionNodeSingletonTag = stored("interactionNodeSingletonTag", str, "")

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Any = None
        self._attributes: dict[str, tuple[str, Any]] = {}
        self.observers = Observers(self)
        self.combo = QtWidgets.QComboBox(self)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.combo)
        self.combo.currentIndexChanged.connect(lambda *_: self.emit_changed())
        self._told = ""

    def mrmlScene(self) -> Any:
        return self._scene

    def setMRMLScene(self, scene: Any) -> None:
        if scene is self._scene:
            return
        self.observers.drop_all()
        self._scene = scene
        for event in NODE_EVENTS:
            self.observers.observe(scene, event, qMRMLNodeComboBox.refresh)
        if scene is not None:
            self.observers.observe(scene, slicer.vtkMRMLScene.EndImportEvent, qMRMLNodeComboBox.lose)
        self.refresh(first=True)

    def accepts(self, node: Any) -> bool:
        if node.GetHideFromEditors() and not self.property("showHidden"):
            return False
        if not self.property("showChildNodeTypes") and node.GetClassName() not in self.property("nodeTypes"):
            return False
        if any(node.IsA(kind) for kind in self.property("hideChildNodeTypes")):
            return False
        wanted = self._attributes.get(node.GetClassName())
        return wanted is None or node.GetAttribute(wanted[0]) == (None if wanted[1] is None else str(wanted[1]))

    def nodes(self) -> list[Any]:
        if self._scene is None:
            return []
        found = {node.GetID(): node for kind in self.property("nodeTypes") for node in self._of_class(kind)}
        return [node for node in found.values() if self.accepts(node)]

    def _of_class(self, kind: str) -> list[Any]:
        collection = self._scene.GetNodesByClass(kind)
        collection.UnRegister(None)
        return [collection.GetItemAsObject(index) for index in range(collection.GetNumberOfItems())]

    def refresh(self, first: bool = False) -> None:
        """Rebuild the list; keep the current node if it is still there."""
        if self._scene is not None and (self._scene.IsBatchProcessing() or self._scene.IsClosing()):
            return  # the end of it is told
        current, row = self.node_id(), self.combo.currentIndex()
        self.combo.blockSignals(True)
        self.fill()
        index = self.combo.findData(current) if current else -1
        if index < 0:
            none = self.property("noneEnabled")
            lost = bool(current)
            index = 0 if none else (max(0, min(row, self.combo.count() - 1)) if lost else 0 if first else -1)
        self.combo.setCurrentIndex(index if self.combo.count() else -1)
        self.combo.blockSignals(False)
        self.emit_changed()

    def fill(self) -> None:
        self.combo.clear()
        if self.property("noneEnabled"):
            self.combo.addItem(self.property("noneDisplay"), "")
        for node in self.nodes():
            self.combo.addItem(node.GetName(), node.GetID())

    def lose(self) -> None:
        """The real model fills its rows anew when an import ends, and nothing chooses the current node again
        (qMRMLSceneModel::onMRMLSceneImported), also while the scene is still in a batch."""
        self.combo.blockSignals(True)
        self.fill()
        self.combo.setCurrentIndex(0 if self.property("noneEnabled") else -1)
        self.combo.blockSignals(False)
        self.emit_changed()

    def emit_changed(self) -> None:
        if self.node_id() != self._told:
            self._told = self.node_id()
            self.currentNodeChanged.emit(self.currentNode())
            self.currentNodeIDChanged.emit(self._told)

    def node_id(self) -> str:
        return self.combo.currentData() or ""

    def currentNode(self) -> Any:
        node_id = self.node_id()
        return self._scene.GetNodeByID(node_id) if node_id and self._scene is not None else None

    def setCurrentNode(self, node: Any) -> None:
        self.setCurrentNodeID(node.GetID() if node is not None and not isinstance(node, str) else node or "")

    def setCurrentNodeID(self, node_id: str | None) -> None:
        index = self.combo.findData(node_id or "")
        self.combo.setCurrentIndex(index)

    currentNodeID = QtCore.Property(str, node_id, setCurrentNodeID)
    currentNodeId = QtCore.Property(str, node_id, setCurrentNodeID)

    def nodeCount(self) -> int:
        return len(self.nodes())

    def nodeFromIndex(self, index: int) -> Any:
        nodes = self.nodes()
        return nodes[index] if 0 <= index < len(nodes) else None

    def setCurrentNodeIndex(self, index: int) -> None:
        self.setCurrentNode(self.nodeFromIndex(index))

    def addAttribute(self, class_name: str, name: str, value: Any = None) -> None:
        self._attributes[class_name] = (name, value)
        self.refresh()

    def removeAttribute(self, class_name: str, name: str) -> None:
        self._attributes.pop(class_name, None)
        self.refresh()

    def addNode(self, class_name: str = "") -> Any:
        """What "Create new ..." of the menu does; the new node is selected."""
        kind = class_name or self.property("nodeTypes")[0]
        name = self._scene.GenerateUniqueName(self.property("baseName") or kind.removeprefix("vtkMRML"))
        node = self._scene.AddNewNodeByClass(kind, name)
        if self.property("selectNodeUponCreation"):
            self.setCurrentNode(node)
        self.nodeAdded.emit(node)
        self.nodeAddedByUser.emit(node)
        return node

    def removeCurrentNode(self) -> None:
        self.nodeAboutToBeRemoved.emit(self.currentNode())
        self._scene.RemoveNode(self.currentNode())


class qMRMLSliderWidget(ctkSliderWidget):
    """Units of the scene are not followed."""

    def setMRMLScene(self, scene: Any) -> None:
        pass


class qMRMLSpinBox(ctkDoubleSpinBox):
    def setMRMLScene(self, scene: Any) -> None:
        pass


class qMRMLRangeWidget(ctkRangeWidget):
    def setMRMLScene(self, scene: Any) -> None:
        pass
