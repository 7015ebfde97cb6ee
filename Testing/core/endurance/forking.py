"""A program that stands in for Python and has a process forked that has imported everything already. Not a test.

Importing torch and the server takes three seconds of a processor, longer than most tests that start a worker. So one
process imports once and forks whenever the stand-in is started, which hands its arguments, its environment and its
three pipes over a Unix socket and then waits for the end: a process of its own, with a pid that can be killed.
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
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

KILLED = 128 + 9  # what a program ends with whose process was killed, as shells have it
READY = b"READY\n"

Run = Callable[[list[str]], None]

# Without site-packages: it starts in a moment.
STAND_IN = """#!{python} -SE
import json, os, sys
if {unless}:
    os.execv({python!r}, [{python!r}, *sys.argv[1:]])
import socket
line = socket.socket(socket.AF_UNIX)
line.connect({address!r})
socket.send_fds(line, [b"."], [0, 1, 2])
line.sendall(json.dumps([sys.argv[1:], dict(os.environ)]).encode() + b"\\n")
for pipe in (0, 1, 2):
    os.close(pipe)
os._exit(int(line.recv(8) or {killed}))
"""


def write_program(path: Path, text: str) -> Path:
    """An executable of the user's own."""
    path.write_text(text)
    path.chmod(0o700)
    return path


class Forks:
    """The process of ``script``, which calls serve_forks; ``program`` is to be started in place of Python.

    ``paths`` is its PYTHONPATH. Where ``unless``, an expression of the stand-in's, is true, Python itself is run.
    """

    def __init__(self, folder: Path, script: Path, paths: Sequence[str], unless: str = "False") -> None:
        # A socket's path may have a hundred characters; pytest's own folders are longer.
        self._home = tempfile.TemporaryDirectory(prefix="auxol-")
        address = str(Path(self._home.name) / "forks")
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"}
        environment |= {"OMP_WAIT_POLICY": "PASSIVE", "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
        self._process = subprocess.Popen(
            [sys.executable, str(script), address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == READY
        text = STAND_IN.format(python=sys.executable, address=address, killed=KILLED, unless=unless)
        self.program = write_program(folder / "python", text)

    def __enter__(self) -> Forks:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """It forks no more; what it forked lives on."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()
        self._home.cleanup()


# In the script's own process, which has imported what its forks are to have


def serve_forks(address: str, run: Run) -> None:
    """Fork a process for each who asks, until standard input closes; ``run`` is what it does with its arguments."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    assert threading.active_count() == 1, "a fork would leave the other threads behind"
    os.write(1, READY)
    while True:
        ready = _either(listener)
        if ready is None:
            return
        line, _ = ready.accept()
        if os.fork() == 0:
            listener.close()
            _mind(line, run)
        line.close()
        while _ended():
            continue


def _ended() -> bool:
    """Whether a minder had ended that nobody had asked for."""
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


def _either(listener: socket.socket) -> socket.socket | None:
    """The listener once somebody asks, None once standard input is closed."""
    import select

    found, _, _ = select.select([listener, 0], [], [])
    return None if 0 in found else listener


def _mind(line: socket.socket, run: Run) -> None:
    """Fork the process, wait for its end and tell that; end it where the stand-in is killed."""
    _, pipes, _, _ = socket.recv_fds(line, 1, 3)
    with line.makefile("rb") as told:
        arguments, environment = json.loads(told.readline())
    child = os.fork()
    if child == 0:
        line.close()
        for number, pipe in enumerate(pipes):
            os.dup2(pipe, number)
            os.close(pipe)
        os.setsid()
        _be(arguments, environment, run)
    for pipe in pipes:
        os.close(pipe)
    threading.Thread(target=_kill_after, args=(line, child), daemon=True).start()
    _, ended = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(ended)
    line.sendall(str(128 - code if code < 0 else code).encode())
    os._exit(0)


def _kill_after(line: socket.socket, child: int) -> None:
    """Once the stand-in is gone, which has nothing more to say."""
    line.recv(1)
    with suppress(ProcessLookupError):  # both may end in one moment
        os.kill(child, signal.SIGKILL)


def _be(arguments: list[str], environment: dict[str, str], run: Run) -> None:
    code = 1
    try:
        os.environ.clear()
        os.environ.update(environment)
        run(arguments)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1 if end.code else 0
    except BaseException:  # noqa: BLE001 (os._exit would swallow it)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
