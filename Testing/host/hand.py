"""The user's hand: mouse and keys as real events to the interactor of a slice view, keys and clicks to Qt widgets.

Positions are VTK's display coordinates of the view: pixels, x to the right, y up, (0, 0) at the lower left.
"""

from typing import Any

from PySide6 import QtCore, QtGui, QtTest, QtWidgets


class Hand:
    """Acts on one slice view."""

    def __init__(self, view: Any) -> None:
        self._view = view
        self._interactor = view.interactor()
        self._at = (0, 0)

    def position(self, ras: Any) -> tuple[int, int]:
        """Where the world point (x, y, z in mm) is in the view."""
        x, y, _ = self._view.convertRASToXYZ(ras)
        return round(x), round(y)

    def ras(self, position: tuple[int, int]) -> tuple[float, float, float]:
        """The world point under a position."""
        x, y, z = self._view.convertXYZToRAS([*position, 0])
        return x, y, z

    def _event(self, name: str, at: tuple[int, int], modifiers: tuple[str, ...] = (), repeat: int = 0) -> None:
        control, shift = int("ctrl" in modifiers), int("shift" in modifiers)
        self._interactor.SetEventInformation(*at, control, shift, "\0", repeat, "")
        self._interactor.SetAltKey(int("alt" in modifiers))
        self._interactor.InvokeEvent(name)
        self._at = at

    def move(self, to: tuple[int, int], modifiers: tuple[str, ...] = ()) -> None:
        self._event("MouseMoveEvent", to, modifiers)

    def press(self, at: tuple[int, int], button: str = "Left", modifiers: tuple[str, ...] = ()) -> None:
        self._event(f"{button}ButtonPressEvent", at, modifiers)

    def release(self, at: tuple[int, int], button: str = "Left", modifiers: tuple[str, ...] = ()) -> None:
        self._event(f"{button}ButtonReleaseEvent", at, modifiers)

    def click(self, at: tuple[int, int], button: str = "Left", modifiers: tuple[str, ...] = ()) -> None:
        """Enter the view, move there, press and release."""
        self._event("EnterEvent", at, modifiers)
        self.move(at, modifiers)
        self.press(at, button, modifiers)
        self.release(at, button, modifiers)

    def double_click(self, at: tuple[int, int]) -> None:
        """Two clicks at once, as Qt tells them to VTK: the second press is the double click."""
        self.click(at)
        self._event("LeftButtonDoubleClickEvent", at)
        self.release(at)

    def leave(self) -> None:
        """Out of the view."""
        self._event("LeaveEvent", self._at)

    def drag(self, start: tuple[int, int], end: tuple[int, int], button: str = "Left",
             modifiers: tuple[str, ...] = (), steps: int = 8) -> None:  # fmt: skip
        """Press at start, move in steps, release at end."""
        self._event("EnterEvent", start, modifiers)
        self.move(start, modifiers)
        self.press(start, button, modifiers)
        for step in range(1, steps + 1):
            share = step / steps
            self.move(tuple(round(a + (b - a) * share) for a, b in zip(start, end, strict=True)), modifiers)
        self.release(end, button, modifiers)

    def key(self, symbol: str, modifiers: tuple[str, ...] = ()) -> None:
        """A key while the mouse is over the view, e.g. "Delete" or "b"."""
        code = symbol if len(symbol) == 1 else "\0"
        held = int("ctrl" in modifiers), int("shift" in modifiers)
        for name in ("KeyPressEvent", "CharEvent", "KeyReleaseEvent"):
            self._interactor.SetEventInformation(*self._at, *held, code, 0, symbol)
            self._interactor.InvokeEvent(name)

    def wheel(self, forward: bool = True) -> None:
        self._event("MouseWheelForwardEvent" if forward else "MouseWheelBackwardEvent", self._at)


def press_keys(window: QtWidgets.QWidget, sequence: str) -> None:
    """A key combination such as "Ctrl+Shift+D" to the window that has the focus: shortcuts get it first, as in Qt."""
    window.show()
    window.activateWindow()
    QtWidgets.QApplication.processEvents()
    combination = QtGui.QKeySequence(sequence)[0]
    # To the window, not to a widget: so it takes the way of the window system, and shortcuts get it first.
    QtTest.QTest.keyClick(window.windowHandle(), combination.key(), combination.keyboardModifiers())
    QtTest.QTest.keyRelease(window.windowHandle(), QtCore.Qt.Key.Key_Control)  # no modifier is held any more
    QtWidgets.QApplication.processEvents()
