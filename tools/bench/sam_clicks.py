"""``python -m tools.bench.sam_clicks``: a SAM's first click, its next click, and one while a neighbour is prefetched.

End to end: a worker process as Slicer has it, a client in this one, slices of 512 x 512, random weights of the real
shape (neither time depends on what they are). A click beside a prefetch is compared with an idle one on a slice that
was as new; what it may wait longer is one block of the encoder, timed in this process with the same threads. The last
line counts the bars. For a quiet machine: each figure is a median of a few.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from rich.console import Console

from auxol_core.api import EngineApi
from auxol_core.build import set_up_torch
from auxol_core.generalist import registry
from auxol_core.generalist.base import Generalist
from auxol_core.generalist.measuring import random_checkpoint
from auxol_core.generalist.row import CheckpointFile
from auxol_core.options import MachineOptions
from auxol_core.replay.over_http import make_engine, threads_of
from auxol_core.types import Box, FloatArray, Prompt, SliceImage
from tools.bench.learn.bar import Bar, counted

SIDE = 512
FIRST_S, NEXT_S = 1.5, 0.15
TASK = "sam clicks"
BOXES = (Box(100, 120, 300, 380), Box(60, 200, 260, 420), Box(220, 100, 420, 300))
# A prefetch has begun, and is in the middle of some block, when the click comes so long after it was asked for.
INTO_PREFETCH_S = 0.1


@dataclass(frozen=True)
class Clicks:
    """Seconds, medians. ``block_s``: the longest step of the encoder."""

    first_s: float
    next_s: float
    idle_s: float
    beside_s: float
    block_s: float


def picture(number: int) -> SliceImage:
    """Slice ``number`` of noise; the same number, the same pixels."""
    return SliceImage(np.random.default_rng(number).integers(0, 255, (SIDE, SIDE), dtype=np.uint8))


def click(engine: EngineApi, slice_id: str, box: Box) -> float:
    """Seconds until the proposal is here."""
    began = time.perf_counter()
    engine.predict(TASK, slice_id, Prompt(box=box))
    return time.perf_counter() - began


def longest_step(generalist: Generalist, repeats: int) -> float:
    """Seconds of the encoder's longest step, the least of ``repeats`` for each."""
    image: FloatArray = np.random.default_rng(0).random((SIDE, SIDE, 3), dtype=np.float32)
    runs = [_steps_of(generalist, image) for _ in range(repeats + 1)][1:]
    least = [min(times) for times in zip(*runs, strict=True)]
    return float(max(least))


def _steps_of(generalist: Generalist, image: FloatArray) -> list[float]:
    steps, times = generalist.encode(image), list[float]()
    while True:
        began = time.perf_counter()
        try:
            next(steps)
        except StopIteration:
            return [*times, time.perf_counter() - began]
        times.append(time.perf_counter() - began)


def clicks_of(engine: EngineApi, block_s: float, repeats: int) -> Clicks:
    """The figures of ``engine``, which computes for nobody else."""
    engine.create_task(TASK)
    numbers = iter(range(10_000))

    def fresh() -> str:
        return engine.put_slice(picture(next(numbers)))

    click(engine, fresh(), BOXES[0])  # the first of all pays for what torch sets up
    firsts, nexts, idle, beside = list[float](), list[float](), list[float](), list[float]()
    for _ in range(repeats):
        slice_id = fresh()
        firsts.append(click(engine, slice_id, BOXES[0]))
        nexts += [click(engine, slice_id, box) for box in BOXES[1:]]
    for _ in range(repeats):
        idle.append(click(engine, fresh(), BOXES[0]))
        wanted, neighbour = fresh(), fresh()
        engine.prefetch(TASK, [neighbour])
        time.sleep(INTO_PREFETCH_S)
        beside.append(click(engine, wanted, BOXES[0]))
        click(engine, neighbour, BOXES[0])  # ends the prefetch
    first, following, alone, together = (float(np.median(each)) for each in (firsts, nexts, idle, beside))
    return Clicks(first, following, alone, together, block_s)


def bars(title: str, found: Clicks) -> list[Bar]:
    """The issue's three rows for the generalist ``title``."""
    above = found.beside_s - found.idle_s
    first, following = f"first click end to end {found.first_s:.2f} s", f"next click end to end {found.next_s:.3f} s"
    return [
        Bar(f"{title}: {first}", f"at most {FIRST_S:g} s", found.first_s <= FIRST_S),
        Bar(f"{title}: {following}", f"at most {NEXT_S:g} s", found.next_s <= NEXT_S),
        Bar(
            f"{title}: a click while a neighbour is prefetched, {above:+.3f} s above an idle one",
            f"one block of the encoder, {found.block_s:.3f} s",
            above <= found.block_s,
        ),
    ]


def measured(name: str, threads: int, repeats: int) -> Clicks:
    """The figures of the generalist ``name`` with random weights, in a worker of ``threads``."""
    row = registry.find_row(name)
    machine = MachineOptions(threads=threads, device="cpu")
    compute = set_up_torch(MachineOptions(threads=threads_of(machine), device="cpu"))
    with tempfile.TemporaryDirectory(prefix="auxol-clicks-", ignore_cleanup_errors=True) as folder:
        checkpoint: CheckpointFile = random_checkpoint(row, Path(folder))
        block_s = longest_step(row.load(checkpoint, "cpu", compute.precision), repeats)
        engine = make_engine(generalist=f"{name}:{checkpoint.path}", data_dir=Path(folder) / "tasks", machine=machine)
        with closing(engine):
            return clicks_of(engine, block_s, repeats)


def main(
    names: Annotated[list[str] | None, typer.Argument(help="Generalists of the registry.")] = None,
    threads: Annotated[int, typer.Option(help="0: all cores.")] = 0,
    repeats: Annotated[int, typer.Option(min=1, help="Clicks of each kind.")] = 5,
) -> None:
    """Measure, print and judge."""
    console, judged = Console(width=130), list[Bar]()
    for name in names or ["mobile_sam"]:
        judged += bars(registry.title_of(name), measured(name, threads, repeats))
    for bar in judged:
        console.print(str(bar), highlight=False, markup=False, soft_wrap=True)
    console.print(f"random weights, {SIDE} x {SIDE} pixels, torch {torch.__version__}", highlight=False)
    console.print(counted(judged), highlight=False)


if __name__ == "__main__":
    typer.run(main)
