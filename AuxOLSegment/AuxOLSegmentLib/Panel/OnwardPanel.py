"""Slice after slice: two buttons that save and go on, which slice comes next, and the legend of the keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from AuxOLSegmentLib.Machine.Settings import Settings
from AuxOLSegmentLib.Panel import Shortcuts
from AuxOLSegmentLib.Panel.KeyLegend import KeyLegend
from AuxOLSegmentLib.Panel.PanelSession import PanelSession
from AuxOLSegmentLib.Panel.PanelTools import Act, setReady, silently, withKey

NEXT_BY = ("position", "quality")  # as the choice lists them


class OnwardPanel:
    """``legend`` is shown in the view in use while the box is ticked and the keys work."""

    def __init__(self, ui: Any, logic: PanelSession, settings: Settings, act: Act) -> None:
        self.ui, self.logic, self.settings, self.act = ui, logic, settings, act
        self.legend = KeyLegend()
        self.keysShown = False
        with silently(ui.nextBySelector, ui.proposeAheadCheckBox, ui.keyLegendCheckBox):
            ui.nextBySelector.setCurrentIndex(NEXT_BY.index(str(settings.nextBy)))
            ui.proposeAheadCheckBox.checked = settings.proposeAhead
            ui.keyLegendCheckBox.checked = settings.keyLegend
        self._connect()

    def _connect(self) -> None:
        ui, logic = self.ui, self.logic
        ui.acceptNextButton.connect("clicked(bool)", lambda *_unused: self.act(logic.acceptAndNext))
        ui.saveNextButton.connect("clicked(bool)", lambda *_unused: self.act(logic.saveAndNext))
        ui.nextBySelector.connect("currentIndexChanged(int)", lambda at: self.settings.set("nextBy", NEXT_BY[at]))
        ui.proposeAheadCheckBox.connect("toggled(bool)", lambda on: self.settings.set("proposeAhead", on))
        ui.keyLegendCheckBox.connect("toggled(bool)", self._onLegend)

    def _onLegend(self, on: bool) -> None:
        self.settings.set("keyLegend", on)
        self.refreshLegend()

    def keys(self) -> dict[str, Callable[[], None]]:
        """Letter -> what it does, for Shortcuts."""
        return {
            Shortcuts.ACCEPT_NEXT: lambda: self.act(self.logic.acceptAndNext),
            Shortcuts.SAVE_NEXT: lambda: self.act(self.logic.saveAndNext),
            Shortcuts.LEGEND: lambda: self.ui.keyLegendCheckBox.click(),
        }

    def refreshButtons(self) -> None:
        """Whether there is something to save, and what is on its way."""
        ui, logic = self.ui, self.logic
        can, whyNot = logic.canSave()
        none = "" if logic.hasProposalOnDisplay() else _("There is no proposal on the slice on display.")
        setReady(
            ui.acceptNextButton,
            none or ("" if can else whyNot),
            _("Accept the proposal as it is, save the slice and show the next one."),
        )
        setReady(
            ui.saveNextButton,
            "" if can or logic.canGoOn() else whyNot,
            _("Save the slice as it is now and show the next one."),
        )

    def refreshLegend(self) -> None:
        """The legend in the view in use, where it is wanted and true."""
        wanted = self.keysShown and bool(self.settings.keyLegend)
        self.legend.show(self.logic.viewInUse if wanted else "", Shortcuts.legendText())

    def refreshTexts(self) -> None:
        """The keys on the buttons, while they work."""
        ui, on = self.ui, self.keysShown
        texts = {
            ui.acceptNextButton: (_("Accept, save, next"), Shortcuts.ACCEPT_NEXT),
            ui.saveNextButton: (_("Save, next"), Shortcuts.SAVE_NEXT),
            ui.keyLegendCheckBox: (_("Keys"), Shortcuts.LEGEND),
        }
        for button, (text, key) in texts.items():
            button.text = withKey(text, key if on else "")
        setReady(
            ui.keyLegendCheckBox,
            "" if on else _("The keys are switched off in Settings."),
            _("Show what the keys do in the slice view in use."),
        )
        self.refreshLegend()

    def refreshSlices(self) -> None:
        """Slices have changed, or another one is on display."""
        self.refreshButtons()
        self.refreshLegend()

    def refresh(self) -> None:
        """Everything here."""
        self.refreshTexts()
        self.refreshButtons()

    def leave(self) -> None:
        """Another module is shown."""
        self.legend.hide()
