"""Points are moved and removed where they are, also while a tool of ours has the mouse. It owns its observers.

Without a tool Slicer does both by itself. In place mode it would set another point beside the one that is meant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer
import vtk

from auxol_core.errors import InvalidInputError
from AuxOLSegmentLib.Prompts.PromptBook import PromptBook
from AuxOLSegmentLib.Prompts.PromptNodes import POINT_ROLES
from AuxOLSegmentLib.Prompts.ViewMouse import ViewMouse, rasAtMouse
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, alignedSlice, rasOfPixel

EVENTS = (
    "LeftButtonPressEvent",
    "LeftButtonDoubleClickEvent",
    "MouseMoveEvent",
    "LeftButtonReleaseEvent",
    "RightButtonPressEvent",
    "KeyPressEvent",
)
REMOVE_KEYS = ("Delete", "BackSpace")
REACH = 6  # pixels of the screen between the mouse and a point that it is over
MIN_DRAG = 3  # below, in pixels of the screen, the hand only trembled
Ras = tuple[float, float, float]


@dataclass
class _Held:
    """A point under way; ``began`` and ``pressed``: where it and the mouse were."""

    name: str
    began: Ras
    pressed: tuple[int, int]
    moved: bool = False


class PointHand:
    """``place(name, ras)`` puts a point somewhere while it is dragged, ``arrived(name)`` says that it stays there;
    ``remove(name)``. ``drawing()``: a drag tool is drawing, and what is pressed is meant for that."""

    def __init__(
        self,
        book: PromptBook,
        place: Callable[[str, Ras], None],
        arrived: Callable[[str], None],
        remove: Callable[[str], None],
        drawing: Callable[[], bool],
    ) -> None:
        self._book, self._place, self._arrived, self._remove, self._drawing = book, place, arrived, remove, drawing
        self._mouse = ViewMouse(EVENTS, self._onEvent)
        self._grabs = False
        self._held: _Held | None = None
        self._swallowRelease = False

    @property
    def observers(self) -> int:
        """How many are in place."""
        return self._mouse.observers

    def start(self, grabs: bool) -> None:
        """Watch the views; ``grabs``: the left button takes a point that is under it."""
        self._grabs = grabs
        self._mouse.start()

    def stop(self) -> None:
        """Watch no longer; a point under way stays where it was."""
        self._letGo()
        self._mouse.stop()

    def _onEvent(self, sliceWidget: Any, event: str) -> bool:
        """True where nobody else may see the event."""
        if self._held is not None:
            return self._onHeld(self._held, sliceWidget, event)
        if event == "LeftButtonReleaseEvent":
            swallow, self._swallowRelease = self._swallowRelease, False
            return swallow
        interactor = sliceWidget.sliceView().interactor()
        pressed = event in ("LeftButtonPressEvent", "LeftButtonDoubleClickEvent")
        self._swallowRelease &= not pressed
        if pressed and self._grabs and not interactor.GetShiftKey():
            name = self._under(sliceWidget)
            if name is not None:
                self._held = _Held(name, self._rasOf(name), interactor.GetEventPosition())
            return name is not None
        if event == "KeyPressEvent" and _keySym(sliceWidget) in REMOVE_KEYS and not self._drawing():
            name = self._under(sliceWidget)
            if name is not None:
                self._remove(name)
            return name is not None
        return False

    def _onHeld(self, held: _Held, sliceWidget: Any, event: str) -> bool:
        if held.name not in self._book.shown:  # it went meanwhile
            self._held, self._swallowRelease = None, event != "LeftButtonReleaseEvent"
            return event == "LeftButtonReleaseEvent"
        if event == "MouseMoveEvent":
            self._follow(held, sliceWidget)
        elif event == "LeftButtonReleaseEvent":
            self._follow(held, sliceWidget)
            self._held = None
            if held.moved:
                self._arrived(held.name)
        elif event == "RightButtonPressEvent" or _keySym(sliceWidget) in (*REMOVE_KEYS, "Escape"):
            self._letGo()
            self._swallowRelease = True  # or Slicer would set a point there
        return True

    def _follow(self, held: _Held, sliceWidget: Any) -> None:
        x, y = sliceWidget.sliceView().interactor().GetEventPosition()
        held.moved |= max(abs(x - held.pressed[0]), abs(y - held.pressed[1])) >= MIN_DRAG
        if held.moved and self._shows(sliceWidget) == self._keyOf(held.name):
            self._place(held.name, rasAtMouse(sliceWidget))

    def _letGo(self) -> None:
        """The point goes back to where it was."""
        held, self._held = self._held, None
        if held is not None and held.moved and held.name in self._book.shown:
            self._place(held.name, held.began)

    # Which point

    def _under(self, sliceWidget: Any) -> str | None:
        """The point under the mouse, on the slice that the view shows."""
        key = self._shows(sliceWidget)
        if key is None:
            return None
        toView = vtk.vtkMatrix4x4()
        vtk.vtkMatrix4x4.Invert(sliceWidget.mrmlSliceNode().GetXYToRAS(), toView)
        mouse = np.array(sliceWidget.sliceView().interactor().GetEventPosition())
        distances = {
            name: float(np.hypot(*(np.array(toView.MultiplyPoint((*self._rasOf(name), 1.0))[:2]) - mouse)))
            for name, each in self._book.shown.items()
            if each.role in POINT_ROLES and self._keyOf(name) == key
        }
        nearest = min(distances, key=lambda name: distances[name], default=None)
        return nearest if nearest is not None and distances[nearest] <= REACH else None

    def _volume(self) -> Any:
        return slicer.mrmlScene.GetNodeByID(self._book.volumeID) if self._book.volumeID else None

    def _shows(self, sliceWidget: Any) -> SliceKey | None:
        volume = self._volume()
        try:
            return None if volume is None else alignedSlice(sliceWidget.mrmlSliceNode(), volume)
        except InvalidInputError:  # oblique, or beside the volume: no point of ours is seen there
            return None

    def _keyOf(self, name: str) -> SliceKey:
        place = self._book.shown[name].place
        return SliceKey(self._book.volumeID, place.axis, place.index)

    def _rasOf(self, name: str) -> Ras:
        shown = self._book.shown[name]
        return rasOfPixel(self._volume(), shown.place.axis, shown.place.index, *shown.pixel)


def _keySym(sliceWidget: Any) -> str:
    return str(sliceWidget.sliceView().interactor().GetKeySym())
