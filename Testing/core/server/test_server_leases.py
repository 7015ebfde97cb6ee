"""Open tasks go back by themselves, by two clocks."""

from __future__ import annotations

import threading

from small_server import Clock, ServerFactory, SmallServer, picture, until

from auxol_core.server.leases import Leases
from auxol_core.server.limits import Limits
from auxol_core.types import Box, Prompt

KEY = ("alice", "discs")
MINUTE = 60.0


def test_a_task_is_due_when_nobody_used_it_or_when_all_who_hold_it_are_silent() -> None:
    clock = Clock()
    leases = Leases(clock, idle_s=60 * MINUTE, liveness_s=10 * MINUTE)
    for user in ("alice", "bob"):
        leases.seen(user)
        leases.opened(KEY, user)
    clock.now += 9 * MINUTE
    leases.seen("bob")
    clock.now += 9 * MINUTE
    assert leases.gone("alice") and leases.due() == []
    clock.now += 2 * MINUTE
    assert leases.due() == [KEY]
    leases.seen("bob")
    assert leases.due() == []
    for _ in range(5):
        clock.now += 9 * MINUTE
        leases.seen("bob")
    assert leases.due() == [KEY], "it was not used for an hour"
    leases.used(KEY)
    assert leases.due() == []


def test_clocks_that_are_off_never_run_out() -> None:
    clock = Clock()
    leases = Leases(clock, idle_s=None, liveness_s=None)
    leases.opened(KEY, "alice")
    clock.now += 1e9
    assert leases.due() == [] and not leases.gone("alice")


def sweep(server: SmallServer) -> None:
    server.run(server.household.sweep())


def test_an_idle_task_is_closed_though_its_user_polls_and_opens_again_as_it_was(serve: ServerFactory) -> None:
    clock = Clock()
    server = serve(idle_s=60 * MINUTE, liveness_s=10 * MINUTE, clock=clock)
    client = server.client()
    client.create("discs")
    for _ in range(7):
        clock.now += 9 * MINUTE
        sweep(server)
        events = client("GET", "tasks", "discs", "events")
    assert events.status_code == 404 and events.json()["missing"] == "open task"
    assert client("POST", "tasks", "discs", "open").status_code == 200


def test_a_user_who_went_gets_the_tasks_closed_and_the_memory_freed(serve: ServerFactory) -> None:
    clock = Clock()
    server = serve(liveness_s=10 * MINUTE, clock=clock)
    client = server.client()
    client.create("discs")
    slice_id = client.put(picture())
    clock.now += 11 * MINUTE
    sweep(server)
    assert client("GET", "tasks", "discs").json()["missing"] == "open task"
    assert client.predict("discs", slice_id, Prompt(box=Box(1, 1, 9, 9))).json()["missing"] == "open task"
    assert client("POST", "tasks", "discs", "open").status_code == 200
    assert client.predict("discs", slice_id, Prompt(box=Box(1, 1, 9, 9))).json()["missing"] == "slice"


def test_a_poll_that_waits_is_told_when_its_task_is_closed(serve: ServerFactory) -> None:
    clock = Clock()
    server = serve(idle_s=MINUTE, clock=clock, limits=Limits())
    client = server.client()
    client.create("discs")
    answers = []
    poll = threading.Thread(
        target=lambda: answers.append(client("GET", "tasks", "discs", "events", params={"wait": 20}))
    )
    poll.start()
    until(lambda: sum(server.household.polls._inside.values()) == 1)
    clock.now += 2 * MINUTE
    sweep(server)
    poll.join(5)
    assert answers and answers[0].status_code == 404
