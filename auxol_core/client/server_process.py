"""`auxol serve` as a child process: started, waited for until it takes requests, and stopped with its parent.

The token goes through standard input, where no other user of the machine can read it; while that is open the server
runs, so that it ends when this process does, however it does. Both its outputs are read by threads of their own, or it
would stand still when a pipe is full; the last lines are kept for messages.
"""

from __future__ import annotations

import logging
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from auxol_core.client.blocking import EngineClient
from auxol_core.client.limits import Timeouts
from auxol_core.errors import AuxolError, UnavailableError
from auxol_core.protocol import Ready, read_ready_line

log = logging.getLogger(__name__)

_COMMAND = ("-m", "auxol_core.cli.main", "serve", "--token-from", "stdin", "--until-stdin-closes")
_TAIL_BYTES = 16 * 2**10
_LINE_BYTES = 64 * 2**10
_TOLD_LINES = 15


class ServerProcess:
    """A server on this machine; ``url`` and ``token`` are for its clients, ``pid`` is the server's own process.

    ``arguments`` are added to ``auxol serve``, ``env`` to this process's environment. Raises UnavailableError, with
    the last lines of its log, if it does not take requests ``start_within`` so many seconds. ``stop`` ends it.
    """

    def __init__(
        self,
        python: str | os.PathLike[str] = sys.executable,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        start_within: float = 90.0,
    ) -> None:
        self.token = secrets.token_urlsafe(32)
        # Idle compute threads otherwise spin on cores that others could use.
        environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "PYTHONUNBUFFERED": "1", **(env or {})}
        command = [os.fspath(python), *_COMMAND, *arguments]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                **_apart(),
            )
        except OSError as error:
            raise UnavailableError(
                f"The engine's server was to be started with {command[0]}, but the system refused ({error}). "
                "Name a Python that has auxol-core installed."
            ) from error
        self._tail = bytearray()
        self._ready: Ready | AuxolError | None = None
        self._looked = threading.Event()
        self._readers = [
            threading.Thread(target=read, args=(pipe,), name=f"auxol-{name}", daemon=True)
            for name, read, pipe in (
                ("stdout", self._read_output, self._process.stdout),
                ("stderr", self._read_log, self._process.stderr),
            )
        ]
        try:
            ready = self._started(start_within)
        except BaseException:
            self.stop(grace=0.5)
            raise
        self.url, self.pid = f"http://127.0.0.1:{ready.port}", ready.pid

    def _started(self, within: float) -> Ready:
        for reader in self._readers:
            reader.start()
        stdin = self._process.stdin
        if stdin is not None:
            with suppress(OSError):  # it ended already; the log says why
                stdin.write(f"{self.token}\n".encode())
                stdin.flush()
        came = self._looked.wait(within)
        if isinstance(self._ready, Ready):
            return self._ready
        if isinstance(self._ready, AuxolError):
            raise self._ready
        if came:
            self._readers[1].join(2.0)  # what it said last
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(2.0)
        what = f"it ended with exit code {self._process.poll()}" if came else f"it was not within {within:g} s"
        raise UnavailableError(
            f"The engine's server was expected to be ready, but {what}. See what its last lines say, or run "
            f"`auxol doctor`:\n{self.log_tail() or '(it said nothing)'}"
        )

    def _read_output(self, pipe: IO[bytes]) -> None:
        """Look for the ready line, then go on reading what nobody looks at."""
        while line := pipe.readline(_LINE_BYTES):
            if self._ready is None:
                try:
                    self._ready = read_ready_line(line.decode("utf-8", "replace"))
                except AuxolError as error:
                    self._ready = error
                if self._ready is not None:
                    self._looked.set()
        self._looked.set()

    def _read_log(self, pipe: IO[bytes]) -> None:
        while piece := os.read(pipe.fileno(), 4096):
            self._tail = (self._tail + piece)[-_TAIL_BYTES:]

    def log_tail(self) -> str:
        """The last lines of its log."""
        return "\n".join(bytes(self._tail).decode("utf-8", "replace").splitlines()[-_TOLD_LINES:])

    @property
    def running(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def client(self, *, outbox: Path | None = None, timeouts: Timeouts | None = None) -> EngineClient:
        """A client of this server; the caller closes it."""
        return EngineClient(self.url, self.token, outbox=outbox, timeouts=timeouts)

    def stop(self, grace: float = 15.0) -> int:
        """End it: close its input, wait ``grace`` seconds, insist, then force it. Its exit code. Harmless twice."""
        process = self._process
        if process.stdin is not None:
            with suppress(OSError):  # what was still to be written has nobody to read it
                process.stdin.close()
        for insist, patience in ((None, grace), (process.terminate, min(grace, 5.0)), (process.kill, 10.0)):
            if insist is not None and process.poll() is None:
                log.warning("The engine's server did not end within %g s of being asked to", grace)
                insist()
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)
                break
        self._close_pipes()
        return -1 if process.returncode is None else process.returncode

    def _close_pipes(self) -> None:
        ends = time.monotonic() + 2.0
        for reader, pipe in zip(self._readers, (self._process.stdout, self._process.stderr), strict=True):
            if reader.ident is not None:
                reader.join(max(0.0, ends - time.monotonic()))
            if pipe is not None and not reader.is_alive():  # a grandchild may hold the other end: closing would wait
                pipe.close()

    def __enter__(self) -> ServerProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _apart() -> dict[str, Any]:
    """A group of its own: Ctrl-C is for the parent, which then ends the server in order."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}
