"""Which slice view the user works in: the one that the mouse is or was last in. It owns its observers."""

from collections.abc import Callable
from typing import Any

import slicer
import vtk

from AuxOLSegmentLib.Prompts.ViewMouse import ViewMouse

# Entering alone would miss a mouse that was in the view before we watched it.
EVENTS = (
    "EnterEvent",
    "MouseMoveEvent",
    "LeftButtonPressEvent",
    "MiddleButtonPressEvent",
    "RightButtonPressEvent",
    "MouseWheelForwardEvent",
    "MouseWheelBackwardEvent",
)


class ViewWatcher:
    """``looked()``: the view in use shows something else. ``proposed(sliceNode)``: whether it shows a proposal.

    ``view`` is among those on display the one that the mouse is or was last in; until it was in one, that which shows
    a proposal. None is taken at random: what is done there might be saved.
    """

    def __init__(self, looked: Callable[[], None], proposed: Callable[[Any], bool]) -> None:
        self._looked, self._proposed = looked, proposed
        self._mouse = ViewMouse(EVENTS, self._touched)
        self._observed: list[tuple[Any, int]] = []
        self._started = False
        self._view = ""

    @property
    def observers(self) -> int:
        return self._mouse.observers + len(self._observed)

    def start(self) -> None:
        """Watch the slice views there are and those that a layout brings. Harmless twice."""
        layout = slicer.app.layoutManager()
        if layout is not None and not self._started:
            layout.connect("layoutChanged(int)", self._observe)
            self._started = True
        self._mouse.start()
        self._observe()
        self.useUnderMouse()

    def stop(self) -> None:
        """Watch no longer."""
        if self._started:
            slicer.app.layoutManager().disconnect("layoutChanged(int)", self._observe)
            self._started = False
        self._mouse.stop()
        self._release()

    def use(self, name: str) -> None:
        """The user works in this view now."""
        if name != self._view:
            self._view = name
            self._looked()

    def useUnderMouse(self) -> None:
        """The user works in the view that the mouse is over, if it is over one."""
        under = _viewUnderMouse()
        if under:
            self.use(under)

    @property
    def view(self) -> str:
        """Its name; '' where it is not known yet, or there is no slice view."""
        nodes = sliceNodes()
        if self._view in nodes:
            return self._view
        shown = nodes if len(nodes) == 1 else {name: node for name, node in nodes.items() if self._proposed(node)}
        return next(iter(shown), "")

    def sliceNode(self) -> Any:
        """Its slice node; None where there is no view in use."""
        return sliceNodes().get(self.view)

    def _touched(self, sliceWidget: Any, _event: str) -> bool:
        self.use(str(sliceWidget.mrmlSliceNode().GetName()))
        return False

    def _observe(self, _layout: int = 0) -> None:
        self._release()
        for node in sliceNodes().values():
            tag = node.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda _caller, _event: self._looked())
            self._observed.append((node, tag))

    def _release(self) -> None:
        for observed, tag in self._observed:
            observed.RemoveObserver(tag)
        self._observed = []


def sliceNodes() -> dict[str, Any]:
    """The slice views on display, by name; none where Slicer runs without a window."""
    layout = slicer.app.layoutManager()
    names = [] if layout is None else layout.sliceViewNames()
    nodes = {str(name): layout.sliceWidget(name).mrmlSliceNode() for name in names}
    return {name: node for name, node in nodes.items() if node.IsViewVisibleInLayout()}


def _viewUnderMouse() -> str:
    """The view that the mouse is in now, as Slicer's crosshair knows it; '' where it is in none."""
    crosshair = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
    node = None if crosshair is None else crosshair.GetCursorPositionXYZ([0.0, 0.0, 0.0])
    return "" if node is None else str(node.GetName())
