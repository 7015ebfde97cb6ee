"""Every verb through a real server, on a tiny network; and what each says of input that does not fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from shifting_preset import ShiftOptions, shifting
from small_server import BareClient, SmallServer, picture, truth

from auxol_core import protocol
from auxol_core.errors import NotFoundError
from auxol_core.options import TaskOptions
from auxol_core.protocol import plain
from auxol_core.types import Box, Prompt

BOX = Prompt(box=Box(18, 22, 42, 48))


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def test_a_slice_is_missing_until_it_is_put(client: BareClient) -> None:
    image, other = picture(71), picture(72)
    assert client("GET", "slices", image.slice_id).json()["missing"] == "slice"
    client.put(image)
    assert client("GET", "slices", image.slice_id).status_code == 204
    wanted = [other.slice_id, image.slice_id, other.slice_id]
    assert client("POST", "slices", "missing", json={"ids": wanted}).json() == {"missing": [other.slice_id]}


@pytest.mark.parametrize(
    "arrays",
    [
        {"pixels": np.zeros((4, 4, 4), np.uint8)},
        {"pixels": np.zeros((1, 9), np.uint8)},
        {"pixels": np.zeros((4, 4), bool)},
        {"pixels": np.full((4, 4), np.nan, np.float32)},
        {"pixels": np.zeros((), np.uint8)},
        {"pixels": np.zeros((4, 4), np.uint8), "more": np.zeros(3)},
        {},
    ],
)
def test_what_is_no_slice_is_refused(client: BareClient, arrays: dict[str, Any]) -> None:
    answer = client.send("PUT", "slices", "0" * 64, message=protocol.Message({"spacing_mm": None}, arrays))
    assert problem(answer) == (422, "InvalidInputError")


@pytest.mark.parametrize("spacing", [[1], "1 1", [0, 1], [1, 10**400], [True, 1], {"a": 1}])
def test_a_spacing_that_is_none_is_refused(client: BareClient, spacing: Any) -> None:
    image = picture()
    message = protocol.Message({"spacing_mm": spacing}, {"pixels": image.pixels})
    assert problem(client.send("PUT", "slices", image.slice_id, message=message)) == (422, "InvalidInputError")


def test_a_slice_under_another_id_than_its_contents_is_refused(client: BareClient) -> None:
    message = protocol.Message({"spacing_mm": [1, 0.5]}, {"pixels": picture().pixels})
    assert problem(client.send("PUT", "slices", "0" * 64, message=message)) == (422, "InvalidInputError")
    assert client.send("PUT", "slices", "../" + "0" * 61, message=message).status_code == 422


def test_bytes_that_are_no_message_are_refused(client: BareClient) -> None:
    whole = protocol.encode(protocol.Message({"spacing_mm": None}, {"pixels": picture().pixels}))
    for data in (b"", b"AXM1", whole[:-1], whole + b"x", b"\x80\x04pickle", b"AXM1" + b"\xff" * 60):
        answer = client("PUT", "slices", picture().slice_id, data=data)
        assert problem(answer) == (422, "InvalidInputError")


def test_a_proposal_is_shown_again_accepted_or_dismissed(client: BareClient) -> None:
    slice_id = client.put(picture())
    shown = client.proposal("discs", slice_id, BOX)
    again = client("GET", "proposals", shown.proposal_id)
    assert np.array_equal(protocol.proposals_of(protocol.decode(again.content))[0].mask, shown.mask)
    assert client("POST", "proposals", shown.proposal_id, "accept").status_code == 204
    assert client("DELETE", "proposals", shown.proposal_id).status_code == 204
    gone = client("GET", "proposals", shown.proposal_id)
    error = protocol.error_of(gone.status_code, gone.content)
    assert isinstance(error, NotFoundError) and error.missing == "proposal"


def test_one_more_click_replaces_the_proposal_before(client: BareClient) -> None:
    slice_id = client.put(picture())
    first = client.proposal("discs", slice_id, BOX)
    assert client.predict("discs", slice_id, BOX, previous=first.proposal_id).status_code == 200
    assert client("GET", "proposals", first.proposal_id).status_code == 404
    assert client.predict("discs", slice_id, BOX, previous=first.proposal_id).json()["missing"] == "proposal"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"slice_id": 7, "box": [1, 1, 9, 9]},
        {"slice_id": "/etc/passwd", "box": [1, 1, 9, 9]},
        {"box": [1, 1, 9, 9], "previous": 5},
        {"box": [1, 1, 9, 1e300]},
        {"box": [9, 9, 1, 1]},
        {"box": "1 1 9 9"},
        {"points": [[1, 1, 1]]},
        {"points": [[1, 1, False]]},
        {"points": {"row": 1}},
    ],
)
def test_a_prompt_that_is_none_is_refused(client: BareClient, fields: dict[str, Any]) -> None:
    message = protocol.Message({"slice_id": client.put(picture()), **fields})
    assert problem(client.send("POST", "tasks", "discs", "predict", message=message)) == (422, "InvalidInputError")


def test_a_correction_is_new_once(client: BareClient) -> None:
    slice_id = client.put(picture())
    shown = client.proposal("discs", slice_id, BOX)
    first = client.correct("discs", slice_id, truth(), "säve 1/2?", (shown.proposal_id,))
    assert first.status_code == 201 and first.json()["correction_id"] == "säve 1/2?"
    again = client.correct("discs", slice_id, truth(), "säve 1/2?", (shown.proposal_id,))
    assert again.status_code == 200 and again.json() == {**first.json(), "duplicate": True}
    assert [c["correction_id"] for c in client("GET", "tasks", "discs", "corrections").json()["corrections"]] == [
        "säve 1/2?"
    ]
    learned = client("POST", "tasks", "discs", "learn").json()
    assert (learned["version"], learned["queued"]) == (1, 0)
    assert client("GET", "tasks", "discs", "versions").json()["versions"][0]["corrections"] == ["säve 1/2?"]
    assert client("DELETE", "tasks", "discs", "corrections", "säve 1/2?").json()["corrections"] == 0


def test_corrections_and_versions_come_in_pages(client: BareClient) -> None:
    slice_id = client.put(picture())
    for number in range(3):
        client.correct("discs", slice_id, truth(), f"c{number}", ())
    client("POST", "tasks", "discs", "learn")
    corrections = client("GET", "tasks", "discs", "corrections").json()["corrections"]
    assert [row["correction_id"] for row in corrections] == ["c0", "c1", "c2"]
    for verb in ("corrections", "versions"):
        rows = client("GET", "tasks", "discs", verb).json()[verb]
        page = client("GET", "tasks", "discs", verb, params={"after": 1, "limit": 1}).json()
        assert page == {verb: rows[1:2]}
        for query in ({"limit": protocol.PAGE_ROWS + 1}, {"limit": -1}, {"after": -1}, {"after": "all"}):
            assert problem(client("GET", "tasks", "discs", verb, params=query)) == (422, "InvalidInputError")


@pytest.mark.parametrize(
    "mask",
    [
        np.zeros((64, 64, 1), bool),
        np.zeros((0, 0), bool),
        np.zeros((64, 64), np.float32),
        np.full((64, 64), 2, np.uint8),
        np.full((64, 64), -1, np.int8),
        np.zeros((63, 64), bool),
        np.arange(64 * 64).reshape(64, 64) % 3,
    ],
)
def test_a_correction_that_is_no_mask_of_the_slice_is_refused(client: BareClient, mask: np.ndarray) -> None:
    slice_id = client.put(picture())
    assert problem(client.correct("discs", slice_id, mask, "one")) == (422, "InvalidInputError")
    assert client("GET", "tasks", "discs").json()["corrections"] == 0


def test_masks_of_zeros_and_ones_are_taken(client: BareClient) -> None:
    slice_id = client.put(picture())
    for number, mask in enumerate((truth().astype(np.int64), truth().astype(np.uint8) * 255)):
        assert client.correct("discs", slice_id, mask, f"save {number}").status_code == 201


def test_going_back_and_anew(client: BareClient) -> None:
    slice_id = client.put(picture())
    for number in range(2):
        client.correct("discs", slice_id, truth(), f"save {number}")
        client("POST", "tasks", "discs", "learn")
    before = client("GET", "tasks", "discs").json()["version"]
    assert client("POST", "tasks", "discs", "undo").json()["version"] < before
    assert client("POST", "tasks", "discs", "roll_back", json={"version": before}).json()["version"] == before
    assert problem(client("POST", "tasks", "discs", "roll_back", json={"version": 99})) == (404, "NotFoundError")
    assert client("POST", "tasks", "discs", "roll_back", json={"version": "1"}).status_code == 422
    assert client("POST", "tasks", "discs", "reset").json()["version"] == 0


def test_pause_resume_prefetch_refresh_close(client: BareClient) -> None:
    slice_id = client.put(picture())
    assert client("POST", "tasks", "discs", "pause").status_code == 204
    assert client("GET", "tasks", "discs").json()["paused"] is True
    assert client("POST", "tasks", "discs", "resume").status_code == 204
    assert client("POST", "tasks", "discs", "prefetch", json={"slices": [slice_id]}).status_code == 204
    assert client("POST", "tasks", "discs", "refresh").headers["Content-Type"] == protocol.MEDIA_TYPE
    for _ in range(2):
        assert client("POST", "tasks", "discs", "close").status_code == 204
    assert client("GET", "tasks", "discs").json()["missing"] == "open task"
    assert client("GET", "tasks").json() == {"tasks": ["discs"]}


def test_a_task_travels_as_a_file(client: BareClient, server: SmallServer) -> None:
    client.correct("discs", client.put(picture()), truth(), "one")
    file = client("GET", "tasks", "discs", "file")
    assert file.headers["Content-Type"] == "application/octet-stream"
    taken = client("PUT", "tasks", "copy", "file", data=file.content)
    assert taken.status_code == 201 and taken.json()["corrections"] == 1
    assert problem(client("PUT", "tasks", "copy", "file", data=file.content)) == (422, "InvalidInputError")
    broken = client("PUT", "tasks", "broken", "file", data=file.content[:3000])
    assert broken.status_code == 409 and broken.json()["error"] == "TaskFileCorruptError"
    assert client("GET", "tasks").json() == {"tasks": ["copy", "discs"]}
    assert not list(server.household.folder("user").glob(".transfer-*"))


def test_options_are_checked_by_name_and_range(client: BareClient) -> None:
    assert client.create("paused", learning=False, seed=7)["preset"] == "auxol"
    for options in ({"preset": "other"}, {"seed": "7"}, {"colour": 1}, {"window": {"low": 2, "high": 1}}, {"auxol": 3}):
        answer = client("POST", "tasks", json={"name": "x", "options": options})
        assert problem(answer) == (422, "InvalidInputError")
    assert client("POST", "tasks", json={"name": "discs"}).status_code == 422
    json = {"Content-Type": "application/json"}
    assert client("POST", "tasks", data=b'{"name": "x"', headers=json).status_code == 422
    nested = client("POST", "tasks", data=b"[" * 200_000, headers=json)
    assert nested.status_code in (400, 422) and nested.json()["error"] == "InvalidInputError"


def test_a_preset_s_own_options_are_read_by_the_class_that_it_brings(client: BareClient) -> None:
    asked = {"preset": "shifting", "own": {"rate": 2.0}}
    unknown = client("POST", "tasks", json={"name": "x", "options": asked})
    assert problem(unknown) == (422, "InvalidInputError") and "'shifting'" in unknown.json()["message"]
    with shifting():
        for bad in ({"rate": 50.0}, {"rate": "fast"}, {"colour": 1}, 3):
            answer = client("POST", "tasks", json={"name": "x", "options": asked | {"own": bad}})
            assert problem(answer) == (422, "InvalidInputError")
        assert client.create("x", **asked)["preset"] == "shifting"
        assert client.create("y", **plain(TaskOptions(preset="shifting", own=ShiftOptions())))["preset"] == "shifting"


def test_a_task_that_is_deleted_is_gone(client: BareClient) -> None:
    assert client("DELETE", "tasks", "discs").status_code == 204
    assert client("GET", "tasks").json() == {"tasks": []}
    for method, more in (("DELETE", ()), ("POST", ("open",))):
        assert problem(client(method, "tasks", "discs", *more)) == (404, "NotFoundError")


def test_sentences_about_tasks_name_the_users_own_and_no_folder_of_the_server(
    client: BareClient, server: SmallServer
) -> None:
    for answer in (client("POST", "tasks", "none", "open"), client("GET", "tasks", "none")):
        assert str(server.household.folder("user")) not in answer.text and "known are: discs." in answer.text
