"""Which tool the mouse has in the slice views: a box, a stroke, points, or none of ours. It owns its observers.

Points are real markups, placed by Slicer in its own place mode. Whether a click can be one is asked when the button
goes down, so that a click that cannot never becomes a point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import slicer
from slicer.i18n import tr as _

from auxol_core.errors import InvalidInputError
from auxol_core.strokes import Stroke
from auxol_core.types import Box, Point
from AuxOLSegmentLib.Prompts.Drag import Drag
from AuxOLSegmentLib.Prompts.DragTools import BoxTool, LassoTool, ScribbleTool
from AuxOLSegmentLib.Prompts.PromptNodes import BOX, LASSO, POINT_CLASS, POINT_ROLES, POSITIVE, SCRIBBLE, promptNodes
from AuxOLSegmentLib.Prompts.ViewMouse import ViewMouse, rasAtMouse
from AuxOLSegmentLib.Scene.Observing import Observing
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, alignedSlice, pixelOfRas, sliceOnDisplay, sliceShape

CLICK_EVENTS = ("LeftButtonPressEvent", "LeftButtonDoubleClickEvent", "LeftButtonReleaseEvent")


class PromptTools(Observing):
    """``volume()``; ``check(sliceNode, ras, positive) -> SliceKey`` or InvalidInputError; ``onBox(key, box)``;
    ``onStroke(key, stroke)``; ``onOther(key, ras)``: Shift+click, a point that begins another object;
    ``refused(error)``; ``modeChanged(mode)``.
    """

    def __init__(
        self,
        volume: Callable[[], slicer.vtkMRMLVolumeNode | None],
        check: Callable[[Any, tuple[float, float, float], bool], SliceKey],
        onBox: Callable[[SliceKey, Box], None],
        onStroke: Callable[[SliceKey, Stroke], None],
        onOther: Callable[[SliceKey, tuple[float, float, float]], None],
        refused: Callable[[InvalidInputError], None],
        modeChanged: Callable[[str], None],
    ) -> None:
        super().__init__()
        self.mode = ""
        # The slice of the press that Slicer is about to make a point of.
        self.pressed: SliceKey | None = None
        self._volume, self._check, self._refused, self._modeChanged = volume, check, refused, modeChanged
        self._onOther = onOther
        self._swallowRelease = False
        self._switching = False
        self._drags = {
            BOX: Drag(volume, BoxTool(volume, onBox), refused),
            SCRIBBLE: Drag(volume, ScribbleTool(volume, check, onStroke), refused),
            LASSO: Drag(volume, LassoTool(volume, onStroke), refused),
        }
        self._clicks = ViewMouse(CLICK_EVENTS, self._onClick)
        interaction, selection = _interactionNode(), _selectionNode()
        self.addObserver(interaction, interaction.InteractionModeChangedEvent, self._onToolChanged)
        self.addObserver(selection, selection.ActivePlaceNodeIDChangedEvent, self._onToolChanged)

    @property
    def observers(self) -> int:
        drags = sum(drag.observers for drag in self._drags.values())
        return len(self.observations) + drags + self._clicks.observers

    @property
    def drawing(self) -> bool:
        """Whether a box or line is being drawn."""
        return any(drag.drawing for drag in self._drags.values())

    def startDrag(self, role: str) -> None:
        """Drags draw boxes, scribbles or lassos from now on."""
        with self._changing():
            self._leave()
            _interactionNode().SwitchToViewTransformMode()
            self._drags[role].start()
        self._setMode(role)

    def startPoints(self, role: str, nodeOf: Callable[[str], Any]) -> None:
        """Clicks add points to ``nodeOf(role)`` (vtkMRMLMarkupsFiducialNode) from now on."""
        with self._changing():
            self._leave()
            # Made here, while we look away: Slicer makes each new markup the active one.
            node = nodeOf(role)
            _selectionNode().SetReferenceActivePlaceNodeClassName(POINT_CLASS)
            _selectionNode().SetActivePlaceNodeID(node.GetID())
            _interactionNode().SwitchToPersistentPlaceMode()
            self._clicks.start()
        self._setMode(role)

    def stop(self) -> None:
        """Give the mouse back. Another tool that the user has taken meanwhile is left alone."""
        with self._changing():
            self._leave()
            if self.mode in POINT_ROLES and self._placesOurs():
                _interactionNode().SwitchToViewTransformMode()
        self._setMode("")

    def cleanup(self) -> None:
        self.stop()
        self.removeObservers()

    def _leave(self) -> None:
        for drag in self._drags.values():
            drag.stop()
        self._clicks.stop()
        self.pressed, self._swallowRelease = None, False

    def _setMode(self, mode: str) -> None:
        if mode != self.mode:
            self.mode = mode
            self._modeChanged(mode)

    def _onClick(self, sliceWidget: Any, event: str) -> bool:
        """In a point mode, before Slicer places the point: True if it must not."""
        if event == "LeftButtonReleaseEvent":
            swallow, self._swallowRelease = self._swallowRelease, False
            return swallow
        self.pressed, self._swallowRelease = None, False
        if event == "LeftButtonDoubleClickEvent":  # by which Slicer would leave the mode; the first click was a point
            self._swallowRelease = True
            return True
        sliceNode, ras = sliceWidget.mrmlSliceNode(), rasAtMouse(sliceWidget)
        try:
            if sliceWidget.sliceView().interactor().GetShiftKey():
                self._swallowRelease = True  # with Shift Slicer would drag the view
                self._other(sliceNode, ras)
                return True
            self.pressed = self._check(sliceNode, ras, self.mode == POSITIVE)
        except InvalidInputError as error:
            self._swallowRelease = True
            self._refused(error)
            return True
        return False

    def _other(self, sliceNode: Any, ras: tuple[float, float, float]) -> None:
        if self.mode != POSITIVE:
            raise InvalidInputError(
                _("Another object begins with a point inside it. Take the positive point, then Shift+click.")
            )
        self._onOther(self._check(sliceNode, ras, True), ras)

    def _onToolChanged(self, _node: Any, _event: Any) -> None:
        """The user took another tool: a markup of the tool bar, an effect, Esc or the right button in place mode."""
        if self._switching or not self.mode:
            return
        mode, kind = _interactionNode().GetCurrentInteractionMode(), slicer.vtkMRMLInteractionNode
        # Window/Level and whatever else takes drags has them alone; the Segment Editor's effects give way alike.
        ours = mode == kind.ViewTransform if self.mode in self._drags else mode == kind.Place and self._placesOurs()
        if not ours:
            self._leave()
            self._setMode("")

    def _placesOurs(self) -> bool:
        volumeNode = self._volume()
        nodes = promptNodes(self.mode, volumeNode) if volumeNode is not None else promptNodes(self.mode)
        return _selectionNode().GetActivePlaceNodeID() in [node.GetID() for node in nodes]

    @contextmanager
    def _changing(self) -> Iterator[None]:
        self._switching, before = True, self._switching
        try:
            yield
        finally:
            self._switching = before


def keyOfClick(volumeNode: slicer.vtkMRMLVolumeNode, sliceNode: Any, ras: tuple[float, float, float]) -> SliceKey:
    """The slice that a click in a view is on; ViewRefused, or InvalidInputError beside the image."""
    return _onImage(volumeNode, sliceOnDisplay(sliceNode, volumeNode), ras)


def _onImage(volumeNode: slicer.vtkMRMLVolumeNode, key: SliceKey, ras: tuple[float, float, float]) -> SliceKey:
    row, col, _index = pixelOfRas(volumeNode, key.axis, ras)
    if not Point(row, col).inside(sliceShape(volumeNode, key.axis)):
        raise InvalidInputError(_("The click lies outside the image. Click on the image."))
    return key


def keyOfPoint(volumeNode: slicer.vtkMRMLVolumeNode, ras: tuple[float, float, float]) -> SliceKey:
    """For points that a script sets: the slice of the first slice view whose plane the point lies on."""
    for sliceNode in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
        try:
            key = _onImage(volumeNode, alignedSlice(sliceNode, volumeNode), ras)
        except InvalidInputError:
            continue
        if abs(pixelOfRas(volumeNode, key.axis, ras)[2] - key.index) <= 0.5:
            return key
    raise InvalidInputError(_("The point lies on no slice on display. Click in a slice view."))


def _interactionNode() -> Any:
    return slicer.app.applicationLogic().GetInteractionNode()


def _selectionNode() -> Any:
    return slicer.app.applicationLogic().GetSelectionNode()
