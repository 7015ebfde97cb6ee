"""Which slice view the user works in: the one that the mouse was last in. It owns its observers."""

from typing import Any

import slicer
import vtk

EVENTS = (vtk.vtkCommand.EnterEvent, vtk.vtkCommand.LeftButtonPressEvent)


class ViewWatcher:
    """``view``: the view's name; the first one until the mouse was in one."""

    def __init__(self) -> None:
        self._observed: list[tuple[Any, int]] = []
        self._view = ""

    def start(self) -> None:
        """Watch the slice views there are. Harmless twice."""
        self.stop()
        for name in sliceViewNames():
            interactor = slicer.app.layoutManager().sliceWidget(name).sliceView().interactor()
            if interactor is None:
                continue
            for event in EVENTS:
                tag = interactor.AddObserver(event, lambda _caller, _event, name=name: self.use(name))
                self._observed.append((interactor, tag))

    def use(self, name: str) -> None:
        """The user works in this view now."""
        self._view = name

    def stop(self) -> None:
        """Watch no longer."""
        for interactor, tag in self._observed:
            interactor.RemoveObserver(tag)
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
