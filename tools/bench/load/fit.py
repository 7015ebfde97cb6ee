"""The model's costs, from runs with few readers: what can be measured is taken as it is, the rest is fitted.

Measured: the time between clicks, saves and propagated slices a click, seconds of an update, processor seconds, bytes.
Fitted, on the median, the mean and the 95th percentile of the clicks of all runs: what a click takes alone and how much
that varies, what of it is the compute thread's and what the processors', and how long the other work's pieces are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from auxol_core.errors import DataError
from auxol_core.replay.summary import write_json
from tools.bench.load.measured import Measured
from tools.bench.load.model import Costs, Piece, predict

FEW = (1, 5, 10)
LONGEST_PIECE_S = 1.0


@dataclass(frozen=True)
class Bytes:
    """``fixed``: memory of a server without readers, ``reader``: what each adds; ``save``: a correction's share of the
    task file. None: unknown."""

    fixed: float | None
    reader: float | None
    save: float | None


@dataclass(frozen=True)
class Fitted:
    """``misfit``: the largest relative difference of model and measurement at the runs that it was fitted on.
    ``first_s``: what a first click on a slice takes more (encoding); ``update_s``: a whole update."""

    costs: Costs
    fitted_on: Sequence[int]
    misfit: float
    first_s: float
    update_s: float
    saves_a_click: float
    bytes: Bytes
    made: str


def clicks_s(run: Measured) -> NDArray[np.float64]:
    """Seconds of all predictions that were counted, first ones on a slice included."""
    return np.array(run.ms("first") + run.ms("click")) / 1000


def fit(runs: Sequence[Measured]) -> Fitted:
    """From ``runs``, fewest readers first. DataError where one has no clicks."""
    for run in runs:
        if len(clicks_s(run)) < 3:
            raise DataError(f"Clicks were expected in the run with {run.asked.readers} readers. Let it run longer.")
    told = [_told(run) for run in runs]
    weights = np.sqrt([len(clicks_s(run)) for run in runs])[:, None]
    measured = _fixed(runs)
    alone = float(np.median(clicks_s(runs[0])))

    def costs_of(values: NDArray[np.float64]) -> Costs:
        median, spread, service, processor, length = values
        saving, learning = measured.others
        pieces = (saving, replace(learning, length=float(length)))
        return replace(
            measured, alone=float(median), spread=float(spread), service=float(service * median),
            processor=float(processor * (1 - service) * median), others=pieces,
        )  # fmt: skip

    def misfits(values: NDArray[np.float64]) -> NDArray[np.float64]:
        costs = costs_of(values)
        logs = [np.log(np.array(_figures(costs, run)) / each) for run, each in zip(runs, told, strict=True)]
        return np.asarray(np.array(logs) * weights / weights.max()).ravel()

    low = [alone / 4, 0.01, 0.02, 0.0, 1e-3]
    high = [alone * 2, 1.0, 1.0, 1.0, LONGEST_PIECE_S]
    # A fit from several sides: how long the pieces are, and how much is the thread's, trade against each other.
    starts = [(share, length) for share in (0.3, 0.7) for length in (0.02, 0.2)]
    found = [
        least_squares(misfits, [alone, 0.15, share, 0.2, length], bounds=(low, high), diff_step=1e-3)
        for share, length in starts
    ]
    best = min(found, key=lambda each: float(each.cost))
    costs = costs_of(best.x)
    worst = max(
        abs(a / b - 1)
        for run, each in zip(runs, told, strict=True)
        for a, b in zip(_figures(costs, run), each, strict=True)
    )
    return Fitted(
        costs, [run.asked.readers for run in runs], float(worst), _first_s(runs), _update_s(runs), _saves(runs),
        _bytes(runs), runs[-1].facts.get("made", ""),
    )  # fmt: skip


def _told(run: Measured) -> list[float]:
    clicks = clicks_s(run)
    return [float(np.median(clicks)), float(np.mean(clicks)), float(np.percentile(clicks, 95))]


def _figures(costs: Costs, run: Measured) -> list[float]:
    told = predict(costs, run.asked.readers)
    return [told.p50, told.mean, told.p95]


def _fixed(runs: Sequence[Measured]) -> Costs:
    """What needs no fit."""
    clicks = sum(len(clicks_s(run)) for run in runs)
    # Of a reader between two clicks: all of the time but that of the clicks themselves.
    away = sum(run.asked.readers * run.asked.counted_s - clicks_s(run).sum() for run in runs) / clicks
    propagated = sum(len(run.counted("volume")) * run.asked.habits.propagated for run in runs) / clicks
    alone = float(np.median(clicks_s(runs[0])))
    saves = runs[0].ms("save")
    saving = float(np.median(saves)) / 1000 if saves else 0.0  # all of it counts as the thread's
    learning = _saves(runs) * _update_s(runs) + propagated * alone
    cpu = [
        (run.load.server_cpu_s + run.load.readers_cpu_s) * run.asked.counted_s
        / (run.asked.counted_s + run.asked.warm_up_s)
        for run in runs if run.load.server_cpu_s is not None
    ]  # fmt: skip
    return Costs(
        alone=alone,
        spread=0.1,
        service=alone / 2,
        away=float(away),
        waits=_saves(runs),
        others=(Piece(_saves(runs) * saving, saving), Piece(float(learning), 0.05)),
        cpu=float(sum(cpu) / clicks),
        cores=runs[0].load.cores,
    )


def _saves(runs: Sequence[Measured]) -> float:
    return sum(len(run.counted("save")) for run in runs) / sum(len(clicks_s(run)) for run in runs)


def _update_s(runs: Sequence[Measured]) -> float:
    # Of the fewest readers: with more of them clicks and other updates go on in between.
    known = [run.update_s for run in runs if len(run.update_s)]
    return float(np.median(known[0])) if known else 0.0


def _first_s(runs: Sequence[Measured]) -> float:
    first = [ms for run in runs for ms in run.ms("first")]
    other = [ms for run in runs for ms in run.ms("click")]
    return float(np.median(first) - np.median(other)) / 1000 if first and other else 0.0


def _bytes(runs: Sequence[Measured]) -> Bytes:
    memory = [(run.asked.readers, run.load.most_bytes) for run in runs if run.load.most_bytes]
    saves = [
        run.load.disk_bytes / count for run in runs
        if run.load.disk_bytes and (count := sum(s.kind == "save" and not s.error for s in run.samples))
    ]  # fmt: skip
    fixed: float | None = None
    slope: float | None = None
    if len(memory) > 1:
        line = np.polynomial.Polynomial.fit([each[0] for each in memory], [each[1] for each in memory], 1).convert()
        fixed, slope = float(line.coef[0]), max(0.0, float(line.coef[1]))
    return Bytes(fixed, slope, float(saves[-1]) if saves else None)


def write(fitted: Fitted, path: Path) -> None:
    """The model on the disk, before it is held against anything."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, asdict(fitted))


def read(path: Path) -> Fitted:
    """What ``write`` wrote; DataError where there is none."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        pieces = tuple(Piece(**each) for each in told["costs"]["others"])
        costs = Costs(**{**told["costs"], "others": pieces})
        return Fitted(**{**told, "costs": costs, "bytes": Bytes(**told["bytes"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"A fitted model was expected at {path} ({error}). Make it with the command fit.") from None
