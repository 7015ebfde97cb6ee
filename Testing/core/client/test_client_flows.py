"""The verbs without a transport: what they ask for, in which order, and what they make of the answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from stand_in_server import HEALTH, STATUS

from auxol_core.api import EngineApi
from auxol_core.client.address import Address
from auxol_core.client.calls import Calls
from auxol_core.client.corrections import WILL_BE_SENT
from auxol_core.client.effects import Answer, BrokenError, Exchange, Fetch, Flow, Keep, Pause, Unkeep, Waiting
from auxol_core.client.limits import NoAnswerError, Timeouts
from auxol_core.client.memory import ClientMemory
from auxol_core.client.mending import Mending
from auxol_core.client.verbs import ClientVerbs
from auxol_core.errors import InvalidInputError, NotFoundError, RoleError, TaskFileLockedError, UnavailableError
from auxol_core.options import TaskOptions
from auxol_core.protocol import PROTOCOL_VERSION, error_answer
from auxol_core.types import SliceImage

HERE, ELSEWHERE = Address("http://127.0.0.1:1", "first"), Address("http://127.0.0.1:2", "second")
IMAGE = SliceImage(np.arange(12, dtype=np.int16).reshape(3, 4))
MASK = np.eye(3, 4, dtype=bool)
REFUSED = BrokenError("refused", arrived=False, late=False)
CUT = BrokenError("cut", arrived=True, late=False)
LATE = BrokenError("late", arrived=True, late=True)
NO_TASK = NotFoundError("Task 'liver' is not open. Open it.", "open task")
NO_SLICE = NotFoundError("That slice is not here. Put it again.", "slice")
RECEIPT = {"correction_id": "a", "task": "liver", "sequence": 1, "objects": 1, "confirmation": False}


class World:
    """Carries out what a flow asks for: answers by method and path, a clock that pauses move on, an outbox."""

    def __init__(self) -> None:
        self.now = 0.0
        self.answers: dict[str, list[Any]] = {"GET /health": [HEALTH]}
        self.exchanges: list[Exchange] = []
        self.did: list[str] = []
        self.outbox: dict[str, Any] = {}
        self.told: list[tuple[str, str]] = []
        calls = Calls(HERE, Timeouts(), clock=lambda: self.now)
        mending = Mending(calls, ClientMemory(), lambda what, task: self.told.append((what, task)))
        self.aside: list[str] = []
        self.verbs = ClientVerbs(mending, keeps=True, clock=lambda: self.now)

    def run(self, flow: Flow[Any]) -> Any:
        try:
            effect = next(flow)
            while True:
                try:
                    answer = self._answer(effect)
                except (BrokenError, OSError) as error:
                    effect = flow.throw(error)
                else:
                    effect = flow.send(answer)
        except StopIteration as end:
            return end.value

    def _answer(self, effect: Any) -> Any:
        if isinstance(effect, Exchange):
            return self._exchanged(effect)
        if isinstance(effect, Pause):
            self.now += effect.seconds
            return None
        self.did.append(type(effect).__name__)
        if isinstance(effect, Keep):
            self.outbox[effect.kept.file_name] = effect.kept
            return None
        if isinstance(effect, Waiting):
            return list(self.outbox)
        assert isinstance(effect, Fetch | Unkeep)
        if isinstance(effect, Unkeep) and effect.refused:
            self.aside += [effect.name]
        return self.outbox.get(effect.name) if isinstance(effect, Fetch) else bool(self.outbox.pop(effect.name, None))

    def _exchanged(self, exchange: Exchange) -> Answer:
        self.exchanges.append(exchange)
        line = f"{exchange.method} /{exchange.url.split('/', 3)[3].partition('?')[0]}"
        self.did.append(line)
        told = self.answers[line]
        answer = told.pop(0) if len(told) > 1 else told[0]
        if callable(answer):
            answer = answer()
        if isinstance(answer, BrokenError):
            raise answer
        if isinstance(answer, Answer):
            return answer
        status, body = error_answer(answer) if isinstance(answer, Exception) else (200, answer)
        return Answer(status, str(PROTOCOL_VERSION), json.dumps(body).encode())

    @property
    def lines(self) -> list[str]:
        return [line for line in self.did if "/" in line and line != "GET /health"]


@pytest.fixture
def world() -> World:
    world = World()
    world.answers |= {"GET /tasks/liver": [STATUS], "POST /tasks/liver/open": [STATUS], "POST /tasks": [STATUS]}
    world.answers["PUT /tasks/liver/corrections/a"] = [RECEIPT]
    return world


def refused_until(world: World, second: float) -> Callable[[], Any]:
    return lambda: REFUSED if world.now < second else {"tasks": []}


# What is repeated, and for how long


def test_a_verb_asks_with_the_limit_and_on_the_lane_of_its_declaration(world: World) -> None:
    world.answers["GET /tasks/liver/versions"] = [{"versions": []}]
    assert world.run(world.verbs.ask(EngineApi.versions, "liver")) == []
    greeting, asked = world.exchanges
    assert (greeting.headers, greeting.lane) == ({}, "events")
    assert (asked.method, asked.url) == ("GET", "http://127.0.0.1:1/tasks/liver/versions?after=0&limit=500")
    assert (asked.within, asked.lane, asked.headers["Authorization"]) == (15.0, "work", "Bearer first")


def test_a_server_that_cannot_be_reached_is_tried_for_as_long_as_said_and_no_longer(world: World) -> None:
    world.answers["GET /tasks"] = [refused_until(world, 8.0)]
    assert world.run(world.verbs.ask(EngineApi.list_tasks)) == []
    world.now = 0.0
    world.answers["GET /tasks"] = [refused_until(world, 60.0)]
    with pytest.raises(NoAnswerError, match="no connection"):
        world.run(world.verbs.ask(EngineApi.list_tasks))
    assert 8.0 < world.now <= 10.0


def test_a_proxy_whose_server_starts_again_is_asked_again_where_that_is_harmless(world: World) -> None:
    away = Answer(502, None, b"<html>Bad gateway</html>")
    world.answers["GET /tasks"] = [away, away, {"tasks": ["liver"]}]
    assert world.run(world.verbs.ask(EngineApi.list_tasks)) == ["liver"]
    world.answers["POST /tasks/liver/undo"] = [away, STATUS]
    with pytest.raises(UnavailableError, match="502"):
        world.run(world.verbs.ask(EngineApi.undo, "liver"))


def test_a_request_that_was_late_raises_and_is_not_sent_again(world: World) -> None:
    world.answers["GET /tasks"] = [LATE, {"tasks": []}]
    with pytest.raises(NoAnswerError, match="none within 15 s"):
        world.run(world.verbs.ask(EngineApi.list_tasks))
    assert world.lines == ["GET /tasks"]


def test_where_the_driver_has_another_server_ready_patience_begins_anew_and_it_is_greeted_first(world: World) -> None:
    def restarted() -> BrokenError:
        world.now += 30.0  # how long that took
        world.verbs.calls.move(ELSEWHERE)
        return BrokenError("killed", arrived=True, late=False, anew=True)

    world.answers["GET /tasks"] = [restarted, {"tasks": ["liver"]}]
    assert world.run(world.verbs.ask(EngineApi.list_tasks)) == ["liver"]
    assert world.did == ["GET /health", "GET /tasks", "GET /health", "GET /tasks"]
    *_, greeting, asked = world.exchanges
    assert "Authorization" not in greeting.headers
    assert (asked.url, asked.headers["Authorization"]) == ("http://127.0.0.1:2/tasks", "Bearer second")


def test_what_is_not_harmless_twice_is_not_sent_to_the_server_that_took_its_place(world: World) -> None:
    world.answers["POST /tasks/liver/undo"] = [BrokenError("killed", arrived=True, late=False, anew=True), STATUS]
    with pytest.raises(NoAnswerError, match="broke off"):
        world.run(world.verbs.ask(EngineApi.undo, "liver"))
    assert world.lines == ["POST /tasks/liver/undo"]


@pytest.mark.parametrize(
    ("health", "alive"),
    [([HEALTH], True), ([LATE, LATE, HEALTH], True), ([REFUSED, HEALTH], True), ([LATE], False), ([REFUSED], False)],
)
def test_only_a_server_whose_health_stays_silent_is_dead(world: World, health: list[Any], alive: bool) -> None:
    world.answers["GET /health"] = health
    assert world.run(world.verbs.calls.alive()) is alive


# What was lost is brought again, and told


def test_a_task_that_is_brought_again_is_told(world: World) -> None:
    world.run(world.verbs.ask(EngineApi.open_task, "liver"))
    world.answers["GET /tasks/liver"] = [NO_TASK, STATUS]
    world.run(world.verbs.ask(EngineApi.status, "liver"))
    assert world.told == [("open task", "liver")]


def test_a_volume_is_sent_on_its_own_lane(world: World) -> None:
    line = f"PUT /slices/{IMAGE.slice_id}"
    world.answers |= {"POST /slices/missing": [{"missing": [IMAGE.slice_id]}], line: [None]}
    assert world.run(world.verbs.put_slices([IMAGE, IMAGE])) == [IMAGE.slice_id]
    assert [exchange.lane for exchange in world.exchanges[1:]] == ["volume", "volume"]


# Saves


def kept(world: World, options: TaskOptions | None = None) -> Any:
    made = world.verbs.corrections.kept("liver", IMAGE.slice_id, MASK, "a", (), options)
    world.run(world.verbs.corrections.keep(made))
    return made


def test_a_save_is_kept_before_anything_is_sent(world: World) -> None:
    world.run(
        world.verbs.ask(EngineApi.correct, "liver", IMAGE.slice_id, MASK, correction_id="a", proposals=["p"])
    )
    assert world.did == ["Keep", "Waiting", "GET /health", "PUT /tasks/liver/corrections/a", "Unkeep"]
    assert world.outbox == {}


@pytest.mark.parametrize("how", ["deliver", "send_waiting"])
def test_a_save_opens_its_task_wherever_it_is_sent_from(world: World, how: str) -> None:
    made = kept(world)
    world.answers |= {"GET /tasks": [{"tasks": ["liver"]}], "PUT /tasks/liver/corrections/a": [NO_TASK, RECEIPT]}
    if how == "deliver":
        world.outbox.clear()  # another one has just sent it
        world.run(world.verbs.corrections.deliver(made, open_task=True))
    else:
        assert world.run(world.verbs.corrections.send_waiting(open_tasks=True)).arrived == 1
    put = "PUT /tasks/liver/corrections/a"
    assert world.lines == [put, "GET /tasks", "POST /tasks/liver/open", put]
    assert world.outbox == {}


def test_a_save_into_a_task_that_was_not_there_yet_makes_it_with_the_options_chosen_then(world: World) -> None:
    kept(world, TaskOptions())
    world.answers |= {"GET /tasks": [{"tasks": []}], "PUT /tasks/liver/corrections/a": [NO_TASK, RECEIPT]}
    assert world.run(world.verbs.corrections.send_waiting(open_tasks=True)).arrived == 1
    (made,) = [exchange.body for exchange in world.exchanges if exchange.url.endswith("/tasks") and exchange.body]
    assert isinstance(made, bytes)
    assert json.loads(made)["name"] == "liver" and json.loads(made)["options"]["preset"] == TaskOptions().preset


def test_a_save_into_a_task_that_is_not_there_is_set_aside_and_not_erased(world: World) -> None:
    made = kept(world)
    world.answers |= {"GET /tasks": [{"tasks": []}], "PUT /tasks/liver/corrections/a": [NO_TASK]}
    assert world.run(world.verbs.corrections.send_waiting(open_tasks=True)).arrived == 0
    assert world.outbox == {} and "POST /tasks" not in world.lines
    assert world.aside == [made.file_name]  # the file may be on its way back: restored, synchronised, mounted


def test_what_is_saved_for_this_machine_is_not_for_a_server_behind_a_tunnel(world: World) -> None:
    kept(world)
    world.verbs.calls.move(Address("http://127.0.0.1:8750", "a token", named=True))
    world.answers |= {"GET /tasks": [{"tasks": ["liver"]}], "PUT /tasks/liver/corrections/a": [RECEIPT]}
    assert world.run(world.verbs.corrections.send_waiting(open_tasks=True)).arrived == 0
    assert len(world.outbox) == 1 and world.lines == []


def test_a_save_waits_where_its_task_is_not_open_and_nobody_said_to_open_it(world: World) -> None:
    kept(world)
    world.answers["PUT /tasks/liver/corrections/a"] = [NO_TASK]
    assert world.run(world.verbs.corrections.send_waiting()).arrived == 0
    assert len(world.outbox) == 1


def test_a_flow_that_is_given_up_lets_go_of_what_it_was_sending(world: World) -> None:
    flow = world.verbs.corrections.correct("liver", IMAGE.slice_id, MASK, "a", ())
    assert isinstance(next(flow), Keep)
    flow.close()
    kept(world)
    assert world.run(world.verbs.corrections.send_waiting()).arrived == 1


def test_a_connection_that_breaks_in_the_middle_of_a_save_sends_it_again(world: World) -> None:
    world.answers["PUT /tasks/liver/corrections/a"] = [CUT, RECEIPT]
    receipt = world.run(world.verbs.ask(EngineApi.correct, "liver", IMAGE.slice_id, MASK, correction_id="a"))
    assert receipt.sequence == 1 and world.lines == ["PUT /tasks/liver/corrections/a"] * 2


# Corrections that make their task


def test_a_task_that_somebody_else_makes_in_the_same_moment_is_opened_and_nothing_is_lost(world: World) -> None:
    taken = InvalidInputError("A task named 'liver' exists already. Open it, or choose another name.")
    world.answers |= {
        "GET /tasks": [{"tasks": []}, {"tasks": ["liver"]}],
        "POST /tasks": [taken],
        "POST /tasks/liver/open": [STATUS],
        "PUT /tasks/liver/corrections/a": [NO_TASK, RECEIPT],
    }
    corrections = world.verbs.corrections
    kept = corrections.kept("liver", IMAGE.slice_id, MASK, "a", [], TaskOptions())
    world.run(corrections.keep(kept))
    assert world.run(corrections.deliver(kept, open_task=True)).correction_id == "a"
    assert world.outbox == {}


def test_what_was_saved_later_is_not_sent_before_what_was_saved_first(world: World) -> None:
    corrections = world.verbs.corrections
    kept = {name: corrections.kept("liver", IMAGE.slice_id, MASK, name, []) for name in "abc"}
    for each in kept.values():
        world.run(corrections.keep(each))
    for name in "abc":
        world.answers[f"PUT /tasks/liver/corrections/{name}"] = [{**RECEIPT, "correction_id": name}]
    world.run(corrections.deliver(kept["b"]))
    assert list(world.outbox) == [kept["c"].file_name]
    assert [each.url[-1] for each in world.exchanges if each.method == "PUT"] == ["a", "b"]


def test_what_another_program_keeps_from_being_sent_holds_up_its_task_alone_and_may_go_later(world: World) -> None:
    corrections = world.verbs.corrections
    for task, name in (("liver", "a"), ("spleen", "b"), ("liver", "c")):
        world.run(corrections.keep(corrections.kept(task, IMAGE.slice_id, MASK, name, [])))
        world.answers[f"PUT /tasks/{task}/corrections/{name}"] = [{**RECEIPT, "correction_id": name}]
    locked = TaskFileLockedError("Expected the task file liver.auxol to be free. Close the task there.")
    world.answers["PUT /tasks/liver/corrections/a"].insert(0, locked)
    sent = world.run(corrections.send_waiting(open_tasks=True))
    assert (sent.arrived, sent.later, len(world.outbox)) == (1, True, 2)
    sent = world.run(corrections.send_waiting(open_tasks=True))
    assert (sent.arrived, sent.later, len(world.outbox)) == (2, False, 0)
    assert [each.url[-1] for each in world.exchanges if each.method == "PUT"] == ["a", "b", "a", "c"]


def test_a_save_does_not_overtake_an_earlier_one_that_another_program_keeps_from_being_sent(world: World) -> None:
    corrections = world.verbs.corrections
    first, second = (corrections.kept("liver", IMAGE.slice_id, MASK, name, []) for name in "ab")
    for kept in (first, second):
        world.run(corrections.keep(kept))
    world.answers["PUT /tasks/liver/corrections/a"] = [TaskFileLockedError("Expected liver to be free. Close it.")]
    with pytest.raises(TaskFileLockedError, match="will be sent again"):
        world.run(corrections.deliver(second))
    assert "PUT /tasks/liver/corrections/b" not in world.lines and len(world.outbox) == 2


def test_what_a_role_refuses_holds_up_nobody_and_is_not_tried_again_by_itself(world: World) -> None:
    kept(world)
    world.answers["PUT /tasks/liver/corrections/a"] = [RoleError("You use what others taught. Ask the owner.")]
    sent = world.run(world.verbs.corrections.send_waiting(open_tasks=True))
    assert (sent.arrived, sent.later, sent.held, len(world.outbox)) == (0, False, {}, 1)


def kept_and_promised(world: World) -> Any:
    """The client has told the user that it is saved."""
    world.answers[f"PUT /slices/{IMAGE.slice_id}"] = [None]
    world.answers["GET /tasks"] = [{"tasks": ["liver"]}]
    corrections = world.verbs.corrections
    world.verbs._memory.keep_slice(IMAGE.slice_id, IMAGE)
    world.verbs._memory.opened("liver", paused=False)
    kept = corrections.kept("liver", IMAGE.slice_id, MASK, "a", [])
    assert world.run(corrections.keep(kept)) == WILL_BE_SENT
    return kept


def test_a_server_that_is_killed_while_it_is_brought_what_it_lacks_costs_no_correction(world: World) -> None:
    kept = kept_and_promised(world)
    # The slice is brought; in that moment the server dies, and the next one has neither task nor slice.
    world.answers["PUT /tasks/liver/corrections/a"] = [NO_SLICE, CUT, NO_TASK, NO_SLICE, RECEIPT]
    assert world.run(world.verbs.corrections.deliver(kept, open_task=True)).correction_id == "a"
    assert world.outbox == {}


def test_what_a_server_lacks_again_and_again_is_no_refusal(world: World) -> None:
    kept = kept_and_promised(world)
    world.answers["PUT /tasks/liver/corrections/a"] = [NO_SLICE]
    with pytest.raises(UnavailableError, match="will be sent"):
        world.run(world.verbs.corrections.deliver(kept, open_task=True))
    assert list(world.outbox) == [kept.file_name]
    sent = world.run(world.verbs.corrections.send_waiting(open_tasks=True))
    assert (sent.arrived, sent.later, sent.held) == (0, True, {})
    assert list(world.outbox) == [kept.file_name]
    world.answers["PUT /tasks/liver/corrections/a"] = [RECEIPT]
    assert world.run(world.verbs.corrections.send_waiting(open_tasks=True)).arrived == 1
