"""Learning while the user looks: an open task goes over its lessons again, and publishes what that improves.

A save's own update takes a second; the half minute in which the next slice is read is used here. A rehearsal is one
run of small steps from the version that the last save left (its *base*). It is looked at after 8 steps, 16, 32 and so
on: where the lessons are answered no worse than before, what it has made becomes the current version, instead of the
one that the same run published before. So each version is still one row of the journal: this base, this seed, so many
steps. It ends when it no longer helps, when its budget is spent, or when the task is taught or moved.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from auxol_core.engine.open_task import TaskSession, seed_of
from auxol_core.errors import InvalidInputError
from auxol_core.specialist.base import Arrays, Candidate, Lesson, Rehearses
from auxol_core.taskfile.schema import UpdateRow

FIRST_LOOK = 8
# The lessons that are asked: the latest, where forgetting would show last, and as many from all the others.
LATEST, EARLIER = 8, 8
ASKED_AT_ONCE = 4
# Mean Dice of the lessons asked, in one window each; what is learned by heart moves by a hundredth for nothing.
WORSE, HELPS = 0.005, 0.002


@dataclass(frozen=True)
class Budget:
    """What a rehearsal may take: ``steps``, and ``seconds`` from its beginning on."""

    steps: float
    seconds: float = float("inf")

    @staticmethod
    def of(steps: int | None, seconds: float | None) -> Budget:
        """None: as many as help. InvalidInputError where one is below 0."""
        for name, value in (("steps", steps), ("seconds", seconds)):
            if value is not None and not value >= 0:
                raise InvalidInputError(f"A rehearsal takes {name} of 0 or more, got {value!r}. Leave it out for any.")
        return Budget(float("inf") if steps is None else steps, float("inf") if seconds is None else seconds)


def thinking(session: TaskSession, budget: Budget) -> Generator[None, None, None]:
    """Rehearse within ``budget``; yields after every step, also after the last one.

    Nothing is done where nothing was taught, or the learner of the task does not rehearse. A rehearsal that the task
    was moved under ends without a trace of what it had not published.
    """
    base, specialist = session.file.current_version, session.specialist
    lessons, _ = session.lessons(base, ())
    if isinstance(specialist, Rehearses) and lessons and budget.steps >= 1:
        yield from _Rehearsal(session, specialist, base, lessons).run(budget)


class _Rehearsal:
    """One run from one base."""

    def __init__(
        self, session: TaskSession, specialist: Rehearses, base: int, lessons: Mapping[str, Lesson]
    ) -> None:
        self._session, self._base = session, base
        self._seed = seed_of(session.options.seed, ("rehearsal", str(session.file.lineage(base)[-1].seed)))
        self._steps = specialist.rehearsal(lessons, seed=self._seed)
        self._asked = [lessons[key] for key in asked(list(lessons))]
        self._published: int | None = None
        self._before: float | None = None
        self._turn = session.turn

    @property
    def _moved(self) -> bool:
        return self._session.turn != self._turn

    def run(self, budget: Budget) -> Generator[None, None, None]:
        """Steps and looks until it no longer helps, the budget is spent or the task was moved."""
        began, look = time.monotonic(), FIRST_LOOK
        for made, candidate in enumerate(self._steps, start=1):
            spent, helps = made >= budget.steps or time.monotonic() - began >= budget.seconds, True
            if spent or made == look:
                look *= 2
                helps = yield from self._look(candidate, time.monotonic() - began)
            yield
            if spent or not helps or self._moved:
                return

    def _look(self, make: Callable[[], Candidate], seconds: float) -> Generator[None, None, bool]:
        """Publish what was made so far where it is no worse; whether going on may help."""
        candidate = make()
        if self._before is None:
            self._before = yield from self._mean_dice(self._session.specialist.state)
        if self._moved:
            return False
        now = yield from self._mean_dice(candidate.state)
        if self._moved:
            return False
        change = now - self._before
        published = change >= -WORSE
        self._record(candidate, published, change, seconds)
        self._before = max(now, self._before)
        return published and change >= HELPS

    def _mean_dice(self, state: Arrays) -> Generator[None, None, float]:
        scores: list[float] = []
        for first in range(0, len(self._asked), ASKED_AT_ONCE):
            scores += self._session.specialist.scores(state, self._asked[first : first + ASKED_AT_ONCE])
            yield
        return float(np.mean(scores))

    def _record(self, candidate: Candidate, published: bool, change: float, seconds: float) -> None:
        reason = f"{len(self._asked)} lessons gone over again changed by {change:+.3f} Dice"
        row = UpdateRow(
            correction_ids=(),
            steps=candidate.steps,
            seed=self._seed,
            published=published,
            reason=reason if published else f"discarded: {reason}",
            seconds=seconds,
            base_version=self._base,
            version=self._session.file.next_version,
        )
        self._session.record(row, candidate, instead_of=self._published if published else None)
        if published:
            self._published = row.version
        self._session.tell(
            "rehearsed", version=row.version, published=published, reason=row.reason, steps=row.steps, seconds=seconds
        )


def asked(keys: Sequence[str]) -> list[str]:
    """Which lessons tell whether a rehearsal helps: the latest, and as many spread evenly over the earlier ones."""
    earlier, latest = keys[:-LATEST], list(keys[-LATEST:])
    spread = np.linspace(0, len(earlier) - 1, min(EARLIER, len(earlier))).round().astype(int)
    return [*(earlier[index] for index in spread), *latest]
