"""How long the `auxol` learner learns, and from what: the steps of a quick update, and the mix of each step's crops."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import numpy as np

from auxol_core.options import AuxolOptions
from auxol_core.promptable.sampling import Sample
from auxol_core.specialist.auxol.draw import draw_sample
from auxol_core.specialist.auxol.lesson import Scene, decode
from auxol_core.specialist.base import Lesson, correction_of

MODE = os.environ.get("MIX", "uniform")


def steps_for(options: AuxolOptions, new: Sequence[str], lessons: Mapping[str, Lesson]) -> int:
    """Optimiser steps of the update from the lessons named ``new``."""
    return options.steps + len({correction_of(key) for key in new}) - 1


class Drawn:
    """The new and the earlier lessons to draw from; each is decoded when it is first drawn."""

    def __init__(self, new: Sequence[str], lessons: Mapping[str, Lesson]) -> None:
        self._lessons = lessons
        self._new = list(new)
        self._earlier = [key for key in lessons if key not in set(new)]
        self._decoded: dict[str, list[Scene]] = {}

    def batch(self, options: AuxolOptions, rng: np.random.Generator) -> list[Sample]:
        """``options.batch`` samples, ``options.new_share`` of them of new lessons."""
        of_new = options.batch if not self._earlier else max(1, round(options.batch * options.new_share))
        if not self._new:
            of_new = 0
        keys = [self._new[int(rng.integers(len(self._new)))] for _ in range(of_new)]
        keys += [self._an_earlier_one(rng) for _ in range(options.batch - of_new)]
        return [draw_sample(self._scenes(key), options.use_proposal, rng) for key in keys]

    def _an_earlier_one(self, rng: np.random.Generator) -> str:
        return self._earlier[int(rng.integers(len(self._earlier)))]

    def _scenes(self, key: str) -> list[Scene]:
        if key not in self._decoded:
            self._decoded[key] = list(decode(self._lessons[key].arrays))
        return self._decoded[key]
