"""The locator's contract: it learns where a task's structure is, and where it is not, from whole saved slices.

A specialist needs a prompt; a locator makes it. It sees each slice as a thumbnail, so it is small and quick, and it
learns from slices without the structure as well as from those with it. Like a specialist it makes new weights on the
side, as a candidate, and its state is exactly what a task file stores, so that a reopened task goes on bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError
from auxol_core.specialist.base import Arrays, Candidate
from auxol_core.types import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class Sight:
    """One saved slice as the task keeps it. ``arrays`` come from ``Locator.sight``; ``key``: its correction's id."""

    key: str
    arrays: Arrays = field(repr=False)


@dataclass(frozen=True, eq=False)
class Look:
    """What a locator sees on a slice: ``presence``, how likely the structure is on it, 0..1, and ``probability``
    (H, W) float32 in 0..1, where; of the slice's own size."""

    presence: float
    probability: FloatArray = field(repr=False)


class Locator(Protocol):
    """An online learner of whole slices. Deterministic: the same state, sights, seed and steps: the same candidate."""

    @property
    def state(self) -> Arrays:
        """The state in use; empty: nothing was learned."""

    @property
    def fingerprint(self) -> str:
        """What its weights are of, a short printable text: a state of another one cannot be gone on from."""

    def install(self, state: Arrays) -> None:
        """Use ``state`` from now on; InvalidInputError or TaskFileGeneralistError if it is not this locator's."""

    def sight(self, image: FloatArray, truth: BoolArray) -> dict[str, NDArray[np.generic]]:
        """All that is kept of a saved slice: ``image`` (H, W, 3) float32 in 0..1, windowed, on square pixels, and
        ``truth`` (H, W), which may be empty. A few kilobytes."""

    def learn(
        self,
        new: Sequence[str],
        sights: Mapping[str, Sight],
        *,
        seed: int,
        steps: int | None,
        start: Arrays | None = None,
    ) -> Generator[None, None, Candidate]:
        """A candidate after ``steps`` steps (None: what about a second allows) from ``start`` (None: the state in use).

        ``sights``: all that is known, in the order in which it was saved, those named ``new`` among them. Yields after
        every step.
        """

    def rehearsal(
        self, sights: Mapping[str, Sight], *, seed: int, start: Arrays | None = None
    ) -> Iterator[Callable[[], Candidate]]:
        """Steps without end on what is known, for idle time; each item makes the candidate of the steps so far."""

    def look(self, image: FloatArray) -> Look | None:
        """What is seen on ``image``, as ``sight`` takes it; None where nothing was learned yet."""


def check_state(state: Arrays, expected: Mapping[str, tuple[int, ...]], fingerprint: str) -> None:
    """InvalidInputError, which names up to three arrays, where ``state`` has other ones or shapes than ``expected``."""
    given = {name: array.shape for name, array in state.items()}
    if given != expected:
        odd = sorted(name for name in expected.keys() | given.keys() if expected.get(name) != given.get(name))
        raise InvalidInputError(
            f"Expected a state of the locator {fingerprint} with {len(expected)} arrays, got one that differs "
            f"in {', '.join(odd[:3])}. Learn the task again with this program."
        )
