"""What the kept rows say, against the bars: each a sentence with its figure, and whether it is met."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from auxol_core.replay.comparisons import interval
from auxol_core.replay.prompts import rng_for
from auxol_core.replay.rows import Row
from auxol_core.replay.summary import last_half
from tools.bench.learn.bar import Bar
from tools.bench.learn.sets import Sets
from tools.bench.learn.stream_runs import FIRST_IMAGES, Prompted, StreamRun

PROMPTS: tuple[Prompted, ...] = get_args(Prompted)
JUDGED: tuple[Prompted, ...] = ("point", "box")  # in the order in which the bars are told
SEEDS = (0, 1)
THINK_STEPS = 40
SLIP_EVERY = 20
# Reviewing the worst-told two fifths is to find most of what is worse than this.
POOR, REVIEWED, FOUND = 0.85, 0.4, 0.8

Kept = Callable[[StreamRun], Sequence[Row] | None]


def wanted(sets: Sets) -> list[StreamRun]:
    """Every run that the bars need."""
    streams = sets.streams
    runs = [StreamRun(s, p, m) for p in PROMPTS for s in streams for m in ("shape", "generalist", "auxol")]
    runs += [StreamRun(s, p, "auxol", think_steps=THINK_STEPS) for p in PROMPTS for s in streams]
    runs += [
        StreamRun(s, p, m, seed=1, images=FIRST_IMAGES)
        for p in PROMPTS
        for s in streams
        for m in ("generalist", "auxol")
    ]
    runs += [StreamRun(s, p, "auxol", slip_every=SLIP_EVERY) for p in PROMPTS for s in sets.slips]
    runs += [StreamRun(s, "box", "paper") for s in sets.core]
    runs += [StreamRun(s, "point", "paper") for s in sets.paper_points]
    return runs


class _NotKeptError(Exception):
    """A run that a bar needs is not there."""


@dataclass(frozen=True)
class _Judge:
    """The bars of ``sets`` on rows that ``kept`` has, None for a run that is not there."""

    sets: Sets
    kept: Kept = field(repr=False)

    def rows(self, wanted: StreamRun) -> Sequence[Row]:
        found = self.kept(wanted)
        if found is None:
            raise _NotKeptError(f"{wanted.stream}, {wanted.prompt}, {wanted.method}")
        return found


def bars(kept: Kept, sets: Sets) -> list[Bar]:
    """All of them, in the order of the issue's table; ``kept`` gives None for a run that is not there."""
    judge = _Judge(sets, kept)
    found: list[Bar] = []
    for judged in (_liver, _told, _reviewing, _thinking, _first_images, _above_paper, _slips):
        try:
            found += judged(judge)
        except _NotKeptError as missing:
            found.append(Bar(f"{judged.__name__[1:].replace('_', ' ')}: no run of {missing}", "", None))
    return found


def table(rows: Mapping[StreamRun, Sequence[Row]], sets: Sets) -> Table:
    """Mean Dice over the last half, a row a stream and prompt, a column a method."""
    columns = list(dict.fromkeys(_column(run) for run in rows))
    found = Table("stream", "prompt", *columns)
    for prompt in PROMPTS:
        for stream in sets.streams:
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


def _liver(judge: _Judge) -> list[Bar]:
    if judge.sets.liver is None:
        return []
    alone = float(np.mean([row.dice for row in judge.rows(StreamRun(judge.sets.liver, "box", "generalist"))]))
    ours = judge.rows(StreamRun(judge.sets.liver, "box", "auxol"))
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


def _told(judge: _Judge) -> list[Bar]:
    pooled = [row for p in PROMPTS for s in judge.sets.streams for row in judge.rows(StreamRun(s, p, "auxol"))]
    gap = float(np.abs(np.diff(calibration(pooled, 10), axis=1)).mean())
    text = f"quality told against true Dice, {len(pooled)} images in ten bins: off by {gap:.3f}"
    found = [Bar(text, "0.05", gap <= 0.05)]
    if judge.sets.liver is None:
        return found
    liver = calibration(judge.rows(StreamRun(judge.sets.liver, "box", "auxol")), 4)
    above = float((liver[:, 0] - liver[:, 1]).max())
    text = f"the same, liver with boxes, the worst of four bins: told {above:+.3f}"
    return [*found, Bar(text, "at most +0.10", above <= 0.10)]


def _reviewing(judge: _Judge) -> list[Bar]:
    """Each stream is reviewed for itself, as its user would; what is found and what is to be found are added up."""
    poor = found = asked = 0.0
    for prompt in PROMPTS:
        for stream in judge.sets.streams:
            rows = sorted(judge.rows(StreamRun(stream, prompt, "auxol")), key=lambda row: row.quality or 0.0)
            is_poor = [row.dice < POOR for row in rows]
            if share := float(np.mean(is_poor)):
                poor += sum(is_poor)
                found += sum(is_poor[: round(REVIEWED * len(rows))])
                asked += FOUND * min(1.0, REVIEWED / share) * sum(is_poor)
    text = f"reviewing the worst-told {REVIEWED:.0%} of each stream finds {found:.0f} of {poor:.0f} under {POOR} Dice"
    return [Bar(text, f"at least {asked:.1f}", found >= asked)]


def differences(judge: _Judge, streams: Sequence[str], ours: StreamRun, theirs: StreamRun) -> dict[str, float]:
    """Difference of the last halves' means, by stream; what ``ours`` and ``theirs`` say of the stream is left aside."""
    return {
        s: half_dice(judge.rows(replace(ours, stream=s))) - half_dice(judge.rows(replace(theirs, stream=s)))
        for s in streams
    }


def _thinking(judge: _Judge) -> list[Bar]:
    found = []
    for prompt, least in zip(JUDGED, (0.010, 0.003), strict=True):
        plain = StreamRun("", prompt, "auxol")
        gains = differences(judge, judge.sets.streams, replace(plain, think_steps=THINK_STEPS), plain)
        mean, worst = float(np.mean(list(gains.values()))), min(gains, key=lambda s: gains[s])
        text = f"{THINK_STEPS} steps of thinking, {prompt}, last half: {mean:+.4f}, lowest {worst} {gains[worst]:+.4f}"
        met = mean >= least and gains[worst] >= -0.005
        found.append(Bar(text, f"{least:+.3f}, on no stream below -0.005", met))
    return found


def _first_images(judge: _Judge) -> list[Bar]:
    found = []
    for prompt, least in zip(JUDGED, (0.02, 0.005), strict=True):
        gained, owner = [], []
        for stream in judge.sets.streams:
            for seed in SEEDS:
                images = 32 if seed == 0 else FIRST_IMAGES
                ours = judge.rows(StreamRun(stream, prompt, "auxol", seed=seed, images=images))
                theirs = judge.rows(StreamRun(stream, prompt, "generalist", seed=seed, images=images))
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


def _above_paper(judge: _Judge) -> list[Bar]:
    found = []
    of_prompts = (judge.sets.paper_points, judge.sets.core)
    for prompt, streams, least in zip(JUDGED, of_prompts, (0.03, 0.012), strict=True):
        gains = differences(judge, streams, StreamRun("", prompt, "auxol"), StreamRun("", prompt, "paper"))
        mean = float(np.mean(list(gains.values())))
        text = f"auxol minus paper, {prompt}, last half, {len(streams)} streams: {mean:+.4f}"
        found.append(Bar(text, f"{least:+.3f}", mean >= least))
    return found


def _slips(judge: _Judge) -> list[Bar]:
    lost = []
    for prompt in PROMPTS:
        for stream in judge.sets.slips:
            clean = judge.rows(StreamRun(stream, prompt, "auxol"))
            slipped = judge.rows(StreamRun(stream, prompt, "auxol", slip_every=SLIP_EVERY))
            after = SLIP_EVERY // 2 + 1  # what came before the first one is the same
            pairs = list(zip(clean, slipped, strict=True))[after:]
            lost.append(float(np.mean([a.dice - b.dice for a, b in pairs])))
    mean = float(np.mean(lost))
    text = f"one wrong correction in {SLIP_EVERY}, Dice lost after the first, {len(lost)} streams: {mean:+.4f}"
    return [Bar(text, "at most 0.01", mean <= 0.01)]
