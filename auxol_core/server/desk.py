"""What one user may ask for: the verbs of EngineApi without waiting threads, on the tasks this user may see.

A task is the user's own, or one of the names that the token file shares; whatever else exists is not there. What a user
may do with a shared one is their role's (roles.py). In it a slice is handed on from the user's own engine, so that
nobody uses a slice they do not have, proposals stay with whoever prompted, and a correction has its author.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from auxol_core.api import EngineApi, VerbOf
from auxol_core.engine.authors import author_of, correcting_as, pseudonym_of
from auxol_core.engine.engine import Engine
from auxol_core.engine.parts import parts_of
from auxol_core.engine.worker import Job, Urgency
from auxol_core.engine.worker_engine import WorkerEngine
from auxol_core.errors import InvalidInputError, NotFoundError, UnavailableError
from auxol_core.options import TaskOptions
from auxol_core.parts import Parts
from auxol_core.server.household import SHARED, Home, Household
from auxol_core.server.jobs import StreamJob
from auxol_core.server.roles import Role, check_role, for_owners
from auxol_core.server.users import User
from auxol_core.types import BoolArray, Event, Prompt, Propagated, Proposal, Receipt, SliceImage, TaskStatus
from auxol_core.verbs import declared

P = ParamSpec("P")
Result = TypeVar("Result")
NAMED = 50  # of a user's tasks, in a sentence


class Desk:
    """Every method raises AuxolError, as EngineApi has it; NotFoundError for what is another user's."""

    def __init__(self, household: Household, user: User) -> None:
        self.household, self.user = household, user

    async def own(self) -> Home:
        """This user's engine."""
        return await self.household.home(self.user.name)

    async def folder(self) -> Path:
        """Where files of this user are on their way in or out."""
        return (await self.own()).folder

    async def _home_of(self, task: str) -> Home:
        return await self.household.home(self.household.owner_of(self.user, task))

    def role(self, task: str) -> Role | None:
        """This user's role in a shared task; None in one of their own."""
        return self.user.role(task) if task in self.user.shared else None

    def _check_role(self, verb: VerbOf[..., Any], task: str) -> None:
        """RoleError where this user may not ask for ``verb`` in ``task``."""
        if (role := self.role(task)) is not None:
            check_role(role, task, declared(verb), owned=task in self.household.users.owned)

    async def _at(self, task: str, *, use: bool = True) -> Home:
        """The engine that has ``task`` open for this user."""
        key = (self.household.owner_of(self.user, task), task)
        if not self.household.leases.holds(key, self.user.name):
            raise await self._not_open(task)
        if use:
            self.household.leases.used(key)
        return await self.household.home(key[0])

    # Slices

    async def put_slice(self, image: SliceImage) -> None:
        await (await self.own()).put_slice(image)

    async def missing(self, ids: Sequence[str]) -> list[str]:
        """Which of these slices are not here."""
        engine = (await self.own()).engine
        return [slice_id for slice_id in dict.fromkeys(ids) if not engine.has_slice(slice_id)]

    async def _bring(self, home: Home, ids: Sequence[str], *, must: bool = True) -> list[str]:
        """Hand slices on to the shared engine; those that were. NotFoundError for one that this user has not put."""
        if not home.shared:
            return list(ids)
        own, brought = await self.own(), []
        for slice_id in dict.fromkeys(ids):
            try:
                image = own.engine.slice_image(slice_id)
            except NotFoundError:
                if must:
                    raise
                continue
            await home.put_slice(image)
            brought.append(slice_id)
        return list(ids) if must else brought

    # Tasks

    async def list_tasks(self) -> list[str]:
        """This user's tasks, and those of the shared ones that exist."""
        own = set(await (await self.own()).list_tasks()) - self.user.shared
        if self.user.shared:
            own |= self.user.shared & set(await (await self.household.home(SHARED)).list_tasks())
        return sorted(own)

    async def create_task(self, name: str, options: TaskOptions | None) -> TaskStatus:
        return await self._opened(name, EngineApi.create_task, name, options)

    async def open_task(self, name: str) -> TaskStatus:
        await self._check_exists(name)
        return await self._opened(name, EngineApi.open_task, name)

    async def import_task(self, path: Path, name: str) -> TaskStatus:
        return await self._opened(name, EngineApi.import_task, path, name)

    async def _opened(
        self, name: str, verb: VerbOf[P, TaskStatus], *args: P.args, **kwargs: P.kwargs
    ) -> TaskStatus:
        self._check_role(verb, name)
        home = await self._home_of(name)
        status = await home.call(verb, *args, **kwargs)
        self.household.leases.opened((home.owner, name), self.user.name)
        return status

    async def _check_exists(self, name: str) -> None:
        # Told by us: the engine's own sentence names folders of this machine, and tasks that this user may not see.
        if name not in await (await self._home_of(name)).list_tasks():
            known = await self._known()
            raise NotFoundError(f"No task {name[:100]!r} is here. Choose one, or create it; known are: {known}.")

    async def _not_open(self, task: str) -> NotFoundError:
        return NotFoundError(
            f"Task {task[:100]!r} is not open: it was closed, or was not used for long. Create or open it first; "
            f"known are: {await self._known()}.",
            missing="open task",
        )

    @asynccontextmanager
    async def _told_plainly(self, task: str) -> AsyncIterator[None]:
        # The engine's own sentence for a task that is not open names tasks that this user may not see.
        try:
            yield
        except NotFoundError as error:
            if error.missing == "open task":
                raise await self._not_open(task) from None
            raise

    async def _known(self) -> str:
        names = await self.list_tasks()
        return ", ".join(names[:NAMED]) + (" and more" if len(names) > NAMED else "") or "none"

    async def close_task(self, name: str) -> None:
        home = await self._home_of(name)
        if home.shared:
            mine = self.household.proposals.of(self.user.name, name)
            _dismiss_all(home.engine, mine)
            self.household.proposals.drop(mine)
        if self.household.leases.given_back((home.owner, name), self.user.name):
            await home.call(EngineApi.close_task, name)
            self.household.leases.closed((home.owner, name))
        home.bell.ring(name)

    async def cancel_relearning(self, name: str) -> None:
        self._check_role(EngineApi.cancel_relearning, name)
        home = await self._at(name)
        if self.household.leases.held_by_others((home.owner, name), self.user.name):
            raise InvalidInputError(
                f"Task {name[:100]!r} is shared and somebody else has it open: it cannot be put back under their "
                "hands. Try again when they have closed it."
            )
        async with self._told_plainly(name):
            await home.call(EngineApi.cancel_relearning, name)
        if home.shared:
            self.household.proposals.drop(self.household.proposals.of(self.user.name, name))
        self.household.leases.closed((home.owner, name))
        home.bell.ring(name)

    async def delete_task(self, name: str) -> None:
        self._check_role(EngineApi.delete_task, name)
        await self._check_exists(name)
        home = await self._home_of(name)
        await home.call(EngineApi.delete_task, name)
        self.household.leases.closed((home.owner, name))
        home.bell.ring(name)

    async def ask(
        self, verb: VerbOf[Concatenate[str, P], Result], task: str, *args: P.args, **kwargs: P.kwargs
    ) -> Result:
        """Any verb of EngineApi on an open task that takes no slices and gives no proposals."""
        self._check_role(verb, task)
        home = await self._at(task)
        async with self._told_plainly(task):
            return await home.call(verb, task, *args, **kwargs)

    async def forget(self, task: str, correction_id: str) -> TaskStatus:
        """``forget``; in a shared task with an owner everybody else forgets what is their own."""
        self._check_role(EngineApi.forget, task)
        if self.role(task) == "teacher" and task in self.household.users.owned:
            me = self.user.author
            mine = await self.work(
                task, lambda engine: author_of(engine, task, correction_id) == pseudonym_of(engine, task, me)
            )
            if not mine:
                raise for_owners(task, "forgetting what others taught")
        return await self.ask(EngineApi.forget, task, correction_id)

    async def work(self, task: str, do: Callable[[Engine], Result]) -> Result:
        """``do`` with the engine that has ``task`` open, in the compute thread."""
        home = await self._at(task)
        async with self._told_plainly(task):
            return await home.work(do)

    async def teach(
        self, task: str, begin: Callable[[Engine], Generator[None, None, Result]], urgency: Urgency = Urgency.ASKED
    ) -> Result:
        """Steps with the engine that has ``task`` open, after which there may be something to learn."""
        home = await self._at(task)
        async with self._told_plainly(task):
            return await asyncio.wrap_future(home.engine.teaching(task, begin, urgency).future)

    async def events(self, task: str, after: int, wait_s: float) -> list[Event]:
        """What has happened since; waits for it up to ``wait_s``, or until the server leaves."""
        loop = asyncio.get_running_loop()
        end = loop.time() + wait_s
        while True:
            home = await self._at(task, use=False)
            async with self._told_plainly(task):
                found = home.engine.events(task, after)
            if home.shared:
                found = self.household.proposals.seen_by(self.user.name, found)
            left = end - loop.time()
            if found or left <= 0 or self.household.leaving.is_set():
                return found
            await home.bell.heard(task, left)

    # Proposals

    async def predict(self, task: str, slice_id: str, prompt: Prompt, previous: str | None) -> Proposal:
        home = await self._at(task)
        await self._bring(home, [slice_id])
        if previous is not None:
            self._check_mine(home, previous)
        async with self._told_plainly(task):
            job = home.start(EngineApi.predict, task, slice_id, prompt, previous=previous)
            if home.shared:
                # In the compute thread, before it can refresh the proposal and tell of that.
                job.future.add_done_callback(self._made)
            try:
                return await asyncio.wrap_future(job.future)
            except asyncio.CancelledError:
                job.cancel()  # nobody waits for it any more: the encoder stops at its next block
                raise

    def _made(self, future: Future[Proposal]) -> None:
        if not future.cancelled() and future.exception() is None:
            self._mine(future.result())

    def _mine(self, proposal: Proposal) -> None:
        self.household.proposals.add(proposal.proposal_id, self.user.name, proposal.task)

    def _check_mine(self, home: Home, proposal_id: str) -> None:
        if home.shared and not self.household.proposals.is_of(proposal_id, self.user.name):
            raise NotFoundError(f"Proposal {proposal_id[:100]} is not pending here. Prompt again.", missing="proposal")

    async def of_proposal(
        self, verb: Callable[Concatenate[EngineApi, str, P], Result], proposal_id: str, *args: P.args, **more: P.kwargs
    ) -> Result:
        """``proposal``, ``accept`` or ``dismiss``."""
        shared = self.household.proposals.is_of(proposal_id, self.user.name)
        home = await self.household.home(SHARED if shared else self.user.name)
        return await home.call(verb, proposal_id, *args, **more)

    async def parts(self, proposal_id: str) -> Parts:
        """What each model says of it alone."""
        shared = self.household.proposals.is_of(proposal_id, self.user.name)
        home = await self.household.home(SHARED if shared else self.user.name)
        return await home.work(lambda engine: parts_of(engine, proposal_id))

    async def refresh(self, task: str) -> list[Proposal]:
        home = await self._at(task)
        async with self._told_plainly(task):
            changed = await home.call(EngineApi.refresh, task)
        if not home.shared:
            return changed
        known, user = self.household.proposals, self.user.name
        mine = {p.proposal_id: p for p in changed if known.is_of(p.proposal_id, user)}
        known.owe([p.proposal_id for p in changed if p.proposal_id not in mine])
        owed = [proposal_id for proposal_id in known.owed(user, task) if proposal_id not in mine]
        return [*mine.values(), *await home.work(lambda engine: _still_pending(engine, owed))]

    async def correct(
        self, task: str, slice_id: str, mask: BoolArray, correction_id: str, proposals: Sequence[str]
    ) -> Receipt:
        self._check_role(EngineApi.correct, task)
        home = await self._at(task)
        await self._bring(home, [slice_id])
        if home.shared:
            mine = [p for p in proposals if self.household.proposals.is_of(p, self.user.name)]
            given: dict[str, Any] = {"correction_id": correction_id, "proposals": mine}
            author = self.user.author
            return await self.teach(
                task, lambda engine: correcting_as(engine, author, task, slice_id, mask, **given), Urgency.SAVE
            )
        async with self._told_plainly(task):
            return await home.call(
                EngineApi.correct, task, slice_id, mask, correction_id=correction_id, proposals=proposals
            )

    # A whole volume

    async def stream(
        self, verb: VerbOf[..., Iterator[Propagated]], task: str, slices: Sequence[str], **more: Any
    ) -> str:
        """Begin a verb that is a stream; the job's id."""
        self._check_role(verb, task)
        home, jobs, user = await self._at(task), self.household.jobs, self.user.name
        await self._bring(home, slices)

        def start(on_item: Callable[[Propagated], None]) -> Job[None]:
            def told(item: Propagated) -> None:
                if home.shared and item.proposal is not None:
                    self._mine(item.proposal)
                on_item(item)

            return home.engine.streaming(told, verb, task, slices, **more)

        jobs.check_room(user)
        return jobs.add(user, StreamJob((home.owner, task), start))

    async def prefetch(self, task: str, slices: Sequence[str]) -> None:
        home = await self._at(task)
        home.engine.prefetch(task, await self._bring(home, slices, must=False))

    def check_staying(self) -> None:
        """UnavailableError where the server is about to leave."""
        if self.household.leaving.is_set():
            raise UnavailableError("The engine is shutting down and takes no more work. Start it again.")


def _dismiss_all(engine: WorkerEngine, proposal_ids: Sequence[str]) -> None:
    for proposal_id in proposal_ids:
        with suppress(NotFoundError):  # saved, dismissed or replaced since
            engine.dismiss(proposal_id)


def _still_pending(engine: Engine, proposal_ids: Sequence[str]) -> list[Proposal]:
    found = []
    for proposal_id in proposal_ids:
        try:
            found.append(engine.proposal(proposal_id))
        except NotFoundError:
            continue  # saved, dismissed or replaced since
    return found
