"""What is drawn with the left button held in any slice view, and the line that shows it meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import slicer
import vtk
from slicer.i18n import tr as _

from auxol_core.errors import InvalidInputError
from AuxOLSegmentLib.Prompts.ViewMouse import ViewMouse, rasAtMouse
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, alignedSlice, pixelOfRas, placesInView

EVENTS = (
    "LeftButtonPressEvent",
    "MouseMoveEvent",
    "LeftButtonReleaseEvent",
    "LeftButtonDoubleClickEvent",
    "RightButtonPressEvent",
    "RightButtonReleaseEvent",
    "MouseWheelForwardEvent",
    "MouseWheelBackwardEvent",
    "KeyPressEvent",
)
# Esc reaches the view only where no effect's shortcut of the Segment Editor takes it.
CANCEL_KEYS = ("Escape", "Delete", "BackSpace")

# A hand trembles: up to here, in pixels of the screen, it was a click.
MIN_DRAG = 4
# A place nearer than this to the last one, in pixels of the screen, says nothing new.
MIN_STEP = 2

Pixel = tuple[float, float]


def chosen(volumeNode: slicer.vtkMRMLVolumeNode | None) -> slicer.vtkMRMLVolumeNode:
    """The volume; InvalidInputError where none is chosen."""
    if volumeNode is None:
        raise InvalidInputError(_("Choose a volume first."))
    return volumeNode


@dataclass(frozen=True)
class Drawn:
    """Where the mouse went on a slice, first to last, (row, col) in centre coordinates, perhaps outside the image.
    ``negative``: Ctrl was held when it began."""

    key: SliceKey
    places: tuple[Pixel, ...]
    negative: bool


class DragTool(Protocol):
    """What a drag makes."""

    closed: bool

    def admit(self, sliceWidget: Any, negative: bool) -> SliceKey:
        """The slice that a drag beginning at the mouse draws on; InvalidInputError (ViewRefused) if it cannot."""

    def outline(self, places: Sequence[Pixel]) -> Sequence[Pixel]:
        """What to show of a drag that went so far."""

    def colour(self, negative: bool) -> tuple[float, float, float]:
        """Of the line, red, green and blue in 0..1."""

    def finish(self, drawn: Drawn) -> None:
        """The button is up; InvalidInputError where nothing can be made of it."""


class Overlay:
    """A line in one slice view, in pixels of the screen."""

    def __init__(self, sliceView: Any, closed: bool, colour: tuple[float, float, float]) -> None:
        self._view = sliceView
        self._points = vtk.vtkPoints()
        self._line = vtk.vtkPolyLineSource()
        self._line.SetPoints(self._points)
        self._line.SetClosed(closed)
        mapper = vtk.vtkPolyDataMapper2D()
        mapper.SetInputConnection(self._line.GetOutputPort())
        self._actor = vtk.vtkActor2D()
        self._actor.SetMapper(mapper)
        self._actor.GetProperty().SetColor(colour)
        self._actor.GetProperty().SetLineWidth(2)
        self._renderer: Any = None

    def show(self, places: np.ndarray) -> None:
        """Draw it through ``places`` (n, 2), x and y."""
        self._points.Reset()
        for x, y in places:
            self._points.InsertNextPoint(x, y, 0.0)
        self._points.Modified()
        self._line.Modified()
        if self._renderer is None:
            self._renderer = self._view.renderWindow().GetRenderers().GetFirstRenderer()
            self._renderer.AddViewProp(self._actor)
        self._view.scheduleRender()

    def remove(self) -> None:
        if self._renderer is not None:
            self._renderer.RemoveViewProp(self._actor)
            self._renderer = None
            self._view.scheduleRender()


@dataclass
class _Going:
    """A drag under way; ``at``: the last place in pixels of the screen; ``moved``: it is no click any more."""

    widget: Any
    key: SliceKey
    negative: bool
    overlay: Overlay
    pressed: tuple[int, int]
    at: tuple[int, int]
    places: list[Pixel]
    moved: bool = False


class Drag:
    """While started, dragging with the left button draws with ``tool``; scrolling with the mouse goes on, clicks do
    nothing.

    ``volume()`` says on which volume; ``refused(error)`` gets what stands against it. The right button, Delete,
    Backspace or Esc during the drag cancel it.
    """

    def __init__(
        self,
        volume: Callable[[], slicer.vtkMRMLVolumeNode | None],
        tool: DragTool,
        refused: Callable[[InvalidInputError], None],
    ) -> None:
        self._volume, self._tool, self._refused = volume, tool, refused
        self._mouse = ViewMouse(EVENTS, self._onEvent)
        self._going: _Going | None = None

    @property
    def observers(self) -> int:
        return self._mouse.observers

    @property
    def drawing(self) -> bool:
        """Whether the button is down and a line is being drawn."""
        return self._going is not None

    def start(self) -> None:
        self._mouse.start()

    def stop(self) -> None:
        self._cancel()
        self._mouse.stop()

    def _cancel(self) -> None:
        if self._going is not None:
            self._going.overlay.remove()
            self._going = None

    def _onEvent(self, sliceWidget: Any, event: str) -> bool:
        """True where nobody else may see the event."""
        if event in ("LeftButtonPressEvent", "LeftButtonDoubleClickEvent"):
            self._begin(sliceWidget)
            return True
        if self._going is None:
            # A release without a drag of ours: the press was taken, so the release is too.
            return event == "LeftButtonReleaseEvent"
        if event == "MouseMoveEvent":
            self._draw(self._going)
        elif event == "LeftButtonReleaseEvent":
            self._finish(self._going)
        elif event == "RightButtonPressEvent":
            self._cancel()
        elif event == "KeyPressEvent":
            if sliceWidget.sliceView().interactor().GetKeySym() not in CANCEL_KEYS:
                return False
            self._cancel()
        return True

    def _begin(self, sliceWidget: Any) -> None:
        self._cancel()
        interactor = sliceWidget.sliceView().interactor()
        negative, at = bool(interactor.GetControlKey()), interactor.GetEventPosition()
        try:
            key = self._tool.admit(sliceWidget, negative)
        except InvalidInputError as error:
            self._refused(error)
            return
        overlay = Overlay(sliceWidget.sliceView(), self._tool.closed, self._tool.colour(negative))
        first = pixelOfRas(chosen(self._volume()), key.axis, rasAtMouse(sliceWidget))[:2]
        self._going = _Going(sliceWidget, key, negative, overlay, at, at, [first])

    def _follow(self, going: _Going, least: int) -> None:
        """Take over where the mouse is now, if that is ``least`` pixels of the screen or more from the last place."""
        x, y = going.widget.sliceView().interactor().GetEventPosition()
        going.moved |= max(abs(x - going.pressed[0]), abs(y - going.pressed[1])) >= MIN_DRAG
        if max(abs(x - going.at[0]), abs(y - going.at[1])) >= least:
            going.at = (x, y)
            going.places.append(pixelOfRas(chosen(self._volume()), going.key.axis, rasAtMouse(going.widget))[:2])

    def _draw(self, going: _Going) -> None:
        if not self._stillThere(going):
            self._cancel()
            return
        self._follow(going, MIN_STEP)
        outline = np.array(self._tool.outline(going.places))
        going.overlay.show(self._onScreen(going, outline))

    def _onScreen(self, going: _Going, places: np.ndarray) -> np.ndarray:
        return placesInView(going.widget.mrmlSliceNode(), chosen(self._volume()), going.key, places)

    def _stillThere(self, going: _Going) -> bool:
        """Whether the view shows the slice that the drag began on: keys may have scrolled, the volume may be gone."""
        volumeNode = self._volume()
        try:
            return volumeNode is not None and alignedSlice(going.widget.mrmlSliceNode(), volumeNode) == going.key
        except InvalidInputError:
            return False

    def _finish(self, going: _Going) -> None:
        there = self._stillThere(going)
        if there:
            self._follow(going, 1)
        self._cancel()
        if there and going.moved:
            try:
                self._tool.finish(Drawn(going.key, tuple(going.places), going.negative))
            except InvalidInputError as error:
                self._refused(error)
