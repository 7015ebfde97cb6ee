"""A click beside two busy programs, with a worker that a host such as Slicer has started at nice 19.

The host's session holds the busy programs too, as a desktop's does. Once the worker keeps the host's priority, as all
did before they left it by themselves, and once it leaves it; the idle click is that of the second kind with nothing
beside it.
"""

from __future__ import annotations

import shlex
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from auxol_core.client.blocking import EngineClient
from auxol_core.client.server_process import ServerProcess
from auxol_core.errors import AuxolError
from auxol_core.options import MachineOptions
from tools.bench import starved_host
from tools.bench.worker_figures import Samples
from tools.bench.worker_slices import made_up_slice

BUSY = 2
START_WITHIN_S = 240.0
ENOUGH_S = 90.0  # a starved worker need not be asked as often as the others
TASK = "beside busy programs"
# What is measured: busy programs beside it, and whether the worker keeps its host's priority.
SETTINGS = (("starved_idle", 0, False), ("starved_before", BUSY, True), ("starved_after", BUSY, False))


def measure_priority(generalist: str, machine: MachineOptions, repetitions: int, samples: Samples) -> None:
    """Add samples of each of SETTINGS; none of one whose worker was not ready within START_WITHIN_S."""
    if sys.platform == "win32":
        return  # nothing is inherited there
    for measure, busy, keep in SETTINGS:
        with tempfile.TemporaryDirectory(prefix="auxol-bench-", ignore_cleanup_errors=True) as folder:
            arguments = _arguments(generalist, machine, Path(folder)) + (["--keep-priority"] if keep else [])
            try:
                server = ServerProcess(_host(Path(folder), busy), *arguments, start_within=START_WITHIN_S)
            except AuxolError:
                continue
            with server, closing(server.client()) as client:
                _clicks(client, measure, repetitions, samples)


def _arguments(generalist: str, machine: MachineOptions, folder: Path) -> list[str]:
    told = {"generalist": generalist, "data-dir": folder / "tasks", "threads": machine.threads}
    return [str(word) for name, value in told.items() for word in (f"--{name}", value)]


def _host(folder: Path, busy: int) -> Path:
    """A program to be started in Python's place, with Python's arguments."""
    words = [sys.executable, starved_host.__file__, str(busy), sys.executable]
    program = folder / "host"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
    program.chmod(0o700)
    return program


def _clicks(client: EngineClient, measure: str, repetitions: int, samples: Samples) -> None:
    client.create_task(TASK)
    shown = made_up_slice(0)
    slice_id = client.put_slice(shown.image)
    ends = time.perf_counter() + ENOUGH_S
    for turn in range(-1, repetitions):  # the first one pays what a first call costs, and does not count
        began = time.perf_counter()
        client.dismiss(client.predict(TASK, slice_id, shown.click(turn + 1)).proposal_id)
        if turn >= 0:
            samples.add(measure, "worker", time.perf_counter() - began)
        if time.perf_counter() > ends:
            break
