"""Tasks: list, create, open, what they are and were, learning, and their files."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from auxol_core.options import TaskOptions
from auxol_core.protocol import PAGE_ROWS, events_message, made, proposals_message
from auxol_core.server import answers, transfers
from auxol_core.server.answers import FileAnswer
from auxol_core.server.described import OR_A_JOB, gives, router, takes
from auxol_core.server.desk import Desk
from auxol_core.server.long_verbs import in_time
from auxol_core.server.requests import (
    After,
    AtDesk,
    CorrectionName,
    Rows,
    TaskName,
    Wait,
)
from auxol_core.types import CorrectionInfo, TaskStatus, VersionInfo

task_router = router()
FILE = "application/octet-stream"


class TaskNames(BaseModel):
    """The tasks of whoever asks."""

    tasks: list[str]


class Corrections(BaseModel):
    """A task's learning curve."""

    corrections: list[CorrectionInfo]


class Versions(BaseModel):
    """A task's history."""

    versions: list[VersionInfo]


class NewTask(BaseModel, extra="forbid"):
    """``options``: TaskOptions as JSON; what is left out has its default."""

    name: str
    options: dict[str, Any] | None = None


class Version(BaseModel, extra="forbid"):
    """A version to go back to."""

    version: int = Field(strict=True)


@task_router.get("/tasks", response_model=TaskNames)
async def list_tasks(desk: AtDesk) -> Response:
    """Names of the tasks, open or not."""
    return answers.values({"tasks": await desk.list_tasks()})


@task_router.post("/tasks", status_code=201, response_model=TaskStatus)
async def create_task(new: NewTask, desk: AtDesk) -> Response:
    """Make and open a task."""
    options = None if new.options is None else made(TaskOptions, new.options)
    return answers.values(await desk.create_task(new.name, options), 201)


@task_router.get("/tasks/{task}", response_model=TaskStatus)
async def status(task: TaskName, desk: AtDesk) -> Response:
    """Where an open task stands."""
    return answers.values(await desk.ask("status", task))


@task_router.delete("/tasks/{task}", status_code=204, response_class=Response)
async def delete_task(task: TaskName, desk: AtDesk) -> Response:
    """Delete the task and its file for good."""
    await desk.delete_task(task)
    return answers.done()


@task_router.post("/tasks/{task}/open", response_model=TaskStatus, responses=OR_A_JOB)
async def open_task(task: TaskName, desk: AtDesk) -> Response:
    """Open a task at the version it had."""

    async def opened() -> Response:
        return answers.values(await desk.open_task(task))

    return await in_time(desk, opened())


@task_router.post("/tasks/{task}/close", status_code=204, response_class=Response)
async def close_task(task: TaskName, desk: AtDesk) -> Response:
    """Give the file back; what is queued stays queued."""
    await desk.close_task(task)
    return answers.done()


@task_router.post("/tasks/{task}/pause", status_code=204, response_class=Response)
async def pause(task: TaskName, desk: AtDesk) -> Response:
    """Keep corrections queued."""
    await desk.ask("pause", task)
    return answers.done()


@task_router.post("/tasks/{task}/resume", status_code=204, response_class=Response)
async def resume(task: TaskName, desk: AtDesk) -> Response:
    """Learn by itself again."""
    await desk.ask("resume", task)
    return answers.done()


async def _status_after(desk: Desk, verb: str, task: str, *args: Any) -> Response:
    async def asked() -> Response:
        return answers.values(await desk.ask(verb, task, *args))

    return await in_time(desk, asked())


@task_router.post("/tasks/{task}/learn", response_model=TaskStatus, responses=OR_A_JOB)
async def learn(task: TaskName, desk: AtDesk) -> Response:
    """Learn every queued correction, also when learning is paused."""
    return await _status_after(desk, "learn_now", task)


@task_router.post("/tasks/{task}/undo", response_model=TaskStatus, responses=OR_A_JOB)
async def undo(task: TaskName, desk: AtDesk) -> Response:
    """Go back to the version before the current one."""
    return await _status_after(desk, "undo", task)


@task_router.post("/tasks/{task}/reset", response_model=TaskStatus, responses=OR_A_JOB)
async def reset(task: TaskName, desk: AtDesk) -> Response:
    """Delete all corrections and versions."""
    return await _status_after(desk, "reset", task)


@task_router.post("/tasks/{task}/roll_back", response_model=TaskStatus, responses=OR_A_JOB)
async def roll_back(task: TaskName, back: Version, desk: AtDesk) -> Response:
    """Go back to a version."""
    return await _status_after(desk, "roll_back", task, back.version)


@task_router.delete("/tasks/{task}/corrections/{correction_id}", response_model=TaskStatus, responses=OR_A_JOB)
async def forget(task: TaskName, correction_id: CorrectionName, desk: AtDesk) -> Response:
    """Delete a correction, and relearn what came after without it."""
    return await _status_after(desk, "forget", task, correction_id)


@task_router.get("/tasks/{task}/corrections", response_model=Corrections)
async def corrections(task: TaskName, desk: AtDesk, after: After = 0, limit: Rows = PAGE_ROWS) -> Response:
    """The corrections in order behind the first ``after``, with their scores: the learning curve, page by page."""
    return answers.values({"corrections": await desk.ask("corrections", task, after, limit)})


@task_router.get("/tasks/{task}/versions", response_model=Versions)
async def versions(task: TaskName, desk: AtDesk, after: After = 0, limit: Rows = PAGE_ROWS) -> Response:
    """The updates in order behind the first ``after``, published or discarded, page by page."""
    return answers.values({"versions": await desk.ask("versions", task, after, limit)})


@task_router.post("/tasks/{task}/refresh", response_class=Response, responses=gives("proposals that changed", job=True))
async def refresh(task: TaskName, desk: AtDesk) -> Response:
    """Make the pending proposals anew under the current version."""

    async def refreshed() -> Response:
        return await answers.message(proposals_message(await desk.refresh(task)))

    return await in_time(desk, refreshed())


@task_router.get("/tasks/{task}/events", response_class=Response, responses=gives("events"))
async def events(task: TaskName, desk: AtDesk, after: After = 0, wait: Wait = 0.0) -> Response:
    """What has happened since event ``after``; a long poll."""
    household = desk.household
    with household.polls.passing(desk.user.name):
        found = await desk.events(task, after, min(wait, household.limits.poll_s))
    household.leases.seen(desk.user.name)
    return await answers.message(events_message(found))


@task_router.get("/tasks/{task}/file", response_class=Response, responses=gives("a task file", FILE, job=True))
async def export_task(task: TaskName, desk: AtDesk) -> Response:
    """A compact copy of the task; it holds image crops, and no names."""

    async def exported() -> Response:
        folder = await transfers.new_folder(desk)
        try:
            await desk.ask("export_task", task, folder / "task")
            return await run_in_threadpool(FileAnswer, folder / "task")
        except BaseException:
            transfers.remove(folder)
            raise

    return await in_time(desk, exported())


@task_router.put(
    "/tasks/{task}/file",
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
