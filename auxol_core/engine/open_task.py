"""An open task: its file, its learner (specialist, fusion, guard), its locator (whereabouts.py), and the queue of what
is saved and not yet learned.

Order of an update, each step of which may be the last before the power fails: learn on the side -> guard -> journal
verdict, weights and version in one transaction -> install. Whatever was not journaled is learned again from the
queue; whatever was journaled is installed when the file is opened.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from auxol_core.engine.rehearsing import rehearsed_again
from auxol_core.engine.relearning import Relearning
from auxol_core.engine.saves import saves_of
from auxol_core.engine.standing import Standing
from auxol_core.engine.telling import offset
from auxol_core.engine.whereabouts import Whereabouts
from auxol_core.errors import CancelledError, InvalidInputError, NotFoundError, StorageFullError
from auxol_core.options import TaskOptions
from auxol_core.prompter.locating import Locator
from auxol_core.scales import GreyScale
from auxol_core.specialist.base import Arrays, Candidate, Lesson, correction_of
from auxol_core.specialist.guard import Trial
from auxol_core.specialist.preset import Learner
from auxol_core.steps import finish
from auxol_core.taskfile.fault_points import reach
from auxol_core.taskfile.schema import CorrectionRow, CorrectionState, UpdateRow
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import Event, IntensityWindow

log = logging.getLogger(__name__)

# What several corrections that wait are learned in together: more would be read from the file at once.
COALESCED = 8
MAX_EVENTS = 1000
PROGRESS_S = 0.25
Listener = Callable[[Event], None]


class TaskSession:
    """One open task. For one thread, which ``listener`` is called in with each event.

    Any thread may read ``standing``, ``version``, ``share``, ``paused`` and ``events``, which do not touch the file,
    and call ``pause`` and ``keep_paused``, which wait for the disk at most.
    """

    def __init__(
        self,
        name: str,
        file: TaskFile,
        learner: Learner,
        listener: Listener | None = None,
        relearning: Relearning | None = None,
        locator: Locator | None = None,
    ) -> None:
        self.name = name  # the file's own name is another one where somebody renamed the file
        self.file, self.learner = file, learner
        self.specialist, self.fusion = learner.specialist, learner.fusion
        self.options: TaskOptions = file.options
        self.relearning = relearning  # until the current version's weights are there again
        self._relearning_held = False
        self._pausing = threading.Lock()
        self._paused = file.paused
        self._closed = False
        self._turn = 0
        self._updating: Generator[None, None, None] | None = None
        self._singly: set[str] = set()
        self.notes = file.greys.notes
        self.scales_seen: set[str] = set()  # ids of the slices whose scale was compared with the task's
        self.scales_told: set[GreyScale] = set()
        self._listener = listener
        self._events: deque[Event] = deque(maxlen=MAX_EVENTS)
        # Numbered by the clock: a client that asks on after a restart must not wait for the old numbers to be reached.
        self._last_event = int(time.time() * 1000)
        self.whereabouts = None
        if locator is not None and self.options.learning:
            self.whereabouts = Whereabouts(file, locator, self.specialist, self._seed_of, self.tell)
        self.installed = 0 if relearning else file.current_version  # the version whose weights are in use
        self.specialist.install(finish(self._state_of(self.installed)))
        self._weigh()

    @property
    def version(self) -> int:
        """The current version. While its weights are being rebuilt, those of another one are in use."""
        return self.standing.version

    @property
    def in_use(self) -> int:
        """The version that answers: the current one, 0 while its weights are made again."""
        return self.standing.in_use

    @property
    def share(self) -> float:
        """The generalist's weight in the fusion."""
        return self.standing.share

    @property
    def turn(self) -> int:
        """Another number as soon as the task was moved, closed or taught by an update."""
        return self._turn

    @property
    def updating(self) -> bool:
        """Whether an update is under way."""
        return self._updating is not None

    @property
    def is_rehearsed(self) -> bool:
        """Whether what was taught last was gone over again already. A read of the file."""
        lineage = self.file.lineage(self.file.current_version)
        return bool(lineage) and lineage[-1].rehearsed

    # Pausing

    @property
    def paused(self) -> bool:
        """Whether what is saved stays queued until somebody asks."""
        return self._paused

    @property
    def at_rest(self) -> bool:
        """Whether nothing is to be computed in the background. A pause from before the task was opened keeps new
        corrections queued; what the task knew then is made again all the same."""
        return self._paused and (self.relearning is None or self._relearning_held)

    def pause(self, paused: bool) -> None:
        """Keep what is saved queued, or no longer; ``keep_paused`` makes it outlast the session. NotFoundError once it
        is closed."""
        with self._pausing:
            if self._closed:
                raise NotFoundError(f"Task {self.name!r} is not open. Open it first.", missing="open task")
            if paused != self._paused:  # a client says it once more after a restart
                self._paused = self._relearning_held = paused

    def keep_paused(self) -> None:
        """Write into the file whether learning is paused, where that is not what it says. It is there on return, unless
        the disk is full or the task is being closed, which writes it too."""
        with self._pausing:
            if not self._closed:
                self._write_paused()

    def _write_paused(self) -> None:
        try:
            if self._paused != self.file.paused:
                self.file.set_paused(self._paused)
        except StorageFullError:
            log.warning("On the full disk it cannot be kept whether learning is paused; until the task is closed it is")

    # What happened

    def tell(self, kind: str, **data: object) -> None:
        """Add an event; the last thousand are kept."""
        self._last_event += 1
        event = Event(self._last_event, self.name, kind, data)
        self._events.append(event)
        if self._listener is not None:
            self._listener(event)

    def events(self, after: int) -> list[Event]:
        """Events with a sequence number above ``after``."""
        # Copied in one go: others may ask while the compute thread adds one.
        return [event for event in tuple(self._events) if event.sequence > after]

    # Fusion and versions

    def _weight(self) -> float:
        """The fusion's weight from the journaled losses; a task that does not learn keeps the one it began with.

        1 while the generalist is to answer alone.
        """
        if self.silent:
            return 1.0
        return self.fusion.share(self.file.expert_losses_in_order() if self.options.learning else [])

    def _weigh(self) -> None:
        """Take stock of the file after it was changed, and of the fusion's weight that follows from it."""
        self._settle(self._weight())

    def _settle(self, share: float) -> None:
        if self.whereabouts is not None:
            self.whereabouts.settle()
        self.standing = Standing.of(
            self.file,
            share,
            relearning=self.relearning is not None,
            whereabouts=self.whereabouts,
            offset=offset(self.file.estimates_in_order()) if self.options.learning else 0.0,
        )

    def _seed_of(self, words: Sequence[str]) -> int:
        return seed_of(self.options.seed, words)

    @property
    def silent(self) -> bool:
        """Whether the specialist is not asked, because what it had learned is not there again (see relearning.py)."""
        return self.relearning is not None and self.file.current_version != 0

    def _install(self, state: Arrays, version: int) -> None:
        self.specialist.install(state)
        self.installed = version

    def set_window(self, window: IntensityWindow | None, origin: str) -> None:
        """See through ``window`` from now on, or through that of the next slice that tells one; what was learned
        stays."""
        self.file.set_window(window, origin)
        self.notes = self.file.greys.notes
        self.standing = replace(self.standing, window=window)

    def rewindow(self, begin: Callable[[], Generator[None, None, Relearning]]) -> Generator[None, None, None]:
        """See through another window, and learn again what was seen through the one of before: see ``rewindowing``.

        Where the task is closed or moved meanwhile nothing is changed.
        """
        self._abandon()
        turn, beginning = self._turn, begin()
        while True:
            try:
                next(beginning)
            except StopIteration as end:
                self.relearning, self._relearning_held = end.value, False
                break
            yield
            if turn != self._turn and not self.updating:
                beginning.close()
                raise CancelledError(f"Task {self.name!r} was moved while its window was changed. Change it again.")
        self._abandon()
        self.notes = self.file.greys.notes
        if self.whereabouts is not None:
            self.whereabouts.see_anew()
        self._begin_again()

    def note_scale(self, scale: GreyScale) -> None:
        """Keep what scale the task's images are on; a full disk keeps it from being noted, and nothing else."""
        try:
            self.notes = self.file.greys.note(scale=scale)
        except StorageFullError:
            log.warning("On the full disk it cannot be noted what scale a task's images are on; that can wait")

    def saves_of(self, correction_id: str) -> list[CorrectionRow]:
        """What was saved under this id, in order; more than once where an undo came between."""
        return saves_of(correction_id, self.standing.saves)

    def saved(self) -> None:
        """A correction was journaled: its losses, taken before it is learned, move the fusion from now on."""
        self._weigh()

    def _state_of(self, version: int) -> Generator[None, None, Arrays]:
        """The weights of ``version``; what retention dropped is rebuilt by replay. What is in use stays in use."""
        known, stored = self.file.nearest_snapshot(version)
        state = self.specialist.initial_state() if stored is None else stored
        return (yield from self._replayed(state, known, version))

    def rebuilt(self, version: int) -> Arrays:
        """The weights of ``version``, made by replaying the journal from the initial weights, without a snapshot."""
        return finish(self._replayed(self.specialist.initial_state(), 0, version))

    def _replayed(self, state: Arrays, known: int, version: int) -> Generator[None, None, Arrays]:
        """Learn the updates after ``known`` on the lineage of ``version`` again, exactly as journaled."""
        for update in self.file.lineage(version):
            if update.version > known:
                state = yield from self._again(update, state)
        return state

    def _again(self, update: UpdateRow, state: Arrays) -> Generator[None, None, Arrays]:
        """What ``update`` made of ``state``, learned again as journaled."""
        lessons, new = self.lessons(update.base_version, update.correction_ids)
        if update.rehearsed:
            return (yield from rehearsed_again(self.specialist, lessons, update, state))
        if not new:
            return state
        learning = self.specialist.learn(new, lessons, seed=update.seed, steps=update.steps, start=state)
        return (yield from learning).state

    def go_to(self, version: int, kind: Literal["undo", "rollback"]) -> Generator[None, None, None]:
        """Make ``version`` the current one; yields while it is rebuilt."""
        self._abandon()
        if self.relearning is not None:  # its weights are not there yet, and are made again from now on
            self.file.set_current(version, kind, f"asked for by the user, from version {self.version}")
            self._begin_again()
            self.tell("restored", version=version, by=kind)
            return
        state = yield from self._state_of(version)
        self.file.set_current(
            version,
            kind,
            f"asked for by the user, from version {self.file.current_version}",
            snapshot=state if version and self.file.snapshot(version) is None else None,
        )
        self._install(state, version)
        self._weigh()
        self.tell("restored", version=version, by=kind)

    def _begin_again(self) -> None:
        """Take stock of another current version, whose weights are to be made again."""
        self._install(self.specialist.initial_state(), 0)
        self._weigh()

    def lessons(self, base_version: int, new: Sequence[str]) -> tuple[Mapping[str, Lesson], list[str]]:
        """What an update on ``base_version`` may draw from, what that version learned and what is new; the new keys.

        It depends on the lineage alone and not on what else is in the file, so that a replay draws the same.
        """
        learned = [cid for update in self.file.lineage(base_version) for cid in update.correction_ids]
        return self.file.lessons_of([*learned, *new]), list(self.file.lessons_of(new))

    # Learning

    def learning(self) -> Generator[None, None, None]:
        """Learn what is queued, one correction an update; yields after every optimiser step."""
        while self.advance():
            yield

    def locating(self) -> Generator[None, None, None]:
        """Have the locator learn what the task has learned; yields after every step."""
        if self.whereabouts is not None:
            yield from self.whereabouts.remaking()
            while self.whereabouts.advance():
                yield

    def advance(self, most: int = 1) -> bool:
        """One step of the update under way, or of a new one of up to ``most`` queued corrections; False: none queued.

        An update is taken up where it was left, whoever asks: learning in the background, or on demand.
        """
        if self._updating is None:
            self._updating = self._next_update(most)
        if self._updating is None:
            return False
        try:
            next(self._updating)
        except StopIteration:
            self._updating = None
        except BaseException:
            self._updating = None  # what it was to learn is still queued
            raise
        return True

    def _next_update(self, most: int) -> Generator[None, None, None] | None:
        if self.relearning is not None and not self._closed:
            return self._relearn(self.relearning)
        queued = self.file.queued() if self.options.learning and not self._closed else []
        if not queued:
            return None
        together = most if self.learner.together and queued[0] not in self._singly else 1
        return self.update(queued[:together])

    def _relearn(self, relearning: Relearning) -> Generator[None, None, None]:
        """Make the current version's weights again, then use them; what was saved meanwhile is learned next."""
        state = yield from relearning.steps(self._again, self.tell)
        self.relearning, self._relearning_held = None, False
        self._install(state, self.file.current_version)
        self.notes = self.file.greys.notes
        self._weigh()
        lost = {"lost": self.notes.lost} if self.notes.lost else {}
        self.tell("relearned", version=self.installed, old_answers=relearning.old_answers, **lost)

    def _abandon(self) -> None:
        """End the update under way without a trace; what it was to learn stays queued."""
        self._turn += 1
        self._updating = None
        if self.whereabouts is not None:
            self.whereabouts.abandon()

    def update(
        self, correction_ids: Sequence[str], schedule: UpdateRow | None = None
    ) -> Generator[None, None, None]:
        """One update from ``correction_ids``: learn on the side, guard, journal, install.

        ``schedule``: an update that is learned again without a forgotten correction, with its steps and seed. An
        update between whose steps the task was moved, closed or taught by another one ends without a trace; what it
        was to learn is still queued, unless somebody forgot it.
        """
        began = time.monotonic()
        self._turn += 1
        turn = self._turn
        base, version = self.file.current_version, self.file.next_version
        seed = seed_of(self.options.seed, correction_ids) if schedule is None else schedule.seed
        lessons, new = self.lessons(base, correction_ids)
        self.tell("learning", version=version, corrections=list(correction_ids))
        candidate = Candidate(self.specialist.state, 0)  # of an empty slice without a prompt nothing can be learned
        if new:
            steps = None if schedule is None else schedule.steps
            learning = self.specialist.learn(new, lessons, seed=seed, steps=steps)
            made = yield from self._in_steps(learning, turn, version)
            if made is None:
                return
            candidate = made
        published, reason = self._guarded(candidate, lessons, new)
        if not published and schedule is None and len(correction_ids) > 1:
            self._singly.update(correction_ids)  # one of them is to blame: each for itself
            return
        row = UpdateRow(
            version=version,
            base_version=base,
            correction_ids=tuple(correction_ids),
            steps=candidate.steps,
            seed=seed,
            published=published,
            reason=reason,
            seconds=time.monotonic() - began,
            kind="learn" if schedule is None else "relearn",
        )
        self.record(row, candidate)
        self.tell("learned" if published else "discarded", version=version, reason=reason, seconds=row.seconds)

    def _in_steps(
        self, learning: Generator[None, None, Candidate], turn: int, version: int
    ) -> Generator[None, None, Candidate | None]:
        told, made = time.monotonic(), 0
        while True:
            try:
                next(learning)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            reach("update.mid_step")
            made += 1
            if time.monotonic() - told > PROGRESS_S:
                told = time.monotonic()
                self.tell("progress", version=version, steps=made)
            yield
            if turn != self._turn:
                learning.close()
                return None

    def record(self, row: UpdateRow, candidate: Candidate, instead_of: int | None = None) -> None:
        """Journal ``row`` and install the candidate if it is published; a crash in between is mended by opening.

        ``instead_of``: see VersionTree.record_update.
        """
        state: CorrectionState = "learned" if row.published else "quarantined"
        due = row.published and row.version % self.specialist.snapshot_every == 0
        reach("update.before_record")
        self.file.record_update(
            row, candidate.state if due else None, dict.fromkeys(row.correction_ids, state), instead_of
        )
        reach("update.after_record")
        if row.published:
            self._install(candidate.state, row.version)
            reach("publish.mid")
        self._weigh()

    def _guarded(
        self, candidate: Candidate, lessons: Mapping[str, Lesson], new: Sequence[str]
    ) -> tuple[bool, str]:
        """Whether ``candidate`` may be published, and why or why not."""
        if self.learner.guard is None or not new:
            return True, "no guard"
        corrections = [self.file.correction(each) for each in dict.fromkeys(map(correction_of, new))]
        shown = [scores.fused for correction in corrections for scores in correction.scores]
        current, version = self.file.current_version, self.file.next_version
        return self.learner.guard.verdict(
            Trial(self.specialist, candidate, lessons, new, shown, current, version)
        )

    # Taking back

    def forget(self, correction_id: str) -> Generator[None, None, None]:
        """Delete a correction and relearn what was learned after it, with the same steps and seeds.

        It is deleted before the first yield. After a crash in between, what was not relearned yet is in the queue.
        """
        self._abandon()
        schedule = self.file.forget(correction_id)
        if self.relearning is not None:  # what stood on it is in the queue, and is learned after what it stood on
            self._begin_again()
            self.tell("forgotten", correction=correction_id, relearned=0)
            return
        self._settle(self.share)
        self._install((yield from self._state_of(self.version)), self.version)
        for update in schedule:
            yield from self.update(update.correction_ids, update)
        self._weigh()
        self.tell("forgotten", correction=correction_id, relearned=len(schedule))

    def reset(self) -> None:
        """Delete all corrections and versions."""
        self._abandon()
        self.file.reset()
        self.relearning = None
        self.notes = self.file.greys.notes
        self.scales_seen.clear()
        self._install(self.specialist.initial_state(), 0)
        self._weigh()
        self.tell("reset")

    def hand_over(self) -> None:
        """Make ready to be closed as it was, with what was saved since. Raises InvalidInputError where nothing is
        learned again or the old file is gone, StorageFullError; the task then goes on."""
        if self.relearning is None:
            raise InvalidInputError(f"Task {self.name!r} is not being learned again; there is nothing to cancel.")
        self._abandon()
        self.file.hand_over()

    def close(self, *, as_it_was: bool = False) -> None:
        """Give the file back; an update that is being learned ends without a trace. ``as_it_was``: the file from before
        it was learned again takes its place (see TaskFile.close_as_it_was)."""
        with self._pausing:
            self._closed = True
        self._abandon()
        try:
            self._write_paused()
        finally:
            if as_it_was:
                self.file.close_as_it_was()
            else:
                self.file.close()


def seed_of(task_seed: int, words: Sequence[str]) -> int:
    """A seed for the corrections of these ids, or of other ``words``.

    It does not depend on what else happened, so that forgetting one correction leaves the others theirs.
    """
    digest = hashlib.sha256("/".join([str(task_seed), *words]).encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1
