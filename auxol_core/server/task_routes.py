"""Tasks: list, create, open, what they are and were, learning, and their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from auxol_core.api import EngineApi
from auxol_core.options import TaskOptions
from auxol_core.protocol import events_message, made, proposals_message
from auxol_core.server import answers, transfers
from auxol_core.server.answers import FileAnswer
from auxol_core.server.described import OR_A_JOB, at, gives, router, takes
from auxol_core.server.long_verbs import in_time
from auxol_core.server.requests import After, AtDesk, TaskName, Wait
from auxol_core.specialist.registry import find_preset
from auxol_core.types import TaskStatus

task_router = router()
FILE = "application/octet-stream"


class TaskNames(BaseModel):
    """The tasks of whoever asks."""

    tasks: list[str]


class NewTask(BaseModel, extra="forbid"):
    """``options``: TaskOptions as JSON; what is left out has its default."""

    name: str
    options: dict[str, Any] | None = None


def task_options(told: Mapping[str, Any]) -> TaskOptions:
    """The options of a new task as JSON has them, those of its preset in the class that the preset brings along.

    InvalidInputError for what does not fit, and for a preset that is not here.
    """
    options = made(TaskOptions, {name: value for name, value in told.items() if name != "own"})
    kind = find_preset(options.preset).options
    own = told.get("own")
    return options if own is None else replace(options, own=made(kind, own))


@at(task_router, EngineApi.list_tasks, response_model=TaskNames)
async def list_tasks(desk: AtDesk) -> Response:
    """Names of the tasks, open or not."""
    return answers.values({"tasks": await desk.list_tasks()})


@at(task_router, EngineApi.create_task, status_code=201, response_model=TaskStatus)
async def create_task(new: NewTask, desk: AtDesk) -> Response:
    """Make and open a task."""
    options = None if new.options is None else task_options(new.options)
    return answers.values(await desk.create_task(new.name, options), 201)


@at(task_router, EngineApi.delete_task, status_code=204, response_class=Response)
async def delete_task(task: TaskName, desk: AtDesk) -> Response:
    """Delete the task and its file for good."""
    await desk.delete_task(task)
    return answers.done()


@at(task_router, EngineApi.open_task, response_model=TaskStatus, responses=OR_A_JOB)
async def open_task(task: TaskName, desk: AtDesk) -> Response:
    """Open a task at the version it had."""

    async def opened() -> Response:
        return answers.values(await desk.open_task(task))

    return await in_time(desk, opened())


@at(task_router, EngineApi.close_task, status_code=204, response_class=Response)
async def close_task(task: TaskName, desk: AtDesk) -> Response:
    """Give the file back; what is queued stays queued."""
    await desk.close_task(task)
    return answers.done()


@at(task_router, EngineApi.cancel_relearning, status_code=204, response_class=Response)
async def cancel_relearning(task: TaskName, desk: AtDesk) -> Response:
    """Have a task that is being learned again be as it was, and close it."""
    await desk.cancel_relearning(task)
    return answers.done()


@at(task_router, EngineApi.refresh, response_class=Response, responses=gives("proposals that changed", job=True))
async def refresh(task: TaskName, desk: AtDesk) -> Response:
    """Make the pending proposals anew under the current version."""

    async def refreshed() -> Response:
        return await answers.message(proposals_message(await desk.refresh(task)))

    return await in_time(desk, refreshed())


@at(task_router, EngineApi.events, response_class=Response, responses=gives("events"))
async def events(task: TaskName, desk: AtDesk, after: After = 0, wait: Wait = 0.0) -> Response:
    """What has happened since event ``after``; a long poll."""
    household = desk.household
    with household.polls.passing(desk.user.name):
        found = await desk.events(task, after, min(wait, household.limits.poll_s))
    household.leases.seen(desk.user.name)
    return await answers.message(events_message(found))


@at(task_router, EngineApi.export_task, response_class=Response, responses=gives("a task file", FILE, job=True))
async def export_task(task: TaskName, desk: AtDesk) -> Response:
    """A compact copy of the task; it holds image crops, and no names."""

    async def exported() -> Response:
        folder = await transfers.new_folder(desk)
        try:
            await desk.ask(EngineApi.export_task, task, folder / "task")
            return await run_in_threadpool(FileAnswer, folder / "task")
        except BaseException:
            transfers.remove(folder)
            raise

    return await in_time(desk, exported())


@at(
    task_router,
    EngineApi.import_task,
    status_code=201,
    response_model=TaskStatus,
    responses=OR_A_JOB,
    openapi_extra=takes("a task file", FILE),
)
async def import_task(request: Request, task: TaskName, desk: AtDesk) -> Response:
    """Take a task file in as a new task and open it."""
    folder = await transfers.new_folder(desk)
    try:
        await transfers.receive_file(request, desk, folder / "task")
    except BaseException:
        transfers.remove(folder)
        raise

    async def imported() -> Response:
        try:
            return answers.values(await desk.import_task(folder / "task", task), 201)
        finally:
            transfers.remove(folder)

    return await in_time(desk, imported())
