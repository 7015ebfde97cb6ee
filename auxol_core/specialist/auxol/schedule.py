"""How long the `auxol` learner learns, and from what: the steps of a quick update, and the mix of each step's crops."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from auxol_core.options import AuxolOptions
from auxol_core.promptable.sampling import Sample
from auxol_core.specialist.auxol.draw import draw_sample
from auxol_core.specialist.auxol.lesson import Scene, decode
from auxol_core.specialist.base import Lesson, correction_of

# Each new object is to be seen about twice; more steps than these would keep a user waiting.
VIEWS_OF_AN_OBJECT, MOST_STEPS = 2, 12
# Dice of what was shown: above the first nearly all is known, below the second nearly nothing. A confirmation, which
# changes nothing, is among the first: it teaches, but lightly.
KNOWN, FAR_OFF = 0.95, 0.70
# While nobody waits: smaller steps and smaller batches, so that a click meets a short one, and a longer average.
REHEARSED_AT_ONCE, REHEARSAL_RATE, REHEARSAL_AVERAGE = 4, 0.5, 0.1


def steps_for(options: AuxolOptions, new: Sequence[str], lessons: Mapping[str, Lesson]) -> int:
    """Optimiser steps of the update from the lessons named ``new``.

    ``options.steps`` for a correction of one object and one more for each further correction; more where many objects
    have to be seen or what was shown was far off, one fewer where it was nearly right (``options.adaptive``).
    """
    steps = options.steps + len({correction_of(key) for key in new}) - 1
    if not options.adaptive:
        return steps
    of_new = max(1, round(options.batch * options.new_share))
    steps = max(steps, math.ceil(VIEWS_OF_AN_OBJECT * len(new) / of_new))
    shown = [score for key in new if (score := lessons[key].shown) is not None]
    if shown and float(np.mean(shown)) >= KNOWN:
        steps -= 1
    elif shown and float(np.mean(shown)) < FAR_OFF:
        steps += 2
    return max(1, min(steps, max(MOST_STEPS, options.steps)))


class Drawn:
    """The new and the earlier lessons to draw from; each is decoded when it is first drawn."""

    def __init__(self, new: Sequence[str], lessons: Mapping[str, Lesson]) -> None:
        self._lessons = lessons
        self._new = list(new)
        self._earlier = [key for key in lessons if key not in set(new)]
        self._decoded: dict[str, list[Scene]] = {}

    def batch(self, options: AuxolOptions, rng: np.random.Generator) -> list[Sample]:
        """``options.batch`` samples, ``options.new_share`` of them of new lessons; where none is new, fewer."""
        if not self._new:
            of_new, count = 0, min(REHEARSED_AT_ONCE, options.batch)
        else:
            count = options.batch
            of_new = count if not self._earlier else max(1, round(count * options.new_share))
        keys = [self._new[int(rng.integers(len(self._new)))] for _ in range(of_new)]
        keys += [self._earlier[int(rng.integers(len(self._earlier)))] for _ in range(count - of_new)]
        return [draw_sample(self._scenes(key), options.use_proposal, rng) for key in keys]

    def _scenes(self, key: str) -> list[Scene]:
        if key not in self._decoded:
            self._decoded[key] = list(decode(self._lessons[key].arrays))
        return self._decoded[key]
