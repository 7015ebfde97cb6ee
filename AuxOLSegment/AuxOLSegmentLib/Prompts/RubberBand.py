"""A box dragged with the left button in any slice view, and the frame that shows it meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer
import vtk
from slicer.i18n import tr as _

from auxol_core.errors import InvalidInputError
from auxol_core.types import Box
from AuxOLSegmentLib.Prompts.ViewMouse import ViewMouse, rasAtMouse
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, alignedSlice, pixelOfRas, rasOfPixel, sliceShape

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
CANCEL_KEYS = ("Delete", "BackSpace")

# A hand trembles: up to here, in pixels of the screen, it was a click.
MIN_DRAG = 4
COLOUR = (1.0, 0.85, 0.0)


class Frame:
    """A closed line in one slice view, in pixels of the screen."""

    def __init__(self, sliceView: Any) -> None:
        self._view = sliceView
        self._points = vtk.vtkPoints()
        line = vtk.vtkCellArray()
        line.InsertNextCell(5, (0, 1, 2, 3, 0))
        shape = vtk.vtkPolyData()
        shape.SetPoints(self._points)
        shape.SetLines(line)
        mapper = vtk.vtkPolyDataMapper2D()
        mapper.SetInputData(shape)
        self._actor = vtk.vtkActor2D()
        self._actor.SetMapper(mapper)
        self._actor.GetProperty().SetColor(COLOUR)
        self._actor.GetProperty().SetLineWidth(2)
        self._renderer: Any = None

    def show(self, corners: list[tuple[float, float]]) -> None:
        """Draw it with these four corners (x, y)."""
        self._points.Reset()
        for x, y in corners:
            self._points.InsertNextPoint(x, y, 0.0)
        self._points.Modified()
        if self._renderer is None:
            self._renderer = self._view.renderWindow().GetRenderers().GetFirstRenderer()
            self._renderer.AddViewProp(self._actor)
        self._view.scheduleRender()

    def remove(self) -> None:
        if self._renderer is not None:
            self._renderer.RemoveViewProp(self._actor)
            self._renderer = None
            self._view.scheduleRender()


class RubberBand:
    """While started, dragging with the left button makes a box; scrolling with the mouse goes on, clicks do nothing.

    ``volume()`` says on which volume; ``finished(key, box)`` gets the box in pixels of the slice, clipped to it;
    ``refused(error)`` gets what stands against it. The right button, Delete or Backspace during the drag cancel it.
    """

    def __init__(
        self,
        volume: Callable[[], slicer.vtkMRMLVolumeNode | None],
        finished: Callable[[SliceKey, Box], None],
        refused: Callable[[InvalidInputError], None],
    ) -> None:
        self._volume, self._finished, self._refused = volume, finished, refused
        self._mouse = ViewMouse(EVENTS, self._onEvent)
        self._end()

    @property
    def observers(self) -> int:
        return self._mouse.observers

    def start(self) -> None:
        self._mouse.start()

    def stop(self) -> None:
        self._cancel()
        self._mouse.stop()

    def _end(self) -> None:
        self._widget: Any = None
        self._key: SliceKey | None = None
        self._frame: Frame | None = None
        self._pressed = (0, 0)
        self._first = (0.0, 0.0)

    def _cancel(self) -> None:
        if self._frame is not None:
            self._frame.remove()
        self._end()

    def _onEvent(self, sliceWidget: Any, event: str) -> bool:
        """True where nobody else may see the event."""
        if event in ("LeftButtonPressEvent", "LeftButtonDoubleClickEvent"):
            self._begin(sliceWidget)
            return True
        if self._key is None:
            # A release without a drag of ours: the press was taken, so the release is too.
            return event == "LeftButtonReleaseEvent"
        if event == "MouseMoveEvent":
            self._draw()
        elif event == "LeftButtonReleaseEvent":
            self._finish()
        elif event == "RightButtonPressEvent":
            self._cancel()
        elif event == "KeyPressEvent":
            if sliceWidget.sliceView().interactor().GetKeySym() not in CANCEL_KEYS:
                return False
            self._cancel()
        return True

    def _begin(self, sliceWidget: Any) -> None:
        self._cancel()
        volumeNode = self._volume()
        try:
            if volumeNode is None:
                raise InvalidInputError(_("Choose a volume first."))
            self._key = alignedSlice(sliceWidget.mrmlSliceNode(), volumeNode)
        except InvalidInputError as error:
            self._refused(error)
            return
        self._widget = sliceWidget
        self._frame = Frame(sliceWidget.sliceView())
        self._pressed = sliceWidget.sliceView().interactor().GetEventPosition()
        self._first = pixelOfRas(volumeNode, self._key.axis, rasAtMouse(sliceWidget))[:2]

    def _edges(self, volumeNode: slicer.vtkMRMLVolumeNode, key: SliceKey) -> tuple[float, float, float, float]:
        """(row0, col0, row1, col1) in centre coordinates, between the press and the mouse."""
        row, col, _index = pixelOfRas(volumeNode, key.axis, rasAtMouse(self._widget))
        first = self._first
        return min(first[0], row), min(first[1], col), max(first[0], row), max(first[1], col)

    def _draw(self) -> None:
        volumeNode, key, frame = self._volume(), self._key, self._frame
        if volumeNode is None or key is None or frame is None or not self._stillThere():
            self._cancel()
            return
        row0, col0, row1, col1 = self._edges(volumeNode, key)
        toView = vtk.vtkMatrix4x4()
        vtk.vtkMatrix4x4.Invert(self._widget.mrmlSliceNode().GetXYToRAS(), toView)
        corners = []
        for row, col in ((row0, col0), (row0, col1), (row1, col1), (row1, col0)):
            ras = rasOfPixel(volumeNode, key.axis, key.index, row, col)
            corners.append(toView.MultiplyPoint((*ras, 1.0))[:2])
        frame.show(corners)

    def _stillThere(self) -> bool:
        """Whether the view shows the slice that the drag began on: keys may have scrolled, the volume may be gone."""
        volumeNode = self._volume()
        try:
            return volumeNode is not None and alignedSlice(self._widget.mrmlSliceNode(), volumeNode) == self._key
        except InvalidInputError:
            return False

    def _finish(self) -> None:
        x, y = self._widget.sliceView().interactor().GetEventPosition()
        moved = max(abs(x - self._pressed[0]), abs(y - self._pressed[1])) >= MIN_DRAG
        volumeNode, key = self._volume(), self._key
        if volumeNode is None or key is None or not moved or not self._stillThere():
            self._cancel()
            return
        edges, shape = self._edges(volumeNode, key), sliceShape(volumeNode, key.axis)
        self._cancel()
        # Boxes count from the pixels' edges, half a pixel before the centre.
        row0, col0 = max(edges[0] + 0.5, 0.0), max(edges[1] + 0.5, 0.0)
        row1, col1 = min(edges[2] + 0.5, float(shape[0])), min(edges[3] + 0.5, float(shape[1]))
        if row1 - row0 < 0.5 or col1 - col0 < 0.5:
            self._refused(InvalidInputError(_("The box holds no pixel of the image. Drag it around the structure.")))
            return
        self._finished(key, Box(row0, col0, row1, col1))
