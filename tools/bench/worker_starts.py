"""How long an engine takes to be there, in a worker and in a fresh Python, and what memory each of them takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auxol_core.errors import UnavailableError
from auxol_core.options import MachineOptions
from auxol_core.replay.over_http import start_server
from auxol_core.replay.peak import peak_rss_mb, rss_mb
from tools.bench.worker_figures import Memory, Samples


@dataclass(frozen=True)
class Setting:
    """What both engines are made of; ``machine`` names threads, device and precision, nothing is left to chance."""

    generalist: str
    machine: MachineOptions

    def told(self, data_dir: Path) -> dict[str, object]:
        """As one_prediction.py reads it."""
        machine = self.machine
        return {
            "generalist": self.generalist,
            "data_dir": str(data_dir),
            "threads": machine.threads,
            "device": machine.device,
            "precision": machine.precision,
        }


def measure_starts(setting: Setting, repetitions: int, samples: Samples) -> list[Memory]:
    """Start both by turns; the last ones make one prediction, and tell what memory they have then."""
    memory: list[Memory] = []
    for turn in range(repetitions):
        with tempfile.TemporaryDirectory(prefix="auxol-bench-", ignore_cleanup_errors=True) as folder:
            began = time.perf_counter()
            server = start_server(generalist=setting.generalist, data_dir=Path(folder), machine=setting.machine)
            with server:
                samples.add("start", "worker", time.perf_counter() - began)
                if turn == repetitions - 1:
                    told = {"url": server.url, "token": server.token}
                    _, client = one_prediction(told)
                    memory += [_memory("client of a worker", client), memory_of_worker("worker", server.pid)]
        with tempfile.TemporaryDirectory(prefix="auxol-bench-", ignore_cleanup_errors=True) as folder:
            seconds, alone = one_prediction(setting.told(Path(folder)))
            samples.add("start", "process", seconds)
    return [*memory, _memory("engine and caller in one process", alone)] if repetitions else memory


def memory_of_worker(who: str, pid: int) -> Memory:
    """What the process of a worker takes now, and took at most."""
    return Memory(who, rss_mb(pid), peak_rss_mb(pid), torch=True)


def one_prediction(told: Mapping[str, object]) -> tuple[float, Mapping[str, Any]]:
    """Run one_prediction.py in a fresh process: seconds until it had an engine, and what it said at its end."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "tools.bench.one_prediction"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise UnavailableError("A process with pipes was expected, got one without. Run the benchmark again.")
        process.stdin.write(json.dumps(told) + "\n")
        process.stdin.flush()
        process.stdout.readline()
        seconds = time.perf_counter() - began
        said = process.stdout.read()
    if process.returncode:
        raise UnavailableError(
            f"A prediction in a process of its own was expected, got exit code {process.returncode}. See above why."
        )
    return seconds, json.loads(said)


def _memory(who: str, said: Mapping[str, Any]) -> Memory:
    return Memory(who, said["now_mb"], said["peak_mb"], bool(said["torch"]))
