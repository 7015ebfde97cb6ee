"""Mouse and keys of all slice views, before Slicer's own tools see them. It owns its observers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer

# Above Slicer's own interactor styles and the Segment Editor's effects, so that what is taken here does not also
# scroll, paint or place.
PRIORITY = 10.0


class ViewMouse:
    """``handle(sliceWidget, event)`` is asked for each event of every slice view; True keeps it from everybody else.

    ``events``: names of vtkCommand events. New views join when the layout changes.
    """

    def __init__(self, events: tuple[str, ...], handle: Callable[[Any, str], bool]) -> None:
        self._events = events
        self._handle = handle
        self._observed: list[tuple[Any, int]] = []
        self._started = False

    @property
    def observers(self) -> int:
        return len(self._observed)

    def start(self) -> None:
        if not self._started and slicer.app.layoutManager() is not None:
            slicer.app.layoutManager().connect("layoutChanged(int)", self._observe)
            self._started = True
        self._observe()

    def stop(self) -> None:
        if self._started:
            slicer.app.layoutManager().disconnect("layoutChanged(int)", self._observe)
            self._started = False
        self._release()

    def _observe(self, _layout: int = 0) -> None:
        self._release()
        manager = slicer.app.layoutManager()
        for name in manager.sliceViewNames() if manager is not None else ():
            sliceWidget = manager.sliceWidget(name)
            interactor = sliceWidget.sliceView().interactor()
            for event in self._events:
                self._observeOne(interactor, event, sliceWidget)

    def _observeOne(self, interactor: Any, event: str, sliceWidget: Any) -> None:
        tags: list[int] = []

        def called(caller: Any, name: str) -> None:
            if self._handle(sliceWidget, name):
                caller.GetCommand(tags[0]).SetAbortFlag(1)

        tags.append(interactor.AddObserver(event, called, PRIORITY))
        self._observed.append((interactor, tags[0]))

    def _release(self) -> None:
        for interactor, tag in self._observed:
            interactor.RemoveObserver(tag)
        self._observed = []


def rasAtMouse(sliceWidget: Any) -> tuple[float, float, float]:
    """World RAS in mm under the mouse, on the plane that the view shows."""
    x, y = sliceWidget.sliceView().interactor().GetEventPosition()
    right, anterior, superior, _one = sliceWidget.mrmlSliceNode().GetXYToRAS().MultiplyPoint((x, y, 0.0, 1.0))
    return right, anterior, superior
