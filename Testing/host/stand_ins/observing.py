"""VTK observers of a stand-in widget: gone with the widget, silent when it is dead."""

import weakref
from collections.abc import Callable
from typing import Any

import shiboken6


class Observers:
    """Observers that one widget has on VTK objects."""

    def __init__(self, widget: Any) -> None:
        self._widget = weakref.ref(widget)
        self._tags: list[tuple[Any, int]] = []
        weakref.finalize(widget, _remove, self._tags)

    def observe(self, subject: Any, event: Any, method: Callable[..., None]) -> None:
        """Call method(widget) at the event; the method is a plain function, so that it does not keep the widget."""
        widget = self._widget

        def notice(*_: Any) -> None:
            alive = widget()
            if alive is not None and shiboken6.isValid(alive):
                method(alive)

        if subject is not None:
            self._tags.append((subject, subject.AddObserver(event, notice)))

    def drop(self, subject: Any) -> None:
        """Forget all observers on this object."""
        gone = [each for each in self._tags if each[0] is subject]
        self._tags[:] = [each for each in self._tags if each[0] is not subject]
        _remove(gone)

    def drop_all(self) -> None:
        _remove(self._tags)


def _remove(tags: list[tuple[Any, int]]) -> None:
    for subject, tag in tags:
        subject.RemoveObserver(tag)
    tags.clear()
