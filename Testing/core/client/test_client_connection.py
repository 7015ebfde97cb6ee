"""How the client speaks to a server: headers, errors as types, time limits, what is repeated and what is not."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from stand_in_server import (
    HEALTH,
    SHORT,
    STATUS,
    TOKEN,
    StandIn,
    broken_before,
    broken_in_the_middle,
    free_port,
    stand_in,
    trickling,
)

from auxol_core.client.address import is_loopback
from auxol_core.client.blocking import EngineClient
from auxol_core.client.limits import Timeouts
from auxol_core.errors import (
    AccessError,
    InvalidInputError,
    NotFoundError,
    ProtocolVersionError,
    TaskFileLockedError,
    UnavailableError,
)
from auxol_core.protocol import PROTOCOL_VERSION, Message

LATE = 1.5  # a slow core; the shortest limit that is tested is far below, the longest answer far above


# What is sent


def test_who_is_there_is_asked_once_and_before_a_token_is_sent(server: StandIn, client: EngineClient) -> None:
    server.answers["GET /tasks"] = [{"tasks": ["liver"]}]
    assert client.list_tasks() == client.list_tasks() == ["liver"]
    first, *others = server.all_requests
    assert first.line == "GET /health" and "authorization" not in first.headers
    assert [other.line for other in others] == ["GET /tasks"] * 2
    assert {other.headers["authorization"] for other in others} == {f"Bearer {TOKEN}"}
    assert {other.headers["x-auxol-protocol"] for other in others} == {str(PROTOCOL_VERSION)}
    assert len({other.headers["x-auxol-client"] for other in others}) == 1


def test_a_name_with_any_letter_stays_one_part_of_the_path(server: StandIn, client: EngineClient) -> None:
    server.answers["GET /tasks/Leber%2C%20ven%C3%B6s%2F..%3F"] = [{**STATUS, "name": "Leber, venös/..?"}]
    assert client.status("Leber, venös/..?").name == "Leber, venös/..?"


@pytest.mark.parametrize("name", ["", ".", "..", "\ud800"])
def test_what_cannot_be_a_name_never_becomes_another_path(server: StandIn, client: EngineClient, name: str) -> None:
    with pytest.raises(NotFoundError, match="names nothing"):
        client.status(name)
    with pytest.raises(NotFoundError):
        client.delete_task(name)
    assert not client.has_slice(name)
    assert server.requests == []


def test_neither_proxy_nor_netrc_is_used_on_this_machine(
    server: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    (tmp_path / "netrc").write_text("default login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.answers["GET /tasks"] = [{"tasks": []}]
    for host in ("127.0.0.1", "localhost"):
        with EngineClient(f"http://{host}:{server.port}", TOKEN, timeouts=SHORT) as client:
            assert client.list_tasks() == []
    assert {request.headers["authorization"] for request in server.requests} == {f"Bearer {TOKEN}"}


def test_elsewhere_the_systems_proxy_is_used_and_no_netrc(
    server: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    (tmp_path / "netrc").write_text("default login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.answers["GET /tasks"] = [{"tasks": ["through the proxy"]}]
    with EngineClient("http://engine.invalid:8000", TOKEN, timeouts=SHORT) as client:
        assert client.list_tasks() == ["through the proxy"]
    (request,) = server.requests
    assert request.headers["host"] == "engine.invalid:8000"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert "unencrypted" in caplog.text


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("localhost", True), ("LOCALHOST.", True)]
    + [("10.0.0.1", False), ("localhost.example", False), ("engine", False), ("0.0.0.0", False)],
)
def test_loopback_is_told_by_its_address(host: str, here: bool) -> None:
    assert is_loopback(host) is here


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:8000", "ftp://127.0.0.1", "http://", "http://me:pw@host", "http://h:x", "http://h/?a=1"]
)
def test_an_address_that_is_none_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(InvalidInputError, match="http://HOST:PORT"):
        EngineClient(url, TOKEN)


@pytest.mark.parametrize("token", ["", "zwölf", "two\nlines"])
def test_a_token_that_no_header_can_hold_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        EngineClient("http://127.0.0.1:1", token)
    assert not token or token not in str(error.value)


@pytest.mark.parametrize("limits", [{"quick": 0}, {"poll": 31}, {"slow": -1}, {"file": True}, {"save": float("nan")}])
def test_a_time_limit_out_of_range_is_named(limits: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match=next(iter(limits))):
        Timeouts(**limits)


# What comes back


def test_another_program_at_that_address_is_told_as_such(server: StandIn, client: EngineClient) -> None:
    server.answers["GET /health"] = [{"program": "printer"}]
    with pytest.raises(UnavailableError, match="another program"):
        client.list_tasks()
    assert server.requests == []


@pytest.mark.parametrize(
    ("health", "told"),
    [
        ({**HEALTH, "protocol": 99}, "speaks 99"),
        ({**HEALTH, "protocol": 1}, "speaks 1"),  # a program of commit 4e5615f or before
        ((426, {"error": "ProtocolVersionError", "message": "99"}), "99"),
    ],
)
def test_a_server_of_another_version_is_told_as_such(
    server: StandIn, client: EngineClient, health: Any, told: str
) -> None:
    server.answers["GET /health"] = [health]
    with pytest.raises(ProtocolVersionError, match=told):
        client.list_tasks()
    assert server.requests == []


def test_a_server_that_was_replaced_by_another_version_is_told_as_such(server: StandIn, client: EngineClient) -> None:
    server.answers["GET /tasks"] = [{"tasks": []}, lambda h: h.send(404, b"", X_Auxol_Protocol="98")]
    client.list_tasks()
    with pytest.raises(ProtocolVersionError, match="speaks 98"):
        client.list_tasks()


@pytest.mark.parametrize(
    "error",
    [InvalidInputError("One."), AccessError("Two."), TaskFileLockedError("Three."), NotFoundError("Four.", "proposal")],
)
def test_an_error_comes_out_as_it_went_in(server: StandIn, client: EngineClient, error: Exception) -> None:
    server.answers["GET /tasks"] = [error]
    with pytest.raises(type(error)) as raised:
        client.list_tasks()
    assert type(raised.value) is type(error) and str(raised.value) == str(error)
    assert getattr(raised.value, "missing", None) == getattr(error, "missing", None)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[1]", b"{}", b'{"tasks": 3}', b'{"tasks": null}', b"\xff\xfe", b"[" * 100_000]
)
def test_an_answer_that_is_none_is_no_crash(server: StandIn, client: EngineClient, body: bytes) -> None:
    server.answers["GET /tasks"] = [body]
    with pytest.raises(UnavailableError, match="of protocol"):
        client.list_tasks()


@pytest.mark.parametrize("answer", [b"", b"AXM1", Message({}), Message({"events": 3}), Message({"events": [{}]})])
def test_a_message_that_is_none_is_no_crash(server: StandIn, client: EngineClient, answer: Any) -> None:
    server.answers["GET /tasks/liver/events"] = [answer]
    with pytest.raises(UnavailableError, match="of protocol"):
        client.events("liver")


@pytest.mark.parametrize("status", [{}, {**STATUS, "version": "one"}, {**STATUS, "more": 1}])
def test_a_status_that_is_none_is_no_crash(server: StandIn, client: EngineClient, status: Any) -> None:
    server.answers["GET /tasks/liver"] = [status]
    with pytest.raises(UnavailableError, match="of protocol"):
        client.status("liver")


def test_a_refusal_that_is_not_ours_names_its_status(server: StandIn, client: EngineClient) -> None:
    server.answers["GET /tasks"] = [(502, b"<html>Bad gateway</html>")]
    with pytest.raises(UnavailableError, match="502"):
        client.list_tasks()


def test_a_redirection_is_not_followed(server: StandIn, client: EngineClient) -> None:
    server.answers["GET /tasks"] = [lambda handler: handler.send(307, b"", Location="/elsewhere")]
    with pytest.raises(UnavailableError, match="redirection"):
        client.list_tasks()
    assert server.lines == ["GET /tasks"]


# What is repeated


def test_nobody_there_is_told_with_address_and_advice() -> None:
    port = free_port()
    with (
        EngineClient(f"http://127.0.0.1:{port}", TOKEN, timeouts=SHORT) as client,
        pytest.raises(UnavailableError, match=rf"{port}.*no connection.*start it again\."),
    ):
        client.list_tasks()


def test_a_server_that_comes_late_is_waited_for() -> None:
    port = free_port()
    threads = []

    def begin() -> None:
        time.sleep(0.4)
        with stand_in(port) as late:
            late.answers["GET /tasks"] = [{"tasks": ["came"]}]
            done.wait(10.0)

    done = threading.Event()
    threads.append(threading.Thread(target=begin))
    threads[0].start()
    with EngineClient(f"http://127.0.0.1:{port}", TOKEN, timeouts=Timeouts(retry=10.0)) as client:
        assert client.list_tasks() == ["came"]
    done.set()
    threads[0].join()


@pytest.mark.parametrize("trouble", [503, broken_before, broken_in_the_middle], ids=["503", "before", "in the middle"])
def test_what_is_harmless_twice_is_repeated(server: StandIn, client: EngineClient, trouble: Any) -> None:
    server.answers["GET /tasks"] = [trouble, trouble, {"tasks": ["third"]}]
    assert client.list_tasks() == ["third"]
    assert server.lines == ["GET /tasks"] * 3


def test_what_is_not_harmless_twice_is_repeated_only_if_it_was_not_carried_out(
    server: StandIn, client: EngineClient
) -> None:
    server.answers["POST /tasks/liver/undo"] = [503, broken_before, STATUS]
    with pytest.raises(UnavailableError, match="broke off"):
        client.undo("liver")
    assert len(server.of("POST /tasks/liver/undo")) == 2


def test_a_server_that_stays_unready_is_told_in_its_own_words(server: StandIn, client: EngineClient) -> None:
    server.answers["GET /tasks"] = [UnavailableError("It is shutting down. Start it again.")]
    with pytest.raises(UnavailableError, match="shutting down"):
        client.list_tasks()
    assert len(server.requests) > 2


def test_what_was_deleted_by_a_try_that_broke_off_is_deleted(server: StandIn, client: EngineClient) -> None:
    gone = NotFoundError("There is no such thing. Name another.")
    server.answers["DELETE /tasks/liver"] = [broken_before, gone]
    client.delete_task("liver")
    server.answers["DELETE /tasks/kidney"] = [gone]
    with pytest.raises(NotFoundError):
        client.delete_task("kidney")


# How long it takes


@pytest.mark.parametrize(
    "trouble",
    [
        trickling(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
        trickling(b"HTTP/1.1 200 OK\r\n\r\n"),
        trickling(b"HTTP/1.1 200 OK\r\nX-Long: "),
        lambda handler: time.sleep(4.0),
    ],
    ids=["body", "body without a length", "head", "silence"],
)
def test_no_answer_takes_longer_than_its_limit_however_it_comes(server: StandIn, trouble: Any) -> None:
    server.answers["GET /tasks"] = [trouble]
    with EngineClient(server.url, TOKEN, timeouts=Timeouts(quick=0.4)) as client:
        began = time.monotonic()
        with pytest.raises(UnavailableError, match=r"none within 0\.4 s"):
            client.list_tasks()
        assert time.monotonic() - began < 0.4 + LATE
        server.answers["GET /tasks/liver"] = [STATUS]
        assert client.status("liver").name == "liver"  # and the client goes on


def test_a_verb_that_takes_long_is_asked_after_until_it_is_done(server: StandIn, client: EngineClient) -> None:
    server.answers["POST /tasks/liver/learn"] = [(202, {"job": "j/1"})]
    at_it = (202, {"job": "j/1"})
    server.answers["GET /jobs/j%2F1"] = [at_it, broken_before, at_it, {**STATUS, "version": 7}]
    assert client.learn_now("liver").version == 7
    assert {request.query for request in server.of("GET /jobs/j%2F1")} == {"wait=0.2"}
    assert len(server.of("POST /tasks/liver/learn")) == 1


def test_a_verb_that_never_ends_is_given_up(server: StandIn) -> None:
    server.answers["POST /tasks/liver/learn"] = server.answers["GET /jobs/j"] = [(202, {"job": "j"})]
    with (
        EngineClient(server.url, TOKEN, timeouts=Timeouts(slow=0.2, poll=0.01)) as client,
        pytest.raises(UnavailableError, match="still at it"),
    ):
        client.learn_now("liver")


def test_the_error_of_a_verb_that_took_long_is_its_own(server: StandIn, client: EngineClient) -> None:
    server.answers["POST /tasks/liver/roll_back"] = [(202, {"job": "j"})]
    server.answers["GET /jobs/j"] = [(202, {"job": "j"}), NotFoundError("There is no version 9. Name another.")]
    with pytest.raises(NotFoundError, match="version 9"):
        client.roll_back("liver", 9)
    assert server.of("POST /tasks/liver/roll_back")[0].json == {"version": 9}


# Threads, and the end


def test_several_threads_may_use_one_client(server: StandIn, client: EngineClient) -> None:
    names = [f"task {number}" for number in range(4)]
    for name in names:
        server.answers[f"GET /tasks/{name.replace(' ', '%20')}"] = [{**STATUS, "name": name}]
    wrong: list[str] = []

    def ask(name: str) -> None:
        wrong.extend(name for _ in range(20) if client.status(name).name != name)

    threads = [threading.Thread(target=ask, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [] and len(server.requests) == 80


def test_closing_gives_back_what_was_opened_and_is_harmless_twice(server: StandIn) -> None:
    client = EngineClient(server.url, TOKEN, timeouts=SHORT)
    client.open_task("liver")
    client.close()
    client.close()
    assert server.lines == ["POST /tasks/liver/open", "POST /tasks/liver/close"]
    with pytest.raises(UnavailableError, match="closed"):
        client.list_tasks()


def test_closing_when_the_server_is_gone_takes_no_time_and_raises_nothing() -> None:
    with stand_in() as gone:
        gone.answers["POST /tasks/liver/open"] = [STATUS]
        client = EngineClient(gone.url, TOKEN, timeouts=Timeouts())
        client.open_task("liver")
    began = time.monotonic()
    client.close()
    assert time.monotonic() - began < LATE


def test_a_client_that_was_never_used_says_nothing_to_anybody(server: StandIn) -> None:
    EngineClient(server.url, TOKEN).close()
    assert server.all_requests == []


def test_importing_the_client_loads_neither_torch_nor_the_engine() -> None:
    code = (
        "import sys, auxol_core.client.blocking, auxol_core.client.server_process\n"
        "print(*sorted(name for name in sys.modules if name.split('.')[0] in"
        " ('torch', 'cv2', 'scipy', 'fastapi') or name in ('auxol_core.engine', 'auxol_core.taskfile')))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (result.returncode, result.stdout.strip()) == (0, ""), result.stderr


def test_an_answer_beyond_every_message_is_not_taken_into_memory(
    server: StandIn, client: EngineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auxol_core.client.http_line.MAX_MESSAGE_BYTES", 1000)
    server.answers["GET /tasks"] = [b" " * 200_000]
    with pytest.raises(UnavailableError, match="more than 1,000 bytes"):
        client.list_tasks()


def test_the_address_may_have_a_path_in_front(server: StandIn) -> None:
    server.answers["GET /auxol/health"] = [HEALTH]
    server.answers["GET /auxol/tasks"] = [{"tasks": ["there"]}]
    with EngineClient(f"{server.url}/auxol/", TOKEN, timeouts=SHORT) as client:
        assert client.list_tasks() == ["there"]
