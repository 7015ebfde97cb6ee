"""What an open task knows of where its structure is: its locator, taught beside the specialist.

Each saved slice leaves a *sight* in the task file. What the locator knows is a function of what the task knows: of the
sights of the corrections in the current version's lineage it has seen as many as any stored state that saw nothing else
(taskfile/sights.py). So what is undone, forgotten, set aside or refused by the guard is taken back by ``settle`` alone,
and what is still to be learned is what that state has not seen.

A *lesson* is the few steps that follow a save, in the background; a *rehearsal* goes over all sights while nobody asks
for anything. Both are journaled: base, seed, steps. What is not journaled when the power fails is learned again.

Sights that are missing (the task is older than its locator, or the locator keeps something else by now) are made again
from lessons that hold the whole slice, at leisure; where none does, the locator learns from what comes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence

import numpy as np

from auxol_core.errors import AuxolError, NotFoundError
from auxol_core.prompter.locating import Locator, Look, Sight
from auxol_core.specialist.base import Arrays, Candidate, Recalling, Recollection, Specialist
from auxol_core.steps import finish
from auxol_core.taskfile.fault_points import reach
from auxol_core.taskfile.schema import CorrectionRow, LocatorKind, LocatorRow, SightRow
from auxol_core.taskfile.sights import chain_of, fitting, seen_by
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import BoolArray, FloatArray

log = logging.getLogger(__name__)

# A rehearsal is stored after so many steps and after twice as many again, each time instead of what it stored before.
FIRST_STORED = 32
Steps = Generator[None, None, None]
# A seed for these words.
SeedOf = Callable[[Sequence[str]], int]
Tell = Callable[..., None]


class Whereabouts:
    """The locator of one open task. For the thread that owns the file."""

    def __init__(self, file: TaskFile, locator: Locator, specialist: Specialist, seed_of: SeedOf, tell: Tell) -> None:
        self._file, self._locator, self._specialist = file, locator, specialist
        self._seed_of, self._tell = seed_of, tell
        self._known: list[str] = []
        self._lineage: list[str] = []
        self._present: dict[str, bool] = {}
        self._sights: dict[str, Sight] = {}
        self._unmakable: set[str] = set()
        self._seen: frozenset[str] = frozenset()
        self._in_use: LocatorRow | None = None
        self._installed = False
        self._lesson: Steps | None = None
        self._turn = 0

    # What is known

    @property
    def in_use(self) -> LocatorRow | None:
        """The update that made the state in use; None: nothing is learned."""
        return self._in_use

    @property
    def due(self) -> list[str]:
        """The corrections with a sight that the task has learned and the locator has not seen, in order of saving."""
        return [key for key in self._known if key not in self._seen]

    @property
    def missing(self) -> list[str]:
        """The learned corrections without a sight that may still be made from their lessons."""
        return [key for key in self._lineage if key not in self._known and key not in self._unmakable]

    @property
    def is_rehearsed(self) -> bool:
        """Whether what was learned last was gone over again already, or there is nothing to go over."""
        return self._in_use is None or self._in_use.kind == "rehearse"

    def settle(self) -> None:
        """Use the state that fits what the task knows now. A few reads."""
        lineage = self._file.lineage(self._file.current_version)
        self._lineage = [key for update in lineage for key in update.correction_ids]
        self._present, learned = self._file.shelf.keys(self._locator.fingerprint), set(self._lineage)
        self._known = [key for key in self._present if key in learned]
        self._sights = {key: sight for key, sight in self._sights.items() if key in learned}
        rows = self._file.shelf.states(self._locator.fingerprint)
        fit = fitting(rows, self._known)
        chosen = next((row for row in fit if self._has_installed(row)), None)
        self._seen = seen_by(rows)[0 if chosen is None else chosen.id]
        if chosen is None and (self._in_use is not None or not self._installed):
            self._locator.install({})
        self._in_use, self._installed = chosen, True

    def _has_installed(self, row: LocatorRow) -> bool:
        """Whether the state of ``row`` is in use now; one that cannot be used costs what it knew, not the task."""
        if self._in_use is not None and self._in_use.id == row.id:
            return True
        try:
            state = self._file.shelf.state(row.id)
            if state is None:
                return False
            self._locator.install(state)
        except AuxolError as error:
            log.warning("A state of a task's locator is passed over: %s", error)
            return False
        return True

    def counts(self, saves: Iterable[CorrectionRow]) -> tuple[int, int]:
        """How many of the ``saves`` that are learned or wait to be have a sight with the structure, and without, as of
        the last ``settle``."""
        present = self._present
        standing = [present[row.correction_id] for row in saves if _counts(row) and row.correction_id in present]
        return sum(standing), len(standing) - sum(standing)

    # Seeing

    def sight(self, image: FloatArray, truth: BoolArray) -> SightRow:
        """What is kept of a saved slice: ``image`` (H, W, 3) in 0..1, windowed, on square pixels; ``truth`` (H, W)."""
        return SightRow(self._locator.fingerprint, bool(truth.any()), self._locator.sight(image, truth))

    def look(self, image: FloatArray) -> Look | None:
        """What the locator sees on ``image``, as for ``sight``; None where it was never shown the structure."""
        shown = any(self._present[key] for key in self._seen)
        return self._locator.look(image) if shown else None

    def see_anew(self) -> None:
        """The sights in the file are other pictures than they were, and the states of the old ones are gone."""
        self._sights.clear()
        self._unmakable.clear()

    # Learning

    def abandon(self) -> None:
        """End the lesson and the rehearsal under way without a trace."""
        self._turn += 1
        self._lesson = None

    def advance(self) -> bool:
        """One step of the lesson under way, or of a new one of what is due; False: nothing is."""
        if self._lesson is None and self.due:
            self._lesson = self._learning(self.due)
        if self._lesson is None:
            return False
        try:
            next(self._lesson)
        except StopIteration:
            self._lesson = None
        except BaseException:
            self._lesson = None  # what it was to learn is still due
            raise
        return True

    def _learning(self, new: Sequence[str]) -> Steps:
        """A lesson of ``new``, from the state in use; the task may be taught meanwhile."""
        began, base, seed = time.monotonic(), self._in_use, self._seed_of(("locator", *new))
        sights = self._sights_of([key for key in self._known if key in self._seen or key in new])
        candidate = yield from self._stepping(self._locator.learn(new, sights, seed=seed, steps=None))
        if self._stands_on(base, new):
            self._record("learn", base, tuple(new), seed, candidate, time.monotonic() - began)

    def _stepping(self, learning: Generator[None, None, Candidate]) -> Generator[None, None, Candidate]:
        while True:
            try:
                next(learning)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            reach("locator.mid_step")
            yield

    def rehearsing(self, most: float, seconds: float = float("inf")) -> Steps:
        """Go over all sights again for at most so many steps and seconds, storing on the way; yields after each step.

        It ends where the task is taught or moved; what it had not stored by then leaves no trace.
        """
        base, turn, began = self._in_use, self._turn, time.monotonic()
        if base is None or most < 1:
            return
        seed = self._seed_of(("locator rehearsal", str(base.seed)))
        steps = self._locator.rehearsal(self._sights_of(self._seen_in_order()), seed=seed)
        made, due, current, spent = 0, FIRST_STORED, base, False
        while not spent and turn == self._turn and self._is_at_rest_on(current):
            make = next(steps)
            reach("locator.mid_step")
            made += 1
            spent = made >= most or time.monotonic() - began >= seconds
            if spent or made == due:
                due *= 2
                current = self._record("rehearse", base, (), seed, make(), time.monotonic() - began)
            yield

    def _is_at_rest_on(self, current: LocatorRow) -> bool:
        """Whether ``current`` is in use and nothing else is learned or due: a locator makes one candidate at a time."""
        return self._lesson is None and not self.due and self._stands_on(current, ())

    def _stands_on(self, base: LocatorRow | None, new: Collection[str]) -> bool:
        """Whether ``base`` is still in use, and everything in ``new`` still known."""
        now = (0 if row is None else row.id for row in (base, self._in_use))
        return len(set(now)) == 1 and set(new) <= set(self._known)

    def _record(
        self,
        kind: LocatorKind,
        base: LocatorRow | None,
        new: tuple[str, ...],
        seed: int,
        candidate: Candidate,
        seconds: float,
    ) -> LocatorRow:
        """Journal an update, then use what it made; a crash in between is mended by opening."""
        reach("locator.before_record")
        under = 0 if base is None else base.id
        row = LocatorRow(kind, self._locator.fingerprint, under, new, seed, candidate.steps, seconds)
        row = self._file.shelf.record(row, candidate.state)
        reach("locator.after_record")
        self._locator.install(candidate.state)
        self._in_use, self._seen = row, self._seen | frozenset(new)
        self._tell("located", corrections=list(new), steps=row.steps, seconds=seconds)
        return row

    # Made again

    def rebuilt(self, identity: int) -> Arrays:
        """The state of the journal's row ``identity``, made by replaying the journal from nothing."""
        by_id = {row.id: row for row in self._file.shelf.states()}
        seen: set[str] = set()
        state: Arrays = {}
        for row in chain_of(by_id, identity):
            seen.update(row.correction_ids)
            ordered = [key for key in self._file.shelf.keys(row.locator) if key in seen]
            state = self._again(row, self._sights_of(ordered), state)
        return state

    def _again(self, row: LocatorRow, sights: Mapping[str, Sight], start: Arrays) -> Arrays:
        if row.kind == "learn":
            learning = self._locator.learn(row.correction_ids, sights, seed=row.seed, steps=row.steps, start=start)
            return finish(learning).state
        for made, make in enumerate(self._locator.rehearsal(sights, seed=row.seed, start=start), start=1):
            if made == row.steps:
                return make().state
        raise AssertionError("a rehearsal has no end")

    def remaking(self) -> Steps:
        """Make the sights that are missing from lessons, as far as these tell; yields after each correction."""
        for correction_id in self.missing:
            picture = self._recalled(correction_id)
            if picture is None:
                self._unmakable.add(correction_id)
            else:
                self._file.shelf.put(correction_id, self.sight(*picture))
                self.settle()
            yield

    def _recalled(self, correction_id: str) -> tuple[FloatArray, BoolArray] | None:
        """Image (H, W, 3) and truth (H, W) of a saved slice from its lessons; None where they do not tell."""
        if not isinstance(self._specialist, Recalling):
            return None
        try:
            lessons = self._file.lessons_of([correction_id])
            wholes: list[Recollection] = [self._specialist.recall(lessons[key])[0] for key in lessons]
        except NotFoundError:
            return None  # it was forgotten meanwhile
        if not wholes or len({each.truth.shape for each in wholes}) > 1:
            return None
        return wholes[0].view.image, np.logical_or.reduce([each.truth for each in wholes])

    # Sights in memory

    def _seen_in_order(self) -> list[str]:
        return [key for key in self._known if key in self._seen]

    def _sights_of(self, keys: Iterable[str]) -> dict[str, Sight]:
        """The sights of these corrections, which are read once."""
        found = {}
        for key in keys:
            if key not in self._sights:
                self._sights[key] = Sight(key, self._file.shelf.sight(key))
            found[key] = self._sights[key]
        return found


def _counts(row: CorrectionRow) -> bool:
    return row.state in ("learned", "queued")
