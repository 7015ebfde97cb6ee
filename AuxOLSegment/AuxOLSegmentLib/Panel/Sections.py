"""Which sections of the tab *Segment* are open: as the user left them, also in the next session."""

from __future__ import annotations

from typing import Any

from slicer.i18n import tr as _

from AuxOLSegmentLib.Machine.Settings import Settings
from AuxOLSegmentLib.Panel.EditorFrame import EditorFrame
from AuxOLSegmentLib.Panel.PanelSession import PanelSession
from AuxOLSegmentLib.Panel.PanelTools import fit

NAMES = ("inputs", "prompts", "proposal", "editor")


class Sections:
    """Nothing opens or closes by itself: a panel that moves under the mouse costs more than it saves."""

    def __init__(self, ui: Any, logic: PanelSession, settings: Settings, editor: EditorFrame) -> None:
        self.ui, self.logic, self.settings, self.editor = ui, logic, settings, editor
        closed = str(settings.closedSections).split(",")
        for name in NAMES:
            self._section(name).collapsed = name in closed
            self._section(name).connect("contentsCollapsed(bool)", lambda *_unused: self._onFolded())
        ui.wholeEditorCheckBox.checked = settings.wholeEditor
        editor.showWhole(bool(settings.wholeEditor))
        ui.wholeEditorCheckBox.connect("toggled(bool)", self._onWhole)

    def _section(self, name: str) -> Any:
        return getattr(self.ui, f"{name}Section")

    def _onFolded(self) -> None:
        self.settings.set("closedSections", ",".join(name for name in NAMES if self._section(name).collapsed))
        self.refresh()

    def _onWhole(self, whole: bool) -> None:
        self.settings.set("wholeEditor", whole)
        self.editor.showWhole(whole)

    def refresh(self) -> None:
        """What was chosen stays in sight while its section is closed."""
        ui, title = self.ui, _("1  Image, segment and task")
        fit(ui.taskLabel)
        volume = ui.volumeSelector.currentNode()
        chosen = ["" if volume is None else volume.GetName(), ui.segmentSelector.currentText, self.logic.task]
        told = ", ".join(text for text in chosen if text)
        if ui.inputsSection.collapsed and told:
            title = _("1  {chosen}").format(chosen=told)
        ui.inputsSection.text = title.replace("&", "&&")  # one alone would underline the letter behind it
