"""VTK observers that a class owns, as slicer.util's VTKObservationMixin has them, which lets go of what it observed.

Slicer's mixin keeps an object whose observer was removed for as long as it lives itself: every volume and segmentation
that was worked on stayed in memory until the end of the session, one or two hundred megabytes a case.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Observation(NamedTuple):
    """``method(caller, event)`` is called at ``event`` of ``subject``."""

    subject: Any
    event: int | str
    method: Callable[..., None]
    tag: int


class Observing:
    """The names are those of VTKObservationMixin."""

    def __init__(self) -> None:
        self._observations: list[Observation] = []

    def addObserver(self, subject: Any, event: int | str, method: Callable[..., None], priority: float = 0.0) -> None:
        """Harmless twice."""
        if not self.hasObserver(subject, event, method):
            tag = subject.AddObserver(event, method, priority)
            self._observations.append(Observation(subject, event, method, tag))

    def removeObserver(self, subject: Any, event: int | str, method: Callable[..., None]) -> None:
        """Harmless where there is none."""
        self._remove([each for each in self._observations if _is(each, subject, event, method)])

    def removeObservers(self, method: Callable[..., None] | None = None) -> None:
        """All of a method, or all."""
        self._remove([each for each in self._observations if method is None or each.method == method])

    def hasObserver(self, subject: Any, event: int | str, method: Callable[..., None]) -> bool:
        """Whether it is in place."""
        return any(_is(each, subject, event, method) for each in self._observations)

    @property
    def observations(self) -> list[Observation]:
        """Those that are in place."""
        return list(self._observations)

    def _remove(self, gone: list[Observation]) -> None:
        self._observations = [each for each in self._observations if each not in gone]
        for each in gone:
            each.subject.RemoveObserver(each.tag)


def _is(observation: Observation, subject: Any, event: int | str, method: Callable[..., None]) -> bool:
    return observation.subject is subject and observation.event == event and observation.method == method
