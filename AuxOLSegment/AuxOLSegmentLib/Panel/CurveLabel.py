"""The place of the learning curve in the panel: it is drawn anew when it, its size, its font or its colours change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
from slicer.i18n import tr as _

HEIGHT = 160  # pixels


class CurveLabel(qt.QLabel):
    """Call ``begin`` once; ``redraw()`` is called when the label has another size."""

    redraw: Callable[[], None] | None = None

    def begin(self, redraw: Callable[[], None]) -> None:
        self.redraw = redraw
        self.setMinimumSize(200, HEIGHT)
        self.setMaximumHeight(HEIGHT)
        self.setSizePolicy(qt.QSizePolicy.Ignored, qt.QSizePolicy.Fixed)
        self.accessibleName = _("Learning curve")
        self.toolTip = _(
            "Dice (agreement, 0 to 1) with what you saved, each measured before anything was learned from that slice."
        )

    def resizeEvent(self, event: Any) -> None:
        if self.redraw is not None:
            self.redraw()
