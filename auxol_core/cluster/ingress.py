"""What every request meets first: the gate, and then the way to whoever answers. It keeps nothing of a user's.

What no task has to answer (who is here, slices, names of tasks, generalists) is answered by today's application on a
desk that asks the shelf and the folders. Everything else goes to the task's process, as it came.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auxol_core.api import EngineApi
from auxol_core.cluster import names
from auxol_core.cluster.asgi import HttpAnswer, HttpRequest
from auxol_core.cluster.folders import tasks_of
from auxol_core.cluster.metrics import ClusterMetrics
from auxol_core.cluster.names import Asked, actor_name, is_of
from auxol_core.cluster.options import ClusterOptions
from auxol_core.cluster.task_processes import GoneError, TaskProcess, TaskProcesses
from auxol_core.engine.worker import Worker
from auxol_core.errors import AuxolError, InvalidInputError, NotFoundError, UnavailableError
from auxol_core.private_files import opener
from auxol_core.protocol import MEDIA_TYPE, decode, proposals_of
from auxol_core.server import answers, transfers
from auxol_core.server.app import create_app
from auxol_core.server.desk import Desk
from auxol_core.server.gate import LOOPBACK_NAMES, VISIT, Gate, Visit
from auxol_core.server.household import SHARED, Home, Household
from auxol_core.server.limits import Refusal
from auxol_core.server.users import User, Users, check_token
from auxol_core.types import SliceImage
from auxol_core.verbs import declared

# These find or make a task's process; all others want one in which the task is open.
OPENERS = tuple(declared(verb) for verb in (EngineApi.create_task, EngineApi.import_task))
FINDERS = tuple(declared(verb) for verb in (EngineApi.open_task, EngineApi.delete_task, EngineApi.cancel_relearning))
CREATE, IMPORT, EXPORT = OPENERS[0], OPENERS[1], declared(EngineApi.export_task)
PREDICT = declared(EngineApi.predict)


class Shelved(Protocol):
    """The cluster's Shelf, wherever it lives."""

    async def put(self, user: str, slice_id: str, image: SliceImage) -> None: ...
    async def missing(self, user: str, ids: Sequence[str]) -> list[str]: ...


class IngressHousehold(Household):
    """A household without homes."""

    def __init__(self, users: Users, options: ClusterOptions, about: Mapping[str, Any], shelf: Shelved) -> None:
        super().__init__(
            users,
            Path(options.data_dir),
            _no_engine,
            Worker(),
            generalist=str(about["generalist"]["name"]),
            compute=about,
        )
        self.shelf = shelf


def _no_engine(*_: object) -> Any:
    raise AssertionError("an ingress has no engine")


class IngressDesk(Desk):
    """Carries out what needs no task, and refuses what needs one that is not open."""

    household: IngressHousehold

    async def put_slice(self, image: SliceImage) -> None:
        await self.household.shelf.put(self.user.name, image.slice_id, image)

    async def missing(self, ids: Sequence[str]) -> list[str]:
        return await self.household.shelf.missing(self.user.name, ids)

    async def folder(self) -> Path:
        return self.household.folder(self.user.name)

    async def list_tasks(self) -> list[str]:
        return await run_in_threadpool(tasks_of, self.household, self.user)

    async def close_task(self, name: str) -> None:
        """It is not open."""

    async def _check_exists(self, name: str) -> None:
        if name not in await self.list_tasks():
            raise NotFoundError(
                f"No task {name[:100]!r} is here. Choose one, or create it; known are: {await self._known()}."
            )

    async def _at(self, task: str, *, use: bool = True) -> Home:  # noqa: ARG002 (as Desk has it)
        raise await self._not_open(task)

    async def of_proposal(self, verb: Any, proposal_id: str, *_: Any, **__: Any) -> Any:  # noqa: ARG002
        raise NotFoundError(f"Proposal {proposal_id[:100]} is not pending here. Prompt again.", missing="proposal")

    async def parts(self, proposal_id: str) -> Any:
        return await self.of_proposal(None, proposal_id)


def ingress(
    options: ClusterOptions, users: Users, about: Mapping[str, Any], shelf: Shelved, processes: TaskProcesses
) -> ASGIApp:
    """The whole: a gate, and the way behind it."""
    household = IngressHousehold(users, options, about, shelf)
    own = create_app(household, hosts=None, desk=IngressDesk, gated=False)
    hosts = frozenset(LOOPBACK_NAMES) if options.loopback else None
    gate = Gate(Way(own, household, processes), household, hosts)
    if options.metrics_token_file is None:
        return gate
    token = check_token(Path(options.metrics_token_file).read_text("utf-8").strip(), "whoever reads /metrics")
    return ClusterMetrics(token, processes.all).around(gate)


class Way:
    """From the gate to whoever answers."""

    def __init__(self, own: ASGIApp, household: IngressHousehold, processes: TaskProcesses) -> None:
        self._own, self._household, self._processes = own, household, processes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or VISIT not in scope:
            await self._own(scope, receive, send)
            return
        try:
            await self._led(scope, receive, send)
        except Refusal as refusal:
            await answers.refusal(refusal)(scope, receive, send)
        except AuxolError as error:
            await answers.error(error)(scope, receive, send)

    async def _led(self, scope: Scope, receive: Receive, send: Send) -> None:
        visit: Visit = scope[VISIT]
        what = names.asked(scope["method"], scope["path"])
        body: bytes | None = None
        if (scope["method"], scope["path"]) == (CREATE.method, "/tasks"):
            body = await _read(visit)
            what = _named(body)
        if what is None:
            await self._own(scope, receive if body is None else _replaying(body, receive), send)
        elif what.thing is not None:
            await self._to_whoever_has_it(visit, scope, receive, send)
        else:
            await self._to_the_task(what, visit, body, scope, receive, send)

    # A task by its name

    async def _to_the_task(
        self, what: Asked, visit: Visit, body: bytes | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        assert what.task is not None
        owner = self._household.owner_of(visit.user, what.task)
        make = what.verb in OPENERS or (what.verb in FINDERS and await self._exists(visit.user, what.task))
        if not make and await self._processes.find(owner, what.task, make=False) is None:
            await self._own(scope, receive if body is None else _replaying(body, receive), send)
            return
        request = HttpRequest.of(scope)
        large = visit.body.large and body is None and scope["method"] != "GET"
        with self._household.bodies.passing(visit.user.name) if large else nullcontext():
            if what.verb is IMPORT:
                await self._import(owner, what.task, visit, request, scope, receive, send)
                return
            request = request.with_body(await self._body(visit, scope) if body is None else body)
        if what.verb is EXPORT:
            process = await self._processes.find(owner, what.task, make=False)
            await self._streamed(process, request, send)
            return
        await self._answered(owner, what, request, scope, receive, send, make=make)

    async def _exists(self, user: User, task: str) -> bool:
        return task in await run_in_threadpool(tasks_of, self._household, user)

    async def _body(self, visit: Visit, scope: Scope) -> bytes:
        media = dict(scope["headers"]).get(b"content-type", b"")
        if media == MEDIA_TYPE.encode():
            visit.body.limit = self._household.limits.message_bytes
        return await _read(visit)

    async def _answered(
        self, owner: str, what: Asked, request: HttpRequest, scope: Scope, receive: Receive, send: Send, *, make: bool
    ) -> None:
        assert what.task is not None
        repeatable = request.method == "GET" or (what.verb is not None and what.verb.repeatable)
        asking = asyncio.ensure_future(
            self._processes.answer(owner, what.task, request, make=make, repeatable=repeatable)
        )
        answer = await _while_there(asking, receive)
        if answer is not None:
            if what.verb is PREDICT and _is_missing(answer):
                await self._tell_whose_it_is(what.task, request)
            await _send(answer, send)
            return
        # Its process went in between: what that means is said as where there is none.
        await self._own(scope, _replaying(request.body, receive), send)

    async def _tell_whose_it_is(self, task: str, request: HttpRequest) -> None:
        """InvalidInputError where the previous proposal is another task's, whose process alone knows it."""
        previous = decode(request.body).fields.get("previous")
        if not isinstance(previous, str):
            return
        headers = tuple(each for each in request.headers if each[0] != b"content-length")
        path = f"/proposals/{quote(previous, safe='')}"
        asked_for = replace(request, method="GET", path=path, query=b"", headers=headers, body=b"")
        for process in self._of(request.user):
            with suppress(GoneError):
                found = await self._processes.watched(process, process.answer(asked_for))
                if found.status == 200:
                    (earlier,) = proposals_of(decode(found.body))
                    raise InvalidInputError(
                        f"The previous proposal must be of the same task and slice, got one of task {earlier.task!r} "
                        f"for task {task!r}. Prompt again without it."
                    )

    async def _import(
        self, owner: str, task: str, visit: Visit, request: HttpRequest, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """A task file goes through the shared folder: it may be larger than a message may."""
        visit.body.limit = self._household.limits.import_bytes
        folder = await run_in_threadpool(transfers.new_folder_in, self._household.folder(owner))
        try:
            path = folder / "sent"
            with open(path, "wb", buffering=0, opener=opener) as file:
                await transfers.write_body(visit.body, file)
            sent = HttpRequest(
                request.user, request.method, request.path, request.query, request.headers, spooled=str(path)
            )
            await self._answered(owner, Asked(IMPORT, task), sent, scope, receive, send, make=True)
        finally:
            await run_in_threadpool(transfers.remove, folder)

    async def _streamed(self, process: TaskProcess | None, request: HttpRequest, send: Send) -> None:
        """Pass on what comes as it comes."""
        if process is None:
            raise UnavailableError("The task's process ended. Nothing saved is lost. Ask again.")
        try:
            async for message in process.stream(request):
                await send(message)
        except GoneError:
            raise UnavailableError("The task's process ended while it sent this. Ask again.") from None

    # What one of the user's tasks has: proposals and jobs

    async def _to_whoever_has_it(self, visit: Visit, scope: Scope, receive: Receive, send: Send) -> None:
        request = HttpRequest.of(scope).with_body(await _read(visit))
        unavailable: GoneError | None = None
        for process in self._of(visit.user):
            try:
                if request.method == "GET" and request.path.startswith("/jobs/"):
                    if await _passed_on(process, request, send):
                        return
                    continue
                asking = asyncio.ensure_future(self._processes.watched(process, process.answer(request)))
                answer = await _while_there(asking, receive)
            except GoneError as gone:
                unavailable = gone
                continue
            if not _is_missing(answer):
                await _send(answer, send)
                return
        if unavailable is not None:
            raise UnavailableError("A task's process is being started again. Nothing saved is lost. Ask again.")
        await self._own(scope, _replaying(request.body, receive), send)

    def _of(self, user: User) -> list[TaskProcess]:
        """The processes of tasks that ``user`` may see."""
        shared = {actor_name(SHARED, task) for task in user.shared}
        own = self._household.owner_of(user, "")
        found = [name for name in self._processes.directory.names() if is_of(name, own) or name in shared]
        processes = (self._processes.directory.get(name) for name in found)
        return [process for process in processes if process is not None]


async def _read(visit: Visit) -> bytes:
    chunks, more = [], True
    while more:
        message = await visit.body()
        if message["type"] == "http.disconnect":
            break
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(chunks)


def _named(body: bytes) -> Asked | None:
    """The task that a body wants to make; None for one that the application refuses."""
    try:
        told = json.loads(body)
        return Asked(CREATE, task=told["name"]) if isinstance(told["name"], str) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _replaying(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives ``body``, and then what comes after it."""
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


async def _while_there(asking: asyncio.Future[Any], receive: Receive) -> Any:
    """The result of ``asking``, which is cancelled when the client goes."""
    gone = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait({asking, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            asking.cancel()
        return await asking
    finally:
        gone.cancel()
        if not asking.done():
            asking.cancel()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _passed_on(process: TaskProcess, request: HttpRequest, send: Send) -> bool:
    """Pass an answer on as it comes, unless it is that there is no such thing here; whether it was passed on."""
    held: list[Message] = []
    async for message in process.stream(request):
        if message["type"] == "http.response.start" and message["status"] == 404:
            return False
        held.append(message)
        if message["type"] == "http.response.body":
            for each in held:
                await send(each)
            held.clear()
    return True


def _is_missing(answer: HttpAnswer) -> bool:
    if answer.status != 404:
        return False
    try:
        return json.loads(answer.body).get("missing") in ("proposal", "job")
    except (ValueError, AttributeError):
        return False


async def _send(answer: HttpAnswer, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.headers)})
    await send({"type": "http.response.body", "body": answer.body})
