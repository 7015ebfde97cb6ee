"""Which slice view the user works in: the one that the mouse was last in. It owns its observers."""

from collections.abc import Callable
from typing import Any

import slicer
import vtk

EVENTS = (vtk.vtkCommand.EnterEvent, vtk.vtkCommand.LeftButtonPressEvent)


class ViewWatcher:
    """``view``: the view's name; the first one until the mouse was in one. ``looked()``: it shows something else."""

    def __init__(self, looked: Callable[[], None]) -> None:
        self._looked = looked
        self._observed: list[tuple[Any, int]] = []
        self._view = ""

    def start(self) -> None:
        """Watch the slice views there are. Harmless twice."""
        self.stop()
        for name in sliceViewNames():
            widget = slicer.app.layoutManager().sliceWidget(name)
            node, modified = widget.mrmlSliceNode(), vtk.vtkCommand.ModifiedEvent
            self._observed.append((node, node.AddObserver(modified, lambda _caller, _event: self._looked())))
            interactor = widget.sliceView().interactor()
            if interactor is None:
                continue
            for event in EVENTS:
                tag = interactor.AddObserver(event, lambda _caller, _event, name=name: self.use(name))
                self._observed.append((interactor, tag))

    def use(self, name: str) -> None:
        """The user works in this view now."""
        if name != self._view:
            self._view = name
            self._looked()

    def stop(self) -> None:
        """Watch no longer."""
        for observed, tag in self._observed:
            observed.RemoveObserver(tag)
        self._observed = []

    @property
    def view(self) -> str:
        """Its name; '' where there is no slice view."""
        names = sliceViewNames()
        if self._view in names:
            return self._view
        return names[0] if names else ""

    def sliceNode(self) -> Any:
        """Its slice node; None where there is no slice view."""
        name = self.view
        return slicer.app.layoutManager().sliceWidget(name).mrmlSliceNode() if name else None


def sliceViewNames() -> list[str]:
    """The slice views there are; none where Slicer runs without a window."""
    layout = slicer.app.layoutManager()
    return [] if layout is None else [str(name) for name in layout.sliceViewNames()]
