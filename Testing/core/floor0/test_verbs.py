"""The door's declarations: every verb has one, and what is made of them fits the methods themselves."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from auxol_core.api import EngineApi, Forwarder, VerbOf
from auxol_core.types import TaskStatus
from auxol_core.verbs import VERBS, declared


class Noted(Forwarder):
    """Hands on to a list."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def forward(self, verb: VerbOf[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.calls.append((verb.__name__, args, kwargs))
        return "handed on"

    def close(self) -> None:
        pass


def test_every_verb_of_the_door_is_declared_and_nothing_else() -> None:
    public = {name for name, _ in inspect.getmembers(EngineApi, inspect.isfunction) if not name.startswith("_")}
    assert set(VERBS) == public - {"close"}


def test_no_two_verbs_are_asked_for_in_the_same_way() -> None:
    ways = [(verb.method, tuple("{}" if part[0] == "{" else part for part in verb.path)) for verb in VERBS.values()]
    assert len(set(ways)) == len(ways)


@pytest.mark.parametrize("verb", [v for v in VERBS.values() if v.name != "put_slice"], ids=lambda v: v.name)
def test_a_path_names_arguments_that_the_verb_has(verb: Any) -> None:
    assert set(verb.in_path) <= set(verb.signature.parameters)
    assert verb.text and "return" in verb.types


def test_a_row_says_what_a_call_means() -> None:
    verb = declared(EngineApi.roll_back)
    given = verb.arguments("liver", version=3)
    assert (given, verb.parts(given)) == ({"task": "liver", "version": 3}, ("tasks", "liver", "roll_back"))
    assert (verb.beside_path, verb.on_open_task, verb.result) == (["version"], True, TaskStatus)
    assert declared(EngineApi.events).arguments("liver") == {"task": "liver", "after": 0, "wait_s": 0.0}
    with pytest.raises(TypeError):
        verb.arguments("liver")


def test_a_forwarder_hands_every_verb_on_with_all_its_arguments() -> None:
    engine = Noted()
    for verb in VERBS.values():
        given = {name: f"the {name}" for name in verb.signature.parameters}
        assert getattr(engine, verb.name)(**given) == "handed on"
        name, args, kwargs = engine.calls[-1]
        assert (name, verb.arguments(*args, **kwargs)) == (verb.name, given)


def test_an_engine_that_lacks_a_verb_says_which() -> None:
    class Half(EngineApi):
        def close(self) -> None:
            pass

    with pytest.raises(NotImplementedError, match="Half must carry out undo"):
        Half().undo("liver")
