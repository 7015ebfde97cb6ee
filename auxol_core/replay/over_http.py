"""The engine in a process of its own, over HTTP on loopback, made as ``auxol_core.build.make_engine`` makes one here.

What comes out is the same to the last bit, because the same code computes with as many threads on the same machine.
Nothing here loads torch.
"""

from __future__ import annotations

import os
import sys
from importlib import metadata
from pathlib import Path

from auxol_core.api import EngineApi
from auxol_core.client.blocking import EngineClient
from auxol_core.client.server_process import ServerProcess
from auxol_core.options import MachineOptions


class EngineOfWorker(EngineClient):
    """EngineApi in the process of ``server``, which ends with ``close``."""

    def __init__(self, server: ServerProcess, *, outbox: Path | None = None) -> None:
        super().__init__(server.url, server.token, outbox=outbox)
        self._server = server

    @property
    def pid(self) -> int:
        """The process that computes."""
        return self._server.pid

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._server.stop()


def start_server(*, generalist: str, data_dir: Path, machine: MachineOptions) -> ServerProcess:
    """A server with its tasks in ``data_dir``; UnavailableError with its last lines where it cannot begin."""
    arguments = {
        "generalist": generalist,
        "data-dir": str(data_dir),
        "threads": str(threads_of(machine)),
        "device": machine.device,
        "precision": machine.precision,
        # What is learned between two images is asked for, or a replay would not be the same again.
        "thinking": "off",
    }
    # Embeddings that an earlier run left on the disk would make this one faster than it is.
    own_cache = {"AUXOL_CACHE_DIR": str(data_dir / "embedding-cache")}
    flat = [word for name, value in arguments.items() for word in (f"--{name}", value)]
    flat.append("--locating" if machine.locating else "--no-locating")
    return ServerProcess(sys.executable, *flat, env=own_cache)


def make_engine(*, generalist: str, data_dir: Path, machine: MachineOptions) -> EngineOfWorker:
    """An engine in a process of its own, which keeps its tasks in ``data_dir`` and ends with ``close``."""
    return EngineOfWorker(start_server(generalist=generalist, data_dir=data_dir, machine=machine))


def threads_of(machine: MachineOptions) -> int:
    """Threads that an engine in this process would compute with; a server left to itself spares one core."""
    return machine.threads or os.cpu_count() or 1


def pid_of(engine: EngineApi) -> int | None:
    """The process that computes for ``engine``; None: this one."""
    return engine.pid if isinstance(engine, EngineOfWorker) else None


def installed_torch() -> str | None:
    """Version of the torch that a server started from here loads, read without loading it; None: there is none."""
    try:
        return metadata.version("torch")
    except metadata.PackageNotFoundError:
        return None
