"""What stands between an update and its publication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from auxol_core.specialist.base import Candidate, Lesson, Specialist, correction_of

# What was learned a moment ago is known by heart, and any next lesson costs some of that: one or two objects would
# stop every second honest update.
GUARD_NEEDS = 4


@dataclass(frozen=True, eq=False)
class Trial:
    """An update that was made and is not published yet.

    ``candidate`` was learned from the lessons named ``new``, on ``lessons`` (new and earlier ones, in order).
    ``shown``: the Dice of each object of the new corrections as it was shown to the user. ``current`` is the version in
    use, ``version`` the number that the candidate gets if it is published; numbers are never used twice.
    """

    specialist: Specialist = field(repr=False)
    candidate: Candidate
    lessons: Mapping[str, Lesson] = field(repr=False)
    new: Sequence[str]
    shown: Sequence[float]
    current: int
    version: int


class Guard(Protocol):
    """Judges updates of one task, in the order in which they are made."""

    def verdict(self, trial: Trial) -> tuple[bool, str]:
        """Whether ``trial`` may be published, and why or why not in a few words, which the journal keeps."""


@dataclass
class EarlierObjects:
    """What was learned before must not get worse by more than tolerated.

    The new correction does not vote: an update always suits the mask it was made from, also a wrong one. Asked are
    the ``last`` objects before it (0: none), whose mean Dice may fall by ``tolerance``; by ``doubtful`` alone, if that
    is less, where what was shown had a Dice under ``surprise`` with the new mask.
    """

    last: int
    tolerance: float
    doubtful: float
    surprise: float
    _known: dict[int, dict[str, float]] = field(default_factory=dict, init=False, repr=False)

    def verdict(self, trial: Trial) -> tuple[bool, str]:
        """See Guard."""
        for correction_id in dict.fromkeys(map(correction_of, trial.new)) if self.last else ():
            own = [trial.lessons[key] for key in trial.new if correction_of(key) == correction_id]
            doubt = trial.specialist.doubts(own)
            if doubt:
                return False, f"discarded: {doubt}"
        earlier = [key for key in trial.lessons if key not in set(trial.new)]
        before = [trial.lessons[key] for key in earlier[len(earlier) - min(self.last, len(earlier)) :]]
        if len(before) < GUARD_NEEDS:
            self._known = {}
            return True, f"not guarded: {len(before)} earlier objects say too little"
        old = self._scores_in_use(trial, before)
        now = trial.specialist.scores(trial.candidate.state, before)
        change = float(np.mean(now) - np.mean(old))
        # This is what the next update compares with, if this one is published.
        self._known = {trial.version: dict(zip((lesson.key for lesson in before), now, strict=True))}
        verdict = f"the last {len(before)} objects changed by {change:+.3f} Dice"
        tolerance = self._tolerance(trial.shown)
        if change < -tolerance:
            return False, f"discarded: {verdict}, more than {tolerance:g} worse"
        return True, verdict

    def _scores_in_use(self, trial: Trial, lessons: Sequence[Lesson]) -> list[float]:
        """The scores of ``lessons`` under the state in use; those that an earlier update asked for are remembered."""
        known = self._known.get(trial.current, {})
        missing = [lesson for lesson in lessons if lesson.key not in known]
        if missing:
            scores = trial.specialist.scores(trial.specialist.state, missing)
            known |= zip((lesson.key for lesson in missing), scores, strict=True)
        return [known[lesson.key] for lesson in lessons]

    def _tolerance(self, shown: Sequence[float]) -> float:
        """How much worse earlier objects may get: little where the new mask is nothing like what was shown."""
        surprising = bool(shown) and min(shown) < self.surprise
        return min(self.doubtful, self.tolerance) if surprising else self.tolerance
