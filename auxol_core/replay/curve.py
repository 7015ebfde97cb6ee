"""Learning curves as a picture: one small panel a stream, one line a method, the moving average of Dice."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from auxol_core.replay.rows import ACCEPTED_DICE, Row
from auxol_core.whole_files import replaced

# Okabe and Ito's colours, told apart by colour-blind readers too; line styles help in grey.
_STYLES: dict[str, tuple[str, str, float]] = {
    "shape": ("#999999", ":", 1.6),
    "generalist": ("#E69F00", "--", 1.8),
    "paper": ("#CC79A7", "-.", 1.8),
    "auxol": ("#0072B2", "-", 2.6),
    "auxol-frozen": ("#56B4E9", "--", 1.8),
}
_LABELS = {
    "shape": "shape (no image)",
    "generalist": "generalist alone",
    "paper": "paper (published)",
    "auxol": "auxol (ours)",
    "auxol-frozen": "auxol, not learning",
}


def moving_average(values: Sequence[float]) -> NDArray[np.float64]:
    """Mean of the last ``window`` values up to each place (fewer at the start), see ``window_of``."""
    window = window_of(len(values))
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(0, ends - window)
    return np.asarray((sums[ends] - sums[starts]) / (ends - starts))


def window_of(count: int) -> int:
    """The length of the moving average: a quarter of a stream of ``count`` images, but 5 to 25."""
    return max(5, min(25, round(count / 4)))


def draw(path: Path, rows: Mapping[tuple[str, str], Sequence[Row]]) -> None:
    """Write the picture (PNG) of the rows of each (dataset, method); nothing is drawn without rows."""
    datasets = list(dict.fromkeys(dataset for dataset, _ in rows))
    if not datasets:
        return
    across = min(3, len(datasets))
    down = math.ceil(len(datasets) / across)
    width, height = (6.6, 4.2) if len(datasets) == 1 else (4.6, 3.4)
    figure = Figure(figsize=(width * across + 0.6, height * down + 1.0), dpi=130, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(down, across, squeeze=False)
    for place, axis in enumerate(axes.ravel()):
        if place < len(datasets):
            of_dataset = {m: r for (d, m), r in rows.items() if d == datasets[place]}
            _panel(axis, datasets[place], of_dataset, first=place % across == 0)
        else:
            axis.set_axis_off()
    methods = list(dict.fromkeys(method for _, method in rows))
    _legend(figure, axes.ravel()[0], methods, columns=across + 2)
    with replaced(path) as file:
        figure.savefig(file, format="png")


def _panel(axis: Axes, dataset: str, methods: Mapping[str, Sequence[Row]], *, first: bool) -> None:
    longest = max(methods.values(), key=len)
    lowest = 1.0
    for method, rows in methods.items():
        if not rows:
            continue
        curve = moving_average([row.dice for row in rows])
        lowest = min(lowest, float(curve.min()))
        colour, style, width = _STYLES.get(method, ("#009E73", "-", 1.8))
        order = 4 if method == "auxol" else 3
        axis.plot(np.arange(1, len(rows) + 1), curve, style, color=colour, linewidth=width, zorder=order, label=method)
    axis.axhline(ACCEPTED_DICE, color="#cccccc", linewidth=0.8, zorder=1)
    axis.set_ylim(max(0.0, math.floor((lowest - 0.02) * 20) / 20), 1.0)
    axis.set_xlim(1, max(2, len(longest)))
    axis.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axis.grid(axis="y", color="#eeeeee", linewidth=0.8)
    axis.spines[["top", "right"]].set_visible(False)
    axis.set_title(f"{dataset}, {longest[0].prompt} prompts", fontsize=11, loc="left")
    axis.set_xlabel("images seen", fontsize=9)
    if first:
        axis.set_ylabel(f"Dice (mean of the last {window_of(len(longest))})", fontsize=9)
    axis.tick_params(labelsize=8)


def _legend(figure: Figure, axis: Axes, methods: Sequence[str], columns: int) -> None:
    handles = [
        axis.plot([], [], style, color=colour, linewidth=width, label=_LABELS.get(method, method))[0]
        for method in methods
        for colour, style, width in [_STYLES.get(method, ("#009E73", "-", 1.8))]
    ]
    columns = min(columns, len(handles))
    figure.legend(handles=handles, loc="outside upper center", ncols=columns, frameon=False, fontsize=9)
