"""The weights of a task, made again from its own lessons: where the learner or the generalist is another one than made
them.

Stored weights are differences from those that a learner begins with; beside others they would be noise. The lessons
stay true, so the current version is made again from them, with the corrections, steps and seeds that the journal has,
in steps between which the task goes on:

0. where it is the task's grey window that became another one, the lessons' pictures are brought to it first, as far as
   they were not cut off (``rewindowing``, lesson_window.py);
1. the file as it was is kept beside; then its weights go, and it says who makes them now;
2. lessons hold what the old generalist answered: where the specialist can take another answer into them (Recalling),
   the one in use is asked; where it cannot, or the generalist does not take the prompt, the old answer stays;
3. each update on the way to the current version is learned again. On the way each scored object gets the losses that
   the fusion would have learned from: those of the version which it was scored under, before it was learned. The old
   losses weighed a generalist or a specialist that is gone. Where lessons cannot be recalled they stay: without any
   the fusion would know nothing of this user. The scores that the curve shows were measured, and stay in any case;
4. the current version's weights are stored, and the old file goes.

Until then the generalist answers alone: how much the specialist's word counts was earned by weights that are not there
yet, and an untaught one has earned nothing. What is saved meanwhile is journaled, has no losses, and is learned
afterwards.

Every step is durable, and what was reached is stored every few versions: whoever opens the file after a crash goes on
from there.
"""

from __future__ import annotations

import logging
import time
from bisect import bisect_right
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace

from auxol_core.engine.lesson_window import brought, lost_of, window_of
from auxol_core.errors import InvalidInputError, StorageFullError, TaskFileGeneralistError
from auxol_core.generalist.base import Generalist
from auxol_core.imaging.lowering import lowered
from auxol_core.specialist.base import Arrays, Lesson, Recalling, Recollection, correction_of
from auxol_core.specialist.fusion import Losses
from auxol_core.specialist.preset import Learner
from auxol_core.taskfile.fault_points import reach
from auxol_core.taskfile.origin import Maker
from auxol_core.taskfile.schema import UpdateRow
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.taskfile.versions import KEEP_EVERY, KEEP_LAST
from auxol_core.types import IntensityWindow, Progress, Segmentation

log = logging.getLogger(__name__)

PROGRESS_S = 0.25
# The state that an update made of another one, learned again in steps.
Replay = Callable[[UpdateRow, Arrays], Generator[None, None, Arrays]]
Tell = Callable[..., None]
Steps = Generator[None, None, None]


def relearning_of(file: TaskFile, learner: Learner, generalist: Generalist) -> Relearning | None:
    """What has to be made again before ``file`` goes on with this learner beside this generalist; None: nothing."""
    maker = Maker(learner.word, generalist.name, generalist.weights_hash)
    if file.origin.begun or (file.corrections(limit=1) and not _fits(file, learner, maker)):
        return Relearning(file, learner, generalist, maker)
    if _waits_through_another(file):
        file.origin.begin(maker, (window, file.greys.notes.origin) if (window := file.window) else None)
        return Relearning(file, learner, generalist, maker)
    if file.origin.maker != maker:
        try:
            file.origin.adopt(maker)
        except StorageFullError:
            log.warning("On the full disk it cannot be written down who makes the task's weights; that can wait")
    return None


def rewindowing(
    file: TaskFile, learner: Learner, generalist: Generalist, window: IntensityWindow, origin: str
) -> Generator[None, None, Relearning]:
    """Give a task with lessons another window, which ``origin`` set; what is to be made again then.

    Yields after every small step, the last of which changes the window, in one transaction with all that follows from
    it; until then the file is as it was. Raises StorageFullError.
    """
    maker = Maker(learner.word, generalist.name, generalist.weights_hash)
    yield from _letting_go(file)
    file.origin.begin(maker, (window, origin))
    reach("relearning.begun")
    return Relearning(file, learner, generalist, maker)


def _letting_go(file: TaskFile) -> Steps:
    """Keep the file as it is beside, then delete the old weights one version a step, because what is deleted is written
    over: 11 MB a version of the network that ships. A file in which some are left is whole; its own learner makes the
    others again."""
    yield from file.keeping_old_file()
    reach("relearning.kept")
    for version in file.snapshot_versions():
        file.let_go(version)
        reach("relearning.let_go")
        yield


def _waits_through_another(file: TaskFile) -> bool:
    """Whether a correction that waits to be learned was kept through another window than the task's: it was saved while
    the window was being changed, and that was cancelled."""
    window, first = file.window, file.greys.notes.first
    otherwise = window if first is None else IntensityWindow(*first)
    waiting = file.lessons_of(file.queued()) if window is not None else {}
    return any(window_of(lesson.arrays, otherwise) != window for lesson in waiting.values())


def _fits(file: TaskFile, learner: Learner, maker: Maker) -> bool:
    made = file.origin.maker
    if made.generalist_hash != maker.generalist_hash or made.learner is not None:
        return file.origin.is_of(maker)
    _, state = file.nearest_snapshot(file.current_version)
    try:
        learner.specialist.install(learner.specialist.initial_state() if state is None else state)
    except TaskFileGeneralistError:
        return False
    return True


class Relearning:
    """One task's weights being made again. For the thread that owns the file; any thread may read ``progress``."""

    def __init__(self, file: TaskFile, learner: Learner, generalist: Generalist, maker: Maker) -> None:
        self._file, self._maker = file, maker
        self._learner, self._generalist = learner, generalist
        self._specialist = learner.specialist
        self._reached: tuple[int, Arrays] = (0, self._specialist.initial_state())
        self._told = 0.0
        self._lost: list[float] = []
        self._unchanged = 0
        self.old_answers = 0  # objects whose lessons keep what the old generalist answered
        self.progress = self._measured()

    def steps(self, replay: Replay, tell: Tell) -> Generator[None, None, Arrays]:
        """Make the current version's weights again; the state, when the file has it. Yields after every small step.

        May be ended between steps and begun anew, also where the current version is another one by then. Raises
        StorageFullError and whatever reading the file does; what was reached stays.
        """
        if not (self._file.origin.begun and self._file.origin.is_of(self._maker)):
            yield from _letting_go(self._file)
            self._file.origin.begin(self._maker)
            reach("relearning.begun")
        self.progress = self._measured()
        self._say(tell)
        self.old_answers = yield from self._refitting(tell)
        state = yield from self._learning(replay, tell)
        self._say(tell)
        reach("relearning.before_done")
        self._file.origin.done()
        return state

    # The generalist's answers

    def _refitting(self, tell: Tell) -> Generator[None, None, int]:
        """Bring the generalist's own answers into the lessons; how many objects keep the old one's."""
        waiting, kept = self._file.origin.to_refit(), 0
        for correction_id in waiting:
            kept += yield from self._refit(correction_id)
            if isinstance(self._specialist, Recalling):
                yield from self._step(tell)
            else:
                yield
        if kept:
            log.warning("%d lessons of a task keep the answers of the generalist that was there before", kept)
        if self._lost:
            mean = sum(self._lost) / len(self._lost)
            self._file.greys.note(lost=min(1.0, mean), unchanged=self._unchanged)
        return kept

    def _refit(self, correction_id: str) -> Generator[None, None, int]:
        fresh: dict[str, Arrays] = {}
        lessons, kept = self._file.lessons_of([correction_id]), 0
        for key, old in lessons.items():
            lesson = self._brought(old)
            if lesson is not old:
                fresh[key] = lesson.arrays
            answers: list[Segmentation | None] = []
            if isinstance(self._specialist, Recalling):
                for picture in self._specialist.recall(lesson):
                    answers.append((yield from self._answer(picture)))
                if any(answer is not None for answer in answers):
                    fresh[key] = self._specialist.refit(lesson, answers)
            kept += not any(answer is not None for answer in answers)
        self._file.origin.refit(correction_id, fresh)
        return kept

    def _brought(self, lesson: Lesson) -> Lesson:
        """``lesson`` with its pictures seen through the task's window; itself where they are."""
        window, first = self._file.window, self._file.greys.notes.first
        otherwise = window if first is None else IntensityWindow(*first)
        arrays = None if window is None else brought(lesson.arrays, self._specialist, window, otherwise)
        if arrays is None:
            self._unchanged += window not in (None, window_of(lesson.arrays, otherwise))
        if first is not None:
            self._lost.append(lost_of(lesson.arrays if arrays is None else arrays))
        return lesson if arrays is None else replace(lesson, arrays=arrays)

    def _answer(self, picture: Recollection) -> Generator[None, None, Segmentation | None]:
        """What the generalist in use says; None where it does not take the prompt."""
        embedding = yield from self._generalist.encode(picture.view.image)
        yield
        try:
            return self._generalist.decode(
                embedding, lowered(picture.view.prompt, self._generalist.knows, embedding.shape)
            )
        except InvalidInputError as error:
            log.info("A lesson keeps the answer of the generalist that was there before: %s", error)
            return None

    # The updates

    def _learning(self, replay: Replay, tell: Tell) -> Generator[None, None, Arrays]:
        """Learn the current version's lineage again; its state, stored."""
        path = self._file.lineage(self._file.current_version)
        version, state = self._start(path)
        due = self._scored_under(path)
        for update in path:
            if update.version > version:
                yield from self._score(due.get(version, ()), state)
                state = yield from replay(update, state)
                version = update.version
                self._reached = (version, state)
                if self._is_kept(update, path):
                    self._file.versions.store_state(version, state)
                yield from self._step(tell)
        yield from self._score(due.get(version, ()), state)
        return state

    def _start(self, path: Sequence[UpdateRow]) -> tuple[int, Arrays]:
        """The last version on ``path`` that is there again, and its state."""
        stored, state = self._file.nearest_snapshot(path[-1].version if path else 0)
        reached = self._reached[0]
        if reached >= stored and reached in (0, *(update.version for update in path)):
            return self._reached
        self._reached = (stored, self._specialist.initial_state() if state is None else state)
        return self._reached

    def _is_kept(self, update: UpdateRow, path: Sequence[UpdateRow]) -> bool:
        """Whether the file keeps this version's state, as it would had it been learned just now."""
        if update is path[-1] or update.version % KEEP_EVERY == 0:
            return True
        return update in path[-KEEP_LAST:] and update.version % self._specialist.snapshot_every == 0

    # What the fusion learned from

    def _scored_under(self, path: Sequence[UpdateRow]) -> dict[int, list[str]]:
        """Which lessons are scored under which version: the last on ``path`` that was there when they were scored."""
        versions = [0, *(update.version for update in path)]
        due: dict[int, list[str]] = {}
        if isinstance(self._specialist, Recalling):
            for key, version in self._file.journal.scored():
                due.setdefault(versions[bisect_right(versions, version) - 1], []).append(key)
        return due

    def _score(self, keys: Sequence[str], state: Arrays) -> Steps:
        """Give these lessons the losses that each weight of the fusion has on them under ``state``."""
        if not keys or not isinstance(self._specialist, Recalling):
            return
        self._specialist.install(state)  # nobody asks it before all is done
        lessons = self._file.lessons_of(list(dict.fromkeys(map(correction_of, keys))))
        losses: dict[str, Losses] = {}
        for key in keys:
            picture = self._specialist.recall(lessons[key])[0]
            view = picture.view
            known = lowered(view.prompt, self._specialist.knows, (view.image.shape[0], view.image.shape[1]))
            embedding = None
            if self._learner.sees_embedding and self._generalist.worth_storing:
                embedding = yield from self._generalist.encode(view.image)
            opinion = self._specialist.predict_one(replace(view, prompt=known, embedding=embedding))
            if opinion is not None:
                losses[key] = self._learner.fusion.losses(view.generalist.logits, opinion, picture.truth)
            yield
        self._file.journal.set_losses(losses)

    # How far it is

    def _step(self, tell: Tell) -> Steps:
        reach("relearning.mid")
        self.progress = Progress(self.progress.done + 1, self.progress.total)
        if time.monotonic() - self._told > PROGRESS_S:
            self._say(tell)
        yield

    def _say(self, tell: Tell) -> None:
        self._told = time.monotonic()
        tell("relearning", done=self.progress.done, total=self.progress.total)

    def _measured(self) -> Progress:
        """Corrections with the generalist's answers and updates that are learned again, of all. A few reads."""
        file, origin = self._file, self._file.origin
        done, total = origin.refits()
        begun = origin.begun and origin.is_of(self._maker)
        if not begun:
            other = origin.maker.generalist_hash != self._maker.generalist_hash
            done, total = 0, len(file.corrections()) if other else total
        if not isinstance(self._specialist, Recalling):
            done = total = 0
        versions = [update.version for update in file.lineage(file.current_version)]
        stored = file.versions.nearest_stored(file.current_version) if begun else 0
        reached = max(stored, self._reached[0] if self._reached[0] in versions else 0)
        return Progress(done + sum(version <= reached for version in versions), total + len(versions))
