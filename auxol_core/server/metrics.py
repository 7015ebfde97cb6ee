"""What Prometheus may know of a server: how much, how long, how many; never whose, of which task or of which slice.

Every label's value is one of a few words of this file, of an Urgency or of an HTTP status. Updates are counted from the
engines' own events, requests around the gate. One registry a server: several of one process do not mix.

``GET /metrics`` has a token of its own, which opens nothing else, and no version of the protocol: who scrapes is no
client. An address alone is no proof of anything, because a proxy on this machine asks for the whole world.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterator

import psutil
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auxol_core.api import EngineApi
from auxol_core.engine.worker import Worker
from auxol_core.errors import AccessError, InvalidInputError
from auxol_core.protocol import HEADER_TOKEN
from auxol_core.server import answers
from auxol_core.server.household import Household
from auxol_core.server.user_engine import UserEngines
from auxol_core.types import Event
from auxol_core.verbs import VERBS, Verb, declared

PATH = "/metrics"
OTHER = "other"
# A click takes some 20 ms on a GPU and seconds with a large encoder on a processor.
SECONDS = (0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
OUTCOMES = ("learned", "discarded", "failed")


class Metrics:
    """Counts one household; make it before anybody comes. ``token``: opens /metrics; InvalidInputError where it is a
    user's, too."""

    def __init__(self, household: Household, token: str) -> None:
        try:
            household.users.of_token(token)
        except AccessError:
            self._token = token.encode("utf-8", "surrogatepass")
        else:
            raise InvalidInputError("The token of /metrics must be nobody's own, got a user's. Make another one.")
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "auxol_request_seconds",
            "Seconds from a request to its answer, where it was done: click (a prediction), save (a correction until "
            "its receipt), slice, volume (a stream begun), task, other. Long polls are not counted.",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._refused = Counter(
            "auxol_requests_refused",
            "Requests answered with an HTTP status of 400 or more.",
            ["status"],
            registry=self.registry,
        )
        self._updates = Counter(
            "auxol_updates",
            "Updates of specialists: learned and in use, discarded by the guard, failed.",
            ["outcome"],
            registry=self.registry,
        )
        self._update_seconds = Histogram(
            "auxol_update_seconds",
            "Seconds from an update's first step to its end, whatever went first meanwhile.",
            buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
            registry=self.registry,
        )
        for outcome in OUTCOMES:
            self._updates.labels(outcome)  # told as 0 from the beginning
        self.registry.register(Standing(household))
        household.watchers.append(self.happened)

    def happened(self, event: Event) -> None:
        """Count ``event`` of any engine; from any thread."""
        if event.kind in OUTCOMES:
            self._updates.labels(event.kind).inc()
            if isinstance(seconds := event.data.get("seconds"), int | float):
                self._update_seconds.observe(seconds)

    def answered(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count a request to ``path``, as it was sent, that was answered with ``status`` after ``seconds``."""
        if status >= 400:
            self._refused.labels(str(status)).inc()
        elif route := route_of(method, path):
            self._seconds.labels(route).observe(seconds)

    def told(self, headers: Headers) -> Response:
        """The answer to GET /metrics."""
        if (refused := refusal(headers, self._token)) is not None:
            self._refused.labels("401").inc()
            return refused
        return exposition(self.registry)

    def around(self, app: ASGIApp) -> ASGIApp:
        """``app``, counted, with the path that tells."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
            elif scope["path"] == PATH and scope["method"] == "GET":
                await self.told(Headers(scope=scope))(scope, receive, send)
            else:
                await self._counted(app, scope, receive, send)

        return counted

    async def _counted(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        status = 0  # stays 0 where the client left before it was answered
        began = time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, noted)
        except Exception:
            status = 500
            raise
        finally:
            if status:
                raw: bytes | None = scope.get("raw_path")
                path = scope["path"] if raw is None else raw.decode("latin-1")
                self.answered(scope["method"], path, status, time.perf_counter() - began)


def refusal(headers: Headers, token: bytes) -> Response | None:
    """The answer to whoever does not have ``token``; None for who does."""
    scheme, _, given = headers.get(HEADER_TOKEN, "").partition(" ")
    shown = given.encode("utf-8", "surrogatepass") if scheme.lower() == "bearer" else b""
    if hmac.compare_digest(shown, token):
        return None
    return answers.error(
        AccessError("The token of /metrics was expected, got none or another one. Give it as a bearer token.")
    )


def exposition(registry: CollectorRegistry) -> Response:
    """What ``registry`` counts, as Prometheus reads it."""
    return Response(
        generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
    )


class Standing(Collector):
    """How things stand when they are asked for."""

    def __init__(self, household: Household) -> None:
        self._household, self._process = household, psutil.Process()

    def collect(self) -> Iterator[Metric]:
        home = self._household
        waiting = GaugeMetricFamily("auxol_waiting", "Jobs that wait for the compute thread.", labels=["urgency"])
        for urgency, count in home.worker.waiting().items():
            waiting.add_metric([urgency.name.lower()], count)
        yield waiting
        yield from _spent(home.worker)
        if isinstance(home.make_engine, UserEngines):
            kept = GaugeMetricFamily(
                "auxol_kept_bytes",
                "Memory in use for slices and what is derived from them, of all users.",
                labels=["kind"],
            )
            for kind, count in home.make_engine.kept_bytes().items():
                kept.add_metric([kind], count)
            yield kept
        resident = self._process.memory_info().rss
        yield GaugeMetricFamily("auxol_resident_bytes", "Resident memory of the server's process.", value=resident)
        yield GaugeMetricFamily("auxol_open_tasks", "Tasks that are open.", value=home.leases.open_tasks)
        yield GaugeMetricFamily(
            "auxol_users_seen", "Different users who asked for anything since the start.", value=home.leases.users_seen
        )


def _spent(worker: Worker) -> Iterator[Metric]:
    steps = CounterMetricFamily("auxol_compute_steps", "Steps of the compute thread.", labels=["urgency"])
    seconds = CounterMetricFamily("auxol_compute_seconds", "Seconds that these took.", labels=["urgency"])
    squares = CounterMetricFamily(
        "auxol_compute_squared_seconds",
        "Each step's seconds squared: over the seconds, the length of the step that a click finds under way.",
        labels=["urgency"],
    )
    for urgency, spent in worker.spent.items():
        name = [urgency.name.lower()]
        steps.add_metric(name, spent.steps)
        seconds.add_metric(name, spent.seconds)
        squares.add_metric(name, spent.squares)
    yield from (steps, seconds, squares)


def route_of(method: str, path: str) -> str | None:
    """The class of a request, a word of a few; None for a long poll, whose seconds say nothing."""
    parts = path.strip("/").split("/")
    if parts[0] == "jobs":
        return None
    return _ROUTES.get(_key(method, parts), OTHER)


def _key(method: str, parts: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    # Nouns and verbs stand at even places of every path of the protocol, names and ids between them.
    return (method, str(len(parts)), *parts[::2])


def _route(about: Verb) -> str | None:
    if about is declared(EngineApi.predict):
        return "click"
    if about is declared(EngineApi.correct):
        return "save"
    if about.lane == "events":
        return None
    return "volume" if about.stream else "slice" if about.path[0] == "slices" else "task"


_ROUTES = {_key(about.method, about.path): _route(about) for about in VERBS.values()}
