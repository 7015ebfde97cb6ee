"""Mid-work questions in the section of the next slices: go on from what is there, fill between what is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from AuxOLSegmentLib.Panel.PanelSession import PanelSession
from AuxOLSegmentLib.Panel.PanelTools import Act, setReady


class SeedsPanel:
    """``whyNot()`` says why nothing can be proposed yet. Whether to teach is asked each time, and never remembered."""

    def __init__(self, ui: Any, logic: PanelSession, whyNot: Callable[[], str], act: Act) -> None:
        self.ui, self.logic, self.whyNot, self.act = ui, logic, whyNot, act
        ui.useAsSeedsButton.connect("clicked(bool)", lambda *_unused: self.act(self._useAsSeeds))
        ui.fillBetweenButton.connect("clicked(bool)", lambda *_unused: self.act(logic.fillBetween))

    def _useAsSeeds(self) -> None:
        teach = bool(self.ui.teachSeedsCheckBox.checked)
        self.ui.teachSeedsCheckBox.checked = False
        self.logic.useAsSeeds(teach)

    def refresh(self) -> None:
        """Whether slices can be proposed now."""
        busy = _("Slices are being proposed.") if self.logic.propagation[0] else ""
        whyNot = busy or self.whyNot()
        setReady(
            self.ui.useAsSeedsButton,
            whyNot,
            _(
                "Continue the segment that is there already: propose on the slices beside those that it fills, in the "
                "direction of the view. Nothing is taught by it."
            ),
        )
        setReady(
            self.ui.fillBetweenButton,
            whyNot,
            _("Propose on the slices that lie between two filled ones, in the direction of the view."),
        )
        setReady(
            self.ui.teachSeedsCheckBox,
            whyNot,
            _("Save some slices of the segment as lessons, too, spread over it: at most 12. Else nothing is taught."),
        )
