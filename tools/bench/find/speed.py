"""``python -m tools.bench.find.speed``: what the locator costs a save, and how long *Find* takes, on a drawn volume.

300 slices of 512 x 512 with a bright ball, five slices with it and three without it taught, the built-in network.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
from rich.console import Console

from auxol_core.build import make_engine
from auxol_core.options import MachineOptions
from auxol_core.types import BoolArray, Box, Prompt, SliceImage
from tools.bench.learn.bar import Bar, counted

SHAPE, MIDDLE, RADII = (300, 512, 512), (150, 260, 240), (50, 80, 100)
TAUGHT, EMPTY = (110, 130, 150, 170, 190), (20, 60, 280)
SAVE_S, SLICE_S, VOLUME_S = 1.0, 0.15, 40.0


def truth_of(index: int) -> BoolArray:
    """The ball on a slice."""
    rows, cols = np.ogrid[: SHAPE[1], : SHAPE[2]]
    away = ((index - MIDDLE[0]) / RADII[0]) ** 2 + ((rows - MIDDLE[1]) / RADII[1]) ** 2
    return np.asarray(away + ((cols - MIDDLE[2]) / RADII[2]) ** 2 <= 1)


def main() -> None:
    """Measure, print and judge."""
    console, rng = Console(), np.random.default_rng(0)
    with tempfile.TemporaryDirectory(prefix="auxol-speed-", ignore_cleanup_errors=True) as folder:
        engine = make_engine("builtin", Path(folder), MachineOptions())
        engine.create_task("ball")
        images = [rng.normal(0, 12, SHAPE[1:]) + np.where(truth_of(at), 120.0, -60.0) for at in range(SHAPE[0])]
        ids = [engine.put_slice(SliceImage(image.astype(np.int16))) for image in images]
        seconds = []
        for index in (*TAUGHT, *EMPTY):
            box = Box.of_mask(truth_of(index))
            shown = [] if box is None else [engine.predict("ball", ids[index], Prompt(box=box)).proposal_id]
            engine.correct("ball", ids[index], truth_of(index), correction_id=f"c{index}", proposals=shown)
            session = engine._session("ball")
            for _ in session.learning():
                pass
            began = time.perf_counter()
            for _ in session.locating():
                pass
            seconds.append(time.perf_counter() - began)
        engine.think("ball", steps=64)
        began = time.perf_counter()
        found = sum(item.proposal is not None for item in engine.find("ball", ids))
        volume = time.perf_counter() - began
        began = time.perf_counter()
        list(engine.find("ball", [ids[140]]))
        one = time.perf_counter() - began
        engine.close()
    save, there = float(np.median(seconds)), sum(truth_of(at).any() for at in range(SHAPE[0]))
    judged = [
        Bar(f"the locator's part of a save, median of {len(seconds)}: {save:.2f} s", f"{SAVE_S:g} s", save <= SAVE_S),
        Bar(f"find on one slice: {one:.3f} s", f"{SLICE_S:g} s", one <= SLICE_S),
        Bar(f"find on 300 slices, {found} of {there} found: {volume:.1f} s", f"{VOLUME_S:g} s", volume <= VOLUME_S),
    ]
    for bar in judged:
        console.print(str(bar), highlight=False)
    console.print(counted(judged), highlight=False)


if __name__ == "__main__":
    main()
