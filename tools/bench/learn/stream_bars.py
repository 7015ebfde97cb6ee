"""What the kept rows say, against the bars: each a sentence with its figure, and whether it is met."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from auxol_core.replay.comparisons import interval
from auxol_core.replay.core_streams import CORE_STREAMS
from auxol_core.replay.prompts import rng_for
from auxol_core.replay.rows import Row
from auxol_core.replay.summary import last_half
from tools.bench.learn.stream_runs import CT_STREAMS, FIRST_IMAGES, STREAMS, Prompted, StreamRun

PROMPTS: tuple[Prompted, ...] = get_args(Prompted)
JUDGED: tuple[Prompted, ...] = ("point", "box")  # in the order in which the bars are told
SEEDS = (0, 1)
THINK_STEPS = 40
SLIP_EVERY = 20
SLIP_STREAMS = ("kvasir", "lgg", "jsrt/heart", "curvas_ct/liver")
# Points on four streams are enough for `paper`, whose updates take half a minute on a core.
PAPER_POINTS = ("kvasir", "lgg", "jsrt/heart", "curvas_ct/kidneys")
LIVER = CT_STREAMS[0]

RowsOf = Callable[[StreamRun], Sequence[Row]]
Kept = Callable[[StreamRun], Sequence[Row] | None]


@dataclass(frozen=True)
class Bar:
    """``figure``: with its name and number; ``met`` None: nothing was measured that could tell."""

    figure: str
    asked: str
    met: bool | None


def wanted() -> list[StreamRun]:
    """Every run that the bars need."""
    runs = [StreamRun(s, p, m) for p in PROMPTS for s in STREAMS for m in ("shape", "generalist", "auxol")]
    runs += [StreamRun(s, p, "auxol", think_steps=THINK_STEPS) for p in PROMPTS for s in STREAMS]
    runs += [
        StreamRun(s, p, m, seed=1, images=FIRST_IMAGES)
        for p in PROMPTS
        for s in STREAMS
        for m in ("generalist", "auxol")
    ]
    runs += [StreamRun(s, p, "auxol", slip_every=SLIP_EVERY) for p in PROMPTS for s in SLIP_STREAMS]
    runs += [StreamRun(s, "box", "paper") for s in CORE_STREAMS]
    runs += [StreamRun(s, "point", "paper") for s in PAPER_POINTS]
    return runs


class _NotKeptError(Exception):
    """A run that a bar needs is not there."""


def bars(kept: Kept) -> list[Bar]:
    """All of them, in the order of the issue's table; ``kept`` gives None for a run that is not there."""

    def rows(wanted: StreamRun) -> Sequence[Row]:
        found = kept(wanted)
        if found is None:
            raise _NotKeptError(f"{wanted.stream}, {wanted.prompt}, {wanted.method}")
        return found

    found: list[Bar] = []
    for judge in (_liver, _told, _thinking, _first_images, _above_paper, _slips):
        try:
            found += judge(rows)
        except _NotKeptError as missing:
            found.append(Bar(f"{judge.__name__[1:].replace('_', ' ')}: no run of {missing}", "", None))
    return found


def table(rows: Mapping[StreamRun, Sequence[Row]]) -> Table:
    """Mean Dice over the last half, a row a stream and prompt, a column a method."""
    columns = list(dict.fromkeys(_column(run) for run in rows))
    found = Table("stream", "prompt", *columns)
    for prompt in PROMPTS:
        for stream in STREAMS:
            here = {_column(run): f"{half_dice(each):.3f}" for run, each in rows.items() if _is(run, stream, prompt)}
            if here:
                found.add_row(stream, prompt, *(here.get(column, "") for column in columns))
    return found


def _is(run: StreamRun, stream: str, prompt: str) -> bool:
    return (run.stream, run.prompt, run.images, run.seed) == (stream, prompt, 32, 0)


def _column(run: StreamRun) -> str:
    thinking = f" +{run.think_steps} steps" if run.think_steps else ""
    return f"{run.method}{thinking}{' with slips' if run.slip_every else ''}"


def half_dice(rows: Sequence[Row]) -> float:
    """Mean Dice over the last half."""
    return float(np.mean([row.dice for row in last_half(rows)]))


def _liver(rows: RowsOf) -> list[Bar]:
    alone = float(np.mean([row.dice for row in rows(StreamRun(LIVER, "box", "generalist"))]))
    ours = rows(StreamRun(LIVER, "box", "auxol"))
    half = half_dice(ours)
    later: dict[str, list[float]] = {}
    for patient in dict.fromkeys(row.patient for row in ours):
        later[patient] = [row.dice for row in ours if row.patient == patient][3:]
    means = {patient: float(np.mean(values)) for patient, values in later.items() if values}
    worst = min(means, key=lambda patient: means[patient]) if means else None
    found = [
        Bar(f"liver, boxes: generalist alone {alone:.3f}", "0.90", alone >= 0.90),
        Bar(f"liver, boxes: auxol, last half {half:.3f}", "0.945", half >= 0.945),
    ]
    if worst is None:
        return [*found, Bar("liver, boxes: no patient has more than three slices", "0.85", None)]
    text = f"liver, boxes: worst of {len(means)} patients after his first three corrections {means[worst]:.3f}"
    return [*found, Bar(text, "0.85", means[worst] >= 0.85)]


def calibration(rows: Iterable[Row], bins: int) -> NDArray[np.float64]:
    """(bins, 2): mean quality told and mean true Dice in bins of equal counts, by the quality told."""
    pairs = np.array([(row.quality, row.dice) for row in rows if row.quality is not None])
    order = np.argsort(pairs[:, 0], kind="stable")
    return np.array([pairs[part].mean(axis=0) for part in np.array_split(order, bins)])


def _told(rows: RowsOf) -> list[Bar]:
    pooled = [row for p in PROMPTS for s in STREAMS for row in rows(StreamRun(s, p, "auxol"))]
    gap = float(np.abs(np.diff(calibration(pooled, 10), axis=1)).mean())
    liver = calibration(rows(StreamRun(LIVER, "box", "auxol")), 4)
    above = float((liver[:, 0] - liver[:, 1]).max())
    return [
        Bar(f"quality told against true Dice, {len(pooled)} images in ten bins: off by {gap:.3f}", "0.05", gap <= 0.05),
        Bar(f"the same, liver with boxes, the worst of four bins: told {above:+.3f}", "at most +0.10", above <= 0.10),
    ]


def differences(rows: RowsOf, streams: Sequence[str], ours: StreamRun, theirs: StreamRun) -> dict[str, float]:
    """Difference of the last halves' means, by stream; what ``ours`` and ``theirs`` say of the stream is left aside."""
    return {s: half_dice(rows(replace(ours, stream=s))) - half_dice(rows(replace(theirs, stream=s))) for s in streams}


def _thinking(rows: RowsOf) -> list[Bar]:
    found = []
    for prompt, least in zip(JUDGED, (0.010, 0.003), strict=True):
        plain = StreamRun("", prompt, "auxol")
        gains = differences(rows, STREAMS, replace(plain, think_steps=THINK_STEPS), plain)
        mean, worst = float(np.mean(list(gains.values()))), min(gains, key=lambda s: gains[s])
        text = f"{THINK_STEPS} steps of thinking, {prompt}, last half: {mean:+.4f}, lowest {worst} {gains[worst]:+.4f}"
        met = mean >= least and gains[worst] >= -0.005
        found.append(Bar(text, f"{least:+.3f}, on no stream below -0.005", met))
    return found


def _first_images(rows: RowsOf) -> list[Bar]:
    found = []
    for prompt, least in zip(JUDGED, (0.02, 0.005), strict=True):
        gained, owner = [], []
        for stream in STREAMS:
            for seed in SEEDS:
                images = 32 if seed == 0 else FIRST_IMAGES
                ours = rows(StreamRun(stream, prompt, "auxol", seed=seed, images=images))
                theirs = rows(StreamRun(stream, prompt, "generalist", seed=seed, images=images))
                for a, b in list(zip(ours, theirs, strict=True))[1:FIRST_IMAGES]:
                    gained.append(a.dice - b.dice)
                    owner.append(f"{stream}/{a.patient}")
        low, high = interval(np.array(gained), owner, rng_for("images 2 to 6", prompt))
        mean = float(np.mean(gained))
        text = (
            f"images 2 to 6, auxol minus generalist, {prompt}: {mean:+.4f} ({low:+.4f} to {high:+.4f}, {len(gained)})"
        )
        found.append(Bar(text, f"{least:+.3f}, interval above 0", mean >= least and low > 0))
    return found


def _above_paper(rows: RowsOf) -> list[Bar]:
    found = []
    for prompt, streams, least in zip(JUDGED, (PAPER_POINTS, CORE_STREAMS), (0.03, 0.012), strict=True):
        gains = differences(rows, streams, StreamRun("", prompt, "auxol"), StreamRun("", prompt, "paper"))
        mean = float(np.mean(list(gains.values())))
        text = f"auxol minus paper, {prompt}, last half, {len(streams)} streams: {mean:+.4f}"
        found.append(Bar(text, f"{least:+.3f}", mean >= least))
    return found


def _slips(rows: RowsOf) -> list[Bar]:
    lost = []
    for prompt in PROMPTS:
        for stream in SLIP_STREAMS:
            clean = rows(StreamRun(stream, prompt, "auxol"))
            slipped = rows(StreamRun(stream, prompt, "auxol", slip_every=SLIP_EVERY))
            after = SLIP_EVERY // 2 + 1  # what came before the first one is the same
            pairs = list(zip(clean, slipped, strict=True))[after:]
            lost.append(float(np.mean([a.dice - b.dice for a, b in pairs])))
    mean = float(np.mean(lost))
    text = f"one wrong correction in {SLIP_EVERY}, Dice lost after the first, {len(lost)} streams: {mean:+.4f}"
    return [Bar(text, "at most 0.01", mean <= 0.01)]
