"""Processes of lease_child.py, told what to do and asked what came of it."""

from __future__ import annotations

import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from task_samples import process_environment

CHILD = Path(__file__).with_name("lease_child.py")
_PATIENCE = 60.0  # seconds, of a machine that does other things, too


class Child:
    """One process; ended with the block. ``heard``: all that it has said."""

    def __init__(self, path: Path, holder: str, seconds: float, *more: str) -> None:
        self.holder = holder
        self.process = subprocess.Popen(
            [sys.executable, str(CHILD), str(path), holder, str(seconds), *more],
            env=process_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.heard: list[str] = []
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.endswith("\n"):
                self.heard.append(line.strip())
                self._lines.put(line.strip())

    def send(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def line(self) -> str:
        """The next line that it says."""
        return self._lines.get(timeout=_PATIENCE)

    def asked(self, line: str) -> str:
        """What it says to ``line``."""
        self.send(line)
        return self.line()

    def stop(self) -> None:
        """Stop it as it is, and wait until it is."""
        self.process.send_signal(signal.SIGSTOP)
        self.wait_stopped()

    def wait_stopped(self) -> None:
        until(lambda: _state(self.process.pid) == "T", f"{self.holder} stops")

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it without a word; what it had said is ``heard``."""
        self.process.kill()
        self.process.wait()
        self._reader.join()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            with suppress(BrokenPipeError):
                stream.close()


def until(true: Callable[[], bool], what: str) -> None:
    """Wait until it is so."""
    end = time.monotonic() + _PATIENCE
    while not true():
        assert time.monotonic() < end, f"waited in vain until {what}"
        time.sleep(0.01)


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
