"""Long polls, verbs that take long, propagation: nobody's thread waits, and all of it ends."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from small_server import BareClient, Clock, ServerFactory, SmallServer, picture, truth, until

from auxol_core import protocol
from auxol_core.engine.worker import Urgency
from auxol_core.server.limits import Limits
from auxol_core.types import Box, Prompt, SliceImage

BOX = Prompt(box=Box(18, 22, 42, 48))


def kinds(answer: Any) -> list[str]:
    return [event.kind for event in protocol.events_of(protocol.decode(answer.content))]


def occupy(server: SmallServer) -> threading.Event:
    """Keep the compute thread at one step until the event is set."""
    free = threading.Event()
    server.household.worker.submit(lambda: free.wait(20), Urgency.PROMPT)
    return free


def test_a_poll_answers_when_something_happens(client: BareClient) -> None:
    slice_id = client.put(picture())
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(client, "GET", "tasks", "discs", "events", params={"wait": 20})
        time.sleep(0.1)
        assert not waiting.done()
        began = time.monotonic()
        client.correct("discs", slice_id, truth(), "one")
        assert "queued" in kinds(waiting.result())
        assert time.monotonic() - began < 5
    assert kinds(client("GET", "tasks", "discs", "events", params={"after": 2**62})) == []


def test_fifty_polls_hold_no_thread_and_one_too_many_is_refused(serve: ServerFactory) -> None:
    server = serve(limits=Limits(polls=50))
    client = server.client()
    client.create("discs")
    threads = threading.active_count()
    with ThreadPoolExecutor(50) as pool:
        polls = [
            pool.submit(server.client(), "GET", "tasks", "discs", "events", params={"wait": 20}) for _ in range(50)
        ]
        until(lambda: server.household.polls._inside["user"] == 50)
        assert threading.active_count() <= threads + 50, "the clients' own threads"
        refused = client("GET", "tasks", "discs", "events", params={"wait": 1})
        assert (refused.status_code, refused.json()["error"]) == (503, "UnavailableError")
        assert client("GET", "tasks", "discs").status_code == 200
        client.correct("discs", client.put(picture()), truth(), "one")
        assert all("queued" in kinds(poll.result()) for poll in polls)


def test_a_verb_that_takes_long_is_answered_by_a_job(serve: ServerFactory) -> None:
    server = serve(limits=Limits(answer_s=0.05))
    client = server.client()
    client.create("discs")
    client.correct("discs", client.put(picture()), truth(), "one")
    free = occupy(server)
    begun = client("POST", "tasks", "discs", "learn")
    assert begun.status_code == 202
    job = begun.json()["job"]
    assert client("GET", "jobs", job, params={"wait": 0.05}).status_code == 202
    assert client("GET", "jobs", job, "items").status_code == 404
    free.set()
    for _ in range(2):  # the answer may be lost on the way: it is kept
        done = client("GET", "jobs", job, params={"wait": 20})
        assert done.status_code == 200 and done.json()["version"] == 1
    assert client("DELETE", "jobs", job).status_code == 204
    assert client("GET", "jobs", job).status_code == 404


def test_a_job_tells_the_error_of_its_verb_and_keeps_the_file_of_an_export(serve: ServerFactory) -> None:
    server = serve(limits=Limits(answer_s=0.0))
    client = server.client()
    client.create("discs")
    undone = client("POST", "tasks", "discs", "undo")
    assert client("GET", "jobs", undone.json()["job"], params={"wait": 20}).json()["error"] == "NotFoundError"
    job = client("GET", "tasks", "discs", "file").json()["job"]
    files = [client("GET", "jobs", job, params={"wait": 20}).content for _ in range(2)]
    assert files[0] == files[1] and files[0].startswith(b"SQLite")
    folder = server.household.folder("user")
    assert len(list(folder.glob(".transfer-*"))) == 1
    client("DELETE", "jobs", job)
    until(lambda: not list(folder.glob(".transfer-*")))


def test_jobs_are_forgotten_when_nobody_asks_and_are_limited(serve: ServerFactory) -> None:
    clock = Clock()
    server = serve(limits=Limits(answer_s=0.0, jobs=2, job_keep_s=600), clock=clock)
    client = server.client()
    client.create("discs")
    jobs = []
    for _ in range(3):
        jobs.append(client("POST", "tasks", "discs", "refresh").json()["job"])
        client("GET", "jobs", jobs[-1], params={"wait": 20})
        clock.now += 1
    assert client("GET", "jobs", jobs[0]).status_code == 404, "the oldest that is done made room"
    assert client("GET", "jobs", jobs[2]).status_code == 200
    clock.now += 601
    server.run(server.household.sweep())
    assert client("GET", "jobs", jobs[2]).status_code == 404
    free = occupy(server)
    for _ in range(2):
        assert client("POST", "tasks", "discs", "refresh").status_code == 202
    assert client("POST", "tasks", "discs", "refresh").status_code == 503
    free.set()


def volume(client: BareClient, slices: int) -> list[str]:
    ids = []
    for number in range(slices):
        pixels = picture().pixels.copy()
        pixels[0, 0] = number
        ids.append(client.put(SliceImage(pixels)))
    return ids


def propagate(client: BareClient, ids: list[str]) -> str:
    message = protocol.Message({"slices": ids, "seeds": [0], "taken": [2]}, {"seeds/0": truth()})
    begun = client.send("POST", "tasks", "discs", "propagate", message=message)
    assert begun.status_code == 202, begun.text
    return str(begun.json()["job"])


def test_a_propagation_is_fetched_as_it_is_made_and_asked_again_gives_the_same(client: BareClient) -> None:
    ids = volume(client, 4)
    job = propagate(client, ids)
    found: list[Any] = []
    done = False
    while not done:
        more = {"after": len(found), "wait": 20}
        twice = [client("GET", "jobs", job, "items", params=more) for _ in range(2)]
        assert [answer.status_code for answer in twice] == [200, 200], twice[0].text
        message = protocol.decode(twice[1].content)
        first = protocol.propagated_of(protocol.decode(twice[0].content))
        items = protocol.propagated_of(message)
        assert [i.index for i in items][: len(first)] == [i.index for i in first]
        found += items
        done = bool(message.fields["done"])
    assert found and all(item.proposal is not None or item.reason for item in found)
    assert all(np.asarray(item.proposal.mask).shape == (64, 64) for item in found if item.proposal)


def test_a_propagation_that_is_cancelled_ends_and_what_it_cannot_do_is_told(client: BareClient) -> None:
    job = propagate(client, volume(client, 4))
    assert client("DELETE", "jobs", job).status_code == 204
    assert client("GET", "jobs", job, "items").status_code == 404
    unknown = protocol.Message({"slices": ["0" * 64, "1" * 64], "seeds": [0], "taken": []}, {"seeds/0": truth()})
    job = client.send("POST", "tasks", "discs", "propagate", message=unknown).json()["job"]
    assert client("GET", "jobs", job, "items", params={"wait": 20}).json()["missing"] == "slice"
    assert client("GET", "jobs", job).status_code == 404, "a propagation has items"


def test_a_propagation_that_does_not_fit_is_refused(client: BareClient) -> None:
    ids = volume(client, 2)
    for fields, arrays in (
        ({"slices": ids, "seeds": [2]}, {"seeds/2": truth()}),
        ({"slices": ids, "seeds": [-1]}, {"seeds/-1": truth()}),
        ({"slices": ids, "seeds": [True]}, {"seeds/True": truth()}),
        ({"slices": ids, "seeds": [0]}, {}),
        ({"slices": ids, "seeds": [0]}, {"seeds/0": truth().astype(float)}),
        ({"slices": ids, "seeds": []}, {"seeds/0": truth()}),
        ({"slices": "ids", "seeds": []}, {}),
        ({"slices": ids, "seeds": [0], "taken": [9]}, {"seeds/0": truth()}),
    ):
        answer = client.send("POST", "tasks", "discs", "propagate", message=protocol.Message(fields, arrays))
        assert (answer.status_code, answer.json()["error"]) == (422, "InvalidInputError")


def test_a_server_that_leaves_answers_who_waits(serve: ServerFactory) -> None:
    server = serve()
    client = server.client()
    client.create("discs")
    free = occupy(server)
    with ThreadPoolExecutor() as pool:
        poll = pool.submit(client, "GET", "tasks", "discs", "events", params={"wait": 30})
        verb = pool.submit(server.client(), "POST", "tasks", "discs", "learn")
        until(lambda: sum(server.household.polls._inside.values()) == 1)
        time.sleep(0.2)
        began = time.monotonic()
        server.server.should_exit = True
        assert kinds(poll.result()) == [] and verb.result().status_code == 202
        assert time.monotonic() - began < 2
        free.set()
