"""Section 1 of the panel: which image, which segment, what is being learned.

Three places hold the choice: the scene's parameters (saved), the editor's node (what the Segment Editor works on), and
SessionLogic. The editor's node is the one that counts: what changes elsewhere is written there, and its own change is
told to the other two, so that scripts and the editor's segment table work as well as the selectors here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import qt
import slicer
import vtk
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from AuxOLSegmentLib.Engine.EngineConnection import EngineState
from AuxOLSegmentLib.Machine.GeneralistName import generalistTitle
from AuxOLSegmentLib.Panel.EditorFrame import EditorFrame
from AuxOLSegmentLib.Panel.PanelSession import PanelSession
from AuxOLSegmentLib.Panel.PanelTools import Act, setReady, silently
from AuxOLSegmentLib.Scene.VolumeReader import volumeProblem

SWATCH = 12  # pixels of the colour before a segment's name
SEGMENT_EVENTS = ("SegmentAdded", "SegmentRemoved", "SegmentModified")


class InputsPanel(VTKObservationMixin):
    """``changed()`` is called after another volume or segment was chosen."""

    def __init__(
        self, ui: Any, logic: PanelSession, editor: EditorFrame, act: Act, changed: Callable[[], None]
    ) -> None:
        VTKObservationMixin.__init__(self)
        self.ui, self.logic, self.editor, self.act, self.changed = ui, logic, editor, act, changed
        self.parameters: Any = None
        self._guiTag: Any = None
        self._busy = False  # while this class itself writes, its own observers pass
        self._typed = False  # the user is typing a task's name: leave the text alone
        self._observedSegmentation: Any = None
        self._inputs: tuple[Any, Any, str] | None = None
        self._connect()
        self.observeEditor()

    def _connect(self) -> None:
        ui = self.ui
        ui.segmentSelector.connect("activated(int)", lambda index: self.act(lambda: self._chooseSegment(index)))
        ui.addSegmentButton.connect("clicked(bool)", lambda *_unused: self.act(self.editor.addSegment))
        ui.taskSelector.connect("activated(int)", lambda index: self._chooseTask(ui.taskSelector.itemText(index)))
        ui.taskSelector.lineEdit().connect("textEdited(QString)", self._onTyped)
        ui.createTaskButton.connect("clicked(bool)", lambda *_unused: self._chooseTask(ui.taskSelector.currentText))

    # The scene's parameters

    def setParameters(self, parameters: Any) -> None:
        """The scene's Parameters, None while there is no scene."""
        if self.parameters is not None:
            self.parameters.disconnectGui(self._guiTag)
            self.removeObserver(self.parameters, vtk.vtkCommand.ModifiedEvent, self._onParameters)
        self.parameters, self._guiTag = parameters, None
        if parameters is not None:
            self._chooseDefaults()
            self._guiTag = parameters.connectGui(self.ui)
            self.addObserver(parameters, vtk.vtkCommand.ModifiedEvent, self._onParameters)
            self._onParameters()

    def _chooseDefaults(self) -> None:
        """What is in the editor's node or on display, to save the user clicks."""
        parameters, node = self.parameters, self.editor.selectNode()
        if parameters.segmentation is None:
            parameters.segmentation = node.GetSegmentationNode()
        if parameters.volume is None:
            parameters.volume = node.GetSourceVolumeNode() or _volumeOnDisplay()

    def _onParameters(self, *_unused: Any) -> None:
        """Parameters -> editor."""
        if self._busy or self.parameters is None:
            return
        self._busy = True
        try:
            self._writeEditor()
        finally:
            self._busy = False
        self._onEditor()

    def _writeEditor(self) -> None:
        parameters, widget = self.parameters, self.editor.widget
        if parameters.volume is not None and parameters.segmentation is None:
            parameters.segmentation = _segmentationFor(parameters.volume)
        if widget.segmentationNode() is not parameters.segmentation:
            widget.setSegmentationNode(parameters.segmentation)
        if widget.sourceVolumeNode() is not parameters.volume:
            widget.setSourceVolumeNode(parameters.volume)
        known = segmentIDs(parameters.segmentation)
        if parameters.segmentID in known and widget.currentSegmentID() != parameters.segmentID:
            widget.setCurrentSegmentID(parameters.segmentID)

    # The editor's node

    def observeEditor(self) -> None:
        """Follow the editor's node; again after another scene brought another node."""
        node = self.editor.selectNode()
        if not self.hasObserver(node, vtk.vtkCommand.ModifiedEvent, self._onEditor):
            self.removeObservers(self._onEditor)
            self.addObserver(node, vtk.vtkCommand.ModifiedEvent, self._onEditor)

    def sceneClosing(self) -> None:
        """Let go of the scene's nodes."""
        self.setParameters(None)
        self.removeObservers(self._onEditor)
        self._observeSegments(None)
        self._inputs = None
        with silently(self.ui.segmentSelector):
            self.ui.segmentSelector.clear()

    def _onEditor(self, *_unused: Any) -> None:
        """Editor -> parameters and SessionLogic."""
        node = self.editor.node
        if self._busy or node is None:
            return
        inputs = node.GetSourceVolumeNode(), node.GetSegmentationNode(), node.GetSelectedSegmentID() or ""
        if inputs == self._inputs:
            return
        self._inputs = inputs
        self._busy = True
        try:
            if self.parameters is not None:
                self.parameters.volume, self.parameters.segmentation, self.parameters.segmentID = inputs
        finally:
            self._busy = False
        self._observeSegments(inputs[1])
        self.act(lambda: self.logic.setInputs(*inputs))
        self._typed = False
        self.refresh()
        self.changed()

    # Segments

    def _observeSegments(self, segmentation: Any) -> None:
        if segmentation is self._observedSegmentation:
            return
        self.removeObservers(self.refreshSegments)
        self._observedSegmentation = segmentation
        for event in SEGMENT_EVENTS if segmentation is not None else ():
            self.addObserver(segmentation, getattr(slicer.vtkSegmentation, event), self.refreshSegments)

    def refreshSegments(self, *_unused: Any) -> None:
        """The list of segments, each with its colour."""
        selector, node = self.ui.segmentSelector, self.editor.node
        segmentation = node.GetSegmentationNode() if node is not None else None
        with silently(selector):
            selector.clear()
            for segmentID in segmentIDs(segmentation):
                segment = node.GetSegmentationNode().GetSegmentation().GetSegment(segmentID)
                selector.addItem(_swatch(segment.GetColor()), segment.GetName(), segmentID)
            selector.setCurrentIndex(selector.findData(node.GetSelectedSegmentID() or "") if node is not None else -1)
        noSegmentation = "" if segmentation is not None else _("Choose a volume and a segmentation first.")
        noSegments = "" if selector.count else _("The segmentation has no segment yet: press New.")
        setReady(self.ui.addSegmentButton, noSegmentation, _("Add a segment to the segmentation."))
        setReady(
            selector,
            noSegmentation or noSegments,
            _("The segment that you work on. Its name and colour are in the Segment Editor below, under All segments."),
        )

    def _chooseSegment(self, index: int) -> None:
        self.editor.widget.setCurrentSegmentID(self.ui.segmentSelector.itemData(index))

    # Tasks

    def _onTyped(self, *_unused: Any) -> None:
        self._typed = True
        self._refreshCreate()

    def _chooseTask(self, name: str) -> None:
        name = name.strip()
        if name and name != self.logic.task:
            self._typed = False
            self.act(lambda: self.logic.chooseTask(name))

    def refreshTasks(self) -> None:
        """The list of tasks, the open one chosen; a suggested name where none is open."""
        selector, logic = self.ui.taskSelector, self.logic
        names = list(logic.taskNames)
        if logic.task and self.parameters is not None:
            self.parameters.taskName = logic.task
        remembered = self.parameters.taskName if self.parameters is not None else ""
        text = selector.currentText if self._typed else (logic.task or logic.suggestedTaskName() or remembered)
        with silently(selector, selector.lineEdit()):
            selector.clear()
            selector.addItems(names)
            selector.setCurrentIndex(names.index(text) if text in names else -1)
            selector.setEditText(text)
            if not self._typed:
                selector.lineEdit().setCursorPosition(0)  # the beginning of a long name says more than its end
        tip = _('What is being learned, such as "liver, portal CT". Choose one, or type a new name and press Create.')
        setReady(selector, self._whyNoTasks(), f"{logic.task}\n\n{tip}" if logic.task else tip)
        self._refreshCreate()
        self.refreshTaskText()

    def refreshTaskText(self) -> None:
        """What is fixed for the open task; its version moves as it learns."""
        self.ui.taskLabel.text = taskText(self.logic.status, self.logic.engineTold)

    def _refreshCreate(self) -> None:
        text = self.ui.taskSelector.currentText.strip()
        known = text in list(self.logic.taskNames)
        self.ui.createTaskButton.text = _("Open") if known else _("Create")
        opened = _("This task is open. Choose another one, or type a new name.") if text == self.logic.task else ""
        unnamed = "" if text else _("Type a name for what shall be learned.")
        setReady(
            self.ui.createTaskButton,
            self._whyNoTasks() or unnamed or opened,
            _("Open this task.") if known else _("Make a new task of this name; it starts with nothing learned."),
        )

    def _whyNoTasks(self) -> str:
        ready = self.logic.engineState is EngineState.READY
        return "" if ready else _("The engine is not running: press Start engine at the top.")

    # What others ask

    def whyNot(self) -> str:
        """Why nothing can be prompted yet; '' if everything is chosen."""
        volume, segmentation, segmentID = self._inputs or (None, None, "")
        if volume is None:
            return _("Choose a volume first.")
        if volumeProblem(volume):
            return volumeProblem(volume)
        if segmentation is None or not segmentID:
            return _("Choose or add a segment first.")
        if self._whyNoTasks():
            return self._whyNoTasks()
        return "" if self.logic.task else _("Choose or create a task first.")

    def refresh(self) -> None:
        """Everything in this section."""
        self.refreshSegments()
        self.refreshTasks()

    def cleanup(self) -> None:
        """No observer stays."""
        self.setParameters(None)
        self.removeObservers()


def segmentIDs(segmentation: Any) -> list[str]:
    """IDs of a segmentation node's segments in their order; none for None."""
    return [] if segmentation is None else list(segmentation.GetSegmentation().GetSegmentIDs())


def taskText(status: Any, told: Mapping[str, Any]) -> str:
    """One line on what is fixed for the open task. ``told``: what the engine says of its generalist."""
    if status is None:
        return _("A task is what is being learned; it serves for other images too.")
    if status.window is None:
        window = _("its intensity window is set by the first slice")
    else:
        window = _("intensity window {low} to {high}").format(
            low=_short(status.window.low), high=_short(status.window.high)
        )
    known = told.get("generalist", {})
    generalist = known["title"] if known.get("name") == status.generalist else generalistTitle(status)
    return _("Generalist: {generalist}; {window}; version {version}.").format(
        generalist=generalist, window=window, version=status.version
    )


def _short(value: float) -> str:
    """Whole units where they are many, three digits where they are few."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _swatch(color: tuple[float, float, float]) -> qt.QIcon:
    pixmap = qt.QPixmap(SWATCH, SWATCH)
    pixmap.fill(qt.QColor.fromRgbF(*color))
    return qt.QIcon(pixmap)


def _volumeOnDisplay() -> Any:
    """The volume in the background of a slice view, else the scene's first."""
    for composite in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode"):
        volume = slicer.mrmlScene.GetNodeByID(composite.GetBackgroundVolumeID() or "")
        if volume is not None:
            return volume
    volumes = slicer.util.getNodesByClass("vtkMRMLVolumeNode")
    return next((volume for volume in volumes if not volume.IsA("vtkMRMLLabelMapVolumeNode")), None)


def _segmentationFor(volume: Any) -> Any:
    """The first segmentation that a person made of this volume or of none, else a new one."""
    role = slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
    nodes = [node for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode") if not node.GetHideFromEditors()]
    for wanted in (volume, None):
        for node in nodes:
            if node.GetNodeReference(role) is wanted:
                return node
    name = _("{volume} segmentation").format(volume=volume.GetName())
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    return node
