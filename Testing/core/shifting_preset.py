"""A small third preset for tests of the registry: it learns by how much the generalist is too timid or too bold.

Its whole state is one number, added to the generalist's logits; its guard refuses numbers beyond ``limit``. It asks
for the generalist's embedding and keeps its mean in each lesson.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError
from auxol_core.options import AuxolOptions
from auxol_core.specialist import registry
from auxol_core.specialist.base import Arrays, Candidate, Lesson, Opinion, Specialist, View
from auxol_core.specialist.fusion import ExpertAdvice, FusionRule
from auxol_core.specialist.guard import Guard, Trial
from auxol_core.specialist.preset import Preset, Setting
from auxol_core.types import PLAIN_KINDS, BoolArray


@dataclass(frozen=True)
class ShiftOptions:
    """``rate``: how far one lesson moves the shift; ``limit``: what the guard refuses beyond."""

    rate: float = 0.5
    limit: float = 100.0

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 10:
            raise InvalidInputError(f"Option rate must be in 0 .. 10, got {self.rate}. Choose a value in that range.")


class Shift:
    """Implements the Specialist protocol. ``views``: what it was shown, for tests."""

    snapshot_every = 3

    knows = PLAIN_KINDS

    def __init__(self, options: ShiftOptions, setting: Setting) -> None:
        self.options, self.setting = options, setting
        self.views: list[View] = []
        self._state: Arrays = {}

    @property
    def state(self) -> Arrays:
        return self._state

    def initial_state(self) -> Arrays:
        return {}

    def install(self, state: Arrays) -> None:
        self._state = dict(state)

    def predict_one(self, view: View) -> Opinion:
        self.views.append(view)
        return Opinion(np.asarray(view.generalist.logits + _shift(self._state), dtype=np.float32), 0.8)

    def place(self, lesson: Lesson) -> None:
        return None

    def lesson(self, view: View, truth: BoolArray) -> dict[str, NDArray[np.generic]]:
        self.views.append(view)
        wrong = float(truth.mean()) - float(view.generalist.mask.mean())
        seen = 0.0 if view.embedding is None else float(np.mean(np.asarray(view.embedding.data)))
        return {"wrong": np.array([wrong]), "seen": np.array([seen])}

    def learn(
        self,
        new: Sequence[str],
        lessons: Mapping[str, Lesson],
        *,
        seed: int,
        steps: int | None,
        start: Arrays | None = None,
    ) -> Generator[None, None, Candidate]:
        shift = _shift(self._state if start is None else start)
        for key in new:
            shift += self.options.rate * float(np.asarray(lessons[key].arrays["wrong"])[0])
            yield
        return Candidate({"shift": np.array([shift])}, len(new))

    def scores(self, state: Arrays, lessons: Sequence[Lesson]) -> list[float]:
        return [1.0 for _ in lessons]

    def doubts(self, lessons: Sequence[Lesson]) -> str:
        return ""


def _shift(state: Arrays) -> float:
    return float(np.asarray(state.get("shift", np.zeros(1)))[0])


@dataclass(frozen=True)
class Limit:
    """A guard that asks nobody."""

    limit: float

    def verdict(self, trial: Trial) -> tuple[bool, str]:
        shift = _shift(trial.candidate.state)
        return abs(shift) <= self.limit, f"the shift is {shift:+.3f}"


def _specialist(options: ShiftOptions, setting: Setting) -> Specialist:
    return Shift(options, setting)


def _fusion(options: ShiftOptions, _: Specialist) -> FusionRule:
    return ExpertAdvice(AuxolOptions())


def _guard(options: ShiftOptions) -> Guard:
    return Limit(options.limit)


SHIFTING = Preset(
    name="shifting",
    title="Shifted generalist",
    options=ShiftOptions,
    make_specialist=_specialist,
    make_fusion=_fusion,
    make_guard=_guard,
    sees_embedding=True,
)


@contextmanager
def shifting() -> Iterator[None]:
    """Offer it for the time of a test."""
    registry.register(SHIFTING)
    try:
        yield
    finally:
        registry.remove(SHIFTING.name)
