"""The token is the user: what is one's is not there for another, but for tasks shared by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_server import BareClient, ServerFactory, SmallServer, picture, truth

from auxol_core import protocol
from auxol_core.server.users import User, Users
from auxol_core.types import Box, Prompt

BOX = Prompt(box=Box(18, 22, 42, 48))
SHARED = "liver, everybody's"
NAMES = ("alice", "bob", "carol")


@pytest.fixture
def ward(serve: ServerFactory) -> SmallServer:
    """Alice and Bob share a task, Carol has none of that."""
    shared = {"alice": frozenset([SHARED, "another"]), "bob": frozenset([SHARED]), "carol": frozenset[str]()}
    return serve(users=Users({f"token-of-{name}-0123": User(name, shared[name]) for name in NAMES}, many=True))


@pytest.fixture
def alice(ward: SmallServer) -> BareClient:
    return ward.client("token-of-alice-0123")


@pytest.fixture
def bob(ward: SmallServer) -> BareClient:
    return ward.client("token-of-bob-0123")


@pytest.fixture
def carol(ward: SmallServer) -> BareClient:
    return ward.client("token-of-carol-0123")


def events(client: BareClient, task: str, after: int = 0, wait: float = 0.0) -> list[Any]:
    answer = client("GET", "tasks", task, "events", params={"after": after, "wait": wait})
    assert answer.status_code == 200, answer.text
    return protocol.events_of(protocol.decode(answer.content))


def test_slices_tasks_proposals_and_jobs_of_one_are_not_there_for_another(alice: BareClient, carol: BareClient) -> None:
    alice.create("mine")
    carol.create("hers")
    slice_id = alice.put(picture())
    shown = alice.proposal("mine", slice_id, BOX)
    message = protocol.Message({"slices": [slice_id], "seeds": [0], "taken": []}, {"seeds/0": truth()})
    job = alice.send("POST", "tasks", "mine", "propagate", message=message).json()["job"]
    assert carol("GET", "tasks").json() == {"tasks": ["hers"]}
    stranger = [
        carol("GET", "slices", slice_id),
        carol("GET", "tasks", "mine"),
        carol("POST", "tasks", "mine", "open"),
        carol("DELETE", "tasks", "mine"),
        carol("GET", "tasks", "mine", "events"),
        carol("GET", "tasks", "mine", "file"),
        carol("GET", "proposals", shown.proposal_id),
        carol("POST", "proposals", shown.proposal_id, "accept"),
        carol("DELETE", "proposals", shown.proposal_id),
        carol("GET", "jobs", job),
        carol("GET", "jobs", job, "items"),
        carol("DELETE", "jobs", job),
        carol.predict("hers", slice_id, BOX),
        carol.predict("mine", slice_id, BOX),
    ]
    assert [answer.status_code for answer in stranger] == [404] * len(stranger)
    nobodys = carol("GET", "tasks", "nobodys").json()
    assert carol("GET", "tasks", "mine").json() == {**nobodys, "message": nobodys["message"].replace("nobodys", "mine")}
    carol.create("mine")
    assert alice("GET", "tasks", "mine").json()["corrections"] == 0
    assert alice("GET", "proposals", shown.proposal_id).status_code == 200


def test_a_shared_task_learns_from_all_and_is_not_there_for_others(
    alice: BareClient, bob: BareClient, carol: BareClient
) -> None:
    alice.create(SHARED)
    assert bob("GET", "tasks", SHARED).json()["missing"] == "open task"
    assert bob("POST", "tasks", SHARED, "open").status_code == 200
    for number, client in enumerate((alice, bob)):
        assert client.correct(SHARED, client.put(picture(number)), truth(), f"save {number}").status_code == 201
    assert bob("POST", "tasks", SHARED, "learn").json()["corrections"] == 2
    assert alice("GET", "tasks").json() == bob("GET", "tasks").json() == {"tasks": [SHARED]}
    assert carol("GET", "tasks").json() == {"tasks": []}
    assert carol("POST", "tasks", SHARED, "open").status_code == 404
    carol.create(SHARED)
    assert carol("GET", "tasks", SHARED).json()["corrections"] == 0, "hers alone, of the same name"


def test_in_a_shared_task_slices_and_proposals_stay_with_whoever_has_them(alice: BareClient, bob: BareClient) -> None:
    alice.create(SHARED)
    bob("POST", "tasks", SHARED, "open")
    slice_id = alice.put(picture())
    shown = alice.proposal(SHARED, slice_id, BOX)
    assert bob("GET", "slices", slice_id).status_code == 404
    assert bob.predict(SHARED, slice_id, BOX).json()["missing"] == "slice"
    assert bob.correct(SHARED, slice_id, truth(), "one").json()["missing"] == "slice"
    assert bob("GET", "proposals", shown.proposal_id).status_code == 404
    assert bob("DELETE", "proposals", shown.proposal_id).status_code == 404
    bob.put(picture())
    assert bob.predict(SHARED, slice_id, BOX, previous=shown.proposal_id).json()["missing"] == "proposal"
    assert bob.correct(SHARED, slice_id, truth(), "one", (shown.proposal_id,)).status_code == 201
    assert alice("GET", "proposals", shown.proposal_id).status_code == 200, "Bob's correction names it in vain"


def test_each_is_told_of_the_own_refreshed_proposals_alone(alice: BareClient, bob: BareClient) -> None:
    options = {"steps": 2, "batch": 2, "learning_rate": 4e-3, "average": 1.0, "guard_last": 0, "budget_s": 600.0}
    alice.create(SHARED, auxol=options)
    bob("POST", "tasks", SHARED, "open")
    bob("POST", "tasks", SHARED, "pause")
    shown = {}
    for number, client in enumerate((alice, bob)):
        shown[client.token] = client.proposal(SHARED, client.put(picture(10 + number)), BOX).proposal_id
        client.correct(SHARED, client.put(picture(number)), truth(), f"save {number}")
    bob("POST", "tasks", SHARED, "learn")
    bobs = protocol.proposals_of(protocol.decode(bob("POST", "tasks", SHARED, "refresh").content))
    assert [p.proposal_id for p in bobs] == [shown[bob.token]]
    alices = protocol.proposals_of(protocol.decode(alice("POST", "tasks", SHARED, "refresh").content))
    assert [p.proposal_id for p in alices] == [shown[alice.token]], "owed, since Bob asked first"
    for client in (alice, bob):
        told = [e for e in events(client, SHARED) if e.kind == "refreshed"]
        assert told and all(e.data["proposals"] == [shown[client.token]] for e in told)
        assert all(len(e.data["patches"]) == 1 for e in told)


def test_a_shared_task_stays_open_until_the_last_has_closed_it(alice: BareClient, bob: BareClient) -> None:
    alice.create(SHARED)
    bob("POST", "tasks", SHARED, "open")
    shown = {c.token: c.proposal(SHARED, c.put(picture()), BOX).proposal_id for c in (alice, bob)}
    assert alice("POST", "tasks", SHARED, "close").status_code == 204
    assert alice("GET", "tasks", SHARED).json()["missing"] == "open task"
    assert alice("GET", "proposals", shown[alice.token]).status_code == 404
    assert bob("GET", "tasks", SHARED).status_code == 200
    assert bob("GET", "proposals", shown[bob.token]).status_code == 200
    bob("POST", "tasks", SHARED, "close")
    assert bob("GET", "tasks", SHARED).json()["missing"] == "open task"


def test_sentences_about_a_shared_task_name_no_other(alice: BareClient, bob: BareClient) -> None:
    alice.create("another")
    for answer in (bob("POST", "tasks", SHARED, "open"), bob("GET", "tasks", SHARED), bob("DELETE", "tasks", SHARED)):
        assert answer.status_code == 404 and "another" not in answer.text


def test_both_work_on_the_same_slice_at_once(alice: BareClient, bob: BareClient) -> None:
    alice.create(SHARED)
    bob("POST", "tasks", SHARED, "open")
    masks = [c.proposal(SHARED, c.put(picture()), BOX).mask for c in (alice, bob)]
    assert np.array_equal(*masks)
    message = protocol.Message({"slices": [picture().slice_id] * 1, "seeds": [0], "taken": []}, {"seeds/0": truth()})
    job = bob.send("POST", "tasks", SHARED, "propagate", message=message).json()["job"]
    assert alice("GET", "jobs", job, "items").status_code == 404
    assert bob("GET", "jobs", job, "items", params={"wait": 10}).status_code == 200
