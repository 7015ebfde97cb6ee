"""Which model's mask is shown on the slice in use: the fusion, the generalist alone, the specialist alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from AuxOLSegmentLib.Panel import Shortcuts
from AuxOLSegmentLib.Panel.PanelSession import PanelSession
from AuxOLSegmentLib.Panel.PanelTools import Act, setReady, withKey


class ComparePanel:
    """A button that goes round, and the name of what is shown."""

    def __init__(self, ui: Any, logic: PanelSession, act: Act) -> None:
        self.ui, self.logic, self.act = ui, logic, act
        self.keysShown = False
        ui.compareButton.connect("clicked(bool)", lambda *_unused: self.act(logic.compare))

    def keys(self) -> dict[str, Callable[[], None]]:
        """Letter -> what it does, for Shortcuts."""
        return {Shortcuts.COMPARE: lambda: self.act(self.logic.compare)}

    def refresh(self) -> None:
        """The name of what is shown, and whether there is something to compare."""
        ui = self.ui
        ui.compareLabel.text = self.logic.shownName()
        ui.compareButton.text = withKey(_("Compare"), Shortcuts.COMPARE if self.keysShown else "")
        none = "" if self.logic.hasProposalOnDisplay() else _("There is no proposal on the slice on display.")
        setReady(
            ui.compareButton,
            none,
            _("Show in turn what the generalist says alone, the specialist alone, and both. You accept what you see."),
        )
