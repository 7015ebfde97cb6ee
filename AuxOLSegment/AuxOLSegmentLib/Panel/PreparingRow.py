"""The row under the status line while a slice is encoded for a click: how far it is, and a way out."""

from __future__ import annotations

from typing import Any

from slicer.i18n import tr as _

from AuxOLSegmentLib.Panel.PanelSession import PanelSession
from AuxOLSegmentLib.Panel.PanelTools import Act


class PreparingRow:
    """Shown only where it takes long enough to be told of."""

    def __init__(self, ui: Any, logic: PanelSession, act: Act) -> None:
        self.ui, self.logic = ui, logic
        ui.cancelPromptButton.connect("clicked(bool)", lambda *_unused: act(lambda: logic.cancelPrompt()))
        ui.cancelPromptButton.toolTip = _("Stop preparing this slice. Your marks stay; the next one asks again.")

    def refresh(self) -> None:
        """As the session has it now."""
        preparing = self.logic.preparing
        self.ui.preparingBar.visible = self.ui.cancelPromptButton.visible = preparing is not None
        if preparing is not None:
            done, total = preparing
            self.ui.preparingBar.setRange(0, total)  # 0 .. 0 moves to and fro: nobody knows how many
            self.ui.preparingBar.setValue(done if total else 0)
