"""The server answers whatever touches no model while its compute thread is held in one long step of an encoder.

No clock decides: the encoder is let go only after the answer is there, so what waits for it never comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest
import requests
from held_encoder import SOON, HeldEncoder
from small_server import BareClient, SmallServer, picture, truth

from auxol_core import protocol
from auxol_core.server.users import User, Users
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import Box, Prompt, Proposal

TASK = "discs"
BOX = Prompt(box=Box(18, 22, 42, 48))


@dataclass
class Busy:
    """A server whose compute thread is in the encoder for alice, who has two proposals and a queued correction."""

    client: BareClient
    other: BareClient
    encoder: HeldEncoder
    kept: Proposal
    unwanted: Proposal
    prediction: Future[requests.Response]

    def let_go(self) -> requests.Response:
        assert self.encoder.held and not self.prediction.done()
        self.encoder.let_go()
        return self.prediction.result(SOON)


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Busy]:
    encoder = HeldEncoder()
    users = Users({"a" * 20: User("alice"), "b" * 20: User("bob")}, many=True)
    server = SmallServer(tmp_path, users, generalist=encoder)
    client, other = server.client("a" * 20), server.client("b" * 20)
    client.create(TASK)
    assert client("POST", "tasks", TASK, "pause").status_code == 204
    kept, unwanted = (client.proposal(TASK, client.put(picture(number)), BOX) for number in (0, 1))
    assert client.correct(TASK, client.put(picture(2)), truth(), "c2").status_code == 201
    with ThreadPoolExecutor(1) as pool:
        slice_id = client.put(picture(3))
        encoder.hold()
        prediction = pool.submit(server.client("a" * 20).predict, TASK, slice_id, BOX)
        assert encoder.entered.wait(SOON)
        yield Busy(client, other, encoder, kept, unwanted, prediction)
        encoder.let_go()
    server.stop()


ASKED: Mapping[str, Callable[[Busy], requests.Response]] = {
    "health": lambda busy: busy.client("GET", "health"),
    "about": lambda busy: busy.client("GET", "about"),
    "compute": lambda busy: busy.client("GET", "compute"),
    "tasks": lambda busy: busy.client("GET", "tasks"),
    "status": lambda busy: busy.client("GET", "tasks", TASK),
    "corrections": lambda busy: busy.client("GET", "tasks", TASK, "corrections"),
    "versions": lambda busy: busy.client("GET", "tasks", TASK, "versions"),
    "events": lambda busy: busy.client("GET", "tasks", TASK, "events"),
    "pause": lambda busy: busy.client("POST", "tasks", TASK, "pause"),
    "resume": lambda busy: busy.client("POST", "tasks", TASK, "resume"),
    "accept": lambda busy: busy.client("POST", "proposals", busy.kept.proposal_id, "accept", json={"version": 0}),
    "dismiss": lambda busy: busy.client("DELETE", "proposals", busy.unwanted.proposal_id),
    "has a slice": lambda busy: busy.client("GET", "slices", picture(0).slice_id),
    "which slices are missing": lambda busy: busy.client("POST", "slices", "missing", json={"ids": ["0" * 64]}),
    "prefetch": lambda busy: busy.client("POST", "tasks", TASK, "prefetch", json={"slices": [picture(0).slice_id]}),
    "another user's first question": lambda busy: busy.other("GET", "tasks"),
    "another user's slice": lambda busy: busy.other("POST", "slices", "missing", json={"ids": ["0" * 64]}),
}


@pytest.mark.parametrize("asked", ASKED)
def test_what_touches_no_model_is_answered_while_one_is_at_work(busy: Busy, asked: str) -> None:
    assert ASKED[asked](busy).status_code in (200, 204)
    assert busy.let_go().status_code == 200


def test_a_pause_that_waits_for_the_disk_holds_up_nobody_else(
    busy: Busy, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, written, set_paused = Event(), Event(), TaskFile.set_paused

    def slowly(task: TaskFile, paused: bool) -> None:
        entered.set()
        assert written.wait(SOON)
        set_paused(task, paused)

    monkeypatch.setattr(TaskFile, "set_paused", slowly)
    with ThreadPoolExecutor(1) as pool:
        resumed = pool.submit(busy.client, "POST", "tasks", TASK, "resume")
        assert entered.wait(SOON)
        assert busy.other("GET", "health").status_code == 200
        assert busy.client("GET", "tasks", TASK).json()["paused"] is False
        assert not resumed.done()
        written.set()
        assert resumed.result(SOON).status_code == 204
    assert busy.let_go().status_code == 200


def test_a_slice_is_taken_while_a_model_is_at_work(busy: Busy) -> None:
    image = picture(7)
    assert busy.client.put(image) == image.slice_id
    assert busy.other.put(image) == image.slice_id
    assert busy.client("GET", "slices", image.slice_id).status_code == 204
    assert busy.let_go().status_code == 200


def test_who_takes_over_a_proposal_that_has_changed_is_told_and_can_look_again(busy: Busy) -> None:
    accept = ("POST", "proposals", busy.kept.proposal_id, "accept")
    refused = busy.client(*accept, json={"version": 7})
    assert (refused.status_code, refused.json()["error"]) == (409, "ProposalChangedError")
    assert busy.client(*accept, json={"version": "x"}).status_code == 422
    busy.let_go()
    now = protocol.proposals_of(protocol.decode(busy.client("GET", "proposals", busy.kept.proposal_id).content))[0]
    assert busy.client(*accept, json={"version": now.version}).status_code == 204


def test_a_client_learns_in_one_answer_who_is_there_and_where_it_computes(busy: Busy) -> None:
    told = busy.client("GET", "about").json()
    health = busy.client("GET", "health").json()
    assert {name: told[name] for name in health} == health and health["program"] == "auxol"
    assert (told["user"], told["generalist"]) == ("alice", busy.encoder.name)
    assert told["compute"] == busy.client("GET", "compute").json()
    assert busy.other("GET", "about").json()["user"] == "bob"
    assert requests.get(f"{busy.client.url}/about", timeout=SOON).status_code == 401
