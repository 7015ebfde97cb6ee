"""The row of a task's grey window: what it sees, and how to have it see something else."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from AuxOLSegmentLib.Panel.PanelSession import PanelSession
from AuxOLSegmentLib.Panel.PanelTools import Act, confirmed, setReady, silently

DECIMALS, MOST_DECIMALS = 2, 12


class WindowRow:
    """Shows ``windowInfo`` of a session; what is typed stays until Set is pressed or the task's own window changes."""

    def __init__(self, ui: Any, logic: PanelSession, act: Act) -> None:
        self.ui, self.logic, self.act = ui, logic, act
        self._shown: tuple[Any, ...] = ()
        clicks: dict[Any, Callable[[], None]] = {
            ui.windowSetButton: self._set,
            ui.windowVolumeButton: self._fromVolume,
            ui.windowResetButton: self._reset,
        }
        for button, action in clicks.items():
            button.connect("clicked(bool)", lambda *_unused, action=action: self.act(action))
        for box in (ui.windowLowSpinBox, ui.windowHighSpinBox):
            box.connect("valueChanged(double)", lambda *_unused: self._refreshButtons())

    def _set(self) -> None:
        low, high = self.ui.windowLowSpinBox.value, self.ui.windowHighSpinBox.value
        if self._confirmed():
            self.logic.setWindow(low, high)

    def _fromVolume(self) -> None:
        if self._confirmed():
            self.logic.windowFromVolume()

    def _reset(self) -> None:
        self.logic.resetWindow()

    def _confirmed(self) -> bool:
        """Asked where there is something to lose."""
        count = len(self.logic.corrections)
        return count == 0 or confirmed(
            _(
                "Have the task '{task}' see other greys? Its {count} saved slices are brought to them and learned "
                "again. What the window of before had cut off is not known any more."
            ).format(task=self.logic.task, count=count),
            _("Grey window"),
        )

    def refresh(self) -> None:
        """Everything in the row."""
        ui, info, status = self.ui, self.logic.windowInfo, self.logic.status
        window = info.window if info is not None else None if status is None else status.window
        ui.windowLabel.text = windowText(status, info)
        shown = (self.logic.task, window)
        if shown != self._shown:
            self._shown = shown
            with silently(ui.windowLowSpinBox, ui.windowHighSpinBox):
                decimals = decimalsFor(0.0 if window is None else window.high - window.low)
                for box in (ui.windowLowSpinBox, ui.windowHighSpinBox):
                    box.setDecimals(decimals)
                    box.setSingleStep(1.0 if decimals == DECIMALS else 10.0 ** (1 - decimals))
                ui.windowLowSpinBox.setValue(0.0 if window is None else window.low)
                ui.windowHighSpinBox.setValue(0.0 if window is None else window.high)
        self._refreshButtons()

    def _refreshButtons(self) -> None:
        ui = self.ui
        noTask = "" if self.logic.status is not None else _("Choose or create a task first.")
        old = "" if self.logic.windowInfo is not None else _("This engine cannot change it.")
        order = "" if ui.windowLowSpinBox.value < ui.windowHighSpinBox.value else _("Low has to be under high.")
        unset = "" if self.logic.windowInfo and self.logic.windowInfo.window else _("It is not set.")
        setReady(ui.windowSetButton, noTask or old or order, _("Have the task see these greys, and learn again."))
        setReady(ui.windowVolumeButton, noTask or old, _("Take the greys of the chosen volume, without padding."))
        setReady(ui.windowResetButton, noTask or old or unset, _("Let the next volume that is prompted set it."))
        for box in (ui.windowLowSpinBox, ui.windowHighSpinBox):
            box.enabled = not (noTask or old)


def decimalsFor(width: float) -> int:
    """Digits behind the point by which a window of that width can be told and set: an ADC map goes from 0 to 0.003."""
    return DECIMALS if width <= 0 else min(max(DECIMALS, 3 - math.floor(math.log10(width))), MOST_DECIMALS)


def windowText(status: Any, info: Any) -> str:
    """Which greys the task sees, who says so, and what its lessons have lost."""
    if status is None:
        return ""
    if info is None:
        if status.window is None:
            return ""
        return _("Sees greys from {low:g} to {high:g}.").format(low=status.window.low, high=status.window.high)
    if info.window is None:
        return _("Grey window: the next volume that is prompted sets it.")
    whose = {
        "given": _("Sees {words} (as it was set)."),
        "volume": _("Sees {words} (of a whole volume)."),
        "slice": _("Sees {words} (of a single slice)."),
    }
    text = whose.get(info.origin, _("Sees {words}.")).format(words=info.words)
    if info.lost:
        lost = _("{share:.0%} of what its lessons show was cut off by the window of before.").format(share=info.lost)
        text = f"{text} {lost}"
    return text
