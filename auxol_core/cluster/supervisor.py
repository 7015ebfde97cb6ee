"""``auxol serve --on ray``: a driver (driver.py), and another one when that has ended by itself.

This process knows nothing of Ray, so that nothing that happens to the cluster ends it.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType

import psutil

from auxol_core.cluster.plan import BEGUN, Plan
from auxol_core.errors import UnavailableError

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "auxol_core.cluster.driver")
LEAVE_S = 20.0
MARK = "AUXOL_CLUSTER"
# Drivers that end before they have served, so often in a row, do not get better by waiting.
TRIES, PAUSE_S = 3, 1.0


class Supervisor:
    """``stop`` may be called from any thread."""

    def __init__(self, plan: Plan, command: tuple[str, ...] = COMMAND) -> None:
        self._plan, self._command = plan, command
        self._driver: subprocess.Popen[bytes] | None = None
        self._stopped = threading.Event()

    def run(self) -> None:
        """Serve until ``stop``; UnavailableError where drivers end as soon as they have begun."""
        failed = 0
        while not self._stopped.is_set():
            code, began = self._served()
            if self._stopped.is_set() or code == 0:
                return
            failed = 0 if began else failed + 1
            if failed >= TRIES:
                raise UnavailableError(
                    f"The cluster ended {TRIES} times before it answered (exit code {code}); the log above says why. "
                    "Nothing saved is lost."
                )
            log.error("The cluster has ended (exit code %s): another one begins. Nothing saved is lost", code)
            self._stopped.wait(PAUSE_S)

    def _served(self) -> tuple[int, bool]:
        """A driver's exit code, and whether it had begun to serve."""
        with tempfile.TemporaryDirectory(prefix="auxol-ray-", ignore_cleanup_errors=True) as scratch:
            code = self._driven(replace(self._plan, scratch=scratch))
            return code, (Path(scratch) / BEGUN).exists()

    def _driven(self, plan: Plan) -> int:
        mark = secrets.token_hex(16)
        environment = {**os.environ, MARK: mark}
        self._driver = driver = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, start_new_session=True, env=environment
        )
        assert driver.stdin is not None
        try:
            driver.stdin.write(json.dumps(plan.to_json()).encode() + b"\n")
            driver.stdin.flush()
        except OSError:
            log.error("The driver ended before it was told what to do")
        code = driver.wait()
        with suppress(OSError):  # what it was not told any more
            driver.stdin.close()
        end_marked(mark)
        return code

    @property
    def driver_pid(self) -> int | None:
        """The process that has the cluster below it; None where there is none now."""
        driver = self._driver
        return None if driver is None or driver.poll() is not None else driver.pid

    def stop(self) -> None:
        """Have the driver close the tasks and end, and end it in any case after a while."""
        self._stopped.set()
        driver = self._driver
        if driver is None or driver.poll() is not None:
            return
        if driver.stdin is not None:
            with suppress(OSError):
                driver.stdin.close()
        try:
            driver.wait(LEAVE_S)
        except subprocess.TimeoutExpired:
            driver.kill()

    def obey_signals(self) -> Callable[[], None]:
        """Stop on SIGTERM and SIGINT; what is returned puts back what was there."""

        def signalled(_: int, __: FrameType | None) -> None:
            threading.Thread(target=self.stop, daemon=True).start()

        before = {each: signal.signal(each, signalled) for each in (signal.SIGTERM, signal.SIGINT)}

        def put_back() -> None:
            for each, handler in before.items():
                signal.signal(each, handler)

        return put_back


def end_marked(mark: str) -> None:
    """End whatever a driver has left of its cluster, which has its mark in the environment.

    A proxy of before that still listens would take readers of the cluster that comes next.
    """
    left = []
    for each in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if each.environ().get(MARK) == mark and each.pid != os.getpid():
                each.kill()
                left.append(each)
    psutil.wait_procs(left, LEAVE_S)
