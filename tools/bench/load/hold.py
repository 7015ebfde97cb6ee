"""A model that was fitted and written down, held against runs that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auxol_core.errors import DataError
from tools.bench.learn.bar import Bar
from tools.bench.load.costs import clicks_s
from tools.bench.load.fit import Fitted
from tools.bench.load.measured import Measured
from tools.bench.load.model import Predicted, predict

WITHIN = 0.25
HELD_READERS = 20
MANY = (20, 40)


@dataclass(frozen=True)
class Held:
    """What was said and what came: seconds and clicks a second."""

    said: Predicted
    p50: float
    p95: float
    clicks_a_second: float

    @property
    def off(self) -> float:
        """How far the said 95th percentile lies from the measured one, relative to that."""
        return self.said.p95 / self.p95 - 1


def hold(fitted: Fitted, runs: Sequence[Measured]) -> list[Held]:
    """One for each run; DataError where the model was fitted on one of them."""
    seen = {run.asked.readers for run in runs} & set(fitted.fitted_on)
    if seen:
        raise DataError(f"Runs that the model has not seen were expected, it was fitted on those with {sorted(seen)}.")
    return [
        Held(
            predict(fitted.costs, run.asked.readers),
            float(np.median(clicks_s(run))),
            float(np.percentile(clicks_s(run), 95)),
            run.clicks_a_second,
        )
        for run in runs
    ]


def bar_of(held: Sequence[Held]) -> Bar:
    """The model's own."""
    for each in held:
        if each.said.readers == HELD_READERS:
            return Bar(
                f"click p95 of {HELD_READERS} readers: {1000 * each.p95:.0f} ms, the model said "
                f"{1000 * each.said.p95:.0f} ms ({each.off:+.0%})",
                f"within {WITHIN:.0%}",
                abs(each.off) <= WITHIN,
            )
    return Bar(f"click p95 of {HELD_READERS} readers against the model: no run", f"within {WITHIN:.0%}", None)
