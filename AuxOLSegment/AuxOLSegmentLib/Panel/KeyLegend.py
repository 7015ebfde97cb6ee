"""What the keys do, as a text in the corner of a slice view."""

from __future__ import annotations

from typing import Any

import slicer
import vtk

# It lies on an image and not on the panel: white on a dark ground is read on every grey, in every style of Slicer.
TEXT, GROUND, GROUND_OPACITY = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), 0.6
SIZE = 12  # pixels of the screen
# Lower right: Slicer's own annotations stand in the other corners, its ruler in the middle below.
CORNER = (0.99, 0.02)  # in shares of the view


class KeyLegend:
    """In one view at a time."""

    def __init__(self) -> None:
        self._actor = vtk.vtkTextActor()
        text = self._actor.GetTextProperty()
        text.SetFontSize(SIZE)
        text.SetFontFamilyToCourier()  # letters of one width
        text.SetColor(TEXT)
        text.SetBackgroundColor(GROUND)
        text.SetBackgroundOpacity(GROUND_OPACITY)
        text.SetJustificationToRight()
        text.SetVerticalJustificationToBottom()
        place = self._actor.GetPositionCoordinate()
        place.SetCoordinateSystemToNormalizedViewport()
        place.SetValue(*CORNER)
        self._view: Any = None
        self._name = ""
        self._renderer: Any = None

    @property
    def view(self) -> str:
        """The name of the view that it is in; '' where it is in none."""
        return self._name

    def show(self, name: str, text: str) -> None:
        """Show ``text`` in the slice view of that name; '' or a view that is not there: nowhere."""
        layout = slicer.app.layoutManager()
        there = layout is not None and name in list(layout.sliceViewNames())
        if not there:
            self.hide()
        elif name != self._name or text != self._actor.GetInput():
            self.hide()
            self._actor.SetInput(text)
            self._name, self._view = name, layout.sliceWidget(name).sliceView()
            self._renderer = self._view.renderWindow().GetRenderers().GetFirstRenderer()
            self._renderer.AddViewProp(self._actor)
            self._view.scheduleRender()

    def hide(self) -> None:
        """Take it away; harmless where it is nowhere."""
        if self._renderer is not None:
            self._renderer.RemoveViewProp(self._actor)
            self._view.scheduleRender()
        self._renderer, self._view, self._name = None, None, ""
