"""What one reader's requests take where nobody else asks: the path alone, the same requests to each server in one run.

``health`` goes to the application and no further, ``list tasks`` is answered by whoever meets the request first,
``status`` by the task's engine, ``click`` by it and the generalist.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import requests
from rich.table import Table

from auxol_core.client.blocking import EngineClient
from auxol_core.options import TaskOptions
from auxol_core.types import Proposal
from tools.bench.learn.bar import Bar
from tools.bench.load.reader import client_of
from tools.bench.load.targets import Target, Wanted
from tools.bench.worker_slices import made_up_slice

TASK, UNCOUNTED = "idle", 10
PAUSE_S = 0.05  # between two requests: what the last one left behind is done by then
CLICK_BAR_MS = 15.0
CLICK = "click"


@dataclass(frozen=True)
class Idle:
    """Milliseconds of each request of one kind."""

    taken: tuple[float, ...]

    @property
    def median(self) -> float:
        return float(np.median(self.taken))

    @property
    def p95(self) -> float:
        return float(np.percentile(self.taken, 95))


def measure(target: Target, wanted: Wanted, times: int) -> dict[str, Idle]:
    """By kind of request; ``target`` is started for it and stopped."""
    try:
        entrance = target.start(wanted)
        with TemporaryDirectory(prefix="auxol-idle-") as outbox:
            client = client_of(entrance.url, entrance.tokens[0], Path(outbox))
            try:
                return _asked(client, entrance.url, TaskOptions(preset=wanted.learner), times)
            finally:
                client.close()
    finally:
        target.stop()


def _asked(client: EngineClient, url: str, options: TaskOptions, times: int) -> dict[str, Idle]:
    client.create_task(TASK, options)
    shown = made_up_slice(0)
    slice_id = client.put_slice(shown.image)
    with requests.Session() as session:
        session.trust_env = False  # to this machine no proxy
        asked: dict[str, Callable[[int], object]] = {
            "health": lambda _: session.get(f"{url}/health", timeout=20),
            "list tasks": lambda _: client.list_tasks(),
            "status": lambda _: client.status(TASK),
            CLICK: lambda number: client.predict(TASK, slice_id, shown.box(number)),
        }
        return {kind: Idle(tuple(_timed(ask, times, client))) for kind, ask in asked.items()}


def _timed(ask: Callable[[int], object], times: int, client: EngineClient) -> list[float]:
    taken = []
    for number in range(UNCOUNTED + times):
        time.sleep(PAUSE_S)
        begun = time.perf_counter()
        answer = ask(number)
        taken.append((time.perf_counter() - begun) * 1000)
        if isinstance(answer, Proposal):  # nobody leaves a hundred of them on a slice
            client.dismiss(answer.proposal_id)
    return taken[UNCOUNTED:]


def table(found: Mapping[str, Mapping[str, Idle]]) -> Table:
    """A row a kind of request, a column a server: the median, and the 95th percentile in brackets."""
    shown = Table("ms", *found)
    for kind in next(iter(found.values())):
        shown.add_row(kind, *(f"{each[kind].median:.1f} ({each[kind].p95:.1f})" for each in found.values()))
    return shown


def bar(serve: Mapping[str, Idle], ray: Mapping[str, Idle]) -> Bar:
    """What Ray costs a click."""
    above = ray[CLICK].median - serve[CLICK].median
    text = (
        f"click through Ray above a click through auxol serve, idle, median of {len(ray[CLICK].taken)}: {above:+.1f} ms"
    )
    return Bar(text, f"at most {CLICK_BAR_MS:g} ms", above <= CLICK_BAR_MS)
