"""Best, median and worst of what was proposed while learning, beside what it was corrected to."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from auxol_core.imaging.files import Pixels
from auxol_core.imaging.metrics import dice
from auxol_core.replay.runner import TASK, Segment, Workshop, prompts_of
from auxol_core.replay.streams import Stream
from auxol_core.types import BoolArray, SliceImage
from tools.bench.learn.stream_runs import StreamRun

PLACES = ("best", "median", "worst")
PROPOSED, CORRECTED = "#e69f00", "#56b4e9"
MARGIN = 24


@dataclass(frozen=True, eq=False)
class Shown:
    """What was proposed for an image of a stream, and the truth."""

    stream: str
    image: str
    dice: float
    pixels: Pixels = field(repr=False)
    proposed: BoolArray = field(repr=False)
    truth: BoolArray = field(repr=False)


def chosen(found: Sequence[Shown]) -> list[Shown]:
    """The best, the median and the worst of the second half, by Dice."""
    order = sorted(found[len(found) // 2 :], key=lambda each: each.dice, reverse=True)
    return [order[0], order[(len(order) - 1) // 2], order[-1]]


def shown(stream: Stream, run: StreamRun, workshop: Workshop) -> list[Shown]:
    """The proposals of a run, image after image; the truth is learned where the method learns."""
    found: list[Shown] = []
    with tempfile.TemporaryDirectory(prefix="auxol-gallery-", ignore_cleanup_errors=True) as folder:
        engine = workshop.engine(Path(folder))
        try:
            engine.create_task(TASK, run.of_method.task_options(run.options))
            for index, sample in enumerate(stream.samples()):
                slice_id = engine.put_slice(SliceImage(sample.pixels, sample.spacing_mm))
                prompts = prompts_of(Segment(stream.name, stream), sample, run.options)
                made = [engine.predict(TASK, slice_id, prompt) for prompt in prompts]
                mask = np.asarray(np.logical_or.reduce([each.mask for each in made]))
                truth = sample.truth
                found.append(Shown(stream.name, sample.name, dice(mask, truth), sample.pixels, mask, truth))
                ids = [each.proposal_id for each in made]
                if run.of_method.taught:
                    engine.correct(TASK, slice_id, truth, correction_id=f"{sample.name}:{index}", proposals=ids)
                    engine.learn_now(TASK)
                else:
                    for each in ids:
                        engine.dismiss(each)
        finally:
            engine.close()
    return found


def draw(path: Path, streams: Sequence[Sequence[Shown]]) -> None:
    """A row a stream, three columns: the outline proposed over the one it was corrected to."""
    down = len(streams)
    figure, axes = plt.subplots(down, 3, figsize=(9, 3.1 * down), squeeze=False, constrained_layout=True)
    for row, found in zip(axes, streams, strict=True):
        for axis, place, each in zip(row, PLACES, chosen(found), strict=True):
            _panel(axis, each)
            axis.set_title(f"{each.stream}, {place}: Dice {each.dice:.3f}", fontsize=9)
    handles = [Line2D([], [], color=colour) for colour in (PROPOSED, CORRECTED)]
    figure.legend(handles, ("proposed", "corrected to"), loc="outside lower center", ncols=2, frameon=False)
    figure.savefig(path, dpi=80)
    plt.close(figure)


def _panel(axis: Axes, each: Shown) -> None:
    rows, cols = np.nonzero(each.truth | each.proposed)
    top, left = max(0, rows.min() - MARGIN), max(0, cols.min() - MARGIN)
    part = np.s_[top : rows.max() + MARGIN, left : cols.max() + MARGIN]
    pixels = each.pixels[part].astype(np.float32)
    low, high = np.percentile(pixels, (1, 99))
    axis.imshow(np.clip((pixels - low) / max(high - low, 1e-6), 0, 1), cmap="gray")
    for mask, colour in ((each.truth, CORRECTED), (each.proposed, PROPOSED)):
        if mask[part].any() and not mask[part].all():
            axis.contour(mask[part], levels=[0.5], colors=[colour], linewidths=1.6)
    axis.set_axis_off()
