"""What one update costs, `paper` beside `auxol`: CPU seconds in one process, one thread, on the same lessons.

The published method learns from its whole batch of 32 objects at each correction once it is full, so both are asked
then: 32 pictures are saved and learned first, then each of a few more is timed.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from auxol_core.build import make_engine
from auxol_core.options import DEFAULT_GENERALIST, MachineOptions, TaskOptions
from tools.bench.learn.click import BOX, picture

FULL = 32


def cpu_seconds(preset: str, count: int) -> float:
    """Median CPU seconds of an update of ``preset`` with a full memory, over ``count`` corrections."""
    with tempfile.TemporaryDirectory(prefix="auxol-update-") as folder:
        engine = make_engine(DEFAULT_GENERALIST, Path(folder), MachineOptions(threads=1, device="cpu", locating=False))
        try:
            engine.create_task(preset, TaskOptions(preset=preset))
            taken = []
            for number in range(FULL + count):
                image, mask = picture(number)
                slice_id = engine.put_slice(image)
                proposal = engine.predict(preset, slice_id, BOX)
                engine.correct(preset, slice_id, mask, correction_id=f"c{number}", proposals=[proposal.proposal_id])
                began = time.process_time()
                engine.learn_now(preset)
                taken.append(time.process_time() - began)
            return float(np.median(taken[FULL:]))
        finally:
            engine.close()
