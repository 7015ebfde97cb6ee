"""Which process a request is for is read from its path alone."""

from __future__ import annotations

import pytest

from auxol_core.cluster.names import Asked, actor_name, asked, is_of
from auxol_core.server.described import path_of
from auxol_core.verbs import VERBS


def test_every_verb_of_a_task_names_its_task() -> None:
    for verb in VERBS.values():
        path = path_of(verb)
        if "{task}" not in path:
            continue
        found = asked(verb.method, path.replace("{task}", "left%2Fright").replace("{correction_id}", "c%201"))
        assert found == Asked(verb, task="left/right"), path


@pytest.mark.parametrize("path", ["/tasks/liver/authors", "/tasks/liver/no/such/verb"])
def test_what_no_verb_declares_is_the_task_s_all_the_same(path: str) -> None:
    found = asked("GET", path)
    assert found is not None and found.task == "liver"


@pytest.mark.parametrize("path", ["/proposals/1-2/parts", "/proposals/1-2/accept", "/proposals/1-2"])
def test_a_proposal_is_some_task_s(path: str) -> None:
    found = asked("POST", path)
    assert found is not None and found.task is None and found.thing == "1-2"


@pytest.mark.parametrize("path", ["/health", "/about", "/slices/missing", "/tasks", "/generalists", "/openapi.json"])
def test_the_rest_is_the_ingress_s_own(path: str) -> None:
    assert asked("GET", path) is None


def test_names_tell_owners_apart_and_no_task() -> None:
    mine, theirs = actor_name("alice", "Liver of Mrs Smith"), actor_name("bob", "Liver of Mrs Smith")
    assert mine != theirs and "Smith" not in mine and "alice" not in mine
    assert is_of(mine, "alice") and not is_of(theirs, "alice")
    assert actor_name("alice", "a") != actor_name("alice", "b")
