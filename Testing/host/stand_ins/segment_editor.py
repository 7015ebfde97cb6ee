"""qMRMLSegmentEditorWidget over the real vtkSlicerSegmentEditorLogic, which holds masking, overwriting and undo.

The effects are Python stand-ins: a test edits through the logic. As in the real widget (read in its source): choosing
another segmentation ends the effect and selects its reference volume and first segment; currentSegmentIDChanged comes
when the user selects a row, not when a script calls setCurrentSegmentID.
"""

from typing import Any

import slicer
from PySide6 import QtCore, QtGui, QtWidgets

from ..log import log
from .ctk_widgets import ctkExpandableWidget
from .node_widgets import qMRMLNodeComboBox
from .observing import Observers
from .segment_effects import EFFECTS, effects_of
from .segment_widgets import qMRMLSegmentsTableView
from .stored import stored
from .views import qMRMLWidget

REFERENCE = "referenceImageGeometryRef"


class qMRMLSegmentEditorWidget(qMRMLWidget):
    """`logic` is the widget's private editor logic; the application hides it, tests use it to edit as a user would."""

    currentSegmentIDChanged = QtCore.Signal(str)
    segmentationNodeChanged = QtCore.Signal(object)
    sourceVolumeNodeChanged = QtCore.Signal(object)
    masterVolumeNodeChanged = QtCore.Signal(object)

    segmentationNodeSelectorVisible = stored("segmentationNodeSelectorVisible", bool, True,
                                             lambda self: self.show_selectors())  # fmt: skip
    sourceVolumeNodeSelectorVisible = stored("sourceVolumeNodeSelectorVisible", bool, True,
                                             lambda self: self.show_selectors())  # fmt: skip
    autoShowSourceVolumeNode = stored("autoShowSourceVolumeNode", bool, True)
    readOnly = stored("readOnly", bool, False)
    effectColumnCount = stored("effectColumnCount", int, 2, lambda self: self.updateEffectList())
    effectButtonStyle = stored("effectButtonStyle", int, 0)
    unorderedEffectsVisible = stored("unorderedEffectsVisible", bool, True)
    maskingSectionVisible = stored("maskingSectionVisible", bool, True, lambda self: self.want_node())
    switchToSegmentationsButtonVisible = stored("switchToSegmentationsButtonVisible", bool, True)
    show3DButtonVisible = stored("show3DButtonVisible", bool, True)
    addRemoveSegmentButtonsVisible = stored("addRemoveSegmentButtonsVisible", bool, True)
    specifyGeometryButtonVisible = stored("specifyGeometryButtonVisible", bool, True)
    jumpToSelectedSegmentEnabled = stored("jumpToSelectedSegmentEnabled", bool, False)
    defaultTerminologyEntrySettingsKey = stored("defaultTerminologyEntrySettingsKey", str, "")

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.logic = slicer.vtkSlicerSegmentEditorLogic()
        self.logic.SetMaximumNumberOfUndoStates(5)
        self.observers = Observers(self)
        self._node: Any = None
        self._shown_segmentation: Any = None
        self._shown_source: Any = None
        self._effects = effects_of(self)
        self._order: list[str] = list(EFFECTS)
        self._shortcuts: list[QtGui.QShortcut] = []
        self._views_observed = False
        self._updating = False
        self._build()

    def want_node(self) -> None:
        """As the application says where masking is shown or hidden before there is a node."""
        if getattr(self, "_node", None) is None:
            log.critical("qMRMLSegmentEditorWidget: Invalid segment editor parameter set node")

    def _build(self) -> None:
        self.form = QtWidgets.QFormLayout(self)
        self.form.setContentsMargins(0, 0, 0, 0)
        self.segmentation_combo, self.source_combo = qMRMLNodeComboBox(self), qMRMLNodeComboBox(self)
        self.segmentation_combo.setProperty("nodeTypes", ["vtkMRMLSegmentationNode"])
        self.source_combo.setProperty("nodeTypes", ["vtkMRMLScalarVolumeNode"])
        self.source_combo.setProperty("noneEnabled", True)
        self.form.addRow("Segmentation:", self.segmentation_combo)
        self.form.addRow("Source volume:", self.source_combo)
        frame = ctkExpandableWidget(self)
        frame.setObjectName("SegmentsTableResizableFrame")
        self.table = qMRMLSegmentsTableView(frame)
        self.table.setObjectName("SegmentsTableView")
        QtWidgets.QVBoxLayout(frame).addWidget(self.table)
        self.form.addRow(frame)
        self.form.addRow(self._effect_buttons())
        self.segmentation_combo.currentNodeChanged.connect(self.on_segmentation_chosen)
        self.source_combo.currentNodeChanged.connect(self.on_source_chosen)
        self.table.selectionChanged.connect(self.on_row_selected)

    def _effect_buttons(self) -> QtWidgets.QGridLayout:
        grid = QtWidgets.QGridLayout()
        self.buttons = QtWidgets.QButtonGroup(self)
        self.buttons.setExclusive(False)
        for index, name in enumerate(EFFECTS):
            button = QtWidgets.QToolButton(self)
            button.setText(name[:2])  # the real one shows an icon, by default without words
            button.setToolTip(name)
            button.setFixedSize(30, 26)
            button.setCheckable(True)
            button.clicked.connect(lambda on, name=name: self.setActiveEffectByName(name if on else ""))
            self.buttons.addButton(button, index)
        self.grid = grid
        self.updateEffectList()
        return grid

    def updateEffectList(self) -> None:
        columns = self.property("effectColumnCount")
        for index, button in enumerate(self.buttons.buttons()):
            self.grid.addWidget(button, index // columns, index % columns)
        self.grid.setColumnStretch(columns, 1)

    def setEffectColumnCount(self, count: int) -> None:
        self.setProperty("effectColumnCount", count)

    def setAddRemoveSegmentButtonsVisible(self, visible: bool) -> None:
        self.setProperty("addRemoveSegmentButtonsVisible", visible)

    def show_selectors(self) -> None:
        self.form.setRowVisible(self.segmentation_combo, self.property("segmentationNodeSelectorVisible"))
        self.form.setRowVisible(self.source_combo, self.property("sourceVolumeNodeSelectorVisible"))

    # --- the scene and the parameter node
    def setMRMLScene(self, scene: Any) -> None:
        if scene is self.mrmlScene():
            return
        for combo in (self.segmentation_combo, self.source_combo):
            combo.blockSignals(True)
            combo.setMRMLScene(scene)
            combo.blockSignals(False)
        self.logic.SetMRMLApplicationLogic(slicer.app.applicationLogic())
        self.logic.SetMRMLScene(scene)
        super().setMRMLScene(scene)
        if scene is not None:
            kind = slicer.vtkMRMLScene
            self.observers.observe(scene, kind.EndCloseEvent, qMRMLSegmentEditorWidget.updateWidgetFromMRML)
            self.observers.observe(scene, kind.EndBatchProcessEvent, qMRMLSegmentEditorWidget.batch_ended)
        self.updateWidgetFromMRML()

    def batch_ended(self) -> None:
        """As onMRMLSceneEndBatchProcessEvent: what the selectors show goes into the node, and not the other way
        round. Where a scene was loaded in the batch, that is nothing."""
        if self._node is not None:
            if self._node.GetSegmentationNode() is not self.segmentation_combo.currentNode():
                self.setSegmentationNode(self.segmentation_combo.currentNode())
            if self._node.GetSourceVolumeNode() is not self.source_combo.currentNode():
                self.setSourceVolumeNode(self.source_combo.currentNode())
        self.updateWidgetFromMRML()

    def mrmlSegmentEditorNode(self) -> Any:
        return self._node

    def setMRMLSegmentEditorNode(self, node: Any) -> None:
        if node is self._node:
            return
        self.observers.drop(self._node)
        self._node = node
        self.logic.SetSegmentEditorNode(node)
        self.observers.observe(node, "ModifiedEvent", qMRMLSegmentEditorWidget.updateWidgetFromMRML)
        self.updateWidgetFromMRML()

    def updateWidgetFromMRML(self) -> None:
        scene = self.mrmlScene()
        if scene is None or scene.IsClosing() or scene.IsBatchProcessing() or self._updating or self._node is None:
            return
        self._updating = True
        try:
            self._show_segmentation()
            self._show_source()
            self._show_state()
        finally:
            self._updating = False

    def _show_segmentation(self) -> None:
        segmentation = self.logic.GetSegmentationNode()
        self.segmentation_combo.blockSignals(True)
        self.segmentation_combo.setCurrentNode(segmentation)
        self.segmentation_combo.blockSignals(False)
        if segmentation is self._shown_segmentation:
            return
        self.observers.drop(self._shown_segmentation)
        self._shown_segmentation = segmentation
        self.table.setSegmentationNode(segmentation)
        if segmentation is not None:
            self.observers.observe(segmentation, "ModifiedEvent", qMRMLSegmentEditorWidget.updateWidgetFromMRML)
            reference = segmentation.GetNodeReference(REFERENCE)
            self.source_combo.blockSignals(True)
            self.source_combo.setCurrentNode(reference)
            self.source_combo.blockSignals(False)
            self.logic.SetSourceVolumeNode(reference)
            segmentation.CreateDefaultDisplayNodes()
            if segmentation.GetSegmentation().GetNumberOfSegments():
                self.logic.SelectFirstSegment(True)
        self.segmentationNodeChanged.emit(segmentation)

    def _show_source(self) -> None:
        source = self.logic.GetSourceVolumeNode()
        if self._node.GetSegmentationNode() is None or source is self._shown_source:
            return
        self._shown_source = source
        self.source_combo.blockSignals(True)
        self.source_combo.setCurrentNode(source)
        self.source_combo.blockSignals(False)
        if source is not None and self.property("autoShowSourceVolumeNode"):
            self.showSourceVolumeInSliceViewers()
        self.sourceVolumeNodeChanged.emit(source)
        self.masterVolumeNodeChanged.emit(source)

    def _show_state(self) -> None:
        current = self._node.GetSelectedSegmentID()
        self.table.setSelectedSegmentIDs([current] if current else [])
        active = self._node.GetActiveEffectName() or ""
        for index, name in enumerate(EFFECTS):
            self.buttons.button(index).setChecked(name == active)

    # --- what the user chooses
    def on_segmentation_chosen(self, node: Any) -> None:
        if self.mrmlScene() is not None and not self.mrmlScene().IsBatchProcessing():
            self.setSegmentationNode(node)

    def on_source_chosen(self, node: Any) -> None:
        if self.mrmlScene() is not None and not self.mrmlScene().IsBatchProcessing() and self._node is not None:
            self.setSourceVolumeNode(node)

    def on_row_selected(self, *_: Any) -> None:
        chosen = (self.table.selectedSegmentIDs() or [""])[0]
        if self._node is None or chosen == (self._node.GetSelectedSegmentID() or ""):
            return
        self._node.SetSelectedSegmentID(chosen or None)
        self.updateWidgetFromMRML()
        self.currentSegmentIDChanged.emit(chosen)

    # --- what scripts call
    def segmentationNode(self) -> Any:
        return self.segmentation_combo.currentNode()

    def segmentationNodeID(self) -> str:
        return self.segmentation_combo.node_id()

    def setSegmentationNode(self, node: Any) -> None:
        if self.logic.GetSegmentationNode() is node:
            return
        self.logic.SetSegmentationNode(node)
        self.setActiveEffectByName("")

    def setSegmentationNodeID(self, node_id: str) -> None:
        self.setSegmentationNode(self.mrmlScene().GetNodeByID(node_id))

    def sourceVolumeNode(self) -> Any:
        return self.logic.GetSourceVolumeNode()

    def sourceVolumeNodeID(self) -> str:
        return self.sourceVolumeNode().GetID() if self.sourceVolumeNode() is not None else ""

    def setSourceVolumeNode(self, node: Any) -> None:
        self.logic.SetSourceVolumeNode(node)

    def setSourceVolumeNodeID(self, node_id: str) -> None:
        self.setSourceVolumeNode(self.mrmlScene().GetNodeByID(node_id))

    def currentSegmentID(self) -> str:
        return self.logic.GetCurrentSegmentID()

    def setCurrentSegmentID(self, segment_id: str) -> None:
        if self._node is not None:
            self._node.SetSelectedSegmentID(segment_id)

    def activeEffect(self) -> Any:
        return self._effects.get(self._node.GetActiveEffectName() or "") if self._node is not None else None

    def setActiveEffect(self, effect: Any) -> None:
        self.setActiveEffectByName(effect.property("name") if effect is not None else "")

    def setActiveEffectByName(self, name: str) -> None:
        if self._node is not None:
            self._node.SetActiveEffectName(name if name in self._effects else "")

    def effectByName(self, name: str) -> Any:
        return self._effects.get(name)

    def availableEffectNames(self) -> list[str]:
        return list(self._effects)

    def effectNameOrder(self) -> list[str]:
        return self._order

    def setEffectNameOrder(self, order: list[str]) -> None:
        self._order = list(order)

    def showSourceVolumeInSliceViewers(self, force: bool = False, fit: bool = False) -> None:
        source = self._node.GetSourceVolumeNode()
        logics = slicer.app.layoutManager().mrmlSliceLogics()
        for index in range(logics.GetNumberOfItems() if source is not None else 0):
            composite = logics.GetItemAsObject(index).GetSliceCompositeNode()
            if force or source.GetID() not in (composite.GetBackgroundVolumeID(), composite.GetForegroundVolumeID()):
                composite.SetBackgroundVolumeID(source.GetID())
                composite.SetForegroundVolumeID(None)
                composite.SetLabelVolumeID(None)
            if fit:
                logics.GetItemAsObject(index).FitSliceToBackground()

    # --- undo, through the logic's own history
    def saveStateForUndo(self) -> None:
        self.logic.SaveStateForUndo()

    def undo(self) -> None:
        self.logic.Undo()

    def redo(self) -> None:
        self.logic.Redo()

    def _undo_states(self) -> int:
        return self.logic.GetMaximumNumberOfUndoStates()

    def setMaximumNumberOfUndoStates(self, count: int) -> None:
        self.logic.SetMaximumNumberOfUndoStates(count)

    maximumNumberOfUndoStates = QtCore.Property(int, _undo_states, setMaximumNumberOfUndoStates)

    # --- enter and exit of a module
    def setupViewObservations(self) -> None:
        self._views_observed = True

    def removeViewObservations(self) -> None:
        self._views_observed = False

    def installKeyboardShortcuts(self, parent: QtWidgets.QWidget | None = None) -> None:
        """The keys that the real widget takes; a module's own shortcut on the same key becomes ambiguous."""
        self.uninstallKeyboardShortcuts()
        actions = {"q": self.selectPreviousSegment, "w": self.selectNextSegment, "z": self.undo, "y": self.redo,
                   "Esc": lambda: self.setActiveEffectByName(""), " ": lambda: None}  # fmt: skip
        for number in range(10):
            actions[str(number)] = lambda number=number: self.setActiveEffectByName(EFFECTS[number - 1])
        owner = parent or slicer.util.mainWindow()._host_real
        for key, action in actions.items():
            shortcut = QtGui.QShortcut(QtGui.QKeySequence(key), owner)
            shortcut.activated.connect(action)
            self._shortcuts.append(shortcut)

    def uninstallKeyboardShortcuts(self) -> None:
        for shortcut in self._shortcuts:
            shortcut.setParent(None)
            shortcut.deleteLater()
        self._shortcuts.clear()

    def selectNextSegment(self) -> None:
        self.selectSegmentAtOffset(1)

    def selectPreviousSegment(self) -> None:
        self.selectSegmentAtOffset(-1)

    def selectSegmentAtOffset(self, offset: int) -> None:
        self.logic.SelectSegmentAtOffset(offset)
