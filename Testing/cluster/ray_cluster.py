"""A supervised cluster on this machine, with many users, whose processes can be found and killed."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import requests

from auxol_core.client.blocking import EngineClient
from auxol_core.client.limits import Timeouts
from auxol_core.cluster.options import ClusterOptions
from auxol_core.cluster.plan import Plan
from auxol_core.cluster.supervisor import Supervisor
from auxol_core.options import MachineOptions
from auxol_core.server.run import bind

HERE = Path(__file__).resolve().parent
TIMEOUTS = Timeouts(poll=1.0, retry=0.5)
TASK, PROXY = "ray::TaskActor", "ray::ProxyActor"
INGRESS, REPLICA = "ray::ServeReplica:auxol:Ingress", "ray::ServeReplica:auxol:Gen"
SHELF = "ray::ShelfActor"
HEAD, NODE = "gcs_server", "raylet"


def until(true: Callable[[], Any], within_s: float = 60.0, what: str = "") -> Any:
    ends = time.monotonic() + within_s
    while not (found := true()):
        assert time.monotonic() < ends, f"it did not come true within {within_s:.0f} s: {what}"
        time.sleep(0.05)
    return found


class RayCluster:
    """``users``: user0, user1, ...; each shares the task ``shared`` with all others."""

    def __init__(self, folder: Path, users: int = 4, **options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        tokens = {f"user{i}": {"token": self.token(i), "shared": ["shared"]} for i in range(users)}
        file = folder / "tokens.json"
        file.write_text(json.dumps(tokens))
        file.chmod(0o600)
        listener = bind("127.0.0.1", 0)
        self.port = int(listener.getsockname()[1])
        listener.close()
        self.url = f"http://127.0.0.1:{self.port}"
        defaults: dict[str, Any] = {
            "parts": "ray_parts:tiny", "in_tasks": False,
            "machine": MachineOptions(threads=1, device="cpu", precision="float32"),
            "user_memory_mb": 64, "linger_s": 2.0, "lease_s": 5.0, "most": 1, "answer_s": 60.0, "embeddings_mb": 64,
        }  # fmt: skip
        told = ClusterOptions(str(folder / "tasks"), str(file), **{**defaults, **options})
        (folder / "tasks").mkdir(exist_ok=True)
        # The cluster's processes inherit this environment.
        paths = (str(HERE.parent / "core"), str(HERE), str(HERE.parents[1]))
        os.environ["PYTHONPATH"] = os.pathsep.join(paths)
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        self.supervisor = Supervisor(Plan("local", "127.0.0.1", self.port, told))
        self._thread = threading.Thread(target=self.supervisor.run, daemon=True)
        self._thread.start()
        self.until_it_answers()

    def token(self, user: int) -> str:
        return f"the-token-of-user-number-{user}"

    def client(self, user: int = 0, **more: Any) -> EngineClient:
        return EngineClient(self.url, self.token(user), timeouts=more.pop("timeouts", TIMEOUTS), **more)

    def until_it_answers(self, within_s: float = 240.0) -> None:
        def answers() -> bool:
            assert self._thread.is_alive(), "the supervisor has given up"
            with suppress(requests.RequestException):
                return requests.get(f"{self.url}/health", timeout=5).status_code == 200
            return False

        until(answers, within_s, "the cluster answers")

    def processes(self, title: str) -> list[psutil.Process]:
        """Those whose title or program begins so, of this cluster alone."""
        driver = self.supervisor._driver
        if driver is None or driver.poll() is not None:
            return []
        found = []
        with suppress(psutil.NoSuchProcess):
            for each in psutil.Process(driver.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess, IndexError):
                    if each.cmdline()[0].startswith(title) or each.name().startswith(title):
                        found.append(each)
        return found

    def kill(self, title: str, how: int = signal.SIGKILL) -> int:
        """Send all of them a signal; how many there were."""
        found = self.processes(title)
        for each in found:
            with suppress(psutil.NoSuchProcess):
                each.send_signal(how)
        return len(found)

    def stop(self) -> None:
        self.supervisor.stop()
        self._thread.join(60)
        assert not self._thread.is_alive(), "the supervisor did not end"
