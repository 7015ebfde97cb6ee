"""A user's program that asks anything in any order, and knows what each answer has to be. Not a test.

Two kinds of tasks. In a *quiet* one learning is paused and asked for, so that an engine in this process, asked the
same, gives the same answer to the last bit: masks, scores, versions, refusals. In a *busy* one the server learns by
itself, so that only what holds at any moment is checked: whose answer it is, its shape, its order, nothing lost.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from small_engine import OPTIONS as SMALL
from small_engine import SIDE, disc

from auxol_core.api import EngineApi
from auxol_core.client.blocking import EngineClient
from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.types import BoolArray, Box, Point, Prompt, Propagated, Proposal, Receipt, SliceImage, VersionInfo

# One step an update: what is asked in between is what these programs are about.
OPTIONS = replace(SMALL, auxol=replace(SMALL.auxol, steps=1, batch=1))
PICTURES = 24  # each user's own
MOST_PENDING = 6
LIFE = 60  # so many requests see a task before it is deleted and made anew: journals stay short, as for a user's day


def pictures(user: int) -> list[tuple[SliceImage, BoolArray]]:
    """What only this user has."""
    return [disc(1000 * user + number, radius=8 + number % 5) for number in range(PICTURES)]


def refused(ask: Callable[[], Any]) -> Any:
    """The answer of ``ask``, or the kind of its refusal."""
    try:
        return ask()
    except (InvalidInputError, NotFoundError) as error:
        return type(error), getattr(error, "missing", None)


def plain(answer: Any) -> Any:
    """``answer`` without what differs between two engines: ids of proposals, numbers of events, seconds."""
    if isinstance(answer, Proposal):
        mask = np.packbits(answer.mask).tobytes()
        prompt = answer.prompt.box, answer.prompt.points
        return answer.task, answer.slice_id, prompt, mask, answer.quality, answer.version, answer.share
    if isinstance(answer, VersionInfo):
        return replace(answer, seconds=0.0)
    return [plain(each) for each in answer] if isinstance(answer, list) else answer


class Program:
    """Asks ``client`` about one task. ``step`` makes one request, and AssertionError tells of a wrong answer."""

    def __init__(self, client: EngineClient, task: str, user: int, seed: int) -> None:
        self.client, self.task = client, task
        self.rng = random.Random(seed)
        self.pictures = pictures(user)
        self.saved: list[str] = []
        self.asked = 0
        self._names = (f"user {user} saves no. {number}" for number in range(10**9))

    def choices(self) -> dict[Callable[[], None], int]:
        """What may be asked, and how often of so many."""
        raise NotImplementedError

    def step(self) -> None:
        """One request."""
        choices = self.choices()
        (ask,) = self.rng.choices(list(choices), weights=list(choices.values()))
        self.asked += 1
        ask()

    def looks(self) -> None:
        """Ask how things stand."""
        raise NotImplementedError

    def some_picture(self) -> tuple[SliceImage, BoolArray]:
        return self.rng.choice(self.pictures)

    def some_prompt(self, truth: BoolArray) -> Prompt:
        """A box, a click or both, near the object."""
        tight = Box.of_mask(truth)
        assert tight is not None
        low, high = (self.rng.uniform(0, 4) for _ in range(2))
        box = Box(tight.row0 - low, tight.col0 - high, tight.row1 + high, tight.col1 + low)
        row, col = (int(values[len(values) // 2]) for values in np.nonzero(truth))
        points = (Point(row, col), Point(2, 2, positive=False))[: self.rng.randint(0, 2)]
        return Prompt(box=None if points and self.rng.random() < 0.5 else box, points=points)

    def new_name(self) -> str:
        self.saved.append(next(self._names))
        return self.saved[-1]

    def a_proposal(self, proposal: Proposal, slice_id: str) -> None:
        """Whose answer it is, and of which slice."""
        assert (proposal.task, proposal.slice_id, proposal.mask.shape) == (self.task, slice_id, (SIDE, SIDE))
        assert proposal.mask.dtype == bool and 0.0 <= proposal.quality <= 1.0 and 0.0 <= proposal.share <= 1.0


class QuietProgram(Program):
    """``reference``: an engine in this process that is asked the same."""

    def __init__(self, client: EngineClient, reference: EngineApi, task: str, user: int, seed: int) -> None:
        super().__init__(client, task, user, seed)
        self.reference = reference
        self.pending: list[tuple[Proposal, Proposal]] = []  # the client's and the reference's
        self._left = LIFE
        self._begin()

    def _begin(self) -> None:
        for engine in (self.client, self.reference):
            engine.create_task(self.task, OPTIONS)
            engine.pause(self.task)
        self._left = LIFE

    def choices(self) -> dict[Callable[[], None], int]:
        return {
            self.prompts: 8, self.repairs: 3, self.saves: 5, self.saves_again: 1, self.looks: 3, self.dismisses: 1,
            self.accepts: 1, self.learns: 2, self.refreshes: 2, self.undoes: 1, self.forgets: 1, self.propagates: 1,
            self.asks_nonsense: 2, self.prefetches: 1,
        }  # fmt: skip

    def step(self) -> None:
        super().step()
        self._left -= 1
        if self._left <= 0:
            for engine in (self.client, self.reference):
                engine.delete_task(self.task)
            self.pending.clear()
            self.saved.clear()
            self._begin()
        while len(self.pending) > MOST_PENDING:
            self._both("dismiss", self.pending.pop(0))

    def _both(self, verb: str, pair: tuple[Proposal, Proposal]) -> None:
        getattr(self.client, verb)(pair[0].proposal_id)
        getattr(self.reference, verb)(pair[1].proposal_id)

    def _same(self, ask: Callable[[EngineApi], Any]) -> Any:
        """The client's answer, which is the reference's."""
        theirs, ours = refused(lambda: ask(self.client)), refused(lambda: ask(self.reference))
        assert plain(theirs) == plain(ours)
        return theirs

    def _proposed(self, pair: tuple[Proposal, Proposal]) -> None:
        self.a_proposal(pair[0], pair[1].slice_id)
        assert plain(pair[0]) == plain(pair[1])
        self.pending.append(pair)

    def prompts(self) -> None:
        image, truth = self.some_picture()
        prompt = self.some_prompt(truth)

        def ask(engine: EngineApi) -> Proposal:
            return engine.predict(self.task, engine.put_slice(image), prompt)

        self._proposed((ask(self.client), ask(self.reference)))

    def repairs(self) -> None:
        if self.pending:
            theirs, ours = self.pending.pop(self.rng.randrange(len(self.pending)))
            truth = next(mask for image, mask in self.pictures if image.slice_id == ours.slice_id)
            prompt = self.some_prompt(truth)
            self._proposed((
                self.client.predict(self.task, theirs.slice_id, prompt, previous=theirs.proposal_id),
                self.reference.predict(self.task, ours.slice_id, prompt, previous=ours.proposal_id),
            ))  # fmt: skip

    def saves(self) -> None:
        """What was proposed, repaired or as it was; or something drawn without a prompt."""
        name = self.new_name()
        image, truth = self.some_picture()
        pair = self.pending.pop(self.rng.randrange(len(self.pending))) if self.pending else None
        if pair is not None:
            image, truth = next(each for each in self.pictures if each[0].slice_id == pair[0].slice_id)
            truth = pair[0].mask if self.rng.random() < 0.2 else truth

        def ask(engine: EngineApi) -> Receipt:
            proposals = [] if pair is None else [pair[engine is self.reference].proposal_id]
            slice_id = engine.put_slice(image)
            return engine.correct(self.task, slice_id, truth, correction_id=name, proposals=proposals)

        assert self._same(ask).correction_id == name

    def saves_again(self) -> None:
        if self.saved:
            name, (image, truth) = self.rng.choice(self.saved), self.some_picture()
            self._same(lambda e: e.correct(self.task, e.put_slice(image), truth, correction_id=name))

    def looks(self) -> None:
        """Asks how things stand."""
        self._same(lambda engine: engine.status(self.task))
        self._same(lambda engine: engine.corrections(self.task))
        self._same(lambda engine: engine.versions(self.task))
        for theirs, ours in self.pending:
            assert plain(self.client.proposal(theirs.proposal_id)) == plain(self.reference.proposal(ours.proposal_id))

    def dismisses(self) -> None:
        if self.pending:
            pair = self.pending.pop()
            self._both("dismiss", pair)
            assert refused(lambda: self.client.proposal(pair[0].proposal_id)) == (NotFoundError, "proposal")

    def accepts(self) -> None:
        if self.pending:
            self._both("accept", self.rng.choice(self.pending))

    def learns(self) -> None:
        self._same(lambda engine: engine.learn_now(self.task))
        self._same(lambda engine: [e.kind for e in engine.events(self.task) if e.kind not in ("progress", "refreshed")])

    def refreshes(self) -> None:
        changed = [self.client.refresh(self.task), self.reference.refresh(self.task)]
        where = [[p.proposal_id for p in side] for side in zip(*self.pending, strict=True)] or [[], []]
        for theirs, ours in zip(*changed, strict=True):
            assert where[0].index(theirs.proposal_id) == where[1].index(ours.proposal_id)
            assert plain(theirs) == plain(ours)

    def undoes(self) -> None:
        self._same(lambda engine: engine.undo(self.task))

    def forgets(self) -> None:
        if self.saved and self.rng.random() < 0.5:
            name = self.saved.pop(self.rng.randrange(len(self.saved)))
            self._same(lambda engine: engine.forget(self.task, name))

    def propagates(self) -> None:
        at = self.rng.randrange(PICTURES - 3)
        shown = self.pictures[at : at + 3]

        def ask(engine: EngineApi) -> list[Propagated]:
            ids = [engine.put_slice(image) for image, _ in shown]
            return list(engine.propagate(self.task, ids, {1: shown[1][1]}))

        found = [ask(self.client), ask(self.reference)]
        for theirs, ours in zip(*found, strict=True):
            assert (theirs.index, theirs.reason) == (ours.index, ours.reason)
            if theirs.proposal is not None and ours.proposal is not None:
                self._proposed((theirs.proposal, ours.proposal))
            assert (theirs.proposal is None) == (ours.proposal is None)

    def prefetches(self) -> None:
        ids = [self.client.put_slice(image) for image, _ in self.pictures[:4]]
        self.client.prefetch(self.task, ids)
        assert all(self.client.has_slice(each) for each in ids)

    def asks_nonsense(self) -> None:
        """Each refusal is the reference's own."""
        image, truth = self.some_picture()
        ask = self.rng.choice([
            lambda e: e.predict(self.task, "0" * 64, self.some_prompt(truth)),
            lambda e: e.predict(self.task, e.put_slice(image), Prompt(points=(Point(500, 500),))),
            lambda e: e.correct(self.task, e.put_slice(image), truth[:-1], correction_id="nonsense"),
            lambda e: e.proposal("nobody's"),
            lambda e: e.roll_back(self.task, 10**6),
            lambda e: e.create_task(self.task),
            lambda e: e.create_task("../over there"),
            lambda e: e.status("not open"),
        ])  # fmt: skip
        assert isinstance(self._same(ask), tuple)


class BusyProgram(Program):
    """``shared``: others save in the task too. ``others``: ids of proposals that another user made."""

    def __init__(self, client: EngineClient, task: str, user: int, seed: int, *, shared: bool = False) -> None:
        super().__init__(client, task, user, seed)
        self.shared = shared
        self.mine: dict[str, str] = {}  # proposals, and the slice of each
        self.ever: set[str] = set()
        self.others: Collection[str] = ()
        self._version = self._sequence = self._event = 0

    def choices(self) -> dict[Callable[[], None], int]:
        return {
            self.prompts: 6, self.saves: 4, self.looks: 2, self.listens: 3, self.refreshes: 2, self.dismisses: 1,
            self.pries: 2 if self.others else 0,
        }  # fmt: skip

    def begin_anew(self) -> None:
        """Somebody has reset the task: what was saved is gone, what was proposed is not."""
        self.saved.clear()
        self._version = self._sequence = 0

    def _at_least(self, version: int) -> None:
        assert version >= self._version, "a version was taken back, which nobody asked for"
        self._version = version

    def prompts(self) -> None:
        image, truth = self.some_picture()
        proposal = self.client.predict(self.task, self.client.put_slice(image), self.some_prompt(truth))
        self.a_proposal(proposal, image.slice_id)
        self._at_least(proposal.version)
        assert proposal.proposal_id not in self.ever
        self.ever.add(proposal.proposal_id)
        self.mine[proposal.proposal_id] = proposal.slice_id
        while len(self.mine) > MOST_PENDING:
            oldest = next(iter(self.mine))
            self.client.dismiss(oldest)
            del self.mine[oldest]

    def saves(self) -> None:
        name = self.new_name()
        image, truth = self.some_picture()
        shown = [proposal_id for proposal_id, slice_id in self.mine.items() if slice_id == image.slice_id]
        slice_id = self.client.put_slice(image)
        receipt = self.client.correct(self.task, slice_id, truth, correction_id=name, proposals=shown)
        assert (receipt.correction_id, receipt.task, receipt.duplicate) == (name, self.task, False)
        assert receipt.sequence > self._sequence
        self._sequence = receipt.sequence
        for proposal_id in shown:
            del self.mine[proposal_id]

    def looks(self) -> None:
        status = self.client.status(self.task)
        self._at_least(status.version)
        names = [each.correction_id for each in self.client.corrections(self.task)]
        assert len(set(names)) == len(names)
        own = [name for name in names if name in set(self.saved)]
        assert own == self.saved, "each once, in the order of saving"
        if not self.shared:
            assert status.corrections + status.confirmations == len(own) == len(names)
        for proposal_id, slice_id in self.mine.items():
            self.a_proposal(self.client.proposal(proposal_id), slice_id)

    def listens(self) -> None:
        found = self.client.events(self.task, self._event, wait_s=self.rng.choice((0.0, 0.1)))
        numbers = [self._event, *(event.sequence for event in found)]
        assert all(one < next_one for one, next_one in pairwise(numbers))
        self._event = numbers[-1]
        for event in found:
            assert event.task == self.task
            ids = event.data.get("proposals", [])
            assert isinstance(ids, list) and set(ids) <= self.ever, "another user's proposal"
            assert event.kind not in ("failed", "discarded")

    def refreshes(self) -> None:
        for proposal in self.client.refresh(self.task):
            assert proposal.proposal_id in self.mine, "another user's proposal, or one that is gone"
            self.a_proposal(proposal, self.mine[proposal.proposal_id])

    def dismisses(self) -> None:
        if self.mine:
            proposal_id, _ = self.mine.popitem()
            self.client.dismiss(proposal_id)
            assert refused(lambda: self.client.proposal(proposal_id)) == (NotFoundError, "proposal")

    def pries(self) -> None:
        """What another user prompted is not there, whatever is asked of it."""
        for proposal_id in list(self.others)[-2:]:
            verb = self.rng.choice((self.client.proposal, self.client.accept, self.client.dismiss))
            assert refused(lambda: verb(proposal_id)) == (NotFoundError, "proposal")  # noqa: B023 (called at once)
