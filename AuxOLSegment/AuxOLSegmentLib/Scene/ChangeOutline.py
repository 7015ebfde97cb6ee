"""What a refresh has changed: for a moment the outline of what was shown before, over what is shown now."""

from __future__ import annotations

from typing import Any

import numpy as np
import qt
import slicer
import vtk
from vtk.util.numpy_support import numpy_to_vtk

from auxol_core.errors import InvalidInputError
from auxol_core.types import BoolArray
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, alignedSlice, placesInView

SHOWN_MS = 1_000
# On an image and beside colours that users choose: white is none of them.
COLOUR, WIDTH = (1.0, 1.0, 1.0), 2


class _Outline:
    """One outline in one slice view; it goes when the view shows something else."""

    def __init__(self, sliceWidget: Any, places: np.ndarray) -> None:
        """``places`` (n, 2, 2): the two ends of each piece, in pixels of the view."""
        self._view, self._node = sliceWidget.sliceView(), sliceWidget.mrmlSliceNode()
        points, lines = vtk.vtkPoints(), vtk.vtkCellArray()
        flat = np.zeros((2 * len(places), 3))
        flat[:, :2] = places.reshape(-1, 2)
        points.SetData(numpy_to_vtk(flat, deep=True))
        for start in range(0, len(flat), 2):
            lines.InsertNextCell(2)
            lines.InsertCellPoint(start)
            lines.InsertCellPoint(start + 1)
        drawn = vtk.vtkPolyData()
        drawn.SetPoints(points)
        drawn.SetLines(lines)
        mapper = vtk.vtkPolyDataMapper2D()
        mapper.SetInputData(drawn)
        self._actor = vtk.vtkActor2D()
        self._actor.SetMapper(mapper)
        self._actor.GetProperty().SetColor(COLOUR)
        self._actor.GetProperty().SetLineWidth(WIDTH)
        self._renderer = self._view.renderWindow().GetRenderers().GetFirstRenderer()
        self._renderer.AddViewProp(self._actor)
        self._tag = self._node.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda _caller, _event: self.remove())
        self._view.scheduleRender()

    def remove(self) -> None:
        """Harmless twice."""
        if self._renderer is not None:
            self._renderer.RemoveViewProp(self._actor)
            self._node.RemoveObserver(self._tag)
            self._view.scheduleRender()
        self._renderer = None


class ChangeOutline:
    """In every slice view that shows the slice."""

    def __init__(self) -> None:
        self._outlines: dict[tuple[str, str], _Outline] = {}
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.interval = SHOWN_MS
        self._timer.connect("timeout()", self.clear)

    @property
    def views(self) -> set[str]:
        """Names of the views that an outline was put into and not taken away by time yet."""
        return {view for view, _proposal in self._outlines}

    def show(self, volumeNode: Any, key: SliceKey, proposalID: str, before: BoolArray) -> None:
        """Show for a moment where the mask ``before`` (rows, columns) of that proposal ended."""
        layout, pieces = slicer.app.layoutManager(), edges(before)
        for view in [] if layout is None or not len(pieces) else layout.sliceViewNames():
            widget = layout.sliceWidget(view)
            if _shows(widget.mrmlSliceNode(), volumeNode, key):
                self._remove((view, proposalID))
                places = placesInView(widget.mrmlSliceNode(), volumeNode, key, pieces.reshape(-1, 2))
                self._outlines[view, proposalID] = _Outline(widget, places.reshape(-1, 2, 2))
        if self._outlines:
            self._timer.start()

    def _remove(self, place: tuple[str, str]) -> None:
        outline = self._outlines.pop(place, None)
        if outline is not None:
            outline.remove()

    def clear(self) -> None:
        """Take them all away."""
        self._timer.stop()
        for place in list(self._outlines):
            self._remove(place)


def edges(mask: BoolArray) -> np.ndarray:
    """(n, 2, 2) float: the pieces of a mask's border, each from (row, col) to (row, col) in centre coordinates."""
    padded = np.pad(mask, 1).astype(np.int8)
    rows, cols = np.nonzero(np.diff(padded, axis=0)[:, 1:-1])
    across = np.stack([np.stack([rows - 0.5, cols - 0.5], 1), np.stack([rows - 0.5, cols + 0.5], 1)], 1)
    rows, cols = np.nonzero(np.diff(padded, axis=1)[1:-1])
    down = np.stack([np.stack([rows - 0.5, cols - 0.5], 1), np.stack([rows + 0.5, cols - 0.5], 1)], 1)
    return np.concatenate([across, down])


def _shows(sliceNode: Any, volumeNode: Any, key: SliceKey) -> bool:
    try:
        return sliceNode.IsViewVisibleInLayout() and alignedSlice(sliceNode, volumeNode) == key
    except InvalidInputError:
        return False
