"""Single keys that live from enter() to exit(), so that they never fire in another module.

Free letters only. Taken by the Segment Editor: q w z y i space Esc digits arrows; by slice views: b f v r g t and
brackets; by the application: Ctrl with o s w f h 0-5. With Shift: the same, and the slice after it. The Draw effect
takes a (end the outline) and x (take its last point back) from the views, so these are its own while it is active.
A key that is held acts once: held down, "accept, save, next" would teach slices that nobody has seen.
"""

from __future__ import annotations

from collections.abc import Callable

import qt
import slicer
from slicer.i18n import tr as _

BOX, LASSO, SCRIBBLE, POSITIVE, NEGATIVE = "X", "O", "C", "P", "N"
ACCEPT, DISCARD, SAVE, SHOW = "A", "D", "S", "L"
NOTHING = "E"  # as in empty
ACCEPT_NEXT, SAVE_NEXT = "Shift+A", "Shift+S"
COMPARE = "M"  # as in model
LEGEND = "H"  # as in help
DRAW = "Draw"
OF_DRAW = (ACCEPT, BOX)  # keys of the Draw effect


def legend() -> list[tuple[str, str]]:
    """Every key and what it does, in a few words; in the order of the work."""
    return [
        (BOX, _("box")),
        (LASSO, _("lasso")),
        (SCRIBBLE, _("scribble")),
        (POSITIVE, _("point on it; Shift: new object")),
        (NEGATIVE, _("point beside it")),
        (_("Del"), _("remove point under mouse")),
        (ACCEPT, _("accept")),
        (ACCEPT_NEXT, _("accept, save, next slice")),
        (DISCARD, _("discard")),
        (SAVE, _("save")),
        (SAVE_NEXT, _("save, next slice")),
        (NOTHING, _("nothing here")),
        (COMPARE, _("compare the models")),
        (SHOW, _("show or hide proposals")),
        (LEGEND, _("this list")),
    ]


def legendText() -> str:
    """A line for each key, all of one length: they are read in columns where letters have one width."""
    lines = legend()
    keys, words = (max(len(line[at]) for line in lines) for at in (0, 1))
    return "\n".join(f" {key:<{keys}}  {what:<{words}} " for key, what in lines)


class Shortcuts:
    """``keys``: letter -> what it does; ``before()`` is called first."""

    def __init__(self, parent: qt.QWidget, keys: dict[str, Callable[[], None]], before: Callable[[], None]) -> None:
        self._parent, self._keys, self._before = parent, keys, before
        self._shortcuts: list[qt.QShortcut] = []
        self._effect = ""

    def install(self) -> None:
        """Make them; harmless if they are there."""
        if self._shortcuts:
            return
        # The main window, so that they also work while the mouse and the focus are in a slice view.
        window = slicer.util.mainWindow() or self._parent.window()
        for letter, action in self._keys.items():
            shortcut = qt.QShortcut(window)
            shortcut.setKey(qt.QKeySequence(letter))
            shortcut.autoRepeat = False
            shortcut.connect("activated()", lambda action=action: self._pressed(action))
            self._shortcuts.append(shortcut)
        self.effectIs(self._effect)

    def effectIs(self, name: str) -> None:
        """The Segment Editor's effect that is active, '' for none: keys that it needs are left to it."""
        self._effect = name
        for letter, shortcut in zip(self._keys, self._shortcuts, strict=False):
            shortcut.enabled = not (name == DRAW and letter in OF_DRAW)

    def _pressed(self, action: Callable[[], None]) -> None:
        self._before()
        action()

    def remove(self) -> None:
        """Take them away at once."""
        for shortcut in self._shortcuts:
            shortcut.setEnabled(False)  # deleteLater leaves it alive until the event loop comes round
            shortcut.setParent(None)
            shortcut.deleteLater()
        self._shortcuts = []
