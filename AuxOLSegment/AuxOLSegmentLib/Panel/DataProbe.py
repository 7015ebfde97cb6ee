"""Slicer's Data Probe below the module: folded while the module is shown, where the user wants that.

It takes 150 pixels that a laptop's screen has not. It is folded and not hidden: one press on its heading opens it, and
it is as it was when another module is shown.
"""

from __future__ import annotations

from typing import Any

import slicer

NAME = "DataProbeCollapsibleWidget"  # in Slicer's main window, as slicer.util.setDataProbeVisible finds it


class DataProbe:
    """Nothing is done where there is no main window."""

    def __init__(self) -> None:
        self._folded: Any = None  # what we have folded

    def fold(self) -> None:
        """Fold it if it is open."""
        window = slicer.util.mainWindow()
        found = [] if window is None else slicer.util.findChildren(window, name=NAME)
        if self._folded is None and found and not found[0].collapsed:
            self._folded = found[0]
            self._folded.collapsed = True

    def restore(self) -> None:
        """As it was, where we have folded it."""
        folded, self._folded = self._folded, None
        if folded is not None:
            folded.collapsed = False
