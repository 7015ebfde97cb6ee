"""What the client brings back to a server that has lost it: slices, open tasks, the mask of a proposal."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from stand_in_server import SHORT, STATUS, TOKEN, StandIn, broken_before

from auxol_core.client.blocking import EngineClient
from auxol_core.client.limits import Timeouts
from auxol_core.client.memory import ClientMemory
from auxol_core.client.verbs import ASK_FIRST_BYTES
from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.protocol import PAGE_ROWS, Message, events_message, plain, proposals_message
from auxol_core.types import Box, CorrectionInfo, Event, MaskPatch, Point, Prompt, Propagated, Proposal, SliceImage

IMAGE = SliceImage(np.arange(12, dtype=np.int16).reshape(3, 4), (0.5, 0.7))
OTHER = SliceImage(np.arange(12, 24, dtype=np.int16).reshape(3, 4))
MASK = np.array([[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]], dtype=bool)
PROMPT = Prompt(box=Box(0, 0, 3, 4))
PREDICT = "POST /tasks/liver/predict"
NO_SLICE = NotFoundError("That slice is not here. Put it again.", "slice")
NO_TASK = NotFoundError("Task 'liver' is not open. Open it.", "open task")
NO_PROPOSAL = NotFoundError("That proposal is not pending. Prompt again.", "proposal")


def proposal(proposal_id: str = "p1", mask: np.ndarray = MASK, image: SliceImage = IMAGE) -> Proposal:
    return Proposal(proposal_id, "liver", image.slice_id, PROMPT, mask, 0.5, 0, 1.0)


def put(image: SliceImage) -> str:
    return f"PUT /slices/{image.slice_id}"


@pytest.fixture
def client(server: StandIn, client: EngineClient) -> EngineClient:
    """A client that has the task open and the slice put."""
    for image in (IMAGE, OTHER):
        server.answers[put(image)] = [204]
    server.answers[PREDICT] = [proposals_message([proposal()])]
    client.open_task("liver")
    client.put_slice(IMAGE)
    return client


# Slices


def test_a_slice_travels_as_it_is(server: StandIn, client: EngineClient) -> None:
    sent = server.of(put(IMAGE))[0].message
    assert sent.fields == {"spacing_mm": [0.5, 0.7]}
    assert sent.arrays["pixels"].dtype == np.int16 and np.array_equal(sent.arrays["pixels"], IMAGE.pixels)


def test_a_large_slice_is_sent_only_if_the_server_lacks_it(server: StandIn, client: EngineClient) -> None:
    large = SliceImage(np.zeros((1024, ASK_FIRST_BYTES // 1024), dtype=np.uint8))
    asked = f"GET /slices/{large.slice_id}"
    server.answers[put(large)] = [204]
    server.answers[asked] = [NO_SLICE, 204]
    assert client.put_slice(large) == client.put_slice(large) == large.slice_id
    assert [line for line in server.lines if large.slice_id in line] == [asked, put(large), asked]


def test_a_slice_that_fits_into_no_message_is_refused_before_it_is_sent(
    server: StandIn, client: EngineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auxol_core.client.mending.MAX_MESSAGE_BYTES", 100)
    with pytest.raises(InvalidInputError, match="at most 100 bytes"):
        client.put_slice(OTHER)
    assert server.of(put(OTHER)) == []


def test_a_slice_that_was_evicted_is_sent_again_once(server: StandIn, client: EngineClient) -> None:
    server.answers[PREDICT] = [NO_SLICE, proposals_message([proposal()])]
    assert client.predict("liver", IMAGE.slice_id, PROMPT).proposal_id == "p1"
    assert server.lines[-3:] == [PREDICT, put(IMAGE), PREDICT]
    server.answers[PREDICT] = [NO_SLICE]
    with pytest.raises(NotFoundError, match="not here"):
        client.predict("liver", IMAGE.slice_id, PROMPT)
    assert server.lines[-3:] == [PREDICT, put(IMAGE), PREDICT]


def test_what_is_sent_again_is_what_was_put_and_not_what_became_of_the_callers_array(
    server: StandIn, client: EngineClient
) -> None:
    pixels = np.ones((3, 4), dtype=np.uint8)
    image = SliceImage(pixels)
    slice_id = image.slice_id
    server.answers[f"PUT /slices/{slice_id}"] = [204]
    client.put_slice(image)
    pixels[:] = 7
    server.answers[PREDICT] = [NO_SLICE, proposals_message([proposal()])]
    client.predict("liver", slice_id, PROMPT)
    assert [r.message.arrays["pixels"].max() for r in server.of(f"PUT /slices/{slice_id}")] == [1, 1]


def test_a_slice_that_was_never_put_is_the_callers_to_put(server: StandIn, client: EngineClient) -> None:
    server.answers[PREDICT] = [NO_SLICE]
    with pytest.raises(NotFoundError):
        client.predict("liver", OTHER.slice_id, PROMPT)
    assert server.of(put(OTHER)) == []


def test_memory_for_slices_is_bounded_and_the_oldest_go_first() -> None:
    memory = ClientMemory(slice_bytes=24 * 2)
    images = [SliceImage(np.full((3, 4), number, dtype=np.int16)) for number in range(3)]
    for image in images[:2]:
        memory.keep_slice(image.slice_id, image)
    memory.slice(images[0].slice_id)  # used again, so the other one is older
    memory.keep_slice(images[2].slice_id, images[2])
    assert [memory.slice(image.slice_id) is not None for image in images] == [True, False, True]
    huge = SliceImage(np.zeros((9, 9), dtype=np.int16))
    memory.keep_slice(huge.slice_id, huge)
    assert memory.slice(huge.slice_id) is None and memory.slice(images[2].slice_id) is not None


# Tasks


@pytest.mark.parametrize("verb", ["status", "predict"])
def test_a_task_that_was_closed_by_the_server_is_opened_again(server: StandIn, client: EngineClient, verb: str) -> None:
    before = len(server.of("POST /tasks/liver/open"))
    if verb == "status":
        server.answers["GET /tasks/liver"] = [NO_TASK, STATUS]
        client.status("liver")
    else:  # after a restart nothing is there
        server.answers[PREDICT] = [NO_TASK, NO_SLICE, proposals_message([proposal()])]
        client.predict("liver", IMAGE.slice_id, PROMPT)
    assert len(server.of("POST /tasks/liver/open")) == before + 1


def test_a_task_that_was_paused_is_paused_again(server: StandIn, client: EngineClient) -> None:
    server.answers["POST /tasks/liver/pause"] = server.answers["POST /tasks/liver/resume"] = [204]
    client.pause("liver")
    server.answers["GET /tasks/liver"] = [NO_TASK, STATUS, NO_TASK, STATUS]
    client.status("liver")
    assert server.lines[-4:] == [
        "GET /tasks/liver", "POST /tasks/liver/open", "POST /tasks/liver/pause", "GET /tasks/liver",
    ]
    client.resume("liver")
    client.status("liver")
    assert server.lines[-3:] == ["GET /tasks/liver", "POST /tasks/liver/open", "GET /tasks/liver"]


def test_a_task_that_the_caller_closed_or_never_opened_stays_closed(server: StandIn, client: EngineClient) -> None:
    client.close_task("liver")
    for name in ("liver", "kidney"):
        server.answers[f"GET /tasks/{name}"] = [NO_TASK]
        with pytest.raises(NotFoundError, match="Open it"):
            client.status(name)
    assert len(server.of("POST /tasks/liver/open")) == 1


# Proposals


def test_a_further_click_names_the_proposal_it_repairs(server: StandIn, client: EngineClient) -> None:
    first = client.predict("liver", IMAGE.slice_id, PROMPT)
    assert not first.mask.flags.writeable
    client.predict("liver", IMAGE.slice_id, PROMPT, previous=first.proposal_id)
    assert [r.message.fields["previous"] for r in server.of(PREDICT)] == [None, "p1"]


def test_where_that_proposal_is_gone_its_mask_is_the_mask_so_far(server: StandIn, client: EngineClient) -> None:
    client.predict("liver", IMAGE.slice_id, PROMPT)
    server.answers[PREDICT] = [NO_PROPOSAL, NO_PROPOSAL, proposals_message([proposal("p2")])]
    prompt = replace(PROMPT, points=(Point(1, 1, positive=False),))
    assert client.predict("liver", IMAGE.slice_id, prompt, previous="p1").proposal_id == "p2"
    sent = server.of(PREDICT)[-1].message
    assert sent.fields["previous"] is None and sent.fields["points"] == [[1, 1, False]]
    assert np.array_equal(sent.arrays["prompt_mask"], MASK.astype(np.float32))
    # It was replaced, so it is not remembered any more.
    server.answers[PREDICT] = [NO_PROPOSAL]
    with pytest.raises(NotFoundError):
        client.predict("liver", IMAGE.slice_id, prompt, previous="p1")


@pytest.mark.parametrize("task", ["liver", "kidney"])
def test_a_proposal_of_another_slice_or_task_is_not_used(server: StandIn, client: EngineClient, task: str) -> None:
    client.predict("liver", IMAGE.slice_id, PROMPT)
    client.put_slice(OTHER)
    server.answers[f"POST /tasks/{task}/predict"] = [NO_PROPOSAL]
    slice_id = OTHER.slice_id if task == "liver" else IMAGE.slice_id
    with pytest.raises(NotFoundError):
        client.predict(task, slice_id, PROMPT, previous="p1")


@pytest.mark.parametrize("verb", ["dismiss", "close_task"])
def test_a_proposal_that_the_user_has_done_with_is_forgotten(server: StandIn, client: EngineClient, verb: str) -> None:
    client.predict("liver", IMAGE.slice_id, PROMPT)
    server.answers["DELETE /proposals/p1"] = [204]
    getattr(client, verb)("p1" if verb == "dismiss" else "liver")
    server.answers[PREDICT] = [NO_PROPOSAL]
    with pytest.raises(NotFoundError):
        client.predict("liver", IMAGE.slice_id, PROMPT, previous="p1")


def test_a_refreshed_proposal_is_remembered_as_it_is_now(server: StandIn, client: EngineClient) -> None:
    client.predict("liver", IMAGE.slice_id, PROMPT)
    newer, newest = MASK.copy(), MASK.copy()
    newer[2, 3] = newest[2, 3] = newest[0, 0] = True
    told = [
        Event(5, "liver", "refreshed", {"proposals": ["p1"], "patches": [MaskPatch.between(MASK, newer)]}),
        Event(6, "liver", "refreshed", {"proposals": ["p1"], "patches": [MaskPatch.between(newer, newest)]}),
    ]
    server.answers["GET /tasks/liver/events"] = [events_message(told), events_message(told[:1])]
    assert [e.sequence for e in client.events("liver")] == [5, 6]
    client.events("liver")  # the old one again: it is not put on what is newer
    server.answers[PREDICT] = [NO_PROPOSAL, NO_PROPOSAL, proposals_message([proposal("p2")])]
    client.predict("liver", IMAGE.slice_id, PROMPT, previous="p1")
    assert np.array_equal(server.of(PREDICT)[-1].message.arrays["prompt_mask"], newest.astype(np.float32))


def test_refresh_is_not_asked_twice_because_what_changed_is_told_once(server: StandIn, client: EngineClient) -> None:
    server.answers["POST /tasks/liver/refresh"] = [proposals_message([proposal(mask=~MASK)])]
    (changed,) = client.refresh("liver")
    assert np.array_equal(changed.mask, ~MASK)
    server.answers["POST /tasks/liver/refresh"] = [broken_before]
    with pytest.raises(Exception, match="broke off"):
        client.refresh("liver")
    assert len(server.of("POST /tasks/liver/refresh")) == 2


def test_one_proposal_is_asked_for_by_name(server: StandIn, client: EngineClient) -> None:
    server.answers["GET /proposals/p1"] = [proposals_message([proposal(mask=~MASK)])]
    assert np.array_equal(client.proposal("p1").mask, ~MASK)
    server.answers["GET /proposals/p2"] = [proposals_message([])]
    with pytest.raises(Exception, match="of protocol"):
        client.proposal("p2")


# Lists


def correction_row(number: int) -> dict[str, object]:
    return plain(CorrectionInfo(f"c{number}", number, "s", False, True, ()))  # type: ignore[no-any-return]


def test_a_long_list_is_fetched_page_by_page(server: StandIn, client: EngineClient) -> None:
    rows = [correction_row(number) for number in range(PAGE_ROWS + 3)]
    server.answers["GET /tasks/liver/corrections"] = [
        {"corrections": rows[1 : PAGE_ROWS + 1]},
        {"corrections": rows[PAGE_ROWS + 1 :]},
    ]
    listed = client.corrections("liver", 1)
    assert [each.sequence for each in listed] == list(range(1, PAGE_ROWS + 3))
    asked = [request.query for request in server.of("GET /tasks/liver/corrections")]
    assert asked == [f"after=1&limit={PAGE_ROWS}", f"after={PAGE_ROWS + 1}&limit={PAGE_ROWS}"]


def test_no_more_rows_are_fetched_than_asked_for(server: StandIn, client: EngineClient) -> None:
    server.answers["GET /tasks/liver/corrections"] = [{"corrections": [correction_row(1), correction_row(2)]}]
    assert len(client.corrections("liver", limit=2)) == 2
    assert [request.query for request in server.of("GET /tasks/liver/corrections")] == ["after=0&limit=2"]


# Events


def test_events_are_waited_for_in_several_polls_and_no_longer_than_asked(
    server: StandIn, client: EngineClient
) -> None:
    nothing, something = events_message([]), events_message([Event(7, "liver", "queued", {"correction": "a"})])

    def slowly(handler: Any) -> None:
        time.sleep(0.1)
        handler._give(nothing)

    server.answers["GET /tasks/liver/events"] = [slowly, slowly, something]
    (event,) = client.events("liver", 3, wait_s=10.0)
    assert (event.sequence, event.kind, event.data) == (7, "queued", {"correction": "a"})
    polls = server.of("GET /tasks/liver/events")
    assert {poll.query for poll in polls} == {"after=3&wait=0.2"} and len(polls) == 3
    server.answers["GET /tasks/liver/events"] = [slowly]
    began = time.monotonic()
    assert client.events("liver", wait_s=0.3) == []
    assert time.monotonic() - began >= 0.3
    before = len(server.requests)
    assert client.events("liver") == []
    assert len(server.requests) == before + 1 and server.requests[-1].query == "after=0&wait=0.0"


# A whole volume


def some(items: list[Propagated], done: bool) -> Message:
    message = proposals_message(items)
    return Message({**message.fields, "done": done}, message.arrays)


def test_propagation_sends_what_is_missing_and_yields_as_it_comes(server: StandIn, client: EngineClient) -> None:
    client.put_slice(OTHER)
    ids = [IMAGE.slice_id, OTHER.slice_id, "0" * 64]
    server.answers["POST /slices/missing"] = [{"missing": [OTHER.slice_id, "0" * 64]}]
    server.answers["POST /tasks/liver/propagate"] = [(202, {"job": "j"})]
    found, ended = Propagated(1, proposal("p1", image=OTHER)), Propagated(2, None, "It ends here.")
    server.answers["GET /jobs/j/items"] = [some([], False), some([found], False), some([ended], True)]
    items = list(client.propagate("liver", ids, {0: MASK}, taken={2}))
    assert [(item.index, item.reason) for item in items] == [(1, ""), (2, "It ends here.")]
    assert items[0].proposal is not None and np.array_equal(items[0].proposal.mask, MASK)
    assert server.of("POST /slices/missing")[0].json == {"ids": ids}
    assert len(server.of(put(OTHER))) == 2 and len(server.of(put(IMAGE))) == 1
    begun = server.of("POST /tasks/liver/propagate")[0].message
    assert begun.fields == {"slices": ids, "seeds": [0], "taken": [2]}
    assert np.array_equal(begun.arrays["seeds/0"], MASK)
    assert [r.query.partition("&")[0] for r in server.of("GET /jobs/j/items")] == ["after=0", "after=0", "after=1"]
    assert server.of("DELETE /jobs/j") == []


def test_closing_the_iterator_cancels_the_job(server: StandIn, client: EngineClient) -> None:
    server.answers["POST /slices/missing"] = [{"missing": []}]
    server.answers["POST /tasks/liver/propagate"] = [(202, {"job": "j"})]
    server.answers["GET /jobs/j/items"] = [some([Propagated(1, None, "a"), Propagated(2, None, "b")], False)]
    server.answers["DELETE /jobs/j"] = [204]
    running = client.propagate("liver", [IMAGE.slice_id] * 3, {0: MASK})
    assert next(running).index == 1
    running.close()  # type: ignore[attr-defined]
    assert server.lines[-1] == "DELETE /jobs/j"


def test_an_error_in_the_middle_of_propagation_is_raised_and_what_came_stays(
    server: StandIn, client: EngineClient
) -> None:
    server.answers["POST /slices/missing"] = [{"missing": []}]
    server.answers["POST /tasks/liver/propagate"] = [NO_TASK, (202, {"job": "j"})]
    server.answers["GET /jobs/j/items"] = [some([Propagated(1, None, "a")], False), NO_SLICE]
    running = client.propagate("liver", [IMAGE.slice_id] * 3, {0: MASK})
    assert next(running).index == 1
    with pytest.raises(NotFoundError):
        next(running)


def test_prefetching_names_the_slices_in_order(server: StandIn, client: EngineClient) -> None:
    server.answers["POST /tasks/liver/prefetch"] = [204]
    client.prefetch("liver", ["b", "a"])
    assert server.requests[-1].json == {"slices": ["b", "a"]}


def test_threads_that_find_the_same_thing_missing_all_get_their_answer(server: StandIn) -> None:
    known: set[str] = set()

    def give(handler: Any) -> None:
        handler._give(STATUS if "liver" in known else NO_TASK)

    def opened(handler: Any) -> None:
        known.add("liver")
        handler._give(STATUS)

    server.answers["GET /tasks/liver"] = [give]
    server.answers["POST /tasks/liver/open"] = [opened]
    found: list[str] = []
    with EngineClient(server.url, TOKEN, timeouts=SHORT) as client:
        client.open_task("liver")
        known.clear()
        threads = [threading.Thread(target=lambda: found.append(client.status("liver").name)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == ["liver"] * 4


def test_the_default_limits_are_in_range() -> None:
    assert Timeouts().poll <= 30
