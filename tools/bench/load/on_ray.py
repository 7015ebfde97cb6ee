"""The application on a Ray cluster of this machine's own, as a target of the readers."""

from __future__ import annotations

import os
import secrets
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil
import requests

from auxol_core.cluster.options import ClusterOptions
from auxol_core.cluster.plan import Plan
from auxol_core.cluster.supervisor import Supervisor
from auxol_core.engine.worker import Spent
from auxol_core.errors import UnavailableError
from auxol_core.options import MachineOptions
from auxol_core.server.run import bind
from tools.bench.load import stand_in
from tools.bench.load.entries import write_entries
from tools.bench.load.ray_parts import CHECKPOINT
from tools.bench.load.targets import START_WITHIN_S, Entrance, Wanted, family

ROOT = Path(__file__).resolve().parents[3]


class OnRay:
    """Each reader's task is a process; nothing is shared but the generalist's replica."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="auxol-load-", ignore_cleanup_errors=True)
        self._supervisor: Supervisor | None = None
        self._thread: threading.Thread | None = None

    def start(self, wanted: Wanted) -> Entrance:
        folder = Path(self._folder.name)
        tokens = [secrets.token_urlsafe(24) for _ in range(wanted.readers)]
        token_file = folder / "tokens.json"
        write_entries(token_file, tokens, wanted.shared)
        (folder / "tasks").mkdir()
        cost = stand_in.cost_of(wanted.generalist)
        # The cluster's processes inherit this environment.
        os.environ["PYTHONPATH"] = str(ROOT)
        if cost is not None:
            os.environ[CHECKPOINT] = str(stand_in.write_checkpoint(folder / "stand-in.safetensors", cost))
        threads = wanted.threads or max(1, (os.cpu_count() or 2) - 1)
        options = ClusterOptions(
            str(folder / "tasks"),
            str(token_file),
            generalist=wanted.generalist if cost is None else stand_in.NAME,
            machine=MachineOptions(threads, locating=wanted.learner != stand_in.PRESET),
            parts="tools.bench.load.ray_parts:made",
            answer_s=120.0,
        )
        listener = bind("127.0.0.1", 0)
        port = int(listener.getsockname()[1])
        listener.close()
        self._supervisor = Supervisor(Plan("local", "127.0.0.1", port, options))
        self._thread = threading.Thread(target=self._supervisor.run, daemon=True)
        self._thread.start()
        self._wait(f"http://127.0.0.1:{port}")
        return Entrance(f"http://127.0.0.1:{port}", tokens)

    def _wait(self, url: str) -> None:
        ends = time.monotonic() + START_WITHIN_S
        with requests.Session() as session:
            session.trust_env = False  # to this machine no proxy
            while time.monotonic() < ends and self._thread is not None and self._thread.is_alive():
                with suppress(requests.RequestException):
                    if session.get(f"{url}/health", timeout=5).status_code == 200:
                        return
                time.sleep(0.2)
        raise UnavailableError(f"The cluster was expected to answer within {START_WITHIN_S:.0f} s. Its log says why.")

    def processes(self) -> list[psutil.Process]:
        driver = None if self._supervisor is None else self._supervisor.driver_pid
        return [] if driver is None else family(driver)

    def kept_bytes(self) -> int | None:
        tasks = Path(self._folder.name) / "tasks"
        return sum(path.stat().st_size for path in tasks.rglob("*") if path.is_file())

    def spent(self) -> Mapping[str, Spent] | None:
        """There is no one compute thread."""
        return None

    def stop(self) -> None:
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None and self._thread is not None:
            supervisor.stop()
            self._thread.join(60)
        os.environ.pop(CHECKPOINT, None)
        self._folder.cleanup()
