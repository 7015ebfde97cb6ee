"""The application: a gate, the routes, and one household whose engines answer."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel
from starlette.responses import Response

from auxol_core import __version__
from auxol_core.protocol import PROTOCOL_VERSION
from auxol_core.server import answers
from auxol_core.server.author_routes import author_router
from auxol_core.server.described import router
from auxol_core.server.desk import Desk
from auxol_core.server.gate import LOOPBACK_NAMES, Gate
from auxol_core.server.generalist_routes import generalist_router
from auxol_core.server.household import Household
from auxol_core.server.proposal_routes import proposal_router
from auxol_core.server.requests import visit_of
from auxol_core.server.slice_routes import slice_router
from auxol_core.server.task_routes import task_router
from auxol_core.server.users import User
from auxol_core.server.verb_routes import plain_routes

if TYPE_CHECKING:
    from auxol_core.server.metrics import Metrics

health_router = APIRouter()


class Health(BaseModel):
    """Who answers."""

    program: str
    protocol: int
    version: str
    pid: int


@health_router.get("/health", response_model=Health)
async def health() -> Response:
    """Whether a server of ours is here, and which protocol it speaks. No token is asked."""
    return answers.values(_health())


def _health() -> dict[str, Any]:
    return {"program": "auxol", "protocol": PROTOCOL_VERSION, "version": __version__, "pid": os.getpid()}


about_router = router()


class Choice(BaseModel):
    """Something that can be chosen: the name that is sent, and what people call it."""

    name: str = ""
    title: str = ""


class Compute(BaseModel):
    """Where models are run, and why there, as texts for a person, empty where they are not known; which generalist
    runs, and whether preparing slices for it is worth a client's while; the generalists and presets to choose from."""

    device: str = ""
    device_reason: str = ""
    precision: str = ""
    precision_reason: str = ""
    priority: str = ""
    generalist: Choice = Choice()
    prefetch: bool = True
    generalists: list[Choice] = []
    presets: list[Choice] = []


class About(Health):
    """Who answers, to whom, with which generalist, and where it computes."""

    user: str
    generalist: str
    compute: Compute


@about_router.get("/about", response_model=About)
async def about(request: Request) -> Response:
    """What a client asks first, in one answer: the event loop's own, whatever is being computed."""
    household: Household = request.app.state.household
    told = About(
        **_health(),
        user=visit_of(request).user.name,
        generalist=household.generalist,
        compute=Compute.model_validate(household.compute),
    )
    return answers.values(told.model_dump())


@about_router.get("/compute", response_model=Compute)
async def compute(request: Request) -> Response:
    """Where this server computes, why there, and with what."""
    household: Household = request.app.state.household
    return answers.values(Compute.model_validate(household.compute).model_dump())


def create_app(
    household: Household,
    *,
    hosts: frozenset[str] | None = frozenset(LOOPBACK_NAMES),
    metrics: Metrics | None = None,
    desk: Callable[[Household, User], Desk] = Desk,
    gated: bool = True,
) -> FastAPI:
    """The application of ``household``, which ends with it. ``hosts``: the names it may be asked under, None: any.

    ``metrics``: what is counted and told at /metrics; None: nothing, and there is no such path. ``desk``: what a user's
    requests are carried out by. ``gated``: False where who asks was let in before (cluster/).
    """

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        keeping = asyncio.create_task(household.keep())
        yield
        keeping.cancel()
        await household.close()

    app = FastAPI(
        title="AuxOL engine",
        version=__version__,
        description="Interactive segmentation that learns. Research use, not for diagnosis.",
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Nothing of a request goes to a collector of telemetry, even where one is set up in the environment.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.household, app.state.desk = household, desk
    written = (health_router, about_router, slice_router, proposal_router, task_router, author_router)
    for each in (*written, generalist_router, plain_routes(written)):
        app.include_router(each)
    answers.tell_errors(app)
    if gated:
        app.add_middleware(Gate, household=household, hosts=hosts)
    if metrics is not None:
        app.add_middleware(metrics.around)  # outermost: what the gate refuses is counted, too
    return app
