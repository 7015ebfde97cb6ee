"""Who gets in: token, version, host; and what everybody is told who does not."""

from __future__ import annotations

import socket

import pytest
import requests
from small_server import BareClient, ServerFactory, SmallServer, tiny_parts, until

from auxol_core import protocol
from auxol_core.errors import AccessError, InvalidInputError, ProtocolVersionError
from auxol_core.server.desk import Desk
from auxol_core.server.told import told_of


def test_health_needs_no_token_and_says_who_answers(server: SmallServer) -> None:
    answer = requests.get(f"{server.url}/health", timeout=5)
    assert answer.json()["program"] == "auxol" and answer.json()["protocol"] == protocol.PROTOCOL_VERSION
    assert set(answer.json()) == {"program", "protocol", "version", "pid"}


@pytest.mark.parametrize("path", ["/tasks", "/nowhere", "/openapi.json", "/tasks/x/file"])
def test_a_wrong_token_a_missing_one_and_another_scheme_get_the_same_answer(server: SmallServer, path: str) -> None:
    given = ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {server.token}"}, {"Authorization": "é"})
    answers = [
        requests.get(server.url + path, headers={**headers, "X-Auxol-Protocol": "77"}, timeout=5) for headers in given
    ]
    assert [answer.status_code for answer in answers] == [401] * 4
    assert len({answer.content for answer in answers}) == 1
    assert isinstance(protocol.error_of(401, answers[0].content), AccessError)


@pytest.mark.parametrize("theirs", ["77", "1"])  # 1: up to commit 4e5615f, which reads no stream of today
def test_another_version_is_told_both(client: BareClient, theirs: str) -> None:
    answer = client("GET", "tasks", headers={"X-Auxol-Protocol": theirs})
    error = protocol.error_of(answer.status_code, answer.content)
    assert answer.status_code == 426 and isinstance(error, ProtocolVersionError)
    assert f"version {protocol.PROTOCOL_VERSION} " in str(error) and f"the client speaks {theirs}." in str(error)


def test_a_client_without_a_uuid_is_refused(client: BareClient) -> None:
    answer = client("GET", "tasks", headers={"X-Auxol-Client": "somebody"})
    assert isinstance(protocol.error_of(answer.status_code, answer.content), InvalidInputError)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "", "[::2]:8000", "localhost.evil"])
def test_on_loopback_another_host_name_is_turned_away(server: SmallServer, host: str) -> None:
    headers = {**protocol.request_headers(server.token, "0" * 32), "Host": host}
    assert requests.get(f"{server.url}/health", headers=headers, timeout=5).status_code == 421
    assert requests.get(f"{server.url}/tasks", headers=headers, timeout=5).status_code == 421


def test_loopback_by_its_names_is_answered(server: SmallServer) -> None:
    for host in ("localhost", f"LOCALHOST:{server.port}", "127.0.0.1", "[::1]:80"):
        assert requests.get(f"{server.url}/health", headers={"Host": host}, timeout=5).status_code == 200


def test_a_request_without_a_host_is_turned_away_and_a_broken_one_does_no_harm(server: SmallServer) -> None:
    for request, expected in ((b"GET /health HTTP/1.0\r\n\r\n", b"421"), (b"\x00\xff broken\r\n\r\n", b"400")):
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
            line.sendall(request)
            assert expected in line.recv(4096)
    assert requests.get(f"{server.url}/health", timeout=5).status_code == 200


def test_beyond_loopback_any_host_name_is_answered(serve: ServerFactory) -> None:
    server = serve(hosts=None)
    assert requests.get(f"{server.url}/health", headers={"Host": "gpu.ward"}, timeout=5).status_code == 200


def test_answers_are_neither_cached_nor_open_to_other_origins(client: BareClient) -> None:
    answer = client("GET", "tasks", headers={"Origin": "http://evil.example"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers[protocol.HEADER_VERSION] == str(protocol.PROTOCOL_VERSION)
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    assert client("OPTIONS", "tasks", headers={"Origin": "http://evil.example"}).status_code == 405


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("GET", "/", 404), ("GET", "/tasks/", 404), ("PATCH", "/tasks", 405),
     ("GET", "/tasks/../health", 404), ("TRACE", "/tasks", 405), ("GET", "//health", 404)],
)  # fmt: skip
def test_unknown_paths_and_methods_are_told_in_the_protocols_shape(
    client: BareClient, method: str, path: str, status: int
) -> None:
    request = requests.Request(method, client.url, headers=dict(client.session.headers)).prepare()
    request.url = client.url + path
    answer = client.session.send(request, timeout=5)
    assert answer.status_code == status
    assert set(answer.json()) >= {"error", "message"}


@pytest.mark.parametrize("name", ["../up", "a/b", "..", "C:\\x", "x\x00y", "a\ud800"])
def test_names_that_are_paths_name_no_task(client: BareClient, name: str) -> None:
    made = client("POST", "tasks", json={"name": name})
    assert (made.status_code, made.json()["error"]) == (422, "InvalidInputError")
    if name.isprintable():
        assert client("GET", "tasks", name).status_code == 404
        assert client("DELETE", "tasks", name).status_code == 404
        assert client("PUT", "tasks", name, "file", data=b"x" * 600).status_code in (404, 422)
    assert client("GET", "tasks").json() == {"tasks": ["discs"]}


def test_a_task_may_have_any_other_name(client: BareClient) -> None:
    name = "Lebéer, 100 % (портал) & 肝臓 #2;+%2e%2f"
    client.create(name)
    assert client("GET", "tasks", name).json()["name"] == name
    assert client("POST", "tasks", name, "close").status_code == 204
    assert client("POST", "tasks", name, "open").json()["name"] == name


def test_where_it_computes_and_why_is_told_to_who_has_a_token(serve: ServerFactory) -> None:
    where = {"device": "cpu", "device_reason": "as asked for", "precision": "float32", "precision_reason": "measured"}
    about = {**where, "priority": "nice 0", **told_of(tiny_parts())}
    server = serve(compute=about)
    assert server.client()("GET", "compute").json() == about
    assert about["prefetch"] is False
    assert about["generalist"] == {"name": "builtin", "title": "built-in"}
    assert [each["name"] for each in about["presets"]] == ["auxol", "paper", "lora", "sam_mix"]
    names = [each["name"] for each in about["generalists"]]
    assert names[:6] == ["builtin", "vit_b", "vit_l", "vit_h", "medsam", "mobile_sam"]
    assert {"efficientvit_sam_l0", "sam_hq_vit_b", "sam21_tiny"} < set(names)
    assert requests.get(f"{server.url}/compute", timeout=5).status_code == 401


def test_a_defect_is_a_sentence_to_the_client_and_a_trace_in_the_log(
    client: BareClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_: object) -> list[str]:
        raise RuntimeError("something nobody thought of")

    with monkeypatch.context() as patch:
        patch.setattr(Desk, "list_tasks", broken)
        answer = client("GET", "tasks")
    assert answer.status_code == 500 and answer.json()["error"] == "AuxolError"
    assert "nobody thought of" not in answer.text
    until(lambda: "something nobody thought of" in caplog.text)  # after the answer has gone
    assert "discs" not in caplog.text and client.token not in caplog.text
