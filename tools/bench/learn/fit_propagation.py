"""The constants of ``prompter/trust.py``, from walks without an end, and what they are worth.

``python -m tools.bench.learn.fit_propagation FOLDER`` with the folder that ``walks.py`` wrote. Fitted is the chance
that a slice is the structure, weights at least 0, so that its product with the model's own estimate comes nearest to
the true Dice (0 where the structure is not); *fitted* are figures of slices whose patient the fit has not seen (five
folds). *inside*: the structure is there; *found*: which share of the slices under 0.85 are among the worst-estimated
40 %, and the bar for that; *volume*: mean Dice of the volume walked from its largest slice alone, where each front ends
at the threshold, with how many slices it ends late and early on average.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.optimize import minimize
from scipy.stats import spearmanr

from auxol_core.prompter.base import MIN_PIXELS
from auxol_core.prompter.propagate import AT_AN_END, LEAST_BETWEEN, LEAST_EXPECTED, SURE
from auxol_core.prompter.trust import BIAS, FLOOR, OF_AGREEMENT, OF_LIKENESS, lasting
from tools.bench.learn.kept import read
from tools.bench.learn.walks import Step

Numbers = NDArray[np.float64]

FOLDS, DECAY = 5, 2e-5
BAD, REVIEWED = 0.85, 0.4
# What propagation took for the estimate before likeness was known: quality * chain ** 0.25, and where it ended.
FORMER_POWER, FORMER_MEMORY, FORMER_SHARE = 0.25, 0.9, 0.78


@dataclass(frozen=True, eq=False)
class Walks:
    """Steps in order, and what each saw, (steps,) each. ``evidence``: (steps, 2), logarithms; ``of_best``: the
    model's quality as a share of the best on the way."""

    steps: Sequence[Step]
    quality: Numbers
    evidence: Numbers
    of_best: Numbers
    former: Numbers
    former_share: Numbers
    true: Numbers

    @staticmethod
    def of(steps: Sequence[Step]) -> Walks:
        sights, former = [], []
        for _, walk in groupby(steps, key=_walk):
            likeness, chain, best = 1.0, 1.0, 0.0
            for step in walk:
                likeness = lasting(likeness, step.likeness)
                chain, best = chain**FORMER_MEMORY * step.agreed, max(best, step.quality)
                sights.append((step.quality, step.quality / best, step.agreed, likeness, step.true))
                former.append((step.quality * chain**FORMER_POWER, step.quality / best * chain**FORMER_POWER))
        seen, chained = np.array(sights), np.array(former)
        evidence = np.log(seen[:, 2:4] + FLOOR)
        return Walks(steps, seen[:, 0], evidence, seen[:, 1], chained[:, 0], chained[:, 1], seen[:, 4])

    @property
    def patients(self) -> NDArray[np.str_]:
        return np.array([f"{step.stream} {step.patient}" for step in self.steps])


def _walk(step: Step) -> tuple[object, ...]:
    return (step.stream, step.arm, step.patient, step.seeds, step.seed, step.step)


def fitted(walks: Walks, mine: NDArray[np.bool_]) -> Numbers:
    """Bias and two weights, at least 0, of the chance that brings its product with the quality nearest to the Dice."""
    evidence, quality, true = walks.evidence[mine], walks.quality[mine], walks.true[mine]

    def loss(weights: Numbers) -> float:
        return float(np.mean((quality * chance(weights, evidence) - true) ** 2) + DECAY * np.sum(weights[1:] ** 2))

    found = minimize(loss, np.array([3.0, 1.0, 1.0]), bounds=[(None, None), (0.0, None), (0.0, None)])
    return np.asarray(found.x, dtype=np.float64)


def chance(weights: Numbers, evidence: Numbers) -> Numbers:
    """As in trust.py, of each row of evidence."""
    return np.asarray(1.0 / (1.0 + np.exp(-(weights[0] + evidence @ weights[1:]))))


def cross_validated(walks: Walks) -> tuple[Numbers, Numbers]:
    """The estimate of each step by a fit on other patients, and the same with the quality as a share of the best."""
    names, patients = sorted(set(walks.patients)), walks.patients
    right = np.zeros(len(walks.steps))
    for fold in range(FOLDS):
        held = np.isin(patients, names[fold::FOLDS])
        right[held] = chance(fitted(walks, ~held), walks.evidence[held])
    return walks.quality * right, walks.of_best * likely(walks, right)


def likely(walks: Walks, right: Numbers) -> Numbers:
    """The chance that decides whether a front goes on: of the slice, or of the whole way to it where that is lower."""
    result = np.array(right, dtype=np.float64)
    for _, walk in groupby(range(len(walks.steps)), key=lambda i: _walk(walks.steps[i])):
        way = 1.0
        for i in walk:
            way *= min(1.0, float(right[i]) / SURE)
            if not walks.steps[i].goal:
                result[i] = min(result[i], way)
    return result


def found(estimate: Numbers, true: Numbers) -> tuple[float, float]:
    """Which share of the bad ones reviewing the worst-estimated 40 % finds, and the bar: 0.8 * min(1, 0.4 / p)."""
    bad = true < BAD
    worst = np.argsort(estimate, kind="stable")[: int(np.ceil(REVIEWED * estimate.size))]
    share = float(bad.mean())
    return float(bad[worst].sum() / max(1, bad.sum())), 0.8 * min(1.0, REVIEWED / max(share, 1e-9))


def ended(walks: Walks, share: Numbers, least: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which steps a front would show that ends where ``share`` is under ``least``, and which are the last so shown."""
    shown, last = np.zeros(len(walks.steps), dtype=bool), np.zeros(len(walks.steps), dtype=bool)
    for _, walk in groupby(range(len(walks.steps)), key=lambda i: _walk(walks.steps[i])):
        before = None
        for i in walk:
            if walks.steps[i].area < MIN_PIXELS or share[i] < least:
                if before is not None:
                    last[before] = True
                break
            shown[i], before = True, i
    return shown, last


def volume_dice(walks: Walks, shown: NDArray[np.bool_], stream: str) -> tuple[float, float, float]:
    """Mean Dice of a stream's volumes walked from their largest slice; slices too many and too few, a side."""
    results = []
    of_stream = [i for i, step in enumerate(walks.steps) if step.stream == stream and step.seeds == "largest"]
    for _, walk in groupby(of_stream, key=lambda i: _walk(walks.steps[i])[:3]):
        rows = list(walk)
        steps, mine = [walks.steps[i] for i in rows], [bool(shown[i]) for i in rows]
        both = sum(s.true * (s.area + s.true_area) / 2 for s, here in zip(steps, mine, strict=True) if here)
        seed, total = steps[0].seed_area, steps[0].volume_area
        area = seed + sum(s.area for s, here in zip(steps, mine, strict=True) if here)
        late = sum(here and not s.there for s, here in zip(steps, mine, strict=True))
        early = sum(s.there and not here for s, here in zip(steps, mine, strict=True))
        results.append((2 * (both + seed) / (area + total), late / 2, early / 2))
    mean = np.mean(results, axis=0)
    return float(mean[0]), float(mean[1]), float(mean[2])


def table(walks: Walks, ways: Sequence[tuple[str, Numbers, Numbers, float]]) -> Table:
    """A row for each way (name, estimate, share, least) and stream, and one for all streams."""
    heads = ("estimate", "stream", "slices", "rank", "inside", "found", "bar", "off by", "volume", "late", "early")
    result = Table(*heads)
    streams = list(dict.fromkeys(step.stream for step in walks.steps))
    of_stream = np.array([step.stream for step in walks.steps])
    there = np.array([step.there for step in walks.steps])
    for name, estimate, share, least in ways:
        shown, _ = ended(walks, share, least)
        volumes = [volume_dice(walks, shown, stream) for stream in streams]
        for stream, volume in zip([*streams, "all"], [*volumes, tuple(np.mean(volumes, axis=0))], strict=True):
            mine = (of_stream == stream) | (stream == "all")
            caught, bar = found(estimate[mine], walks.true[mine])
            result.add_row(
                name,
                stream,
                str(int(mine.sum())),
                f"{spearmanr(estimate[mine], walks.true[mine])[0]:.2f}",
                f"{spearmanr(estimate[mine & there], walks.true[mine & there])[0]:.2f}",
                f"{caught:.2f}",
                f"{bar:.2f}",
                f"{np.abs(estimate[mine] - walks.true[mine]).mean():.3f}",
                f"{volume[0]:.3f}",
                f"{volume[1]:.1f}",
                f"{volume[2]:.1f}",
            )
    return result


def main(folder: Annotated[Path, typer.Argument(help="Where walks.py wrote steps.csv.")]) -> None:
    """Fit and print."""
    console = Console(width=140)
    walks = Walks.of(read(folder / "steps.csv", Step))
    estimate, share = cross_validated(walks)
    in_use = np.array([BIAS, OF_AGREEMENT, OF_LIKENESS])
    right = chance(in_use, walks.evidence)
    as_is, as_is_share = walks.quality * right, walks.of_best * likely(walks, right)
    ways = [
        ("the model's own", walks.quality, np.ones(len(walks.steps)), 0.0),
        ("before", walks.former, walks.former_share, FORMER_SHARE),
        ("fitted", estimate, share, LEAST_EXPECTED),
        ("in use", as_is, as_is_share, LEAST_EXPECTED),
    ]
    console.print(table(walks, ways))
    fit = fitted(walks, np.ones(len(walks.steps), dtype=bool))
    console.print("fitted on all: " + ", ".join(f"{weight:.2f}" for weight in fit), "; in use:", in_use.tolist())
    _print_thresholds(console, walks, as_is_share)
    _print_ends(console, walks, as_is, as_is_share)


def _print_thresholds(console: Console, walks: Walks, share: Numbers) -> None:
    """What other thresholds would give, beyond seeds and between them."""
    streams = list(dict.fromkeys(step.stream for step in walks.steps))
    for least in (0.25, 0.35, LEAST_EXPECTED, 0.55, 0.65):
        shown, _ = ended(walks, share, least)
        mean = np.mean([volume_dice(walks, shown, stream) for stream in streams], axis=0)
        console.print(f"ends under {least:.2f}: volume {mean[0]:.3f}, late {mean[1]:.1f}, early {mean[2]:.1f}")
    between = np.array([step.goal > 0 for step in walks.steps])
    for least in (LEAST_BETWEEN, 0.3, LEAST_EXPECTED):
        lost = walks.true[between & (share < least)]
        true = f", true Dice {lost.mean():.2f}" if lost.size else ""
        console.print(f"between seeds, under {least:.2f}: {lost.size} of {between.sum()}{true}")


def _print_ends(console: Console, walks: Walks, estimate: Numbers, share: Numbers) -> None:
    """How far the last slice before an end is from its estimate."""
    shown, last = ended(walks, share, LEAST_EXPECTED)
    for name, mine in (("last", last), ("others", shown & ~last)):
        true, told = walks.true[mine].mean(), estimate[mine].mean()
        console.print(f"{name}: {mine.sum()} slices, true {true:.2f}, told {told:.2f}")
    console.print(f"in use: the last one's times {AT_AN_END}")


if __name__ == "__main__":
    typer.run(main)
