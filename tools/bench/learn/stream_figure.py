"""Pictures of the kept rows: learning curves, and how well the quality told is true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import numpy as np
from matplotlib import pyplot as plt
from numpy.typing import NDArray

from auxol_core.replay.rows import Row
from tools.bench.learn.stream_bars import PROMPTS, THINK_STEPS, calibration
from tools.bench.learn.stream_runs import Prompted, StreamRun

SMOOTHED = 8


def smoothed(values: Sequence[float]) -> NDArray[np.float64]:
    """The mean of each SMOOTHED values in a row."""
    return np.convolve(np.asarray(values, dtype=np.float64), np.ones(SMOOTHED) / SMOOTHED, "valid")


def draw(out: Path, rows: Mapping[StreamRun, Sequence[Row]], streams: Sequence[str]) -> None:
    """``curves.png`` and ``calibration.png`` in ``out``, of what there is."""
    for prompt in PROMPTS:
        _curves(out / f"curves-{prompt}.png", prompt, rows, streams)
    _calibration(out / "calibration.png", rows)


def _curves(path: Path, prompt: Prompted, rows: Mapping[StreamRun, Sequence[Row]], streams: Sequence[str]) -> None:
    kinds = {
        "generalist": StreamRun("", prompt, "generalist"),
        "paper": StreamRun("", prompt, "paper"),
        "auxol": StreamRun("", prompt, "auxol"),
        f"auxol, {THINK_STEPS} steps of thinking": StreamRun("", prompt, "auxol", think_steps=THINK_STEPS),
    }
    columns = min(5, len(streams))
    down = -(-len(streams) // columns)
    size = (3 * columns, 3 * down)
    figure, axes = plt.subplots(down, columns, figsize=size, sharex=True, squeeze=False, constrained_layout=True)
    shown = {}
    for axis, stream in zip(axes.flat, streams, strict=False):
        for number, (name, kind) in enumerate(kinds.items()):
            found = rows.get(replace(kind, stream=stream))
            if found:  # a colour is a method's own, also where another's run is not there
                (shown[name],) = axis.plot(smoothed([row.dice for row in found]), color=f"C{number}", label=name)
        axis.set_title(stream, fontsize=9)
    if shown:
        figure.legend(shown.values(), shown, loc="outside lower center", ncols=len(shown), fontsize=8)
    figure.suptitle(f"Dice with {prompt}, mean of {SMOOTHED} images in a row")
    figure.savefig(path, dpi=90)
    plt.close(figure)


def _calibration(path: Path, rows: Mapping[StreamRun, Sequence[Row]]) -> None:
    plain = (each for run, each in rows.items() if run == StreamRun(run.stream, run.prompt, "auxol"))
    pooled = [row for each in plain for row in each]
    if len(pooled) < 10:
        return
    bins = calibration(pooled, 10)
    figure, axis = plt.subplots(figsize=(4.5, 4.5), constrained_layout=True)
    axis.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    axis.plot(bins[:, 0], bins[:, 1], "o-")
    axis.set(xlabel="quality told", ylabel="true Dice", xlim=(0.4, 1), ylim=(0.4, 1), title=f"{len(pooled)} images")
    figure.savefig(path, dpi=90)
    plt.close(figure)
