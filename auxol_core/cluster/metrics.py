"""/metrics of a cluster: what each process counts, told together, each under a number of its own.

A task's process counts the requests that reach it, its updates, queue and memory (server/metrics.py); an ingress what
the gate refuses. The label ``process`` is drawn at random when a process begins: it names no task, and tells Prometheus
that a count that begins at 0 is another process's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from auxol_core.cluster.labels import LABEL, new_label
from auxol_core.cluster.task_processes import GoneError, TaskProcess
from auxol_core.server.metrics import PATH, exposition, refusal

WITHIN_S = 5.0


class Together(Collector):
    """Several processes' texts as one, each sample with its process."""

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        self._texts = list(texts)

    def collect(self) -> Iterable[Metric]:
        found: dict[str, Metric] = {}
        for label, text in self._texts:
            for family in text_string_to_metric_families(text):
                kept = found.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                for sample in family.samples:
                    kept.add_sample(sample.name, {**sample.labels, LABEL: label}, sample.value)
        return found.values()


class ClusterMetrics:
    """Around an ingress's application: counts what it refuses, answers for all. ``processes``: those of tasks, now."""

    def __init__(self, token: str, processes: Callable[[], list[TaskProcess]]) -> None:
        self._token, self._processes, self._label = token.encode(), processes, new_label()
        self._registry = CollectorRegistry()
        self._refused = Counter(
            "auxol_requests_refused", "Requests answered with an HTTP status of 400 or more.", ["status"],
            registry=self._registry,
        )  # fmt: skip

    def around(self, app: ASGIApp) -> ASGIApp:
        """``app``, counted, with the path that tells."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and (scope["method"], scope["path"]) == ("GET", PATH):
                await (await self._answer(Headers(scope=scope)))(scope, receive, send)
            else:
                await app(scope, receive, self._noting(send))

        return counted

    def _noting(self, send: Send) -> Send:
        async def noted(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start" and int(str(message["status"])) >= 400:
                self._refused.labels(str(message["status"])).inc()
            await send(message)

        return noted  # type: ignore[return-value]

    async def _answer(self, headers: Headers) -> Response:
        if (refused := refusal(headers, self._token)) is not None:
            return refused
        told = await asyncio.gather(*(_told(each.metrics()) for each in self._processes()))
        texts = [(self._label, generate_latest(self._registry).decode()), *(each for each in told if each is not None)]
        registry = CollectorRegistry()
        registry.register(Together(texts))
        return exposition(registry)


async def _told(asked: Awaitable[tuple[str, str]]) -> tuple[str, str] | None:
    """A process's label and text; None from one that ends or does not answer, which is told of by its absence."""
    try:
        return await asyncio.wait_for(asked, WITHIN_S)
    except (GoneError, asyncio.TimeoutError):
        return None
