"""Starting a server as a child, without the server: small programs stand in for the Python that is to run it."""

from __future__ import annotations

import json
import os
import signal
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from auxol_core.client.limits import Timeouts
from auxol_core.client.server_process import ServerProcess
from auxol_core.errors import ProtocolVersionError, UnavailableError
from auxol_core.types import SliceImage

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a script stands in for python by its first line")

READY = """
print("a line of another kind", flush=True)
print('AUXOL-READY {"port": 4711, "protocol": 2, "pid": %d, "version": "0"}' % os.getpid(), flush=True)
"""
UNTIL_STDIN_CLOSES = "\nsys.stdin.read()\n"
Made = Callable[[str], Path]


@pytest.fixture
def python(tmp_path: Path) -> Made:
    """Makes a program in a folder with a space and a letter beyond ASCII."""

    def make(code: str) -> Path:
        path = tmp_path / "Käthe Müller" / "python"
        path.parent.mkdir()
        path.write_text(f"#!{sys.executable}\nimport os, sys, time, json\ntoken = sys.stdin.readline()\n{code}")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return make


def test_a_server_gets_its_token_by_stdin_and_ends_when_that_closes(python: Made, tmp_path: Path) -> None:
    note = tmp_path / "note"
    code = f"open({str(note)!r}, 'w').write(json.dumps([token, sys.argv[1:], os.environ.get('OMP_WAIT_POLICY'), "
    code += "os.environ.get('MORE')]))"
    program = python(code + READY + UNTIL_STDIN_CLOSES)
    with ServerProcess(program, "--data-dir", "mit Leerzeichen", env={"MORE": "x"}) as server:
        assert server.url == "http://127.0.0.1:4711"
        assert server.running and len(server.token) >= 32
        token, arguments, policy, more = json.loads(note.read_text())
        assert token == f"{server.token}\n" and server.token not in arguments
        assert arguments[:3] == ["-m", "auxol_core.cli.main", "serve"]
        assert arguments[3:] == ["--token-from", "stdin", "--until-stdin-closes", "--data-dir", "mit Leerzeichen"]
        assert (policy, more) == ("PASSIVE", "x")
        os.kill(server.pid, 0)
    assert server.stop() == 0  # once more is harmless
    assert not server.running


def test_two_servers_have_two_tokens(python: Made) -> None:
    program = python(READY + UNTIL_STDIN_CLOSES)
    with ServerProcess(program) as first, ServerProcess(program) as second:
        assert first.token != second.token
        assert first.client().resend() == 0


def test_one_that_ends_before_it_is_ready_is_told_with_its_last_lines(python: Made) -> None:
    program = python("print('The port is taken.', file=sys.stderr)\nsys.exit(3)")
    with pytest.raises(UnavailableError, match=r"(?s)exit code 3.*The port is taken\."):
        ServerProcess(program)


def test_one_that_is_never_ready_is_ended(python: Made, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    program = python(f"open({str(note)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)")
    with pytest.raises(UnavailableError, match=r"not within 1 s"):
        ServerProcess(program, start_within=1.0)
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)


def test_one_of_another_version_is_told_as_such_and_ended(python: Made) -> None:
    program = python(READY.replace('"protocol": 2', '"protocol": 99') + UNTIL_STDIN_CLOSES)
    with pytest.raises(ProtocolVersionError, match="99"):
        ServerProcess(program)


def test_one_that_cannot_be_started_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="no such python"):
        ServerProcess(tmp_path / "no such python")


def test_a_server_that_says_much_never_stands_still(python: Made) -> None:
    much = "for _ in range(40): print('x' * 9999); print('y' * 9999, file=sys.stderr)\n"
    with ServerProcess(python(much + READY + much + "print('last', file=sys.stderr)" + UNTIL_STDIN_CLOSES)) as server:
        ends = time.monotonic() + 20
        while "last" not in server.log_tail() and time.monotonic() < ends:
            time.sleep(0.02)
        assert server.log_tail().endswith("last")
        assert len(server.log_tail()) <= 16 * 1024


def test_a_real_server_that_is_killed_loses_no_correction_that_was_saved_meanwhile(tmp_path: Path) -> None:
    image, mask = SliceImage(np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)), np.zeros((64, 64), dtype=bool)
    mask[20:40, 24:46] = True
    places = {"outbox": tmp_path / "Ausgang für Köln", "timeouts": Timeouts(retry=0.2)}
    arguments = (sys.executable, "--data-dir", str(tmp_path / "Käthe Müller" / "tasks"), "--threads", "1")
    with ServerProcess(*arguments) as first, first.client(**places) as client:
        client.create_task("liver")
        client.pause("liver")
        slice_id = client.put_slice(image)
        client.correct("liver", slice_id, mask, correction_id="before")
        os.kill(first.pid, signal.SIGKILL)
        with pytest.raises(UnavailableError, match="kept in the outbox"):
            client.correct("liver", slice_id, ~mask, correction_id="after")
    with ServerProcess(*arguments) as second, second.client(**places) as client:
        assert client.open_task("liver").corrections == 2
        assert [known.correction_id for known in client.corrections("liver")] == ["before", "after"]
    assert second.stop() == 0


def test_a_server_that_does_not_listen_is_made_to_end(python: Made) -> None:
    deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    server = ServerProcess(python(deaf + READY + "\nwhile True: time.sleep(1)\n"))
    began = time.monotonic()
    assert server.stop(grace=0.2) != 0
    assert time.monotonic() - began < 12
    with pytest.raises(ProcessLookupError):
        os.kill(server.pid, 0)
