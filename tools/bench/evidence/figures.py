"""Pictures of the kept runs: learning curves with bands over the orders, and effort per volume over the patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from numpy.typing import NDArray

from auxol_core.replay.rows import Row
from tools.bench.evidence.click_tables import Kept as KeptClicks
from tools.bench.evidence.clicks import GOOD
from tools.bench.evidence.effort import pieces
from tools.bench.evidence.plan import Plan, run_of
from tools.bench.learn.edits import GOOD as GOOD_VOLUME
from tools.bench.learn.edits import MOST_EDITS, Edit
from tools.bench.learn.stream_bars import PROMPTS
from tools.bench.learn.stream_figure import SMOOTHED, smoothed
from tools.bench.learn.stream_runs import Prompted, StreamRun
from tools.bench.learn.volumes import outcome

COLOURS = {"shape": "0.7", "generalist": "#0072b2", "paper": "#cc79a7", "auxol-frozen": "#56b4e9", "auxol": "#d55e00"}
OTHER = "#009e73"


def draw(
    out: Path,
    rows: Mapping[StreamRun, Sequence[Row]],
    clicks: KeptClicks,
    volumes: Mapping[tuple[str, str], Sequence[Edit]],
    plan: Plan,
) -> list[Path]:
    """What can be drawn of what there is; the files."""
    made = [_curves(out / f"orders-{prompt}.png", rows, plan, prompt) for prompt in PROMPTS]
    made += [_growing(out / "clicks.png", clicks, plan), _edits(out / "edits.png", volumes)]
    return [path for path in made if path is not None]


def _curves(path: Path, kept: Mapping[StreamRun, Sequence[Row]], plan: Plan, prompt: Prompted) -> Path | None:
    there = [stream for stream in plan.streams if kept.get(run_of("auxol", stream, prompt, 0))]
    if not there:
        return None
    columns = min(5, len(there))
    down = -(-len(there) // columns)
    figure, axes = plt.subplots(down, columns, figsize=(3 * columns, 3 * down), squeeze=False, constrained_layout=True)
    for axis, stream in zip(axes.flat, there, strict=False):
        curves = {method: _orders(kept, plan, method, stream, prompt) for method in plan.methods if method != "shape"}
        most = max(len(each) for each in curves.values())
        for method, each in curves.items():
            if len(each) == most:  # the mean of one order beside that of five would show the orders and no method
                _band(axis, each, COLOURS.get(method, OTHER), method)
        axis.set_title(stream, fontsize=9)
    for axis in axes.flat[len(there) :]:
        axis.set_axis_off()
    handles, names = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names), frameon=False)
    figure.suptitle(f"Dice with one {prompt}, mean of {SMOOTHED} images in a row; bands: all orders of a method")
    figure.savefig(path, dpi=80)
    plt.close(figure)
    return path


def _orders(
    kept: Mapping[StreamRun, Sequence[Row]], plan: Plan, method: str, stream: str, prompt: Prompted
) -> list[NDArray[np.float64]]:
    """A curve an order that was run."""
    runs = [kept.get(run_of(method, stream, prompt, order)) for order in range(plan.orders)]
    return [smoothed([row.dice for row in rows]) for rows in runs if rows]


def _band(axis: Axes, curves: Sequence[NDArray[np.float64]], colour: str, name: str) -> None:
    shortest = min(len(curve) for curve in curves)
    stack = np.stack([curve[:shortest] for curve in curves])
    places = np.arange(shortest) + SMOOTHED
    axis.plot(places, stack.mean(axis=0), color=colour, label=name)
    if len(curves) > 1:
        axis.fill_between(places, stack.min(axis=0), stack.max(axis=0), color=colour, alpha=0.15, linewidth=0)


def _growing(path: Path, kept: KeptClicks, plan: Plan) -> Path | None:
    figure, axes = plt.subplots(1, len(plan.firsts), figsize=(5 * len(plan.firsts), 4), squeeze=False)
    drawn = False
    for axis, first in zip(axes.flat, plan.firsts, strict=True):
        for method in ("generalist", "auxol"):
            by_image: dict[int, list[float]] = {}
            for run, rows in kept.items():
                if (run.first, run.method, run.hand) == (first, method, "noisy"):
                    for piece in pieces(rows):
                        by_image.setdefault(piece.index, []).append(piece.clicks(GOOD))
            if len(by_image) >= SMOOTHED:
                drawn = True
                means = [float(np.mean(by_image[index])) for index in sorted(by_image)]
                axis.plot(np.arange(SMOOTHED, len(means) + 1), smoothed(means), color=COLOURS[method], label=method)
        axis.set(title=f"{first} first", xlabel="images seen", ylabel=f"prompts to a Dice of {GOOD}", ylim=(0, None))
    if drawn:
        axes[0, 0].legend(frameon=False)
        figure.savefig(path, dpi=80, bbox_inches="tight")
    plt.close(figure)
    return path if drawn else None


def _edits(path: Path, volumes: Mapping[tuple[str, str], Sequence[Edit]]) -> Path | None:
    streams = list(dict.fromkeys(stream for stream, _ in volumes))
    if not streams:
        return None
    figure, axes = plt.subplots(
        1, len(streams), figsize=(4 * len(streams), 3.2), squeeze=False, constrained_layout=True
    )
    for axis, stream in zip(axes.flat, streams, strict=True):
        for arm, colour in (("frozen", COLOURS["generalist"]), ("learning", COLOURS["auxol"])):
            counts = outcome(volumes.get((stream, arm), []), half=False).edits
            axis.plot(np.arange(1, len(counts) + 1), counts, "o-", color=colour, label=arm)
        axis.set(title=stream, xlabel="volume", ylim=(-0.5, MOST_EDITS + 0.5))
    axes[0, 0].set_ylabel(f"edits to a Dice of {GOOD_VOLUME}")
    axes[0, 0].legend(frameon=False)
    figure.savefig(path, dpi=80)
    plt.close(figure)
    return path
