"""Who taught a shared task what: told to its owner, to everybody else their own share; renamed and forgotten by author.

Beside the verbs, as a proposal's parts are: a task of one's own has no authors, and what the door does is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, TypeVar
from urllib.parse import unquote

from fastapi import Depends, Path
from pydantic import BaseModel
from starlette.responses import Response

from auxol_core.api import EngineApi
from auxol_core.authors import AuthoredCorrection, AuthorShare
from auxol_core.engine import authors
from auxol_core.engine.engine import Engine
from auxol_core.errors import InvalidInputError
from auxol_core.protocol import PAGE_ROWS
from auxol_core.server import answers
from auxol_core.server.described import OR_A_JOB, at, router
from auxol_core.server.desk import Desk
from auxol_core.server.long_verbs import in_time
from auxol_core.server.requests import After, AtDesk, CorrectionName, Rows, TaskName
from auxol_core.server.roles import for_owners
from auxol_core.types import TaskStatus

author_router = router()
Row = TypeVar("Row")


async def author_name(author: Annotated[str, Path(description="An author's pseudonym, percent-encoded.")]) -> str:
    """The pseudonym as it was before it was quoted for the path."""
    return unquote(author)


Author = Annotated[str, Depends(author_name)]


class Shares(BaseModel):
    """One row an author, in the order of their first corrections."""

    authors: list[AuthorShare]


class Curve(BaseModel):
    """One row a correction of one author, in order of saving."""

    curve: list[AuthoredCorrection]


class NewName(BaseModel, extra="forbid"):
    """``pseudonym``: what the author is to be called."""

    pseudonym: str


@author_router.get("/tasks/{task}/authors", response_model=Shares)
async def shares(task: TaskName, desk: AtDesk, after: After = 0, limit: Rows = PAGE_ROWS) -> Response:
    """What each reader taught a shared task, and how good what they were shown was; who does not own it is told of
    their own share alone."""
    check_shared(desk, task)
    me, found = await desk.work(task, lambda engine: (_me(engine, desk, task), authors.shares_of(engine, task)))
    found = [replace(share, yours=share.author == me) for share in found]
    if desk.role(task) != "owner":
        found = [share for share in found if share.yours]
    return answers.values({"authors": _page(found, after, limit)})


@author_router.get("/tasks/{task}/authors/{author}/curve", response_model=Curve)
async def curve(
    task: TaskName, author: Author, desk: AtDesk, after: After = 0, limit: Rows = PAGE_ROWS
) -> Response:
    """A reader's part of the learning curve: what they were shown before each of their corrections. The owner's, or
    one's own."""
    check_shared(desk, task)

    def found_by(engine: Engine) -> list[AuthoredCorrection]:
        if desk.role(task) != "owner" and author != _me(engine, desk, task):
            raise for_owners(task, "what others taught")
        return authors.curve_of(engine, task, author)

    found = await desk.work(task, found_by)
    return answers.values({"curve": _page(found, after, limit)})


@author_router.post("/tasks/{task}/authors/{author}/rename", status_code=204, response_class=Response)
async def rename(task: TaskName, author: Author, new: NewName, desk: AtDesk) -> Response:
    """Call an author by another pseudonym in this task, also in what they teach from now on. The owner's."""
    check_owner(desk, task, "renaming an author")
    await desk.work(task, lambda engine: authors.rename(engine, task, author, new.pseudonym))
    return answers.done()


@author_router.post("/tasks/{task}/authors/{author}/forget", response_model=TaskStatus, responses=OR_A_JOB)
async def forget_author(task: TaskName, author: Author, desk: AtDesk) -> Response:
    """Forget every correction of an author, and learn again from the others. The owner's. Where it broke off, asking
    again goes on."""
    check_owner(desk, task, "forgetting an author")

    async def forgotten() -> Response:
        return answers.values(await desk.teach(task, lambda engine: authors.forgetting_author(engine, task, author)))

    return await in_time(desk, forgotten())


@at(author_router, EngineApi.forget, response_model=TaskStatus, responses=OR_A_JOB)
async def forget(task: TaskName, correction_id: CorrectionName, desk: AtDesk) -> Response:
    """Delete a correction with its crops, and relearn what came after without it."""

    async def forgotten() -> Response:
        return answers.values(await desk.forget(task, correction_id))

    return await in_time(desk, forgotten())


def check_shared(desk: Desk, task: str) -> None:
    """InvalidInputError where the task is the user's own, which has no authors."""
    if desk.role(task) is None:
        raise InvalidInputError(
            f"A task that several users share was expected, got {task[:100]!r}, which is yours alone and has no "
            "authors. Name a shared one."
        )


def check_owner(desk: Desk, task: str, what: str) -> None:
    """RoleError where this user does not own the shared task."""
    check_shared(desk, task)
    if desk.role(task) != "owner":
        raise for_owners(task, what)


def _me(engine: Engine, desk: Desk, task: str) -> str:
    return authors.pseudonym_of(engine, task, desk.user.author)


def _page(rows: Sequence[Row], after: int, limit: int) -> list[Row]:
    return list(rows[after : after + limit])
