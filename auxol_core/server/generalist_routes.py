"""The generalists to choose from: what is here, what can be had, what a click takes; download, cancel, measure."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from auxol_core.server import answers
from auxol_core.server.described import router
from auxol_core.server.requests import AtDesk

generalist_router = router()

Name = Annotated[str, Path(max_length=200, description="A generalist's name, as GET /generalists tells it.")]


class DownloadTold(BaseModel):
    """``done`` of ``total`` bytes; what is cancelled or failed goes on from there."""

    state: Literal["running", "done", "cancelled", "failed"]
    done: int
    total: int | None
    error: str


class GeneralistTold(BaseModel):
    """``obtained`` "file": the user brings it from ``page``. ``times``: where the seconds come from. ``partly``: bytes
    that an earlier download has left."""

    name: str
    title: str
    licence: str
    obtained: Literal["here", "download", "file"]
    megabytes: int | None
    page: str
    recommended: bool
    first_s: float | None
    next_s: float | None
    measured: bool
    times: str
    clicks: str
    partly: int
    download: DownloadTold | None


class GeneralistTable(BaseModel):
    """``measuring``: whose clicks are being timed, '' for none; ``not_measured``: who could not be, and why."""

    generalists: list[GeneralistTold]
    recommended: str
    may_change: bool
    measuring: str
    not_measured: str


class Licence(BaseModel, extra="forbid"):
    """``licence_accepted``: the user was told the licence and accepts it."""

    licence_accepted: bool


@generalist_router.get("/generalists", response_model=GeneralistTable)
async def table(desk: AtDesk) -> Response:
    """The generalists, how each is got, and what a click takes on this machine."""
    return answers.values(await run_in_threadpool(desk.household.generalists.table))


@generalist_router.post("/generalists/{name}/download", status_code=204, response_class=Response)
async def download(name: Name, licence: Licence, desk: AtDesk) -> Response:
    """Fetch its published file, going on where an earlier download ended; how far it is stands in the table."""
    await run_in_threadpool(desk.household.generalists.download, name, licence.licence_accepted)
    return answers.done()


@generalist_router.delete("/generalists/{name}/download", status_code=204, response_class=Response)
async def cancel(name: Name, desk: AtDesk) -> Response:
    """End its download; what came stays for the next one."""
    desk.household.generalists.cancel_download(name)
    return answers.done()


@generalist_router.post("/generalists/measure", status_code=204, response_class=Response)
async def measure(desk: AtDesk) -> Response:
    """Time the clicks of those whose weights are small, when nothing else is to be computed."""
    desk.household.generalists.measure()
    return answers.done()
