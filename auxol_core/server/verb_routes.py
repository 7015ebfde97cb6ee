"""Routes made of the door's declarations alone, for verbs on an open task that take and give plain values, or streams.

Arguments beside the path travel in the query of a GET and as a JSON object otherwise; what is returned is a JSON
object, or nothing. A verb that may take long is answered in time, or by a job. Streams: stream_routes.py.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from functools import cache
from types import NoneType
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.responses import Response

from auxol_core.protocol import PAGE_ROWS
from auxol_core.server import answers
from auxol_core.server.described import OR_A_JOB, path_of, router
from auxol_core.server.desk import Desk
from auxol_core.server.long_verbs import in_time
from auxol_core.server.requests import LATEST, AtDesk, CorrectionName, Rows, TaskName
from auxol_core.server.stream_routes import add_stream_route
from auxol_core.verbs import VERBS, Verb

# How arguments in a path are read, by their names, and in a query, by their types; another one is added here.
_IN_PATH = {"task": TaskName, "correction_id": CorrectionName}
_IN_QUERY: dict[Any, Any] = {int: Annotated[int, Query(ge=0, le=LATEST)], int | None: Rows}
_DESK, _BODY = "desk", "body"


def plain_routes(others: Sequence[APIRouter]) -> APIRouter:
    """A router with every declared verb that none of ``others`` has a handler for."""
    handled = frozenset(
        (method, route.path) for other in others for route in other.routes if isinstance(route, APIRoute)
        for method in route.methods or ()
    )
    return _all_but(handled, tuple(VERBS))


@cache
def _all_but(handled: frozenset[tuple[str, str]], _names: tuple[str, ...]) -> APIRouter:
    """Made once for each set of verbs: FastAPI reads the types of all of them for a quarter of a second."""
    plain = router()
    for about in VERBS.values():
        if (about.method, path_of(about)) not in handled:
            (add_stream_route if about.stream else _add_route)(plain, about)
    return plain


def _add_route(plain: APIRouter, about: Verb) -> None:
    nothing = about.result is NoneType
    plain.add_api_route(
        path_of(about),
        _Endpoint(about),
        methods=[about.method],
        name=about.name,
        description=about.text,
        status_code=204 if nothing else 200,
        response_class=Response,
        response_model=None if nothing else _answer_model(about),
        responses=OR_A_JOB if about.job else None,
    )


class _Endpoint:
    """The handler of one verb, with the signature from which its arguments are read."""

    def __init__(self, about: Verb) -> None:
        self._about = about
        kinds: dict[str, Any] = {name: _IN_PATH[name] for name in about.in_path}
        if about.method == "GET":
            kinds |= {name: _IN_QUERY[about.types[name]] for name in about.beside_path}
        elif about.beside_path:
            kinds[_BODY] = _body_model(about)
        kinds[_DESK] = AtDesk
        self.__signature__ = inspect.Signature([_parameter(about, name, kind) for name, kind in kinds.items()])

    async def __call__(self, **given: Any) -> Response:
        desk: Desk = given.pop(_DESK)
        if isinstance(body := given.pop(_BODY, None), BaseModel):
            given |= {name: getattr(body, name) for name in self._about.beside_path}
        task: str = given.pop("task")

        async def carried_out() -> Response:
            result = await desk.ask(self._about.function, task, **given)
            if result is None:
                return answers.done()
            return answers.values({self._about.under: result} if self._about.under else result)

        return await (in_time(desk, carried_out()) if self._about.job else carried_out())


def _parameter(about: Verb, name: str, kind: Any) -> inspect.Parameter:
    given = about.signature.parameters.get(name)
    default = inspect.Parameter.empty if given is None else given.default
    if about.paged and name == "limit":
        default = PAGE_ROWS
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)


def _body_model(about: Verb) -> type[BaseModel]:
    fields: dict[str, Any] = {name: (about.types[name], Field(strict=True)) for name in about.beside_path}
    return create_model(_title(about), __config__=ConfigDict(extra="forbid"), **fields)


def _answer_model(about: Verb) -> Any:
    if not about.under:
        return about.result
    fields: dict[str, Any] = {about.under: (about.result, ...)}
    return create_model(f"{_title(about)}Answer", **fields)


def _title(about: Verb) -> str:
    return about.name.title().replace("_", "")
