"""qMRML widgets that choose segments, and the markups widget."""

from typing import Any

import slicer
from PySide6 import QtCore, QtGui, QtWidgets

from .module import qSlicerWidget
from .node_widgets import qMRMLNodeComboBox
from .observing import Observers
from .stored import stored
from .views import qMRMLWidget


class qMRMLSegmentsTableView(qMRMLWidget):
    """The segments of a segmentation: colour, name, visibility; the selected row."""

    selectionChanged = QtCore.Signal(object, object)
    segmentAboutToBeModified = QtCore.Signal(str)
    readOnly = stored("readOnly", bool, False)
    headerVisible = stored("headerVisible", bool, True)
    selectionMode = stored("selectionMode", int, 1)

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._node: Any = None
        self.observers = Observers(self)
        self.table = QtWidgets.QTableWidget(0, 2, self)
        self.table.setHorizontalHeaderLabels(["", "Name"])
        self.table.setSelectionBehavior(QtWidgets.QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.horizontalHeader().setStretchLastSection(True)
        QtWidgets.QVBoxLayout(self).addWidget(self.table)
        self.table.itemSelectionChanged.connect(lambda: self.selectionChanged.emit(None, None))

    def segmentationNode(self) -> Any:
        return self._node

    def setSegmentationNode(self, node: Any) -> None:
        if node is self._node:
            return
        self.observers.drop_all()
        self._node = node
        if node is not None:
            for event in ("SegmentAdded", "SegmentRemoved", "SegmentModified"):
                self.observers.observe(node, getattr(slicer.vtkSegmentation, event), qMRMLSegmentsTableView.refresh)
        self.refresh()

    def ids(self) -> list[str]:
        return [] if self._node is None else list(self._node.GetSegmentation().GetSegmentIDs())

    def refresh(self) -> None:
        selected = self.selectedSegmentIDs()
        self.table.blockSignals(True)
        self.table.setRowCount(0)
        for row, segment_id in enumerate(self.ids()):
            segment = self._node.GetSegmentation().GetSegment(segment_id)
            self.table.insertRow(row)
            swatch = QtWidgets.QTableWidgetItem("")
            swatch.setBackground(QtGui.QColor.fromRgbF(*segment.GetColor()))
            name = QtWidgets.QTableWidgetItem(segment.GetName())
            name.setData(QtCore.Qt.ItemDataRole.UserRole, segment_id)
            self.table.setItem(row, 0, swatch)
            self.table.setItem(row, 1, name)
        self.table.blockSignals(False)
        self.setSelectedSegmentIDs(selected)

    def selectedSegmentIDs(self) -> list[str]:
        rows = sorted({index.row() for index in self.table.selectedIndexes()})
        return [self.table.item(row, 1).data(QtCore.Qt.ItemDataRole.UserRole) for row in rows]

    def setSelectedSegmentIDs(self, segment_ids: list[str]) -> None:
        self.table.blockSignals(True)
        self.table.clearSelection()
        for row, segment_id in enumerate(self.ids()):
            if segment_id in segment_ids and row < self.table.rowCount():
                self.table.selectRow(row)
        self.table.blockSignals(False)

    def clearSelection(self) -> None:
        self.setSelectedSegmentIDs([])

    def tableWidget(self) -> QtWidgets.QTableWidget:
        return self.table


class qMRMLSegmentSelectorWidget(qMRMLWidget):
    """A segmentation and one of its segments."""

    currentNodeChanged = QtCore.Signal(object)
    currentSegmentChanged = QtCore.Signal(str)
    noneEnabled = stored("noneEnabled", bool, False)
    segmentationNodeSelectorVisible = stored("segmentationNodeSelectorVisible", bool, True)

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.observers = Observers(self)
        layout = QtWidgets.QVBoxLayout(self)
        self.node_combo = qMRMLNodeComboBox(self)
        self.node_combo.setProperty("nodeTypes", ["vtkMRMLSegmentationNode"])
        self.node_combo.setProperty("noneEnabled", True)
        self.segment_combo = QtWidgets.QComboBox(self)
        layout.addWidget(self.node_combo)
        layout.addWidget(self.segment_combo)
        self.node_combo.currentNodeChanged.connect(self.on_node)
        self.segment_combo.currentIndexChanged.connect(self.on_segment)

    def setMRMLScene(self, scene: Any) -> None:
        super().setMRMLScene(scene)
        self.node_combo.setMRMLScene(scene)

    def on_segment(self, _: int) -> None:
        self.currentSegmentChanged.emit(self.currentSegmentID())

    def on_node(self, node: Any) -> None:
        self.observers.drop_all()
        if node is not None:
            for event in ("SegmentAdded", "SegmentRemoved", "SegmentModified"):
                self.observers.observe(node, getattr(slicer.vtkSegmentation, event), qMRMLSegmentSelectorWidget.refresh)
        self.refresh()
        self.currentNodeChanged.emit(node)

    def refresh(self) -> None:
        current, node = self.currentSegmentID(), self.currentNode()
        self.segment_combo.blockSignals(True)
        self.segment_combo.clear()
        if self.property("noneEnabled"):
            self.segment_combo.addItem("None", "")
        for segment_id in self.segmentIDs():
            self.segment_combo.addItem(node.GetSegmentation().GetSegment(segment_id).GetName(), segment_id)
        self.segment_combo.setCurrentIndex(max(0, self.segment_combo.findData(current)))
        self.segment_combo.blockSignals(False)
        if self.currentSegmentID() != current:
            self.currentSegmentChanged.emit(self.currentSegmentID())

    def currentNode(self) -> Any:
        return self.node_combo.currentNode()

    def currentNodeID(self) -> str:
        return self.node_combo.node_id()

    def setCurrentNode(self, node: Any) -> None:
        self.node_combo.setCurrentNode(node)

    def setCurrentNodeID(self, node_id: str) -> None:
        self.node_combo.setCurrentNodeID(node_id)

    def segmentIDs(self) -> list[str]:
        return [] if self.currentNode() is None else list(self.currentNode().GetSegmentation().GetSegmentIDs())

    def currentSegmentID(self) -> str:
        return self.segment_combo.currentData() or ""

    def setCurrentSegmentID(self, segment_id: str) -> None:
        self.segment_combo.setCurrentIndex(self.segment_combo.findData(segment_id))


class qSlicerSimpleMarkupsWidget(qSlicerWidget):
    """A markups node; its table of points is not built."""

    markupsNodeChanged = QtCore.Signal()
    nodeSelectorVisible = stored("nodeSelectorVisible", bool, True)
    optionsVisible = stored("optionsVisible", bool, True)

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.node_combo = qMRMLNodeComboBox(self)
        self.node_combo.setProperty("nodeTypes", ["vtkMRMLMarkupsFiducialNode"])
        self.node_combo.setProperty("noneEnabled", True)
        self.node_combo.currentNodeChanged.connect(lambda *_: self.markupsNodeChanged.emit())

    def setMRMLScene(self, scene: Any) -> None:
        super().setMRMLScene(scene)
        self.node_combo.setMRMLScene(scene)

    def currentNode(self) -> Any:
        return self.node_combo.currentNode()

    def setCurrentNode(self, node: Any) -> None:
        self.node_combo.setCurrentNode(node)
