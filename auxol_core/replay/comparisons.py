"""How sure a difference between two methods is: paired bootstrap over patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from auxol_core.replay.prompts import rng_for
from auxol_core.replay.rows import Row
from auxol_core.replay.summary import Entry, last_half

PAIRS = (
    ("auxol", "generalist"),
    ("auxol", "paper"),
    ("auxol", "auxol-frozen"),
    ("auxol", "shape"),
    ("paper", "generalist"),
)
DRAWS = 4000
LOW, HIGH = 5.0, 95.0

Measure = Literal["dice", "hd95"]


def comparisons(rows: Mapping[tuple[str, str], Sequence[Row]], seed: int) -> list[Entry]:
    """The objects of comparisons.json from the rows of each (dataset, method): difference and its 90 % interval.

    Paired by image: only images that both methods have count (a run may have been interrupted). Resampled by patient,
    because the slices of one patient are not independent. A negative HD95 difference is in favour of ``method``.
    """
    result: list[Entry] = []
    for dataset in dict.fromkeys(name for name, _ in rows):
        for method, against in PAIRS:
            ours, theirs = rows.get((dataset, method)), rows.get((dataset, against))
            if not ours or not theirs:
                continue
            count = min(len(ours), len(theirs))
            pairs = list(zip(ours[:count], theirs[:count], strict=True))
            result += [_compared(dataset, method, against, part, pairs, seed) for part in ("all", "last_half")]
    return result


def _compared(dataset: str, method: str, against: str, part: str, pairs: Sequence[tuple[Row, Row]], seed: int) -> Entry:
    ours, theirs = [a for a, _ in pairs], [b for _, b in pairs]
    if part == "last_half":
        ours, theirs = list(last_half(ours)), list(last_half(theirs))
    entry: Entry = {
        "dataset": dataset,
        "prompt": ours[0].prompt,
        "method": method,
        "against": against,
        "part": part,
        "n_images": len(ours),
        "n_patients": len({row.patient for row in ours}),
    }
    patients = [row.patient for row in ours]
    rng = rng_for(seed, "bootstrap", dataset, method, against, part)
    for measure in ("dice", "hd95"):
        differences = np.array([getattr(a, measure) - getattr(b, measure) for a, b in zip(ours, theirs, strict=True)])
        low, high = interval(differences, patients, rng)
        entry |= {f"{measure}_difference": float(differences.mean()), f"{measure}_low": low, f"{measure}_high": high}
    return entry


def interval(
    differences: NDArray[np.float64], patients: Sequence[str], rng: np.random.Generator
) -> tuple[float, float]:
    """The 5th and 95th percentile of the mean difference over samples of patients drawn with replacement."""
    return ratio_interval(differences, np.ones_like(differences), patients, rng)


def ratio_interval(
    above: NDArray[np.float64], below: NDArray[np.float64], patients: Sequence[str], rng: np.random.Generator
) -> tuple[float, float]:
    """The same of the sum of ``above`` over the sum of ``below``; 1 in a sample where nothing is below."""
    _, owner = np.unique(np.asarray(patients), return_inverse=True)
    tops, bottoms = np.bincount(owner, weights=above), np.bincount(owner, weights=below)
    drawn = rng.multinomial(tops.size, np.full(tops.size, 1.0 / tops.size), size=DRAWS)
    under = drawn @ bottoms
    ratios = np.divide(drawn @ tops, under, out=np.ones(DRAWS), where=under != 0)
    low, high = np.percentile(ratios, (LOW, HIGH))
    return float(low), float(high)
