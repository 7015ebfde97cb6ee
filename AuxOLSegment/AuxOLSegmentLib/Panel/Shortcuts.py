"""Single keys that live from enter() to exit(), so that they never fire in another module.

Free letters only. Taken by the Segment Editor: q w z y i space Esc digits arrows; by slice views: b f v r g t and
brackets; by the application: Ctrl with o s w f h 0-5.
"""

from __future__ import annotations

from collections.abc import Callable

import qt
import slicer

BOX, LASSO, SCRIBBLE, POSITIVE, NEGATIVE = "X", "O", "C", "P", "N"
ACCEPT, DISCARD, SAVE, SHOW = "A", "D", "S", "L"
NOTHING = "E"  # as in empty


class Shortcuts:
    """``keys``: letter -> what it does."""

    def __init__(self, parent: qt.QWidget, keys: dict[str, Callable[[], None]]) -> None:
        self._parent, self._keys = parent, keys
        self._shortcuts: list[qt.QShortcut] = []

    def install(self) -> None:
        """Make them; harmless if they are there."""
        if self._shortcuts:
            return
        # The main window, so that they also work while the mouse and the focus are in a slice view.
        window = slicer.util.mainWindow() or self._parent.window()
        for letter, action in self._keys.items():
            shortcut = qt.QShortcut(window)
            shortcut.setKey(qt.QKeySequence(letter))
            shortcut.connect("activated()", action)
            self._shortcuts.append(shortcut)

    def remove(self) -> None:
        """Take them away at once."""
        for shortcut in self._shortcuts:
            shortcut.setEnabled(False)  # deleteLater leaves it alive until the event loop comes round
            shortcut.setParent(None)
            shortcut.deleteLater()
        self._shortcuts = []
