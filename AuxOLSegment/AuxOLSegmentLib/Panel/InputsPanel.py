"""Section 1 of the panel: which image, which segment, what is being learned.

Three places hold the choice: the scene's parameters (saved), the editor's node (what the Segment Editor works on), and
SessionLogic. The editor's node is the one that counts: what changes elsewhere is written there, and its own change is
told to the other two, so that scripts and the editor's segment table work as well as the selectors here. Until there
is a segmentation the editor takes no volume; till then the parameters' volume counts.

Entering the module chooses what there is to choose from, and makes nothing: a segmentation and a segment come with New
or with the first prompt (Session/Beginning).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import qt
import slicer
import vtk
from slicer.i18n import tr as _

from AuxOLSegmentLib.Engine.EngineConnection import EngineState
from AuxOLSegmentLib.Machine.GeneralistName import generalistTitle
from AuxOLSegmentLib.Panel.EditorFrame import EditorFrame
from AuxOLSegmentLib.Panel.PanelSession import PanelSession
from AuxOLSegmentLib.Panel.PanelTools import Act, setReady, silently
from AuxOLSegmentLib.Scene.FirstNodes import belongsElsewhere, newSegmentation, segmentationOf, volumeToBegin
from AuxOLSegmentLib.Scene.Observing import Observing
from AuxOLSegmentLib.Scene.SceneWatcher import activeEffect
from AuxOLSegmentLib.Scene.VolumeReader import volumeProblem

LOADED = "newFileLoaded(qSlicerIO::IOProperties)"
SWATCH = 12  # pixels of the colour before a segment's name
SEGMENT_EVENTS = ("SegmentAdded", "SegmentRemoved", "SegmentModified")


class InputsPanel(Observing):
    """``changed()`` is called after another volume or segment was chosen; ``missing()`` says which packages have to be
    installed first, '' where none."""

    def __init__(
        self,
        ui: Any,
        logic: PanelSession,
        editor: EditorFrame,
        act: Act,
        changed: Callable[[], None],
        missing: Callable[[], str],
    ) -> None:
        Observing.__init__(self)
        self.ui, self.logic, self.editor, self.act, self.changed = ui, logic, editor, act, changed
        self.missing = missing
        self.effectIs: Callable[[str], None] = lambda name: None  # told which effect of the editor is active
        self._taken = ""  # the volume that was chosen here and not by the user
        self.parameters: Any = None
        self._guiTag: Any = None
        self._busy = False  # while this class itself writes, its own observers pass
        self._typed = False  # the user is typing a task's name: leave the text alone
        self._observedSegmentation: Any = None
        self._inputs: tuple[Any, Any, str] | None = None
        self._suggestedFor = ("", "")
        self._connect()
        self.observeEditor()

    def _connect(self) -> None:
        ui = self.ui
        ui.segmentSelector.connect("activated(int)", lambda index: self.act(lambda: self._chooseSegment(index)))
        ui.addSegmentButton.connect("clicked(bool)", lambda *_unused: self.act(self._addSegment))
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
            self.editor.selectNode()
            self.takeDefaults()
            self._guiTag = parameters.connectGui(self.ui)
            self.addObserver(parameters, vtk.vtkCommand.ModifiedEvent, self._onParameters)
            self._onParameters()

    def enter(self) -> None:
        """The module is shown: follow what is loaded from now on."""
        self.takeDefaults()
        scene = slicer.mrmlScene
        if not self.hasObserver(scene, scene.NodeAddedEvent, self._onNodeAdded):
            self.addObserver(scene, scene.NodeAddedEvent, self._onNodeAdded)
            # What takes long to load is shown long after it was added, and Slicer handles events in between.
            slicer.app.coreIOManager().connect(LOADED, self._onLoaded)

    def exit(self) -> None:
        """Another module is shown."""
        if self.hasObserver(slicer.mrmlScene, slicer.mrmlScene.NodeAddedEvent, self._onNodeAdded):
            slicer.app.coreIOManager().disconnect(LOADED, self._onLoaded)
        self.removeObservers(self._onNodeAdded)

    def _onLoaded(self, *_unused: Any) -> None:
        qt.QTimer.singleShot(0, self.takeDefaults)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeAdded(self, _scene: Any, _event: Any, node: Any) -> None:
        if node.IsA("vtkMRMLScalarVolumeNode"):
            qt.QTimer.singleShot(0, self.takeDefaults)  # who loads it gives it its image and shows it after this

    def takeDefaults(self) -> None:
        """The volume on display, until the user chooses one or works on it, and the segmentation that belongs to it."""
        parameters = self.parameters
        if parameters is None or slicer.mrmlScene.IsBatchProcessing() or slicer.mrmlScene.IsClosing():
            return
        volume = parameters.volume
        if volume is None or (volume.GetID() == self._taken and not segmentIDs(parameters.segmentation)):
            shown = volumeToBegin()
            if shown is not None and shown is not volume:
                self._taken = shown.GetID()
                parameters.volume = shown
        if parameters.volume is not None and parameters.segmentation is None:
            parameters.segmentation = segmentationOf(parameters.volume)

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
        elsewhere = belongsElsewhere(parameters.segmentation, parameters.volume)
        if elsewhere or (parameters.segmentation is None and parameters.volume is not None):
            parameters.segmentation = segmentationOf(parameters.volume, strictly=True)
        if widget.segmentationNode() is not parameters.segmentation:
            widget.setSegmentationNode(parameters.segmentation)
        if parameters.segmentation is not None and widget.sourceVolumeNode() is not parameters.volume:
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
        if node is not None:
            self.effectIs(activeEffect(node))
        if self._busy or node is None:
            return
        inputs = self._chosenNow(node)
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

    def _chosenNow(self, node: Any) -> tuple[Any, Any, str]:
        segmentation = node.GetSegmentationNode()
        if segmentation is None:
            return None if self.parameters is None else self.parameters.volume, None, ""
        return node.GetSourceVolumeNode(), segmentation, node.GetSelectedSegmentID() or ""

    # Segments

    def _addSegment(self) -> None:
        """New: a segment, and before it a segmentation of the volume where there is none."""
        if self.parameters is not None and self.parameters.segmentation is None:
            self.parameters.segmentation = newSegmentation(self.parameters.volume)
        self.editor.addSegment()

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
        volume = self._inputs[0] if self._inputs else None
        noVolume = volumeProblem(volume) if segmentation is None else ""
        setReady(self.ui.addSegmentButton, noVolume, _("Add a segment to the segmentation; the first makes that, too."))
        noSegments = "" if selector.count else _("There is no segment yet: the first prompt makes one, or press New.")
        setReady(
            selector,
            noVolume or noSegments,
            _("The segment that you work on. Its name and colour are in the Segment Editor below, under All segments."),
        )
        if self._names() != self._suggestedFor:
            self.refreshTasks()

    def _names(self) -> tuple[str, str]:
        """What a task is suggested from, as it is shown."""
        return self.ui.volumeSelector.currentNodeID, self.ui.segmentSelector.currentText

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
        self._suggestedFor = self._names()
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
        tip = _(
            'What is being learned, such as "liver, portal CT". The first prompt opens or makes the one that stands '
            "here; to have another one, choose it, or type a new name and press Create."
        )
        setReady(selector, self.missing(), f"{logic.task}\n\n{tip}" if logic.task else tip)
        self._refreshCreate()
        self.refreshTaskText()

    def refreshTaskText(self) -> None:
        """What is fixed for the open task; its version moves as it learns."""
        self.ui.taskLabel.text = taskText(self.logic.status, self.logic.engineTold)

    def _refreshCreate(self) -> None:
        text = self.ui.taskSelector.currentText.strip()
        known = text in list(self.logic.taskNames)
        opens = text == self.logic.task and self.logic.status is not None
        self.ui.createTaskButton.text = _("Open") if known else _("Create")
        opened = _("This task is open. Choose another one, or type a new name.") if opens else ""
        unnamed = "" if text else _("Type a name for what shall be learned.")
        new = _("Make a new task of this name; it starts with nothing learned. The first prompt does it by itself.")
        setReady(
            self.ui.createTaskButton,
            self.missing() or unnamed or opened,
            _("Open this task.") if known else new,
        )

    # What others ask

    def whyNotMark(self) -> str:
        """Why nothing can be marked yet; '' where it can. What else it takes is made or started by that."""
        volume = self._inputs[0] if self._inputs else None
        if volume is None:
            return _("Choose a volume first.")
        return volumeProblem(volume) or self.missing()

    def whyNot(self) -> str:
        """Why the volume cannot be worked on yet; '' if everything is chosen."""
        if self.whyNotMark():
            return self.whyNotMark()
        if not self._inputs[2]:  # type: ignore[index]
            return _("Prompt first, or add a segment: press New.")
        if self.logic.engineState is not EngineState.READY:
            return _("The engine is not running: press Start engine at the top, or prompt.")
        return "" if self.logic.task else _("Prompt first, or choose or create a task.")

    def refresh(self) -> None:
        """Everything in this section."""
        self.refreshSegments()
        self.refreshTasks()

    def cleanup(self) -> None:
        """No observer stays."""
        self.exit()
        self.setParameters(None)
        self.removeObservers()


def segmentIDs(segmentation: Any) -> list[str]:
    """IDs of a segmentation node's segments in their order; none for None."""
    return [] if segmentation is None else list(segmentation.GetSegmentation().GetSegmentIDs())


def taskText(status: Any, told: Mapping[str, Any]) -> str:
    """One line on what is fixed for the open task. ``told``: what the engine says of its generalist."""
    if status is None:
        return _("What is being learned; it serves for other images too. The first prompt opens or makes the task.")
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
