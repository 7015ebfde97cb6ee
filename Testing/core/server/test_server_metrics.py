"""What /metrics tells, to whom, and what it must never tell."""

from __future__ import annotations

import asyncio
import statistics
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from small_server import BareClient, ServerFactory, SmallServer, picture, truth, until

from auxol_core.errors import InvalidInputError
from auxol_core.server.metrics import Metrics, route_of
from auxol_core.server.users import User, Users
from auxol_core.types import Box, Event, Prompt

METRICS_TOKEN = "metrics-token-of-the-tests"
TASK, CORRECTION, USER = "Liver of Jane Doe", "correction-of-jane", "radiologist-jane"
USER_TOKEN = "token-of-radiologist-jane"


@pytest.fixture
def watched(serve: ServerFactory) -> SmallServer:
    """A server that counts, with one user whose name tells something."""
    return serve(users=Users({USER_TOKEN: User(USER)}, many=True), metrics_token=METRICS_TOKEN)


def scraped(server: SmallServer, token: str = METRICS_TOKEN) -> requests.Response:
    session = requests.Session()
    session.trust_env = False
    with session:
        return session.get(f"{server.url}/metrics", headers={"Authorization": f"Bearer {token}"}, timeout=20)


def samples(server: SmallServer) -> dict[str, float]:
    """Each sample of a scrape by its name and its labels' values."""
    families = text_string_to_metric_families(scraped(server).text)
    return {" ".join([s.name, *s.labels.values()]): s.value for family in families for s in family.samples}


def work(client: BareClient) -> str:
    """One slice clicked, saved and learned; its id."""
    client.create(TASK)
    slice_id = client.put(picture())
    proposal = client.proposal(TASK, slice_id, Prompt(Box(18, 22, 42, 48)))
    assert client.correct(TASK, slice_id, truth(), CORRECTION, (proposal.proposal_id,)).status_code == 201
    until(lambda: not client("GET", "tasks", TASK).json()["queued"])
    return slice_id


def test_clicks_saves_updates_and_what_stands_are_told(watched: SmallServer) -> None:
    before = samples(watched)
    assert before["auxol_updates_total learned"] == 0 and before["auxol_users_seen"] == 0
    client = watched.client(USER_TOKEN)
    work(client)
    assert client("GET", "tasks", "no such task").status_code == 404
    until(lambda: sum(samples(watched)[f"auxol_updates_total {each}"] for each in ("learned", "discarded")) == 1)
    now = samples(watched)
    assert now["auxol_request_seconds_count click"] == 1 and now["auxol_request_seconds_sum click"] > 0
    assert now["auxol_request_seconds_count save"] == 1 and now["auxol_request_seconds_count slice"] == 1
    assert now["auxol_update_seconds_count"] == 1
    assert now["auxol_compute_steps_total prompt"] >= 1 and now["auxol_compute_steps_total background"] >= 1
    spent, squared = (now[f"auxol_compute_{each}_total background"] for each in ("seconds", "squared_seconds"))
    assert 0 < squared / spent <= spent, "a step is no longer than all of them"
    assert now["auxol_requests_refused_total 404"] == 1
    assert now["auxol_open_tasks"] == 1 and now["auxol_users_seen"] == 1
    assert now["auxol_kept_bytes slices"] == picture().pixels.nbytes
    assert now["auxol_kept_bytes embeddings"] > 0 and now["auxol_resident_bytes"] > 2**20
    assert {"auxol_waiting prompt", "auxol_waiting save", "auxol_waiting background"} <= now.keys()


def test_what_waits_for_the_compute_thread_is_told_by_urgency(watched: SmallServer) -> None:
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        go.wait(20)

    try:
        watched.household.worker.submit(hold)
        assert held.wait(20)
        for _ in range(3):
            watched.household.worker.submit(lambda: None)
        assert samples(watched)["auxol_waiting prompt"] == 3
    finally:
        go.set()
    until(lambda: samples(watched)["auxol_waiting prompt"] == 0)


def test_nothing_told_names_a_user_a_task_a_slice_or_a_correction(watched: SmallServer) -> None:
    client = watched.client(USER_TOKEN)
    slice_id = work(client)
    client("GET", "tasks", "another of Jane Doe")
    client("GET", "no-such-verb-for-jane")
    told = scraped(watched).text
    assert "auxol_request_seconds_count" in told
    told = told.lower()
    for name in ("jane", "liver", "radiologist", slice_id, USER_TOKEN, METRICS_TOKEN, "127.0.0.1", "tasks/"):
        assert name.lower() not in told, name


def test_metrics_are_told_to_their_token_alone_which_opens_nothing_else(watched: SmallServer) -> None:
    assert scraped(watched).status_code == 200
    assert scraped(watched).headers["Content-Type"].startswith("text/plain")
    for token in ("", "wrong", USER_TOKEN):
        refused = scraped(watched, token)
        assert refused.status_code == 401 and "auxol_" not in refused.text
    assert watched.client(METRICS_TOKEN)("GET", "tasks").status_code == 401
    assert samples(watched)["auxol_requests_refused_total 401"] == 4


def test_a_user_s_token_cannot_be_that_of_metrics(watched: SmallServer) -> None:
    with pytest.raises(InvalidInputError, match="got a user's"):
        Metrics(watched.household, USER_TOKEN)


def test_a_server_that_was_not_asked_to_count_has_no_such_path(server: SmallServer) -> None:
    assert scraped(server).status_code == 401
    assert server.client()("GET", "metrics").status_code == 404


def test_two_servers_of_one_process_count_apart(serve: ServerFactory, tmp_path: Path) -> None:
    first, second = (serve(metrics_token=METRICS_TOKEN) for _ in range(2))
    assert first.client()("GET", "tasks").status_code == 200
    assert samples(first)["auxol_request_seconds_count task"] == 1
    assert "auxol_request_seconds_count task" not in samples(second)


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("POST", "/tasks/a%2Fb/predict", "click"),
        ("PUT", "/tasks/a/corrections/b", "save"),
        ("PUT", "/slices/abc", "slice"),
        ("POST", "/tasks/a/propagate", "volume"),
        ("POST", "/tasks/a/undo", "task"),
        ("GET", "/tasks/predict", "task"),
        ("GET", "/tasks/a/events", None),
        ("GET", "/jobs/1/items", None),
        ("GET", "/about", "other"),
        ("GET", "/", "other"),
    ],
)
def test_a_request_s_class_follows_from_its_verb_whatever_the_names_are(
    method: str, path: str, route: str | None
) -> None:
    assert route_of(method, path) == route


def test_counting_a_click_costs_less_than_a_tenth_of_a_millisecond(server: SmallServer) -> None:
    metrics = Metrics(server.household, METRICS_TOKEN)

    async def plain(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def unheard(message: Any) -> None:
        pass

    scope = {"type": "http", "method": "POST", "path": "/tasks/a/predict", "raw_path": b"/tasks/a/predict"}

    async def seconds(app: Any, clicks: int = 500) -> float:
        began = time.thread_time()  # of this thread alone, whatever else the machine does
        for _ in range(clicks):
            await app(dict(scope), unheard, unheard)
        return (time.thread_time() - began) / clicks

    async def cost() -> float:
        around = metrics.around(plain)
        return statistics.median([await seconds(around) - await seconds(plain) for _ in range(7)])

    assert asyncio.run(cost()) < 1e-4
    server.household.watchers.remove(metrics.happened)


def test_an_event_without_seconds_and_of_another_kind_is_no_update(server: SmallServer) -> None:
    metrics = Metrics(server.household, METRICS_TOKEN)
    metrics.happened(Event(1, "a task", "queued"))
    metrics.happened(Event(2, "a task", "failed", {"reason": "for a test"}))
    value = metrics.registry.get_sample_value
    assert value("auxol_updates_total", {"outcome": "failed"}) == 1
    assert value("auxol_updates_total", {"outcome": "learned"}) == 0
    assert value("auxol_update_seconds_count") == 0
    server.household.watchers.remove(metrics.happened)
