"""The model's costs, from runs with few readers: what can be measured is taken as it is, the rest is fitted.

Measured: the time between clicks, what the compute thread spends on clicks, on saves and in the background and in how
long steps (where the target tells), processor seconds, bytes. Fitted, on the median, the mean and the 95th percentile
of the clicks of all runs: what a click takes alone, how much that varies, what of it is the processors'; and of a
target that does not tell, what of it is the thread's and how long its other steps are.
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
from tools.bench.load.costs import (
    Bytes,
    bytes_of,
    clicks_s,
    first_s,
    plain_costs,
    saves_a_click,
    thread_costs,
    update_s,
)
from tools.bench.load.measured import Measured
from tools.bench.load.model import Costs, Piece, predict

FEW = (1, 5, 10)
LONGEST_PIECE_S = 1.0


@dataclass(frozen=True)
class Fitted:
    """``misfit``: the largest relative difference of model and measurement at the runs that it was fitted on.
    ``first_s``: what a first click on a slice takes more (encoding); ``update_s``: a whole update; ``told``: whether
    the target told what its compute thread spent."""

    costs: Costs
    fitted_on: Sequence[int]
    misfit: float
    first_s: float
    update_s: float
    saves_a_click: float
    bytes: Bytes
    told: bool
    made: str


class _Unknown:
    """What is to be fitted, as numbers within bounds. ``told``: see Fitted."""

    def __init__(self, known: Costs, told: bool) -> None:
        self._known, self._told = known, told
        self.low, self.high = [known.alone / 4, 0.01, 0.0], [known.alone * 2, 1.0, 1.0]
        self.starts = [[known.alone, 0.15, share] for share in (0.2, 0.7)]
        if not told:
            self.low, self.high = [*self.low, 0.02, 1e-3], [*self.high, 1.0, LONGEST_PIECE_S]
            # From several sides: how long the steps are, and how much is the thread's, trade against each other.
            self.starts = [[known.alone, 0.15, 0.2, share, length] for share in (0.3, 0.7) for length in (0.02, 0.2)]

    def costs(self, values: NDArray[np.float64]) -> Costs:
        alone, spread, processor = (float(each) for each in values[:3])
        service, others = min(self._known.service, alone), self._known.others
        if not self._told:
            service, (saving, learning) = float(values[3]) * alone, others
            others = (saving, replace(learning, length=float(values[4])))
        beside = processor * (alone - service)
        return replace(self._known, alone=alone, spread=spread, service=service, processor=beside, others=others)


def fit(runs: Sequence[Measured]) -> Fitted:
    """From ``runs``, fewest readers first. DataError where one has no clicks."""
    for run in runs:
        if len(clicks_s(run)) < 3:
            raise DataError(f"Clicks were expected in the run with {run.asked.readers} readers. Let it run longer.")
    told = thread_costs(runs) is not None
    unknown = _Unknown(plain_costs(runs), told)
    shown = np.array([_shown(run) for run in runs])
    weights = np.sqrt([len(clicks_s(run)) for run in runs])[:, None]

    def off(values: NDArray[np.float64]) -> NDArray[np.float64]:
        costs = unknown.costs(values)
        return np.asarray(np.array([_said(costs, run) for run in runs]) / shown)

    found = [
        least_squares(
            lambda values: (np.log(off(values)) * weights / weights.max()).ravel(),
            start,
            bounds=(unknown.low, unknown.high),
            diff_step=1e-3,
        )
        for start in unknown.starts
    ]
    best = min(found, key=lambda each: float(each.cost)).x
    return Fitted(
        unknown.costs(best),
        [run.asked.readers for run in runs],
        float(np.abs(off(best) - 1).max()),
        first_s(runs),
        update_s(runs),
        saves_a_click(runs),
        bytes_of(runs),
        told,
        runs[-1].facts.get("made", ""),
    )


def _shown(run: Measured) -> list[float]:
    clicks = clicks_s(run)
    return [float(np.median(clicks)), float(np.mean(clicks)), float(np.percentile(clicks, 95))]


def _said(costs: Costs, run: Measured) -> list[float]:
    told = predict(costs, run.asked.readers)
    return [told.p50, told.mean, told.p95]


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
