"""Verbs that may take longer than a request should: answered in time, or by a job that has the answer later."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from starlette.responses import Response

from auxol_core.server import answers
from auxol_core.server.answers import FileAnswer
from auxol_core.server.desk import Desk
from auxol_core.server.jobs import VerbJob, first_of


async def in_time(desk: Desk, verb: Coroutine[Any, Any, Response]) -> Response:
    """The answer of ``verb``, or 202 with a job that goes on, also where the server is about to leave."""
    household = desk.household
    try:
        household.jobs.check_room(desk.user.name)
    except BaseException:
        verb.close()
        raise
    task = asyncio.create_task(verb)
    await first_of(task, household.leaving, household.limits.answer_s)
    if task.done():
        return task.result()
    task.add_done_callback(_keep_file)
    return answers.values({"job": household.jobs.add(desk.user.name, VerbJob(task))}, 202)


def _keep_file(task: asyncio.Task[Response]) -> None:
    # The job removes it when it is forgotten, so that a broken download can be tried again.
    if not task.cancelled() and task.exception() is None and isinstance(answer := task.result(), FileAnswer):
        answer.kept = True
