"""`auxol serve` on the tiny network, started in a tenth of a second. Not a test.

Importing torch takes longer than most of these tests. So one process, the nursery, imports everything once and forks a
server whenever ServerProcess starts ``program``: a stand-in for Python that hands its arguments, its environment and
its three pipes over a Unix socket and then waits for the server's end. What runs is the command's own code, from the
first option to the exit code, in a process of its own with a pid that can be killed; only the weights are smaller.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from unittest.mock import patch

from auxol_core.client.server_process import ServerProcess

HERE = Path(__file__).resolve().parent
CORE = HERE.parent
PATHS = [str(HERE), str(CORE), str(CORE / "engine"), str(CORE / "server"), str(CORE.parents[1])]
KILLED = 128 + 9  # what a program ends with whose server was killed, as shells have it

StartServer = Callable[..., ServerProcess]

# Without site-packages: it starts in a moment.
STAND_IN = """#!{python} -SE
import json, os, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect({address!r})
socket.send_fds(line, [b"."], [0, 1, 2])
line.sendall(json.dumps([sys.argv[1:], dict(os.environ)]).encode())
line.shutdown(socket.SHUT_WR)
for pipe in (0, 1, 2):
    os.close(pipe)
os._exit(int(line.recv(8) or {killed}))
"""

ALONE = """#!{python}
import sys
sys.path[:0] = {paths!r}
from nursery import serve
serve(sys.argv[1:])
"""


def _program(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o700)
    return path


def tiny_program(folder: Path) -> Path:
    """A stand-in for Python that imports everything itself, for what must not share memory with another process."""
    return _program(folder / "tiny-python", ALONE.format(python=sys.executable, paths=PATHS))


def serve(arguments: list[str]) -> None:
    """What ``python`` does with these arguments, ``-m auxol_core.cli.main serve ...``, on the tiny network."""
    from small_server import tiny_parts

    from auxol_core.cli.main import app

    given = arguments[2:]
    if "--token-file" in given:  # ServerProcess knows servers of one user
        at = given.index("--token-from")
        del given[at : at + 2]
    with patch("auxol_core.build.make_parts", lambda *_: tiny_parts()):
        app(given, prog_name="auxol")


class Nursery:
    """The process; ``program`` is to be started in place of Python."""

    def __init__(self, folder: Path) -> None:
        # A socket's path may have a hundred characters; pytest's own folders are longer.
        self._home = tempfile.TemporaryDirectory(prefix="auxol-")
        address = str(Path(self._home.name) / "nursery")
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(PATHS), "OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__)), address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"READY\n"
        text = STAND_IN.format(python=sys.executable, address=address, killed=KILLED)
        self.program = _program(folder / "python", text)

    def __enter__(self) -> Nursery:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()
        self._home.cleanup()


# In the nursery's own process


def main(address: str) -> None:
    """Import, then fork a server for each who asks, until standard input closes."""
    import torch
    from tiny_network import tiny_generalist

    import auxol_core.server.run

    assert auxol_core.server.run
    tiny_generalist()
    torch.optim.AdamW([torch.zeros(1, requires_grad=True)])  # the first optimizer imports 800 modules, for a second
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for minders
    sys.stdout.write("READY\n")
    sys.stdout.flush()
    assert threading.active_count() == 1, "a fork would leave the other threads behind"
    while True:
        ready = _either(listener)
        if ready is None:
            return
        line, _ = ready.accept()
        if os.fork() == 0:
            listener.close()
            _mind(line)
        line.close()


def _either(listener: socket.socket) -> socket.socket | None:
    """The listener once somebody asks, None once standard input is closed."""
    import select

    found, _, _ = select.select([listener, 0], [], [])
    return None if 0 in found else listener


def _mind(line: socket.socket) -> None:
    """Fork the server, wait for its end and tell that."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, pipes, _, _ = socket.recv_fds(line, 1, 3)
    arguments, environment = json.loads(b"".join(iter(lambda: line.recv(65536), b"")))
    child = os.fork()
    if child == 0:
        line.close()
        for number, pipe in enumerate(pipes):
            os.dup2(pipe, number)
            os.close(pipe)
        os.setsid()
        _serve(arguments, environment)
    for pipe in pipes:
        os.close(pipe)
    _, ended = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(ended)
    line.sendall(str(128 - code if code < 0 else code).encode())
    os._exit(0)


def _serve(arguments: list[str], environment: dict[str, str]) -> None:
    code = 1
    try:
        os.environ.clear()
        os.environ.update(environment)
        serve(arguments)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 (os._exit would swallow it)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1])
