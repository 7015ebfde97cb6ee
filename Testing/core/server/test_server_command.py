"""`auxol serve` as a process, with the built-in generalist: how it begins, what it says, how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from small_server import BareClient, picture, truth
from typer.testing import CliRunner

from auxol_core import protocol
from auxol_core.cli import serve_command
from auxol_core.cli.main import app
from auxol_core.server import run
from auxol_core.server.run import ServeOptions

TOKEN = "a-token-for-the-process"
COMMAND = [sys.executable, "-m", "auxol_core.cli.main", "serve", "--threads", "1", "--precision", "float32"]


class Process:
    """``auxol serve`` and what it wrote."""

    def __init__(self, folder: Path, *arguments: str, env: dict[str, str] | None = None) -> None:
        self.child = subprocess.Popen(
            [*COMMAND, "--data-dir", str(folder), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})},
        )
        self.errors = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.child.stderr is not None
        self.errors = self.child.stderr.read()

    def ready(self) -> protocol.Ready:
        assert self.child.stdout is not None
        line = self.child.stdout.readline().decode()
        ready = protocol.read_ready_line(line)
        assert ready is not None, (line, self.errors.decode())
        return ready

    def write(self, text: str) -> None:
        assert self.child.stdin is not None
        self.child.stdin.write(text.encode())
        self.child.stdin.flush()

    def close_stdin(self) -> None:
        assert self.child.stdin is not None
        self.child.stdin.close()

    def ended(self, within: float = 20) -> tuple[int, str, str]:
        """Exit code, the rest of its output, its log."""
        assert self.child.stdout is not None
        code = self.child.wait(within)
        self._reader.join(5)
        return code, self.child.stdout.read().decode(), self.errors.decode()


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    started: list[Process] = []
    yield started
    for process in started:
        process.child.kill()
        process.child.wait(10)
        process._reader.join(5)
        for pipe in (process.child.stdin, process.child.stdout, process.child.stderr):
            if pipe is not None and not pipe.closed:
                pipe.close()


def test_a_server_of_its_host_begins_works_and_ends_with_it(tmp_path: Path, processes: list[Process]) -> None:
    process = Process(tmp_path / "tasks", "--token-from", "stdin", "--until-stdin-closes")
    processes.append(process)
    process.write(TOKEN + "\n")
    ready = process.ready()
    assert (ready.protocol, ready.pid) == (protocol.PROTOCOL_VERSION, process.child.pid)
    client = BareClient(f"http://127.0.0.1:{ready.port}", TOKEN)
    client.create("liver")
    for number in range(3):
        assert client.correct("liver", client.put(picture(number, side=256)), truth(256), f"save {number}").ok
    answers: list[requests.Response] = []
    poll = threading.Thread(
        target=lambda: answers.append(
            client("GET", "tasks", "liver", "events", params={"wait": 30, "after": 2**62}, timeout=40)
        )
    )
    poll.start()  # and the learning of three corrections is under way
    time.sleep(0.3)
    began = time.monotonic()
    process.close_stdin()
    code, output, errors = process.ended()
    assert code == 0 and time.monotonic() - began < 4, errors  # two seconds, and a slow machine's own
    poll.join(5)
    assert output == "", "one line, the ready line, is all"
    assert TOKEN not in errors and "Traceback" not in errors and "liver" not in errors


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to be sent")
def test_a_signal_ends_it_orderly_and_a_port_in_use_is_told(tmp_path: Path, processes: list[Process]) -> None:
    first = Process(tmp_path / "tasks", "--token-from", "env", env={"AUXOL_TOKEN": TOKEN})
    processes.append(first)
    port = first.ready().port
    client = BareClient(f"http://127.0.0.1:{port}", TOKEN)
    client.create("liver")
    second = Process(tmp_path / "tasks", "--port", str(port))
    processes.append(second)
    code, output, errors = second.ended()
    assert (code, output) == (2, "") and f"Port {port}" in errors and "--port" in errors
    first.child.send_signal(signal.SIGTERM)
    code, _, errors = first.ended()
    assert code == 0, errors
    assert not list((tmp_path / "tasks").glob("*.owner")), "the task was given back"
    with pytest.raises(requests.ConnectionError):
        client("GET", "tasks", timeout=2)


# Options, without a process


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Runs the command with these arguments up to where it would serve; what it would serve with, or its output."""
    monkeypatch.setenv("AUXOL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")
    given: list[ServeOptions] = []
    monkeypatch.setattr(run, "serve", given.append)
    monkeypatch.setattr(serve_command.logging, "basicConfig", lambda **_: None)

    def asked(*arguments: str) -> Any:
        result = CliRunner().invoke(app, ["serve", *arguments])
        return given.pop() if given else result

    return asked


def test_the_defaults_are_loopback_a_free_port_and_all_cores_but_one(options: Any) -> None:
    given = options()
    assert (given.host, given.port, given.until_stdin_closes) == ("127.0.0.1", 0, False)
    assert given.machine.threads == max(1, (os.cpu_count() or 1) - 1)
    assert (given.idle_s, given.liveness_s) == (None, None), "one user's tasks are closed by their host"


def test_a_token_of_the_environment_does_not_stay_there(options: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUXOL_TOKEN", TOKEN)
    assert options("--token-from", "env").users.of_token(TOKEN).name == "user"
    assert "AUXOL_TOKEN" not in os.environ


def test_several_users_get_clocks(options: Any, tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    path.write_text(json.dumps({"alice": TOKEN}))
    path.chmod(0o600)
    given = options("--host", "0.0.0.0", "--token-file", str(path), "--idle-minutes", "5", "--liveness-minutes", "0")
    assert given.users.many and (given.idle_s, given.liveness_s) == (300.0, None)
    assert options("--token-file", str(path)).liveness_s == 600.0
    both = options("--token-file", str(path), "--token-from", "stdin")
    assert both.exit_code == 2 and "both" in both.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("--token-from", "argument"), "stdin or env"), (("--token-file", "none.json"), "No such file"),
     (("--port", "99999"), "65535"), (("--threads", "0"), "--threads"), (("--token-from", "env"), "16 to")],
)  # fmt: skip
def test_what_does_not_fit_is_told(options: Any, arguments: tuple[str, ...], told: str) -> None:
    result = options(*arguments)
    assert result.exit_code == 2 and told in result.output


def test_beyond_this_machine_a_token_file_is_needed(tmp_path: Path) -> None:
    from auxol_core.errors import InvalidInputError
    from auxol_core.options import MachineOptions
    from auxol_core.server.users import one_user

    options = ServeOptions(
        "0.0.0.0", 0, "builtin", tmp_path, MachineOptions(), one_user(TOKEN), False, 100, None, None
    )  # fmt: skip
    with pytest.raises(InvalidInputError, match="--token-file"):
        run.serve(options)


def test_metrics_are_off_and_their_token_is_the_environment_s_or_a_random_one(
    options: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert options().metrics_token is None
    monkeypatch.delenv("AUXOL_METRICS_TOKEN", raising=False)
    made = options("--metrics").metrics_token
    assert len(made) >= 32 and made != options("--metrics").metrics_token
    monkeypatch.setenv("AUXOL_METRICS_TOKEN", TOKEN)
    assert options("--metrics").metrics_token == TOKEN
    assert "AUXOL_METRICS_TOKEN" not in os.environ
    monkeypatch.setenv("AUXOL_METRICS_TOKEN", "short")
    refused = options("--metrics")
    assert refused.exit_code == 2 and "16 to 512" in str(refused.exception) + refused.output


def test_answers_are_sent_without_delay() -> None:
    with run.bind("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP, "asyncio sets TCP_NODELAY by that"
        assert run.is_loopback(listener)
