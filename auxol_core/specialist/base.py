"""The specialist's contract: predict one, then (elsewhere, later) learn one.

Only ``learn`` makes new weights, and it makes them as a *candidate* on the side: the engine checks it and installs it
or not. A state is a mapping of names to arrays, exactly what a snapshot stores, so that a learner goes on from a
reopened file bit for bit as if it had never been closed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from auxol_core.generalist.base import Embedding
from auxol_core.types import BoolArray, Box, FloatArray, Prompt, Segmentation

Arrays = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, eq=False)
class View:
    """What a specialist sees of an object: windowed image (H, W, 3) in 0..1, prompt, the generalist's answer.

    ``embedding``: the slice as the generalist encoded it, for presets that ask for it (``Preset.sees_embedding``);
    None for all others, and where the generalist has no encoder.
    """

    image: FloatArray = field(repr=False)
    prompt: Prompt
    generalist: Segmentation
    embedding: Embedding | None = field(default=None, repr=False)


@dataclass(frozen=True, eq=False)
class Opinion:
    """A specialist's answer. ``logits`` (H, W) float32; only inside ``region`` (rows, columns) is there a result at
    all, outside the fused mask is empty; None: the whole slice. ``quality``: expected Dice, 0..1."""

    logits: FloatArray = field(repr=False)
    quality: float
    region: tuple[slice, slice] | None = None

    @property
    def mask(self) -> BoolArray:
        """(H, W) bool: where the logits are above 0, inside ``region``."""
        if self.region is None:
            return np.asarray(self.logits > 0, dtype=bool)
        mask = np.zeros(self.logits.shape, dtype=bool)
        mask[self.region] = self.logits[self.region] > 0
        return mask


@dataclass(frozen=True, eq=False)
class Lesson:
    """One corrected object as the journal keeps it. ``arrays`` come from ``Specialist.lesson``; ``key`` is unique.

    ``shown``: the Dice of what the user was shown with the correction, 0..1; None where nothing was scored.
    """

    key: str
    arrays: Arrays = field(repr=False)
    shown: float | None = None


def correction_of(key: str) -> str:
    """The correction that the lesson ``key`` belongs to: keys are ``<correction id>#<number of the object>``."""
    return key.rpartition("#")[0]


@dataclass(frozen=True, eq=False)
class Recollection:
    """A picture that a lesson holds: the object as ``predict_one`` takes it, beside the generalist's stored answer, and
    ``truth`` (H, W), the correction on it."""

    view: View
    truth: BoolArray = field(repr=False)


@dataclass(frozen=True, eq=False)
class Candidate:
    """Weights after an update, not yet in use; ``steps`` optimiser steps were made."""

    state: Arrays = field(repr=False)
    steps: int


class Specialist(Protocol):
    """An online learner. Deterministic: the same state, lessons, seed and steps give the same candidate."""

    @property
    def state(self) -> Arrays:
        """The state in use."""

    @property
    def snapshot_every(self) -> int:
        """Every how many versions the state is stored; those between are rebuilt by replay. 1 unless it is huge."""

    @property
    def knows(self) -> frozenset[str]:
        """The kinds of prompt (Prompt.kinds) that a View may have; others are lowered to these before."""

    def initial_state(self) -> Arrays:
        """The state before anything was learned."""

    def install(self, state: Arrays) -> None:
        """Use ``state`` from now on; InvalidInputError or TaskFileGeneralistError if it is not this learner's."""

    def predict_one(self, view: View) -> Opinion | None:
        """The opinion under the state in use; None where the learner has none (nothing learned yet)."""

    def lesson(self, view: View, truth: BoolArray) -> dict[str, NDArray[np.generic]]:
        """Everything learning needs of a corrected object, and all that is kept of the image.

        ``truth`` (H, W) may be empty: nothing is there.
        """

    def learn(
        self,
        new: Sequence[str],
        lessons: Mapping[str, Lesson],
        *,
        seed: int,
        steps: int | None,
        start: Arrays | None = None,
    ) -> Generator[None, None, Candidate]:
        """Learn the lessons named ``new``, with ``lessons`` (new and earlier ones, in order) to draw from.

        Works on a copy; yields after every optimiser step and returns the candidate. ``steps`` None: as many as the
        options and their time budget say; a number (replay of a journal): exactly as many. ``start``: the state to
        go on from, None: the one in use.
        """

    def scores(self, state: Arrays, lessons: Sequence[Lesson]) -> list[float]:
        """Dice of ``state`` on each lesson's own prompt, for the guard. Leaves the state in use as it is."""

    def doubts(self, lessons: Sequence[Lesson]) -> str:
        """Why the ``lessons`` of one correction had better not be learned, in a few words; empty: no reason."""

    def place(self, lesson: Lesson) -> Box | None:
        """Where the corrected object of ``lesson`` lay on its slice, in shares 0..1 of its rows and columns.

        None where nothing was there, or where the lesson does not tell.
        """


@runtime_checkable
class Rehearses(Protocol):
    """What a specialist may do beside: go over its lessons again while nobody asks for anything."""

    def rehearsal(
        self, lessons: Mapping[str, Lesson], *, seed: int, start: Arrays | None = None
    ) -> Iterator[Callable[[], Candidate]]:
        """Learn ``lessons``, in the order of saving and not empty, again without end: a short optimiser step an item.

        Each item makes the candidate of the steps so far; making it changes nothing of what follows. Deterministic:
        the same ``start`` (None: the state in use), lessons and seed give the same candidate after as many steps.
        Works on a copy, as ``learn``; one of both at a time.
        """


@runtime_checkable
class Pictured(Protocol):
    """What a Specialist may be able to do, too: name the pictures in its lessons that were kept through the task's grey
    window, so that they can be seen through another. Lessons of one that cannot keep the greys that they have."""

    def pictures(self, arrays: Arrays) -> Sequence[str]:
        """Names of the arrays of a lesson, uint8, 0..255 over the window; empty where this lesson holds none."""


@runtime_checkable
class Recalling(Protocol):
    """What a Specialist may be able to do, too: say what its lessons show, and take another generalist's answer into
    them. Where one cannot, a task that is learned again beside another generalist keeps the old one's answers."""

    def recall(self, lesson: Lesson) -> Sequence[Recollection]:
        """The pictures of ``lesson``, the whole slice first; every prompt lies on its picture."""

    def refit(self, lesson: Lesson, answers: Sequence[Segmentation | None]) -> dict[str, NDArray[np.generic]]:
        """The arrays of ``lesson`` with another generalist's answer to each of its pictures, in ``recall``'s order and
        of their shapes (H, W); None: the stored answer stays."""
