"""Corrections on their way: none is lost, whatever breaks, and none arrives where it does not belong."""

from __future__ import annotations

import errno
import os
import stat
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stand_in_server import SHORT as USUAL
from stand_in_server import STATUS, TOKEN, StandIn, broken_before, free_port

from auxol_core.client.address import address_of
from auxol_core.client.blocking import EngineClient
from auxol_core.client.kept import KeptCorrection
from auxol_core.client.outbox import Outbox
from auxol_core.errors import (
    AccessError,
    InvalidInputError,
    NotFoundError,
    StorageFullError,
    UnavailableError,
)
from auxol_core.types import SliceImage

IMAGE = SliceImage(np.arange(12, dtype=np.int16).reshape(3, 4), (0.5, 0.7))
SHORT = replace(USUAL, retry=0.1)
MASK = np.eye(3, 4, dtype=bool)
PUT = "PUT /tasks/liver/corrections/a"
NO_TASK = NotFoundError("Task 'liver' is not open. Open it.", "open task")
NO_SLICE = NotFoundError("That slice is not here. Put it again.", "slice")
POSIX = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")


def receipt(correction_id: str = "a", duplicate: bool = False) -> Any:
    told = {"correction_id": correction_id, "task": "liver", "sequence": 1, "objects": 1, "confirmation": False}
    return (201, {**told, "duplicate": duplicate})


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    return tmp_path / "Ausgänge und mehr" / "outbox"


@pytest.fixture
def client(server: StandIn, outbox: Path) -> Any:
    """A client that has the task open and the slice put."""
    server.answers[f"PUT /slices/{IMAGE.slice_id}"] = [204]
    server.answers[PUT] = [receipt()]
    with EngineClient(server.url, TOKEN, outbox=outbox, timeouts=SHORT) as client:
        client.open_task("liver")
        client.put_slice(IMAGE)
        yield client


def save(client: EngineClient, correction_id: str = "a", **more: Any) -> Any:
    return client.correct("liver", IMAGE.slice_id, MASK, correction_id=correction_id, proposals=["p1"], **more)


def files(outbox: Path) -> list[str]:
    return sorted(path.suffix for path in outbox.iterdir()) if outbox.exists() else []


def test_a_correction_is_on_the_disk_before_it_is_sent_and_gone_when_the_receipt_is_there(
    server: StandIn, client: EngineClient, outbox: Path
) -> None:
    on_disk: list[list[str]] = []

    def look(handler: Any) -> None:
        on_disk.append(files(outbox))
        handler._give(receipt())

    server.answers[PUT] = [look]
    told = save(client)
    assert (told.correction_id, told.sequence, told.duplicate) == ("a", 1, False)
    assert on_disk == [[".correction"]]
    assert files(outbox) == []
    sent = server.of(PUT)[0].message
    assert sent.fields == {"slice_id": IMAGE.slice_id, "proposals": ["p1"]}
    assert np.array_equal(sent.arrays["mask"], MASK)


def test_where_the_server_is_gone_it_is_kept_and_a_later_client_sends_it_with_its_slice(
    server: StandIn, client: EngineClient, outbox: Path
) -> None:
    server.answers[PUT] = [broken_before]
    with pytest.raises(UnavailableError, match=r"broke off.* kept in the outbox and will be sent again\."):
        save(client)
    assert files(outbox) == [".correction"]
    server.answers[PUT] = [NO_SLICE] * (len(server.of(PUT)) + 1) + [receipt()]
    before = len(server.requests)
    with EngineClient(f"http://localhost:{server.port}", "of the next start", outbox=outbox, timeouts=SHORT) as later:
        later.open_task("liver")
    assert server.lines[before:][:4] == ["POST /tasks/liver/open", PUT, f"PUT /slices/{IMAGE.slice_id}", PUT]
    again = server.of(f"PUT /slices/{IMAGE.slice_id}")[-1].message
    assert np.array_equal(again.arrays["pixels"], IMAGE.pixels) and again.fields["spacing_mm"] == [0.5, 0.7]
    assert files(outbox) == []


def test_what_waits_is_sent_before_the_next_correction_of_its_task(
    server: StandIn, client: EngineClient, outbox: Path
) -> None:
    server.answers[PUT] = [broken_before]
    with pytest.raises(UnavailableError):
        save(client)
    server.answers[PUT] = [receipt()]
    server.answers["PUT /tasks/liver/corrections/b"] = [receipt("b")]
    assert save(client, "b").correction_id == "b"
    assert server.lines[-2:] == [PUT, "PUT /tasks/liver/corrections/b"]
    assert files(outbox) == []


def test_resend_sends_in_the_order_of_saving_and_counts(server: StandIn, client: EngineClient, outbox: Path) -> None:
    names = ["c", "a", "b"]
    for name in names:
        server.answers[f"PUT /tasks/liver/corrections/{name}"] = [UnavailableError("Not now. Later.")]
        with pytest.raises(UnavailableError, match="kept in the outbox"):
            save(client, name)
    for name in names:
        server.answers[f"PUT /tasks/liver/corrections/{name}"] = [receipt(name)]
    before = len(server.requests)
    assert client.resend() == 3
    assert [line[-1] for line in server.lines[before:]] == names
    assert client.resend() == 0


@pytest.mark.parametrize(
    "error",
    [InvalidInputError("The mask has 3 rows. Send 4."), NO_SLICE, NotFoundError("No task 'liver' is here. Make it.")],
)
def test_what_is_refused_for_good_is_raised_and_not_kept(
    server: StandIn, client: EngineClient, outbox: Path, error: Exception
) -> None:
    server.answers[PUT] = [error]
    with pytest.raises(type(error)) as raised:
        save(client)
    assert str(raised.value) == str(error)
    assert files(outbox) == []


@pytest.mark.parametrize("error", [StorageFullError("Full. Free it."), AccessError("Which token? Give it.")])
def test_what_may_be_taken_later_is_kept(server: StandIn, client: EngineClient, outbox: Path, error: Exception) -> None:
    server.answers[PUT] = [error]
    with pytest.raises(type(error), match="kept in the outbox"):
        save(client)
    assert files(outbox) == [".correction"]


def test_a_task_that_is_not_open_keeps_nothing_and_what_waited_waits_on(
    server: StandIn, client: EngineClient, outbox: Path
) -> None:
    server.answers[PUT] = [broken_before]
    with pytest.raises(UnavailableError):
        save(client)
    client.close_task("liver")
    server.answers[PUT] = server.answers["PUT /tasks/liver/corrections/b"] = [NO_TASK]
    with pytest.raises(NotFoundError):
        save(client, "b")
    assert client.resend() == 0
    assert files(outbox) == [".correction"]


def test_one_that_is_refused_later_is_set_aside_and_holds_up_no_other(
    server: StandIn, client: EngineClient, outbox: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("a", "b"):
        server.answers[f"PUT /tasks/liver/corrections/{name}"] = [UnavailableError("Not now. Later.")]
        with pytest.raises(UnavailableError):
            save(client, name)
    server.answers[PUT] = [InvalidInputError("Wrong. Send another.")]
    server.answers["PUT /tasks/liver/corrections/b"] = [receipt("b")]
    assert client.resend() == 1
    assert files(outbox) == [".refused"]
    assert "refused" in caplog.text


def test_a_folder_that_cannot_be_written_is_no_reason_not_to_send(
    server: StandIn, client: EngineClient, outbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert save(client).correction_id == "a"
    assert files(outbox) == []
    server.answers[PUT] = [broken_before]
    with pytest.raises(UnavailableError, match=r"could not be kept.*No space left on device.*Send it again\."):
        save(client)
    assert files(outbox) == []


def test_without_an_outbox_the_error_says_that_nothing_is_kept(server: StandIn) -> None:
    server.answers[PUT] = [broken_before]
    with (
        EngineClient(server.url, TOKEN, timeouts=SHORT) as client,
        pytest.raises(UnavailableError, match="not kept"),
    ):
        save(client)
    with EngineClient(server.url, TOKEN, timeouts=SHORT) as client:
        assert client.resend() == 0


@pytest.mark.parametrize("damage", [b"", b"AXM1", b"\x00" * 1000, "cut", "other pixels"])
def test_a_damaged_file_is_set_aside_and_never_fatal(
    server: StandIn, client: EngineClient, outbox: Path, damage: Any
) -> None:
    for name in ("a", "b"):
        server.answers[f"PUT /tasks/liver/corrections/{name}"] = [UnavailableError("Not now. Later.")]
        with pytest.raises(UnavailableError):
            save(client, name)
    path = outbox / KeptCorrection("this machine", "liver", "a", "", MASK).file_name
    if damage == "cut":
        damage = path.read_bytes()[:-3]
    elif damage == "other pixels":
        other = SliceImage(np.zeros((3, 4), dtype=np.int16))
        Outbox(outbox).put(KeptCorrection("this machine", "liver", "a", IMAGE.slice_id, MASK, (), other))
        damage = path.read_bytes()
    path.write_bytes(damage)
    server.answers["PUT /tasks/liver/corrections/b"] = [receipt("b")]
    assert client.resend() == 1
    assert files(outbox) == [".damaged"]


@POSIX
def test_nobody_else_may_look_into_the_outbox(server: StandIn, client: EngineClient, outbox: Path) -> None:
    server.answers[PUT] = [broken_before]
    with pytest.raises(UnavailableError):
        save(client)
    assert stat.S_IMODE(outbox.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in outbox.iterdir()] == [0o600]
    assert "liver" not in next(outbox.iterdir()).name


def test_the_same_id_in_two_tasks_is_two_corrections(outbox: Path) -> None:
    box = Outbox(outbox)
    for task in ("liver", "kidney"):
        box.put(KeptCorrection("here", task, "same", IMAGE.slice_id, MASK))
    kept = [box.read(name) for name in box.names()]
    assert [each and (each.to, each.task, each.correction_id) for each in kept] == [
        ("here", "liver", "same"), ("here", "kidney", "same"),
    ]


def test_what_was_meant_for_another_server_or_user_stays_where_it_is(
    server: StandIn, client: EngineClient, outbox: Path
) -> None:
    there = address_of("https://engine.example", "one token", loopback=False)
    assert there != address_of("https://engine.example", "another token", loopback=False)
    assert there != address_of("https://other.example", "one token", loopback=False)
    assert "token" not in there
    Outbox(outbox).put(KeptCorrection(there, "liver", "a", IMAGE.slice_id, MASK))
    client.open_task("liver")
    assert client.resend() == 0
    assert server.of(PUT) == [] and files(outbox) == [".correction"]


@pytest.mark.parametrize("verb", ["delete_task", "reset"])
def test_what_waits_for_a_task_that_is_deleted_or_reset_does_not_come_into_its_successor(
    server: StandIn, client: EngineClient, outbox: Path, verb: str
) -> None:
    server.answers[PUT] = [broken_before]
    with pytest.raises(UnavailableError):
        save(client)
    server.answers["DELETE /tasks/liver"] = [204]
    server.answers["POST /tasks/liver/reset"] = [STATUS]
    getattr(client, verb)("liver")
    assert files(outbox) == []


def test_a_correction_that_never_arrived_can_be_forgotten(server: StandIn, client: EngineClient, outbox: Path) -> None:
    server.answers[PUT] = [broken_before]
    with pytest.raises(UnavailableError):
        save(client)
    server.answers["DELETE /tasks/liver/corrections/a"] = [NotFoundError("There is no such correction. Name another.")]
    assert client.forget("liver", "a").name == "liver"
    assert files(outbox) == []
    with pytest.raises(NotFoundError):
        client.forget("liver", "a")


def test_several_clients_on_one_folder_deliver_each_correction(
    server: StandIn, client: EngineClient, outbox: Path
) -> None:
    names = [f"c{number}" for number in range(6)]
    for name in names:
        server.answers[f"PUT /tasks/liver/corrections/{name}"] = [receipt(name)]
        Outbox(outbox).put(KeptCorrection("this machine", "liver", name, IMAGE.slice_id, MASK, (), IMAGE))
    clients = [EngineClient(server.url, TOKEN, outbox=outbox, timeouts=SHORT) for _ in range(3)]
    troubles: list[Exception] = []

    def resend(each: EngineClient) -> None:
        try:
            each.resend()
        except UnavailableError as error:
            troubles.append(error)

    threads = [threading.Thread(target=resend, args=(each,)) for each in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in clients:
        each.close()
    assert troubles == [] and files(outbox) == []
    assert all(server.of(f"PUT /tasks/liver/corrections/{name}") for name in names)


def test_what_one_thread_is_sending_another_does_not_send_again(server: StandIn, client: EngineClient) -> None:
    go_on = threading.Event()

    def slowly(handler: Any) -> None:
        go_on.wait(5.0)
        handler._give(receipt())

    server.answers[PUT] = [slowly]
    server.answers["PUT /tasks/liver/corrections/b"] = [receipt("b")]
    thread = threading.Thread(target=save, args=(client,))
    thread.start()
    ends = time.monotonic() + 5.0
    while not server.of(PUT) and time.monotonic() < ends:
        time.sleep(0.005)
    save(client, "b")
    go_on.set()
    thread.join()
    assert len(server.of(PUT)) == 1


def test_opening_a_task_tells_what_it_is_after_the_waiting_correction_arrived(
    server: StandIn, client: EngineClient, outbox: Path
) -> None:
    Outbox(outbox).put(KeptCorrection("this machine", "liver", "a", IMAGE.slice_id, MASK, (), IMAGE))
    server.answers["GET /tasks/liver"] = [{**STATUS, "corrections": 1}]
    assert client.open_task("liver").corrections == 1


def test_a_half_written_file_of_a_program_that_was_killed_goes_after_a_while(outbox: Path) -> None:
    outbox.mkdir(parents=True)
    for name, age in (("old", 7200), ("new", 0)):
        (outbox / f".{name}.partial").write_bytes(b"half")
        os.utime(outbox / f".{name}.partial", (time.time() - age,) * 2)
    assert Outbox(outbox).names() == []
    assert [path.name for path in outbox.iterdir()] == [".new.partial"]


@pytest.mark.parametrize("correction_id", ["", ".", ".."])
def test_an_id_that_no_path_can_hold_is_refused_at_once(client: EngineClient, correction_id: str) -> None:
    with pytest.raises(InvalidInputError, match="200"):
        save(client, correction_id)


def test_nobody_there_at_all_still_keeps_it(outbox: Path) -> None:
    with EngineClient(f"http://127.0.0.1:{free_port()}", TOKEN, outbox=outbox, timeouts=SHORT) as client:
        with pytest.raises(UnavailableError, match="kept in the outbox"):
            save(client)
        with pytest.raises(UnavailableError):
            client.resend()
    assert files(outbox) == [".correction"]


@POSIX
def test_an_outbox_that_was_open_to_others_is_not_any_more(outbox: Path) -> None:
    outbox.mkdir(parents=True)
    outbox.chmod(0o755)
    left = [outbox / name for name in ("a.correction", "b.damaged", ".c.partial")]
    for path in left:
        path.touch(0o644)
    Outbox(outbox)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (outbox, *left)] == [0o700, 0o600, 0o600, 0o600]
