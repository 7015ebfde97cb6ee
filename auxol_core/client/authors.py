"""What a client asks of a shared task beside the verbs: who taught what, by pseudonym, and what its owner may do."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from auxol_core import protocol
from auxol_core.authors import AuthoredCorrection, AuthorShare
from auxol_core.client.calls import Request, json_of, understood
from auxol_core.client.effects import Answer, Flow
from auxol_core.client.mending import Mending, status_of
from auxol_core.types import TaskStatus

Row = TypeVar("Row")


def authors(mending: Mending, task: str) -> Flow[list[AuthorShare]]:
    """What each reader taught; of who does not own the task, their own share alone."""
    return (yield from _rows(mending, task, ("tasks", task, "authors"), "authors", AuthorShare))


def author_curve(mending: Mending, task: str, author: str) -> Flow[list[AuthoredCorrection]]:
    """A reader's part of the learning curve, in order of saving."""
    where = ("tasks", task, "authors", author, "curve")
    return (yield from _rows(mending, task, where, "curve", AuthoredCorrection))


def rename_author(mending: Mending, task: str, author: str, pseudonym: str) -> Flow[None]:
    """Call an author by another pseudonym in this task."""
    body = json.dumps({"pseudonym": pseudonym}).encode()
    where = ("tasks", task, "authors", author, "rename")
    yield from _asked(mending, task, Request("POST", where, mending.calls.limits.answer, body=body, repeatable=False))


def forget_author(mending: Mending, task: str, author: str) -> Flow[TaskStatus]:
    """Forget every correction of an author; the status once the rest is learned again."""
    where = ("tasks", task, "authors", author, "forget")
    request = Request("POST", where, mending.calls.limits.answer, repeatable=False)
    return status_of((yield from _asked(mending, task, request)))


def _asked(mending: Mending, task: str, request: Request) -> Flow[Answer]:
    return (yield from mending.mended(lambda: mending.calls.slow_call(request), task))


def _page(answer: Answer, under: str, kind: type[Row]) -> list[Row]:
    return understood(lambda: [protocol.made(kind, each) for each in json_of(answer)[under]])


def _rows(mending: Mending, task: str, where: tuple[str, ...], under: str, kind: type[Row]) -> Flow[list[Row]]:
    """All rows, page by page."""
    rows: list[Row] = []
    while True:
        query: dict[str, Any] = {"after": len(rows), "limit": protocol.PAGE_ROWS}
        answer = yield from _asked(mending, task, Request("GET", where, mending.calls.limits.answer, query=query))
        page = _page(answer, under, kind)
        rows += page
        if len(page) < protocol.PAGE_ROWS:
            return rows
