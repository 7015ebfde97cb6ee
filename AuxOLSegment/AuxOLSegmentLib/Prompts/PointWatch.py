"""Sees what happens to the points of markups nodes: set, moved, removed. It owns its observers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from AuxOLSegmentLib.Prompts import PromptNodes
from AuxOLSegmentLib.Scene.Observing import Observing


class PointWatch(Observing):
    """``defined(node)``, ``moved(node)`` and ``removed(node)`` after such a change; during a drag only when it ends."""

    def __init__(
        self, defined: Callable[[Any], None], moved: Callable[[Any], None], removed: Callable[[Any], None]
    ) -> None:
        super().__init__()
        self._defined, self._moved, self._removed = defined, moved, removed
        self._dragging = False
        self._blind = 0

    def watch(self, node: Any) -> None:
        """Watch a point list, and keep it to slice views. Harmless twice."""
        PromptNodes.limitToSliceViews(node)
        for event, method in (
            (node.PointPositionDefinedEvent, self._onDefined),
            (node.PointRemovedEvent, self._onRemoved),
            (node.PointModifiedEvent, self._onMoved),
            (node.PointStartInteractionEvent, self._onDragStart),
            (node.PointEndInteractionEvent, self._onDragEnd),
        ):
            if not self.hasObserver(node, event, method):
                self.addObserver(node, event, method)

    def forget(self) -> None:
        self.removeObservers()
        self._dragging = False

    @property
    def looksAway(self) -> bool:
        return self._blind > 0

    @contextmanager
    def lookingAway(self) -> Iterator[None]:
        """While we change nodes ourselves."""
        self._blind += 1
        try:
            yield
        finally:
            self._blind -= 1

    def _onDefined(self, node: Any, _event: Any) -> None:
        if not self._blind:
            self._defined(node)

    def _onRemoved(self, node: Any, _event: Any) -> None:
        if not self._blind:
            self._removed(node)

    def _onMoved(self, node: Any, _event: Any) -> None:
        if not (self._blind or self._dragging):
            self._moved(node)

    def _onDragStart(self, _node: Any, _event: Any) -> None:
        self._dragging = True

    def _onDragEnd(self, node: Any, event: Any) -> None:
        self._dragging = False
        self._onMoved(node, event)
