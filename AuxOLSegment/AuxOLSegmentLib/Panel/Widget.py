"""The panel: loads the .ui files, joins its parts, and lets SessionLogic's changes reach what they concern.

Each part is a file of its own and reads SessionLogic when told to; none keeps what SessionLogic knows. Clicks go to
SessionLogic, whose calls return at once. What they raise becomes a sentence on the status line.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from auxol_core.errors import AuxolError
from AuxOLSegmentLib.Engine.EngineConnection import EngineState
from AuxOLSegmentLib.Machine.Language import speak, spoken
from AuxOLSegmentLib.Machine.Messages import sentence
from AuxOLSegmentLib.Machine.Settings import Settings
from AuxOLSegmentLib.Panel.ComparePanel import ComparePanel
from AuxOLSegmentLib.Panel.DataProbe import DataProbe
from AuxOLSegmentLib.Panel.EditorFrame import EditorFrame
from AuxOLSegmentLib.Panel.GeneralistPanel import GeneralistPanel
from AuxOLSegmentLib.Panel.InputsPanel import InputsPanel
from AuxOLSegmentLib.Panel.LearningPanel import LearningPanel
from AuxOLSegmentLib.Panel.OnwardPanel import OnwardPanel
from AuxOLSegmentLib.Panel.PanelSession import PanelSession
from AuxOLSegmentLib.Panel.PanelTools import setReady
from AuxOLSegmentLib.Panel.PreparingRow import PreparingRow
from AuxOLSegmentLib.Panel.PromptPanel import PromptPanel
from AuxOLSegmentLib.Panel.ReviewPanel import ReviewPanel
from AuxOLSegmentLib.Panel.Sections import Sections
from AuxOLSegmentLib.Panel.SeedsPanel import SeedsPanel
from AuxOLSegmentLib.Panel.SettingsPanel import SettingsPanel
from AuxOLSegmentLib.Panel.SetupPanel import SetupPanel
from AuxOLSegmentLib.Panel.Shortcuts import Shortcuts

UI_FOLDER = Path(__file__).resolve().parents[2] / "Resources" / "UI"
ICONS = {
    "info": qt.QStyle.SP_MessageBoxInformation,
    "busy": qt.QStyle.SP_BrowserReload,
    "warning": qt.QStyle.SP_MessageBoxWarning,
    "error": qt.QStyle.SP_MessageBoxCritical,
}
ICON_SIZE = 18
# The parts with a .ui file of their own -> the section that they stand in.
PARTS = {
    "Compare": "proposalSection",
    "Onward": "teachSection",
    "Seeds": "reviewSection",
    "Review": "reviewSection",
    "Learning": "learningSection",
    "Settings": "settingsSection",
}


class PanelWidget:
    """Made in the module widget's setup(): ``layout`` is the module's, ``logic`` a SessionLogic.

    The module widget passes on enter(), exit(), cleanup(), the closing of a scene, and the scene's Parameters.
    """

    def __init__(self, layout: Any, logic: PanelSession, settings: Settings) -> None:
        self.logic, self.settings = logic, settings
        self.entered = False
        self.language = spoken()
        self.languageChanged: Callable[[], None] = lambda: None  # the module widget makes the panel anew
        self._load(layout)
        self.editor = EditorFrame(self.ui.editorLayout)
        logic.setEditor(self.editor.node, self.editor.widget.saveStateForUndo)
        self._makeParts()
        self.dataProbe = DataProbe()
        keys = {**self.prompts.keys(), **self.onward.keys(), **self.compare.keys()}
        self.shortcuts = Shortcuts(self.uiWidget, keys, logic.useViewUnderMouse)
        self.inputs.effectIs = self.shortcuts.effectIs
        self.ui.startEngineButton.connect("clicked(bool)", lambda *_unused: self.act(lambda: logic.startEngine()))
        self._refreshers = self._whatConcernsWhat()
        logic.listen(self.onChange)
        self.refresh()

    def _load(self, layout: Any) -> None:
        self.uiWidget = slicer.util.loadUI(str(UI_FOLDER / "AuxOLSegment.ui"))
        layout.addWidget(self.uiWidget)
        self.ui = slicer.util.childWidgetVariables(self.uiWidget)
        for name, section in PARTS.items():
            part = slicer.util.loadUI(str(UI_FOLDER / f"{name}Panel.ui"))
            getattr(self.ui, section).layout().addWidget(part)
            vars(self.ui).update(vars(slicer.util.childWidgetVariables(part)))
        self.ui.editorLayout = self.ui.editorSection.layout()
        self.uiWidget.setMRMLScene(slicer.mrmlScene)

    def _makeParts(self) -> None:
        ui, logic, settings = self.ui, self.logic, self.settings
        self.inputs = InputsPanel(ui, logic, self.editor, self.act, self._onInputs, self._missing)
        self.setup = SetupPanel(ui, settings, self.say, self._onInstalled)
        self.prompts = PromptPanel(ui, logic, self.inputs.whyNotMark, self.act, self.say)
        self.compare = ComparePanel(ui, logic, self.act)
        self.onward = OnwardPanel(ui, logic, settings, self.act)
        self.seeds = SeedsPanel(ui, logic, self.inputs.whyNot, self.act)
        self.review = ReviewPanel(ui, logic, settings, self.inputs.whyNot, self.act)
        self.learning = LearningPanel(ui, logic, settings, self.act)
        self.preparing = PreparingRow(ui, logic, self.act)
        self.sections = Sections(ui, logic, settings, self.editor)
        self.generalists = GeneralistPanel(ui, logic, settings, self.act, self.say)
        self.settingsPart = SettingsPanel(ui, logic, settings, self._onSettings, self.act, self.say)

    def _whatConcernsWhat(self) -> dict[str, tuple[Callable[[], None], ...]]:
        """SessionLogic's kinds of change -> what shows them."""
        prompts, review, seeds = self.prompts, self.review, self.seeds
        compare, onward = self.compare, self.onward
        return {
            "message": (self.refreshMessage,),
            "engine": (self.refresh,),
            "tasks": (self.inputs.refreshTasks,),
            "task": (
                *(self.inputs.refreshTasks, self.sections.refresh, prompts.refresh, compare.refresh, onward.refresh),
                *(review.refresh, self.learning.refresh),
            ),
            "prompts": (self.preparing.refresh, prompts.refreshPrompts, prompts.refreshProposal, review.refreshRange),
            "slices": (
                *(prompts.refreshProposal, compare.refresh, prompts.refreshCounts, onward.refreshSlices),
                review.refreshAfterSlices,
            ),
            "unreviewed": (prompts.refreshCounts, review.refreshText),
            "learning": (self.inputs.refreshTaskText, self.sections.refresh, self.learning.refresh),
            "generalists": (self.settingsPart.refresh, self.generalists.refresh),
            "propagation": (review.refreshPropagation, review.refreshPresence, seeds.refresh),
        }

    # Life cycle

    def enter(self) -> None:
        """The module is shown."""
        self.entered = True
        self.editor.selectNode()
        self.inputs.observeEditor()
        self.logic.setEditor(self.editor.node, self.editor.widget.saveStateForUndo)
        self.editor.enter()
        self._whileShown()
        self.setup.refresh()
        self.inputs.enter()
        self._openEngine()
        self.refresh()

    def _openEngine(self) -> None:
        if not self._missing():
            self.act(self.logic.openEngine)

    def _missing(self) -> str:
        """What stands in the way of an engine on this machine; '' where nothing does."""
        return "" if self.ui.setupSection.isHidden() else _("Packages are missing: install them below first.")

    def exit(self) -> None:
        """Another module is shown."""
        self.entered = False
        self.shortcuts.remove()
        self.onward.leave()
        self.dataProbe.restore()
        self.logic.prompts.stop()
        self.inputs.exit()
        self.editor.exit()

    def speaksNow(self) -> bool:
        """Whether its texts are in the language that texts come in now."""
        return self.language == spoken()

    def collapsible(self) -> dict[str, Any]:
        """Its parts that can be collapsed, by name."""
        parts = {name: part for name, part in vars(self.ui).items() if name.endswith("Section")}
        return {name: part for name, part in parts.items() if hasattr(part, "collapsed")}

    def setParameters(self, parameters: Any) -> None:
        """The scene's Parameters; None when there is none."""
        self.inputs.setParameters(parameters)
        self.refresh()

    def sceneClosing(self) -> None:
        """Call at onSceneStartClose."""
        self.inputs.sceneClosing()
        self.review.sceneClosing()
        self.editor.sceneClosing()

    def sceneClosed(self) -> None:
        """Call at onSceneEndClose and after an import, then setParameters."""
        if self.entered:
            self.editor.selectNode()
            self.inputs.observeEditor()
            self.logic.setEditor(self.editor.node, self.editor.widget.saveStateForUndo)
            self.editor.widget.updateWidgetFromMRML()
        self.refresh()

    def cleanup(self) -> None:
        """Nothing of the panel stays alive: no listener, observer, shortcut or editor."""
        self.logic.unlisten(self.onChange)
        self.shortcuts.remove()
        self.onward.leave()
        self.dataProbe.restore()
        for part in (self.inputs, self.setup, self.settingsPart, self.review):
            part.cleanup()
        self.editor.delete()
        self.uiWidget.setMRMLScene(None)  # its selectors observe the scene
        self.uiWidget.deleteLater()  # a reload would only hide it

    # Clicks and what they raise

    def act(self, what: Callable[[], Any]) -> None:
        """Call ``what``; an expected error becomes a sentence on the status line, a bug Slicer's error window."""
        with slicer.util.tryWithErrorDisplay(_("AuxOLSegment could not do this.")):
            try:
                what()
            except AuxolError as error:
                self.say(sentence(error), "error")

    def say(self, text: str, level: str) -> None:
        """Put a sentence on the status line, until SessionLogic has something newer to say."""
        self.ui.statusLabel.text = text
        icon = self.uiWidget.style().standardIcon(ICONS.get(level, ICONS["info"]))
        self.ui.statusIcon.setPixmap(icon.pixmap(ICON_SIZE, ICON_SIZE))

    # What is shown

    def onChange(self, kind: str) -> None:
        """SessionLogic says that something of this kind has changed."""
        for refresh in self._refreshers.get(kind, ()):
            refresh()

    def refreshMessage(self) -> None:
        """The status line."""
        text, level = self.logic.message
        ready = _("Ready: mark the object with a box or a point.")
        if self.logic.engineState is not EngineState.READY:
            ready = _("Mark the object with a box or a point; it is answered as soon as the engine is there.")
        self.say(text or self.inputs.whyNotMark() or ready, level)

    def refreshEngine(self) -> None:
        """Whether there is an engine, where it computes and why there."""
        ui, state = self.ui, self.logic.engineState
        texts = {
            EngineState.OFF: _("Engine: not running."),
            EngineState.STARTING: _("Engine: starting ..."),
            EngineState.READY: _("Engine: ready."),
            EngineState.FAILED: _("Engine: failed."),
        }
        ui.engineLabel.text = f"{texts[state]} {self.logic.engineText}".strip()
        ui.startEngineButton.visible = state in (EngineState.OFF, EngineState.FAILED)
        setReady(ui.startEngineButton, self._missing(), _("Start it here, or connect to the server in Settings."))

    def refresh(self) -> None:
        """Everything that SessionLogic knows."""
        self.refreshMessage()
        self.refreshEngine()
        for part in (
            *(self.preparing, self.inputs, self.prompts, self.compare, self.onward, self.seeds, self.review),
            *(self.learning, self.settingsPart, self.generalists, self.sections),
        ):
            part.refresh()

    def _onInstalled(self) -> None:
        if self.entered:
            self._openEngine()
        self.refreshEngine()
        self.inputs.refresh()
        self.prompts.refresh()

    def _onInputs(self) -> None:
        self.refreshMessage()
        for part in (self.sections, self.prompts, self.compare, self.onward, self.seeds, self.review):
            part.refresh()

    def _onSettings(self) -> None:
        speak(str(self.settings.language))
        if not self.speaksNow():
            self.languageChanged()
        self.setup.refresh()
        self.refreshEngine()
        self.generalists.refresh()
        if self.entered:
            self._whileShown()

    def _whileShown(self) -> None:
        """What the settings want while the module is shown."""
        self.dataProbe.fold() if self.settings.foldDataProbe else self.dataProbe.restore()
        for part in (self.prompts, self.compare, self.onward):
            part.keysShown = bool(self.settings.shortcuts)
        self.prompts.refreshTexts()
        self.compare.refresh()
        self.onward.refreshTexts()
        self.shortcuts.install() if self.settings.shortcuts else self.shortcuts.remove()
