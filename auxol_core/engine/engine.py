"""The engine: slices, proposals and tasks behind EngineApi, in this process.

It has no thread of its own. ``correct`` journals and returns; what is queued is learned when its host says so, at
once by ``learn_now`` or step by step by ``work``. Every verb that computes for long is there twice: plain, and as a
generator that yields between small steps (``predict``, ``predicting``), so that a host may put something more urgent
in between. One thread at a time may call it (worker.py is such a host), but for the verbs that touch no model (the
methods under "At once"): any thread may call these at any time, and none waits for what another one computes.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import numpy as np

from auxol_core.api import EngineApi
from auxol_core.engine import encodings
from auxol_core.engine.ground import Errand
from auxol_core.engine.lesson_window import marked
from auxol_core.engine.open_task import COALESCED, Listener, TaskSession
from auxol_core.engine.pending import Pending, PendingProposals, drawn_box
from auxol_core.engine.relearning import relearning_of
from auxol_core.engine.saves import next_id, standing
from auxol_core.engine.seen_greys import SeenGreys, asked_window, window_info
from auxol_core.engine.slices import SliceStore
from auxol_core.engine.standing import page
from auxol_core.engine.telling import quality_told
from auxol_core.engine.thinking import Budget, thinking
from auxol_core.engine.whereabouts import Whereabouts
from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.generalist.base import Embedding, Generalist
from auxol_core.imaging import metrics
from auxol_core.imaging.lowering import lowered
from auxol_core.imaging.objects import Claimant, divide
from auxol_core.imaging.outside import outside_of
from auxol_core.options import LOCATING_STEPS, THINKING_STEPS, MachineOptions, TaskOptions
from auxol_core.prompter.finders import finder_of
from auxol_core.prompter.locating import Locator
from auxol_core.prompter.propagate import Neighbours
from auxol_core.specialist.base import View
from auxol_core.specialist.fusion import fuse
from auxol_core.specialist.preset import Learner
from auxol_core.specialist.registry import completed
from auxol_core.steps import finish
from auxol_core.taskfile.folder import TaskFolder
from auxol_core.taskfile.schema import LessonRow, SightRow, check_id
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import (
    PLAIN_KINDS,
    BoolArray,
    CorrectionInfo,
    Event,
    IntensityWindow,
    MaskPatch,
    Prompt,
    Propagated,
    Proposal,
    Receipt,
    Scores,
    Segmentation,
    SliceImage,
    TaskStatus,
    VersionInfo,
    WindowInfo,
)

log = logging.getLogger(__name__)

SpecialistFactory = Callable[[TaskOptions], Learner]
# Makes a task's locator; None: its preset has none.
LocatorFactory = Callable[[TaskOptions], "Locator | None"]
SLICE_BYTES = 512 * 2**20
# Slices that a GPU prefetches at a time; a click waits for one block of them. Not tried on a GPU yet.
GPU_BATCH = 4


class Engine:
    """EngineApi in this process. See api.py for what each verb promises.

    ``slices``, ``pending``: where slices and proposals are kept; by default within what one user's machine
    bears. ``listener`` is called with each event. ``make_locator`` None: tasks learn nothing of where their structure
    is; what they have learned of it stays.
    """

    def __init__(
        self,
        generalist: Generalist,
        make_specialist: SpecialistFactory,
        data_dir: Path,
        machine: MachineOptions | None = None,
        *,
        device: str = "cpu",
        precision: str = "float32",
        slices: SliceStore | None = None,
        pending: PendingProposals | None = None,
        listener: Listener | None = None,
        make_locator: LocatorFactory | None = None,
    ) -> None:
        machine = machine or MachineOptions()
        self._machine = machine
        self._listener = listener
        self.generalist = generalist
        self._make_specialist, self._make_locator = make_specialist, make_locator
        self._device, self._precision = device, precision
        if slices is None:
            embedding_bytes = machine.embedding_cache_mb * 2**20
            slices = SliceStore(generalist, slice_bytes=SLICE_BYTES, embedding_bytes=embedding_bytes)
        self._slices = slices
        self._pending = PendingProposals() if pending is None else pending
        self._greys = SeenGreys(slices, generalist)
        self._folder = TaskFolder(data_dir)
        self._sessions: dict[str, TaskSession] = {}

    # At once: for any thread. What these read is in memory, and no lock in their way is held during a computation

    def put_slice(self, image: SliceImage) -> str:
        return self._slices.put(image)

    def has_slice(self, slice_id: str) -> bool:
        return slice_id in self._slices

    def slice_image(self, slice_id: str) -> SliceImage:
        """The slice itself; NotFoundError where it was never put or was evicted."""
        return self._slices[slice_id]

    def accept(self, proposal_id: str, *, version: int | None = None) -> None:
        session = self._session(self._pending[proposal_id].proposal.task)
        self._pending.accept(proposal_id, session.in_use, version)

    def dismiss(self, proposal_id: str) -> None:
        self._pending.dismiss(proposal_id)

    def list_tasks(self) -> list[str]:
        return self._folder.names()

    def hold(self, task: str, held: bool) -> None:
        """Pause, or resume, from now on; ``keep_held`` has it outlast the session."""
        self._session(task).pause(held)

    def status(self, task: str) -> TaskStatus:
        session = self._session(task)
        now, relearning = session.standing, session.relearning
        return TaskStatus(
            name=task,
            preset=session.options.preset,
            generalist=self.generalist.name,
            generalist_hash=self.generalist.weights_hash,
            version=now.version,
            corrections=len(now.saves) - now.confirmations,
            confirmations=now.confirmations,
            queued=now.queued if session.options.learning else 0,
            paused=session.paused,
            share=now.share,
            window=now.window,
            device=self._device,
            precision=self._precision,
            relearning=None if relearning is None else relearning.progress,
            slices_with=now.sights[0],
            slices_without=now.sights[1],
        )

    def window(self, task: str) -> WindowInfo:
        return window_info(self._session(task))

    def corrections(self, task: str, after: int = 0, limit: int | None = None) -> list[CorrectionInfo]:
        return [row.info for row in page(self._session(task).standing.saves, after, limit)]

    def versions(self, task: str, after: int = 0, limit: int | None = None) -> list[VersionInfo]:
        return list(page(self._session(task).standing.versions, after, limit))

    def events(self, task: str, after: int = 0, *, wait_s: float = 0.0) -> list[Event]:  # noqa: ARG002
        # While the only thread waits nothing can happen.
        return self._session(task).events(after)

    # Proposals

    def predict(self, task: str, slice_id: str, prompt: Prompt, *, previous: str | None = None) -> Proposal:
        return finish(self.predicting(task, slice_id, prompt, previous=previous))

    def predicting(
        self, task: str, slice_id: str, prompt: Prompt, *, previous: str | None = None
    ) -> Generator[None, None, Proposal]:
        """``predict`` in steps: yields between the encoder's blocks, and events tell how far it is."""
        session = self._session(task)
        prompt.check_against(self._slices[slice_id].shape)
        if previous is not None:
            earlier = self._pending[previous]
            _check_same_object(earlier.proposal, task, slice_id)
            prompt = replace(prompt, mask=earlier.probability)
        view = yield from self._view(session, slice_id, prompt, encodings.telling(session.tell, slice_id))
        pending = self._propose(session, slice_id, prompt, view, str(uuid.uuid4()))
        if previous is not None:
            self._pending.drop([previous])
        self._pending.add(pending)
        return pending.proposal

    def _view(
        self, session: TaskSession, slice_id: str, prompt: Prompt, told: encodings.Told | None = None
    ) -> Generator[None, None, View]:
        while True:
            window = yield from self._greys.window(session, slice_id)
            embedding = yield from self._slices.embedding(slice_id, window, told)
            if window == self._greys.now(session, slice_id):
                break  # else it was changed meanwhile
        seen = embedding if self._shows_embedding(session) else None
        answer = self.generalist.decode(embedding, self._lowered(slice_id, prompt, self.generalist.knows))
        return self._seen(session, slice_id, window, prompt, answer, seen)

    def _seen(
        self,
        session: TaskSession,
        slice_id: str,
        window: IntensityWindow,
        prompt: Prompt,
        answer: Segmentation,
        embedding: Embedding | None,
    ) -> View:
        """What the specialist sees beside the generalist's ``answer``: of the prompt, what it knows."""
        known = self._lowered(slice_id, prompt, session.specialist.knows)
        return View(self._slices.unit(slice_id, window), known, answer, embedding)

    def _lowered(self, slice_id: str, prompt: Prompt, knows: Collection[str]) -> Prompt:
        """``prompt`` in the kinds that a model knows, on the square pixels that it sees."""
        grid = self._slices.grid(slice_id)
        return grid.prompt(lowered(prompt, knows, grid.shape))

    def _shows_embedding(self, session: TaskSession) -> bool:
        return session.learner.sees_embedding and self.generalist.worth_storing

    def _propose(
        self, session: TaskSession, slice_id: str, prompt: Prompt, view: View, proposal_id: str
    ) -> Pending:
        """``prompt`` as the user showed it, on the slice's own pixels; the view has it lowered, on square ones."""
        # A specialist that neither speaks nor learns need not be asked; this is the benchmark's `generalist`.
        silent = session.silent or (session.share >= 1.0 and not session.options.learning)
        opinion = None if silent else session.specialist.predict_one(view)
        share = 1.0 if opinion is None else session.share
        # Where the generalist alone decides its mask is shown whole, not cut to the specialist's region.
        shown = None if share >= 1.0 else opinion
        grid = self._slices.grid(slice_id)
        fused = grid.logits_back(fuse(view.generalist.logits, shown, share, session.fusion.clip))
        quality = view.generalist.quality
        if opinion is not None:
            quality = share * quality + (1 - share) * opinion.quality
        window = self._greys.now(session, slice_id)
        outside = outside_of(self._slices[slice_id], prompt, window)
        quality *= outside.trust
        mask = np.asarray(fused > 0, dtype=bool)
        mask.flags.writeable = False  # a caller who edits what was shown would edit what is scored
        proposal = Proposal(
            proposal_id=proposal_id,
            task=session.name,
            slice_id=slice_id,
            prompt=prompt,
            mask=mask,
            quality=quality_told(quality, session.standing.offset),
            version=session.installed,
            share=share,
            outside=outside.share,
            warning=" ".join(filter(None, (outside.sentence(window), self._greys.foreign(session, slice_id)))),
        )
        return Pending(proposal, view.generalist, opinion, fused, estimate=quality, window=window)

    def _view_of(self, session: TaskSession, pending: Pending) -> Generator[None, None, View]:
        """What the specialist saw of a proposal; NotFoundError where the slice was evicted. It yields where the
        specialist asks for an embedding that is no longer here."""
        proposal = pending.proposal
        window = self._greys.now(session, proposal.slice_id)
        if pending.window != window:  # it was changed since, and the generalist's answer is to other greys
            return (yield from self._view(session, proposal.slice_id, proposal.prompt))
        embedding = None
        if self._shows_embedding(session):
            embedding = yield from self._slices.embedding(proposal.slice_id, window)
        return self._seen(session, proposal.slice_id, window, proposal.prompt, pending.generalist, embedding)

    def proposal(self, proposal_id: str) -> Proposal:
        return finish(self.proposal_now(proposal_id))

    def proposal_now(self, proposal_id: str) -> Generator[None, None, Proposal]:
        """``proposal`` in steps."""
        pending = self._pending[proposal_id]
        session = self._session(pending.proposal.task)
        if not pending.accepted and not self._is_of_now(session, pending):
            pending = yield from self._renewed(session, pending)
        return pending.proposal

    def _is_of_now(self, session: TaskSession, pending: Pending) -> bool:
        """Whether it was made by what the task knows now, and of what it sees."""
        made, slice_id = pending.proposal, pending.proposal.slice_id
        if (made.version, made.share) != (session.in_use, session.share):
            return False
        return slice_id not in self._slices or pending.window == self._greys.now(session, slice_id)

    def refresh(self, task: str) -> list[Proposal]:
        return finish(self.refreshing_now(task))

    def refreshing_now(self, task: str) -> Generator[None, None, list[Proposal]]:
        """``refresh`` in steps."""
        yield from self.refreshing(task)
        changed = [p for p in self._pending.of_task(task) if not p.accepted and p.changed_since_told()]
        for pending in changed:
            pending.told = pending.proposal.mask
        return [pending.proposal for pending in changed]

    def refreshing(self, task: str) -> Generator[None, None, None]:
        """Make the pending proposals anew, one a step; an event tells of each whose mask changed."""
        session = self._session(task)
        version = session.in_use
        for pending in self._pending.of_task(task):
            if pending.accepted or self._is_of_now(session, pending):
                continue
            if pending.proposal.slice_id not in self._slices:
                continue  # evicted: it stays as it is shown until somebody asks for it and sends the slice again
            yield from self._renewed(session, pending)
            yield
            if self._sessions.get(task) is not session or session.in_use != version:
                break  # it was moved meanwhile; whoever moved it refreshes

    def _renewed(self, session: TaskSession, pending: Pending) -> Generator[None, None, Pending]:
        """What ``pending`` is under the version in use; where the mask is another one an event tells of it."""
        old = pending.proposal
        view = yield from self._view_of(session, pending)
        fresh = self._propose(session, old.slice_id, old.prompt, view, old.proposal_id)
        fresh.proposal = replace(fresh.proposal, quality=fresh.proposal.quality * pending.trust)
        if self._pending.renew(pending, fresh) and not np.array_equal(fresh.proposal.mask, old.mask):
            session.tell(
                "refreshed",
                proposals=[old.proposal_id],
                patches=[MaskPatch.between(old.mask, fresh.proposal.mask)],
                qualities=[fresh.proposal.quality],
                version=fresh.proposal.version,
                share=fresh.proposal.share,
            )
        return fresh

    # A whole volume

    def propagate(
        self, task: str, slices: Sequence[str], seeds: Mapping[int, BoolArray], *, taken: Collection[int] = ()
    ) -> Iterator[Propagated]:
        return (item for item in self.propagating(task, slices, seeds, taken) if item is not None)

    def propagating(
        self, task: str, slices: Sequence[str], seeds: Mapping[int, BoolArray], taken: Collection[int] = ()
    ) -> Generator[Propagated | None, None, None]:
        """``propagate`` in steps: yields None after each of them, and each slice as it is made."""
        yield from self._errand(task).run(Neighbours(), slices, seeds, taken)

    def find(
        self, task: str, slices: Sequence[str], *, taken: Collection[int] = (), several: bool = False
    ) -> Iterator[Propagated]:
        return (item for item in self.finding(task, slices, taken, several) if item is not None)

    def finding(
        self, task: str, slices: Sequence[str], taken: Collection[int] = (), several: bool = False
    ) -> Generator[Propagated | None, None, None]:
        """``find`` in steps, as ``propagating``."""
        finder = finder_of(self._session(task).options.preset)
        yield from self._errand(task).run(finder, slices, {}, taken, finding=True, several=several)

    def _errand(self, task: str) -> Errand:
        def make(session: TaskSession, slice_id: str, prompt: Prompt) -> Generator[None, None, Pending]:
            view = yield from self._view(session, slice_id, prompt)
            return self._propose(session, slice_id, prompt, view, str(uuid.uuid4()))

        return Errand(self._session(task), self._slices, self._pending, make, self._renewed)

    def prefetch(self, task: str, slices: Sequence[str]) -> None:  # noqa: ARG002
        # Nobody works here while nothing is asked; a host with a worker does it when idle.
        self._session(task)

    def prefetching(self, task: str, slices: Sequence[str]) -> Generator[None, None, None]:
        """Prepare the embeddings of ``slices``; yields between the encoder's blocks."""
        window = self._session(task).standing.window
        if window is None:
            return  # nobody has clicked yet
        batch = 1 if self._device == "cpu" else GPU_BATCH
        yield from self._slices.prefetching(slices, window, lambda: task in self._sessions, batch)

    # Teaching

    def correct(
        self, task: str, slice_id: str, mask: BoolArray, *, correction_id: str, proposals: Sequence[str] = ()
    ) -> Receipt:
        return finish(self.correcting(task, slice_id, mask, correction_id=correction_id, proposals=proposals))

    def correcting(
        self, task: str, slice_id: str, mask: BoolArray, *, correction_id: str, proposals: Sequence[str] = ()
    ) -> Generator[None, None, Receipt]:
        """``correct`` in steps: yields between the encoder's blocks where something was drawn by hand."""
        session = self._session(task)
        check_id("correction id", correction_id)
        if (receipt := _first_receipt(session, correction_id)) is not None:
            return receipt
        mask = _checked_mask(mask, self._slices[slice_id].shape)
        # A proposal that is gone (the engine was restarted) costs its score, never the correction: its object then
        # counts as drawn by hand.
        there = self._pending.those_of(proposals)
        shown = [p for p in there if p.proposal.slice_id == slice_id and p.proposal.task == task]
        objects_of_slice = yield from self._objects(session, slice_id, mask, shown)
        while True:
            window = yield from self._greys.window(session, slice_id)
            rows = []
            for pending, truth in objects_of_slice:
                view = yield from self._view_of(session, pending)
                rows.append(self._lesson_row(session, pending, view, truth, window))
            sight = self._sight(session, slice_id, mask, window)
            if window == self._greys.now(session, slice_id):
                break  # else it was changed meanwhile
        proposed = np.zeros(mask.shape, dtype=bool)
        for pending in shown:
            proposed |= pending.proposal.mask
        confirmation = bool(shown) and bool(np.array_equal(proposed, mask))
        if (receipt := _first_receipt(session, correction_id)) is not None:
            return receipt  # it was sent twice, and the other one came between these steps
        journaled = next_id(correction_id, session.saves_of(correction_id))
        sequence, duplicate = session.file.add_correction(journaled, slice_id, confirmation, rows, sight)
        session.saved()
        self._pending.drop([p.proposal.proposal_id for p in shown])
        session.tell("queued", correction=journaled, scores=[asdict(row.scores) for row in rows if row.scores])
        return Receipt(journaled, task, sequence, len(rows), confirmation, duplicate)

    def _sight(
        self, session: TaskSession, slice_id: str, mask: BoolArray, window: IntensityWindow
    ) -> SightRow | None:
        """What the locator keeps of a saved slice, also of one with nothing on it; None: the task has none."""
        if session.whereabouts is None:
            return None
        image = self._slices.unit(slice_id, window)
        return session.whereabouts.sight(image, self._slices.grid(slice_id).mask(mask))

    def _objects(
        self, session: TaskSession, slice_id: str, mask: BoolArray, shown: Sequence[Pending]
    ) -> Generator[None, None, list[tuple[Pending, BoolArray]]]:
        claims = [lowered(p.proposal.prompt, PLAIN_KINDS, (mask.shape[0], mask.shape[1])) for p in shown]
        truths, drawn = divide(mask, [Claimant(c, p.proposal.mask) for c, p in zip(claims, shown, strict=True)])
        objects = list(zip(shown, truths, strict=True))
        for component in drawn:
            prompt = Prompt(box=drawn_box(component, slice_id))
            view = yield from self._view(session, slice_id, prompt)
            objects.append((self._propose(session, slice_id, prompt, view, "drawn by hand"), component))
        return objects

    def _lesson_row(
        self, session: TaskSession, pending: Pending, view: View, truth: BoolArray, window: IntensityWindow
    ) -> LessonRow:
        """The object's scores and losses under what was shown, before anything learns from it, and its lesson.

        ``truth`` (rows, columns) on the slice's own pixels, where scores are taken; learning sees it on square ones.
        """
        opinion, losses = pending.opinion, None
        grid = self._slices.grid(pending.proposal.slice_id)
        square = grid.mask(truth)
        if opinion is not None:
            losses = session.fusion.losses(view.generalist.logits, opinion, square)
        scores = Scores(
            generalist=metrics.dice(grid.logits_back(view.generalist.logits) > 0, truth),
            specialist=None if opinion is None else metrics.dice(grid.mask_back(opinion.mask), truth),
            fused=metrics.dice(pending.proposal.mask, truth),
        )
        arrays = marked(session.specialist.lesson(view, square), window)
        # What was propagated is estimated otherwise, and says nothing of the models' own estimate.
        estimate = min(1.0, max(0.0, pending.estimate)) if pending.trust == 1.0 else None
        version = pending.proposal.version
        return LessonRow(arrays=arrays, scores=scores, expert_losses=losses, version=version, estimate=estimate)

    def work(self, task: str) -> Generator[None, None, None]:
        """Learn what is queued unless learning is paused, several corrections an update where several wait, and
        refresh what is pending after each; before that, what was learned elsewhere is learned again (relearning.py).
        When all of that is in use, the locator takes its lesson of it. Yields after every step."""
        session = self._sessions.get(task)
        while session is not None and self._at_work(session):
            if session.advance(COALESCED):
                yield
                if self._sessions.get(task) is session and not session.updating:
                    yield from self.refreshing(task)
            elif session.whereabouts is not None and session.whereabouts.advance():
                yield
            else:
                return

    def learn_now(self, task: str) -> TaskStatus:
        return finish(self.learning_now(task))

    def learning_now(self, task: str) -> Generator[None, None, TaskStatus]:
        """``learn_now`` in steps."""
        session = self._session(task)
        yield from session.learning()
        yield from session.locating()
        return (yield from self._settled(task))

    def think(self, task: str, *, steps: int | None = None, seconds: float | None = None) -> TaskStatus:
        return finish(self.thinking_now(task, steps=steps, seconds=seconds))

    def thinking_now(
        self, task: str, *, steps: int | None = None, seconds: float | None = None
    ) -> Generator[None, None, TaskStatus]:
        """``think`` in steps."""
        budget = Budget.of(steps, seconds)
        session = self._session(task)
        yield from session.learning()
        yield from session.locating()
        yield from thinking(session, budget)
        if session.whereabouts is not None:
            most = min(budget.steps, LOCATING_STEPS["full"])
            yield from session.whereabouts.rehearsing(most, budget.seconds)
        return (yield from self._settled(task))

    def at_leisure(self, task: str) -> Sequence[Callable[[], Generator[None, None, None]]]:
        """What an open task may do while nothing is asked of it and nothing is queued, each in steps of its own."""
        return [partial(self._thinks, task), partial(self._locates, task)]

    def _thinks(self, task: str) -> Generator[None, None, None]:
        """Rehearse once after what was taught last, and refresh what is pending after each version that comes of it."""
        session = self._sessions.get(task)
        if session is None or not self._at_work(session) or session.relearning is not None or session.is_rehearsed:
            return
        version = session.version
        for _ in thinking(session, Budget(THINKING_STEPS[self._machine.thinking])):
            yield
            if not self._at_work(session):
                return
            if session.version != version:
                version = session.version
                yield from self.refreshing(task)

    def _locates(self, task: str) -> Generator[None, None, None]:
        """Have the locator learn what it has not seen yet, then go over all that it has seen, once."""
        session = self._sessions.get(task)
        if session is None or session.whereabouts is None or session.relearning is not None:
            return
        whereabouts = session.whereabouts
        for work in (session.locating, partial(self._rehearses, whereabouts)):
            for _ in work():
                if not self._at_work(session):
                    return
                yield

    def _rehearses(self, whereabouts: Whereabouts) -> Generator[None, None, None]:
        if not whereabouts.is_rehearsed:
            yield from whereabouts.rehearsing(LOCATING_STEPS[self._machine.thinking])

    def _at_work(self, session: TaskSession) -> bool:
        return self._sessions.get(session.name) is session and not session.at_rest

    def pause(self, task: str) -> None:
        self.hold(task, True)
        self.keep_held(task)

    def resume(self, task: str) -> None:
        self.hold(task, False)
        self.keep_held(task)

    def keep_held(self, task: str) -> None:
        """Write down whether learning is paused, where the task is open. For any thread; it waits for the disk."""
        session = self._sessions.get(task)
        if session is not None:
            session.keep_paused()

    # Tasks

    def create_task(self, name: str, options: TaskOptions | None = None) -> TaskStatus:
        path = self._folder.new(name)
        options = completed(options or TaskOptions())
        learner = self._make_specialist(options)  # first: of what cannot be learned with no file is left
        file = TaskFile.create(
            path,
            name=name,
            options=options,
            generalist=self.generalist.name,
            generalist_hash=self.generalist.weights_hash,
            learner=learner.word,
        )
        return self._opened(name, file, learner)

    def open_task(self, name: str) -> TaskStatus:
        if name in self._sessions:
            return self.status(name)
        return self._opened(
            name,
            TaskFile.open(
                self._folder.existing(name),
                generalist_hash=self.generalist.weights_hash,
                generalist=self.generalist.name,
                relearn=True,
            ),
        )

    def _opened(self, name: str, file: TaskFile, learner: Learner | None = None) -> TaskStatus:
        try:
            learner = learner or self._make_specialist(file.options)
            relearning = relearning_of(file, learner, self.generalist)
            locator = None if self._make_locator is None else self._make_locator(file.options)
            self._sessions[name] = TaskSession(name, file, learner, self._listener, relearning, locator)
            if relearning is None:
                file.origin.drop_old_file()
        except BaseException:
            file.close()
            raise
        return self.status(name)

    def close_task(self, name: str) -> None:
        self._drop_pending(name)
        session = self._sessions.pop(name, None)
        if session is not None:
            session.close()

    def cancel_relearning(self, name: str) -> None:
        session = self._session(name)
        session.hand_over()  # from here on it can be closed without losing anything
        self._drop_pending(name)
        del self._sessions[name]
        session.close(as_it_was=True)

    def _drop_pending(self, task: str) -> None:
        self._pending.drop([pending.proposal.proposal_id for pending in self._pending.of_task(task)])

    def tell(self, task: str, kind: str, **data: object) -> None:
        """Add an event to ``task``, if it is open: what its host has to say."""
        if task in self._sessions:
            self._sessions[task].tell(kind, **data)

    def undo(self, task: str) -> TaskStatus:
        return finish(self.undoing(task))

    def undoing(self, task: str) -> Generator[None, None, TaskStatus]:
        """``undo`` in steps."""
        session = self._session(task)
        taught = [update for update in session.file.lineage(session.version) if not update.rehearsed]
        if not taught:
            raise NotFoundError(f"Task {task!r} has learned nothing yet; there is no update to undo.")
        yield from session.go_to(taught[-1].base_version, "undo")
        return (yield from self._settled(task))

    def roll_back(self, task: str, version: int) -> TaskStatus:
        return finish(self.rolling_back(task, version))

    def rolling_back(self, task: str, version: int) -> Generator[None, None, TaskStatus]:
        """``roll_back`` in steps."""
        session = self._session(task)
        published = [0, *(row.version for row in session.file.updates() if row.made_version)]
        if version not in published:
            raise NotFoundError(f"Task {task!r} has no version {version}; it has {published}.")
        yield from session.go_to(version, "rollback")
        return (yield from self._settled(task))

    def forget(self, task: str, correction_id: str) -> TaskStatus:
        return finish(self.forgetting(task, correction_id))

    def forgetting(self, task: str, correction_id: str) -> Generator[None, None, TaskStatus]:
        """``forget`` in steps; the correction is gone at the first of them."""
        yield from self._session(task).forget(correction_id)
        return (yield from self._settled(task))

    def set_window(
        self, task: str, low: float | None = None, high: float | None = None, *, origin: str = "given"
    ) -> TaskStatus:
        return finish(self.setting_window(task, low, high, origin=origin))

    def setting_window(
        self, task: str, low: float | None = None, high: float | None = None, *, origin: str = "given"
    ) -> Generator[None, None, TaskStatus]:
        """``set_window`` in steps; from the last of them on the task is learned again."""
        window = asked_window(low, high, origin)
        session = self._session(task)
        yield from self._greys.change(session, window, origin)
        session.tell("window", low=low, high=high, origin=origin)
        return (yield from self._settled(task))

    def reset(self, task: str) -> TaskStatus:
        return finish(self.resetting(task))

    def resetting(self, task: str) -> Generator[None, None, TaskStatus]:
        """``reset`` in steps; everything is gone at the first of them."""
        self._session(task).reset()
        return (yield from self._settled(task))

    def _settled(self, task: str) -> Generator[None, None, TaskStatus]:
        """Refresh what is on offer after the task was moved; its status."""
        yield from self.refreshing(task)
        return self.status(task)

    def export_task(self, task: str, path: Path) -> None:
        self._session(task).file.export(path)

    def import_task(self, path: Path, name: str) -> TaskStatus:
        TaskFile.import_(path, self._folder.new(name), name)
        return self.open_task(name)

    def delete_task(self, name: str) -> None:
        if name in self._sessions:
            self.close_task(name)
        self._folder.delete(name)

    def close(self) -> None:
        for name in list(self._sessions):
            self.close_task(name)

    def _session(self, task: str) -> TaskSession:
        try:
            return self._sessions[task]
        except KeyError:
            known = ", ".join(self.list_tasks()) or "none"
            raise NotFoundError(
                f"Task {task!r} is not open. Create or open it first; known are: {known}.", missing="open task"
            ) from None


# The verbs that compute for long, in steps; a host with something more urgent calls these.
STEPS: Mapping[str, Callable[..., Generator[object, None, object]]] = {
    EngineApi.predict.__name__: Engine.predicting,
    EngineApi.proposal.__name__: Engine.proposal_now,
    EngineApi.refresh.__name__: Engine.refreshing_now,
    EngineApi.propagate.__name__: Engine.propagating,
    EngineApi.find.__name__: Engine.finding,
    EngineApi.correct.__name__: Engine.correcting,
    EngineApi.learn_now.__name__: Engine.learning_now,
    EngineApi.think.__name__: Engine.thinking_now,
    EngineApi.undo.__name__: Engine.undoing,
    EngineApi.roll_back.__name__: Engine.rolling_back,
    EngineApi.forget.__name__: Engine.forgetting,
    EngineApi.reset.__name__: Engine.resetting,
    EngineApi.set_window.__name__: Engine.setting_window,
}


def _first_receipt(session: TaskSession, correction_id: str) -> Receipt | None:
    """The receipt of the save that stands under this id; None where there is none, or an undo has set it aside."""
    known = standing(session.saves_of(correction_id))
    if known is None:
        return None
    objects = len(known.lessons)
    return Receipt(known.correction_id, session.name, known.sequence, objects, known.confirmation, duplicate=True)


def _check_same_object(earlier: Proposal, task: str, slice_id: str) -> None:
    if (earlier.task, earlier.slice_id) != (task, slice_id):
        raise InvalidInputError(
            f"The previous proposal must be of the same task and slice, got one of task {earlier.task!r}, slice "
            f"{earlier.slice_id[:12]}. Leave it out, or send its mask as the prompt's mask so far."
        )


def _checked_mask(mask: BoolArray, shape: tuple[int, int]) -> BoolArray:
    array = np.asarray(mask)
    if array.shape != shape:
        raise InvalidInputError(
            f"A corrected mask must have the slice's shape {shape}, got {array.shape}. Send the whole slice's mask."
        )
    if array.dtype.kind not in "bui":
        raise InvalidInputError(
            f"A corrected mask must be bool, or integers of 0 and 1 (or 255), got dtype {array.dtype}. Send mask > 0."
        )
    values = np.unique(array)
    if array.dtype != bool and not (np.isin(values, (0, 1)).all() or np.isin(values, (0, 255)).all()):
        raise InvalidInputError(
            f"A corrected mask must be bool, or integers of 0 and 1 (or 255), got the values {values[:5].tolist()}. "
            "Send one structure's mask, label == its value."
        )
    return np.asarray(array > 0, dtype=bool)
