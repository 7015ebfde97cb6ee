"""A click while the engine thinks: how much longer it takes than one while it does nothing.

The engine behind its one compute thread, in this process; the shipped network; pictures drawn here.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from auxol_core.build import make_parts
from auxol_core.engine import thinking
from auxol_core.engine.engine import Engine
from auxol_core.engine.open_task import Listener
from auxol_core.engine.worker_engine import WorkerEngine
from auxol_core.options import DEFAULT_GENERALIST, MachineOptions
from auxol_core.types import BoolArray, Box, Prompt, SliceImage

TASK = "clicks"
SIDE = 256
LESSONS = 12
BOX = Prompt(box=Box(70, 80, 170, 190))


@dataclass(frozen=True)
class Clicks:
    """Seconds of a click, 95th percentile: while nothing is computed, and while a rehearsal is (``met`` clicks)."""

    idle: float
    thinking: float
    met: int


def picture(number: int) -> tuple[SliceImage, BoolArray]:
    """A bright blob on noise, and its mask."""
    rng = np.random.default_rng(number)
    rows, cols = np.mgrid[:SIDE, :SIDE]
    mask = ((rows - 120) / 45) ** 2 + ((cols - 135) / 50) ** 2 <= 1
    return SliceImage(np.clip(rng.normal(90, 30, (SIDE, SIDE)) + 60 * mask, 0, 255).astype(np.uint8)), mask


def measure(machine: MachineOptions, count: int = 40) -> Clicks:
    """Click ``count`` times in each setting, at moments drawn at random."""

    def make(listener: Listener) -> Engine:
        parts = make_parts(DEFAULT_GENERALIST, replace(machine, thinking="full"))
        device, precision = parts.compute.device, parts.compute.precision
        return Engine(
            parts.generalist, parts.make_specialist, Path(folder), parts.machine,
            device=device, precision=precision, listener=listener,
        )  # fmt: skip

    with tempfile.TemporaryDirectory(prefix="auxol-clicks-") as folder:
        engine = WorkerEngine(make)
        try:
            return _measured(engine, count)
        finally:
            engine.close()


def _measured(engine: WorkerEngine, count: int) -> Clicks:
    rng = np.random.default_rng(0)
    engine.create_task(TASK)
    for number in range(LESSONS):
        _teach(engine, number)
    slice_id = engine.put_slice(picture(1000)[0])
    engine.pause(TASK)
    time.sleep(1.0)
    _click(engine, slice_id)
    idle = [_click(engine, slice_id) for _ in range(count)]
    engine.resume(TASK)
    busy: list[float] = []
    helps, thinking.HELPS = thinking.HELPS, -1.0  # pictures this easy would be known by heart at the first look
    try:
        for number in range(LESSONS, LESSONS + 20):
            _teach(engine, number)
            while _thinks(engine) and len(busy) < count:
                time.sleep(float(rng.uniform(0.05, 0.5)))
                if _thinks(engine):
                    busy.append(_click(engine, slice_id))
    finally:
        thinking.HELPS = helps
    if not busy:
        raise RuntimeError("No click met a rehearsal; nothing was measured.")
    return Clicks(_high(idle), _high(busy), len(busy))


def _thinks(engine: WorkerEngine) -> bool:
    return any(not job.future.done() for jobs in engine._at_leisure.values() for job in jobs)


def _teach(engine: WorkerEngine, number: int) -> None:
    """Save a picture, and wait until it is learned and the rehearsal has begun."""
    image, mask = picture(number)
    engine.correct(TASK, engine.put_slice(image), mask, correction_id=f"c{number}")
    engine.learn_now(TASK)
    deadline = time.monotonic() + 5.0
    while not _thinks(engine) and time.monotonic() < deadline:
        time.sleep(0.01)


def _click(engine: WorkerEngine, slice_id: str) -> float:
    began = time.perf_counter()
    proposal = engine.predict(TASK, slice_id, BOX)
    took = time.perf_counter() - began
    engine.dismiss(proposal.proposal_id)
    return took


def _high(values: list[float]) -> float:
    return float(np.percentile(values, 95))
