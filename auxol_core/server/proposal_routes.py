"""Proposals and corrections, and jobs."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from auxol_core.api import EngineApi
from auxol_core.errors import NotFoundError
from auxol_core.protocol import Message, parts_message, prompt_of, proposals_message
from auxol_core.server import answers
from auxol_core.server.described import OR_A_JOB, at, gives, router, takes
from auxol_core.server.desk import Desk
from auxol_core.server.jobs import StreamJob, VerbJob
from auxol_core.server.requests import (
    LATEST,
    MAX_IDS,
    SLICE_ID,
    After,
    AtDesk,
    CorrectionName,
    TaskName,
    Wait,
    array,
    mask_of,
    only,
    received,
    slice_id,
    text,
    texts,
    while_there,
)
from auxol_core.types import Receipt

proposal_router = router()


class Slices(BaseModel, extra="forbid"):
    """Ids of slices, most urgent first."""

    slices: list[Annotated[str, Field(pattern=SLICE_ID)]] = Field(max_length=MAX_IDS)


@at(
    proposal_router,
    EngineApi.predict,
    response_class=Response,
    responses=gives("one proposal"),
    openapi_extra=takes("fields {box, points, strokes, slice_id, previous}, arrays {prompt_mask} or none"),
)
async def predict(request: Request, task: TaskName, desk: AtDesk) -> Response:
    """Segment the prompted object."""
    with desk.household.worker.expecting():
        return await _predicted(request, task, desk)


async def _predicted(request: Request, task: str, desk: Desk) -> Response:
    async with received(request, desk) as message:
        only(message, ["prompt_mask"])
        previous = None if message.fields.get("previous") is None else text(message, "previous")
        if message.arrays:
            prompt = await run_in_threadpool(prompt_of, message)
        else:
            prompt = prompt_of(message)
        proposal = await while_there(request, desk.predict(task, slice_id(message), prompt, previous))
    return await answers.message(proposals_message([proposal]))


@at(
    proposal_router,
    EngineApi.correct,
    status_code=201,
    response_model=Receipt,
    responses={200: {"model": Receipt, "description": "It was durable already"}},
    openapi_extra=takes("fields {slice_id, proposals: [ids]}, arrays {mask}"),
)
async def correct(request: Request, task: TaskName, correction_id: CorrectionName, desk: AtDesk) -> Response:
    """Journal the user's final mask of a slice; durable when this answers. The same id again changes nothing."""
    async with received(request, desk) as message:
        only(message, ["mask"])
        mask = await run_in_threadpool(mask_of, array(message, "mask"), "A corrected mask")
        receipt = await desk.correct(task, slice_id(message), mask, correction_id, texts(message, "proposals"))
    return answers.values(receipt, 200 if receipt.duplicate else 201)


@at(proposal_router, EngineApi.proposal, response_class=Response, responses=gives("the proposal"))
async def proposal(proposal_id: str, desk: AtDesk) -> Response:
    """A pending proposal as it is now."""
    return await answers.message(proposals_message([await desk.of_proposal(EngineApi.proposal, proposal_id)]))


@proposal_router.get(
    "/proposals/{proposal_id}/parts", response_class=Response, responses=gives("what each model says alone")
)
async def parts(proposal_id: str, desk: AtDesk) -> Response:
    """What the generalist and the specialist say of a pending proposal alone."""
    return await answers.message(parts_message(await desk.parts(proposal_id)))


@at(proposal_router, EngineApi.dismiss, status_code=204, response_class=Response)
async def dismiss(proposal_id: str, desk: AtDesk) -> Response:
    """Forget a proposal that the user does not want."""
    await desk.of_proposal(EngineApi.dismiss, proposal_id)
    return answers.done()


class Seen(BaseModel, extra="forbid"):
    """``version``: of the proposal that the user saw; null: whichever it is now."""

    version: int | None = Field(default=None, ge=0, le=LATEST, strict=True)


@at(proposal_router, EngineApi.accept, status_code=204, response_class=Response)
async def accept(proposal_id: str, desk: AtDesk, seen: Seen | None = None) -> Response:
    """The user took the proposal over as the version they saw made it: it is no longer refreshed."""
    await desk.of_proposal(EngineApi.accept, proposal_id, version=None if seen is None else seen.version)
    return answers.done()


@at(proposal_router, EngineApi.prefetch, status_code=204, response_class=Response)
async def prefetch(task: TaskName, wanted: Slices, desk: AtDesk) -> Response:
    """Prepare the embeddings of these slices when there is nothing else to do."""
    await desk.prefetch(task, wanted.slices)
    return answers.done()


@proposal_router.get("/jobs/{job_id}", responses=OR_A_JOB)
async def job_answer(job_id: str, desk: AtDesk, wait: Wait = 0.0) -> Response:
    """The answer of the verb that became this job, as the verb gives it, or 202 again."""
    job = desk.household.jobs.get(desk.user.name, job_id)
    if not isinstance(job, VerbJob):
        raise NotFoundError("The job is a stream, which has no answer. Ask for its items.")
    with desk.household.polls.passing(desk.user.name):
        answer = await job.answer(min(wait, desk.household.limits.poll_s), desk.household.leaving)
    return answers.values({"job": job_id}, 202) if answer is None else answer


@proposal_router.get("/jobs/{job_id}/items", response_class=Response, responses=gives("slices from number after on"))
async def job_items(job_id: str, desk: AtDesk, after: After = 0, wait: Wait = 0.0) -> Response:
    """The slices of a stream from number ``after`` on; the field done says whether these are the last."""
    job = desk.household.jobs.get(desk.user.name, job_id)
    if not isinstance(job, StreamJob):
        raise NotFoundError("The job is no stream and has no items. Ask for its answer.")
    desk.household.leases.used(job.lease)
    with desk.household.polls.passing(desk.user.name):
        items, done = await job.items(after, min(wait, desk.household.limits.poll_s))
    found = proposals_message(items)
    return await answers.message(Message({**found.fields, "done": done}, found.arrays))


@proposal_router.delete("/jobs/{job_id}", status_code=204, response_class=Response)
async def cancel(job_id: str, desk: AtDesk) -> Response:
    """Cancel a job; what came of it before stays."""
    desk.household.jobs.end(desk.user.name, job_id)
    return answers.done()
