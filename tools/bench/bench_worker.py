"""What the worker process costs: every wait of a user through HTTP, with the same engine in this process beside it.

``python -m tools.bench.bench_worker [--repetitions 40] [--out DIR] [--page docs/bench-worker.md]`` (``make
bench-worker``). How it is measured: docs/bench-worker.md. The last line counts the bars met and missed.
"""

from __future__ import annotations

import os
import platform
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from auxol_core import __version__
from auxol_core.machine.priority import priority
from auxol_core.options import DEFAULT_GENERALIST, MachineOptions
from auxol_core.replay.over_http import EngineOfWorker, installed_torch, start_server
from auxol_core.types import TaskStatus
from tools.bench import worker_figures as figures
from tools.bench import worker_measures as measures
from tools.bench.worker_figures import Memory, Report
from tools.bench.worker_measures import Pair
from tools.bench.worker_priority import measure_priority
from tools.bench.worker_slices import SIDE
from tools.bench.worker_starts import Setting, measure_starts, memory_of_worker


def bench_worker(
    repetitions: Annotated[
        int, typer.Option(min=2, help="Samples of each prediction and save; of what takes long a share.")
    ] = 40,
    threads: Annotated[int, typer.Option(min=0, help="Of both engines; 0: all cores but one, as a worker has.")] = 0,
    generalist: Annotated[str, typer.Option(help="builtin, vit_b, ... or a checkpoint's path.")] = DEFAULT_GENERALIST,
    pause: Annotated[float, typer.Option(min=0, help="Seconds of silence before a save after a pause.")] = 6.0,
    out: Annotated[Path | None, typer.Option(help="Folder for all samples, as JSON and CSV.")] = None,
    page: Annotated[Path | None, typer.Option(help="A page whose figures are replaced: docs/bench-worker.md.")] = None,
) -> None:
    """Measure, print and judge."""
    # Before torch is loaded: idle compute threads otherwise spin on cores that the worker needs.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if page is not None:
        figures.check_page(page)
    console = Console(width=130)
    machine = MachineOptions(threads or max(1, (os.cpu_count() or 1) - 1))
    report = measure(generalist, machine, repetitions, pause, console)
    for name, value in report.facts.items():
        console.print(f"{name}: {value}", highlight=False, markup=False, soft_wrap=True)
    console.print(figures.timing_table(report.samples))
    console.print(figures.memory_table(report.memory))
    if out is not None:
        figures.write(report, out)
    if page is not None:
        figures.put_into(page, report)
    judged = figures.bars(report)
    for bar in judged:
        console.print(str(bar), highlight=False, markup=False, soft_wrap=True)
    console.print(figures.last_line(judged))


def measure(generalist: str, machine: MachineOptions, repetitions: int, pause_s: float, console: Console) -> Report:
    """All measurements, one after another."""
    from auxol_core.build import make_engine

    began, load = time.monotonic(), _load()
    with tempfile.TemporaryDirectory(prefix="auxol-bench-", ignore_cleanup_errors=True) as folder:
        with closing(make_engine(generalist, Path(folder) / "here", machine)) as here:
            status = here.create_task("what it computes with")
            # Measured once, and said to both: each for itself might choose another precision.
            known = MachineOptions(machine.threads, status.device, status.precision)  # type: ignore[arg-type]
            server = start_server(generalist=generalist, data_dir=Path(folder) / "there", machine=known)
            with closing(EngineOfWorker(server, outbox=Path(folder) / "outbox")) as there:
                pair = Pair(here, there)
                _measure_pair(pair, repetitions, pause_s, console)
                taught = memory_of_worker(f"worker after {there.status(measures.TASK).version} updates", there.pid)
        console.print("measuring clicks beside busy programs ...", highlight=False)
        measure_priority(generalist, known, max(2, repetitions // 2), pair.samples)
        memory = _measure_starts(Setting(generalist, known), repetitions, pair, console)
    facts = _facts(status, machine, repetitions, pair) | {
        "autogroup scheduling": "on" if priority().autogroup else "off",
        "load of the machine before": load,
        "the run took": f"{(time.monotonic() - began) / 60:.1f} minutes",
    }
    loaded = any(each.torch for each in memory if each.who.startswith("client"))
    return Report(pair.samples, [*memory, taught], facts, loaded, priority().autogroup)


def _measure_pair(pair: Pair, repetitions: int, pause_s: float, console: Console) -> None:
    few = max(2, repetitions // 2)
    phases: list[tuple[str, Callable[[], None]]] = [
        ("predictions", lambda: measures.measure_predictions(pair, repetitions)),
        ("predictions while learning, saves", lambda: measures.measure_learning(pair, repetitions)),
        ("saves while learning", lambda: measures.measure_saving_while_learning(pair, few)),
        ("refreshed proposals", lambda: measures.measure_refreshing(pair, few)),
        ("saves after a pause", lambda: measures.measure_pauses(pair, max(2, repetitions // 6), pause_s)),
    ]
    for title, work in phases:
        console.print(f"measuring {title} ...", highlight=False)
        work()


def _measure_starts(setting: Setting, repetitions: int, pair: Pair, console: Console) -> list[Memory]:
    console.print("measuring starts and memory ...", highlight=False)
    return measure_starts(setting, max(1, repetitions // 8), pair.samples)


def _facts(status: TaskStatus, machine: MachineOptions, repetitions: int, pair: Pair) -> dict[str, str]:
    return {
        "program": f"auxol {__version__}, Python {platform.python_version()}, torch {installed_torch() or 'unknown'}",
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()}",
        "both engines": f"{status.generalist} {status.generalist_hash[:12]}, {status.device}, {status.precision}, "
        f"{machine.threads} thread(s)",
        "data": f"made-up CT slices of {SIDE} x {SIDE} pixels, int16; {repetitions} repetitions",
        "masks that differ between the two engines": f"{pair.differing} of {pair.compared}",
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8", errors="replace").splitlines() if info.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or "unknown processor"


def _load() -> str:
    return f"{os.getloadavg()[0]:.2f} over the last minute" if hasattr(os, "getloadavg") else "unknown"


if __name__ == "__main__":
    typer.run(bench_worker)
